// <a data-preview href="…/preview/"> opens the preview page's pages in a dialog; on a narrow screen, or
// with a modifier key, it is a link like any other. On a wide screen, inside data-preview-beside, they
// open in place, so that what the file proves stays in sight. The words come with the link.
{
  const wide = window.matchMedia("(min-width: 1200px)");
  const open = async (link) => {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("[data-preview-part]");
    if (!answer.ok || answer.redirected || !part) {
      location.href = link.href;
      return;
    }
    const beside = wide.matches && link.closest("[data-preview-beside]");
    for (const old of document.querySelectorAll(".preview-beside")) old.remove();
    const dialog = document.createElement(beside ? "section" : "dialog");
    dialog.className = beside ? "preview-beside" : "dialog preview-dialog";
    const head = document.createElement("header");
    const title = Object.assign(document.createElement("h2"), { textContent: link.dataset.preview });
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: link.dataset.close });
    close.className = "btn btn-secondary";
    if (!beside) close.dataset.dialogClose = "";
    title.id = "preview-title";
    dialog.setAttribute("aria-labelledby", title.id);
    head.append(title, close);
    dialog.append(head, part);
    for (const each of part.querySelectorAll("nav a")) each.href = new URL(each.getAttribute("href"), link.href);
    if (beside) {
      dialog.tabIndex = -1;
      close.addEventListener("click", () => {
        dialog.remove();
        link.focus();
      });
      beside.append(dialog);
      dialog.focus({ preventScroll: true });
      dialog.scrollIntoView({ block: "nearest" });
      return;
    }
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-preview]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (window.matchMedia("(max-width: 767.98px)").matches) return;
    event.preventDefault();
    open(link).catch(() => {
      location.href = link.href;
    });
  });
}
