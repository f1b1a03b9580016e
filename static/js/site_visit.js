// The items of a site visit are saved one by one: leaving warns only of those not yet saved. An
// item that was saved is drawn anew and carries no mark; one that was refused is still unsaved.
document.addEventListener("input", (event) => {
  if (event.target.type === "file" && window.visit?.usable) return; // kept at once (site/photos.js)
  event.target.closest(".site-item")?.classList.add("is-changed");
});

let sending = false;
document.addEventListener("submit", () => {
  sending = true;
});

window.addEventListener("beforeunload", (event) => {
  if (window.visit?.usable) return; // what was typed is kept on the device (site/forms.js)
  if (!sending && document.querySelector(".site-item.is-changed, .site-item.has-defect")) {
    event.preventDefault();
  }
});
