// Answers for every page but a preloaded visit's own, without network and only then: with the visits
// that were preloaded on this device and the way to each. It keeps nothing; words and names come from the
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

// As the portal's other pages that stand alone (deploy/pages); allowed by its digest.
const STYLE = `:root { color-scheme: light dark; } body { max-width: 38em; margin: 4rem auto; padding: 0 1.5rem; font: 1rem/1.7 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif; } h1 { font-size: 1.75rem; font-weight: 600; } a { display: inline-block; padding: 0.5rem 0; }`;
const digest = async (text) => {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...bytes));
};

const page = async () => {
  const visits = await preloaded();
  if (!visits.length) return Response.error();
  const { lang, words } = visits[0];
  const links = visits.map((visit) => `<li><a href="${escaped(visit.scope)}">${escaped(visit.title)}</a></li>`);
  const body = `<h1>${escaped(words.title)}</h1><p>${escaped(words.text)}</p><ul>${links.join("")}</ul>`;
  return new Response(
    `<!DOCTYPE html><html lang="${escaped(lang)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(words.title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`,
    { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${await digest(STYLE)}'` } },
  );
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(fetch(event.request).catch(page));
  }
});
