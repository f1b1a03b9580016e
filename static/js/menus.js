// Menus are <details>: close them on Escape, on a press elsewhere, and when another one opens.
const openMenus = () => document.querySelectorAll("details.drop[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <details data-fold> is open beside the content and folded above it on a phone.
const narrow = window.matchMedia("(max-width: 991.98px)");
const fold = () => {
  for (const part of document.querySelectorAll("details[data-fold]")) part.open = !narrow.matches;
};
document.addEventListener("DOMContentLoaded", fold);
narrow.addEventListener("change", fold);
