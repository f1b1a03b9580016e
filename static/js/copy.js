// <button data-copy-text="…" data-copied="…" hidden>: copies a text. Shown only where the browser has
// a clipboard (https, or one's own machine).
{
  const show = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("[data-copy-text]")) button.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("parts-shown", show);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy-text]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copyText);
    button.textContent = button.dataset.copied;
  });
}
