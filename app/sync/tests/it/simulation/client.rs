//! A person with a browser tab: a replica, a mirror of its view that is fed by effects alone, and
//! what the tab has kept for its next life.

use std::collections::{BTreeMap, BTreeSet};

use sync::{
    Change, ClientId, Delta, Effects, History, Millis, Model, Op, Outbox, Push, PushAnswer,
    Refusal, Replica, Reversal, Stored, Told, Undone, Version,
};
use uuid::Uuid;

use super::ledger::Ledger;
use super::server::Frame;
use crate::melody::Sheet;

pub(super) struct Client {
    pub(super) replica: Replica<Sheet>,
    /// What this tab can take back.
    history: History<Sheet>,
    /// What a page would show that applies nothing but the effects.
    mirror: BTreeMap<Uuid, Sheet>,
    kept: String,
    /// The same, but as of an earlier time: rows are kept less often than what was typed.
    kept_rows: String,
    /// How wrong its clock is.
    pub(super) clock: i64,
    /// Which tab it is, of those that were opened one after the other.
    pub(super) life: u32,
    /// The request whose answer is awaited.
    pub(super) awaited: Option<u64>,
    /// The `since` of a subscription that is under way.
    pub(super) subscribing: Option<Version>,
}

impl Client {
    pub(super) fn open(id: ClientId, snapshot: sync::CatchUp<Sheet>) -> Self {
        Self::with(Replica::new(id, snapshot))
    }

    fn with(replica: Replica<Sheet>) -> Self {
        let stored = replica.to_stored();
        let ids = stored.rows.iter().map(|change| change.row.id());
        let ids = ids.chain(
            stored
                .adopted
                .iter()
                .flat_map(|outbox| &outbox.pending)
                .chain(&stored.pending)
                .map(|pending| pending.mutation.op.id()),
        );
        let mirror = ids
            .filter_map(|id| Some((id, replica.get(id)?.clone())))
            .collect();
        let kept = serde_json::to_string(&stored).unwrap();
        let client = Self {
            replica,
            history: History::default(),
            mirror,
            kept_rows: kept.clone(),
            kept,
            clock: 0,
            life: 0,
            awaited: None,
            subscribing: None,
        };
        client.check_view();
        client
    }

    /// Does something, all or nothing. What is done is kept before it can be sent.
    pub(super) fn mutate(
        &mut self,
        ops: Vec<Op<Sheet>>,
        now: Millis,
        ledger: &mut Ledger,
    ) -> Result<(), Refusal> {
        let typed = ops.clone();
        let reversal = Reversal::of(&ops, &self.replica);
        let pending = self.replica.pending();
        match self.replica.mutate(ops, now) {
            Ok(effects) => {
                typed.iter().for_each(|op| ledger.typed(op));
                self.history.did(reversal);
                self.see(effects, ledger);
                self.keep();
                Ok(())
            }
            Err(refusal) => {
                assert_eq!(self.replica.pending(), pending, "all or none");
                self.check_view();
                Err(refusal)
            }
        }
    }

    /// Takes something back, or does it again: what the history says can be done.
    pub(super) fn take_back(
        &mut self,
        step: fn(&mut History<Sheet>, &Replica<Sheet>) -> Option<Undone<Sheet>>,
        now: Millis,
        ledger: &mut Ledger,
    ) -> Option<Undone<Sheet>> {
        let undone = step(&mut self.history, &self.replica)?;
        undone.ops.iter().for_each(|op| ledger.set_again(op));
        let effects = self.replica.mutate(undone.ops.clone(), now);
        self.see(effects.expect("it can be taken back"), ledger);
        self.keep();
        Some(undone)
    }

    /// Hears frames that come together.
    pub(super) fn hear(&mut self, frames: Vec<Frame>, ledger: &mut Ledger) {
        let mut changes = Vec::new();
        for frame in frames {
            match frame {
                Frame::Subscribed { since, catch_up } => {
                    let effects = self.replica.catch_up(since, catch_up);
                    self.note(&effects);
                    self.see(effects, ledger);
                }
                Frame::Event { name, data } => {
                    changes.extend(Told::<Sheet>::from_event(&name, &data).unwrap());
                }
            }
        }
        let effects = self.replica.receive(changes);
        self.note(&effects);
        self.see(effects, ledger);
    }

    pub(super) fn next_push(&mut self, max_bytes: usize) -> Option<Push<Sheet>> {
        let push = self.replica.next_push(max_bytes)?;
        let json = serde_json::to_string(&push).unwrap();
        assert!(
            json.len() <= max_bytes || push.mutations.len() == 1,
            "{} bytes",
            json.len()
        );
        Some(serde_json::from_str(&json).unwrap())
    }

    pub(super) fn answered(&mut self, answer: &PushAnswer<Sheet>, ledger: &mut Ledger) {
        self.awaited = None;
        let json = serde_json::to_string(answer).unwrap();
        let effects = self.replica.pushed(serde_json::from_str(&json).unwrap());
        self.note(&effects);
        self.see(effects, ledger);
    }

    pub(super) fn give_up(&mut self) {
        self.awaited = None;
        self.replica.push_failed();
    }

    /// Keeps the rows, too.
    pub(super) fn keep_all(&mut self) {
        self.keep();
        self.kept_rows.clone_from(&self.kept);
    }

    pub(super) fn keep(&mut self) {
        self.kept = serde_json::to_string(&self.replica.to_stored()).unwrap();
    }

    /// The tab dies, and comes back as what it kept.
    pub(super) fn rebuild(&mut self) {
        let stored: Stored<Sheet> = serde_json::from_str(&self.kept).unwrap();
        *self = Self {
            clock: self.clock,
            life: self.life,
            ..Self::with(Replica::from_stored(stored))
        };
    }

    /// The tab dies, and another is opened, who is somebody else, and begins with the rows that were
    /// kept. Answers what the dead one left unsent, as far as it was kept that some of it was.
    pub(super) fn reopen(&mut self, id: ClientId) -> Vec<Outbox<Sheet>> {
        let stored: Stored<Sheet> = serde_json::from_str(&self.kept).unwrap();
        let rows: Stored<Sheet> = serde_json::from_str(&self.kept_rows).unwrap();
        *self = Self {
            clock: self.clock,
            life: self.life + 1,
            ..Self::open(id, Replica::from_stored(rows).snapshot())
        };
        let own = Outbox {
            client_id: stored.client_id,
            pending: stored.pending,
        };
        stored.adopted.into_iter().chain([own]).collect()
    }

    pub(super) fn adopt(&mut self, outbox: Outbox<Sheet>, ledger: &mut Ledger) {
        let effects = self.replica.adopt(outbox);
        self.see(effects, ledger);
        self.keep();
    }

    /// The confirmed rows and tombstones.
    pub(super) fn confirmed(&self) -> BTreeMap<Uuid, Change<Sheet>> {
        self.replica
            .to_stored()
            .rows
            .into_iter()
            .map(|change| (change.row.id(), change))
            .collect()
    }

    /// Tells the history what others have done.
    fn note(&mut self, effects: &Effects<Sheet>) {
        for delta in &effects.view {
            let id = match delta {
                Delta::Inserted(row) | Delta::Updated { row, .. } | Delta::Removed(row) => row.id(),
            };
            self.history.note(self.mirror.get(&id), delta);
        }
    }

    fn see(&mut self, effects: Effects<Sheet>, ledger: &mut Ledger) {
        let mut seen = BTreeSet::new();
        for delta in effects.view {
            let (id, old) = match &delta {
                Delta::Inserted(row) | Delta::Updated { row, .. } => {
                    (row.id(), self.mirror.insert(row.id(), row.clone()))
                }
                Delta::Removed(row) => (row.id(), self.mirror.remove(&row.id())),
            };
            assert!(seen.insert(id), "one row, one delta");
            match (delta, old) {
                (Delta::Inserted(_), None) => {}
                (Delta::Updated { row, moved, .. }, Some(old)) => {
                    assert_ne!(row, old, "only what changed");
                    assert_eq!(moved, row.position() != old.position());
                }
                (Delta::Removed(row), Some(old)) => assert_eq!(row, old),
                (delta, old) => panic!("{delta:?} came upon {old:?}"),
            }
        }
        for refused in &effects.refused {
            ledger.refused(&refused.mutation.op);
        }
        self.check_view();
    }

    /// The view is what its effects said, each row once, in order.
    fn check_view(&self) {
        for (id, row) in &self.mirror {
            assert_eq!(self.replica.get(*id), Some(row));
        }
        let mut expected: Vec<_> = self
            .mirror
            .values()
            .filter(|row| row.position().is_some())
            .collect();
        expected.sort_by_key(|row| (row.position().cloned(), row.id()));
        assert!(self.replica.ordered().eq(expected));
    }

    /// The view that was kept up change by change is the one that would be made from nothing.
    pub(super) fn check_rebuilt(&self) {
        let rebuilt = Replica::from_stored(self.replica.to_stored());
        assert!(rebuilt.ordered().eq(self.replica.ordered()));
        assert!(
            rebuilt
                .pending_mutations()
                .eq(self.replica.pending_mutations())
        );
    }
}
