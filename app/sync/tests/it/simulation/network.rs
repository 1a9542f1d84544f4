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
    push: Push<Sheet>,
}

/// Its answer on the way back.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) number: u64,
    to: usize,
    answer: Option<PushAnswer<Sheet>>,
}

impl World {
    pub(super) fn misfortune(&mut self, client: usize) {
        match self.rng.u8(..16) {
            0 => self.take_request(Fate::CommitFails),
            1 => self.take_request(Fate::CrashesBeforeCommit),
            2 => self.take_request(Fate::CrashesAfterCommit),
            3 => {
                self.say(&"the server crashes");
                self.server.crash();
            }
            4 => self.lose_request(),
            5 => self.lose_reply(),
            6 => self.repeat_request(),
            7 => self.repeat_reply(),
            8 => self.give_up(client),
            9 => self.rebuild(client),
            10..13 => self.break_frames(client),
            13 => self.disconnect(client),
            14 => self.prune(),
            _ => self.pull(client),
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

    fn pull(&mut self, client: usize) {
        if let Some(push) = self.clients[client].replica.pull() {
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
            push,
        } = self.requests.swap_remove(at);
        let answer = self
            .server
            .push(&push, socket, fate, self.now, &mut self.ledger);
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
                answer,
            });
        }
    }

    pub(super) fn take_reply(&mut self) {
        let Some(at) = self.any_index(self.replies.len()) else {
            return;
        };
        let Reply { number, to, answer } = self.replies.swap_remove(at);
        let client = &mut self.clients[to];
        match answer {
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

    pub(super) fn deliver_frame(&mut self, client: usize) {
        let socket = self.server.sockets.get_mut(&client);
        if let Some(frame) = socket.and_then(|socket| socket.frames.pop_front()) {
            self.say(&("hears", client, &frame));
            let is_reset = matches!(&frame, Frame::Subscribed { catch_up, .. } if catch_up.reset);
            self.tally.resets += usize::from(is_reset);
            self.clients[client].hear(frame, &mut self.ledger);
        }
    }

    /// Frames are lost, come twice, or in another order.
    fn break_frames(&mut self, client: usize) {
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

    fn lose_request(&mut self) {
        if let Some(at) = self.any_index(self.requests.len()) {
            self.requests.swap_remove(at);
        }
    }

    fn lose_reply(&mut self) {
        if let Some(at) = self.any_index(self.replies.len()) {
            self.replies.swap_remove(at);
        }
    }

    fn repeat_request(&mut self) {
        if let Some(at) = self.any_index(self.requests.len()) {
            self.requests.push(self.requests[at].clone());
        }
    }

    fn repeat_reply(&mut self) {
        if let Some(at) = self.any_index(self.replies.len()) {
            self.replies.push(self.replies[at].clone());
        }
    }

    pub(super) fn give_up(&mut self, client: usize) {
        self.say(&("gives up", client));
        self.clients[client].give_up();
    }

    fn rebuild(&mut self, client: usize) {
        self.say(&("is rebuilt", client));
        self.clients[client].rebuild();
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

    fn prune(&mut self) {
        let horizon = self.rng.u64(0..=self.server.authority.head() + 2);
        self.say(&("prunes", horizon));
        self.server.prune(horizon);
    }
}
