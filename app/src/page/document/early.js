// Records what is done on a list's page before the program has arrived, and repeats it afterwards.
//
// Actions are found again by row and role, not by node: the program may build the page anew. What
// has to be saved also has an operation for the server. That is pushed from here, exactly once, if
// the page is left first, or if the program does not come.
(() => {
  const { dataset } = document.currentScript;
  const [, token] = location.pathname.split("/");
  // Longest wait for the program before changes are saved without it, in ms.
  const PATIENCE = 15_000;
  // Pause before a push is repeated, in ms.
  const RETRY = 3_000;
  const MAX_ACTIONS = 500;
  const FIELD = ".new-todo";

  // What was done, in order, and is to be repeated.
  let actions = [];
  // What is left to the server, as numbered mutations, until it has acknowledged them.
  let outbox = [];
  // What the server has not taken, to be read.
  const refused = [];
  let seq = 0;
  let clientId;
  let draft;
  let composing = false;
  let repeating = false;
  let taken = false;
  let failed = false;
  let box;

  const $ = (selector) => document.querySelector(selector);
  const rowOf = (element) => element.closest("[data-id]")?.dataset.id;
  const isHydrated = () => document.body?.hasAttribute("data-hydrated");
  // Where the layout has no Latin letters, the key's place says which one is meant.
  const letterOf = ({ key = "", code = "" }) => (/^[a-z]$/i.test(key) ? key : code.slice(3)).toLowerCase();
  const isUndoOrRedo = (event) => (event.ctrlKey || event.metaKey) && !event.altKey && /^[zy]$/.test(letterOf(event));
  const isUndo = (event) => isUndoOrRedo(event) && letterOf(event) === "z" && !event.shiftKey;

  // Not every page may call crypto.randomUUID: it needs a secure context.
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
    const within = scope?.dataset.id
      ? `[data-id="${scope.dataset.id}"] `
      : scope?.id
        ? `#${CSS.escape(scope.id)} `
        : "";
    const own = element.localName + (element.classList[0] ? `.${CSS.escape(element.classList[0])}` : "");
    const selector = scope === element && scope.id ? within : within + own;
    return { selector, index: [...document.querySelectorAll(selector)].indexOf(element) };
  }

  const find = ({ selector, index }) => document.querySelectorAll(selector)[index];

  const setDone = (id, isdone) => ({ update: { id, patch: { item: { isdone } } } });

  const recorders = {
    change({ target }) {
      if (!target.matches(".toggle, .toggle-all")) return;
      const { checked } = target;
      const boxes = target.matches(".toggle")
        ? [target]
        : [...document.querySelectorAll(".todo-list .toggle")].filter((each) => each.checked !== checked);
      for (const each of boxes) show(each, checked);
      return {
        kind: "tick",
        at: placeOf(target),
        checked,
        boxes: boxes.map(placeOf),
        ops: boxes.map((each) => setDone(rowOf(each), checked)),
      };
    },

    click(event) {
      const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event;
      const control = target.closest("a, button");
      if (!control || !control.closest("main.list")) return;
      if (control.localName === "a") {
        if (button || ctrlKey || metaKey || shiftKey || altKey || !isView(control)) return;
        event.preventDefault();
      } else if (
        control.type === "submit" ||
        (control.popoverTargetElement && control.popoverTargetAction !== "hide")
      ) {
        // The browser does what these say.
        return;
      }
      control.toggleAttribute("data-early", true);
      const ids = control.matches(".destroy")
        ? [rowOf(control)]
        : control.matches(".clear-completed")
          ? [...document.querySelectorAll(".todo-list .toggle:checked")].map(rowOf)
          : [];
      for (const id of ids) $(`[data-id="${id}"]`).toggleAttribute("data-early", true);
      return { kind: "click", at: placeOf(control), href: control.href, ops: ids.map((id) => ({ destroy: { id } })) };
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
      // Where something is being typed, the keys are the field's.
      if (!means || isComposing || (field && (draft !== undefined || field.value))) return;
      return {
        kind: "key",
        at: target === document.body ? undefined : placeOf(target),
        init: { key, code, ctrlKey, metaKey, shiftKey, altKey, repeat },
      };
    },

    paste: (event) => lines(event, event.clipboardData?.getData("text")),

    // The clipboard of a phone's keyboard, or a text that is dropped, is no paste.
    beforeinput: (event) => lines(event, event.data ?? event.dataTransfer?.getData("text")),

    submit(event) {
      const field = event.target.querySelector?.(FIELD);
      // Without a program, it is a plain form.
      if (!field || failed) return;
      event.preventDefault();
      const text = field.value;
      if (!text.trim()) return;
      field.value = "";
      draft = undefined;
      return {
        kind: "add",
        text,
        ops: [{ create: { id: newId(), draft: { item: { shortdesc: text.trim() } }, place: "end" } }],
      };
    },

    input({ target }) {
      if (target.matches(FIELD)) draft = target.value;
    },

    compositionstart() {
      composing = true;
    },

    compositionend() {
      composing = false;
    },
  };

  // Several lines, which a field of one line would run together.
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
    if (repeating || !event.target.closest) return;
    const action = recorders[event.type](event);
    if (!action) return;
    event.stopImmediatePropagation();
    if (actions.length >= MAX_ACTIONS) return;
    if (!actions.length) setTimeout(save, PATIENCE);
    actions.push(action);
    if (failed) save();
    tell();
  }

  // Says that the page is not ready, with the texts that were entered meanwhile.
  function tell() {
    const texts = [...actions, ...outbox, ...refused].flatMap(({ text }) => text ?? []);
    const message = refused.length || failed ? dataset.failed : dataset.waiting;
    if (!actions.length && !texts.length) {
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
      if (target && JSON.stringify(at) !== JSON.stringify(before?.at)) target.focus();
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
      if (value && !field.value) {
        field.value = value;
        field.setSelectionRange(selectionStart, selectionEnd);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (focused !== document.activeElement) focused?.focus();
    },
  };

  // Lets the program do what was recorded, one by one, each on the page that the one before has led
  // to. What is done meanwhile is put behind it.
  async function takeOver() {
    taken = true;
    restoreDraft();
    // The program has set each box as it knows it. Its rows get back the class that they then have, and
    // the boxes stay as they were pressed until it hears of it.
    const pressed = actions.filter(({ kind }) => kind === "tick");
    for (const each of boxesOf(pressed)) show(each, each.checked);
    for (const action of pressed) for (const each of boxesOf([action])) each.checked = action.checked;
    for (const marked of document.querySelectorAll("li[data-early]")) marked.removeAttribute("data-early");
    let before;
    while (actions.length) {
      while (composing)
        await new Promise((resolve) => addEventListener("compositionend", () => setTimeout(resolve), { once: true }));
      const action = actions.shift();
      repeating = true;
      // What the page does not show any more is saved all the same.
      if (repeaters[action.kind](action, before) === false) push(action);
      repeating = false;
      before = action.kind === "key" ? action : undefined;
      await new Promise((resolve) => setTimeout(resolve));
    }
    for (const type in recorders) removeEventListener(type, record, true);
    tell();
    void deliver();
  }

  // The field may be another one by now. The program learns what stands in it.
  function restoreDraft() {
    const field = $(FIELD);
    if (!field || draft === undefined) return;
    if (!field.value) field.value = draft;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Saves without the program what can be.
  function save() {
    if (taken) return;
    leaveToServer();
    tell();
    void deliver();
  }

  function leaveToServer() {
    const rest = [];
    for (const action of actions) {
      const isTakenBack = action.kind === "key" && isUndo(action.init);
      const last = isTakenBack ? rest.findLastIndex(({ ops }) => ops?.length) : -1;
      if (last < 0) rest.push(action);
      else for (const undone of rest.splice(last, 1)) for (const each of boxesOf([undone])) show(each, !undone.checked);
    }
    actions = rest.filter(({ ops }) => !ops?.length);
    for (const action of rest) if (action.ops?.length) push(action);
  }

  function push({ ops = [], text }) {
    for (const op of ops) outbox.push({ text, mutation: { seq: ++seq, op } });
  }

  function body() {
    clientId ??= newId();
    const mutations = outbox.map(({ mutation }) => mutation);
    return JSON.stringify({
      token,
      socket_id: null,
      push: { client_id: clientId, since: Number(dataset.head), mutations },
    });
  }

  let delivering = false;
  async function deliver() {
    if (delivering) return;
    delivering = true;
    while (outbox.length) {
      try {
        const headers = { "content-type": "application/json", accept: "application/json" };
        const answer = await fetch("/rpc/push", { method: "POST", headers, body: body(), keepalive: true });
        if (!answer.ok) throw new Error(answer.statusText);
        const { acked, rejected } = await answer.json();
        const isRefused = ({ mutation }) => rejected.some(({ seq }) => seq === mutation.seq);
        refused.push(
          ...outbox.filter(({ text, mutation }) => text && mutation.seq <= acked && isRefused({ mutation })),
        );
        outbox = outbox.filter(({ mutation }) => mutation.seq > acked);
        tell();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
    delivering = false;
    if (failed && !refused.length) showSaved();
  }

  // Without a program, the page has to be loaded anew to show what was saved, as after a plain form.
  function showSaved() {
    const link = actions.findLast(({ href }) => href);
    if (link) location.assign(link.href);
    else if (seq && !draft) location.reload();
  }

  function fail() {
    if (taken || failed) return;
    failed = true;
    save();
  }

  for (const type in recorders) addEventListener(type, record, true);
  addEventListener("pagehide", () => {
    // Afterwards the page may come back, and must not add again what has been sent.
    if (!taken) leaveToServer();
    if (outbox.length) navigator.sendBeacon("/rpc/push", body());
  });
  // A script or a module that did not load, or did not run.
  const suspect = () => setTimeout(fail, 1_000);
  addEventListener("error", ({ target }) => (target === window || target.localName === "script") && suspect(), true);
  addEventListener("unhandledrejection", suspect);
  new MutationObserver((_, observer) => {
    if (!isHydrated()) return;
    observer.disconnect();
    void takeOver();
  }).observe(document, { subtree: true, attributeFilter: ["data-hydrated"] });
})();
