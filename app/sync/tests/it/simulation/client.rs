//! A person with a browser tab: a replica, and a mirror of its view that is fed by effects alone.

use std::collections::{BTreeMap, BTreeSet};

use sync::{
    CatchUp, Change, ClientId, Cursor, Delta, Effects, Epoch, History, Millis, Model as _, Op,
    Outbox, Push, PushAnswer, Refusal, Replica, Reversal, Seq, Told, Undone,
};
use uuid::Uuid;

use super::device::Device;
use super::ledger::{Ledger, Number};
use super::server::Frame;
use crate::melody::{SCORE, Sheet};

pub(super) struct Client {
    pub(super) replica: Replica<Sheet>,
    /// What this tab can take back.
    history: History<Sheet>,
    /// What a page would show that applies nothing but the effects.
    mirror: BTreeMap<Uuid, Sheet>,
    /// How wrong its clock is.
    pub(super) clock: i64,
    /// Which tab it is, of those that were opened one after the other.
    pub(super) life: u32,
    /// The last number that it gave.
    last_made: Seq,
    /// What of its own it has written to the device.
    kept: BTreeSet<Seq>,
    /// The clients whose mutations it has adopted, with the numbers that are not settled yet.
    pub(super) taken_on: BTreeMap<ClientId, BTreeSet<Seq>>,
    /// The request whose answer is awaited.
    pub(super) awaited: Option<u64>,
    /// The server could not read a push of several: which one it is, is to be found.
    pub(super) is_one_by_one: bool,
    /// The `since` of a subscription that is under way.
    pub(super) subscribing: Option<Cursor>,
    /// The history that the present subscription is of.
    subscribed: Option<Epoch>,
    /// What of the list it has last written to the device.
    listed: Option<Cursor>,
    /// What was in the trash when it was asked for.
    pub(super) trash: Option<Vec<Change<Sheet>>>,
    /// The list was deleted, and the page says so.
    pub(super) is_gone: bool,
}

impl Client {
    pub(super) fn open(id: ClientId, page: CatchUp<Sheet>) -> Self {
        let replica = Replica::new(id, page);
        let rows = replica.ordered().chain(replica.get(SCORE));
        let mirror = rows.map(|row| (row.id(), row.clone())).collect();
        let client = Self {
            replica,
            history: History::default(),
            mirror,
            clock: 0,
            life: 0,
            last_made: Seq::ZERO,
            kept: BTreeSet::new(),
            taken_on: BTreeMap::new(),
            awaited: None,
            is_one_by_one: false,
            subscribing: None,
            subscribed: None,
            listed: None,
            trash: None,
            is_gone: false,
        };
        client.check_view();
        client
    }

    pub(super) fn id(&self) -> ClientId {
        self.replica.client_id()
    }

    /// Does something, all or nothing.
    pub(super) fn mutate(
        &mut self,
        ops: Vec<Op<Sheet>>,
        now: Millis,
        is_unreadable: bool,
        ledger: &mut Ledger,
    ) -> Result<(), Refusal> {
        let reversal = Reversal::of(&ops, &self.replica);
        let pending = self.replica.pending();
        match self.replica.mutate(ops, now) {
            Ok(effects) => {
                self.note_made(is_unreadable, ledger);
                self.history.did(reversal);
                self.see(effects);
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
        let effects = self.replica.mutate(undone.ops.clone(), now);
        self.note_made(false, ledger);
        self.see(effects.expect("it can be taken back"));
        Some(undone)
    }

    fn note_made(&mut self, is_unreadable: bool, ledger: &mut Ledger) {
        let id = self.id();
        for stored in self.replica.outbox(id) {
            let mutation = &stored.mutation;
            if mutation.seq > self.last_made {
                self.last_made = mutation.seq;
                ledger.made((id, mutation.seq), mutation.op.clone(), is_unreadable);
            }
        }
    }

    /// Hears frames that come together.
    pub(super) fn hear(&mut self, frames: Vec<Frame>) {
        let mut changes = Vec::new();
        for frame in frames {
            match frame {
                Frame::Subscribed { since, catch_up } => {
                    self.subscribed = catch_up.epoch;
                    let effects = self.replica.catch_up(since, catch_up);
                    self.note(&effects);
                    self.see(effects);
                }
                Frame::Event { name, data } => {
                    changes.extend(Told::<Sheet>::from_event(&name, &data).unwrap());
                }
            }
        }
        let effects = self.replica.receive_of(self.subscribed, changes);
        self.note(&effects);
        self.see(effects);
    }

    /// Reads what a tab of this device has kept of the list.
    pub(super) fn restore(&mut self, snapshot: CatchUp<Sheet>) {
        let effects = self.replica.recall(snapshot);
        self.see(effects);
    }

    pub(super) fn learn(&mut self, trash: Vec<Change<Sheet>>) {
        let effects = self.replica.learn(trash);
        self.see(effects);
    }

    /// The next push, unless the answer to one is awaited.
    pub(super) fn next_push(&mut self, max_bytes: usize) -> Option<Push<Sheet>> {
        if self.awaited.is_some() || self.is_gone {
            return None;
        }
        let max_bytes = if self.is_one_by_one { 0 } else { max_bytes };
        let push = self.replica.next_push(max_bytes)?;
        let json = serde_json::to_string(&push).unwrap();
        assert!(
            json.len() <= max_bytes || push.mutations.len() == 1,
            "{} bytes",
            json.len()
        );
        Some(serde_json::from_str(&json).unwrap())
    }

    /// What is sent when the page may be about to go. Whatever is under way may go with it.
    pub(super) fn last_push(&mut self) -> Option<Push<Sheet>> {
        if self.replica.pending() == 0 || self.is_gone {
            return None;
        }
        self.replica.push_failed();
        let push = self.replica.next_push(100_000);
        self.replica.push_failed();
        push
    }

    pub(super) fn answered(&mut self, answer: &PushAnswer<Sheet>, ledger: &mut Ledger) {
        let json = serde_json::to_string(answer).unwrap();
        let before = self.numbers();
        let effects = self.replica.pushed(serde_json::from_str(&json).unwrap());
        self.settled(&before, &effects, ledger);
        self.note(&effects);
        self.see(effects);
    }

    /// The server cannot read a push, which carried this number of mutations.
    pub(super) fn unreadable(&mut self, carried: usize, ledger: &mut Ledger) {
        self.is_one_by_one = carried > 1;
        if carried > 1 {
            return self.replica.push_failed();
        }
        let before = self.numbers();
        let effects = self.replica.push_refused(&Refusal::Unsupported);
        self.settled(&before, &effects, ledger);
        self.note(&effects);
        self.see(effects);
    }

    /// Tells the ledger what became of those that were pending before.
    fn settled(
        &mut self,
        before: &BTreeSet<Number>,
        effects: &Effects<Sheet>,
        ledger: &mut Ledger,
    ) {
        let after = self.numbers();
        let mut refused = effects.refused.iter().collect::<Vec<_>>();
        for number in before.difference(&after) {
            match refused.iter().position(|it| it.mutation.seq == number.1) {
                Some(at) => ledger.told_refused(*number, refused.remove(at).reason.clone()),
                None => ledger.told_taken(*number),
            }
        }
        assert!(refused.is_empty(), "what is refused was pending before");
    }

    /// All that waits here to be acknowledged.
    pub(super) fn numbers(&self) -> BTreeSet<Number> {
        let clients = self.taken_on.keys().copied().chain([self.id()]);
        clients
            .flat_map(|id| {
                let outbox = self.replica.outbox(id);
                outbox.map(move |stored| (id, stored.mutation.seq))
            })
            .collect()
    }

    pub(super) fn give_up(&mut self) {
        self.awaited = None;
        self.replica.push_failed();
    }

    /// Writes to the device what is not there yet, each of which may fail, and removes what is settled:
    /// only the numbers that this tab has written or taken on. Another tab may write others of the same
    /// outbox meanwhile.
    pub(super) fn keep(
        &mut self,
        device: &mut Device,
        ledger: &Ledger,
        mut succeeds: impl FnMut() -> bool,
    ) {
        let own = self.id();
        for stored in self.replica.outbox(own) {
            let seq = stored.mutation.seq;
            if !self.kept.contains(&seq) && succeeds() {
                device.write(own, stored);
                self.kept.insert(seq);
            }
        }
        let replica = &self.replica;
        for (id, kept) in self.taken_on.iter_mut().chain([(&own, &mut self.kept)]) {
            let pending: BTreeSet<_> = replica.outbox(*id).map(|it| it.mutation.seq).collect();
            for seq in kept.extract_if(.., |seq| !pending.contains(seq)) {
                if device.remove(*id, seq) {
                    ledger.removed((*id, seq));
                }
            }
        }
        // Clients whose mutations are all settled are let go.
        self.taken_on.retain(|_, kept| !kept.is_empty());
    }

    /// Writes the list to the device. If its history is another one than before, or shorter, what is
    /// kept there is of the one before.
    pub(super) fn keep_list(&mut self, device: &mut Device) {
        let now = self.replica.since();
        let before = self.listed.replace(now);
        let is_anew = before.is_some_and(|it| it.epoch != now.epoch || it.version > now.version);
        device.write_list(&self.replica.snapshot(), is_anew);
    }

    pub(super) fn adopt(&mut self, outbox: Outbox<Sheet>) {
        let kept = outbox.pending.iter().map(|it| it.mutation.seq);
        self.taken_on.insert(outbox.client_id, kept.collect());
        let effects = self.replica.adopt(outbox);
        self.see(effects);
    }

    /// Whether somebody has deleted the list, for all that is known here.
    pub(super) fn sees_no_list(&self) -> bool {
        self.replica.get(SCORE).is_none() && !self.replica.is_pending(SCORE)
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

    fn see(&mut self, effects: Effects<Sheet>) {
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
