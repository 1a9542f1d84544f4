//! Reconnecting: what was missed arrives in one frame, without a gap to the live events.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{TestApp, TestSocket, create, push};

/// A change, as in a catch-up and in a live frame.
type Change = (String, Value);

fn changes(catch_up: &Value) -> Vec<Change> {
    let change = |change: &Value| {
        (
            change["event"].as_str().expect("a name").to_owned(),
            change["data"].clone(),
        )
    };
    catch_up["changes"]
        .as_array()
        .expect("an array")
        .iter()
        .map(change)
        .collect()
}

fn version(change: &Change) -> u64 {
    change.1["version"].as_u64().expect("a version")
}

/// Returns the newest state of each row, in the order of versions, as in a catch-up.
fn compacted(history: &[Change], since: u64) -> Vec<Change> {
    let mut newest = BTreeMap::new();
    for (event, row) in history {
        let event = if event == "created" { "updated" } else { event };
        newest.insert(row["id"].to_string(), (event.to_owned(), row.clone()));
    }
    let mut newest: Vec<_> = newest
        .into_values()
        .filter(|change| version(change) > since)
        .collect();
    newest.sort_by_key(version);
    newest
}

#[tokio::test]
async fn from_any_cursor_a_subscription_returns_exactly_what_is_newer() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut live = app.socket().await;
    let mut history = changes(&live.subscribe_since(&list.channel(), 0).await);

    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(list.add(&format!("item {number}")).await["id"].clone());
    }
    list.patch(&ids[1], &json!({ "isdone": true })).await;
    list.patch(&ids[4], &json!({ "after": null })).await;
    list.rename("Trip").await;
    list.delete(&ids[2]).await;
    list.patch(&ids[1], &json!({ "shortdesc": "again" })).await;
    list.delete(&ids[5]).await;
    let head = list.head().await;
    while history.last().map(version) != Some(head) {
        history.push(live.next_event().await);
    }
    let versions: Vec<_> = history.iter().map(version).collect();
    assert_eq!(
        versions,
        (1..=head).collect::<Vec<_>>(),
        "each version is one frame"
    );

    for since in 0..=head {
        let mut socket = app.socket().await;
        let catch_up = socket.subscribe_since(&list.channel(), since).await;
        assert_eq!(
            (&catch_up["head"], &catch_up["reset"]),
            (&json!(head), &json!(false))
        );
        assert_eq!(
            changes(&catch_up),
            compacted(&history, since),
            "since {since}"
        );
        assert_eq!(catch_up, list.changes(since).await, "REST says the same");
    }
}

#[tokio::test]
async fn a_cursor_from_beyond_the_head_gets_the_whole_list() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let gone = list.add("gone").await;
    let kept = list.add("kept").await;
    list.delete(&gone["id"]).await;
    let mut socket = app.socket().await;
    let catch_up = socket.subscribe_since(&list.channel(), 99).await;
    assert_eq!(
        (&catch_up["head"], &catch_up["reset"]),
        (&json!(4), &json!(true))
    );
    let changes = changes(&catch_up);
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[0].0, "list:updated");
    assert_eq!(changes[1], ("updated".to_owned(), kept));
    list.add("more").await;
    assert_eq!(socket.expect_event("created").await["version"], 5);
}

#[tokio::test]
async fn a_subscription_during_writes_gets_everything_once() {
    const WRITERS: u64 = 4;
    const PUSHES: u64 = 25;
    const OPS: u64 = 3;
    let app = TestApp::start().await;
    let list = app.list().await;
    let head = 1 + WRITERS * PUSHES * OPS;

    let writers = (0..WRITERS).map(|_| {
        let list = list.clone();
        tokio::spawn(async move {
            let client = Uuid::now_v7();
            for round in 0..PUSHES {
                let ops = (0..OPS).map(|_| create(Uuid::now_v7(), "amid"));
                list.push(&push(client, 1 + round * OPS, ops))
                    .await
                    .expect(200)
                    .await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();

    // While there is writing, listeners arrive one after the other.
    let mut listeners = Vec::new();
    let mut since = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        let mut socket = app.socket().await;
        let catch_up = socket.subscribe_since(&list.channel(), since).await;
        let from = since;
        since = catch_up["head"].as_u64().expect("a version");
        listeners.push(tokio::spawn(heard(socket, from, catch_up, head)));
    }
    for writer in writers {
        writer.await.expect("all is written");
    }
    assert!(
        listeners.len() > 3,
        "only {} listeners came amid the writes",
        listeners.len()
    );
    for listener in listeners {
        listener.await.expect("all is heard, once");
    }
}

/// Listens up to the version `head`; panics if any version after `since` is missing or comes twice.
async fn heard(mut socket: TestSocket, since: u64, catch_up: Value, head: u64) {
    assert_eq!(catch_up["reset"], false);
    let mut versions: Vec<_> = changes(&catch_up).iter().map(version).collect();
    while since + (versions.len() as u64) < head {
        let (event, row) = socket.next_event().await;
        assert_eq!(event, "created");
        versions.push(row["version"].as_u64().expect("a version"));
    }
    // Only creations, so that the catch-up is not compacted and contains each version.
    assert_eq!(versions, (since + 1..=head).collect::<Vec<_>>());
}
