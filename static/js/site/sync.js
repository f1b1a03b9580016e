// Sends what the device holds, one after the other in its order, whenever there is network. A thing
// leaves the device only when the server has said that it holds it; sent twice it is kept once.
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  if (visit) {
    const AGAIN = [3000, 6000, 15_000, 30_000, 60_000];
    const { sync: address, photos } = visit.page.dataset;
    let token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    let failures = 0;
    let timer = 0;
    let condition = "";

    const become = (now) => {
      condition = now;
      document.dispatchEvent(new CustomEvent("visit:condition"));
    };

    const wait = (now) => {
      become(now);
      clearTimeout(timer);
      timer = setTimeout(run, AGAIN[Math.min(failures++, AGAIN.length - 1)]);
    };

    /** What an answer means for all that is to be sent: "" to go on. */
    const hindrance = (answer) => {
      if (answer.status === 401) return "expired";
      if (answer.status === 404) return "gone";
      if (answer.status >= 500 || answer.status === 429) return "away";
      return "";
    };

    /** The visit as the server sees it now; it also renews the token after signing in again. */
    const state = async () => {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") return { hindrance: "expired" };
      const why = hindrance(answer) || (answer.status === 403 ? "gone" : "");
      if (why) return { hindrance: why };
      const told = await answer.json();
      if (told.outcome === "closed") return { recording: false, hindrance: "closed" };
      token = told.csrf;
      visit.conflicts = told.conflicts;
      return { ...told, hindrance: told.user === visit.user ? "" : "other_user" };
    };

    const request = (thing) => {
      if (thing.kind === "photo") {
        const body = new FormData();
        for (const name of ["id", "author", "indicator"]) body.set(name, thing[name]);
        body.set("photo", new Blob([thing.bytes], { type: "image/jpeg" }), thing.name);
        return fetch(photos, { method: "POST", body, headers: { "X-CSRFToken": token } });
      }
      const { seq, refused, tried, shown, ...sent } = thing;
      return fetch(address, {
        method: "POST",
        body: JSON.stringify(sent),
        headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
      });
    };

    /** Send one; "" when it is settled, else why sending must stop. */
    const send = async (thing) => {
      // From now on it may have arrived, whatever we hear. A full device sends all the same.
      if (!thing.tried) await visit.store.put({ ...thing, tried: true }).catch(() => {});
      const answer = await request(thing);
      const why = hindrance(answer);
      if (why) return why;
      let told;
      try {
        told = await answer.json();
      } catch {
        return "away"; // a page that is not ours: a login wall of the network, say
      }
      if (told.outcome === "kept" || told.outcome === "conflict") {
        visit.sent = true;
        if (told.outcome === "kept") visit.conflicts = (visit.conflicts ?? []).filter((code) => code !== thing.indicator);
        visit.draw(told.html);
        await visit.store.drop(thing.seq);
        return "";
      }
      if (told.outcome === "other_user" || told.outcome === "not_allowed") return told.outcome === "other_user" ? "other_user" : "gone";
      await visit.store.put({ ...thing, tried: true, refused: told.sentences });
      return "";
    };

    const attempt = async () => {
      let now;
      try {
        now = await state();
        await visit.onState?.(now);
        if (now.hindrance === "closed" || now.recording === false) return become("closed");
        if (now.hindrance === "gone") return become("gone");
        if (now.hindrance) return wait(now.hindrance);
        for (;;) {
          const [next] = (await visit.store.things()).filter((thing) => !thing.refused);
          if (!next) break;
          become("online");
          const why = await send(next);
          if (why === "gone") return become("gone");
          if (why) return wait(why);
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // fetch says so when there is no network
        return wait("offline");
      }
      failures = 0;
      become("");
    };

    // One tab at a time; another's turn comes with its own timer.
    let running = null;
    const run = () => {
      clearTimeout(timer);
      running ??= (navigator.locks ? navigator.locks.request(`sync ${visit.name}`, attempt) : attempt())
        .catch(() => wait("away"))
        .finally(() => {
          running = null;
          if (wanted) soon();
        });
      return running;
    };

    // Saved while a run was ending: run once more.
    let wanted = false;
    const soon = () => {
      wanted = running !== null;
      if (!running) run();
    };

    window.addEventListener("online", () => soon());
    window.addEventListener("offline", () => become("offline"));
    window.addEventListener("focus", () => condition && soon());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && condition && soon());

    visit.sync = { soon, condition: () => condition };
  }
}
