// Starts the program, and tells people if it cannot start or has died.
//
// An inline module: it runs when the whole page is parsed.

// The root that the program takes over. Foreign nodes around it do not matter.
const root = document.getElementById("app");
const message = document.getElementById("stopped");
const { body } = document;
// Storage key, per list, of what survives a reload.
const CARRIED = `tandem.typed:/${location.pathname.split("/")[1]}`;
// Shortest time between two pages that are loaded because others have removed nodes, in ms.
const REBUILD_PAUSE = 60_000;
const NOTES = ".details textarea";
// Fields whose text is saved later.
const FIELDS = `:is(.new-todo, .edit, .edit-title, .create input, ${NOTES})`;

// The program sets the value of notes, so only this tells whether someone has changed them.
const changedNotes = new WeakSet();
addEventListener("input", ({ target }) => changedNotes.add(target), true);
addEventListener("change", ({ target }) => setTimeout(() => settleNotes(target)));

// A submitted form sends its text.
let sentForm;
addEventListener("submit", ({ target, defaultPrevented }) => (sentForm = defaultPrevented ? undefined : target));
addEventListener("pageshow", () => (sentForm = undefined));

// Typed texts that no field has any more.
let homeless = [];
// What was typed when the program died.
let last;

let isRebuilding = false;
let isComposing = false;
addEventListener("compositionstart", () => (isComposing = true), true);
addEventListener("compositionend", () => (isComposing = false), true);

// Returns the shape of the current nodes, computed as shape.rs does for the server's.
function shapeOf(parent) {
  const encoder = new TextEncoder();
  let hash = 0x811c9dc5;
  const add = (text) => {
    for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  };
  const visit = (node) => {
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.nodeType === Node.ELEMENT_NODE) {
        // By `getAttribute`, since a field called `id` stands for the id of its form.
        add(child.localName + (child.getAttribute("id") ?? "") + (child.getAttribute("data-id") ?? ""));
        visit(child);
        add("/");
      } else {
        add(child.nodeType === Node.TEXT_NODE ? `#${child.data}` : "!");
      }
    }
  };
  visit(parent);
  return (hash >>> 0).toString(16);
}

// Returns where an element is, in terms that also match its successor.
function placeOf(element) {
  const scope = element.closest("[data-id], [data-of]");
  const { id, of } = scope?.dataset ?? {};
  const within = id ? `[data-id="${id}"] ` : of ? `[data-of="${of}"] ` : "";
  const selector = within + (element.classList[0] ? `.${CSS.escape(element.classList[0])}` : element.localName);
  return { selector, index: [...root.querySelectorAll(selector)].indexOf(element) };
}

const find = ({ selector, index }) => root.querySelectorAll(selector)[index];

// Returns the control that opens a field which is not always there.
function openerOf(field) {
  if (field.matches(".edit-title")) return ".rename";
  if (field.matches(".edit")) return `[data-id="${field.closest("[data-id]")?.dataset.id}"] .edit-button`;
  if (field.matches(NOTES)) return `[data-id="${field.closest("[data-of]")?.dataset.of}"] .details-button`;
}

const isTyped = (field) => (field.matches(NOTES) ? changedNotes.has(field) : field.value !== field.defaultValue);

// Returns what the person has typed, and where the focus and caret are.
function attention() {
  const typed = [...root.querySelectorAll(FIELDS)].filter((field) => isTyped(field) && field.form !== sentForm);
  const focused = root.contains(document.activeElement) ? document.activeElement : undefined;
  return {
    fields: [
      ...typed.map((field) => ({ at: placeOf(field), opener: openerOf(field), value: field.value })),
      ...homeless,
    ],
    focus: focused && { at: placeOf(focused), from: focused.selectionStart, to: focused.selectionEnd },
    scroll: scrollY,
  };
}

// Restores that in rebuilt elements. A row that was edited is edited again.
async function restore({ fields, focus, scroll }) {
  for (const each of fields) {
    const { at, opener, value } = each;
    if (opener && !find(at)) {
      root.querySelector(opener)?.click();
      // A panel may have to be loaded.
      do await new Promise((resolve) => setTimeout(resolve));
      while (root.querySelector("[aria-busy]"));
    }
    const field = find(at);
    if (!field || field.readOnly || (isTyped(field) && field.value !== value)) {
      homeless.push(each);
      continue;
    }
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  showHomeless();
  const focused = focus && find(focus.at);
  focused?.focus({ preventScroll: true });
  if (focused && focus.from != null) focused.setSelectionRange(focus.from, focus.to);
  if (scroll !== undefined) scrollTo(scrollX, scroll);
}

// Shows texts that have no field any more, to be copied.
function showHomeless() {
  if (!homeless.length) return;
  const { typed = "", dismiss = "" } = message?.dataset ?? {};
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const text = make("textarea", {
    className: "draft",
    readOnly: true,
    rows: 3,
    ariaLabel: typed,
    value: homeless.map(({ value }) => value).join("\n"),
  });
  const button = make("button", { type: "button", className: "button", textContent: dismiss });
  const box = make("div", { id: "typed", className: "stopped" });
  box.append(make("p", { textContent: typed }), text, button);
  button.onclick = () => {
    homeless = [];
    box.remove();
  };
  document.getElementById("typed")?.remove();
  body.append(box);
}

// Stores what is being typed in a list for the next load, and all of it when the program has died.
// Does nothing if the browser stores nothing.
function carry() {
  try {
    const { fields } = attention();
    const carried = last ?? (root.querySelector("main.list") && fields.length && { fields });
    if (carried) sessionStorage.setItem(CARRIED, JSON.stringify(carried));
    else sessionStorage.removeItem(CARRIED);
  } catch {}
}

// Notes that have been saved, and are not refused, are the program's again.
function settleNotes(field) {
  const problem = field.closest?.("dialog")?.querySelector("[role=alert]");
  if (!problem?.textContent) changedNotes.delete(field);
}

// Saves the notes that are being written, as the program does when their field is left: it does not
// know yet that the page is left.
function saveNotes() {
  const field = root?.querySelector(NOTES);
  if (field && changedNotes.has(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
}

// Saves everything that is being edited when the person leaves the page or the app: the page may be
// dropped without notice.
function saveEdits() {
  saveNotes();
  root?.querySelector(":is(.edit, .edit-title):focus")?.dispatchEvent(new FocusEvent("blur"));
}

function carried() {
  try {
    const text = sessionStorage.getItem(CARRIED);
    sessionStorage.removeItem(CARRIED);
    return JSON.parse(text) ?? undefined;
  } catch {}
}

// Whether to rebuild the page without comparing its nodes. Survives a reload.
const isMadeAnew = () => Boolean(history.state?.anew);
const makeAnew = (anew) => history.replaceState({ ...history.state, anew }, "");

function reload() {
  last ??= attention();
  makeAnew(true);
  location.reload();
}

// Loads the page anew, with what is being typed, when the program cannot show what it has because others
// have removed its nodes. If that has not helped, or the page cannot be loaded, the program has stopped.
async function rebuild() {
  if (isRebuilding || last) return;
  isRebuilding = true;
  const isRepeated = Date.now() - (history.state?.rebuilt ?? 0) < REBUILD_PAUSE;
  const page = !isRepeated && (await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => {}));
  if (!page?.ok) return die();
  history.replaceState({ ...history.state, rebuilt: Date.now() }, "");
  reload();
}

// Shows that the program is not running.
function stop(kind) {
  const say = () => {
    body.removeAttribute("data-hydrated");
    body.dataset.sync = "offline";
    const status = root?.querySelector(".status");
    if (status) status.dataset.state = "offline";
    status?.lastElementChild?.replaceChildren(message?.dataset.offline ?? "");
  };
  say();
  // What ran when it died may still have reported something.
  setTimeout(say);
  if (!message) return;
  for (const each of message.querySelectorAll("p")) each.hidden = each.dataset.kind !== kind;
  message.querySelector("button").onclick = reload;
  // Whatever other scripts have done with it.
  body.append(message);
  message.hidden = false;
}

// The program will not start: saves what was recorded without it.
function fail() {
  stop("failed");
  showHomeless();
  dispatchEvent(new Event("programfailed"));
}

function die() {
  if (!body.hasAttribute("data-hydrated")) return fail();
  last = attention();
  stop("ended");
  // While a modal dialog is open nothing else can be reached, and only the program closes it.
  for (const dialog of root.querySelectorAll("dialog:modal")) {
    dialog.close();
    dialog.show();
  }
  // Disables what would be shown and never saved.
  root.inert = true;
  if (last.focus) message?.querySelector("button").focus();
}

async function run() {
  const program = await import("/pkg/tandem.js");
  await program.default({ module_or_path: "/pkg/tandem_bg.wasm" });
  const isTouched = () => isMadeAnew() || shapeOf(root) !== root.dataset.shape;
  // A word being composed would be lost with its field.
  while (isTouched() && isComposing) {
    await new Promise((resolve) => addEventListener("compositionend", () => setTimeout(resolve), { once: true }));
  }
  const anew = isTouched();
  const now = anew ? attention() : undefined;
  const nodes = [...root.childNodes];
  try {
    program.start(anew);
  } catch (error) {
    // The nodes looked right but were not. Another attempt needs a fresh program.
    if (!anew) return reload();
    root.replaceChildren(...nodes);
    throw error;
  }
  program.onDeath(die);
  if (isMadeAnew()) makeAnew(undefined);
  homeless = [];
  if (now) await restore(now);
  // What was carried here is among what was there now.
  if (before) await restore(now ? { ...before, fields: [] } : before);
}

// The page of an import leads here. The program says what has been imported, and offers to undo it.
const [, imported] = /^#imported-([\da-f-]{36})$/.exec(location.hash) ?? [];
if (imported) {
  body.dataset.imported = imported;
  history.replaceState(history.state, "", location.pathname);
}

// Until the program has come, texts that were carried here have no field.
const before = carried();
homeless = before?.fields ?? [];

addEventListener("nodeslost", () => void rebuild());
addEventListener("visibilitychange", () => document.hidden && saveEdits());
addEventListener("pagehide", saveNotes);
// By then, the program has answered whether it has taken them.
addEventListener("pagehide", () => {
  const notes = root?.querySelector(NOTES);
  if (notes && !last) settleNotes(notes);
  carry();
});
try {
  await run();
} catch (error) {
  fail();
  reportError(error);
}
// The service worker is for the next load: it must not delay this page, nor break it if it is not
// available.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
