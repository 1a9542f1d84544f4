// Creates a list, even offline: the request then waits on the page until there is a network.
(() => {
  const { dataset } = document.currentScript;
  // Time to wait for an answer before saying so, and pauses between attempts, in ms.
  const PATIENCE = 10_000;
  const MIN_PAUSE = 1_000;
  const MAX_PAUSE = 15_000;
  let isAsking = false;

  const statusOf = () => document.querySelector("form.create ~ [role=status]");

  // Looked up each time, since the program may have rebuilt the page.
  const tellOffline = () => statusOf()?.replaceChildren(dataset.offline);

  // A random UUID. `crypto.randomUUID` needs a secure context, which not every page has.
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  // The list's page then suggests to share it.
  function rememberNew(path) {
    try {
      localStorage.setItem("tandem.new", path);
    } catch {}
  }

  async function create(form) {
    const url = form.action;
    // By its id, a request whose answer was lost can be repeated. The page's own may have been used: the
    // browser or the service worker may have kept the page.
    form.elements.request.value = newId();
    const body = new URLSearchParams(new FormData(form));
    for (let pause = MIN_PAUSE; ; pause = Math.min(pause * 1.5, MAX_PAUSE)) {
      // However slow the answer is, only a new network connection ends the wait: it no longer comes then.
      const attempt = new AbortController();
      const { signal } = attempt;
      addEventListener("online", () => attempt.abort(), { once: true, signal });
      const impatience = setTimeout(tellOffline, PATIENCE);
      try {
        const answer = await fetch(url, { method: "POST", body, headers: { accept: "application/json" }, signal });
        const list = answer.headers.get("location");
        if (answer.ok && list) {
          rememberNew(list);
          return location.assign(list);
        }
        if (answer.status < 500) {
          // The server says what is wrong on its own page. The program may have replaced this form,
          // and only one that is on the page can be submitted.
          if (!form.isConnected) document.body.append(form);
          return form.submit();
        }
      } catch {
        // No network, or no server.
      } finally {
        clearTimeout(impatience);
        attempt.abort();
      }
      tellOffline();
      await new Promise((resolve) => {
        setTimeout(resolve, pause);
        addEventListener("online", resolve, { once: true });
      });
    }
  }

  addEventListener("submit", async (event) => {
    if (!event.target.matches("form.create")) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    await create(event.target);
    // The page may come back from the browser's cache.
    isAsking = false;
  });

  addEventListener("pageshow", () => {
    if (!isAsking) statusOf()?.replaceChildren();
  });
})();
