//! People, the network and the server, moved by one random source.

use std::fmt::Debug;

use fastrand::Rng;
use sync::History;

use super::client::Client;
use super::device::Device;
use super::fault::Fault;
use super::ledger::Ledger;
use super::network::{Reply, Request};
use super::script::{Script, Step, What};
use super::server::{Fate, Server};
use super::tally::Tally;
use crate::melody::*;

/// Number of devices. Tabs are distributed over them in turn.
pub(super) const DEVICES: usize = 2;

pub(super) struct World {
    pub(super) rng: Rng,
    pub(super) trace: bool,
    pub(super) rough: bool,
    pub(super) locks: bool,
    pub(super) fault: Option<Fault>,
    pub(super) now: i64,
    /// How wrong the server's clock is.
    pub(super) server_clock: i64,
    pub(super) server: Server,
    pub(super) devices: [Device; DEVICES],
    pub(super) clients: Vec<Client>,
    next_client: u128,
    pub(super) requests: Vec<Request>,
    pub(super) replies: Vec<Reply>,
    pub(super) ledger: Ledger,
    pub(super) tally: Tally,
    pub(super) next_request: u64,
    pub(super) next_value: u32,
    pub(super) next_row: u128,
}

impl World {
    pub(super) fn new(script: &Script, fault: Option<Fault>, trace: bool) -> Self {
        let mut world = Self {
            rng: Rng::with_seed(script.seed),
            trace,
            rough: script.rough,
            locks: script.locks,
            fault,
            now: 0,
            server_clock: 0,
            server: Server::new(fault),
            devices: Default::default(),
            clients: Vec::new(),
            next_client: 0,
            requests: Vec::new(),
            replies: Vec::new(),
            ledger: Ledger::default(),
            tally: Tally::default(),
            next_request: 0,
            next_value: 1_000,
            next_row: 1,
        };
        for _ in 0..script.clients {
            world.join();
        }
        world
    }

    /// Lets all of it happen.
    pub(super) fn live(&mut self, script: &Script) {
        for step in &script.steps {
            self.now += 1;
            self.tally.steps += 1;
            self.step(*step);
        }
        self.rng = Rng::with_seed(script.seed);
    }

    fn step(&mut self, step: Step) {
        self.rng = Rng::with_seed(step.seed);
        let client = step.client % self.clients.len();
        match step.what {
            What::Mutate => self.mutate(client),
            What::Undo => self.take_back(client, History::undo),
            What::Redo => self.take_back(client, History::redo),
            What::Send => self.send(client),
            What::Pull => self.pull(client),
            What::TakeRequest => self.take_request(Fate::Answers),
            What::TakeReply => self.take_reply(),
            What::DeliverFrame => self.deliver_frames(client),
            What::KeepOutbox => self.keep_outbox(client),
            What::KeepList => self.keep_list(client),
            What::ReadList => self.read_list(client),
            What::Adopt => self.adopt(client),
            What::Learn => self.learn(client),
            What::Join if self.clients.len() < 4 && !self.server.is_gone() => self.join(),
            What::Join => {}
            What::Accept => self.accept(client),
            What::Check => self.check(),
            What::Hide => self.hide(client),
            What::CommitFails => self.take_request(Fate::CommitFails),
            What::CrashesBeforeCommit => self.take_request(Fate::CrashesBeforeCommit),
            What::CrashesAfterCommit => self.take_request(Fate::CrashesAfterCommit),
            What::Crash => self.crash(),
            What::LoseRequest => self.lose_request(),
            What::LoseReply => self.lose_reply(),
            What::RepeatRequest => self.repeat_request(),
            What::GiveUp => self.give_up(client),
            What::Reopen => self.reopen(client),
            What::Disconnect => self.disconnect(client),
            What::Prune => self.prune(),
            What::SetClock => self.set_clock(client),
            What::Backup => self.server.back_up(self.ledger.decisions()),
            What::PutBack => self.put_back(),
            What::DeleteList => self.delete_list(client),
        }
    }

    fn join(&mut self) {
        let number = self.clients.len();
        self.say(&("joins", number));
        let id = self.new_client();
        let mut client = Client::open(id, self.server.authority.snapshot());
        client.subscribing = Some(client.replica.since());
        self.clients.push(client);
    }

    /// Returns a client id that was never used before.
    pub(super) fn new_client(&mut self) -> sync::ClientId {
        self.next_client += 1;
        client(self.next_client - 1)
    }

    fn check(&mut self) {
        self.server.check_order();
        self.server
            .check_since(Version(self.rng.u64(0..=self.server.head().0 + 1)));
        for client in self.clients.iter().filter(|client| !client.is_gone) {
            self.server
                .check_cursor(client.replica.since(), &client.confirmed());
            client.check_rebuilt();
        }
    }

    /// Lets everything that is under way arrive, on a network without faults.
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
        self.settle_storage();
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
                self.deliver_frames(client);
                happened = true;
            }
            happened |= !self.clients[client].is_gone && self.clients[client].subscribing.is_some();
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
            assert_eq!(
                client.is_gone,
                self.server.is_gone(),
                "all know whether it is there"
            );
            if client.is_gone {
                continue;
            }
            assert_eq!(client.replica.pending(), 0, "all is answered");
            assert_eq!(client.replica.since(), authority.snapshot().cursor());
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
        // The score took the first.
        let versions = self.server.head().0 - 1 - self.server.respaced();
        assert_eq!(versions, self.ledger.applied() as u64, "one for each");
        let fates = self.ledger.settle();
        self.tally += fates;
        self.tally.runs += 1;
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
