// Rows of a form table: add, remove and restore rows, and paste a block of cells from a
// spreadsheet. Without this file the buttons submit the form and the server does the same.
{ // classic scripts share their outermost names; the block keeps these apart
  const MARK = "__row__";
  const removed = new WeakMap(); // the last row taken out of each table, with its place

  const bodyOf = (table) => table.querySelector("[data-rows-body]");
  const inputsOf = (row) => [...row.querySelectorAll("input, select, textarea")];
  const isFilled = (row) => inputsOf(row).some((input) => input.value.trim() !== "");

  const recount = (table) => {
    const rows = [...bodyOf(table).rows];
    const count = table.querySelector("[data-rows-count]");
    if (count) count.textContent = rows.filter(isFilled).length;
    const most = Number(table.dataset.maxRows || Infinity);
    const add = table.querySelector("[data-add-row]");
    if (add) add.disabled = rows.length >= most;
  };

  // What came back, in words; gone with the next change.
  const sayRestored = (table, row) => {
    const said = table.querySelector("[data-rows-said]");
    if (!said) return;
    const shown = (input) => (input instanceof HTMLSelectElement ? input.selectedOptions[0].textContent : input.value).trim();
    const texts = inputsOf(row).filter((input) => input.type !== "hidden" && input.value.trim()).map(shown);
    said.textContent = said.dataset.words
      .replace("ROW", [...bodyOf(table).rows].indexOf(row) + 1)
      .replace("TEXT", texts.slice(0, 3).join(" · "));
  };

  const announce = (table) => {
    const said = table.querySelector("[data-rows-said]");
    if (said) said.textContent = "";
    table.dispatchEvent(new Event("input", { bubbles: true }));
    table.dispatchEvent(new Event("rows-changed", { bubbles: true }));
  };

  const addRow = (table) => {
    const body = bodyOf(table);
    if (body.rows.length >= Number(table.dataset.maxRows || Infinity)) return null;
    const used = [...body.rows].map((row) => Number(row.dataset.row));
    const next = Math.max(-1, ...used) + 1;
    const blank = document.createElement("template");
    blank.innerHTML = table.querySelector("[data-rows-blank]").innerHTML.replaceAll(MARK, next);
    const row = blank.content.querySelector("tr");
    body.append(row);
    return row;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row], [data-remove-row], [data-restore-row]");
    const table = button && button.closest("[data-rows]");
    if (!table) return;
    event.preventDefault();
    const restore = table.querySelector("[data-restore-row]");
    if (button.matches("[data-add-row]")) {
      const row = addRow(table);
      if (row) inputsOf(row)[0].focus();
    } else if (button.matches("[data-remove-row]")) {
      const row = button.closest("tr");
      const near = row.nextElementSibling || row.previousElementSibling;
      if (isFilled(row)) {
        removed.set(table, { row, before: row.nextElementSibling });
        restore.hidden = false;
      }
      row.remove();
      if (near) near.querySelector("[data-remove-row]").focus();
      announce(table);
    } else {
      const last = removed.get(table);
      const before = last.before && last.before.isConnected ? last.before : null;
      bodyOf(table).insertBefore(last.row, before);
      removed.delete(table);
      restore.hidden = true;
      inputsOf(last.row)[0].focus();
      announce(table);
      sayRestored(table, last.row);
    }
    recount(table);
  });

  document.addEventListener("input", (event) => {
    const table = event.target.closest?.("[data-rows]");
    if (table) recount(table);
  });

  // The choice that reads so; else the only one whose words contain it: 协议 is 合作协议.
  const optionFor = (select, text) => {
    const options = [...select.options].filter((o) => o.value);
    const same = options.find((o) => o.textContent.trim() === text || o.value === text);
    const alike = text ? options.filter((o) => o.textContent.includes(text)) : [];
    return same ?? (alike.length === 1 ? alike[0] : undefined);
  };

  const put = (input, text) => {
    if (input instanceof HTMLSelectElement) {
      input.value = (optionFor(input, text) ?? { value: "" }).value;
    } else {
      input.value = text;
    }
  };

  document.addEventListener("paste", (event) => {
    const table = event.target.closest?.("[data-rows]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!table || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    let row = event.target.closest("tr");
    const first = inputsOf(row).indexOf(event.target);
    for (const line of text.replace(/\r/g, "").replace(/\n+$/, "").split("\n")) {
      row = row || addRow(table);
      if (!row) break;
      const inputs = inputsOf(row).slice(first);
      line.split("\t").forEach((cell, place) => {
        if (inputs[place]) put(inputs[place], cell.trim());
      });
      row = row.nextElementSibling;
    }
    recount(table);
    announce(table);
  });

  const begin = () => {
    for (const table of document.querySelectorAll("[data-rows]")) {
      recount(table);
      const hint = table.querySelector("[data-rows-hint]");
      if (hint) hint.hidden = false;
    }
  };
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:afterSettle", begin);
  document.addEventListener("lines-replaced", begin);
}
