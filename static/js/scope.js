// New application: what the chosen category says about its place and its name, and the fields of
// a new base only where one is wanted.
{ // classic scripts share their outermost names; the block keeps these apart
  const show = (form) => {
    const chosen = form.querySelector('input[name="category"]:checked');
    const place = form.querySelector('input[name="place"]');
    const preview = form.querySelector("[data-name-preview]");
    for (const line of form.querySelectorAll("[data-places] [data-category]")) {
      const own = chosen !== null && line.dataset.category === chosen.value;
      line.hidden = chosen !== null && !own;
      if (own) {
        place.setAttribute("list", `places-${chosen.value}`); // offered only where there is a list
        form.querySelector("[data-name-text]").textContent = line.dataset.pattern.replace(
          "{place}",
          place.value.trim() || "XX",
        );
      }
    }
    preview.hidden = chosen === null;
    const source = form.querySelector('select[name="source"]');
    const files = form.querySelector('input[name="with_files"]')?.closest(".field");
    if (files) files.hidden = !source.value;
    const fresh = form.querySelector("[data-new-base]");
    const base = form.querySelector('input[name="base"]:checked');
    if (fresh && base) fresh.hidden = base.value !== "new";
  };

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest("form[data-scope]");
      if (form) show(form);
    });
  }
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form[data-scope]").forEach(show);
  });
}
