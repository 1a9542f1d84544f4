// Repeats what was recorded once the program runs, and says until then that it is loading.

// Says that the page is not ready, with the texts entered in the meantime.
function tell() {
  const texts = [...actions, ...outbox, ...refused].flatMap(({ text }) => text ?? []);
  const message = refused.length || failed ? dataset.failed : dataset.waiting;
  if (!actions.length && !texts.length && !refused.length) {
    box?.remove();
    box = undefined;
    return;
  }
  if (!box) {
    box = document.createElement("div");
    box.className = "early";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  const line = (tag, content) => Object.assign(document.createElement(tag), { textContent: content, dir: "auto" });
  const list = document.createElement("ul");
  list.append(...texts.map((each) => line("li", each)));
  box.replaceChildren(line("p", message), list);
}

const repeaters = {
  tick({ at, checked }) {
    const toggle = find(at);
    if (!toggle) return false;
    toggle.checked = checked;
    toggle.dispatchEvent(new Event("change", { bubbles: true }));
  },

  click({ at }) {
    const control = find(at);
    control?.removeAttribute("data-early");
    if (!control) return false;
    control.click();
  },

  dblclick({ at }) {
    find(at)?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true, cancelable: true }));
  },

  key({ at, init }, before) {
    const target = at && find(at);
    // The focus moves where the person has moved it, else where an earlier key has.
    const last = before?.kind === "key" ? before.at : undefined;
    if (target && JSON.stringify(at) !== JSON.stringify(last)) target.focus();
    const focused = document.activeElement ?? document.body;
    focused.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true }));
  },

  paste({ at, text }) {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    find(at)?.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  },

  add({ text }) {
    const field = $(FIELD);
    if (!field) return false;
    const { value, selectionStart, selectionEnd } = field;
    const focused = document.activeElement;
    field.value = text;
    field.form.requestSubmit();
    // A text that the program refuses stays in the field.
    const isTaken = field.value !== text;
    if (field.value !== value) {
      field.value = value;
      field.setSelectionRange(selectionStart, selectionEnd);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (focused !== document.activeElement) focused?.focus();
    return isTaken;
  },
};

// Has the program do what was recorded, one by one. What people do in the meantime comes after
// that.
async function takeOver() {
  taken = true;
  failed = false;
  restoreDraft();
  // The program has set each box as it knows it. Its rows get back the class that they then have, and
  // the boxes stay as they were pressed until it hears of it.
  const pressed = actions.filter(({ kind }) => kind === "tick");
  for (const each of boxesOf(pressed)) show(each, each.checked);
  for (const action of pressed) for (const each of boxesOf([action])) each.checked = action.checked;
  for (const marked of document.querySelectorAll("li[data-early]")) marked.removeAttribute("data-early");
  let before;
  while (actions.length) {
    while (composing?.isConnected) await heard("compositionend");
    // A panel may have to be loaded.
    while ($("[aria-busy]")) await new Promise((resolve) => setTimeout(resolve, 50));
    // Pasted lists are previewed one after the other.
    while (before?.kind === "paste" && $("dialog:modal")) await heard("close");
    // A program that has died accepts nothing.
    failed = !isHydrated();
    if (failed) leaveToServer();
    // What waited may have been left to the server.
    if (failed || !actions.length) break;
    const action = actions.shift();
    repeating = true;
    // Saved even if the page no longer shows it.
    if (repeaters[action.kind](action, before) === false) push(action);
    repeating = false;
    before = action;
    await new Promise((resolve) => setTimeout(resolve));
  }
  for (const type in recorders) removeEventListener(type, record, true);
  tell();
  void deliver();
}

// Resolves after the next event of this type, when all its listeners have run.
const heard = (type) =>
  new Promise((resolve) => addEventListener(type, () => setTimeout(resolve), { once: true, capture: true }));

// The field may be a new one by now. Tells the program its value.
function restoreDraft() {
  const field = $(FIELD);
  if (!field || draft === undefined) return;
  if (!field.value) field.value = draft;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
