// The items' forms: their fields as a plain object and back, what was typed and not saved (kept on
// the device), and saving to the device first. The server's own checks come when it is sent; here
// is only asked what could not be asked any more once the team has left: a value, and the reason
// of a difference or of why nothing could be verified.
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  if (visit) {
    const TEXTS = ["documented", "instrument", "reading", "reason", "note"];
    const PAUSE = 250; // after the last keystroke, in milliseconds

    const itemOf = (code) => document.getElementById(`item-${code}`);
    const codeOf = (item) => item.id.replace(/^item-/, "");
    const valueInputs = (item) =>
      [...item.querySelectorAll(`.site-form [name^="${codeOf(item)}-value"]`)];

    /** {value: "1.28", instrument: "…"}; a list where several may be chosen. */
    const read = (item) => {
      const prefix = `${codeOf(item)}-`;
      const fields = {};
      for (const input of valueInputs(item)) {
        const name = input.name.slice(prefix.length);
        if (input.type === "checkbox") {
          fields[name] ??= [];
          if (input.checked) fields[name].push(input.value);
        } else if (input.type === "radio") {
          fields[name] ??= "";
          if (input.checked) fields[name] = input.value;
        } else fields[name] = input.value;
      }
      for (const name of TEXTS) {
        const input = item.querySelector(`.site-form [name="${prefix}${name}"]`);
        if (input) fields[name] = input.value;
      }
      const unverified = item.querySelector(`.site-form [name="${prefix}unverified"]`);
      if (unverified) fields.unverified = unverified.checked ? unverified.value : "";
      return fields;
    };

    const fill = (item, fields) => {
      for (const [name, value] of Object.entries(fields)) {
        for (const input of item.querySelectorAll(`.site-form [name="${codeOf(item)}-${name}"]`)) {
          if (input.type === "checkbox" || input.type === "radio") {
            input.checked = [].concat(value).includes(input.value);
          } else input.value = value;
        }
      }
    };

    const labelOf = (input) => input.closest("label")?.textContent.trim() ?? document.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? input.value;

    /** The value as a reader sees it. */
    const valueText = (item, fields) => {
      if (fields.unverified) return visit.say("unverified");
      const texts = [];
      for (const [name, value] of Object.entries(fields)) {
        if (!name.startsWith("value")) continue;
        const inputs = [...item.querySelectorAll(`.site-form [name="${codeOf(item)}-${name}"]`)];
        if (inputs[0]?.type === "checkbox" || inputs[0]?.type === "radio") {
          texts.push(inputs.filter((input) => [].concat(value).includes(input.value)).map(labelOf).join("、"));
        } else texts.push(value + (inputs[0]?.dataset.unit ?? ""));
      }
      return texts.filter(Boolean).join("；");
    };

    // What must be asked on the spot

    const plain = (value) => (typeof value === "string" ? value.normalize("NFKC").replace(/\s+/g, "") : value);
    const same = (one, other) => {
      const [a, b] = [plain(one), plain(other)];
      if (Array.isArray(a) || Array.isArray(b)) return [].concat(a ?? []).sort().join() === [].concat(b ?? []).sort().join();
      return a === b || (a !== "" && b !== "" && Number(a) === Number(b));
    };

    const faults = (item, fields) => {
      const found = [];
      const declared = JSON.parse(item.dataset.declared || "null");
      const values = Object.entries(fields).filter(([name]) => name.startsWith("value"));
      const { required, number, reason, unverified_reason } = visit.words;
      const reasonField = item.querySelector(`[name="${codeOf(item)}-reason"]`);
      if (fields.unverified) return fields.reason.trim() ? [] : [[reasonField, unverified_reason]];
      for (const [name, value] of values) {
        const input = valueInputs(item).find((each) => each.name.endsWith(`-${name}`));
        if (value === "" || value.length === 0) found.push([input, required]);
        else if (input.inputMode === "decimal" && Number.isNaN(Number(plain(value)))) found.push([input, number]);
      }
      const other = !declared || values.some(([name, value]) => !same(value, declared[name] ?? ""));
      if (!found.length && other && !fields.reason.trim()) {
        found.push([reasonField, reason]);
      }
      return found;
    };

    const showFaults = (item, found) => {
      for (const line of item.querySelectorAll(".field-errors")) line.remove();
      for (const input of item.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
      for (const [input, sentence] of found) {
        const list = Object.assign(document.createElement("ul"), { className: "field-errors", id: `${input.id}_error` });
        list.append(Object.assign(document.createElement("li"), { textContent: sentence }));
        (input.closest(".field") ?? input.parentElement).append(list);
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", list.id);
      }
      found[0]?.[0].focus();
    };

    const waiting = new Map(); // item -> the timer that will keep what is typed in it

    // Saving to the device

    const lost = (error, name) => {
      const key = error?.name === "QuotaExceededError" ? "quota" : "not_kept";
      visit.warn(visit.say(key, { name }));
    };

    const nameOf = (item) => item.querySelector("h3").firstChild.textContent.trim();

    const save = async (item, confirm) => {
      const code = codeOf(item);
      const fields = read(item);
      const found = confirm ? [] : faults(item, fields);
      showFaults(item, found);
      if (found.length) {
        item.querySelector(".site-form details").open = true;
        return;
      }
      clearTimeout(waiting.get(code));
      waiting.delete(code);
      const earlier = (await visit.store.things()).filter(
        (thing) => thing.kind === "finding" && thing.indicator === code,
      );
      const thing = {
        kind: "finding",
        id: crypto.randomUUID(),
        author: visit.user,
        indicator: code,
        fields: confirm ? Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith("value") && name !== "unverified")) : fields,
        confirm,
        seen: item.querySelector(`[name="${code}-seen"]`)?.value ?? "",
        after: earlier.filter((old) => old.tried && !old.refused).at(-1)?.id ?? earlier.at(-1)?.after ?? null,
        noted_at: new Date().toISOString(),
        shown: confirm ? item.querySelector("[data-declared-text]").textContent : valueText(item, fields),
      };
      try {
        await visit.store.put(thing);
        // What the server refused or has never seen is replaced by what was saved now. Something
        // under way may have arrived: it stays and is followed.
        for (const old of earlier) if (old.refused || !old.tried) await visit.store.drop(old.seq);
        await visit.store.dropDraft(code);
      } catch (error) {
        return lost(error, nameOf(item));
      }
      item.classList.remove("is-changed");
      if (!confirm) item.querySelector(".site-form details").open = false;
      saved = code;
      item.focus({ preventScroll: true });
      item.scrollIntoView({ block: "start" }); // the form has folded: the page above the eye is shorter now
      offerNext();
      visit.sync.soon();
    };

    // The item saved last offers the way to the next that is still open, also when it is drawn anew.

    let saved = "";
    const offerNext = () => {
      for (const button of document.querySelectorAll("[data-next-item]")) button.hidden = codeOf(button.closest(".site-item")) !== saved;
    };
    document.addEventListener("visit:drawn", offerNext);
    const isOpen = (item) => item.dataset.state !== "done" && !item.classList.contains("is-held");
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-next-item]");
      if (!button) return;
      const items = [...document.querySelectorAll(".site-item:not([hidden])")];
      const at = items.indexOf(button.closest(".site-item"));
      const next = [...items.slice(at + 1), ...items.slice(0, at)].find(isOpen) ?? document.getElementById("signatures");
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "start" });
    });

    // Before htmx: with a device that keeps things, everything goes through it.
    document.addEventListener(
      "click",
      async (event) => {
        const button = event.target.closest(".site-item .site-form button[type=submit]");
        if (!button || !visit.usable) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        await save(button.closest(".site-item"), button.name === "confirm");
      },
      true,
    );

    // What is typed is kept while it is typed

    const keepDraft = async (item) => {
      const code = codeOf(item);
      clearTimeout(waiting.get(code));
      waiting.delete(code);
      try {
        await visit.store.keepDraft({ indicator: code, fields: read(item), at: Date.now() });
      } catch (error) {
        lost(error, nameOf(item));
      }
    };
    document.addEventListener("input", (event) => {
      const item = event.target.closest(".site-item");
      if (!item || !visit.usable || event.target.type === "file" || !event.target.closest(".site-form")) return;
      const code = codeOf(item);
      clearTimeout(waiting.get(code));
      waiting.set(code, setTimeout(() => keepDraft(item), PAUSE));
    });
    const keepAll = () => {
      for (const code of waiting.keys()) keepDraft(itemOf(code));
    };
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keepAll());
    window.addEventListener("pagehide", keepAll);

    visit.forms = { itemOf, codeOf, nameOf, fill, lost };
  }
}
