//! People, the network and the server, moved by one random source.

use std::fmt::Debug;

use fastrand::Rng;

use super::client::Client;
use super::ledger::Ledger;
use super::network::{Reply, Request};
use super::server::{Fate, Server};
use super::tally::Tally;
use crate::melody::*;

pub(super) struct World {
    pub(super) rng: Rng,
    pub(super) trace: bool,
    /// Whether things break. In a calm world they are only late, and no pull is ever needed.
    pub(super) rough: bool,
    pub(super) now: i64,
    pub(super) server: Server,
    pub(super) clients: Vec<Client>,
    pub(super) requests: Vec<Request>,
    pub(super) replies: Vec<Reply>,
    pub(super) ledger: Ledger,
    pub(super) tally: Tally,
    pub(super) next_request: u64,
    pub(super) next_value: u32,
    pub(super) next_row: u128,
}

impl World {
    pub(super) fn new(seed: u64, trace: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let rough = rng.u8(..4) > 0;
        let mut world = Self {
            rng,
            trace,
            rough,
            now: 0,
            server: Server::new(),
            clients: Vec::new(),
            requests: Vec::new(),
            replies: Vec::new(),
            ledger: Ledger::default(),
            tally: Tally::default(),
            next_request: 0,
            next_value: 1_000,
            next_row: 1,
        };
        for _ in 0..world.rng.usize(2..=3) {
            world.join();
        }
        world
    }

    /// Lets things happen for a while.
    pub(super) fn live(&mut self) {
        for _ in 0..self.rng.usize(60..240) {
            self.now += 1;
            self.step();
            if self.rng.u8(..16) == 0 {
                self.check();
            }
        }
    }

    fn step(&mut self) {
        let client = self.rng.usize(..self.clients.len());
        match self.rng.u8(..100) {
            0..26 => self.mutate(client),
            26..40 => self.send(client),
            40..52 => self.take_request(Fate::Answers),
            52..64 => self.take_reply(),
            64..84 => self.deliver_frame(client),
            84..86 => self.clients[client].keep(),
            86 if self.clients.len() < 4 => self.join(),
            87..90 => self.accept(client),
            90.. if self.rough => self.misfortune(client),
            _ => {}
        }
    }

    fn join(&mut self) {
        let number = self.clients.len();
        self.say(&("joins", number));
        let mut client = Client::open(client(number as u128), self.server.authority.snapshot());
        client.subscribing = Some(client.replica.cursor());
        self.clients.push(client);
    }

    fn check(&mut self) {
        self.server.check_order();
        self.server
            .check(self.rng.u64(0..=self.server.authority.head() + 1));
        for client in &self.clients {
            self.server
                .check_cursor(client.replica.cursor(), &client.confirmed());
            client.check_rebuilt();
        }
    }

    /// The network heals, nobody types, and what is under way arrives.
    pub(super) fn come_to_rest(&mut self) {
        self.say(&"the network heals");
        if self.rough {
            for client in 0..self.clients.len() {
                self.disconnect(client);
            }
        }
        for _ in 0..200 {
            if !self.settle_once() {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Whether anything happened.
    fn settle_once(&mut self) -> bool {
        let mut happened = false;
        for client in 0..self.clients.len() {
            let is_lost = |number| {
                self.requests.iter().all(|request| request.number != number)
                    && self.replies.iter().all(|reply| reply.number != number)
            };
            if self.clients[client].awaited.is_some_and(is_lost) {
                self.give_up(client);
            }
            while self
                .server
                .sockets
                .get(&client)
                .is_some_and(|socket| !socket.frames.is_empty())
            {
                self.deliver_frame(client);
                happened = true;
            }
            happened |= self.clients[client].subscribing.is_some();
            self.accept(client);
            self.send(client);
        }
        happened |= !self.requests.is_empty() || !self.replies.is_empty();
        while !self.requests.is_empty() {
            self.take_request(Fate::Answers);
        }
        while !self.replies.is_empty() {
            self.take_reply();
        }
        happened
    }

    pub(super) fn check_convergence(&mut self) -> Tally {
        self.check();
        let authority = &self.server.authority;
        for client in &self.clients {
            assert_eq!(client.replica.pending(), 0, "all is answered");
            assert_eq!(client.replica.cursor(), authority.head());
            let (seen, true_rows): (Vec<_>, Vec<_>) = (
                client.replica.ordered().collect(),
                authority.ordered().collect(),
            );
            assert_eq!(seen, true_rows, "everyone sees the same");
            assert_eq!(
                client.replica.get(SCORE),
                authority.row(SCORE).and_then(sync::Row::live)
            );
        }
        (self.tally.committed, self.tally.refused) = self.ledger.settle();
        self.tally
    }

    pub(super) fn any_index(&mut self, len: usize) -> Option<usize> {
        (len > 0).then(|| self.rng.usize(..len))
    }

    pub(super) fn say(&self, what: &dyn Debug) {
        if self.trace {
            eprintln!("{}: {what:?}", self.now);
        }
    }
}
