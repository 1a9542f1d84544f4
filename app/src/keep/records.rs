//! What is kept, and under which keys.

use leptos::task::spawn_local;
use sync::{ClientId, Outbox, Seq, StoredMutation};

use super::database::{self, Failed, Keys, LISTS, OUTBOXES};
use crate::{Record, api::Opened, typed::typed_text};

/// The list as it was last seen on this device.
pub(super) async fn opened(token: &str) -> Option<Opened> {
    let kept = database::read(LISTS, &Keys::one(token)).await.ok()?;
    let (_, json) = database::head_and_rest(kept.first()?)?;
    serde_json::from_str(json).ok()
}

/// Keeps a list as it is now, unless a later state of it is kept. `any` does so at any rate.
pub(super) async fn write_list(token: &str, opened: &Opened, any: bool) -> Result<(), Failed> {
    let json = serde_json::to_string(opened).map_err(|_| Failed)?;
    database::advance(token, opened.snapshot.head, json, any).await
}

/// Forgets what a list held. What was not sent stays, to be sent or told of.
pub(crate) fn forget(token: &str) {
    remove(LISTS, Keys::one(token));
}

/// The texts that were typed here for a list and not sent.
pub(crate) async fn unsent(token: String) -> Vec<String> {
    let kept = read_outboxes(&token).await.into_iter();
    kept.flat_map(|outbox| outbox.pending)
        .filter_map(|kept| typed_text(&kept.mutation.op))
        .collect()
}

/// Gives up what was not sent.
pub(crate) fn discard(token: &str) {
    remove(OUTBOXES, Keys::under(token));
}

/// What was not sent of a list, or, under an [`outbox_key`], by one of its clients.
pub(super) async fn read_outboxes(key: &str) -> Vec<Outbox<Record>> {
    let kept = database::read(OUTBOXES, &Keys::under(key)).await;
    let mut outboxes: Vec<Outbox<Record>> = Vec::new();
    for json in kept.unwrap_or_default() {
        let Ok((client_id, kept)) = serde_json::from_str(&json) else {
            // Another version of Tandem wrote it. What follows must not overtake it.
            break;
        };
        match outboxes.last_mut() {
            Some(last) if last.client_id == client_id => last.pending.push(kept),
            _ => outboxes.push(Outbox {
                client_id,
                pending: vec![kept],
            }),
        }
    }
    outboxes
}

/// Keeps a client's new mutations, and removes those before `first`; all, if there is no first.
pub(super) async fn write_outbox(
    key: &str,
    client_id: ClientId,
    first: Option<Seq>,
    new: &[StoredMutation<Record>],
) -> Result<(), Failed> {
    // As many digits as the largest has, so that they are ordered like the numbers.
    let seq_key = |seq| format!("{key}:{seq:020}");
    let Keys(from, to) = Keys::under(key);
    let settled = Keys(from, first.map_or(to, seq_key));
    let mut entries = Vec::new();
    for kept in new {
        let json = serde_json::to_string(&(client_id, kept)).map_err(|_| Failed)?;
        entries.push((seq_key(kept.mutation.seq), json));
    }
    database::write(OUTBOXES, &settled, &entries).await
}

/// What everything of a client's outbox is kept under.
pub(super) fn outbox_key(token: &str, client_id: ClientId) -> String {
    format!("{token}:{}", client_id.0)
}

fn remove(store: &'static str, keys: Keys) {
    spawn_local(async move {
        // Where nothing can be removed, nothing was kept.
        let _ = database::write(store, &keys, &[]).await;
    });
}
