// One press brings the visit onto the device: the page, what it is made of, and the materials, in the
// cache "visit:<user>:<case>", which site/worker.js answers from. It is taken away when the visit is
// closed, when the case is no longer the user's, and at logging out (visits.js).
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  const box = document.querySelector("[data-preload]");
  if (visit && box) {
    const { page, name, say } = visit;
    const { worker, scope } = page.dataset;
    const button = box.querySelector("button");
    const bar = box.querySelector("progress");
    const told = box.querySelector("[data-preload-told]");
    const RECORD = `${scope}preloaded.json`; // beside what was preloaded: which files, and when
    let files = [];
    let at = "";

    const sized = (bytes) =>
      bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

    // The page's own parts: whatever the browser has loaded from /static/.
    const parts = () => {
      const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
      const named = [...document.querySelectorAll("link[href], script[src], img[src], use")].map(
        (node) => node.href?.baseVal ?? node.href ?? node.src,
      );
      const paths = [...loaded, ...named]
        .filter(Boolean)
        .map((address) => new URL(address, location.href))
        .filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"))
        .map((url) => url.pathname);
      return [...new Set(paths)];
    };

    const counted = (answer, count) => {
      const { readable, writable } = new TransformStream({
        transform(chunk, controller) {
          count(chunk.byteLength);
          controller.enqueue(chunk);
        },
      });
      answer.body.pipeTo(writable).catch(() => {});
      return new Response(readable, { headers: answer.headers });
    };

    const keep = async (cache, path, count = () => {}) => {
      const answer = await fetch(path);
      if (!answer.ok || answer.redirected) throw new Error(path);
      await cache.put(path, counted(answer, count));
    };

    const missing = async () => {
      const cache = await caches.open(name);
      const held = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
      return files.filter((file) => !held.has(file.url));
    };

    const remember = async () => {
      at = new Date().toISOString();
      // For the desk's own worker, too: what to call this visit, and in which words.
      const words = { title: say("desk_title"), text: say("desk_text") };
      const record = { files, at, title: document.title, lang: document.documentElement.lang, words };
      await (await caches.open(name)).put(RECORD, new Response(JSON.stringify(record)));
    };

    // What the device itself knows of its preloading: all there is to go by without network.
    const recall = async () => {
      const kept = (await caches.has(name)) && (await (await caches.open(name)).match(RECORD));
      if (kept) ({ files, at } = await kept.json());
      return Boolean(kept);
    };

    const show = async () => {
      if (!(at || files.length) || !(await caches.has(name))) return;
      const left = await missing();
      if (!at && files.length && !left.length) await remember();
      const size = sized(files.reduce((sum, file) => sum + file.size, 0));
      const done = files.length - left.length;
      told.textContent = left.length ? say("preload_part", { done, total: files.length }) : say("preload_done", { total: files.length, size, when: visit.moment(at) });
      const whole = left.length === 0 && Boolean(at);
      button.hidden = whole;
      box.classList.toggle("is-done", whole);
      for (const part of box.querySelectorAll("[data-preload-open]")) part.hidden = whole;
      if (visit.preloaded !== whole) {
        visit.preloaded = whole;
        document.dispatchEvent(new CustomEvent("visit:condition"));
      }
    };

    const preload = async () => {
      button.disabled = true;
      const left = await missing();
      bar.hidden = false;
      bar.max = left.reduce((sum, file) => sum + file.size, 1);
      bar.value = 0;
      const step = (done) => {
        told.textContent = say("preload_start", { done, total: left.length });
      };
      step(0);
      let doing = document.title;
      try {
        const registration = await navigator.serviceWorker.register(worker, { scope });
        await registration.update();
        await navigator.serviceWorker.register(page.dataset.deskWorker, { scope: "/" }); // every other page: the way back
        navigator.storage?.persist?.();
        const cache = await caches.open(name);
        await keep(cache, scope);
        for (const path of [...parts(), page.dataset.manifest]) await keep(cache, (doing = path));
        for (const [nth, file] of left.entries()) {
          doing = file.name;
          await keep(cache, file.url, (bytes) => {
            bar.value += bytes;
          });
          step(nth + 1);
        }
        await remember();
        await show();
      } catch (error) {
        told.textContent = say(error.name === "QuotaExceededError" ? "preload_space" : "preload_failed", { name: doing });
      }
      bar.hidden = true;
      button.disabled = false;
    };

    // The server's word on the visit comes with each run of sync.js.
    visit.onState = async (state) => {
      if (state.hindrance === "gone" || state.recording === false) {
        const gone = state.hindrance === "gone";
        const lost = gone ? await window.visits.unsent(visit.user, visit.number) : 0;
        await window.visits.forget(visit.user, visit.number, gone);
        if (lost) window.alert(document.querySelector("[data-visit-gone]").dataset.visitGone.replace("{number}", visit.number).replace("{count}", lost));
        if (gone) location.replace(page.dataset.gone);
        return;
      }
      if (state.hindrance) return;
      ({ files } = state);
      const key = Uint8Array.from(atob(state.key), (character) => character.charCodeAt(0));
      const sealing = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
      await visit.store.keepMeta("key", sealing).catch(() => {}); // a full device can still send
      if ("serviceWorker" in navigator) {
        box.hidden = false;
        await show();
      }
    };
    // Without network the server says nothing: the device's own record stands.
    document.addEventListener("DOMContentLoaded", async () => {
      if (!("serviceWorker" in navigator)) return;
      if ((await recall()) || navigator.onLine === false) box.hidden = false;
      await show();
    });
    button.addEventListener("click", preload);

    // A material that is on the device opens from there.
    document.addEventListener("click", async (event) => {
      const link = event.target.closest(".indicator-evidence a");
      if (!link || event.defaultPrevented || !navigator.serviceWorker?.controller) return;
      const path = new URL(link.href).pathname;
      event.preventDefault();
      const held = (await caches.has(name)) && (await (await caches.open(name)).match(path));
      if (held) window.open(`${scope}evidence/${path.split("/").at(-2)}/`, "_blank");
      else location.assign(link.href);
    });
  }
}
