// A drop zone is a styled file input: show what was chosen, and mark it while a file hovers.
// With data-autosubmit the form is sent at once.
const describe = (file) => {
  const mib = file.size / 1048576;
  return `${file.name}（${mib >= 1 ? mib.toFixed(1) + " MB" : Math.ceil(file.size / 1024) + " KB"}）`;
};

document.addEventListener("change", (event) => {
  const zone = event.target.closest(".drop-zone");
  if (!zone || event.target.type !== "file") return;
  const chosen = zone.querySelector("[data-chosen]");
  const files = [...event.target.files];
  if (chosen) chosen.textContent = files.map(describe).join("、");
  zone.classList.toggle("has-file", files.length > 0);
  if (files.length && zone.hasAttribute("data-autosubmit")) event.target.form.requestSubmit();
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.(".drop-zone");
    if (zone) zone.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
  });
}
