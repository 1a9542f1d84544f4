// Wraps the exports of the program: reports when it dies, and refuses calls afterwards.
//
// An exception that leaves the program is a trap, or has unwound through it and left its state half changed.
// Either way the program must not go on, since it could store or send something wrong.

// The allocator and similar functions, which run within a guarded call.
const HELPERS = /^__(externref|wbindgen_(malloc|realloc|free|exn_store|start))/;
// wasm-bindgen's error for a listener that fires after it was dropped. Nothing has run then.
const REFUSED = /^closure invoked/;

// The answer of a dead program. As a number, a text or the two parts of a result, it is empty.
/** @type {readonly unknown[]} */
const NOTHING = Object.freeze([]);

let isDead = false;
/** @type {(cause: unknown) => void} */
let tell = () => {};

/**
 * Sets the function to call with the cause when the program dies.
 *
 * @param {(cause: unknown) => void} listener
 */
export function onDeath(listener) {
  tell = listener;
}

/**
 * Returns the module's exports, guarded.
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
