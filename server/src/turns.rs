//! Large reads take turns, so that what they need of memory and time is bounded, however many ask at
//! once.

use std::{cell::RefCell, future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{self, error::Elapsed},
};

/// Weight from which a read is large, in bytes. What is lighter never waits.
pub(crate) const LARGE: usize = 512 * 1024;

/// How long a large read waits for its turn before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who builds a large answer, one for each two cores at once: the others serve everybody else.
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new((cores / 2).max(1))))
    }
}

impl Turns {
    /// Waits for a turn. It lasts until it is dropped; within a request, until the answer is built.
    ///
    /// # Errors
    /// If there is none in time.
    pub(crate) async fn next(&self) -> Result<Turn, Elapsed> {
        // A request that reads twice has its turn already, and must not wait for itself.
        if is_held() {
            return Ok(Turn::with(None));
        }
        let turn = time::timeout(PATIENCE, self.0.clone().acquire_owned()).await;
        Ok(Turn::with(turn?.ok()))
    }
}

/// The right to build a large answer.
pub(crate) struct Turn {
    permit: Option<OwnedSemaphorePermit>,
    weight: usize,
}

impl Turn {
    /// For a try whether it needs one at all.
    pub(crate) fn none() -> Self {
        Self {
            permit: None,
            weight: LARGE,
        }
    }

    /// The largest weight that may be read in it.
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
        // Elsewhere than in a request, what was read is all that is built.
        let _ = HELD.try_with(|held| {
            if permit.is_some() {
                held.replace(permit);
            }
        });
    }
}

tokio::task_local! {
    /// The turn of the request that is being answered.
    static HELD: RefCell<Option<OwnedSemaphorePermit>>;
}

/// Answers a request, which keeps its turn, if it needs one, until that is done. Says whether it
/// needed one.
pub(crate) async fn in_turn<F: Future>(answer: F) -> (F::Output, bool) {
    let answer = async { (answer.await, HELD.with(RefCell::take).is_some()) };
    HELD.scope(RefCell::default(), answer).await
}

/// Whether the request that is being answered has a turn.
pub(crate) fn is_held() -> bool {
    HELD.try_with(|held| held.borrow().is_some()) == Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn large_answers_are_built_in_turn_and_small_ones_are_not_concerned() {
        let turns = Turns(Arc::new(Semaphore::new(1)));
        let first = turns.next().await.expect("nobody is there");
        assert!(turns.next().await.is_err());
        drop(first);
        assert!(turns.next().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_keeps_its_turn_and_waits_for_it_once() {
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
