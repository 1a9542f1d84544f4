//! A replica that writes its own rows, and somebody else who changes them.

use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::client::{TestList, create, destroy, push, update};

/// Number of rows beyond which a writer deletes its oldest.
const MOST_ROWS: usize = 6;

/// The expected content of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) shortdesc: String,
    pub(super) isdone: bool,
}

/// A replica that adds, renames, ticks, moves, deletes and restores its own rows, push after push,
/// until the server is gone.
pub(super) struct Writer {
    client: Uuid,
    /// Number of acknowledged mutations.
    pub(super) acked: u64,
    /// Its rows as acknowledged, in the order of the list.
    pub(super) rows: Vec<Row>,
    /// The last push, to be repeated unchanged.
    last: Option<Push>,
}

/// A push. Each of its mutations changes something, whatever somebody else has done meanwhile. So
/// each takes one version, and would take another if applied again.
#[derive(Clone)]
struct Push {
    body: Value,
    /// The number of its last mutation.
    last: u64,
    /// The row that is renamed, ticked and moved to the start, with its new content.
    changed: Option<Row>,
    made: [Row; 2],
    deleted: Option<Uuid>,
}

/// The fate of a writer's last push, as the list shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Found {
    /// Answered, and stored.
    Answered,
    /// Stored, although the answer never arrived.
    Unheard,
    /// Neither stored nor answered.
    Missing,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            client: Uuid::now_v7(),
            acked: 0,
            rows: Vec::new(),
            last: None,
        }
    }

    /// Whether a row is one of its own.
    pub(super) fn owns(&self, shortdesc: &str) -> bool {
        shortdesc.starts_with(&self.client.to_string())
    }

    fn text(&self, what: &str) -> String {
        format!("{} {what} at {}", self.client, self.acked)
    }

    fn next_push(&self) -> Push {
        let mut ops = Vec::new();
        let changed = self.rows.last().map(|row| Row {
            id: row.id,
            shortdesc: self.text("renamed it"),
            isdone: !row.isdone,
        });
        if let Some(row) = &changed {
            let id = json!(row.id);
            let ticked = json!({ "isdone": row.isdone });
            let unticked = json!({ "isdone": !row.isdone });
            ops.push(update(&id, &json!({ "shortdesc": self.text("is at it") })));
            ops.push(update(&id, &json!({ "shortdesc": row.shortdesc })));
            ops.push(update(&id, &ticked));
            ops.push(json!({ "revert": {
                "id": id, "from": { "item": ticked }, "to": { "item": unticked },
            } }));
            ops.push(update(&id, &ticked));
            ops.push(json!({ "move": { "id": id, "place": "start" } }));
            let oldest = json!(self.rows[0].id);
            ops.push(destroy(&oldest));
            ops.push(json!({ "restore": { "id": oldest } }));
        }
        let made = ["a", "b"].map(|name| Row {
            id: Uuid::now_v7(),
            shortdesc: self.text(&format!("made {name}")),
            isdone: false,
        });
        ops.extend(made.iter().map(|row| create(row.id, &row.shortdesc)));
        let deleted = (self.rows.len() >= MOST_ROWS).then(|| self.rows[0].id);
        ops.extend(deleted.map(|id| destroy(&json!(id))));
        Push {
            last: self.acked + ops.len() as u64,
            body: push(self.client, self.acked + 1, ops),
            changed,
            made,
            deleted,
        }
    }

    pub(super) async fn write(&mut self, list: &TestList, progress: &mpsc::UnboundedSender<()>) {
        loop {
            let push = self.next_push();
            self.last = Some(push.clone());
            let Some(answer) = list.try_push(&push.body).await else {
                return;
            };
            self.acknowledged(&push, &answer);
            push.apply(&mut self.rows);
            progress.send(()).ok();
        }
    }

    fn acknowledged(&mut self, push: &Push, answer: &Value) {
        assert_eq!(answer["acked"], push.last);
        assert_eq!(answer["rejected"], json!([]));
        self.acked = push.last;
    }

    /// Checks that its stored rows are as acknowledged, or as the unanswered push would have left
    /// them, which was taken whole or not at all.
    pub(super) fn find(&mut self, there: &[Row]) -> Option<Found> {
        let Some(push) = &self.last else {
            return (there == self.rows).then_some(Found::Answered);
        };
        let is_answered = push.last == self.acked;
        if there == self.rows {
            return Some(if is_answered {
                Found::Answered
            } else {
                Found::Missing
            });
        }
        let mut after = self.rows.clone();
        push.apply(&mut after);
        if is_answered || there != after {
            return None;
        }
        self.rows = after;
        Some(Found::Unheard)
    }

    /// What somebody else does to the rows: undoing whatever the last push has done, so that a
    /// repeated application would show. Each operation takes a version.
    pub(super) fn dispute(&mut self, found: Found, round: usize) -> Vec<Value> {
        let mut ops = Vec::new();
        let Some(push) = &self.last else { return ops };
        if let Some(Row { id, .. }) = push.changed {
            let at = self.rows.iter().position(|row| row.id == id);
            let mut row = self.rows.remove(at.expect("it is there"));
            row.shortdesc = format!("{} and others renamed it in {round}", self.client);
            ops.push(update(&json!(id), &json!({ "shortdesc": row.shortdesc })));
            if found != Found::Missing {
                ops.push(json!({ "move": { "id": id, "place": "end" } }));
            }
            self.rows.push(row);
        }
        if found != Found::Missing {
            let [made, _] = &push.made;
            let row = self.rows.iter_mut().find(|row| row.id == made.id);
            row.expect("it is there").isdone = true;
            ops.push(update(&json!(made.id), &json!({ "isdone": true })));
        }
        ops
    }

    /// Repeats its last push.
    pub(super) async fn repeat(&mut self, list: &TestList, found: Found) {
        if let Some(push) = self.last.clone() {
            let answer = list.push(&push.body).await.expect(200).await;
            self.acknowledged(&push, &answer);
            if found == Found::Missing {
                push.apply(&mut self.rows);
            }
        }
    }
}

impl Push {
    /// Applies it to the writer's rows.
    fn apply(&self, rows: &mut Vec<Row>) {
        if let Some(changed) = &self.changed {
            rows.retain(|row| row.id != changed.id);
            rows.insert(0, changed.clone());
        }
        rows.extend(self.made.clone());
        rows.retain(|row| Some(row.id) != self.deleted);
    }
}
