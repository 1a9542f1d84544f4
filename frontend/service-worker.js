// The service worker caches the lists that this device has opened, so that they open offline, too.
//
// One rule keeps pages and bundles consistent. A page names its files, whose names contain a hash of their
// content. The page is cached only after all of its files are, and a file is deleted only when neither a
// cached page nor this version of the worker names it. So any version of the worker can serve any page, and
// nothing is replaced under an open tab: a new version takes over when the last tab is closed.
//
// Pages come from the network if it answers in time. Server functions, the HTTP API and the socket bypass
// the worker.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/**
 * The files of this version: a hash of the content by path, so that new content makes a new worker.
 * site.mjs fills it in.
 * @type {Readonly<Record<string, string>>}
 */
const FILES = {};

/** The page for a list that was never opened on this device. It is one of the files. */
const OFFLINE_PAGE = "/offline.html";
/** Paths of the landing page and of lists, with or without a filter. */
const PAGE = /^\/(?:[\w-]{16,}(?:\/(?:active|completed|trash))?)?$/;
/** Paths of files with a hash in their name. */
const HASHED = /^\/pkg\//;

/** How long to wait for the whole page from the network before the cached one is shown. */
const NETWORK_TIMEOUT_MS = 2_500;
/** How long a page may take that is fetched in the background. */
const BACKGROUND_TIMEOUT_MS = 10_000;
/** How long an installation may take to renew the cached pages. */
const RENEWAL_MS = 30_000;
/** Largest number of cached pages, without the landing page. */
const MAX_PAGES = 50;

const pages = () => caches.open("tandem-pages");
const files = () => caches.open("tandem-files");

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));

worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== worker.location.origin) return;
  if (mode === "navigate") {
    const path = canonical(pathname);
    if (path !== pathname && PAGE.test(path)) {
      event.respondWith(Response.redirect(url.replace(pathname, path), 308));
    } else if (PAGE.test(path)) {
      event.respondWith(openPage(event, path));
    }
  } else if (HASHED.test(pathname) || pathname in FILES) {
    event.respondWith(openFile(event.request, pathname));
  }
});

// Messages from pages: `keep /token` when a list was opened, `renew /token` when it has changed since,
// `forget /token` when it is gone.
worker.addEventListener("message", (event) => {
  const [verb, path = ""] = String(event.data).split(" ");
  if (!PAGE.test(path)) return;
  if (verb === "keep") event.waitUntil(keepIfNew(path));
  if (verb === "renew") event.waitUntil(renewList(path));
  if (verb === "forget") event.waitUntil(forgetList(path));
});

/**
 * Returns the canonical path of the page that a path leads to, by the server's rules (`server/src/middleware/canonical.rs`).
 * @param {string} path
 */
function canonical(path) {
  const segments = path.split("/").filter((segment) => segment !== "");
  return `/${segments.map(decoded).join("/")}`;
}

/** @param {string} segment */
function decoded(segment) {
  try {
    const text = decodeURIComponent(segment);
    return /^[\w.~-]+$/.test(text) ? text : segment;
  } catch {
    return segment;
  }
}

/** Caches the files of this version. The previous one may still be active, and loses nothing by it. */
async function install() {
  await keepFiles(Object.keys(FILES));
  const paths = await keptPaths();
  // Browsers give up a slow installation, and begin it anew. A page that is not renewed stays as it was cached.
  const end = Date.now() + RENEWAL_MS;
  for (const path of new Set(["/", ...paths])) {
    if (Date.now() < end) await renew(path);
  }
}

/** Cleans up after older versions, of which no tab is open any more. */
async function activate() {
  const [keptPages, keptFiles] = await Promise.all([pages(), files()]);
  const used = new Set(Object.keys(FILES));
  for (const request of await keptPages.keys()) {
    const page = await keptPages.match(request);
    for (const file of filesOf((await page?.text()) ?? "")) used.add(file);
  }
  for (const request of await keptFiles.keys()) {
    if (!used.has(new URL(request.url).pathname)) await keptFiles.delete(request);
  }
  await worker.clients.claim();
}

/**
 * Returns the page from the network if it arrives in time, and else the cached one.
 * @param {FetchEvent} event
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function openPage(event, path) {
  const arrival = load(event.request);
  // A page that comes too late is cached for the next time.
  event.waitUntil(arrival.then((answer) => learn(path, answer)).catch(() => {}));
  const arrived = arrival.catch(() => undefined);
  const inTime = await Promise.race([arrived, pause(NETWORK_TIMEOUT_MS)]);
  if (inTime && !isTrouble(inTime)) return inTime.response;

  const kept = await keptPage(path);
  if (kept) return kept;
  const list = listOf(path);
  if (list !== path && (await keptPage(list))) return Response.redirect(list);
  return (await arrived)?.response ?? offlinePage();
}

/**
 * @param {Request} request
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function openFile(request, path) {
  return (await (await files()).match(path, { ignoreVary: true })) ?? fetch(request);
}

/** @returns {Promise<Response>} */
async function offlinePage() {
  const page = await (await files()).match(OFFLINE_PAGE, { ignoreVary: true });
  return page ? new Response(page.body, { status: 503, headers: page.headers }) : Response.error();
}

/**
 * Returns the cached page, if all of its files are still cached: browsers may evict them.
 * @param {string} path
 * @returns {Promise<Response | undefined>}
 */
async function keptPage(path) {
  const page = await (await pages()).match(path, { ignoreVary: true });
  if (!page) return undefined;
  const keptFiles = await files();
  for (const file of filesOf(await page.clone().text())) {
    if (!(await keptFiles.match(file, { ignoreVary: true }))) return undefined;
  }
  return page;
}

/**
 * A response whose body has arrived: headers alone are no answer.
 * @typedef {{ response: Response, html: string }} Answer
 * @param {RequestInfo} request
 * @param {RequestInit} [options]
 * @returns {Promise<Answer>}
 */
async function load(request, options) {
  const response = await fetch(request, options);
  return { response, html: await response.clone().text() };
}

/** @param {Answer} answer */
function isTrouble({ response: { status, type }, html }) {
  // All of the server's pages name their files, its 404 page too. Pages of proxies do not, whatever their
  // status. Of a redirection, nothing can be seen.
  return status >= 500 || status === 429 || (type !== "opaqueredirect" && filesOf(html).length === 0);
}

/**
 * Caches a page from the server, after its files. A 404 deletes nothing, since the server may have the wrong
 * database: cached lists are deleted when their page or the person asks for it.
 * @param {string} path
 * @param {Answer} answer
 */
async function learn(path, { response, html }) {
  const named = filesOf(html);
  // It is not Tandem's page, but a network's login or a proxy's.
  if (named.length === 0) return;
  if (response.status !== 200) return;
  await keepFiles(named);
  const headers = new Headers(response.headers);
  // The cached body is decoded.
  headers.delete("content-encoding");
  headers.delete("content-length");
  const keptPages = await pages();
  // Tells the page that it comes from the cache.
  await keptPages.put(path, new Response(html.replace("<html", "<html data-kept"), { headers }));
  const lists = (await keptPaths()).filter((each) => each !== "/");
  for (const oldest of lists.slice(0, -MAX_PAGES)) await keptPages.delete(oldest);
}

/**
 * Caches files. Hashed ones that are already cached are not fetched again.
 * @param {readonly string[]} paths
 */
async function keepFiles(paths) {
  const keptFiles = await files();
  const keep = async (/** @type {string} */ path) => {
    if (HASHED.test(path)) {
      if (!(await keptFiles.match(path, { ignoreVary: true }))) await keptFiles.add(path);
    } else {
      await keptFiles.add(new Request(path, { cache: "no-cache" }));
    }
  };
  await Promise.all(paths.map(keep));
}

/**
 * Returns the hashed files that a page names. All of them are in its head, where the only text written by
 * people is the title, as such and in a `meta`.
 * @param {string} html
 */
function filesOf(html) {
  const head = html
    .slice(0, html.indexOf("</head>"))
    .replace(/<title[^>]*>.*?<\/title>|<meta (?:"[^"]*"|[^">])*>/gs, "");
  return [...new Set(head.match(/\/pkg\/[\w.-]+/g))];
}

/** @param {string} path */
async function keepIfNew(path) {
  if (!(await keptPage(path))) await renew(path);
}

/** @param {string} path */
async function renewList(path) {
  await renew(listOf(path));
  const others = (await keptPaths()).filter((each) => each.startsWith(`${listOf(path)}/`));
  for (const other of others) await renew(other);
}

/**
 * Caches the page anew if the network allows it.
 * @param {string} path
 */
async function renew(path) {
  try {
    const options = { headers: { accept: "text/html" }, signal: AbortSignal.timeout(BACKGROUND_TIMEOUT_MS) };
    await learn(path, await load(path, options));
  } catch {
    // The page cached before is still there.
  }
}

/** @param {string} path */
async function forgetList(path) {
  const keptPages = await pages();
  const list = listOf(path);
  await Promise.all(
    [list, `${list}/active`, `${list}/completed`, `${list}/trash`].map((each) => keptPages.delete(each)),
  );
}

/**
 * Returns the paths of the cached pages, the latest one last.
 * @returns {Promise<string[]>}
 */
async function keptPaths() {
  return (await (await pages()).keys()).map((request) => new URL(request.url).pathname);
}

/**
 * Returns the path without its filter.
 * @param {string} path
 */
function listOf(path) {
  return path.split("/", 2).join("/");
}

/**
 * @param {number} milliseconds
 * @returns {Promise<undefined>}
 */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
