// Records what people do on a list's page before the program has arrived, and repeats it
// afterwards.
//
// Actions are found again by row and role, not by node, since the program may rebuild the page. An
// action that changes something also has operations for the server. This script pushes them,
// exactly once, if the page is left first, or if the program does not come or dies.
//
// The first of three parts of one script with shared declarations: record.js, repeat.js, save.js.

const { dataset } = document.currentScript;
const [, token] = location.pathname.split("/");
// Longest wait for the program before changes are saved without it, in ms.
const PATIENCE = 15_000;
// Pause before a push is repeated, in ms.
const RETRY = 3_000;
const MAX_ACTIONS = 500;
// Largest push: in mutations, which is the server's limit, and in bytes. What outlives its page may
// have 64 KiB; this leaves room for the rest of the request.
const MAX_MUTATIONS = 1_000;
const MAX_BYTES = 60_000;
const FIELD = ".new-todo";

// Recorded actions, in order. Those that can be saved without the program have `ops`, which returns
// their operations.
let actions = [];
// Numbered mutations that the server has not acknowledged yet.
let outbox = [];
// All operations ever sent to the server.
const sent = [];
// Texts that the server has refused.
const refused = [];
let seq = 0;
let clientId;
let draft;
// The field in which a word is being composed. A removed field does not report that the composition
// has ended.
let composing;
let repeating = false;
let taken = false;
let failed = false;
let box;

const $ = (selector) => document.querySelector(selector);
const rowOf = (element) => element.closest("[data-id]")?.dataset.id;
const isHydrated = () => document.body?.hasAttribute("data-hydrated");
// On layouts without Latin letters, the key's position says which one is meant.
const letterOf = ({ key = "", code = "" }) => (/^[a-z]$/i.test(key) ? key : code.slice(3)).toLowerCase();
const isUndoOrRedo = (event) => (event.ctrlKey || event.metaKey) && !event.altKey && /^[zy]$/.test(letterOf(event));
const isUndo = (event) => isUndoOrRedo(event) && letterOf(event) === "z" && !event.shiftKey;

// `crypto.randomUUID` needs a secure context, which not every page has.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function placeOf(element) {
  const scope = element.closest("[data-id], [id]");
  const within = scope?.dataset.id ? `[data-id="${scope.dataset.id}"] ` : scope?.id ? `#${CSS.escape(scope.id)} ` : "";
  const own = element.localName + (element.classList[0] ? `.${CSS.escape(element.classList[0])}` : "");
  const selector = scope === element && scope.id ? within : within + own;
  return { selector, index: [...document.querySelectorAll(selector)].indexOf(element) };
}

const find = ({ selector, index }) => document.querySelectorAll(selector)[index];

const toggles = () => [...document.querySelectorAll(".todo-list .toggle")];

const setDone = (id, isdone) => ({ update: { id, patch: { item: { isdone } } } });

// Returns the ids of the items that are done, or are not, with the pushed operations applied. Reads the
// page's data, since a view may hide items that its buttons affect; until that has arrived, the rows so far.
function idsWhere(isdone) {
  const items = new Map();
  try {
    const { changes } = JSON.parse($("#page-data").textContent).opened.Ok.snapshot;
    for (const { event, data } of changes)
      if ("isdone" in data && !data.issection && event !== "destroyed") items.set(data.id, data.isdone);
  } catch {
    for (const box of toggles()) items.set(rowOf(box), box.defaultChecked);
  }
  for (const { create, update, destroy } of sent) {
    if (create) items.set(create.id, false);
    else if (update) items.set(update.id, update.patch.item.isdone);
    else items.delete(destroy.id);
  }
  return [...items].filter((item) => item[1] === isdone).map(([id]) => id);
}

const recorders = {
  change({ target }) {
    if (!target.matches(".toggle, .toggle-all")) return;
    const { checked } = target;
    const isOne = target.matches(".toggle");
    const id = rowOf(target);
    const boxes = isOne ? [target] : toggles().filter((each) => each.checked !== checked);
    for (const each of boxes) show(each, checked);
    return {
      kind: "tick",
      at: placeOf(target),
      checked,
      boxes: boxes.map(placeOf),
      ops: () => (isOne ? [id] : idsWhere(!checked)).map((each) => setDone(each, checked)),
    };
  },

  click(event) {
    const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event;
    const control = target.closest("a, button");
    if (!control || !control.closest("main.list")) return;
    if (control.localName === "a") {
      if (button || ctrlKey || metaKey || shiftKey || altKey || !isView(control)) return;
      event.preventDefault();
    } else if (control.type === "submit" || (control.popoverTargetElement && control.popoverTargetAction !== "hide")) {
      // The browser does what these say.
      return;
    }
    control.toggleAttribute("data-early", true);
    const id = rowOf(control);
    const isOne = control.matches(".destroy");
    const isAll = control.matches(".clear-completed");
    const shown = isOne ? [control] : isAll ? toggles().filter(({ checked }) => checked) : [];
    for (const each of shown) each.closest("[data-id]").toggleAttribute("data-early", true);
    const destroy = (each) => ({ destroy: { id: each } });
    const ops = isOne || isAll ? () => (isOne ? [id] : idsWhere(true)).map(destroy) : undefined;
    return { kind: "click", at: placeOf(control), href: control.href, ops };
  },

  dblclick({ target }) {
    const title = target.closest("main.list :is(label, h1, h2)");
    if (title) return { kind: "dblclick", at: placeOf(title) };
  },

  keydown(event) {
    const { target, isComposing, key, code, ctrlKey, metaKey, shiftKey, altKey, repeat } = event;
    const field = target.closest?.("input:not([type=checkbox]), textarea, select");
    const means =
      isUndoOrRedo(event) ||
      (!field &&
        !ctrlKey &&
        !metaKey &&
        (/^([^\s]|Delete|Backspace)$/u.test(key) || (altKey && /^Arrow(Up|Down)$/.test(key))));
    // While something is being typed, the keys belong to the field.
    if (!means || isComposing || (field && (draft !== undefined || field.value))) return;
    return {
      kind: "key",
      at: target === document.body ? undefined : placeOf(target),
      init: { key, code, ctrlKey, metaKey, shiftKey, altKey, repeat },
    };
  },

  paste: (event) => lines(event, event.clipboardData?.getData("text")),

  // Text from a phone keyboard's clipboard, or dropped text, causes no paste event.
  beforeinput: (event) => lines(event, event.data ?? event.dataTransfer?.getData("text")),

  submit(event) {
    const field = event.target.querySelector?.(FIELD);
    // Without a program, it is a plain form.
    if (!field || failed) return;
    event.preventDefault();
    const text = field.value;
    if (!text.trim()) return;
    const id = newId();
    field.value = "";
    draft = undefined;
    return {
      kind: "add",
      text,
      ops: () => [{ create: { id, draft: { item: { shortdesc: text.trim() } }, place: "end" } }],
    };
  },

  input({ target }) {
    if (target.matches(FIELD)) draft = target.value;
  },

  compositionstart({ target }) {
    composing = target;
  },

  compositionend() {
    composing = undefined;
  },
};

// Records a text of several lines as a paste, since a one-line field would join them.
function lines(event, text) {
  if (!event.cancelable || !event.target.matches(FIELD) || !/[\n-\r\u0085\u2028\u2029]./u.test(text?.trim() ?? ""))
    return;
  event.preventDefault();
  return { kind: "paste", at: placeOf(event.target), text };
}

// Whether a link leads to another view of this list, which the program shows without a load.
function isView({ origin, pathname }) {
  const [, list, view = "", ...rest] = pathname.split("/");
  return origin === location.origin && list === token && /^(active|completed|trash)?$/.test(view) && !rest.length;
}

const boxesOf = (ticks) => ticks.flatMap(({ boxes = [] }) => boxes.map(find)).filter(Boolean);

function show(toggle, checked) {
  toggle.checked = checked;
  toggle.closest("li")?.classList.toggle("completed", checked);
}

function record(event) {
  const { target, type } = event;
  // Answers in a dialog belong to the program.
  if (repeating || !target.closest || target.closest("dialog")) return;
  if (actions.length >= MAX_ACTIONS && !/^(input|composition)/.test(type)) {
    // Undoes the press, since it is not recorded. A form is submitted plainly.
    if (type === "change" && target.matches(".toggle, .toggle-all")) target.checked = !target.checked;
    return;
  }
  const action = recorders[type](event);
  if (!action) return;
  event.stopImmediatePropagation();
  if (!actions.length) setTimeout(save, PATIENCE);
  actions.push(action);
  if (failed) save();
  tell();
}
