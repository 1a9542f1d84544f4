//! Pysher, an unmodified Pusher client for Python that speaks protocol 6.

use std::{path::Path, process::Stdio};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::client::{TestApp, soon};

struct Pysher {
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Pysher {
    fn listen(app: &TestApp, channel: &str) -> Self {
        let server = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = server.join("../target/tools/pysher");
        assert!(
            library.exists(),
            "Pysher is missing: run server/tests/setup.sh"
        );
        let port = app.origin.rsplit(':').next().expect("a port");
        let mut process = Command::new("python3")
            .arg(server.join("tests/it/pysher/listen.py"))
            .args([port, channel])
            .env("PYTHONPATH", library)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 is there");
        let stdout = process.stdout.take().expect("it is piped");
        Self {
            lines: BufReader::new(stdout).lines(),
            _process: process,
        }
    }

    /// Returns the data of the next event, which must have this name.
    async fn hears(&mut self, event: &str) -> Value {
        let line = soon(event, self.lines.next_line()).await;
        let line = line.expect("readable output").expect("Pysher lives");
        let heard: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(heard["event"], event, "{heard}");
        serde_json::from_str(heard["data"].as_str().unwrap_or("null")).expect("JSON")
    }
}

#[tokio::test]
async fn pysher_receives_the_changes_of_a_list() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut pysher = Pysher::listen(&app, &list.channel());
    pysher.hears("pusher_internal:subscription_succeeded").await;

    let milk = list.add("milk").await;
    assert_eq!(pysher.hears("created").await, milk);
    let id = &milk["id"];
    let done = list.patch(id, &json!({ "isdone": true })).await;
    let done = done.expect(200).await;
    assert_eq!(pysher.hears("updated").await, done);
    list.rename("Groceries").await.expect(200).await;
    assert_eq!(pysher.hears("list:updated").await["title"], "Groceries");
    list.delete(id).await.expect(204).await;
    assert_eq!(pysher.hears("destroyed").await["id"], *id);
}
