//! The real program: killed under load, it has what it acknowledged when it starts again; told to end,
//! it ends; and its log keeps secrets.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::Path,
    process::Stdio,
};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
};
use uuid::Uuid;

use crate::client::{TestList, TestSocket, create, push, soon};

/// A process of the `tandem` program.
struct Tandem {
    child: Child,
    origin: String,
}

impl Tandem {
    fn command(folder: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        command
            .args(["--listen", "127.0.0.1:0", "--database-url"])
            .arg(format!("sqlite://{}", folder.join("tandem.db").display()))
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn start(folder: &Path) -> Self {
        Self::run(&mut Self::command(folder)).await
    }

    async fn run(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("a pipe");
        let line = soon("the address", BufReader::new(stdout).lines().next_line()).await;
        let line = line.expect("text").expect("a line");
        let origin = line
            .strip_prefix("Tandem is at ")
            .expect("the address")
            .to_owned();
        Self { child, origin }
    }

    /// SIGTERM: what is going on is finished.
    async fn end(mut self) {
        let id = self.child.id().expect("it runs").to_string();
        let mut signal = Command::new("kill");
        let sent = signal.args(["-TERM", &id]).status().await;
        assert!(sent.expect("a signal is sent").success());
        let status = soon("the end", self.child.wait()).await;
        assert!(status.expect("it was running").success());
    }

    /// SIGKILL: nothing is finished, nothing is flushed.
    async fn kill(mut self) {
        self.child.kill().await.expect("it was running");
    }
}

/// So many pushes are answered between two kills; a list has room for those of all rounds.
const PUSHES: usize = 12;

/// One replica that adds items, push after push, until the server is gone. A push without an answer
/// stays at hand, to be sent again as it was.
struct Writer {
    client: Uuid,
    seq: u64,
    unanswered: Option<Value>,
    acknowledged: Vec<Uuid>,
}

impl Writer {
    async fn write(&mut self, list: &TestList, progress: &mpsc::UnboundedSender<()>) {
        loop {
            let ids = [Uuid::now_v7(), Uuid::now_v7()];
            let ops = ids.map(|id| create(id, &format!("by {}", self.client)));
            let push = push(self.client, self.seq + 1, ops);
            self.unanswered = Some(push.clone());
            let Some(answer) = list.try_push(&push).await else {
                return;
            };
            assert_eq!(answer["acked"], self.seq + 2);
            self.seq += 2;
            self.acknowledged.extend(ids);
            self.unanswered = None;
            progress.send(()).ok();
        }
    }

    /// Sends again what got no answer.
    async fn settle(&mut self, list: &TestList) {
        if let Some(push) = self.unanswered.take() {
            let answer = list.push(&push).await.expect(200).await;
            self.seq += 2;
            assert_eq!(answer["acked"], self.seq);
            let id = |mutation: &Value| {
                mutation["op"]["create"]["id"]
                    .as_str()
                    .and_then(|id| id.parse::<Uuid>().ok())
            };
            let mutations = push["mutations"].as_array().expect("an array");
            self.acknowledged.extend(mutations.iter().filter_map(id));
        }
    }
}

/// How often the program is killed, unless `TANDEM_KILLS` says otherwise.
const KILLS: usize = 50;

#[tokio::test]
async fn what_was_acknowledged_survives_fifty_kills_exactly_once() {
    let kills = std::env::var("TANDEM_KILLS").ok();
    let kills = kills.map_or(KILLS, |kills| kills.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut tandem = Tandem::start(folder.path()).await;
    let list = TestList::create(&Client::new(), &tandem.origin).await;
    let new = || Writer {
        client: Uuid::now_v7(),
        seq: 0,
        unanswered: None,
        acknowledged: Vec::new(),
    };
    let mut writers: Vec<Writer> = (0..20).map(|_| new()).collect();

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
            writers.push(
                soon("the writer's end", writer)
                    .await
                    .expect("no lie was told"),
            );
        }

        tandem = Tandem::start(folder.path()).await;
        let here = list.at(&tandem.origin);
        let before = count(&here.items().await);
        for id in writers.iter().flat_map(|writer| &writer.acknowledged) {
            assert_eq!(
                before.get(&json!(id).to_string()),
                Some(&1),
                "acknowledged, round {round}"
            );
        }
    }

    let here = list.at(&tandem.origin);
    for writer in &mut writers {
        writer.settle(&here).await;
    }
    let items = here.items().await;
    let mut expected: Vec<_> = writers
        .iter()
        .flat_map(|writer| &writer.acknowledged)
        .collect();
    expected.sort();
    let mut there: Vec<Uuid> = items
        .iter()
        .filter_map(|item| item["id"].as_str()?.parse().ok())
        .collect();
    there.sort();
    assert_eq!(
        there.iter().collect::<Vec<_>>(),
        expected,
        "all of it, and nothing else"
    );
    let mut versions: Vec<_> = items
        .iter()
        .filter_map(|item| item["version"].as_u64())
        .collect();
    versions.sort_unstable();
    assert_eq!(
        versions,
        (2..2 + items.len() as u64).collect::<Vec<_>>(),
        "no gap in the versions"
    );
    // What was lost or doubled has failed the test above.
    println!(
        "kills survived {kills}, clients {}, writes acknowledged {}, lost 0, doubled 0",
        writers.len(),
        expected.len(),
    );
}

/// How often each id is there.
fn count(items: &[Value]) -> HashMap<String, usize> {
    let mut count = HashMap::new();
    for item in items {
        *count.entry(item["id"].to_string()).or_default() += 1;
    }
    count
}

#[tokio::test]
async fn the_program_ends_well_when_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let tandem = Tandem::start(folder.path()).await;
    let list = TestList::create(&Client::new(), &tandem.origin).await;
    list.add("milk").await;
    tandem.end().await;

    let tandem = Tandem::start(folder.path()).await;
    assert_eq!(list.at(&tandem.origin).texts().await, ["milk"]);
}

#[tokio::test]
async fn no_log_shows_a_link_or_what_was_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let file = File::create(&log).expect("a file");
    let mut command = Tandem::command(folder.path());
    let tandem = Tandem::run(command.env("RUST_LOG", "trace").stderr(file)).await;

    let list = TestList::create(&Client::new(), &tandem.origin).await;
    let text = "a word that only the list knows";
    let mut socket = TestSocket::connect(&tandem.origin).await;
    socket.subscribe_since(&list.channel(), 0).await;
    socket.send(format!("{{ {text} {}", list.token)).await;
    socket.expect_error().await;
    let item = list.add(text).await;
    socket.expect_event("created").await;
    list.viewed().delete(&item["id"]).await.expect_problem(403);
    list.post(&json!({ "shortdesc": 7 }))
        .await
        .expect_problem(422);
    list.push(&json!({ "mutations": text }))
        .await
        .expect(400)
        .await;
    let page = format!("{}/{}/active", tandem.origin, list.token);
    reqwest::get(page).await.expect("a page");
    tandem.end().await;

    let log = fs::read_to_string(log).expect("a log");
    assert!(
        log.contains("/api/lists/{token}/items"),
        "requests are logged by their route"
    );
    for secret in [&*list.token, &*list.view_token, text] {
        assert!(!log.contains(secret), "it is in the log: {secret}");
    }
}

#[tokio::test]
async fn what_keeps_the_program_from_starting_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    for (flag, value, said) in [
        (
            "--database-url",
            "mysql://user:password@host/db",
            "database",
        ),
        ("--listen", "nowhere", "cannot listen on nowhere"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        let output = command.current_dir(&folder).args([flag, value]).output();
        let output = soon("the end", output).await.expect("it starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        assert!(
            stderr.starts_with("tandem: ") && stderr.contains(said),
            "{stderr}"
        );
        assert!(!stderr.contains("password"), "{stderr}");
    }
}
