// A table of the application form saves itself while one types (evaluation:form_autosave). What has
// not arrived stays in the page and in this browser (kept.js), is tried again, and is offered back.
{ // classic scripts share their outermost names; the block keeps these apart
  const PAUSE = 1200; // after the last keystroke, in milliseconds
  const AGAIN = [2000, 5000, 15_000, 30_000];
  const NOT_TYPED = ["csrfmiddlewaretoken", "version", "base", "tab", "writer", "remove_row", "add_row", "disputed"];

  const form = document.querySelector("form[data-autosave]");
  if (form) {
    const tab = [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36).padStart(2, "0")).join("");
    const key = form.dataset.keep + tab;
    const merging = form.dataset.saving === "merging";
    let timer = 0;
    let failures = 0;
    let queue = Promise.resolve();
    let faults = {};
    let sender = tab; // under another name, a page that left something of others does not outdo them
    let skipped = 0;

    // What was typed

    const fields = () =>
      [...new FormData(form)].filter(([name]) => !NOT_TYPED.includes(name) && !name.startsWith("choose-"));

    // The same text, however its rows are numbered: blank cells left out, rows counted anew.
    const plain = (list) => {
      const rows = {};
      const lines = [];
      for (const [name, value] of list) {
        const text = value.replaceAll("\r\n", "\n").trim();
        if (!text) continue;
        const found = /^([^-]+)-(\d+)-(.+)$/.exec(name);
        if (!found) {
          lines.push(`${name}=${text}`);
          continue;
        }
        const [, field, number, column] = found;
        rows[field] ??= [];
        if (!rows[field].includes(number)) rows[field].push(number);
        lines.push(`${field}-${rows[field].indexOf(number)}-${column}=${text}`);
      }
      return lines.sort().join("\n");
    };

    let arrived = plain(fields());
    const isChanged = () => plain(fields()) !== arrived;

    // What the foot says

    const say = (state) => {
      form.dataset.saving = state;
    };

    const waits = () => ["offline", "expired"].includes(form.dataset.saving);

    // Text of a page with two texts to choose from is asked about again when it comes back, as if it
    // had begun from nothing.
    const keep = () => {
      const { version, base } = form.elements;
      const start = merging ? { version: "0", base: "{}", merging } : { version: version.value, base: base.value };
      const good = window.kept.put(key, { fields: fields(), ...start });
      form.querySelector("[data-storage]").hidden = good;
      return good;
    };

    // Saving

    const token = () => document.querySelector('meta[name="csrf-token"]').content;

    const send = (body) =>
      fetch(form.dataset.autosave, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": token() },
        // Let a save that is under way outlive the page, as long as browsers allow that.
        keepalive: body.toString().length < 60_000,
      });

    const leadsToLogin = (answer) => new URL(answer.url).pathname === form.dataset.login;

    // After signing in again elsewhere this page's token is old; it is renewed for the same user only.
    const renewed = async () => {
      const answer = await fetch(location.pathname);
      if (leadsToLogin(answer) || !answer.ok) return false;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector('meta[name="csrf-token"]')?.content;
      if (page.querySelector("form[data-autosave]")?.dataset.keep !== form.dataset.keep || !fresh) return false;
      document.querySelector('meta[name="csrf-token"]').content = fresh;
      for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = fresh;
      return true;
    };

    const failed = (state) => {
      keep();
      say(state);
      if (state === "moved" || state === "refused") return;
      clearTimeout(timer);
      timer = setTimeout(save, AGAIN[Math.min(failures++, AGAIN.length - 1)]);
    };

    const attempt = async (pressed) => {
      if (merging || form.dataset.saving === "conflict") return;
      if (!pressed && !isChanged()) {
        window.kept.drop(key);
        if (waits()) say("saved");
        return;
      }
      const sent = fields();
      const body = new URLSearchParams(new FormData(form));
      body.set("tab", sender);
      if (pressed) body.set("pressed", "1");
      if (pressed || !waits()) say("saving");
      let answer;
      let told;
      try {
        answer = await send(body);
        if (answer.status === 403 && (await renewed())) answer = await send(body);
        if (leadsToLogin(answer) || answer.status === 401 || answer.status === 403) return failed("expired");
        if (answer.redirected || answer.status === 404) return failed("moved");
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 409) return failed("refused");
        told = await answer.json();
      } catch {
        return failed("offline");
      }
      failures = 0;
      showParts(told.parts);
      faults = told.faults;
      showFaults(pressed);
      if (answer.status === 409) {
        keep();
        form.querySelector("[data-meanwhile]").innerHTML = told.meanwhile;
        return say("conflict");
      }
      takeOver(sent, told);
      if (isChanged()) {
        keep();
        say("changed");
        later(PAUSE);
      } else {
        window.kept.drop(key);
        say("saved");
      }
    };

    // What was saved otherwise than it was sent: another page changed it meanwhile, or the portal
    // computes it now. Where somebody typed on since, the field stays and is asked about next time.
    const takeOver = (sent, told) => {
      const of = (key, list) => list.filter(([name]) => name === key || name.startsWith(`${key}-`));
      const shown = [];
      let { version, base } = told;
      for (const [key, html] of Object.entries(told.lines)) {
        const place = document.getElementById(`line-${key}`);
        if (!place || plain(of(key, fields())) !== plain(of(key, sent))) {
          version = form.elements.version.value;
          base = { ...base, [key]: JSON.parse(form.elements.base.value)[key] ?? "" };
          sender = `${tab}${++skipped}`.slice(-24);
          continue;
        }
        const focused = place.contains(document.activeElement) && document.activeElement.id;
        place.outerHTML = html;
        document.getElementById(`line-${key}`).classList.toggle("was-merged", told.merged !== undefined);
        if (focused) document.getElementById(focused)?.focus();
        shown.push(key);
      }
      const isShown = ([name]) => shown.some((key) => name === key || name.startsWith(`${key}-`));
      arrived = plain([...sent.filter((each) => !isShown(each)), ...fields().filter(isShown)]);
      form.elements.version.value = version;
      form.elements.base.value = JSON.stringify(base);
      if (shown.length) document.dispatchEvent(new Event("lines-replaced"));
      if (told.merged) {
        const note = form.querySelector("[data-merged]");
        note.textContent = told.merged;
        note.hidden = false;
      }
    };

    // One after the other: a save that overtook another would conflict with it.
    const save = (pressed = false) => {
      clearTimeout(timer);
      queue = queue.catch(() => {}).then(() => attempt(pressed === true));
      return queue;
    };

    const later = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    };

    // The parts around the inputs

    const showParts = (html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      for (const part of page.body.children) {
        const place = document.getElementById(part.id);
        if (!place || place.contains(document.activeElement) || place.innerHTML === part.innerHTML) continue;
        const open = [...place.querySelectorAll("details")].map((each) => each.open);
        place.innerHTML = part.innerHTML;
        place.querySelectorAll("details").forEach((each, count) => {
          each.open = open[count] ?? each.open;
        });
      }
    };

    // Nobody is told off for what is still being typed.
    const showFaults = (all) => {
      const typing = all ? null : document.activeElement;
      for (const list of form.querySelectorAll(".field-errors[id]")) {
        const id = list.id.replace(/_error$/, "");
        if (faults[id]) continue;
        list.remove();
        document.getElementById(id)?.removeAttribute("aria-invalid");
      }
      for (const [id, messages] of Object.entries(faults)) {
        const input = document.getElementById(id);
        if (!input || input === typing) continue;
        let list = document.getElementById(`${id}_error`);
        if (!list) {
          list = document.createElement("ul");
          list.className = "field-errors";
          list.id = `${id}_error`;
          (input.closest("td, .field") ?? input.parentElement).append(list);
        }
        list.replaceChildren(
          ...messages.map((message) => Object.assign(document.createElement("li"), { textContent: message })),
        );
        input.setAttribute("aria-invalid", "true");
        const told = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
        input.setAttribute("aria-describedby", [...told.add(list.id)].join(" "));
      }
      for (const field of form.querySelectorAll(".field")) {
        field.classList.toggle("has-error", field.querySelector(":scope > .field-errors") !== null);
      }
    };

    // While one types

    let keeping = 0;
    const touched = () => {
      clearTimeout(keeping);
      if (!isChanged()) {
        window.kept.drop(key);
        if (form.dataset.saving === "changed") say("saved");
        return;
      }
      keeping = setTimeout(keep, 150);
      if (form.dataset.saving === "saved") say("changed");
      if (["saving", "changed"].includes(form.dataset.saving)) later(PAUSE);
    };
    form.addEventListener("input", touched);
    form.addEventListener("change", touched);
    form.addEventListener("rows-changed", touched);
    form.addEventListener("focusout", () => setTimeout(() => showFaults(false)));

    form.addEventListener("submit", (event) => {
      if (merging && unanswered()) {
        event.preventDefault();
        return;
      }
      if (merging || form.dataset.saving === "conflict") {
        keep(); // the answer is the page with both texts; should it not come, this comes back
        return;
      }
      event.preventDefault();
      failures = 0;
      save(true);
    });

    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s" || event.altKey) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector(".save-actions button"));
    });

    // Signing out with something unsaved: save first.
    document.addEventListener(
      "submit",
      (event) => {
        if (!event.target.dataset.signOut || merging || !isChanged() || event.target.dataset.tried) return;
        event.preventDefault();
        event.target.dataset.tried = "yes";
        save().then(() => isChanged() || event.target.requestSubmit());
      },
      true,
    );

    // Coming back

    window.addEventListener("online", () => waits() && save());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && isChanged()) {
        keep();
        if (!waits()) save();
      } else if (waits()) save();
    });
    window.addEventListener("focus", () => waits() && save());
    // The browser's back button may bring the page back as it was left.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && isChanged()) touched();
    });
    window.addEventListener("pagehide", () => {
      if (isChanged()) keep();
    });
    window.addEventListener("beforeunload", (event) => {
      if (isChanged() && !keep()) event.preventDefault();
    });

    // The place where the reader left off: /form/ leads to #here.
    const place = `place:${form.dataset.keep}`;
    form.addEventListener("focusin", (event) => {
      if (event.target.id) sessionless(() => localStorage.setItem(place, event.target.id));
    });
    const sessionless = (work) => {
      try {
        return work();
      } catch {
        return null;
      }
    };
    if (location.hash === "#here") {
      const last = document.getElementById(sessionless(() => localStorage.getItem(place)) ?? "");
      if (last && form.contains(last)) {
        last.focus({ preventScroll: true });
        last.scrollIntoView({ block: "center" });
      }
      history.replaceState(null, "", location.pathname);
    }

    // A way that leads out of the unfolded score folds it again.
    document.addEventListener("click", (event) => {
      if (event.target.closest(".score-fold a")) event.target.closest("details:not(.lacks)").open = false;
    });

    // Text that could not be saved in an earlier page

    const offer = () => {
      const box = form.querySelector("[data-kept-offer]");
      const [entry] = window.kept.entries(form.dataset.keep).filter((each) => {
        if (each.key === key) return false;
        const settled = each.merging && location.hash === "#settled";
        if (!settled && plain(each.fields) !== arrived) return true;
        window.kept.drop(each.key);
        return false;
      });
      box.hidden = !entry;
      if (!entry) return;
      box.querySelector("[data-kept-at]").textContent = new Date(entry.at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      const now = new Map(fields());
      const texts = entry.fields.filter(([name, value]) => value.trim() && now.get(name) !== value);
      box.querySelector("[data-kept-list]").replaceChildren(
        ...texts.slice(0, 20).flatMap(([name, value]) => [
          Object.assign(document.createElement("dt"), { textContent: labelOf(name) }),
          Object.assign(document.createElement("dd"), { textContent: value }),
        ]),
      );
      box.querySelector("[data-kept-discard]").onclick = () => {
        window.kept.drop(entry.key);
        offer();
      };
      box.querySelector("[data-kept-restore]").onclick = () => restore(entry);
    };

    const labelOf = (name) => {
      const input = form.elements[name];
      const one = input instanceof RadioNodeList ? input[0] : input;
      const label = one?.closest(".field")?.querySelector("label, legend, .field-label");
      return one?.getAttribute("aria-label") ?? label?.textContent.replace("*", "").trim() ?? "";
    };

    // The server takes it like any save; where another save stands against it, it shows both.
    const restore = async (entry) => {
      const body = new URLSearchParams([...entry.fields, ["version", entry.version], ["base", entry.base], ["tab", tab], ["writer", form.elements.writer.value]]);
      try {
        const answer = await send(body);
        if (answer.status === 409) return merge(body);
        if (!answer.ok || answer.redirected) return say(leadsToLogin(answer) || answer.status === 401 ? "expired" : "offline");
        window.kept.drop(entry.key);
        const names = new Set(entry.fields.filter(([, value]) => value.trim()).map(([name]) => labelOf(name)));
        sessionless(() => sessionStorage.setItem("restored", [...names].filter(Boolean).join("、")));
        location.reload();
      } catch {
        say("offline");
      }
    };

    const merge = (body) => {
      const page = document.createElement("form");
      page.method = "post";
      page.action = form.getAttribute("action");
      body.set("csrfmiddlewaretoken", token());
      for (const [name, value] of body) {
        page.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      document.body.append(page);
      page.submit();
    };

    // Of two texts one is to be chosen before anything is saved; the first open choice gets the focus.
    const unanswered = () => {
      const open = [...form.querySelectorAll(".theirs")].filter((box) => {
        const answered = box.querySelector('[name^="choose-"]:checked') !== null;
        markOpen(box, !answered);
        return !answered;
      });
      open[0]?.querySelector('[name^="choose-"]').focus();
      open[0]?.scrollIntoView({ block: "center" });
      return open.length > 0;
    };

    const markOpen = (box, isOpen) => {
      box.classList.toggle("is-unanswered", isOpen);
      box.querySelector(".theirs-open").hidden = !isOpen;
    };

    // Of two texts, the field shows the one that is chosen.
    const showChosen = (radio) => {
      const box = radio.closest(".theirs");
      const inputs = [...form.querySelectorAll(`[name="${radio.name.replace("choose-", "")}"]`)];
      box.mine ??= inputs.map((each) => (each.matches("[type=radio], [type=checkbox]") ? each.checked : each.value));
      const theirs = box.dataset.theirs && JSON.parse(box.dataset.theirs);
      if (!theirs) return;
      inputs.forEach((input, place) => {
        const ticks = input.matches("[type=radio], [type=checkbox]");
        if (ticks) input.checked = radio.value === "theirs" ? theirs.includes(input.value) : box.mine[place];
        else input.value = radio.value === "theirs" ? (theirs[0] ?? "") : box.mine[place];
      });
      document.dispatchEvent(new Event("lines-replaced")); // counts its characters
    };
    form.addEventListener("change", (event) => {
      if (!event.target.name?.startsWith("choose-")) return;
      markOpen(event.target.closest(".theirs"), false);
      showChosen(event.target);
    });
    // Writing on in the field is an answer, too: this text is mine.
    form.addEventListener("input", (event) => {
      if (event.target.name?.startsWith("choose-") || !event.target.closest(".has-conflict")) return;
      const box = event.target.closest(".has-conflict").querySelector(".theirs");
      box.mine = undefined;
      box.querySelector('[value="mine"]').checked = true;
      markOpen(box, false);
      if (event.target.matches("textarea, input[type=text]")) {
        const text = box.querySelector('[data-side="mine"] blockquote');
        text.className = "preserve-lines";
        text.textContent = event.target.value;
      }
    });

    if (merging) {
      // This page holds the text now, as one of two to choose from.
      arrived = "";
      for (const entry of window.kept.entries(form.dataset.keep)) window.kept.drop(entry.key);
      keep();
      const head = form.querySelector(".conflict-head");
      head.scrollIntoView({ block: "center" });
      head.focus({ preventScroll: true });
    } else {
      const restored = sessionless(() => sessionStorage.getItem("restored"));
      if (restored) {
        sessionStorage.removeItem("restored");
        const note = form.querySelector("[data-merged]");
        note.textContent = note.dataset.restored + restored;
        note.hidden = false;
      }
      offer();
      if (location.hash === "#settled") history.replaceState(null, "", location.pathname);
    }
  }
}
