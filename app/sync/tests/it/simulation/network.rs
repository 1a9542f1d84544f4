//! The network between clients and server, and all that can go wrong on it.

use sync::{Push, PushAnswer};

use super::server::{Fate, Frame};
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
    push: Push<Sheet>,
}

/// Its answer on the way back.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) number: u64,
    to: usize,
    life: u32,
    answer: Option<PushAnswer<Sheet>>,
}

/// What the engine must not be able to hide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// One change of every catch-up gets lost on the way.
    DropsAChange,
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
        match self.rng.bool() {
            true => self.clients[client].clock = clock,
            false => self.server_clock = clock,
        }
    }

    pub(super) fn send(&mut self, client: usize) {
        let max_bytes = if self.rng.bool() { 400 } else { 100_000 };
        let push = self.clients[client].next_push(max_bytes);
        if let Some(push) = push {
            assert!(
                self.rough || !push.mutations.is_empty(),
                "a pull that nothing called for"
            );
            self.post(client, push);
        }
    }

    pub(super) fn pull(&mut self, client: usize) {
        if let Some(push) = self.clients[client].replica.pull(100_000) {
            self.post(client, push);
        }
    }

    fn post(&mut self, from: usize, push: Push<Sheet>) {
        self.say(&("sends", from, &push));
        self.tally.pushes += 1;
        self.tally.pulls += usize::from(push.mutations.is_empty());
        self.next_request += 1;
        let number = self.next_request;
        let socket = self.server.sockets.get(&from).map(|socket| socket.id);
        let before = self.clients[from].awaited.replace(number);
        assert_eq!(before, None, "one push at a time");
        self.requests.push(Request {
            number,
            from,
            socket,
            life: self.clients[from].life,
            push,
        });
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
            push,
        } = self.requests.swap_remove(at);
        let answer = self.server.push(
            &push,
            socket,
            fate,
            self.now + self.server_clock,
            &mut self.ledger,
        );
        self.tally.crashes += usize::from(matches!(
            fate,
            Fate::CrashesBeforeCommit | Fate::CrashesAfterCommit
        ));
        self.say(&(
            "the server takes",
            from,
            push.mutations.len(),
            fate,
            &answer,
        ));
        if fate == Fate::Answers || self.rng.bool() {
            self.replies.push(Reply {
                number,
                to: from,
                life,
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
            mut answer,
        } = self.replies.swap_remove(at);
        if self.fault == Some(Fault::DropsAChange) {
            answer
                .iter_mut()
                .for_each(|answer| _ = answer.catch_up.changes.pop());
        }
        let client = &mut self.clients[to];
        match answer {
            // A tab that is no more hears nothing.
            _ if client.life != life => {}
            // Whoever has given up and asked again does not listen to the first answer any more.
            _ if client.awaited.is_some_and(|awaited| awaited != number) => {}
            Some(answer) => {
                self.tally.resets += usize::from(answer.catch_up.reset);
                client.answered(&answer, &mut self.ledger);
            }
            None => client.give_up(),
        }
        self.say(&("hears the answer", to, number));
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
        self.clients[client].hear(frames, &mut self.ledger);
    }

    /// Frames are lost, come twice, or in another order.
    pub(super) fn break_frames(&mut self, client: usize) {
        let Some(socket) = self.server.sockets.get_mut(&client) else {
            return;
        };
        let frames = &mut socket.frames;
        if frames.is_empty() {
            return;
        }
        let (one, other) = (
            self.rng.usize(..frames.len()),
            self.rng.usize(..frames.len()),
        );
        match self.rng.u8(..3) {
            0 => _ = frames.remove(one),
            1 => frames.push_back(frames[one].clone()),
            _ => frames.swap(one, other),
        }
        self.say(&("frames break", client));
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

    pub(super) fn repeat_reply(&mut self) {
        if let Some(at) = self.any_index(self.replies.len()) {
            self.replies.push(self.replies[at].clone());
        }
    }

    pub(super) fn give_up(&mut self, client: usize) {
        self.say(&("gives up", client));
        self.clients[client].give_up();
    }

    pub(super) fn rebuild(&mut self, client: usize) {
        self.say(&("is rebuilt", client));
        self.tally.deaths += 1;
        self.clients[client].rebuild();
        self.disconnect(client);
    }

    /// A tab dies. What it had sent is under way all the same.
    pub(super) fn reopen(&mut self, client: usize) {
        let id = self.new_client();
        let adopter = match self.rng.bool() {
            true => client,
            false => self.rng.usize(..self.clients.len()),
        };
        self.say(&("is opened anew", client, id, "adopted by", adopter));
        self.tally.deaths += 1;
        let left = self.clients[client].reopen(id);
        for outbox in left {
            self.tally.adoptions += usize::from(!outbox.pending.is_empty());
            self.clients[adopter].adopt(outbox, &mut self.ledger);
        }
        self.disconnect(client);
    }

    /// The socket closes, and the client subscribes anew from where it stands.
    pub(super) fn disconnect(&mut self, client: usize) {
        self.say(&("reconnects", client));
        self.server.sockets.remove(&client);
        let client = &mut self.clients[client];
        client.subscribing = Some(client.replica.cursor());
    }

    /// The server gets to the subscription.
    pub(super) fn accept(&mut self, client: usize) {
        if let Some(since) = self.clients[client].subscribing.take() {
            self.say(&("subscribes", client, since));
            self.server.subscribe(client, since);
        } else if !self.server.sockets.contains_key(&client) {
            self.disconnect(client);
        }
    }

    pub(super) fn prune(&mut self) {
        let horizon = self.rng.u64(0..=self.server.authority.head() + 2);
        self.say(&("prunes", horizon));
        self.tally.prunings += 1;
        self.server.prune(horizon);
    }
}
