// A usual reason that is chosen goes into the text below it, where it can be changed.
document.addEventListener("change", (event) => {
  const choice = event.target.closest("select[data-usual]");
  if (!choice?.value) return;
  const text = choice.form.querySelector("textarea");
  text.value = text.value.trim() ? `${text.value.trimEnd()}\n${choice.value}` : choice.value;
  choice.value = "";
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});
