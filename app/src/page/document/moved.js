// Follows a list to its new link, if this device has replaced the link that the page was opened by. What was
// stored by the old one since then moves, too (`server/src/pages/links.js`).
(() => {
  const KEY = "tandem.moved";
  const MAX_MOVES = 50;

  function follow() {
    const old = location.pathname.split("/")[1];
    let token = old;
    try {
      const moved = JSON.parse(localStorage.getItem(KEY)) ?? {};
      for (let moves = 0; moves < MAX_MOVES && Object.hasOwn(moved, token); moves += 1) token = moved[token];
    } catch {
      // This browser stores nothing.
    }
    if (token !== old) location.replace(`/${token}/links#${old}`);
  }

  addEventListener("storage", (event) => {
    if (event.key === KEY) follow();
  });
  follow();
})();
