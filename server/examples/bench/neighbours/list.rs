//! A list on the server, as its clients use it.

use std::time::Instant;

use app::service::Links;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::{MEASURED, PAUSE, sample::Sample};
use crate::Error;

/// Maximum number of mutations that a push carries here.
const PUSH: usize = 500;

/// A list on the server.
#[derive(Clone)]
pub(super) struct List {
    pub(super) http: Client,
    pub(super) origin: String,
    pub(super) token: String,
}

impl List {
    pub(super) async fn create(http: &Client, origin: &str) -> Result<Self, Error> {
        let created = http.post(format!("{origin}/api/lists")).send().await?;
        let links: Links = created.error_for_status()?.json().await?;
        Ok(Self {
            http: http.clone(),
            origin: origin.to_owned(),
            token: links.token.0,
        })
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, Error> {
        let url = format!("{}/api/lists/{}{path}", self.origin, self.token);
        let answer = self.http.request(method, url).json(body).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Adds an item, and returns its id.
    pub(super) async fn add(&self, shortdesc: &str) -> Result<String, Error> {
        let item = json!({ "shortdesc": shortdesc });
        let item = self.send(Method::POST, "/items", &item).await?;
        Ok(item["id"].as_str().ok_or("an item has no id")?.to_owned())
    }

    /// Writes to an item for a while, with pauses, and returns the latency of each write.
    pub(super) async fn write_for(&self, item: &str) -> Result<Sample, Error> {
        let (end, path) = (Instant::now() + MEASURED, format!("/items/{item}"));
        let mut latencies = Vec::new();
        while Instant::now() < end {
            let text = json!({ "shortdesc": format!("text {}", Uuid::now_v7()) });
            let sent = Instant::now();
            self.send(Method::PATCH, &path, &text).await?;
            latencies.push(sent.elapsed());
            sleep(PAUSE).await;
        }
        Ok(Sample::new(latencies))
    }
}

/// A tab that has a list open, and pushes to it.
pub(super) struct Tab {
    list: List,
    client: Uuid,
    seq: u64,
    head: u64,
    items: Vec<Uuid>,
}

impl Tab {
    /// Opens a list that has no items yet.
    pub(super) fn open(list: List) -> Self {
        Self {
            list,
            client: Uuid::now_v7(),
            seq: 0,
            head: 1,
            items: Vec::new(),
        }
    }

    /// Opens a list in another tab.
    pub(super) fn again(&self) -> Self {
        Self {
            list: self.list.clone(),
            client: Uuid::now_v7(),
            seq: 0,
            head: self.head,
            items: self.items.clone(),
        }
    }

    pub(super) fn list(&self) -> &List {
        &self.list
    }

    /// Pushes operations as the browser does: what is not acknowledged comes again.
    async fn push(&mut self, ops: &[Value]) -> Result<(), Error> {
        let mut left = ops;
        while !left.is_empty() {
            let mutations: Vec<_> = (self.seq + 1..)
                .zip(left.iter().take(PUSH))
                .map(|(seq, op)| json!({ "seq": seq, "op": op }))
                .collect();
            let push =
                json!({ "client_id": self.client, "since": self.head, "mutations": mutations });
            let body = json!({ "token": self.list.token, "push": push });
            let url = format!("{}/rpc/push", self.list.origin);
            let answer = self.list.http.post(url).json(&body).send().await?;
            let answer: Value = answer.error_for_status()?.json().await?;
            let acked = answer["acked"].as_u64().ok_or("no number")?;
            if acked <= self.seq || answer["rejected"] != json!([]) {
                return Err("a push was refused".into());
            }
            left = &left[(acked - self.seq) as usize..];
            self.seq = acked;
            self.head = answer["head"].as_u64().ok_or("no head")?;
        }
        Ok(())
    }

    /// Adds items with notes.
    pub(super) async fn fill(&mut self, items: usize, notes: &str) -> Result<(), Error> {
        self.items = (0..items).map(|_| Uuid::now_v7()).collect();
        let creates: Vec<_> = self
            .items
            .iter()
            .map(|id| {
                let item = json!({ "shortdesc": "an item", "longdesc": notes });
                json!({ "create": { "id": id, "draft": { "item": item } } })
            })
            .collect();
        self.push(&creates).await
    }

    /// Adds items, and deletes them again.
    pub(super) async fn leave_tombstones(&mut self, count: usize) -> Result<(), Error> {
        for _ in 0..count.div_ceil(PUSH) {
            self.fill(PUSH, "").await?;
            let ids = std::mem::take(&mut self.items).into_iter();
            let destroys: Vec<_> = ids.map(|id| json!({ "destroy": { "id": id } })).collect();
            self.push(&destroys).await?;
        }
        Ok(())
    }

    /// Rewrites the notes of some items in one push, of others the next time.
    pub(super) async fn rewrite(&mut self, count: usize, length: usize) -> Result<(), Error> {
        let first = self.seq as usize;
        let ops: Vec<_> = (first..first + count)
            .map(|n| {
                let id = self.items[n % self.items.len()];
                let notes = format!("{:0>length$}", Uuid::now_v7());
                let patch = json!({ "item": { "longdesc": notes } });
                json!({ "update": { "id": id, "patch": patch } })
            })
            .collect();
        self.push(&ops).await
    }
}
