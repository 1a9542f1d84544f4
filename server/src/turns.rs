//! Large reads take turns, which bounds their total memory and CPU time.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::Future,
    net::Ipv4Addr,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time};

use crate::client::Network;

/// Size from which a read counts as large, in bytes. Smaller reads never wait.
pub(crate) const LARGE: usize = 512 * 1024;

/// How long a large read waits for its turn before it fails.
const TURN_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum number of waiting requests per client.
const MAX_WAITING: usize = 64;

/// A number of turns. Each client has a queue of its own, and the queues are served round robin, so
/// that a client with many requests only waits for itself.
pub(crate) struct Turns(Arc<Mutex<Lines>>);

struct Lines {
    /// Number of free turns. It is 0 while anybody waits.
    free: usize,
    waiting: VecDeque<(Network, VecDeque<oneshot::Sender<Permit>>)>,
}

/// No turn was free in time.
#[derive(Debug)]
pub(crate) struct NoTurn;

static TURNS: LazyLock<Turns> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Turns::new((cores / 2).max(1))
});

/// Returns the turns that all requests of this process share: one for every two cores, so that the other
/// cores serve everybody else.
pub(crate) fn of_machine() -> &'static Turns {
    &TURNS
}

impl Turns {
    pub(crate) fn new(at_once: usize) -> Self {
        Self(Arc::new(Mutex::new(Lines {
            free: at_once,
            waiting: VecDeque::new(),
        })))
    }

    /// Waits for a turn, which lasts until it is dropped or, within a request, until the response is
    /// built.
    ///
    /// # Errors
    /// If none is free in time, or too many requests of the same client wait.
    pub(crate) async fn next(&self) -> Result<Turn, NoTurn> {
        // A request that reads twice must not wait for its own turn.
        if is_held() {
            return Ok(Turn::with(None));
        }
        self.next_of(asker()).await
    }

    /// Waits for a turn of this client.
    ///
    /// # Errors
    /// If none is free in time, or too many requests of the same client wait.
    pub(crate) async fn next_of(&self, asker: Network) -> Result<Turn, NoTurn> {
        let turn = time::timeout(TURN_TIMEOUT, self.ask(asker)?).await;
        let turn = turn.map_err(|_| NoTurn)?;
        Ok(Turn::with(turn.ok()))
    }

    /// Queues for a turn. The receiver gets the permit.
    fn ask(&self, asker: Network) -> Result<oneshot::Receiver<Permit>, NoTurn> {
        let (sender, turn) = oneshot::channel();
        let mut lines = lines(&self.0);
        if lines.free > 0 {
            lines.free -= 1;
            drop(lines);
            // The receiver is still here.
            let _ = sender.send(Permit(Some(self.0.clone())));
            return Ok(turn);
        }
        let known = lines.waiting.iter_mut().find(|(of, _)| *of == asker);
        match known {
            Some((_, line)) => {
                line.retain(|waiting| !waiting.is_closed());
                if line.len() >= MAX_WAITING {
                    return Err(NoTurn);
                }
                line.push_back(sender);
            }
            None => lines.waiting.push_back((asker, [sender].into())),
        }
        Ok(turn)
    }
}

fn lines(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    // No holder of the lock panics half-way.
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lines {
    /// Removes and returns the first in the queue of the client whose last turn is longest ago.
    fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        while let Some((asker, mut line)) = self.waiting.pop_front() {
            let first = line.pop_front();
            if !line.is_empty() {
                self.waiting.push_back((asker, line));
            }
            if first.is_some() {
                return first;
            }
        }
        None
    }
}

/// A turn that is taken. Dropping it passes it on.
struct Permit(Option<Arc<Mutex<Lines>>>);

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(of) = self.0.take() else { return };
        let mut permit = Permit(Some(of.clone()));
        loop {
            let next = {
                let mut lines = lines(&of);
                let next = lines.next();
                if next.is_none() {
                    lines.free += 1;
                    permit.0 = None;
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(permit) {
                Ok(()) => return,
                // The receiver is gone.
                Err(back) => permit = back,
            }
        }
    }
}

/// The right to read much at once.
pub(crate) struct Turn {
    permit: Option<Permit>,
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

    fn with(permit: Option<Permit>) -> Self {
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
        let _ = REQUEST.try_with(|request| {
            if permit.is_some() {
                request.held.replace(permit);
            }
        });
    }
}

/// The current request.
struct Asking {
    /// Its client.
    asker: Network,
    /// Its turn, if it has one.
    held: RefCell<Option<Permit>>,
}

tokio::task_local! {
    static REQUEST: Asking;
}

/// Runs a request's handler, and ends its turn afterwards.
pub(crate) async fn in_turn<F: Future>(asker: Network, answer: F) -> F::Output {
    let held = RefCell::default();
    REQUEST.scope(Asking { asker, held }, answer).await
}

/// Returns the client of the current request.
pub(crate) fn asker() -> Network {
    let asker = REQUEST.try_with(|request| request.asker);
    asker.unwrap_or_else(|_| Network::of(Ipv4Addr::UNSPECIFIED.into()))
}

/// Whether the current request has a turn.
pub(crate) fn is_held() -> bool {
    REQUEST.try_with(|request| request.held.borrow().is_some()) == Ok(true)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use futures_util::{FutureExt as _, future::join_all};

    use super::*;

    fn free(turns: &Turns) -> usize {
        lines(&turns.0).free
    }

    fn asker(last: u8) -> Network {
        Network::of([192, 0, 2, last].into())
    }

    #[tokio::test(start_paused = true)]
    async fn large_answers_are_built_in_turn_and_small_ones_are_not_concerned() {
        let turns = Turns::new(1);
        let first = turns.next().await.expect("nobody is there");
        assert!(turns.next().await.is_err());
        drop(first);
        assert!(turns.next().await.is_ok());
        assert_eq!(free(&turns), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_keeps_its_turn_and_waits_for_it_once() {
        let turns = Turns::new(1);
        let request = in_turn(asker(1), async {
            drop(turns.next().await.expect("nobody is there"));
            assert_eq!(free(&turns), 0);
            drop(turns.next().await.expect("it is its turn"));
            assert_eq!(free(&turns), 0);
        });
        request.await;
        assert_eq!(free(&turns), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_with_many_requests_only_waits_for_itself() {
        let turns = Turns::new(1);
        let first = turns.next().await.expect("nobody is there");
        let order = RefCell::new(Vec::new());
        let mut host = 0;
        let asking = [1, 1, 1, 1, 2, 3, 2].map(|client| {
            let (turns, order) = (&turns, &order);
            // All addresses of a client's IPv6 network are one client.
            host += 1;
            let address = Ipv6Addr::new(0x2001, 0xdb8, 0, client, 0, 0, 0, host);
            in_turn(Network::of(address.into()), async move {
                drop(turns.next().await.expect("in time"));
                order.borrow_mut().push(client);
            })
        });
        let mut asking = std::pin::pin!(join_all(asking));
        assert!(asking.as_mut().now_or_never().is_none());
        drop(first);
        asking.await;
        assert_eq!(*order.borrow(), [1, 2, 3, 1, 2, 1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_queue_of_a_client_is_bounded_and_cancelled_requests_are_skipped() {
        let turns = Turns::new(1);
        let first = turns.next().await.expect("nobody is there");
        let mut line: Vec<_> = (0..MAX_WAITING)
            .map(|_| turns.ask(asker(1)).expect("room"))
            .collect();
        assert!(turns.ask(asker(1)).is_err());
        let other = turns.ask(asker(2)).expect("a line of its own");
        let last = line.pop().expect("the last one");
        drop(line);
        let again = turns.ask(asker(1)).expect("the others have gone");
        drop(first);
        drop(last.await.expect("its turn"));
        drop(other.await.expect("its turn"));
        drop(again.await.expect("its turn"));
        assert_eq!(free(&turns), 1);
    }
}
