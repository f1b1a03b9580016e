// Queue tables: up and down move between the rows' links; choosing rows shows the bulk bar;
// forms marked data-autosubmit send themselves when a filter changes.
const rowLink = (row) => row.querySelector("a.row-link, th a, td a");

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = event.target.closest("table.queue tbody tr");
  if (!row || event.target.matches("select, input:not([type=checkbox]), textarea")) return;
  let next = row;
  do {
    next = event.key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling;
  } while (next && !rowLink(next));
  if (next) {
    event.preventDefault();
    rowLink(next).focus();
  }
});

document.addEventListener("change", (event) => {
  const table = event.target.closest("table.queue");
  if (table && event.target.matches("input[type=checkbox]")) {
    if (event.target.matches("[data-choose-all]")) {
      for (const box of table.querySelectorAll("tbody input[type=checkbox]")) {
        box.checked = event.target.checked;
      }
    }
    const chosen = table.querySelectorAll("tbody input[type=checkbox]:checked").length;
    const bar = table.closest(".queue-frame")?.querySelector("[data-bulk]");
    if (bar) {
      bar.hidden = chosen === 0;
      const count = bar.querySelector("[data-bulk-count]");
      if (count) count.textContent = chosen;
    }
  }
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
});
