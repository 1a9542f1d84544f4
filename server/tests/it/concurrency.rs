//! Many concurrent clients.

use std::collections::HashSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{TestApp, destroy, push, update};

#[tokio::test]
async fn fifty_writers_make_one_order_without_a_gap() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;

    let writers = (0..50).map(|writer| {
        let list = list.clone();
        tokio::spawn(async move {
            let mut seen = Vec::new();
            for round in 0..4 {
                seen.push(list.add(&format!("{writer}.{round}")).await["version"].clone());
            }
            seen
        })
    });
    let mut answered = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        let seen = writer.await.expect("all is written");
        answered.extend(
            seen.iter()
                .map(|version| version.as_u64().expect("a version")),
        );
    }
    answered.sort_unstable();
    let versions: Vec<u64> = (2..=201).collect();
    assert_eq!(answered, versions);

    let mut live = Vec::new();
    for version in versions {
        let item = socket.expect_event("created").await;
        assert_eq!(item["version"], version, "live frames come in order");
        live.push(item);
    }
    assert_eq!(
        list.items().await,
        live,
        "the order of adding is the order of the list"
    );
}

#[tokio::test]
async fn a_client_that_sends_everything_twice_at_once_is_applied_once() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let row = list.add("a row").await["id"].clone();
    let other = list.add("another").await["id"].clone();
    let client = Uuid::now_v7();
    for round in 0..20 {
        // Each operation changes something, in whatever order they are applied.
        let ops = [
            update(&row, &json!({ "shortdesc": format!("{round}, at first") })),
            update(&row, &json!({ "shortdesc": format!("{round}, then") })),
            json!({ "move": { "id": row, "place": "end" } }),
            json!({ "move": { "id": row, "place": "start" } }),
            destroy(&other),
            json!({ "restore": { "id": other } }),
        ];
        let count = ops.len() as u64;
        let push = push(client, 1 + count * round, ops);
        let (one, two) = tokio::join!(list.push(&push), list.push(&push));
        for answer in [one, two] {
            let answer = answer.expect(200).await;
            assert_eq!(answer["acked"], count * (round + 1));
            // Creating the list and its rows took three versions.
            assert_eq!(answer["head"], 3 + count * (round + 1));
        }
    }
    assert_eq!(list.texts().await, ["19, then", "another"]);
}

#[tokio::test]
async fn many_edits_of_one_row_end_in_the_last_of_them() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = list.add("contended").await["id"].clone();
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    let writers = (0..20).map(|number| {
        let (list, id) = (list.clone(), id.clone());
        tokio::spawn(async move {
            let op = update(&id, &json!({ "shortdesc": format!("by {number}") }));
            list.push(&push(Uuid::now_v7(), 1, [op]))
                .await
                .expect(200)
                .await;
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("all is written");
    }
    let mut last = Value::Null;
    let mut texts = HashSet::new();
    for version in 3..=22 {
        last = socket.expect_event("updated").await;
        assert_eq!(last["version"], version);
        texts.insert(last["shortdesc"].to_string());
    }
    assert_eq!(texts.len(), 20);
    assert_eq!(list.items().await, [last]);
}
