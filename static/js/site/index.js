// The index above the items of a visit: how many are done, which are shown, and the way to each.
// Everything is read from the items themselves, so that it is right with and without network.
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  const index = document.querySelector("[data-visit-index]");
  if (visit && index) {
    const items = () => [...visit.page.querySelectorAll(".site-item")];
    const held = (item) => item.classList.contains("is-held");
    const MATCHES = {
      all: () => true,
      mine: (item) => "mine" in item.dataset && item.dataset.state === "open" && !held(item),
      open: (item) => item.dataset.state === "open" && !held(item),
      conflict: (item) => item.dataset.state === "conflict",
    };
    const stateOf = (item) => (MATCHES.conflict(item) ? "index_conflict" : held(item) ? "waiting" : MATCHES.open(item) ? "" : "index_done");

    const count = () => {
      const all = items();
      const done = all.filter((item) => !MATCHES.open(item)).length;
      index.querySelector("[data-index-count]").textContent = visit.say("index_count", { done, total: all.length });
      index.querySelector("progress").value = done;
      // What the server drew beside and below counts what it has; the device has more.
      const left = all.length - done;
      for (const place of document.querySelectorAll("[data-open-count]")) {
        place.textContent = left ? visit.say("open_count", { count: left }) : visit.say("open_none");
      }
      for (const chip of index.querySelectorAll("[data-filter]")) {
        chip.querySelector("[data-filter-count]").textContent = all.filter(MATCHES[chip.dataset.filter]).length;
      }
      for (const item of all) {
        const place = index.querySelector(`[data-index-state="${visit.forms.codeOf(item)}"]`);
        const state = stateOf(item);
        if (place) place.textContent = state && visit.say(state);
      }
    };

    // What was saved under a filter stays until a filter is pressed again: nothing jumps away.
    const show = (filter) => {
      for (const chip of index.querySelectorAll("[data-filter]")) chip.setAttribute("aria-pressed", chip.dataset.filter === filter);
      for (const item of items()) item.hidden = !MATCHES[filter](item);
      for (const section of visit.page.querySelectorAll(".site-visit > .section")) section.hidden = !section.querySelector(".site-item:not([hidden])");
    };

    index.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-filter]");
      if (chip) show(chip.dataset.filter);
      else if (event.target.closest("a")) show("all");
    });
    // A link to an item that is not shown shows all.
    window.addEventListener("hashchange", () => location.hash && document.querySelector(location.hash)?.hidden && show("all"));
    for (const news of ["visit:held", "visit:drawn"]) document.addEventListener(news, count);
    document.addEventListener("DOMContentLoaded", count);
  }
}
