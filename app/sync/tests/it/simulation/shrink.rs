//! A failing run made short: steps are left out as long as the same assertion fails.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::script::Script;

/// Largest number of runs for shortening a script.
const MAX_TRIES: usize = 4_000;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
    static FAILED_AT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Where a run fails, if it does: two runs that fail at the same place fail by the same invariant.
pub(super) fn failure(run: impl FnOnce()) -> Option<String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_QUIET.get() {
                FAILED_AT.set(info.location().map(ToString::to_string));
            } else {
                usual(info);
            }
        }));
    });
    IS_QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    IS_QUIET.set(false);
    result.err().map(|_| FAILED_AT.take().unwrap_or_default())
}

/// The script without all that it does not take to fail at the same place.
pub(super) fn shrink(script: &Script, run: impl Fn(&Script)) -> Script {
    let wanted = failure(|| run(script)).expect("a script that fails");
    let mut short = script.clone();
    let mut tries = 0;
    let mut chunk = short.steps.len().div_ceil(2);
    while chunk > 0 && tries < MAX_TRIES {
        let mut from = 0;
        let mut is_shorter = false;
        while from < short.steps.len() && tries < MAX_TRIES {
            let mut shorter = short.clone();
            let end = (from + chunk).min(short.steps.len());
            shorter.steps.drain(from..end);
            tries += 1;
            if failure(|| run(&shorter)).as_ref() == Some(&wanted) {
                short = shorter;
                is_shorter = true;
            } else {
                from = end;
            }
        }
        // Single steps are tried again, until none of them can be left out.
        if chunk > 1 || !is_shorter {
            chunk /= 2;
        }
    }
    short
}
