// A request of this page was answered with 401: the session is over. Say so and keep the page.
document.addEventListener("htmx:afterRequest", (event) => {
  const notice = document.querySelector("[data-session-ended]");
  const { status } = event.detail.xhr;
  if (notice && status > 0) notice.hidden = status !== 401;
});
