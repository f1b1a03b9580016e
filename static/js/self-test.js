// Copies the link of the self-test. Where the browser gives no clipboard (plain http on an
// intranet), the link is selected for the reader to copy.
const showCopyButtons = () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
};
document.addEventListener("DOMContentLoaded", showCopyButtons);
document.addEventListener("htmx:oobAfterSwap", showCopyButtons);

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
