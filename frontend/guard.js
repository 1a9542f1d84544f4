// Stands at the entrance of the program: tells when it dies, and lets nobody in afterwards.
//
// What leaves the program as an exception has trapped in it, or has unwound through it and left its
// state half changed. Either way it must not go on: it could store or send something wrong.

// The allocator and its like. They run on behalf of a call that is guarded itself.
const HELPERS = /^__(externref|wbindgen_(malloc|realloc|free|exn_store|start))/;
// A listener that fires again after its end, which wasm-bindgen refuses before anything has run.
const REFUSED = /^closure invoked/;

// What a dead program answers: as a number, a text or the two parts of a result, it is nothing.
/** @type {readonly unknown[]} */
const NOTHING = Object.freeze([]);

let isDead = false;
/** @type {(cause: unknown) => void} */
let tell = () => {};

/**
 * Calls this when the program dies, with what it died of.
 *
 * @param {(cause: unknown) => void} listener
 */
export function onDeath(listener) {
  tell = listener;
}

/**
 * The exports of the module, guarded.
 *
 * @param {Record<string, any>} exports
 */
export function guarded(exports) {
  const isEntrance = (/** @type {string} */ name) => typeof exports[name] === "function" && !HELPERS.test(name);
  const names = Object.keys(exports);
  return Object.fromEntries(names.map((name) => [name, isEntrance(name) ? guard(exports[name]) : exports[name]]));
}

/** @param {(...given: unknown[]) => unknown} call */
function guard(call) {
  return (/** @type {unknown[]} */ ...given) => {
    if (isDead) return NOTHING;
    try {
      return call(...given);
    } catch (cause) {
      if (!isDead && !(cause instanceof Error && REFUSED.test(cause.message))) {
        isDead = true;
        tell(cause);
      }
      throw cause;
    }
  };
}
