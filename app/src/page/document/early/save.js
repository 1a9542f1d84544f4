// Saves what was recorded without the program, if the page is left or the program does not come.

// Saves without the program whatever can be.
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
    const last = isTakenBack ? rest.findLastIndex(({ ops }) => ops) : -1;
    if (last < 0) rest.push(action);
    else for (const undone of rest.splice(last, 1)) for (const each of boxesOf([undone])) show(each, !undone.checked);
  }
  actions = rest.filter(({ ops }) => !ops);
  for (const action of rest) push(action);
}

function push({ ops = () => [], text }) {
  for (const op of ops()) {
    sent.push(op);
    outbox.push({ text, mutation: { seq: ++seq, op } });
  }
}

// Returns a push of the first waiting mutations, as many as fit.
function body() {
  clientId ??= newId();
  const encoder = new TextEncoder();
  const mutations = [];
  let bytes = 0;
  for (const { mutation } of outbox) {
    bytes += encoder.encode(JSON.stringify(mutation)).length + 1;
    if (mutations.length && (mutations.length === MAX_MUTATIONS || bytes > MAX_BYTES)) break;
    mutations.push(mutation);
  }
  return JSON.stringify({
    token,
    socket_id: null,
    // New items are lines as they were typed: the server reads their marks, as the program would.
    typed: true,
    push: { client_id: clientId, since: Number(dataset.head), mutations },
  });
}

// Whether an answer is final. One of a proxy never is.
const isFinal = ({ status, headers }) =>
  status >= 400 && status < 500 && ![408, 425, 429].includes(status) && /json/.test(headers.get("content-type") ?? "");

let delivering = false;
async function deliver() {
  if (delivering) return;
  delivering = true;
  while (outbox.length) {
    try {
      const headers = { "content-type": "application/json", accept: "application/json" };
      const init = { method: "POST", headers, body: body(), keepalive: document.hidden };
      const answer = await fetch("/rpc/push", init);
      if (isFinal(answer)) {
        refused.push(...outbox);
        outbox = [];
        tell();
        break;
      }
      if (!answer.ok) throw new Error(answer.statusText);
      const { acked, rejected } = await answer.json();
      const isRefused = ({ mutation }) => rejected.some(({ seq }) => seq === mutation.seq);
      refused.push(...outbox.filter(({ text, mutation }) => text && mutation.seq <= acked && isRefused({ mutation })));
      outbox = outbox.filter(({ mutation }) => mutation.seq > acked);
      tell();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
  delivering = false;
  if (failed && !refused.length) showSaved();
}

// Without a program, the page is reloaded to show what was saved, as after a plain form.
function showSaved() {
  if (taken) return;
  const link = actions.findLast(({ href }) => href);
  if (link) location.assign(link.href);
  else if (seq && !$(FIELD)?.value) location.reload();
}

function fail() {
  if (taken || failed) return;
  failed = true;
  save();
}

for (const type in recorders) addEventListener(type, record, true);
// Sends everything that waits, even what waits for the program. If the page comes back, it repeats
// unanswered mutations under the same numbers.
function leave() {
  leaveToServer();
  if (outbox.length) navigator.sendBeacon("/rpc/push", body());
}

function comeBack() {
  tell();
  if (outbox.length) void deliver();
}

addEventListener("pagehide", leave);
addEventListener("pageshow", comeBack);
// The last event on a phone that switches to another app and may then drop the page.
addEventListener("visibilitychange", () => (document.hidden ? leave() : comeBack()));
// Called by start.js.
addEventListener("programfailed", fail);
new MutationObserver((_, observer) => {
  if (!isHydrated()) return;
  observer.disconnect();
  void takeOver();
}).observe(document, { subtree: true, attributeFilter: ["data-hydrated"] });
