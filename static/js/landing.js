// Who follows a link to a place of the page (the list of errors, a point of the deficiency notice)
// lands where something can be done: the field is marked until the reader goes elsewhere, and holds
// the focus.
{ // classic scripts share their outermost names; the block keeps these apart
  const INPUTS = "input:not([type=hidden]), select, textarea";
  const WHOLE = "#table-gaps, .field, .line, .slot, .theirs, .scan-line, .file-tools, .check-list > li, tr";
  let landed = null;

  const shown = (element) => !element.disabled && element.getClientRects().length > 0;

  // In a row or a group: what is wrong, else what is empty, else the first.
  const inputIn = (place) => {
    const inputs = [...place.querySelectorAll(INPUTS)].filter(shown);
    const empty = (input) => !["radio", "checkbox"].includes(input.type) && input.value.trim() === "";
    const chosen = (input) => input.type === "radio" && input.checked;
    const wrong = (input) => input.getAttribute("aria-invalid") === "true";
    return inputs.find(wrong) ?? inputs.find(empty) ?? inputs.find(chosen) ?? inputs[0];
  };

  const leave = () => {
    landed?.classList.remove("is-landed");
    landed = null;
  };

  const land = (hash) => {
    const place = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
    let whole = place?.closest(WHOLE) ?? (place?.matches("form") ? place : null);
    for (let each = whole?.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
    // What waits hidden behind a computed value stands in a line that is shown.
    while (whole && !shown(whole)) whole = whole.parentElement.closest(WHOLE);
    if (!whole) return;
    leave();
    landed = whole;
    whole.classList.add("is-landed");
    // A slot is read from its name on; a field is typed into.
    const inside = whole.matches(".slot") ? null : place.matches(INPUTS) && shown(place) ? place : inputIn(whole);
    const target = inside ?? [...whole.querySelectorAll("a[href], button")].find((each) => !whole.matches(".slot") && shown(each)) ?? whole;
    if (target === whole && !whole.hasAttribute("tabindex")) whole.tabIndex = -1;
    target.focus({ preventScroll: true });
    whole.scrollIntoView({ block: whole.offsetHeight < innerHeight / 2 ? "center" : "start", behavior: "instant" });
  };

  document.addEventListener("focusin", (event) => {
    if (landed && !landed.contains(event.target)) leave();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href*='#']");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // The browser goes there first; a link that is followed twice lands twice.
    if (link.pathname === location.pathname && link.search === location.search)
      setTimeout(() => land(link.hash));
  });
  window.addEventListener("hashchange", () => land(location.hash));
  // After the browser's own way to the place, which takes the focus off; not while somebody types.
  window.addEventListener("load", () =>
    setTimeout(() => {
      const at = document.activeElement;
      // After a refusal the list of errors is read first; each of its links leads on.
      const refused = document.querySelector(".error-summary");
      if (refused && at === document.body && !location.hash) return refused.focus();
      if (at === document.body || `#${at.id}` === location.hash) land(location.hash);
    }),
  );
}
