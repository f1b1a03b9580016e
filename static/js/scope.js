// New application: what the chosen category says about its place and its name, and the fields of
// a new base only where one is wanted.
{ // classic scripts share their outermost names; the block keeps these apart
  const show = (form) => {
    const chosen = form.querySelector('input[name="category"]:checked');
    const place = form.querySelector('input[name="place"]');
    const example = form.querySelector("[data-place-example]");
    const preview = form.querySelector("[data-name-preview]");
    if (chosen) {
      form.querySelector("[data-place-label]").textContent = chosen.dataset.place;
      form.querySelector("[data-place-word]").textContent = chosen.dataset.example;
      form.querySelector("[data-name-text]").textContent = chosen.dataset.pattern.replace(
        "{place}",
        place.value.trim() || "XX",
      );
    }
    example.hidden = !chosen;
    preview.hidden = !chosen;
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
