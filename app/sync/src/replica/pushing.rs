//! The push in flight: what is sent, and what its answer or its loss means.

use super::{Effects, Refused, Replica};
use crate::{Model, Push, PushAnswer, Refusal, Seq};

impl<M: Model> Replica<M> {
    /// Returns the next push: the oldest pending mutations of one client, at least one and at most
    /// `max_bytes` of JSON, or a pull if there is a gap. `None` while a push is in flight, or if there is
    /// nothing to send.
    pub fn next_push(&mut self, max_bytes: usize) -> Option<Push<M>> {
        let is_due = self.stale || self.cursor.has_gap() || !self.queue.is_empty();
        if is_due { self.pull(max_bytes) } else { None }
    }

    /// Returns a push even if there is nothing to send. `None` while one is in flight, whose answer will
    /// tell as much. It carries pending mutations, as [`Self::next_push`] does.
    pub fn pull(&mut self, max_bytes: usize) -> Option<Push<M>> {
        if self.in_flight.is_some() {
            return None;
        }
        let since = self.since();
        let mut push = Push {
            client_id: self.queue.first_client(),
            since: since.version,
            epoch: since.epoch,
            begins: self.queue.begins(),
            mutations: Vec::new(),
        };
        // The envelope is ids and numbers, which can always be serialized.
        let envelope = serde_json::to_vec(&push).map_or(0, |json| json.len());
        push.mutations = self.queue.batch(max_bytes.saturating_sub(envelope));
        self.in_flight = Some((push.client_id, since));
        self.stale = false;
        Some(push)
    }

    /// Applies the answer to the push in flight. Ignored if that push was given up before: the next answer
    /// will tell it all again.
    pub fn pushed(&mut self, answer: PushAnswer<M>) -> Effects<M> {
        let Some((client_id, since)) = self.in_flight.take() else {
            return Effects::default();
        };
        if self.is_outdated(since, answer.catch_up.epoch) {
            // What it acknowledges was lost with its history, so it is sent again.
            self.stale = true;
            return Effects::default();
        }
        let PushAnswer {
            acked,
            mut rejected,
            catch_up,
        } = answer;
        let settled = self.queue.settle(client_id, acked);
        let view = self.absorb(since, catch_up, &settled);
        let refused = settled.into_iter().filter_map(|mutation| {
            let found = rejected
                .iter()
                .position(|rejection| rejection.seq == mutation.seq)?;
            Some(Refused {
                mutation,
                reason: rejected.swap_remove(found).reason,
            })
        });
        let refused = refused.collect();
        Effects { view, refused }
    }

    /// Gives up the push in flight: [`Self::next_push`] returns its mutations again. The caller decides when
    /// to try.
    pub fn push_failed(&mut self) {
        self.stale |= self.in_flight.take().is_some();
    }

    /// Refuses the only mutation of the push in flight, which the server will never accept, so that it does
    /// not hold up those behind it.
    pub fn push_refused(&mut self, reason: &Refusal) -> Effects<M> {
        let Some((client_id, _)) = self.in_flight.take() else {
            return Effects::default();
        };
        self.stale = true;
        let first = self.outbox(client_id).next();
        let last = first.map_or(Seq::ZERO, |stored| stored.mutation.seq);
        let refused = self.queue.settle(client_id, last).into_iter();
        Effects {
            refused: refused
                .map(|mutation| Refused {
                    mutation,
                    reason: reason.clone(),
                })
                .collect(),
            view: self.view.rebase().replay(&self.queue, &[]),
        }
    }
}
