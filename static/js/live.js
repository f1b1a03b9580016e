// A part that refreshes itself waits while somebody is in it: an opened table or a focused link
// would be lost.
document.addEventListener("htmx:beforeRequest", (event) => {
  const live = event.target.closest?.("[data-live]");
  if (live && (live.contains(document.activeElement) || live.querySelector("details[open]"))) {
    event.preventDefault();
  }
});
