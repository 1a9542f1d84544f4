// Moves what this device keeps of a list from its old link, the fragment, to its new one.
(async () => {
  const old = location.hash.slice(1);
  const token = location.pathname.split("/")[1];
  if (!/^[A-Za-z0-9_-]{16,}$/.test(old) || old === token) return;
  history.replaceState(null, "", location.pathname);

  const stored = (key, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  };

  function moveLists() {
    const lists = stored("tandem.lists", []).filter((list) => list.token !== token);
    for (const list of lists) if (list.token === old) list.token = token;
    localStorage.setItem("tandem.lists", JSON.stringify(lists));
    // Other tabs of this device follow: `app/src/page/document/moved.js`.
    const moved = Object.entries(stored("tandem.moved", {})).filter(([from]) => from !== old);
    localStorage.setItem("tandem.moved", JSON.stringify(Object.fromEntries([...moved.slice(-49), [old, token]])));
  }

  const newKey = (key) =>
    key === old || key.startsWith(`${old}:`)
      ? token + key.slice(old.length)
      : key.startsWith(`refused:${old}:`)
        ? key.replace(old, token)
        : undefined;

  // Where nothing was ever stored, there is nothing to move, and no database is made.
  const open = () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open("tandem");
      request.onupgradeneeded = () => request.transaction.abort();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  async function moveStored() {
    const database = await open();
    const stores = [...database.objectStoreNames];
    const transaction = database.transaction(stores, "readwrite");
    for (const name of stores) {
      const store = transaction.objectStore(name);
      store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        const key = newKey(String(cursor.key));
        if (key) {
          store.put(cursor.value, key);
          cursor.delete();
        }
        cursor.continue();
      };
    }
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    database.close();
  }

  try {
    await moveStored();
  } catch {
    // This browser stores nothing.
  }
  try {
    moveLists();
  } catch {
    // Nor this.
  }
  navigator.serviceWorker?.controller?.postMessage(`forget /${old}`);
  location.replace(`/${token}`);
})();
