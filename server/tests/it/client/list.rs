use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use sync::pusher::SocketId;

use super::soon;

/// A response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = soon("an answer", request.send())
            .await
            .expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = soon("a body", response.text())
            .await
            .expect("the body is text");
        Self {
            status,
            headers,
            text,
        }
    }

    /// Asserts the status, and returns the body.
    pub(crate) async fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// Returns the body as JSON, or null if it is empty.
    pub(crate) fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// Returns a header, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a plain header"))
    }

    /// Asserts that it is a problem of RFC 9457 with this status, without anything internal.
    pub(crate) fn expect_problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for field in ["type", "title", "detail"] {
            assert!(problem[field].is_string(), "{field} is missing: {problem}");
        }
        problem
    }
}

/// A list, as a client of the REST interface uses it.
#[derive(Clone)]
pub(crate) struct TestList {
    http: Client,
    origin: String,
    pub(crate) token: String,
    pub(crate) view_token: String,
    socket: Option<SocketId>,
}

impl TestList {
    /// Creates a list.
    pub(crate) async fn create(http: &Client, origin: &str) -> Self {
        let created = Answer::of(http.post(format!("{origin}/api/lists"))).await;
        Self::new(http.clone(), origin, &created.expect(201).await)
    }

    fn new(http: Client, origin: &str, created: &Value) -> Self {
        let text = |name: &str| created[name].as_str().expect("a token").to_owned();
        Self {
            http,
            origin: origin.to_owned(),
            token: text("token"),
            view_token: text("view_token"),
            socket: None,
        }
    }

    /// Returns the same list for a client with a socket.
    pub(crate) fn by_socket(&self, socket: &SocketId) -> Self {
        Self {
            socket: Some(socket.clone()),
            ..self.clone()
        }
    }

    /// Returns the same list by its read-only link.
    pub(crate) fn viewed(&self) -> Self {
        Self {
            token: self.view_token.clone(),
            ..self.clone()
        }
    }

    /// Returns the same list by other links.
    pub(crate) fn by_links(&self, token: &str, view_token: &str) -> Self {
        Self {
            token: token.to_owned(),
            view_token: view_token.to_owned(),
            ..self.clone()
        }
    }

    /// Returns the same list on a restarted server.
    pub(crate) fn at(&self, origin: &str) -> Self {
        Self {
            http: Client::new(),
            origin: origin.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn channel(&self) -> String {
        format!("list-{}", self.token)
    }

    /// Creates a request to an address below the list's.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/api/lists/{}{path}", self.origin, self.token);
        let request = self.http.request(method, url);
        match &self.socket {
            Some(id) => request.header("X-Pusher-Socket-ID", id.as_str()),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, "/items").json(body)).await
    }

    /// Changes an item.
    pub(crate) async fn patch(&self, id: &Value, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, &item(id)).json(body)).await
    }

    /// Changes the list itself.
    pub(crate) async fn rename(&self, title: &str) -> Answer {
        Answer::of(
            self.request(Method::PATCH, "")
                .json(&json!({ "title": title })),
        )
        .await
    }

    /// Deletes an item.
    pub(crate) async fn delete(&self, id: &Value) -> Answer {
        Answer::of(self.request(Method::DELETE, &item(id))).await
    }

    /// Deletes the list.
    pub(crate) async fn destroy(&self) -> Answer {
        Answer::of(self.request(Method::DELETE, "")).await
    }

    /// Adds an item, and returns its row.
    pub(crate) async fn add(&self, shortdesc: &str) -> Value {
        self.post(&json!({ "shortdesc": shortdesc }))
            .await
            .expect(201)
            .await
    }

    /// Returns all items, in order.
    pub(crate) async fn items(&self) -> Vec<Value> {
        let items = self.get("/items").await.expect(200).await;
        items.as_array().expect("an array").clone()
    }

    /// Returns the items' texts, in order.
    pub(crate) async fn texts(&self) -> Vec<String> {
        let text = |item: &Value| item["shortdesc"].as_str().expect("a text").to_owned();
        self.items().await.iter().map(text).collect()
    }

    pub(crate) async fn changes(&self, since: u64) -> Value {
        self.get(&format!("/changes?since={since}"))
            .await
            .expect(200)
            .await
    }

    /// Returns the version of the newest change.
    pub(crate) async fn head(&self) -> u64 {
        self.get("").await.expect(200).await["head"]
            .as_u64()
            .expect("a version")
    }

    /// Sends a replica's push, as the app does.
    pub(crate) async fn push(&self, push: &Value) -> Answer {
        Answer::of(self.push_request(push)).await
    }

    /// Sends a push to a server that may be gone, and then returns `None`.
    pub(crate) async fn try_push(&self, push: &Value) -> Option<Value> {
        let response = soon("an answer or none", self.push_request(push).send())
            .await
            .ok()?;
        let status = response.status();
        let answer = response.json().await.ok()?;
        assert_eq!(status.as_u16(), 200, "{answer}");
        Some(answer)
    }

    fn push_request(&self, push: &Value) -> RequestBuilder {
        let body = json!({ "token": self.token, "socket_id": self.socket, "push": push });
        self.http
            .post(format!("{}/rpc/push", self.origin))
            .json(&body)
    }
}

fn item(id: &Value) -> String {
    format!("/items/{}", id.as_str().expect("an id"))
}
