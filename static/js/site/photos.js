// Photos: made smaller on the device, which also leaves out what the camera wrote into them (place,
// serial number), and kept there until the server has them.
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  if (visit) {
    const LONGEST = 2400; // pixels of the longer side: a meter's small print stays readable
    const QUALITY = 0.86;

    const smaller = async (file) => {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      return new Promise((resolve, reject) => {
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
      });
    };

    const take = async (item, file) => {
      let blob;
      try {
        blob = await smaller(file);
      } catch {
        visit.warn(visit.say("photo_type", { name: file.name }));
        return;
      }
      try {
        await visit.store.put({
          kind: "photo",
          id: crypto.randomUUID(),
          author: visit.user,
          indicator: visit.forms.codeOf(item),
          name: `${file.name.replace(/\.[^.]*$/, "")}.jpg`,
          bytes: await blob.arrayBuffer(),
          noted_at: new Date().toISOString(),
        });
      } catch (error) {
        visit.forms.lost(error, file.name);
      }
    };

    document.addEventListener(
      "change",
      async (event) => {
        const input = event.target;
        if (!input.matches(".site-item input[type=file]") || !visit.usable) return;
        const item = input.closest(".site-item");
        for (const file of input.files) await take(item, file);
        input.value = "";
        input.dispatchEvent(new Event("input", { bubbles: true })); // its name is no longer shown
        visit.sync.soon();
      },
      true,
    );
  }
}
