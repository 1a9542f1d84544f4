// Offers on the landing page to restore the lists that this device has deleted, for as long as the server
// keeps them. The program puts the last one under `tandem.deleted`.
(() => {
  const { dataset } = document.currentScript;
  const LAST = "tandem.deleted";
  const KEY = "tandem.deletions";
  const MAX_DELETIONS = 20;
  const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
  // How long a failed attempt is shown, in ms.
  const FAILURE_MS = 5_000;

  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };

  /** The deletions, the last one first. */
  function deletions() {
    const last = read(LAST);
    const known = Array.isArray(read(KEY)) ? read(KEY) : [];
    const all = known.filter(({ token, at }) => token !== last?.token && Date.now() - at < KEPT_MS);
    if (last?.token) all.unshift({ ...last, at: Date.now() });
    return all.slice(0, MAX_DELETIONS);
  }

  function store(all) {
    try {
      localStorage.removeItem(LAST);
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      // This browser stores nothing, so it is offered until the page is left.
    }
  }

  const forget = (token) => store(deletions().filter((list) => list.token !== token));

  function button(name, text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = name;
    made.append(...(text ? [text] : []));
    made.addEventListener("click", act);
    return made;
  }

  async function restore(token, notice, undo) {
    undo.disabled = true;
    try {
      const headers = { "content-type": "application/json", accept: "application/json" };
      const body = JSON.stringify({ token });
      const answer = await fetch("/rpc/restore_list", { method: "POST", body, headers });
      if (answer.ok) {
        forget(token);
        return location.assign(`/${token}`);
      }
      if (answer.status === 404) {
        // It was pruned, or its link replaced.
        forget(token);
        return notice.remove();
      }
    } catch {
      // No network, or no server.
    }
    undo.disabled = false;
    const before = undo.textContent;
    undo.replaceChildren(dataset.failed);
    setTimeout(() => undo.replaceChildren(before), FAILURE_MS);
  }

  function noticeOf({ token, title }) {
    const notice = document.createElement("li");
    notice.className = "notice";
    const text = document.createElement("p");
    // Isolated, so that it does not turn the direction of the sentence.
    text.append(dataset.deleted.replace("{title}", () => `\u2068${title}\u2069`));
    const undo = button("offer", dataset.undo, () => restore(token, notice, undo));
    const dismiss = button("icon dismiss", "", () => {
      forget(token);
      notice.remove();
    });
    dismiss.ariaLabel = dataset.dismiss;
    notice.append(text, undo, dismiss);
    return notice;
  }

  function show() {
    const list = document.getElementById("deletions");
    if (!list) return;
    const all = deletions();
    store(all);
    list.replaceChildren(...all.map(noticeOf));
  }

  addEventListener("pageshow", show);
})();
