// Site visits kept on this device (js/site): every page looks after them. What was preloaded goes
// when the visit is closed, when the case is no longer the user's, when another user signs in, and at
// logging out. What the user wrote and the server does not hold goes only after the user was asked.
{ // classic scripts share their outermost names; the block keeps these apart
  const KEPT = /^visit:(\d+):(.+)$/;

  const databases = async () => {
    try {
      return (await indexedDB.databases()).map((each) => each.name);
    } catch {
      return [];
    }
  };

  const onDevice = async () => {
    const names = window.caches ? [...(await caches.keys()), ...(await databases())] : [];
    return [...new Set(names)]
      .map((name) => KEPT.exec(name))
      .filter(Boolean)
      .map(([, user, number]) => ({ user, number }));
  };

  const settled = (request) =>
    new Promise((resolve) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    });

  const unsent = async (user, number) => {
    if (!(await databases()).includes(`visit:${user}:${number}`)) return 0;
    const database = await settled(indexedDB.open(`visit:${user}:${number}`));
    if (!database?.objectStoreNames.contains("things")) {
      database?.close();
      return 0;
    }
    const count = await settled(database.transaction("things").objectStore("things").count());
    database.close();
    return count ?? 0;
  };

  /** Take what was preloaded away; with `written` also what the user wrote. */
  const forget = async (user, number, written = false) => {
    await window.caches?.delete(`visit:${user}:${number}`);
    // The worker of all other pages leads to preloaded visits: with the last of them it goes too.
    const others = ((await window.caches?.keys()) ?? []).some((name) => KEPT.test(name));
    const scopes = [`/cases/${number}/site-visit/`, ...(others ? [] : ["/", "/desk/"])];
    for (const each of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
      if (scopes.includes(new URL(each.scope).pathname)) await each.unregister();
    }
    if (written) {
      if (window.visit?.number === number) await window.visit.store.close();
      await settled(indexedDB.deleteDatabase(`visit:${user}:${number}`));
    }
  };

  window.visits = { forget, unsent };

  const form = () => document.querySelector("form[data-sign-out]");
  const me = () => form()?.dataset.signOut.split(":")[1];

  document.addEventListener("DOMContentLoaded", async () => {
    if (!me() || window.visit) return; // the visit's own page asks by itself (site/sync.js)
    for (const { user, number } of await onDevice()) {
      if (user !== me()) {
        await forget(user, number);
        continue;
      }
      if (!(await caches.has(`visit:${user}:${number}`))) continue;
      try {
        const answer = await fetch(`/cases/${number}/site-visit/sync/`);
        if (answer.status === 404 || answer.status === 403) {
          const lost = await unsent(user, number);
          await forget(user, number, true);
          if (lost) window.alert(form().dataset.visitGone.replace("{number}", number).replace("{count}", lost));
        } else if (answer.status === 409 || (answer.ok && !(await answer.json()).recording)) await forget(user, number);
      } catch {
        // no network: another time
      }
    }
  });

  document.addEventListener(
    "submit",
    async (event) => {
      const out = event.target;
      if (!out.dataset.signOut || out.dataset.visitsForgotten || event.defaultPrevented) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const own = (await onDevice()).filter((each) => each.user === me());
      let count = 0;
      for (const each of own) count += await unsent(each.user, each.number);
      if (count && !window.confirm(out.dataset.visitsUnsent.replace("{count}", count))) return;
      for (const each of own) await forget(each.user, each.number, true);
      out.dataset.visitsForgotten = "yes";
      out.requestSubmit();
    },
    true,
  );
}
