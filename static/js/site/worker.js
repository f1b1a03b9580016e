// Answers for one visit's page without network (its scope is /cases/<case>/site-visit/). It keeps
// nothing by itself but the newest copy of the page: what is on the device was put there by the
// press on the page (site/preload.js), in the cache "visit:<user>:<case>".
const scope = new URL(self.registration.scope).pathname;
const number = scope.split("/")[2];
const PATIENCE = 8000; // a network that is there and does not answer, in milliseconds

const held = async () => {
  const name = (await caches.keys()).find((each) => each.startsWith("visit:") && each.endsWith(`:${number}`));
  return name ? caches.open(name) : null;
};

const impatient = (request) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TypeError("no answer")), PATIENCE);
    fetch(request)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });

const page = async (request) => {
  const cache = await held();
  const kept = cache && (await cache.match(scope));
  if (!kept) return fetch(request);
  try {
    const answer = await impatient(request);
    if (answer.status >= 500) return kept;
    if (answer.status === 200 && !answer.redirected) await cache.put(scope, answer.clone());
    return answer;
  } catch {
    return kept;
  }
};

// A name with a digest never changes its bytes; any other is asked for anew while there is network.
const part = async (request) => {
  const cache = await held();
  const path = new URL(request.url).pathname;
  const kept = cache && (await cache.match(path));
  if (kept && /\.[0-9a-f]{12}\./.test(path)) return kept;
  try {
    return await impatient(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
};

// Shown in the browser's own viewer. PDF and pictures only; nothing in them may run.
const SHOWN = ["application/pdf", "image/jpeg", "image/png"];

const evidence = async (request) => {
  const cache = await held();
  const id = new URL(request.url).pathname.split("/").at(-2);
  const kept = cache && (await cache.match(`/cases/${number}/files/${id}/`));
  if (!kept) return fetch(`/cases/${number}/files/${id}/`);
  const headers = new Headers(kept.headers);
  const type = headers.get("Content-Type") ?? "";
  if (SHOWN.includes(type)) {
    headers.set("Content-Disposition", headers.get("Content-Disposition")?.replace(/^attachment/, "inline") ?? "inline");
    headers.set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'");
  }
  return new Response(kept.body, { headers });
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === scope) event.respondWith(page(request));
  else if (url.pathname.startsWith(`${scope}evidence/`)) event.respondWith(evidence(request));
  else if (url.pathname.startsWith("/static/") || url.pathname === `${scope}manifest.json`) event.respondWith(part(request));
});
