//! The real program: it stops when told to, its log keeps secrets, and it reports what keeps it
//! from starting.

use std::fs::{self, File};

use reqwest::Client;
use serde_json::json;
use tokio::process::Command;

use crate::client::{Tandem, TestList, TestSocket, soon};

#[tokio::test]
async fn the_program_stops_cleanly_on_a_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let tandem = Tandem::start(folder.path()).await;
    let list = TestList::create(&Client::new(), &tandem.origin).await;
    list.add("milk").await;
    tandem.end().await;

    let tandem = Tandem::start(folder.path()).await;
    assert_eq!(list.at(&tandem.origin).texts().await, ["milk"]);
}

#[tokio::test]
async fn no_log_contains_a_link_or_what_was_typed() {
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
async fn a_failed_start_is_explained() {
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
