// Creates a list also where there is no network just now: the wish waits on the page until there is.
(() => {
  const { dataset } = document.currentScript;
  // Wait for an answer until that is told, and pauses between tries, in ms.
  const PATIENCE = 10_000;
  const MIN_PAUSE = 1_000;
  const MAX_PAUSE = 15_000;
  let isAsking = false;

  const statusOf = () => document.querySelector("form.create ~ [role=status]");

  // Looks it up each time: the program may have made the page anew meanwhile.
  const tellOffline = () => statusOf()?.replaceChildren(dataset.offline);

  async function create(form) {
    const url = form.action;
    const body = new URLSearchParams(new FormData(form));
    for (let pause = MIN_PAUSE; ; pause = Math.min(pause * 1.5, MAX_PAUSE)) {
      // What was asked may have been heard, and asked again would be another list. Only another network
      // ends the wait: the answer does not come by that.
      const attempt = new AbortController();
      const { signal } = attempt;
      addEventListener("online", () => attempt.abort(), { once: true, signal });
      const impatience = setTimeout(tellOffline, PATIENCE);
      try {
        const answer = await fetch(url, { method: "POST", body, headers: { accept: "application/json" }, signal });
        const list = answer.headers.get("location");
        if (answer.ok && list) return location.assign(list);
        if (answer.status < 500) {
          // What is wrong, the server says on a page of its own. The program may have put another form
          // in the place of this one, which says nothing any more where it is.
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
