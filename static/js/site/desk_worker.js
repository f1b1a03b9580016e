// Answers for the desk without network (its scope is /desk/), and only then: with the visits that
// were preloaded on this device and the way to each. It keeps nothing; words and names come from the
// records that the visits' preloading left (site/preload.js).
const escaped = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const preloaded = async () => {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith("visit:")) continue;
    const scope = `/cases/${name.split(":")[2]}/site-visit/`;
    const record = await (await caches.open(name)).match(`${scope}preloaded.json`);
    if (record) found.push({ scope, ...(await record.json()) });
  }
  return found;
};

const page = async () => {
  const visits = await preloaded();
  if (!visits.length) return Response.error();
  const { lang, words } = visits[0];
  const links = visits.map((visit) => `<li><a href="${escaped(visit.scope)}">${escaped(visit.title)}</a></li>`);
  const body = `<h1>${escaped(words.title)}</h1><p>${escaped(words.text)}</p><ul>${links.join("")}</ul>`;
  return new Response(
    `<!DOCTYPE html><html lang="${escaped(lang)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(words.title)}</title></head><body>${body}</body></html>`,
    { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" } },
  );
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(fetch(event.request).catch(page));
  }
});
