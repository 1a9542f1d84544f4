//! A server of one channel: the authority, what its store has kept, and a minimal hub.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sync::{
    Authority, CatchUp, Change, ClientId, ClientState, Cursor, Epoch, Millis, Model as _, Mutation,
    Op, Outcome, Push, PushAnswer, Row, Seq, Version,
};
use uuid::Uuid;

use super::expected::{self, Decision, Rows};
use super::fault::Fault;
use super::ledger::{Decisions, Ledger};
use crate::melody::{SCORE, Sheet, epoch, sheet};

/// What arrives on a socket.
#[derive(Clone, Debug)]
pub(super) enum Frame {
    Subscribed {
        since: Cursor,
        catch_up: CatchUp<Sheet>,
    },
    Event {
        name: String,
        data: String,
    },
}

/// One connection, as the server sees it: frames on their way.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) id: u64,
    pub(super) frames: VecDeque<Frame>,
}

/// What happens to the server while it takes a push.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    Answers,
    /// The store refuses the transaction: the authority in memory is worth nothing any more.
    CommitFails,
    CrashesBeforeCommit,
    CrashesAfterCommit,
}

/// What a push is answered.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Taken(PushAnswer<Sheet>),
    /// The server cannot read it, and will never be able to.
    Unreadable,
    /// There is no such list.
    Gone,
    /// The server fails, or is not there.
    Failed,
}

pub(super) struct Server {
    pub(super) authority: Authority<Sheet>,
    store: Store,
    /// The socket of each client, by its number.
    pub(super) sockets: BTreeMap<usize, Socket>,
    next_socket: u64,
    created: BTreeSet<Uuid>,
    fault: Option<Fault>,
    backup: Option<(Store, Decisions)>,
}

/// What outlives a crash.
#[derive(Clone)]
struct Store {
    epoch: Epoch,
    head: Version,
    /// How many of the versions only made keys shorter.
    respaced: u64,
    pruned: Version,
    rows: Rows,
    clients: BTreeMap<ClientId, ClientState>,
}

impl Store {
    fn load(&self) -> Authority<Sheet> {
        let rows = self.rows.values().cloned();
        let clients = self
            .clients
            .iter()
            .map(|(client, state)| (*client, state.clone()));
        Authority::restore(self.head, self.pruned, rows, clients).with_epoch(self.epoch)
    }
}

impl Server {
    pub(super) fn new(fault: Option<Fault>) -> Self {
        let authority = sheet();
        let rows = authority.snapshot().changes.into_iter().map(Row::from);
        let store = Store {
            epoch: epoch(1),
            head: authority.head(),
            respaced: 0,
            pruned: Version::ZERO,
            rows: rows.map(|row| (row.model.id(), row)).collect(),
            clients: BTreeMap::new(),
        };
        Self {
            authority: store.load(),
            store,
            sockets: BTreeMap::new(),
            next_socket: 0,
            created: BTreeSet::new(),
            fault,
            backup: None,
        }
    }

    /// Whether the list was deleted.
    pub(super) fn is_gone(&self) -> bool {
        self.store.rows[&SCORE].destroyed
    }

    /// Takes a push that came over the wire.
    pub(super) fn push(
        &mut self,
        push: &Push<Sheet>,
        socket: Option<u64>,
        fate: Fate,
        now: Millis,
        ledger: &mut Ledger,
    ) -> Answer {
        if self.is_gone() {
            return Answer::Gone;
        }
        let client = push.client_id;
        let is_unreadable =
            |mutation: &Mutation<Sheet>| ledger.is_unreadable((client, mutation.seq));
        if push.mutations.iter().any(is_unreadable) {
            return Answer::Unreadable;
        }
        let is_new = |seq| !ledger.is_decided((client, seq));
        let outcome = self.take(push, now);
        let (rows, decisions, respaced) = self.check(push, is_new, &outcome);
        match fate {
            Fate::Answers | Fate::CrashesAfterCommit => {
                self.store.respaced += respaced;
                self.commit(client, rows, &outcome, decisions, ledger);
            }
            Fate::CommitFails => self.authority = self.store.load(),
            Fate::CrashesBeforeCommit => {}
        }
        if matches!(fate, Fate::CrashesBeforeCommit | Fate::CrashesAfterCommit) {
            self.crash();
        }
        let is_lie = fate == Fate::CommitFails && self.fault == Some(Fault::AcknowledgesTooEarly);
        if fate != Fate::Answers && !is_lie {
            return Answer::Failed;
        }
        self.fan_out(&outcome.changes, socket);
        let catch_up = self.authority.since(push.cursor());
        Answer::Taken(PushAnswer {
            acked: outcome.acked,
            rejected: outcome.rejected,
            catch_up,
        })
    }

    /// What the authority makes of it, or a faulty one.
    fn take(&mut self, push: &Push<Sheet>, now: Millis) -> Outcome<Sheet> {
        let acked = self.authority.client(push.client_id);
        let acked = acked.map_or(Seq::ZERO, |known| known.acked);
        let is_again = |op: &Op<Sheet>| match self.fault {
            Some(Fault::ForgetsNumbers) => true,
            Some(Fault::DestroysAgain) => matches!(op, Op::Destroy { .. }),
            Some(Fault::MovesAgain) => matches!(op, Op::Move { .. }),
            Some(Fault::RestoresAgain) => matches!(op, Op::Restore { .. }),
            Some(Fault::RevertsAgain) => matches!(op, Op::Revert { .. }),
            _ => false,
        };
        let again = push.mutations.iter().filter(|it| it.seq <= acked);
        let again: Vec<_> = again.filter(|it| is_again(&it.op)).cloned().collect();
        let mut taken = push.clone();
        let is_partly_taken = push.mutations.iter().any(|it| it.seq <= acked);
        let drops = self.fault == Some(Fault::DropsWhatIsNew) && is_partly_taken;
        if drops {
            let is_dropped = |op: &Op<Sheet>| matches!(op, Op::Destroy { .. });
            taken
                .mutations
                .retain(|it| it.seq <= acked || !is_dropped(&it.op));
        }
        let mut changes = self.authority.take(None, &again, now).changes;
        let mut outcome = self.authority.take_push(&taken, now);
        changes.append(&mut outcome.changes);
        outcome.changes = changes;
        if self.fault == Some(Fault::ForgetsRefusals) {
            outcome.rejected.retain(|it| it.seq > acked);
        }
        if drops && let Some(last) = push.mutations.last() {
            outcome.acked = outcome.acked.max(last.seq);
        }
        outcome
    }

    /// Compares what the authority made of a push with what must become of the store, where nothing
    /// has been committed of it yet. Each of the mutations that it acknowledges for the first time is
    /// accounted for, and nothing else happens.
    fn check(
        &self,
        push: &Push<Sheet>,
        is_new: impl Fn(Seq) -> bool,
        outcome: &Outcome<Sheet>,
    ) -> (Rows, Vec<(Seq, Decision)>, u64) {
        let mut rows = self.store.rows.clone();
        let mut changes = outcome.changes.iter().cloned().peekable();
        let mut head = self.store.head;
        let mut decisions = Vec::new();
        for Mutation { seq, op } in &push.mutations {
            if is_new(*seq) && *seq <= outcome.acked {
                let rejection = outcome.rejected.iter().find(|it| it.seq == *seq);
                let refused = rejection.map(|it| &it.reason);
                let decision = expected::check(&mut rows, op, refused, &mut changes, &mut head);
                decisions.push((*seq, decision));
            }
        }
        let extra: Vec<_> = changes.collect();
        assert!(extra.is_empty(), "nobody asked for this: {extra:?}");
        let applied = |it: &&(Seq, Decision)| matches!(it.1, Decision::Applied(_));
        let applied = decisions.iter().filter(applied).count() as u64;
        (rows, decisions, head.0 - self.store.head.0 - applied)
    }

    fn commit(
        &mut self,
        client: ClientId,
        rows: Rows,
        outcome: &Outcome<Sheet>,
        decisions: Vec<(Seq, Decision)>,
        ledger: &mut Ledger,
    ) {
        for change in &outcome.changes {
            let is_new = self.created.insert(change.row.id());
            assert!(
                is_new || change.event != sync::Event::Created,
                "a row is created once"
            );
        }
        self.store.head.0 += outcome.changes.len() as u64;
        self.store.rows = rows;
        if let Some(state) = self.authority.client(client) {
            let before = self.store.clients.insert(client, state.clone());
            assert!(
                before.is_none_or(|before| before.acked <= state.acked),
                "acked never falls"
            );
        }
        assert_eq!(self.authority.head(), self.store.head);
        for (seq, decision) in decisions {
            ledger.decided((client, seq), decision);
        }
    }

    /// Everyone hears of the changes but the connection that made them.
    fn fan_out(&mut self, changes: &[Change<Sheet>], sender: Option<u64>) {
        for socket in self
            .sockets
            .values_mut()
            .filter(|socket| Some(socket.id) != sender)
        {
            for change in changes {
                let data = serde_json::to_string(&change.row).unwrap();
                socket.frames.push_back(Frame::Event {
                    name: change.name(),
                    data,
                });
            }
        }
    }

    /// Loses all that was only in memory.
    pub(super) fn crash(&mut self) {
        self.authority = self.store.load();
        self.sockets.clear();
    }

    /// Subscribes a client: joins, then reads what it missed.
    pub(super) fn subscribe(&mut self, client: usize, since: Cursor) {
        self.next_socket += 1;
        let subscribed = Frame::Subscribed {
            since,
            catch_up: self.authority.since(since),
        };
        let socket = Socket {
            id: self.next_socket,
            frames: VecDeque::from([subscribed]),
        };
        self.sockets.insert(client, socket);
    }

    /// What can be restored.
    pub(super) fn trash(&self) -> Vec<Change<Sheet>> {
        let rows = self.store.rows.values().filter(|row| row.destroyed);
        rows.map(Change::of).collect()
    }

    pub(super) fn prune(&mut self, horizon: Version) {
        for id in self.authority.prune(horizon) {
            let row = self.store.rows.remove(&id);
            assert!(
                row.is_some_and(|row| row.destroyed),
                "only tombstones are pruned"
            );
            // Who makes it again makes another.
            self.created.remove(&id);
        }
        self.store.pruned = self.authority.pruned();
    }

    pub(super) fn back_up(&mut self, decisions: Decisions) {
        self.backup = Some((self.store.clone(), decisions));
    }

    /// The server stops, and starts on its backup.
    pub(super) fn put_back(&mut self) -> Option<Decisions> {
        let (mut store, decisions) = self.backup.clone()?;
        store.epoch = epoch(self.store.epoch.0.as_u128() + 1);
        self.created = store.rows.keys().copied().collect();
        self.store = store;
        self.crash();
        Some(decisions)
    }

    /// The order has room between any two rows, and no more of them than it may have.
    pub(super) fn check_order(&self) {
        let positions: Vec<_> = self
            .authority
            .ordered()
            .map(sync::Model::position)
            .collect();
        assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
        assert!(positions.len() <= <Sheet as sync::Model>::LIMIT);
    }

    /// What the authority says is what the store holds.
    pub(super) fn check_since(&self, cursor: Version) {
        let is_reset = cursor < self.store.pruned || cursor > self.store.head;
        let rows = self.store.rows.values();
        let wanted = rows.filter(|row| {
            if is_reset {
                !row.destroyed
            } else {
                row.model.version() > cursor
            }
        });
        let mut changes: Vec<_> = wanted.map(Change::of).collect();
        changes.sort_by_key(Change::version);
        let expected = CatchUp {
            head: self.store.head,
            epoch: Some(self.store.epoch),
            reset: is_reset,
            changes,
        };
        assert_eq!(self.authority.since(cursor), expected);
    }

    /// Whether every row that the store holds at or below the cursor is known just so.
    pub(super) fn check_cursor(&self, cursor: Cursor, known: &BTreeMap<Uuid, Change<Sheet>>) {
        if cursor.epoch != Some(self.store.epoch) {
            return;
        }
        for (id, row) in &self.store.rows {
            if row.model.version() <= cursor.version && !row.destroyed {
                assert_eq!(
                    known.get(id),
                    Some(&Change::of(row)),
                    "known at cursor {cursor:?}"
                );
            }
        }
    }

    /// How many versions were given.
    pub(super) fn head(&self) -> Version {
        self.store.head
    }

    /// Returns how many versions only made keys shorter.
    pub(super) fn respaced(&self) -> u64 {
        self.store.respaced
    }
}
