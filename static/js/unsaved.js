// A form marked data-unsaved warns before its changes are lost, and its foot says they are unsaved.
const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-unsaved]");
  if (!form) return;
  changed.add(form);
  form.classList.add("is-changed");
});

document.addEventListener("submit", (event) => {
  changed.delete(event.target);
});

window.addEventListener("beforeunload", (event) => {
  if (changed.size > 0) event.preventDefault();
});
