// File inputs in the portal's language: say what was chosen, and mark a drop zone while a file hovers.
// A drop zone with data-autosubmit sends its form at once.
const told = (files) => {
  const english = document.documentElement.lang.startsWith("en");
  const one = (file) => {
    const mib = file.size / 1048576;
    const size = mib >= 1 ? `${mib.toFixed(1)} MB` : `${Math.ceil(file.size / 1024)} KB`;
    return english ? `${file.name} (${size})` : `${file.name}（${size}）`;
  };
  return [...files].map(one).join(english ? ", " : "、");
};

// Also heard when a script has taken the files and emptied the input.
const show = (input) => {
  const chosen = input.closest(".file-choice")?.querySelector(".file-chosen");
  if (!chosen) return;
  chosen.textContent = input.files.length ? told(input.files) : chosen.dataset.none;
  chosen.classList.toggle("has-file", input.files.length > 0);
};
document.addEventListener("input", (event) => {
  if (event.target.type === "file") show(event.target);
});
// A page that is gone back to may still have its files.
window.addEventListener("pageshow", () => document.querySelectorAll(".file-choice input").forEach(show));

document.addEventListener("change", (event) => {
  const zone = event.target.closest(".drop-zone");
  if (!zone || event.target.type !== "file") return;
  const chosen = zone.querySelector("[data-chosen]");
  const { files } = event.target;
  if (chosen) chosen.textContent = told(files);
  zone.classList.toggle("has-file", files.length > 0);
  if (files.length && zone.hasAttribute("data-autosubmit")) event.target.form.requestSubmit();
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.(".drop-zone, .file-choice");
    if (zone) zone.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
  });
}
