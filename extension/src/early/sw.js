// The web page without its hub: keeps the page's own files, so that a reload while the hub is away shows the last list (which the page
// stores itself). Data is never kept here. A worker of the web page only, and only where browsers allow one: https, or this machine.
// The build writes in which version this is and what the page consists of, also the parts that are loaded late.
const files = FILES;
const kept = "onair VERSION";

self.addEventListener("install", (e) => {
  self.skipWaiting();
  e.waitUntil(caches.open(kept).then((cache) => cache.addAll(["./", ...files])));
});

self.addEventListener("activate", (e) =>
  e.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("onair ") && name !== kept) await caches.delete(name);
      await self.clients.claim();
    })(),
  ),
);

/** The hub's answer; what is kept where there is none. */
async function hubFirst(request, key) {
  try {
    const answer = await fetch(request);
    if (answer.status < 500) return answer;
  } catch {
    // Nobody there.
  }
  return (await (await caches.open(kept)).match(key)) ?? Response.error();
}

self.addEventListener("fetch", (e) => {
  const { method, mode, url } = e.request;
  const { scope } = self.registration;
  if (method !== "GET" || !url.startsWith(scope)) return;
  const path = url.slice(scope.length).split(/[?#]/)[0];
  if (mode === "navigate" && path === "") e.respondWith(hubFirst(e.request, "./"));
  // Names in assets/ carry a hash of the content: what is kept is what the hub has.
  else if (path.startsWith("assets/"))
    e.respondWith(caches.match(e.request).then((last) => last ?? hubFirst(e.request, e.request)));
  else if (files.includes(path)) e.respondWith(hubFirst(e.request, e.request));
});
