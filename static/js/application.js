// The application form: counters under long texts, and saving that never loses what was typed.
{ // classic scripts share their outermost names; the block keeps these apart

  // Counters: <textarea data-counter="2000">.
  const countUp = (field) => {
    const most = Number(field.dataset.counter);
    const length = [...field.value.replaceAll("\r\n", "\n").trim()].length;
    let counter = field.parentElement.querySelector(`[data-counter-of="${field.id}"]`);
    if (!counter) {
      counter = document.createElement("p");
      counter.className = "counter";
      counter.dataset.counterOf = field.id;
      field.after(counter);
    }
    counter.textContent = `${length} / ${most}`;
    counter.classList.toggle("is-over", length > most);
  };

  const begin = () => {
    document.querySelectorAll("[data-counter]").forEach(countUp);
  };
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:afterSettle", begin);
  document.addEventListener("lines-replaced", begin);
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-counter]")) countUp(event.target);
  });

  // A save that did not arrive leaves the page as it is, says so, and can be tried again.
  const formOf = (event) =>
    event.detail.elt instanceof HTMLFormElement && event.detail.elt.matches("[data-table]")
      ? event.detail.elt
      : null;

  const problem = (form, text, link) => {
    const place = form.querySelector("[data-save-problem]");
    place.textContent = text;
    if (link) {
      const a = document.createElement("a");
      a.href = link.url;
      a.textContent = link.label;
      a.target = "_blank";
      place.append(" ", a);
    }
    place.hidden = false;
    // It counts as changed again: leaving the page would lose it.
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const expired = (form) => {
    form.dataset.stale = "yes";
    problem(form, form.dataset.expired, { url: form.dataset.login, label: form.dataset.loginLabel });
  };

  document.addEventListener("htmx:sendError", (event) => {
    const form = formOf(event);
    if (form) problem(form, form.dataset.offline);
  });

  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    // The live score asks for itself: its 401 tells that the next save would be refused too.
    const form = formOf(event) ?? (status === 401 ? document.querySelector("[data-table]") : null);
    if (!form) return;
    if (status === 401 || status === 403) expired(form);
    else problem(form, form.dataset.offline);
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig?.elt;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-table]")) return;
    const answered = new URL(event.detail.xhr.responseURL || location.href);
    if (answered.pathname === new URL(form.action).pathname) return;
    event.detail.shouldSwap = false;
    if (answered.pathname === form.dataset.login) expired(form);
    else problem(form, form.dataset.moved, { url: answered.href, label: form.dataset.movedLabel });
  });

  // After signing in again elsewhere this page's token is old: fetch a new one, then save.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("[data-table]") || !form.dataset.stale) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      fetch(location.href)
        .then((answer) => answer.text())
        .then((text) => {
          const page = new DOMParser().parseFromString(text, "text/html");
          const token = page.querySelector('meta[name="csrf-token"]')?.content;
          if (!page.querySelector("[data-table]") || !token) return expired(form);
          delete form.dataset.stale;
          document.querySelector('meta[name="csrf-token"]').content = token;
          form.querySelector('input[name="csrfmiddlewaretoken"]').value = token;
          form.requestSubmit();
        })
        .catch(() => problem(form, form.dataset.offline));
    },
    true,
  );

  // The list of tables stays folded on a phone after the page was swapped.
  document.addEventListener("htmx:afterSettle", () => {
    if (!window.matchMedia("(max-width: 991.98px)").matches) return;
    for (const part of document.querySelectorAll("details[data-fold]")) part.open = false;
  });
}
