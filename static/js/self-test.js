// Copies the link of the self-test. Where the browser gives no clipboard (plain http on an
// intranet), the link is selected for the reader to copy.
const showCopyButtons = () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
};
document.addEventListener("DOMContentLoaded", showCopyButtons);
document.addEventListener("htmx:oobAfterSwap", showCopyButtons);

// A way that leads out of the unfolded score folds it again; so does Escape.
const foldScore = (target) => {
  const folded = target.closest(".score-fold details");
  if (folded) folded.open = false;
};
document.addEventListener("click", (event) => {
  const way = event.target.closest(".score-fold a");
  if (way) foldScore(way);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.closest(".score-fold")) return;
  foldScore(event.target);
  document.querySelector(".score-fold summary").focus();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const link = document.getElementById(button.dataset.copy);
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    button.textContent = button.dataset.copied;
  } catch {
    link.focus();
  }
});
