//! The network between clients and server, and all that can go wrong on it.

use sync::{Push, Version};

use super::fault::Fault;
use super::server::{Answer, Fate, Frame};
use super::world::World;
use crate::melody::Sheet;

/// A push on its way to the server.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) number: u64,
    from: usize,
    socket: Option<u64>,
    /// Which of the tabs of this client sent it.
    life: u32,
    /// Whether the answer is ignored, as a beacon's is.
    is_beacon: bool,
    push: Push<Sheet>,
}

/// Its answer on the way back.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) number: u64,
    to: usize,
    life: u32,
    /// How many mutations were in the push.
    carried: usize,
    answer: Answer,
}

impl World {
    pub(super) fn crash(&mut self) {
        self.say(&"the server crashes");
        self.tally.crashes += 1;
        self.server.crash();
    }

    pub(super) fn set_clock(&mut self, client: usize) {
        let clock = self.rng.i64(-1_000_000..1_000_000);
        self.say(&("the clock is wrong by", client, clock));
        if self.rng.bool() {
            self.clients[client].clock = clock;
        } else {
            self.server_clock = clock;
        }
    }

    pub(super) fn send(&mut self, client: usize) {
        let max_bytes = if self.rng.bool() { 400 } else { 100_000 };
        if let Some(push) = self.clients[client].next_push(max_bytes) {
            assert!(
                self.rough || !push.mutations.is_empty(),
                "a pull that nothing called for"
            );
            self.post(client, push);
        }
    }

    pub(super) fn pull(&mut self, client: usize) {
        let it = &mut self.clients[client];
        if it.awaited.is_none()
            && !it.is_gone
            && let Some(push) = it.replica.pull(100_000)
        {
            self.post(client, push);
        }
    }

    /// Sends what is pending, by a way that outlives the page.
    pub(super) fn beacon(&mut self, client: usize) {
        if let Some(push) = self.clients[client].last_push() {
            self.say(&("sends at last", client, &push));
            self.tally.beacons += 1;
            self.request(client, None, push);
        }
    }

    fn post(&mut self, from: usize, push: Push<Sheet>) {
        self.say(&("sends", from, &push));
        self.tally.pushes += 1;
        self.tally.pulls += usize::from(push.mutations.is_empty());
        let socket = self.server.sockets.get(&from).map(|socket| socket.id);
        let number = self.request(from, Some(socket), push);
        let before = self.clients[from].awaited.replace(number);
        assert_eq!(before, None, "one push at a time");
    }

    /// `socket` is `None` for a beacon.
    fn request(&mut self, from: usize, socket: Option<Option<u64>>, push: Push<Sheet>) -> u64 {
        self.next_request += 1;
        self.requests.push(Request {
            number: self.next_request,
            from,
            socket: socket.flatten(),
            life: self.clients[from].life,
            is_beacon: socket.is_none(),
            push,
        });
        self.next_request
    }

    pub(super) fn take_request(&mut self, fate: Fate) {
        let Some(at) = self.any_index(self.requests.len()) else {
            return;
        };
        let Request {
            number,
            from,
            socket,
            life,
            is_beacon,
            push,
        } = self.requests.swap_remove(at);
        let numbers = push.mutations.iter().map(|it| (push.client_id, it.seq));
        self.tally.repeated += numbers.filter(|it| self.ledger.is_decided(*it)).count();
        let carried = push.mutations.len();
        let was_gone = self.server.is_gone();
        let now = self.now + self.server_clock;
        let answer = self.server.push(&push, socket, fate, now, &mut self.ledger);
        self.tally.deleted_lists += usize::from(self.server.is_gone() && !was_gone);
        self.tally.crashes += usize::from(matches!(
            fate,
            Fate::CrashesBeforeCommit | Fate::CrashesAfterCommit
        ));
        self.say(&("the server takes", from, carried, fate, &answer));
        if !is_beacon && (fate == Fate::Answers || self.rng.bool()) {
            self.replies.push(Reply {
                number,
                to: from,
                life,
                carried,
                answer,
            });
        }
    }

    pub(super) fn take_reply(&mut self) {
        let Some(at) = self.any_index(self.replies.len()) else {
            return;
        };
        let Reply {
            number,
            to,
            life,
            carried,
            answer,
        } = self.replies.swap_remove(at);
        let client = &mut self.clients[to];
        // A closed tab receives nothing, and an answer to a request that was given up is ignored.
        if client.life != life || client.awaited != Some(number) || client.is_gone {
            return;
        }
        client.awaited = None;
        match answer {
            Answer::Taken(mut answer) => {
                if self.fault == Some(Fault::DropsAChange) {
                    answer.catch_up.changes.pop();
                }
                self.tally.resets += usize::from(answer.catch_up.reset);
                client.answered(&answer, &mut self.ledger);
            }
            Answer::Unreadable => client.unreadable(carried, &mut self.ledger),
            Answer::Gone => {
                client.replica.push_failed();
                self.notice_gone(to);
            }
            Answer::Failed => client.give_up(),
        }
        self.say(&("hears the answer", to, number));
        self.look_for_the_list(to);
    }

    /// Delivers the next frame, or the next few at once.
    pub(super) fn deliver_frames(&mut self, client: usize) {
        let Some(socket) = self.server.sockets.get_mut(&client) else {
            return;
        };
        let most = [1, 1, 1, 2, 3, 9][self.rng.usize(..6)].min(socket.frames.len());
        let mut frames: Vec<_> = socket.frames.drain(..most).collect();
        for frame in &mut frames {
            if let Frame::Subscribed { catch_up, .. } = frame {
                if self.fault == Some(Fault::DropsAChange) {
                    catch_up.changes.pop();
                }
                self.tally.resets += usize::from(catch_up.reset);
            }
        }
        self.say(&("hears", client, &frames));
        self.clients[client].hear(frames);
        self.look_for_the_list(client);
    }

    fn look_for_the_list(&mut self, client: usize) {
        if !self.clients[client].is_gone && self.clients[client].sees_no_list() {
            self.notice_gone(client);
        }
    }

    pub(super) fn lose_request(&mut self) {
        if let Some(at) = self.any_index(self.requests.len()) {
            self.requests.swap_remove(at);
        }
    }

    pub(super) fn lose_reply(&mut self) {
        if let Some(at) = self.any_index(self.replies.len()) {
            self.replies.swap_remove(at);
        }
    }

    pub(super) fn repeat_request(&mut self) {
        if let Some(at) = self.any_index(self.requests.len()) {
            self.requests.push(self.requests[at].clone());
        }
    }

    pub(super) fn give_up(&mut self, client: usize) {
        self.say(&("gives up", client));
        self.clients[client].give_up();
    }

    /// The socket closes, and the client subscribes anew from where it stands.
    pub(super) fn disconnect(&mut self, client: usize) {
        self.say(&("reconnects", client));
        self.server.sockets.remove(&client);
        let client = &mut self.clients[client];
        client.subscribing = Some(client.replica.since());
    }

    /// The server gets to the subscription.
    pub(super) fn accept(&mut self, client: usize) {
        if self.clients[client].is_gone {
            return;
        }
        if let Some(since) = self.clients[client].subscribing.take() {
            self.say(&("subscribes", client, since));
            if self.server.is_gone() {
                self.notice_gone(client);
            } else {
                self.server.subscribe(client, since);
            }
        } else if !self.server.sockets.contains_key(&client) {
            self.disconnect(client);
        }
    }

    /// The trash is asked for, or what it held then arrives.
    pub(super) fn learn(&mut self, client: usize) {
        let client = &mut self.clients[client];
        match client.trash.take() {
            Some(trash) => {
                self.tally.learned += usize::from(!trash.is_empty());
                client.learn(trash);
            }
            None => client.trash = Some(self.server.trash()),
        }
    }

    pub(super) fn prune(&mut self) {
        if self.server.is_gone() {
            return;
        }
        let horizon = self.rng.u64(0..=self.server.authority.head().0 + 2);
        self.say(&("prunes", horizon));
        self.tally.prunings += 1;
        self.server.prune(Version(horizon));
    }

    pub(super) fn put_back(&mut self) {
        if let Some(decisions) = self.server.put_back() {
            self.say(&"a backup is put back");
            self.tally.put_back += 1;
            self.ledger.go_back_to(&decisions);
        }
    }
}
