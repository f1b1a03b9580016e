// What this device holds of one visit for one user, in IndexedDB "visit:<user>:<case>":
// things   findings, photos and signatures that the server has not confirmed, in their order
// drafts   what was typed and not yet saved, one for each item
// meta     the key for the encrypted file
{ // classic scripts share their outermost names; the block keeps these apart
  const page = document.querySelector("[data-visit]");

  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const finished = (transaction) =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });

  const open = (name) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("things", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("drafts", { keyPath: "indicator" });
      request.result.createObjectStore("meta", { keyPath: "name" });
    };
    return settled(request);
  };

  if (page) {
    const { user, number } = page.dataset;
    const name = `visit:${user}:${number}`;
    const opened = Promise.resolve().then(() => open(name));
    opened.catch(() => {}); // store.usable says so

    // "strict": what is said to be kept is on the disk, should the battery go now.
    const within = async (store, mode, work) => {
      const transaction = (await opened).transaction(store, mode, { durability: "strict" });
      const done = finished(transaction);
      const result = await settled(work(transaction.objectStore(store)));
      await done;
      return result;
    };
    // Other tabs of this visit draw what has changed.
    const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
    const changed = () => {
      channel?.postMessage("changed");
      document.dispatchEvent(new CustomEvent("visit:changed"));
    };
    if (channel) channel.onmessage = () => document.dispatchEvent(new CustomEvent("visit:changed"));

    const write = async (store, work) => {
      const result = await within(store, "readwrite", work);
      changed();
      return result;
    };

    window.visit = {
      page,
      user: Number(user),
      number,
      name,
      words: JSON.parse(document.getElementById("visit-words")?.textContent ?? "{}"),
      /** A sentence with its braces filled in. */
      say: (key, values = {}) =>
        Object.entries(values).reduce(
          (text, [brace, value]) => text.replaceAll(`{${brace}}`, value),
          window.visit.words[key] ?? "",
        ),
      store: {
        usable: () => opened.then(() => true, () => false),
        things: () => within("things", "readonly", (store) => store.getAll()),
        put: (thing) => write("things", (store) => store.put(thing)),
        drop: (seq) => write("things", (store) => store.delete(seq)),
        drafts: () => within("drafts", "readonly", (store) => store.getAll()),
        keepDraft: (draft) => write("drafts", (store) => store.put(draft)),
        dropDraft: (indicator) => write("drafts", (store) => store.delete(indicator)),
        meta: async (key) => (await within("meta", "readonly", (store) => store.get(key)))?.value,
        keepMeta: (key, value) => within("meta", "readwrite", (store) => store.put({ name: key, value })),
        close: async () => {
          window.visit.closed = true; // nothing is drawn from it any more
          (await opened).close();
        },
      },
    };
  }
}
