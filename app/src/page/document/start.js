// Starts the program, and tells people when it cannot start or has died.
//
// A module of the page's own: it runs when all of the page has been read.

// What the program takes over; nodes of others around it are none of its business.
const root = document.getElementById("app");
const message = document.getElementById("stopped");
const { body } = document;
// What is carried over a reload stands here, by the path of its page.
const CARRIED = `tandem.typed:${location.pathname}`;
const FIELDS = ":is(input:not([type=hidden], [type=checkbox]), textarea)";

let isComposing = false;
addEventListener("compositionstart", () => (isComposing = true), true);
addEventListener("compositionend", () => (isComposing = false), true);

// Returns the shape of the nodes that there are, as the server has computed that of its own; see
// shape.rs.
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

// Where an element stands, in words that hold for its successor, too.
function placeOf(element) {
  const row = element.closest("[data-id]")?.dataset.id;
  const own = element.classList[0] ? `.${CSS.escape(element.classList[0])}` : element.localName;
  const selector = row ? `[data-id="${row}"] ${own}` : own;
  return { selector, index: [...root.querySelectorAll(selector)].indexOf(element) };
}

const find = ({ selector, index }) => root.querySelectorAll(selector)[index];

// What the person has typed and where they are.
function attention() {
  const typed = [...root.querySelectorAll(FIELDS)].filter(({ value, defaultValue }) => value !== defaultValue);
  const focused = root.contains(document.activeElement) ? document.activeElement : undefined;
  return {
    fields: typed.map((field) => ({ at: placeOf(field), value: field.value })),
    focus: focused && { at: placeOf(focused), from: focused.selectionStart, to: focused.selectionEnd },
    scroll: scrollY,
  };
}

// Gives that back, to elements that have been made since. A row that was edited is edited again.
async function restore({ fields, focus, scroll }) {
  for (const { at, value } of fields) {
    if (/\.edit$/.test(at.selector) && !find(at)) {
      root.querySelector(at.selector.replace(/\.edit$/, ".edit-button"))?.click();
      await new Promise((resolve) => setTimeout(resolve));
    }
    const field = find(at);
    if (!field) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const focused = focus && find(focus.at);
  focused?.focus({ preventScroll: true });
  if (focused && focus.from != null) focused.setSelectionRange(focus.from, focus.to);
  scrollTo(scrollX, scroll);
}

// Where the browser keeps nothing for us, nothing is carried.
function carry() {
  try {
    sessionStorage.setItem(CARRIED, JSON.stringify(attention()));
  } catch {}
}

function carried() {
  try {
    const text = sessionStorage.getItem(CARRIED);
    sessionStorage.removeItem(CARRIED);
    return text && JSON.parse(text);
  } catch {}
}

// Whether the page is to be made anew without a look at its nodes. Survives a reload.
const isMadeAnew = () => Boolean(history.state?.anew);
const makeAnew = (anew) => history.replaceState({ ...history.state, anew }, "");

function reload() {
  carry();
  makeAnew(true);
  location.reload();
}

// Shows that the program is not there, and says nothing else.
function stop(kind) {
  const say = () => {
    body.removeAttribute("data-hydrated");
    body.dataset.sync = "offline";
    const status = root?.querySelector(".status");
    if (status) status.dataset.state = "offline";
    status?.lastElementChild?.replaceChildren(message?.dataset.offline ?? "");
  };
  say();
  // What was running when it died may still have said something.
  setTimeout(say);
  if (!message) return;
  for (const each of message.querySelectorAll("p")) each.hidden = each.dataset.kind !== kind;
  message.querySelector("button").onclick = reload;
  // Whatever others have done with it.
  body.append(message);
  message.hidden = false;
}

function die() {
  const wasTakenOver = body.hasAttribute("data-hydrated");
  stop(wasTakenOver ? "ended" : "failed");
  if (!wasTakenOver) return;
  // What would be shown and never saved cannot be done.
  root.inert = true;
  addEventListener("pagehide", carry);
}

async function run() {
  const program = await import("/pkg/tandem.js");
  await program.default({ module_or_path: "/pkg/tandem_bg.wasm" });
  const before = carried() || undefined;
  const isTouched = () => isMadeAnew() || shapeOf(root) !== root.dataset.shape;
  // A word in the making would be lost with its field.
  while (isTouched() && isComposing) {
    await new Promise((resolve) => addEventListener("compositionend", () => setTimeout(resolve), { once: true }));
  }
  const anew = isTouched();
  const now = anew ? attention() : undefined;
  const nodes = [...root.childNodes];
  try {
    program.start(anew);
  } catch (error) {
    // Nodes that looked right were not. Another attempt needs another program.
    if (!anew) return reload();
    root.replaceChildren(...nodes);
    throw error;
  }
  program.onDeath(die);
  if (isMadeAnew()) makeAnew(undefined);
  if (now) await restore(now);
  if (before) await restore(before);
}

try {
  await run();
} catch (error) {
  stop("failed");
  reportError(error);
}
// The service worker is for later: it must neither delay this page nor, where it cannot be had, break it.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
