// What the page says of the device: the steady line with its count, and under each item what is
// still on the device. The count is read from the store each time, so it is never a guess.
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  if (visit) {
    const { page, say, store } = visit;
    const line = document.querySelector("[data-visit-line]");
    const make = (tag, properties = {}, ...children) => {
      const node = Object.assign(document.createElement(tag), properties);
      node.append(...children);
      return node;
    };

    visit.warn = (sentence) => {
      const box = document.querySelector("[data-visit-warnings]");
      box.hidden = false;
      box.append(make("p", { textContent: sentence }));
      box.scrollIntoView({ block: "nearest" });
    };

    /** Put the parts of an answer in the place of those with the same id. */
    visit.draw = (html) => {
      const parts = new DOMParser().parseFromString(html, "text/html").body.children;
      for (const part of [...parts]) {
        const old = document.getElementById(part.id);
        if (!old) continue;
        if (old.matches(".site-item.is-changed")) {
          // Someone types there: only what the server now knows is taken over.
          const name = `[name$="-seen"]`;
          const seen = part.querySelector(name);
          if (seen) old.querySelector(name).value = seen.value;
          continue;
        }
        if (old.id === "signatures" && old.contains(document.activeElement)) continue;
        const focused = old.contains(document.activeElement);
        old.replaceWith(part);
        window.htmx?.process(part);
        if (focused) part.focus({ preventScroll: true });
      }
      document.dispatchEvent(new CustomEvent("visit:drawn"));
    };

    const unitOf = (thing) => (thing.kind === "signature" ? `signature ${thing.side}` : thing.indicator);

    // The portal's own time zone, whatever the device is set to: the record is read beside others.
    const ZONE = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, ZONE);
    visit.moment = (at) => new Date(at).toLocaleString(document.documentElement.lang, { ...ZONE, month: "long", day: "numeric" });

    // A page preloaded days before says no longer that it is too early once the day has come.
    const today = new Date().toLocaleDateString("sv-SE", { timeZone: ZONE.timeZone });
    for (const early of page.parentElement.querySelectorAll("[data-until]")) early.hidden = today >= early.dataset.until;

    const discardButton = (thing) => {
      const button = make("button", { type: "button", className: "btn btn-link", textContent: say(`discard_${thing.kind}`) });
      button.addEventListener("click", async () => {
        if (window.confirm(say(`discard_${thing.kind}_ask`))) await store.drop(thing.seq);
      });
      return button;
    };

    // Pictures are shown from the device's own bytes; an address is given back when it is not shown.
    let pictures = [];
    const card = (thing) => {
      const box = make("div", { className: thing.refused ? "site-local-one is-refused" : "site-local-one" });
      if (thing.kind === "photo") {
        const url = URL.createObjectURL(new Blob([thing.bytes], { type: "image/jpeg" }));
        pictures.push(url);
        box.append(make("img", { src: url, alt: say("photo", { name: thing.name }) }));
        box.append(make("p", { textContent: `${say("waiting")} · ${thing.name}` }));
      } else {
        const shown = thing.kind === "signature" ? say("signed_here", { name: thing.name }) : thing.shown;
        box.append(make("p", {}, make("strong", { textContent: shown })));
        const told = thing.kind === "finding" && !thing.refused ? ` · ${say("verdict")}` : "";
        box.append(make("p", { className: "quiet small", textContent: `${say("waiting")} · ${clock(thing.noted_at ?? thing.signed_at)}${told}` }));
      }
      if (thing.refused) {
        box.append(make("ul", { className: "field-errors" }, ...thing.refused.map((text) => make("li", { textContent: text }))));
      }
      if (thing.refused || visit.sync.condition() === "closed" || thing.kind === "photo") box.append(discardButton(thing));
      return box;
    };

    const drawLocal = (things) => {
      for (const url of pictures) URL.revokeObjectURL(url);
      pictures = [];
      const findings = things.filter((thing) => thing.kind === "finding");
      const held = new Set(findings.filter((thing) => !thing.refused).map(unitOf));
      const refused = new Set(findings.filter((thing) => thing.refused).map(unitOf));
      for (const item of page.querySelectorAll(".site-item")) {
        const code = visit.forms.codeOf(item);
        item.classList.toggle("is-held", held.has(code));
        item.classList.toggle("is-refused", refused.has(code) && !held.has(code));
        const summary = item.querySelector(".site-form details > summary");
        const recorded = held.has(code) || item.dataset.state !== "open";
        if (summary) summary.textContent = say(recorded ? "edit_item" : "fill_item");
      }
      for (const place of document.querySelectorAll("[data-held]")) place.textContent = held.size ? say("held", { count: held.size }) : "";
      for (const place of page.querySelectorAll("[data-local]")) {
        const own = things.filter((thing) => unitOf(thing) === place.dataset.local);
        place.replaceChildren(...own.map(card));
        place.hidden = own.length === 0;
      }
    };

    // What is said of the device where it holds nothing: nothing was saved, nothing can be exported.
    const NOTHING_KEPT = ["offline", "away", "expired", "closed"];

    const drawLine = (things, drafts) => {
      const units = new Set(things.map(unitOf));
      const refused = new Set(things.filter((thing) => thing.refused).map(unitOf));
      const condition = visit.sync.condition() || (units.size > refused.size ? "online" : "");
      line.dataset.count = units.size;
      line.dataset.condition = condition;
      const begun = page.querySelector('.site-item:not([data-state="open"])') !== null || visit.sent;
      line.querySelector("[data-visit-count]").textContent = units.size ? say("pending", { count: units.size }) : say(begun ? "none" : "nothing");
      const rest = [];
      if (refused.size) rest.push(say("refused", { count: refused.size }));
      if (drafts.length) rest.push(say("drafts", { count: drafts.length }));
      if (condition === "online" ? units.size > refused.size : condition) rest.push(say(units.size || !NOTHING_KEPT.includes(condition) ? condition : `${condition}_nothing`));
      if (condition === "offline" && !visit.preloaded) rest.push(say("not_preloaded"));
      line.querySelector("[data-visit-condition]").textContent = rest.join(" · ");
      drawConflicts();
      line.querySelector("[data-visit-login]").hidden = !["expired", "other_user"].includes(condition);
    };

    // Two findings of one item, by the page and by what the server said last: another device may
    // have brought the second after the page was drawn.
    const twice = () => {
      const drawn = [...page.querySelectorAll('.site-item[data-state="conflict"]')].map(visit.forms.codeOf);
      return [...new Set([...drawn, ...(visit.conflicts ?? [])])];
    };
    const drawConflicts = () => {
      const codes = twice();
      const place = line.querySelector("[data-visit-conflicts]");
      place.hidden = codes.length === 0;
      line.toggleAttribute("data-conflict", codes.length > 0);
      if (!codes.length) return;
      place.querySelector("span").textContent = say("conflicts", { count: codes.length });
      place.querySelector("a").href = `#item-${codes[0]}`;
    };
    line.querySelector("[data-visit-conflicts] a").addEventListener("click", (event) => {
      const item = document.querySelector(event.target.hash);
      if (!item || item.dataset.state === "conflict") return;
      event.preventDefault(); // the second finding is not on this page yet
      location.hash = event.target.hash;
      location.reload();
    });

    const redraw = async () => {
      if (visit.closed) return;
      const [things, drafts] = [await store.things(), await store.drafts()];
      drawLocal(things);
      drawLine(things, drafts);
      document.dispatchEvent(new CustomEvent("visit:held", { detail: things }));
    };

    // One after the other, and the last one asked for is the last one drawn.
    let drawing = Promise.resolve();
    const draw = () => {
      drawing = drawing.then(redraw, redraw);
      return drawing;
    };
    for (const news of ["visit:changed", "visit:condition", "visit:drawn"]) document.addEventListener(news, draw);

    // What was typed, or saved and not yet sent, stands in the forms again.
    const restore = async () => {
      for (const thing of await store.things()) {
        const item = thing.kind === "finding" && visit.forms.itemOf(thing.indicator);
        if (item) visit.forms.fill(item, thing.fields);
      }
      for (const draft of await store.drafts()) {
        const item = visit.forms.itemOf(draft.indicator);
        if (!item?.querySelector(".site-form")) continue;
        visit.forms.fill(item, draft.fields);
        item.classList.add("is-changed");
        const details = item.querySelector(".site-form details");
        details.open = true;
        details.prepend(make("p", { className: "small site-restored", textContent: say("restored") }));
        details.prepend(details.querySelector("summary"));
      }
    };

    document.addEventListener("DOMContentLoaded", async () => {
      visit.usable = await store.usable();
      if (!visit.usable) {
        visit.warn(say("storage"));
        return;
      }
      document.documentElement.classList.add("keeps-visits");
      line.hidden = false;
      await restore();
      await draw();
      visit.sync.soon();
    });
  }
}
