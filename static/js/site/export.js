// Everything the server does not hold yet, in one encrypted file to carry to a machine with network.
// AES-GCM with a key the server gave this device for this user and this case: only the server can
// read the file, and it knows thereby where it comes from. Layout: one line of JSON that says which
// case, user and nonce it is; then the encrypted JSON of the things.
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  const button = document.querySelector("[data-export]");
  if (visit && button) {
    const told = document.querySelector("[data-export-told]");

    document.addEventListener("visit:held", ({ detail: things }) => {
      button.hidden = things.length === 0;
      document.querySelector("[data-export-empty]").hidden = things.length > 0;
    });

    const base64 = (bytes) => {
      let text = "";
      for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
      return btoa(text);
    };

    const portable = ({ seq, refused, tried, shown, bytes, ...thing }) =>
      bytes ? { ...thing, bytes: base64(new Uint8Array(bytes)) } : thing;

    button.addEventListener("click", async () => {
      const things = await visit.store.things();
      const key = await visit.store.meta("key");
      if (!things.length || !key) {
        told.textContent = visit.say(things.length ? "export_key" : "export_none");
        return;
      }
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const head = JSON.stringify({ format: "site-visit/1", case: visit.number, user: visit.user, iv: base64(iv) });
      const plain = new TextEncoder().encode(JSON.stringify(things.map(portable)));
      const additionalData = new TextEncoder().encode(head);
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
      const url = URL.createObjectURL(new Blob([head, "\n", sealed], { type: "application/octet-stream" }));
      const stamp = new Date().toISOString().slice(0, 16).replace(/\D/g, "");
      const download = `${visit.number}-${stamp}.visit`;
      Object.assign(document.createElement("a"), { href: url, download }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      const parts = ["finding", "photo", "signature"]
        .map((kind) => [kind, things.filter((thing) => thing.kind === kind).length])
        .filter(([, count]) => count)
        .map(([kind, count]) => visit.say(`export_${kind}`, { count }));
      const drafts = (await visit.store.drafts()).length;
      told.textContent = visit.say("export_done", { what: parts.join(visit.say("comma")), name: download });
      if (drafts) told.textContent += visit.say("export_drafts", { count: drafts });
    });
  }
}
