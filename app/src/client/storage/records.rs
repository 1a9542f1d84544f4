//! What is stored, and under which keys.

use leptos::task::spawn_local;
use serde::de::IgnoredAny;
use sync::{ClientId, Outbox, Seq, StoredMutation};
use uuid::Uuid;

use super::database::{self, Failed, KeySpan, LISTS, OUTBOXES, Replace};
use crate::{
    Item, Opened, Record,
    client::{refusals::RefusedChanges, typed::typed_text},
};

/// Returns the list as it was last stored on this device.
pub(super) async fn opened(token: &str) -> Option<Opened> {
    let kept = database::read(LISTS, &KeySpan::one(token)).await.ok()?;
    let (_, json) = database::head_and_rest(kept.first()?)?;
    serde_json::from_str(json).ok()
}

/// Stores a list as it is now, unless a stored state must not be replaced.
pub(super) async fn write_list(
    token: &str,
    opened: &Opened,
    replace: Replace,
) -> Result<(), Failed> {
    let json = serde_json::to_string(opened).map_err(|_| Failed)?;
    database::advance(token, opened.snapshot.head, json, replace).await
}

/// Removes what is stored of a list, except for what is unsent.
pub(crate) fn forget(token: &str) {
    remove(LISTS, KeySpan::one(token));
}

/// Returns what is stored of a list as text: a line for each item, its notes below it.
pub(crate) async fn copy_of(token: &str) -> Vec<String> {
    let kept = opened(token).await.map(|opened| opened.snapshot.changes);
    let kept = kept.unwrap_or_default();
    let mut items: Vec<_> = kept.iter().filter_map(|it| it.row.as_item()).collect();
    items.sort_by_key(|item| (&item.position, item.id));
    let line = |item: &Item| {
        let mark = match (item.issection, item.isdone) {
            (true, _) => "#",
            (_, true) => "- [x]",
            _ => "- [ ]",
        };
        let notes = item.longdesc.iter().flat_map(|notes| notes.lines());
        let notes = notes.fold(String::new(), |text, line| text + "\n  " + line);
        format!("{mark} {}{notes}", &*item.shortdesc)
    };
    items.into_iter().map(line).collect()
}

/// Returns the typed texts for a list that were not sent, or were refused and not dismissed.
pub(crate) async fn unsent(token: &str) -> Vec<String> {
    let unsent = read_outboxes(token).await.into_iter();
    let unsent = unsent
        .flat_map(|outbox| outbox.pending)
        .map(|kept| kept.mutation.op);
    let refused = refused(token).await.into_iter();
    let refused = refused.flat_map(|refusals| refusals.ops);
    unsent
        .chain(refused)
        .filter_map(|op| typed_text(&op))
        .collect()
}

/// Removes what was not sent, and what was refused.
pub(crate) fn discard(token: &str) {
    remove(OUTBOXES, KeySpan::under(token));
    remove(OUTBOXES, KeySpan::under(&refused_key(token)));
}

/// Stores refused changes until the person dismisses them.
pub(super) fn store_refused(token: &str, refusals: &RefusedChanges) {
    if let Ok(json) = serde_json::to_string(refusals) {
        let key = format!("{}:{}", refused_key(token), refusals.id);
        spawn_local(async move {
            // If it cannot be stored, it is still on the page.
            let _ = database::write(OUTBOXES, &[], &[(key, json)]).await;
        });
    }
}

/// Removes refused changes that the person has dismissed.
pub(super) fn forget_refused(token: &str, id: Uuid) {
    remove(
        OUTBOXES,
        KeySpan::one(&format!("{}:{id}", refused_key(token))),
    );
}

/// Returns the refused changes that nobody has dismissed.
pub(super) async fn refused(token: &str) -> Vec<RefusedChanges> {
    let kept = database::read(OUTBOXES, &KeySpan::under(&refused_key(token))).await;
    let kept = kept.unwrap_or_default().into_iter();
    kept.filter_map(|json| serde_json::from_str(&json).ok())
        .collect()
}

/// Returns the key prefix of refused changes. No token contains a colon.
fn refused_key(token: &str) -> String {
    format!("refused:{token}")
}

/// Returns the unsent outboxes of a list, or, for an [`outbox_key`], of one of its clients.
pub(super) async fn read_outboxes(key: &str) -> Vec<Outbox<Record>> {
    let kept = database::read(OUTBOXES, &KeySpan::under(key)).await;
    let mut outboxes: Vec<Outbox<Record>> = Vec::new();
    let mut unreadable = None;
    for json in kept.unwrap_or_default() {
        // Another release wrote this and has to send it, so it stays.
        let Ok((client_id, _)) = serde_json::from_str::<(ClientId, IgnoredAny)>(&json) else {
            continue;
        };
        // Later mutations of the same client must not overtake it.
        let Ok((_, kept)) = serde_json::from_str::<(ClientId, StoredMutation<Record>)>(&json)
        else {
            unreadable = Some(client_id);
            continue;
        };
        match outboxes.last_mut() {
            _ if unreadable == Some(client_id) => {}
            Some(last) if last.client_id == client_id => last.pending.push(kept),
            _ => outboxes.push(Outbox {
                client_id,
                pending: vec![kept],
            }),
        }
    }
    outboxes
}

/// Keeps a client's new mutations, and removes those with the `settled` numbers, which ascend.
pub(super) async fn write_outbox(
    key: &str,
    client_id: ClientId,
    settled: &[Seq],
    new: &[StoredMutation<Record>],
) -> Result<(), Failed> {
    // Padded with zeros, so that keys sort like numbers.
    let seq_key = |seq: Seq| format!("{key}:{seq:020}");
    let runs = settled.chunk_by(|seq, next| seq.next() == *next);
    let settled: Vec<_> = runs
        .map(|run| KeySpan(seq_key(run[0]), seq_key(Seq(run[0].0 + run.len() as u64))))
        .collect();
    let mut entries = Vec::new();
    for kept in new {
        let json = serde_json::to_string(&(client_id, kept)).map_err(|_| Failed)?;
        entries.push((seq_key(kept.mutation.seq), json));
    }
    database::write(OUTBOXES, &settled, &entries).await
}

/// Returns the key prefix of a client's outbox.
pub(super) fn outbox_key(token: &str, client_id: ClientId) -> String {
    format!("{token}:{}", client_id.0)
}

fn remove(store: &'static str, keys: KeySpan) {
    spawn_local(async move {
        // If nothing can be removed, nothing was stored.
        let _ = database::write(store, &[keys], &[]).await;
    });
}
