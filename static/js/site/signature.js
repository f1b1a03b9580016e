// A signature by finger, pen or mouse, as lines of points in a field of 1000 × 400; or a typed name
// alone. It is kept on the device first, like everything else, with what it covers.
{ // classic scripts share their outermost names; the block keeps these apart
  const { visit } = window;
  if (visit) {
    const [WIDTH, HEIGHT] = [1000, 400];
    const drawn = new WeakMap(); // canvas -> lines

    const pointOf = (canvas, event) => {
      const box = canvas.getBoundingClientRect();
      const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
      return [
        within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
        within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
      ];
    };

    const paint = (canvas) => {
      const context = canvas.getContext("2d");
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.lineWidth = 6;
      context.lineCap = context.lineJoin = "round";
      context.strokeStyle = getComputedStyle(canvas).color;
      for (const line of drawn.get(canvas) ?? []) {
        context.beginPath();
        context.moveTo(...line[0]);
        for (const point of line.slice(1)) context.lineTo(...point);
        if (line.length === 1) context.lineTo(line[0][0] + 1, line[0][1]);
        context.stroke();
      }
    };

    const padOf = (event) => event.target.closest?.("canvas[data-sign-pad]");

    document.addEventListener("pointerdown", (event) => {
      const canvas = padOf(event);
      if (!canvas) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      drawn.set(canvas, [...(drawn.get(canvas) ?? []), [pointOf(canvas, event)]]);
      paint(canvas);
    });

    document.addEventListener("pointermove", (event) => {
      const canvas = padOf(event);
      if (!canvas?.hasPointerCapture(event.pointerId)) return;
      const line = drawn.get(canvas).at(-1);
      for (const each of event.getCoalescedEvents?.() ?? [event]) {
        const [x, y] = pointOf(canvas, each);
        const [lastX, lastY] = line.at(-1);
        if (Math.hypot(x - lastX, y - lastY) >= 4) line.push([x, y]);
      }
      paint(canvas);
    });

    document.addEventListener("click", (event) => {
      if (!event.target.matches("[data-sign-clear]")) return;
      const canvas = event.target.closest("form").querySelector("canvas");
      drawn.delete(canvas);
      paint(canvas);
    });

    /** What is signed: of each item the record on the page, or the entry on the device after it. */
    const covers = async () => {
      const found = {};
      for (const item of document.querySelectorAll(".site-item")) {
        const code = visit.forms.codeOf(item);
        const seen = item.querySelector(`[name="${code}-seen"]`)?.value;
        if (seen) found[code] = seen;
      }
      for (const thing of await visit.store.things()) {
        if (thing.kind === "finding" && !thing.refused) found[thing.indicator] = thing.id;
      }
      return found;
    };

    /** What keeps both sides from signing: items without a finding, or with two. */
    const openItems = async () => {
      const covered = await covers();
      return [...document.querySelectorAll(".site-item")]
        .filter((item) => {
          const code = visit.forms.codeOf(item);
          return !(code in covered) || item.dataset.state === "conflict" || (visit.conflicts ?? []).includes(code);
        })
        .map(visit.forms.codeOf);
    };

    const offer = async () => {
      const wait = document.querySelector("[data-sign-wait]");
      if (!wait || visit.closed) return;
      const open = await openItems();
      wait.hidden = open.length === 0;
      for (const line of wait.querySelectorAll("[data-sign-item]")) line.hidden = !open.includes(line.dataset.signItem);
      for (const form of document.querySelectorAll("[data-sign-form]")) form.hidden = open.length > 0;
      for (const later of document.querySelectorAll("[data-sign-later]")) later.hidden = open.length === 0;
    };

    document.addEventListener(
      "submit",
      async (event) => {
        const form = event.target;
        if (!form.matches("[data-sign]") || !visit.usable) return;
        event.preventDefault();
        const told = form.querySelector("[data-sign-told]");
        told.textContent = "";
        const name = form.elements.name.value.trim();
        const strokes = drawn.get(form.querySelector("canvas")) ?? [];
        const [covered, open] = [await covers(), await openItems()];
        if (open.length) {
          told.textContent = visit.say("open_items", { count: open.length });
          return;
        }
        if (!name) {
          told.textContent = visit.say("no_name");
          form.elements.name.focus();
          return;
        }
        // A dot is no signature, and a press on the button alone is none either.
        const written = strokes.some((line) => line.length > 1);
        if (!written && !form.elements.typed.checked) {
          told.textContent = visit.say("no_strokes");
          form.elements.typed.focus();
          return;
        }
        const side = form.elements.side.value;
        try {
          for (const old of await visit.store.things()) {
            if (old.kind === "signature" && old.side === side) await visit.store.drop(old.seq);
          }
          await visit.store.put({
            kind: "signature",
            id: crypto.randomUUID(),
            author: visit.user,
            side,
            name,
            position: form.elements.position.value.trim(),
            strokes: written ? strokes : [],
            covers: covered,
            signed_at: new Date().toISOString(),
          });
        } catch (error) {
          visit.forms.lost(error, name);
          return;
        }
        form.reset();
        form.querySelector("[data-sign-clear]").click();
        document.activeElement?.blur();
        visit.sync.soon();
      },
      true,
    );

    for (const news of ["visit:held", "visit:drawn"]) {
      document.addEventListener(news, () => {
        offer();
        for (const canvas of document.querySelectorAll("canvas[data-sign-pad]")) paint(canvas);
      });
    }
  }
}
