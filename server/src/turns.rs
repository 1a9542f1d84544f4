//! Large reads take turns, which bounds their total memory and CPU time.

use std::{cell::RefCell, future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{self, error::Elapsed},
};

/// Size from which a read counts as large, in bytes. Smaller reads never wait.
pub(crate) const LARGE: usize = 512 * 1024;

/// How long a large read waits for its turn before it fails.
const TURN_TIMEOUT: Duration = Duration::from_secs(30);

/// The turns: one for every two cores, so that the other cores serve everybody else.
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new((cores / 2).max(1))))
    }
}

impl Turns {
    /// Waits for a turn, which lasts until it is dropped or, within a request, until the response
    /// is built.
    ///
    /// # Errors
    /// If none is free in time.
    pub(crate) async fn next(&self) -> Result<Turn, Elapsed> {
        // A request that reads twice must not wait for its own turn.
        if is_held() {
            return Ok(Turn::with(None));
        }
        let turn = time::timeout(TURN_TIMEOUT, self.0.clone().acquire_owned()).await;
        Ok(Turn::with(turn?.ok()))
    }
}

/// The right to read much at once.
pub(crate) struct Turn {
    permit: Option<OwnedSemaphorePermit>,
    weight: usize,
}

impl Turn {
    /// No turn: for a first attempt, which succeeds if the read is small.
    pub(crate) fn none() -> Self {
        Self {
            permit: None,
            weight: LARGE,
        }
    }

    /// Returns the largest size that may be read, in bytes.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    fn with(permit: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            permit,
            weight: usize::MAX,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let permit = self.permit.take();
        // Outside of a request there is no response to build, so the turn ends here.
        let _ = HELD.try_with(|held| {
            if permit.is_some() {
                held.replace(permit);
            }
        });
    }
}

tokio::task_local! {
    /// The turn of the current request.
    static HELD: RefCell<Option<OwnedSemaphorePermit>>;
}

/// Runs a request's handler, and ends its turn afterwards. Returns the output, and whether there
/// was a turn.
pub(crate) async fn in_turn<F: Future>(answer: F) -> (F::Output, bool) {
    let answer = async { (answer.await, HELD.with(RefCell::take).is_some()) };
    HELD.scope(RefCell::default(), answer).await
}

/// Whether the current request has a turn.
pub(crate) fn is_held() -> bool {
    HELD.try_with(|held| held.borrow().is_some()) == Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn large_reads_take_turns() {
        let turns = Turns(Arc::new(Semaphore::new(1)));
        let first = turns.next().await.expect("nobody is there");
        assert!(turns.next().await.is_err());
        drop(first);
        assert!(turns.next().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_once_and_keeps_its_turn() {
        let turns = Turns(Arc::new(Semaphore::new(1)));
        let request = HELD.scope(RefCell::default(), async {
            drop(turns.next().await.expect("nobody is there"));
            assert_eq!(turns.0.available_permits(), 0);
            drop(turns.next().await.expect("it is its turn"));
            assert_eq!(turns.0.available_permits(), 0);
        });
        request.await;
        assert_eq!(turns.0.available_permits(), 1);
    }
}
