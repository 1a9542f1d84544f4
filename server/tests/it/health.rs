//! Liveness and readiness.

use std::{fs, io::Write as _};

use reqwest::Method;

use crate::client::{Answer, TestApp};

#[tokio::test]
async fn a_working_server_is_alive_and_ready() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = app.get(path).await;
        assert_eq!((answer.status, &*answer.text), (200, "ok"), "{path}");
    }
    let post = Answer::of(app.request(Method::POST, "/readyz")).await;
    assert_eq!(post.status, 405);
}

#[tokio::test]
async fn a_server_with_a_damaged_database_is_alive_and_not_ready() {
    let app = TestApp::start().await;
    app.list().await.add("milk").await;
    for path in [app.database(), app.database().with_extension("db-wal")] {
        let size = fs::metadata(&path).expect("the file is there").len();
        let garbage = vec![0xa5; usize::try_from(size).expect("a small file")];
        let file = fs::OpenOptions::new().write(true).open(path);
        let mut file = file.expect("it can be opened");
        file.write_all(&garbage).expect("it can be written");
    }

    assert_eq!(app.get("/healthz").await.status, 200);
    let problem = app.get("/readyz").await;
    assert_eq!(problem.header("retry-after"), "5");
    let problem = problem.expect_problem(503);
    let detail = problem["detail"].as_str().expect("a text");
    assert!(
        !detail.contains("malformed") && !detail.contains("database"),
        "{detail}"
    );
}

#[tokio::test]
async fn a_server_that_can_no_longer_write_is_not_ready() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/readyz").await.status, 200);
    let mut other = app.connect().await;
    sqlx::query("drop table probes")
        .execute(&mut other)
        .await
        .expect("it is there");
    // The previous result is reused for a second.
    let not_ready = async {
        while app.get("/readyz").await.status == 200 {
            tokio::task::yield_now().await;
        }
    };
    crate::client::soon("that it is not ready", not_ready).await;
    assert_eq!(app.get("/healthz").await.status, 200);
}
