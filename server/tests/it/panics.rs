//! A panic of a handler is answered, and closes no connection.

use std::{ops::RangeInclusive, sync::Arc};

use app::{
    Error, Item, Record,
    api::{Access, Opened},
    service::{Between, Grant, Links, Page, PageStart, RequestId, Service, Token},
};
use async_trait::async_trait;
use reqwest::{Method, RequestBuilder};
use sync::{
    CatchUp, Change, ClientId, Cursor, Mutation, Op, Outcome, Push, PushAnswer, pusher::SocketId,
};

use uuid::Uuid;

use crate::client::{Answer, TestApp};

/// The panics' message, which no client may see.
const SECRET: &str = "row 4711 of the table of secrets";

/// A service that always panics, sometimes after an await.
struct Panicking;

#[async_trait]
impl Service for Panicking {
    async fn create_list(&self, _: Option<RequestId>, _: Option<String>) -> Result<Links, Error> {
        panic!("{SECRET}");
    }

    async fn authorize(&self, _: &Token) -> Result<Grant, Error> {
        panic!("{SECRET}");
    }

    async fn item(&self, _: &Token, _: Uuid) -> Result<Item, Error> {
        panic!("{SECRET}");
    }

    async fn count_items(&self, _: Grant) -> Result<usize, Error> {
        panic!("{SECRET}");
    }

    async fn was_destroyed(&self, _: &Token) -> Result<bool, Error> {
        panic!("{SECRET}");
    }

    async fn was_replaced(&self, _: &Token) -> Result<bool, Error> {
        panic!("{SECRET}");
    }

    async fn links(&self, _: &Token) -> Result<Links, Error> {
        panic!("{SECRET}");
    }

    async fn replace_link(&self, _: &Token, _: Access) -> Result<Links, Error> {
        panic!("{SECRET}");
    }

    async fn restore_list(&self, _: &Token) -> Result<(), Error> {
        panic!("{SECRET}");
    }

    async fn open_list(&self, _: &Token) -> Result<Opened, Error> {
        tokio::task::yield_now().await;
        panic!("{SECRET}");
    }

    async fn describe_list(&self, _: &Token) -> Result<Opened, Error> {
        panic!("{SECRET}");
    }

    async fn items_between(
        &self,
        _: Grant,
        _: RangeInclusive<Uuid>,
        _: u32,
    ) -> Result<Between, Error> {
        panic!("{SECRET}");
    }

    async fn changes(&self, _: &Token, _: Cursor) -> Result<CatchUp<Record>, Error> {
        panic!("{SECRET}");
    }

    async fn page(&self, _: &Token, _: Option<PageStart>, _: usize) -> Result<Page, Error> {
        panic!("{SECRET}");
    }

    async fn trash(&self, _: &Token) -> Result<Vec<Change<Record>>, Error> {
        panic!("{SECRET}");
    }

    async fn push(
        &self,
        _: &Token,
        _: Option<SocketId>,
        _: Push<Record>,
    ) -> Result<PushAnswer<Record>, Error> {
        tokio::task::yield_now().await;
        panic!("{SECRET}");
    }

    async fn apply(
        &self,
        _: Grant,
        _: Option<SocketId>,
        _: Vec<Op<Record>>,
    ) -> Result<Vec<Change<Record>>, Error> {
        panic!("{SECRET}");
    }

    async fn apply_all(
        &self,
        _: &Token,
        _: ClientId,
        _: Vec<Mutation<Record>>,
    ) -> Result<Outcome<Record>, Error> {
        panic!("{SECRET}");
    }
}

/// Returns the answer to a request whose handler panics.
async fn failure(request: RequestBuilder) -> Answer {
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, 500);
    assert!(!answer.text.contains("4711"), "{}", answer.text);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    answer
}

#[tokio::test]
async fn a_panic_is_answered_in_the_clients_format() {
    let app = TestApp::start_changed(|server| server.with_service(Arc::new(Panicking))).await;

    let program = failure(app.request(Method::POST, "/api/lists")).await;
    program.expect_problem(500);

    let push = serde_json::json!({
        "token": "x", "socket_id": null, "push": { "client_id": Uuid::nil(), "since": 0, "mutations": [] }
    });
    let replica = failure(app.request(Method::POST, "/rpc/push").json(&push)).await;
    assert_eq!(replica.text, "\"internal\"");

    let form = app.request(Method::POST, "/rpc/create_list");
    for request in [
        form,
        app.request(Method::GET, "/some-list"),
        app.request(Method::GET, "/x/active"),
    ] {
        let request = request
            .header("accept", "text/html,*/*;q=0.8")
            .header("accept-language", "de");
        let person = failure(request).await;
        assert_eq!(person.header("content-type"), "text/html; charset=utf-8");
        assert!(person.text.contains("<html lang=\"de\""), "{}", person.text);
    }
    assert_eq!(app.get("/healthz").await.text, "ok");
    assert_eq!(app.get("/").await.status, 200);
    app.stop().await;
}
