// Materials travel in pieces (evaluation/views/uploading.py): many files at once, each taken up again
// after a broken network, an expired session or a killed server. After a closed page the reader
// chooses the same file again, and what has arrived is checked against it and not sent anew.
// Without this script the forms send their files in one request.
{ // classic scripts share their outermost names; the block keeps these apart
  const AT_ONCE = 2;
  const AGAIN = [1000, 3000, 10_000, 30_000];
  const page = document.querySelector("[data-uploads]");
  const template = page?.querySelector("template[data-upload-item]");
  const waiting = [];
  const running = new Set();

  class Stopped extends Error {}

  // One file on its way

  class Item {
    constructor(file, form) {
      this.file = file;
      this.form = form;
      this.slot = form.dataset.slot;
      this.replaces = form.querySelector('input[name="replaces"]')?.value ?? "";
      this.failures = 0;
      this.row = template.content.cloneNode(true).querySelector("li");
      this.row.querySelector("[data-name]").textContent = file.name;
      this.bar.setAttribute("aria-label", file.name);
      this.row.querySelector("[data-give-up]").addEventListener("click", () => this.giveUp());
      this.row.querySelector("[data-retry]").addEventListener("click", () => this.wake?.());
      this.row.querySelector("[data-dismiss]").addEventListener("click", () => this.row.remove());
      document.querySelector(`[data-upload-list="${this.slot}"]`).append(this.row);
      this.show("waiting");
    }

    get bar() {
      return this.row.querySelector("progress");
    }

    show(state, said = "") {
      this.state = state;
      this.row.dataset.state = state;
      for (const words of this.row.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
      this.row.querySelector("[data-said]").textContent = said;
      const over = ["refused", "moved", "done"].includes(state);
      const pause = ["offline", "full", "expired"].includes(state);
      this.row.querySelector("[data-retry]").hidden = !pause;
      this.row.querySelector("[data-give-up]").hidden = over || state === "finishing";
      this.row.querySelector("[data-dismiss]").hidden = !over;
    }

    showArrived(bytes) {
      const percent = Math.floor((bytes * 100) / this.file.size);
      this.bar.value = percent;
      this.row.querySelector("[data-percent]").textContent = `${percent}%`;
    }

    giveUp() {
      this.stopped = true;
      this.controller?.abort();
      this.wake?.();
      if (this.told) post(this.told.give_up_url).catch(() => {});
      this.row.remove();
    }

    // A request that is repeated until it arrives. Ends in the answer's JSON, or in Stopped.
    async ask(url, body) {
      for (;;) {
        if (this.stopped) throw new Stopped();
        let answer = null;
        try {
          this.controller = new AbortController();
          answer = await post(url, body, this.controller.signal);
          if (answer.status === 403 && (await renewed())) continue;
        } catch {
          answer = null;
        }
        if (this.stopped) throw new Stopped();
        const json = answer?.headers.get("content-type")?.startsWith("application/json");
        if (answer?.ok && json) {
          this.failures = 0;
          const told = await answer.json().catch(() => null);
          if (told) return told;
          answer = null; // it broke off on the way
        }
        if (answer && [409, 422].includes(answer.status) && json) {
          const { sentences } = await answer.json();
          this.show("refused", sentences.join(" "));
          throw new Stopped();
        }
        if (answer && [401, 403].includes(answer.status)) {
          await this.pause("expired");
          await renewed().catch(() => false);
        } else if (answer?.redirected || answer?.status === 404 || answer?.status === 413) {
          this.show("moved");
          throw new Stopped();
        } else if (answer?.status === 507) {
          await this.pause("full", (await answer.json()).sentences.join(" "));
        } else await this.pause("offline");
      }
    }

    // Until some time has passed, the network or the reader comes back, or a button is pressed.
    pause(state, said) {
      this.show(state, said);
      return new Promise((resolve) => {
        const timer = setTimeout(() => this.wake(), AGAIN[Math.min(this.failures++, AGAIN.length - 1)]);
        this.wake = () => {
          clearTimeout(timer);
          this.wake = null;
          if (!this.stopped) this.show("sending");
          resolve();
        };
      });
    }

    async send() {
      const { file } = this;
      const body = new URLSearchParams({
        name: file.name,
        size: file.size,
        modified: file.lastModified,
        replaces: this.replaces,
      });
      this.show("sending");
      this.told = await this.ask(this.form.dataset.pieces, body);
      for (const old of document.querySelectorAll("[data-unfinished]"))
        if (this.told.finish_url.includes(old.dataset.unfinished)) old.remove();
      if (!(await this.isTheSame())) {
        await this.ask(this.told.give_up_url).catch(() => {});
        this.told = await this.ask(this.form.dataset.pieces, body);
      }
      const count = Math.ceil(file.size / this.told.piece_size);
      let arrived = 0;
      for (let number = 0; number < count; number++) {
        const piece = this.piece(number);
        if (!(number in this.told.pieces)) {
          this.show("sending");
          this.showArrived(arrived);
          await this.ask(`${this.told.piece_url}${number}/`, piece);
        }
        arrived += piece.size;
        this.showArrived(arrived);
      }
      this.show("finishing");
      const { said, parts } = await this.ask(this.told.finish_url);
      this.show("done", said);
      // The file stands in its list by now; saying it twice is enough for a while.
      setTimeout(() => this.row.remove(), 8000);
      showParts(parts);
    }

    piece(number) {
      const size = this.told.piece_size;
      return this.file.slice(number * size, (number + 1) * size);
    }

    // Whether what has arrived is the beginning of this very file, not of another of its name.
    async isTheSame() {
      const arrived = Object.entries(this.told.pieces);
      if (!arrived.length) return true;
      if (!crypto.subtle) return false;
      this.show("checking");
      for (const [number, sha256] of arrived) {
        const digest = await crypto.subtle.digest("SHA-256", await this.piece(Number(number)).arrayBuffer());
        const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        if (hex !== sha256) return false;
      }
      return true;
    }
  }

  const token = () => document.querySelector('meta[name="csrf-token"]').content;

  const post = (url, body, signal) =>
    fetch(url, { method: "POST", body, signal, headers: { "X-CSRFToken": token() } });

  // After signing in again elsewhere this page's token is old; it is renewed for the same user only.
  const renewed = async () => {
    const answer = await fetch(location.pathname);
    if (!answer.ok || new URL(answer.url).pathname === page.dataset.login) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = fresh.querySelector('meta[name="csrf-token"]')?.content;
    if (fresh.querySelector("[data-uploads]")?.dataset.uploads !== page.dataset.uploads || !now) return false;
    document.querySelector('meta[name="csrf-token"]').content = now;
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = now;
    return true;
  };

  // Nothing that is being typed is replaced.
  const showParts = (html) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    for (const part of answer.body.children) {
      const place = document.getElementById(part.id);
      if (!place || place.innerHTML === part.innerHTML) continue;
      const typed = new Map(
        [...place.querySelectorAll("form.file-period")].map((form) => [
          form.getAttribute("action"),
          [...form.querySelectorAll("input[type=month]")].map((input) => [input.value, input.defaultValue]),
        ]),
      );
      place.innerHTML = part.innerHTML;
      for (const form of place.querySelectorAll("form.file-period")) {
        const before = typed.get(form.getAttribute("action")) ?? [];
        form.querySelectorAll("input[type=month]").forEach((input, nth) => {
          const [value, original] = before[nth] ?? [];
          if (value !== undefined && value !== original) input.value = value;
        });
      }
    }
    document.dispatchEvent(new Event("parts-shown"));
  };

  const next = () => {
    while (running.size < AT_ONCE && waiting.length) {
      const item = waiting.shift();
      if (item.stopped) continue;
      running.add(item);
      item
        .send()
        .catch((error) => {
          if (!(error instanceof Stopped)) item.show("refused", String(error));
        })
        .finally(() => {
          running.delete(item);
          next();
        });
    }
  };

  const take = (files, form) => {
    for (const file of files) waiting.push(new Item(file, form));
    next();
  };

  if (template) {
    document.addEventListener(
      "submit",
      (event) => {
        const form = event.target;
        if (!form.matches("[data-pieces]")) return;
        event.preventDefault();
        event.stopPropagation();
        const input = form.querySelector('input[type="file"]');
        take([...input.files], form);
        input.value = "";
        const chosen = form.querySelector("[data-chosen]");
        chosen.textContent = chosen.dataset.chosen;
        form.querySelector(".drop-zone").classList.remove("has-file", "is-over");
        form.closest("details")?.removeAttribute("open");
      },
      true,
    );

    // Anywhere on a slot is good enough to drop; beside the slots the page is not left for the file.
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      const slot = event.target.closest?.(".slot");
      for (const each of document.querySelectorAll(".slot.is-over")) each.classList.toggle("is-over", each === slot);
      slot?.classList.add("is-over");
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) for (const each of document.querySelectorAll(".slot.is-over")) each.classList.remove("is-over");
    });
    document.addEventListener("drop", (event) => {
      const slot = event.target.closest?.(".slot");
      slot?.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      const form = event.target.closest("form[data-pieces]") ?? slot?.querySelector(".slot-main > form[data-pieces]");
      if (form) take([...event.dataTransfer.files], form);
    });

    const wakeAll = () => {
      for (const item of running) if (["offline", "expired"].includes(item.state)) item.wake?.();
    };
    window.addEventListener("online", wakeAll);
    window.addEventListener("focus", wakeAll);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wakeAll());
    window.addEventListener("beforeunload", (event) => {
      if (running.size || waiting.some((item) => !item.stopped)) event.preventDefault();
    });
  }
}
