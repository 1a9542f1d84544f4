//! Runs long computations at a low priority, so that small requests are answered first, and on a few
//! threads: each thread that ever rendered a large page keeps the memory for it, as allocators do.

use std::{sync::LazyLock, thread::available_parallelism};

use rayon_core::{ThreadPool, ThreadPoolBuilder};
use tokio::runtime::Handle;

/// How much the niceness of such a thread is raised.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Number of threads: large pages are rendered in turn, one for each two cores at once, and meanwhile two
/// imports may be read, and one be decided on.
static THREADS: LazyLock<usize> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, usize::from);
    (cores / 2).max(1) + 3
});

static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let pool = ThreadPoolBuilder::new()
        .num_threads(*THREADS)
        .thread_name(|number| format!("background-{number}"))
        .start_handler(|_| give_way())
        .build();
    pool.inspect_err(|error| tracing::warn!(%error, "there are no threads for long work"))
        .ok()
});

/// Runs the work on a thread of low priority, and waits for it. Call it from a thread of the runtime that
/// may block. Without such threads, it runs here.
///
/// # Panics
/// If the work panics.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let runtime = Handle::current();
    let work = move || {
        let _runtime = runtime.enter();
        work()
    };
    match &*POOL {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Lowers the priority of this thread for good, unless that is not permitted or would affect the
/// whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Ok(own) = rustix::process::getpriority_process(None) {
        let _ = rustix::process::setpriority_process(None, own + NICENESS);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, sync::Mutex, thread};

    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_the_work_gets_a_low_priority() {
        let niceness = || rustix::process::getpriority_process(None).expect("a thread has one");
        let before = niceness();
        assert_eq!(run(niceness), (before + NICENESS).min(19));
        assert_eq!(niceness(), before);
    }

    #[tokio::test]
    #[should_panic(expected = "as it was")]
    async fn a_panic_reaches_the_caller() {
        run(|| panic!("as it was"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn much_work_is_done_on_few_threads_all_of_it() {
        let seen = Mutex::new(HashSet::new());
        let runtime = Handle::current();
        thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| {
                    let _runtime = runtime.enter();
                    let thread = run(|| thread::current().id());
                    seen.lock().expect("nobody panics").insert(thread);
                });
            }
        });
        let seen = seen.into_inner().expect("nobody panics");
        assert!((1..=*THREADS).contains(&seen.len()), "{}", seen.len());
        assert!(!seen.contains(&thread::current().id()));
        // A panic ends the work, and not the thread.
        let panicked = std::panic::catch_unwind(|| run(|| panic!("as it was")));
        assert!(panicked.is_err());
        assert_eq!(run(|| 1 + 1), 2);
    }
}
