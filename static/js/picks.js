// Choosing many boxes at once: a button with data-pick ticks the boxes that its selector names, all
// of them where it is empty, and "none" unticks every one. Without script the buttons stay away.
for (const group of document.querySelectorAll("[data-picks]")) {
  for (const shown of group.querySelectorAll("[data-pickers]")) {
    shown.hidden = false;
  }
  group.addEventListener("click", (event) => {
    const pick = event.target.closest("[data-pick]")?.dataset.pick;
    if (pick === undefined) return;
    const boxes = group.querySelectorAll(`input[type=checkbox]${pick === "none" ? "" : pick}`);
    for (const box of boxes) {
      box.checked = pick !== "none";
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
