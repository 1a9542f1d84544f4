//! A client that asks for pages gets what has changed a part at a time.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::AnyConnection;
use uuid::Uuid;

use crate::client::{TestApp, TestList, create, destroy, push, update};

/// A client that applies what it reads, page by page.
#[derive(Default)]
struct Reader {
    rows: BTreeMap<String, Value>,
    head: u64,
    resets: usize,
    pages: usize,
    next: Option<String>,
}

impl Reader {
    /// Reads a page.
    async fn read(&mut self, app: &TestApp, path: &str) {
        let page = app.get(path).await.expect(200).await;
        self.pages += 1;
        if page["reset"] == true {
            self.rows.clear();
            self.resets += 1;
        }
        let changes = page["changes"].as_array().expect("an array");
        let mut last = None;
        for change in changes {
            let (row, version) = (&change["data"], change["data"]["version"].as_u64());
            assert!(last < version, "in the order of versions");
            last = version;
            let id = row["id"].as_str().expect("an id").to_owned();
            if change["event"]
                .as_str()
                .is_some_and(|event| event.ends_with("destroyed"))
            {
                self.rows.remove(&id);
            } else {
                self.rows.insert(id, row.clone());
            }
        }
        self.head = page["head"].as_u64().expect("a version");
        self.next = page["next"].as_str().map(str::to_owned);
        if self.next.is_some() {
            assert_eq!(Some(self.head), last, "the head is that of the page");
        }
        assert!(page["epoch"].is_string());
    }

    /// Reads the pages that are left.
    async fn go_on(&mut self, app: &TestApp) {
        while let Some(next) = self.next.take() {
            self.read(app, &next).await;
            assert!(self.pages < 200, "it comes to an end");
        }
    }

    /// Asserts that it has the list as it is.
    async fn is_up_to_date(&self, list: &TestList) {
        let whole = list.get("/changes").await.expect(200).await;
        assert_eq!(json!(self.head), whole["head"]);
        let mut rows = BTreeMap::new();
        for change in whole["changes"].as_array().expect("an array") {
            let id = change["data"]["id"].as_str().expect("an id");
            rows.insert(id.to_owned(), change["data"].clone());
        }
        assert_eq!(self.rows, rows);
    }
}

fn path(list: &TestList, query: &str) -> String {
    format!("/api/lists/{}/changes?{query}", list.token)
}

/// Adds this many items, and returns their ids.
async fn fill(list: &TestList, items: usize) -> Vec<Value> {
    let ids: Vec<Uuid> = (0..items).map(|_| Uuid::now_v7()).collect();
    let ops = ids.iter().map(|id| create(*id, "milk"));
    list.push(&push(Uuid::now_v7(), 1, ops))
        .await
        .expect(200)
        .await;
    ids.into_iter().map(|id| json!(id)).collect()
}

#[tokio::test]
async fn pages_together_are_what_is_told_at_once() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let ids = fill(&list, 30).await;
    list.rename("Trip").await;
    for id in &ids[..5] {
        list.delete(id).await;
    }
    for since in [
        "since=0",
        "since=12",
        "since=36",
        "since=1000",
        "epoch=none",
        "",
    ] {
        let at_once = list
            .get(&format!("/changes?{}", since.replace("epoch=none", "")))
            .await;
        let at_once = at_once.expect(200).await;
        for limit in [1, 7, 36, 37, 65_535] {
            let mut reader = Reader::default();
            let query = format!("{}&limit={limit}", since.replace("epoch=none", ""));
            let mut changes = Vec::new();
            let mut next = Some(path(&list, query.trim_start_matches('&')));
            while let Some(path) = next {
                reader.read(&app, &path).await;
                let page = app.get(&path).await.json();
                let part = page["changes"].as_array().expect("an array");
                assert!(part.len() <= limit);
                changes.extend(part.iter().cloned());
                next = reader.next.take();
            }
            assert_eq!(json!(changes), at_once["changes"], "{since} {limit}");
            assert_eq!(json!(reader.head), at_once["head"]);
            assert_eq!(reader.resets > 0, at_once["reset"] == true);
            assert!(
                reader.resets <= 1,
                "only the first page replaces everything"
            );
        }
    }
    let whole = list.get("/changes?since=0").await.expect(200).await;
    assert!(whole["next"].is_null(), "who asks for no pages gets none");
    assert_eq!(whole["changes"].as_array().map(Vec::len), Some(31));
}

#[tokio::test]
async fn what_others_write_between_two_pages_is_neither_missed_nor_undone() {
    let app = TestApp::start().await;
    for query in ["limit=4", "since=3&limit=4"] {
        let list = app.list().await;
        let ids = fill(&list, 20).await;
        let mut reader = Reader::default();
        if query.starts_with("since") {
            reader.read(&app, &path(&list, "")).await;
        }
        let client = Uuid::now_v7();
        reader.read(&app, &path(&list, query)).await;
        for round in 0.. {
            let Some(next) = reader.next.take() else {
                break;
            };
            // What was told, what is yet to be told, and what is new.
            let ops = [
                destroy(&ids[round % 20]),
                update(&ids[(round + 10) % 20], &json!({ "isdone": true })),
                destroy(&ids[19 - round % 20]),
                create(Uuid::now_v7(), "new"),
            ];
            if round < 4 {
                list.push(&push(client, 4 * round as u64 + 1, ops))
                    .await
                    .expect(200)
                    .await;
            }
            reader.read(&app, &next).await;
        }
        assert!(reader.pages > 5);
        reader.is_up_to_date(&list).await;
    }
}

/// Forgets the tombstones of all lists, as if they had been deleted long ago.
async fn prune(connection: &mut AnyConnection) {
    for statement in [
        "update lists set revision = revision + 1,
            pruned = (select max(version) from items where destroyed_at is not null)",
        "delete from items where destroyed_at is not null",
    ] {
        let done = sqlx::query(statement).execute(&mut *connection).await;
        done.expect("it can be written");
    }
}

#[tokio::test]
async fn a_list_with_pruned_tombstones_is_read_to_its_end() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let ids = fill(&list, 20).await;
    for id in &ids[..10] {
        list.delete(id).await;
    }
    prune(&mut app.connect().await).await;
    // All versions that are left are older than what was pruned.
    let mut reader = Reader::default();
    reader.read(&app, &path(&list, "limit=3")).await;
    reader.go_on(&app).await;
    assert_eq!((reader.resets, reader.pages), (1, 4));
    reader.is_up_to_date(&list).await;
}

#[tokio::test]
async fn who_misses_pruned_tombstones_between_two_pages_begins_anew() {
    let app = TestApp::start().await;
    for query in ["limit=4", "since=1&limit=4"] {
        let list = app.list().await;
        let ids = fill(&list, 20).await;
        let mut reader = Reader::default();
        reader.read(&app, &path(&list, query)).await;
        let resets = reader.resets;
        list.delete(&ids[0]).await;
        list.add("bread").await;
        prune(&mut app.connect().await).await;
        reader.go_on(&app).await;
        assert_eq!(reader.resets, resets + 1, "{query}");
        reader.is_up_to_date(&list).await;
    }
}

#[tokio::test]
async fn a_deletion_that_is_yet_to_be_told_is_not_lost_when_it_is_pruned() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let ids = fill(&list, 5).await;
    let mut reader = Reader::default();
    reader.read(&app, &path(&list, "")).await;
    let since = format!("since={}&limit=4", reader.head);
    fill(&list, 6).await;
    list.delete(&ids[0]).await;
    fill(&list, 6).await;
    reader.read(&app, &path(&list, &since)).await;
    assert!(reader.next.is_some());
    prune(&mut app.connect().await).await;
    reader.go_on(&app).await;
    reader.is_up_to_date(&list).await;
}

#[tokio::test]
async fn a_page_is_small_however_large_its_rows_are() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let client = Uuid::now_v7();
    for seq in 1..=20 {
        let item = json!({ "shortdesc": "x", "longdesc": "\u{20ac}".repeat(20_000) });
        let create = json!({ "create": { "id": Uuid::now_v7(), "draft": { "item": item } } });
        let mut push = push(client, seq, [create]);
        push["since"] = json!(seq);
        list.push(&push).await.expect(200).await;
    }
    for query in ["limit=5000", "since=1&limit=5000"] {
        let mut next = Some(path(&list, query));
        let mut reader = Reader::default();
        while let Some(path) = next {
            let bytes = app.get(&path).await.text.len();
            assert!(bytes < 600 * 1024, "{bytes} bytes");
            reader.read(&app, &path).await;
            next = reader.next.take();
        }
        assert!(reader.pages > 2);
        assert_eq!(reader.head, 21);
    }
}

#[tokio::test]
async fn a_limit_or_cursor_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("milk").await;
    for query in [
        "limit=0",
        "limit=-1",
        "limit=x",
        "since=0&limit=",
        "since=0&limit=1&after=x",
    ] {
        let refused = app.get(&path(&list, query)).await;
        let problem = refused.expect_problem(400);
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains("`limit`"), "{detail}");
    }
    // Beyond the head, there is nothing to go on from.
    let mut reader = Reader::default();
    reader
        .read(&app, &path(&list, "since=900&after=900&limit=9"))
        .await;
    assert_eq!(reader.resets, 1);
    reader.is_up_to_date(&list).await;
}
