//! Long calculations go on at a low priority, so that whoever asks for little is answered first.

use std::{panic::resume_unwind, thread};

use tokio::runtime::Handle;

/// How much a thread gives way to the process's others, in steps of niceness.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Does the work on a thread of its own that gives way to all others, and waits for it. For threads that
/// may be blocked, within a runtime.
///
/// # Panics
/// When the work does, or no thread can be started.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let runtime = Handle::current();
    thread::scope(|scope| {
        let thread = scope.spawn(move || {
            give_way();
            let _runtime = runtime.enter();
            work()
        });
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Lowers the priority of this thread, for good. Where that is not allowed, or concerns the whole process,
/// it stays as it is.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Ok(own) = rustix::process::getpriority_process(None) {
        let _ = rustix::process::setpriority_process(None, own + NICENESS);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn niceness() -> i32 {
        rustix::process::getpriority_process(None).expect("a thread has one")
    }

    #[tokio::test]
    async fn the_work_gives_way_and_nothing_else_does() {
        let before = niceness();
        assert_eq!(run(niceness), (before + NICENESS).min(19));
        assert_eq!(niceness(), before);
    }

    #[tokio::test]
    #[should_panic(expected = "as it was")]
    async fn a_panic_is_the_callers() {
        run(|| panic!("as it was"));
    }
}
