//! Runs long computations at a low priority, so that small requests are answered first.

use std::{panic::resume_unwind, thread};

use tokio::runtime::Handle;

/// How much the niceness of such a thread is raised.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Runs the work on a new thread of low priority, and waits for it. Call it from a thread of the
/// runtime that may block.
///
/// # Panics
/// If the work panics, or no thread can be started.
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

/// Lowers the priority of this thread for good, unless that is not permitted or would affect the
/// whole process.
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
    async fn only_the_work_gets_a_low_priority() {
        let before = niceness();
        assert_eq!(run(niceness), (before + NICENESS).min(19));
        assert_eq!(niceness(), before);
    }

    #[tokio::test]
    #[should_panic(expected = "as it was")]
    async fn a_panic_reaches_the_caller() {
        run(|| panic!("as it was"));
    }
}
