//! A server of one channel: the authority, what its store has kept, and a minimal hub.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sync::{
    Authority, CatchUp, Change, ClientId, ClientState, Event, Millis, Push, PushAnswer, Row,
    Version,
};
use uuid::Uuid;

use super::ledger::Ledger;
use crate::melody::{Sheet, sheet};

/// What arrives on a socket.
#[derive(Clone, Debug)]
pub(super) enum Frame {
    Subscribed {
        since: Version,
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

pub(super) struct Server {
    pub(super) authority: Authority<Sheet>,
    store: Store,
    /// The socket of each client, by its number.
    pub(super) sockets: BTreeMap<usize, Socket>,
    next_socket: u64,
    created: BTreeSet<Uuid>,
}

/// What outlives a crash.
struct Store {
    head: Version,
    pruned: Version,
    rows: BTreeMap<Uuid, Row<Sheet>>,
    clients: BTreeMap<ClientId, ClientState>,
}

impl Store {
    fn load(&self) -> Authority<Sheet> {
        let rows = self.rows.values().cloned();
        let clients = self
            .clients
            .iter()
            .map(|(client, state)| (*client, state.clone()));
        Authority::restore(self.head, self.pruned, rows, clients)
    }
}

impl Server {
    pub(super) fn new() -> Self {
        let authority = sheet();
        let rows = authority.snapshot().changes.into_iter().map(Row::from);
        let store = Store {
            head: authority.head(),
            pruned: 0,
            rows: rows.map(|row| (sync::Model::id(&row.model), row)).collect(),
            clients: BTreeMap::new(),
        };
        Self {
            authority,
            store,
            sockets: BTreeMap::new(),
            next_socket: 0,
            created: BTreeSet::new(),
        }
    }

    /// Takes a push that came over the wire. `None` when no answer goes out.
    pub(super) fn push(
        &mut self,
        push: &Push<Sheet>,
        socket: Option<u64>,
        fate: Fate,
        now: Millis,
        ledger: &mut Ledger,
    ) -> Option<PushAnswer<Sheet>> {
        let outcome = self.authority.take_push(push, now);
        match fate {
            Fate::Answers | Fate::CrashesAfterCommit => {
                self.commit(push.client_id, &outcome.changes, ledger);
            }
            Fate::CommitFails => self.authority = self.store.load(),
            Fate::CrashesBeforeCommit => {}
        }
        if matches!(fate, Fate::CrashesBeforeCommit | Fate::CrashesAfterCommit) {
            self.crash();
        }
        if fate != Fate::Answers {
            return None;
        }
        self.fan_out(&outcome.changes, socket);
        let catch_up = self.authority.since(push.since);
        Some(PushAnswer {
            acked: outcome.acked,
            rejected: outcome.rejected,
            catch_up,
        })
    }

    fn commit(&mut self, client: ClientId, changes: &[Change<Sheet>], ledger: &mut Ledger) {
        for change in changes {
            assert_eq!(
                change.version(),
                self.store.head + 1,
                "each change takes the next version"
            );
            self.store.head += 1;
            let row = Row::from(change.clone());
            let id = sync::Model::id(&row.model);
            let is_new = !self.store.rows.contains_key(&id) && self.created.insert(id);
            assert_eq!(
                change.event == Event::Created,
                is_new,
                "a row is created once"
            );
            ledger.committed(self.store.rows.get(&id).map(|row| &row.model), &row.model);
            self.store.rows.insert(id, row);
        }
        if let Some(state) = self.authority.client(client) {
            let before = self.store.clients.insert(client, state.clone());
            assert!(
                before.is_none_or(|before| before.acked <= state.acked),
                "acked never falls"
            );
        }
        assert_eq!(self.authority.head(), self.store.head);
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
    pub(super) fn subscribe(&mut self, client: usize, since: Version) {
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

    pub(super) fn prune(&mut self, horizon: Version) {
        for id in self.authority.prune(horizon) {
            let row = self.store.rows.remove(&id);
            assert!(
                row.is_some_and(|row| row.destroyed),
                "only tombstones are pruned"
            );
        }
        self.store.pruned = self.authority.pruned();
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
    pub(super) fn check(&self, cursor: Version) {
        let is_reset = cursor < self.store.pruned || cursor > self.store.head;
        let rows = self.store.rows.values();
        let wanted = rows.filter(|row| {
            if is_reset {
                !row.destroyed
            } else {
                sync::Model::version(&row.model) > cursor
            }
        });
        let mut changes: Vec<_> = wanted.map(Change::of).collect();
        changes.sort_by_key(Change::version);
        let expected = CatchUp {
            head: self.store.head,
            epoch: None,
            reset: is_reset,
            changes,
        };
        assert_eq!(self.authority.since(cursor), expected);
    }

    /// Whether every row that the store holds at or below the cursor is known just so.
    pub(super) fn check_cursor(&self, cursor: Version, known: &BTreeMap<Uuid, Change<Sheet>>) {
        for (id, row) in &self.store.rows {
            if sync::Model::version(&row.model) <= cursor && !row.destroyed {
                assert_eq!(
                    known.get(id),
                    Some(&Change::of(row)),
                    "known at cursor {cursor}"
                );
            }
        }
    }
}
