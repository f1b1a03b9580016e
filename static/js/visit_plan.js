// The schedule follows the visit: when its first day moves, the lines move by as many days, and so
// does the last day unless it was set by hand to something that still fits.
{ // classic scripts share their outermost names; the block keeps these apart
  const first = document.querySelector("input[name=first_day]");
  const last = document.querySelector("input[name=last_day]");
  const DAY = 86_400_000;
  let before = first?.value;
  const moved = (text, by) => new Date(Date.parse(text) + by).toISOString().slice(0, 10);
  first?.addEventListener("change", () => {
    if (before && first.value) {
      const by = Math.round((Date.parse(first.value) - Date.parse(before)) / DAY) * DAY;
      for (const input of [last, ...document.querySelectorAll(".schedule-row input[type=date]")]) {
        if (input.value) input.value = moved(input.value, by);
      }
    }
    if (first.value) before = first.value;
  });
}
