// The service worker: keeps the lists that this device has opened, so that they open without a
// network too.
//
// What keeps a page and a bundle together is one rule. A page names its files, whose names change
// with their content; it is kept only after all of them are, and a file goes only when neither a kept
// page nor this version names it. So any version of this worker may serve any page, and nothing has
// to be replaced under a living tab: a new version takes over when the last tab is closed.
//
// Pages come from the network if it answers in time. Server functions, the HTTP interface and the
// socket are none of this worker's business.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/**
 * What the pages of this version are made of: each path, and a hash of its content, so that a new
 * content makes another worker. site.mjs fills it in.
 * @type {Readonly<Record<string, string>>}
 */
const FILES = {};

/** The page for a list that was never opened here. It is one of the files. */
const OFFLINE_PAGE = "/offline.html";
/** The landing page, a list, or a list with a filter. */
const PAGE = /^\/(?:[\w-]{16,}(?:\/(?:active|completed|trash))?)?$/;
/** A file that is named by its content. */
const HASHED = /^\/pkg\//;

/** After so many milliseconds without the whole answer, a kept page is shown. */
const PATIENCE = 2_500;
/** So many milliseconds has a page that nobody waits for. */
const DEADLINE = 10_000;
/** So many pages are kept at the most, besides the landing page. */
const MOST_PAGES = 50;

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

// What a page asks for: `keep /token` when a list was opened, `renew /token` when it has changed since,
// `forget /token` when it is gone.
worker.addEventListener("message", (event) => {
  const [verb, path = ""] = String(event.data).split(" ");
  if (!PAGE.test(path)) return;
  if (verb === "keep") event.waitUntil(keepIfNew(path));
  if (verb === "renew") event.waitUntil(renewList(path));
  if (verb === "forget") event.waitUntil(forgetList(path));
});

/**
 * The one address of the page that a path means, as the server has it (`server/src/middleware/canonical.rs`).
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

/** The version before may still be at work: all of this is as good for it as for this one. */
async function install() {
  await keepFiles(Object.keys(FILES));
  const paths = await keptPaths();
  for (const path of new Set(["/", ...paths])) await renew(path);
}

/** No tab of an older version is open any more. */
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
 * The page from the network, if that answers in time and has one; else as it was kept.
 * @param {FetchEvent} event
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function openPage(event, path) {
  const arrival = load(event.request);
  // Also what comes too late for now is kept for the next time.
  event.waitUntil(arrival.then((answer) => learn(path, answer)).catch(() => {}));
  const arrived = arrival.catch(() => undefined);
  const inTime = await Promise.race([arrived, pause(PATIENCE)]);
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
 * The page as it was kept, with all its files: if the browser has thrown away one of them, the page is
 * as good as lost.
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
 * An answer and its body: headers that arrive while the body does not are no answer.
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
function isTrouble({ response: { status }, html }) {
  // Every page of ours names its files, also the one that says that there is no such list.
  return status >= 500 || status === 429 || (status >= 400 && filesOf(html).length === 0);
}

/**
 * Keeps a page that the server has answered with, after its files. That there is no such list may be the
 * word of a server with the wrong database: a page is forgotten when the page or the person says so.
 * @param {string} path
 * @param {Answer} answer
 */
async function learn(path, { response, html }) {
  const named = filesOf(html);
  // It may be a network's own page, which asks for a ticket, or that of a proxy.
  if (named.length === 0) return;
  if (response.status !== 200) return;
  await keepFiles(named);
  const headers = new Headers(response.headers);
  // These tell how it came, not how it is kept.
  headers.delete("content-encoding");
  headers.delete("content-length");
  const keptPages = await pages();
  // The page is to know that it is an old one.
  await keptPages.put(path, new Response(html.replace("<html", "<html data-kept"), { headers }));
  const lists = (await keptPaths()).filter((each) => each !== "/");
  for (const oldest of lists.slice(0, -MOST_PAGES)) await keptPages.delete(oldest);
}

/**
 * Those that are named by their content need not be fetched again.
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
 * The hashed files that a page names: all of them in its head, where of what people have written
 * only the title stands.
 * @param {string} html
 */
function filesOf(html) {
  const head = html.slice(0, html.indexOf("</head>")).replace(/<title>.*?<\/title>/s, "");
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
 * As well as it can be done just now.
 * @param {string} path
 */
async function renew(path) {
  try {
    const options = { headers: { accept: "text/html" }, signal: AbortSignal.timeout(DEADLINE) };
    await learn(path, await load(path, options));
  } catch {
    // What was kept before is still there.
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
 * The paths of the kept pages, the one kept last at the end.
 * @returns {Promise<string[]>}
 */
async function keptPaths() {
  return (await (await pages()).keys()).map((request) => new URL(request.url).pathname);
}

/**
 * Without the filter.
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
