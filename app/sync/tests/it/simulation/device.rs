//! What a device keeps for the tabs on it: the list as it was last seen, and what was not sent.

use std::collections::BTreeMap;

use sync::{CatchUp, ClientId, Outbox, Seq, StoredMutation, Version};

use crate::melody::Sheet;

#[derive(Default)]
pub(super) struct Device {
    /// By who numbered them. One may be missing among others: each is written by itself.
    outboxes: BTreeMap<ClientId, BTreeMap<Seq, String>>,
    /// The list, and its head.
    list: Option<(Version, String)>,
    /// The page that opens without a network: the list as the server rendered it then.
    page: Option<CatchUp<Sheet>>,
}

impl Device {
    pub(super) fn has(&self, client: ClientId, seq: Seq) -> bool {
        self.outboxes
            .get(&client)
            .is_some_and(|outbox| outbox.contains_key(&seq))
    }

    pub(super) fn write(&mut self, client: ClientId, stored: &StoredMutation<Sheet>) {
        let json = serde_json::to_string(stored).unwrap();
        let outbox = self.outboxes.entry(client).or_default();
        outbox.insert(stored.mutation.seq, json);
    }

    /// Removes a mutation. Returns whether it was there.
    pub(super) fn remove(&mut self, client: ClientId, seq: Seq) -> bool {
        let Some(outbox) = self.outboxes.get_mut(&client) else {
            return false;
        };
        let removed = outbox.remove(&seq).is_some();
        if outbox.is_empty() {
            self.outboxes.remove(&client);
        }
        removed
    }

    /// Everybody who has left something, or has not sent it yet.
    pub(super) fn clients(&self) -> Vec<ClientId> {
        self.outboxes.keys().copied().collect()
    }

    pub(super) fn read(&self, client_id: ClientId) -> Outbox<Sheet> {
        let kept = self.outboxes.get(&client_id).into_iter().flatten();
        let pending = kept.map(|(_, json)| serde_json::from_str(json).unwrap());
        Outbox {
            client_id,
            pending: pending.collect(),
        }
    }

    /// Keeps the list, unless a later state of it is kept; `is_anew` does so at any rate.
    pub(super) fn write_list(&mut self, snapshot: &CatchUp<Sheet>, is_anew: bool) {
        let is_later = |(head, _): &(Version, String)| *head > snapshot.head;
        if is_anew || !self.list.as_ref().is_some_and(is_later) {
            self.list = Some((snapshot.head, serde_json::to_string(snapshot).unwrap()));
        }
    }

    pub(super) fn list(&self) -> Option<CatchUp<Sheet>> {
        let (_, json) = self.list.as_ref()?;
        Some(serde_json::from_str(json).unwrap())
    }

    pub(super) fn write_page(&mut self, page: CatchUp<Sheet>) {
        self.page = Some(page);
    }

    pub(super) fn page(&self) -> Option<CatchUp<Sheet>> {
        self.page.clone()
    }
}
