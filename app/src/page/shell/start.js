// Starts the program: a module of the page's own, so it runs when all of the page has been read.
const { default: init, start } = await import("/pkg/tandem.js");
await init({ module_or_path: "/pkg/tandem_bg.wasm" });
start(false);
// The service worker is for later: it must neither delay this page nor, where it cannot be had, break it.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
