//! The real program, killed in the thick of it: what it acknowledged is there when it starts again,
//! once, row by row.

use std::collections::BTreeMap;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::client::{Tandem, TestList, create, destroy, push, soon, update};

/// How often the program is killed, unless `TANDEM_KILLS` says otherwise.
const KILLS: usize = 50;
const WRITERS: usize = 20;
/// So many pushes are answered between two kills.
const PUSHES: usize = 12;
/// A writer that has more rows than this deletes its oldest.
const MOST_ROWS: usize = 6;

/// What a row is to say.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    shortdesc: String,
    isdone: bool,
}

/// One replica that adds, renames, ticks and deletes rows of its own, push after push, until the
/// server is gone. A push without an answer stays at hand, to be sent again as it was.
struct Writer {
    client: Uuid,
    /// How many of its mutations were acknowledged.
    acked: u64,
    /// Its rows as they were acknowledged, the oldest first.
    rows: BTreeMap<Uuid, Row>,
    unanswered: Option<Push>,
}

/// A push, and the writer's rows once it is taken. Each of its mutations changes something, so each
/// takes one version.
#[derive(Clone)]
struct Push {
    body: Value,
    last: u64,
    rows: BTreeMap<Uuid, Row>,
}

impl Writer {
    fn new() -> Self {
        Self {
            client: Uuid::now_v7(),
            acked: 0,
            rows: BTreeMap::new(),
            unanswered: None,
        }
    }

    fn next_push(&self) -> Push {
        let mut rows = self.rows.clone();
        let mut ops = Vec::new();
        if let Some((id, row)) = rows.iter_mut().next_back() {
            row.shortdesc = format!("{} renamed it at {}", self.client, self.acked);
            row.isdone = !row.isdone;
            ops.push(update(&json!(id), &json!({ "shortdesc": row.shortdesc })));
            ops.push(update(&json!(id), &json!({ "isdone": row.isdone })));
        }
        for n in 0..2 {
            let id = Uuid::now_v7();
            let shortdesc = format!("{} made it at {}.{n}", self.client, self.acked);
            ops.push(create(id, &shortdesc));
            let isdone = false;
            rows.insert(id, Row { shortdesc, isdone });
        }
        if rows.len() > MOST_ROWS
            && let Some((id, _)) = rows.pop_first()
        {
            ops.push(destroy(&json!(id)));
        }
        Push {
            last: self.acked + ops.len() as u64,
            body: push(self.client, self.acked + 1, ops),
            rows,
        }
    }

    fn acknowledged(&mut self, push: Push, answer: &Value) {
        assert_eq!(answer["acked"], push.last);
        assert_eq!(answer["rejected"], json!([]));
        self.acked = push.last;
        self.rows = push.rows;
        self.unanswered = None;
    }

    async fn write(&mut self, list: &TestList, progress: &mpsc::UnboundedSender<()>) {
        loop {
            let push = self.next_push();
            self.unanswered = Some(push.clone());
            let Some(answer) = list.try_push(&push.body).await else {
                return;
            };
            self.acknowledged(push, &answer);
            progress.send(()).ok();
        }
    }

    /// Sends again what got no answer.
    async fn settle(&mut self, list: &TestList) {
        if let Some(push) = self.unanswered.clone() {
            let answer = list.push(&push.body).await.expect(200).await;
            self.acknowledged(push, &answer);
        }
    }

    /// How many of its rows are not as they were acknowledged, nor as the push without an answer
    /// would have left them: that was taken as a whole or not at all.
    fn lost(&self, there: &BTreeMap<Uuid, Row>) -> usize {
        let lost_of = |rows: &BTreeMap<Uuid, Row>| {
            let known = rows.keys().chain(self.rows.keys());
            let is_lost = |id: &&Uuid| there.get(id) != rows.get(id);
            known.filter(is_lost).count()
        };
        let after = self.unanswered.as_ref().map(|push| lost_of(&push.rows));
        lost_of(&self.rows).min(after.unwrap_or(usize::MAX))
    }
}

/// The list as it is there, and how often an id is there too many.
async fn read(list: &TestList) -> (BTreeMap<Uuid, Row>, usize) {
    let items = list.items().await;
    let rows: BTreeMap<_, _> = items
        .iter()
        .map(|item| {
            let id = item["id"].as_str().expect("an id");
            let row = Row {
                shortdesc: item["shortdesc"].as_str().expect("a text").to_owned(),
                isdone: item["isdone"].as_bool().expect("yes or no"),
            };
            (id.parse().expect("a UUID"), row)
        })
        .collect();
    let doubled = items.len() - rows.len();
    (rows, doubled)
}

#[tokio::test]
async fn what_was_acknowledged_survives_fifty_kills_exactly_once() {
    let kills = std::env::var("TANDEM_KILLS").ok();
    let kills = kills.map_or(KILLS, |kills| kills.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut tandem = Tandem::start(folder.path()).await;
    let list = TestList::create(&Client::new(), &tandem.origin).await;
    let mut writers: Vec<_> = (0..WRITERS).map(|_| Writer::new()).collect();

    for round in 1..=kills {
        let here = list.at(&tandem.origin);
        let (progress, mut pushed) = mpsc::unbounded_channel();
        let writing = writers.drain(..).map(|mut writer| {
            let (here, progress) = (here.clone(), progress.clone());
            tokio::spawn(async move {
                writer.settle(&here).await;
                writer.write(&here, &progress).await;
                writer
            })
        });
        let writing: Vec<_> = writing.collect();
        // In the thick of it.
        for _ in 0..PUSHES {
            soon("a push", pushed.recv())
                .await
                .expect("the writers write");
        }
        tandem.kill().await;
        for writer in writing {
            let writer = soon("the writer's end", writer).await;
            writers.push(writer.expect("no lie was told"));
        }

        tandem = Tandem::start(folder.path()).await;
        let (there, doubled) = read(&list.at(&tandem.origin)).await;
        let lost: usize = writers.iter().map(|writer| writer.lost(&there)).sum();
        assert_eq!((lost, doubled), (0, 0), "lost and doubled, round {round}");
    }

    let here = list.at(&tandem.origin);
    for writer in &mut writers {
        writer.settle(&here).await;
    }
    let (there, doubled) = read(&here).await;
    let expected = writers.iter().flat_map(|writer| writer.rows.clone());
    assert_eq!(
        there,
        expected.collect(),
        "all of it, row by row, and nothing else"
    );
    let acknowledged: u64 = writers.iter().map(|writer| writer.acked).sum();
    // The list itself took the first version.
    let versions = here.head().await - 1;
    assert_eq!(versions, acknowledged, "each write took one version");
    println!(
        "kills survived {kills}, clients {WRITERS}, writes acknowledged {acknowledged}, \
         lost 0, doubled {doubled}"
    );
}
