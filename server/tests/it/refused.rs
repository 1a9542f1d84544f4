//! Every writing route refuses the view link. The routes are those that the server has: one that is not
//! told here what it does fails the test.

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sync::pusher::{ClientFrame, ServerFrame};
use uuid::Uuid;

use crate::client::{Answer, TestApp, TestList, create, push};

/// What a request does.
enum Does {
    /// It reads one list, or none.
    Reads,
    /// It makes a list, by no link.
    Creates,
    /// It writes to the list, with this body.
    Writes(Body),
    /// Its functions are told apart below.
    Calls,
}

enum Body {
    None,
    Json(Value),
    Form(String),
    /// A part of a form with this name, as a browser sends it.
    Part(&'static str, String),
}

use Body::{Form, Json, Part};
use Does::{Calls, Creates, Reads, Writes};

/// A list with an item, a deleted item, and an import that can be taken back.
struct Sample {
    list: TestList,
    item: String,
    deleted: String,
    import: String,
}

impl Sample {
    async fn new(app: &TestApp) -> Self {
        let list = app.list().await;
        let id = |row: Value| row["id"].as_str().expect("an id").to_owned();
        let deleted = id(list.add("bread").await);
        list.delete(&json!(deleted)).await.expect(204).await;
        let preview = app.preview(&list.token, b"salt").await;
        let preview = crate::client::Preview::of(&preview);
        app.confirm(&list.token, &preview).await;
        Self {
            item: id(list.add("milk").await),
            deleted,
            import: preview.import,
            list,
        }
    }

    /// Everything that a write could change, but for times.
    async fn state(&self) -> Value {
        json!([self.list.get("").await.json(), self.list.changes(0).await])
    }

    /// Returns what a call of a server function does.
    fn calls(&self, function: &str, token: &str) -> Does {
        let form = |fields: &str| Writes(Form(format!("token={token}&{fields}")));
        match function {
            "create_list" => Creates,
            "open_list" => Reads,
            // It reads, but not for viewers.
            "open_trash" | "destroy_list" | "restore_list" => {
                Writes(Json(json!({ "token": token })))
            }
            "replace_link" => Writes(Json(json!({ "token": token, "access": "write" }))),
            "update_list" => form("title=Trip"),
            "create_item" => form("shortdesc=tea"),
            "update_item" => form(&format!("id={}&isdone=true", self.item)),
            "destroy_item" => form(&format!("id={}", self.item)),
            "restore_item" => form(&format!("id={}", self.deleted)),
            "push" => {
                let push = push(Uuid::now_v7(), 1, [create(Uuid::now_v7(), "tea")]);
                Writes(Json(
                    json!({ "token": token, "socket_id": null, "push": push }),
                ))
            }
            function => panic!("say here what the server function {function} does"),
        }
    }

    /// Returns the address of a route on this list by a token.
    fn address(&self, pattern: &str, token: &str) -> String {
        let id = if pattern.contains("/restore") {
            &self.deleted
        } else {
            &self.item
        };
        pattern
            .replace("{token}", token)
            .replace("{link}", "view")
            .replace("{id}", id)
            .replace("{import}", &self.import)
    }
}

/// Returns what a request by a method does at a path.
fn does(method: &str, path: &str) -> Does {
    let text = || Json(json!({ "shortdesc": "tea" }));
    match (method, path.strip_suffix(".json").unwrap_or(path)) {
        ("POST", "/api/lists") => Creates,
        ("PUT" | "PATCH", "/api/lists/{token}") => Writes(Json(json!({ "title": "Trip" }))),
        ("POST", "/api/lists/{token}/items")
        | ("PUT" | "PATCH", "/api/lists/{token}/items/{id}") => Writes(text()),
        ("DELETE", "/api/lists/{token}" | "/api/lists/{token}/items/{id}")
        | (
            "POST",
            "/api/lists/{token}/restore"
            | "/api/lists/{token}/links/{link}"
            | "/api/lists/{token}/items/{id}/restore"
            | "/{token}/imported/{import}"
            | "/{token}/links/{link}",
        ) => Writes(Body::None),
        ("POST", "/{token}/import") => Writes(Part("text", "tea".to_owned())),
        ("ANY", "/rpc/{*function}") => Calls,
        // That lets somebody listen. At the others there is nothing, by any method.
        ("POST", "/pusher/auth") | ("ANY", "/api" | "/api/" | "/api/{*rest}" | "/pkg/{*path}") => {
            Reads
        }
        (method, path) => panic!("say here what {method} {path} does"),
    }
}

fn with_body(request: RequestBuilder, body: &Body) -> RequestBuilder {
    match body {
        Body::None => request,
        Json(json) => request.json(json),
        Form(form) => request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.clone()),
        Part(name, content) => request
            .header("content-type", "multipart/form-data; boundary=edge")
            .body(format!(
                "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n--edge--\r\n"
            )),
    }
}

/// Asserts that a request writes by the edit link, which proves that it is a good one, and that it is refused
/// by the view link and changes nothing.
async fn assert_refused(
    app: &TestApp,
    what: &str,
    request: impl Fn(&Sample, &str) -> RequestBuilder,
) {
    let sample = Sample::new(app).await;
    let before = sample.state().await;
    let viewed = Answer::of(request(&sample, &sample.list.view_token)).await;
    assert_eq!(
        viewed.status, 403,
        "{what} by the view link: {}",
        viewed.text
    );
    assert_eq!(
        sample.state().await,
        before,
        "{what} by the view link changes the list"
    );
    let written = Answer::of(request(&sample, &sample.list.token)).await;
    assert!(
        written.status < 400,
        "{what} by the edit link: {} {}",
        written.status,
        written.text
    );
}

/// Returns the methods of a route, without those that only read; `ANY` for one that takes all.
async fn writing_methods(app: &TestApp, address: &str) -> Vec<String> {
    let probe = Method::from_bytes(b"PROBE").expect("a method");
    let answer = Answer::of(app.request(probe, address)).await;
    if answer.status != 405 {
        return vec!["ANY".to_owned()];
    }
    let allowed = answer.header("allow").split(',').map(str::trim);
    let allowed: Vec<_> = allowed.map(str::to_owned).collect();
    assert!(
        allowed.iter().all(|method| !method.is_empty()),
        "{address} allows nothing"
    );
    let writes = |method: &String| !["GET", "HEAD"].contains(&&**method);
    allowed.into_iter().filter(writes).collect()
}

#[tokio::test]
async fn every_writing_route_refuses_the_view_link() {
    let mut routes = Vec::new();
    let app = TestApp::start_changed(|server| {
        routes = server.routes();
        server
    })
    .await;
    assert!(
        routes.len() > 20,
        "the router's routes are no longer found: {routes:?}"
    );
    let (mut writing, sample) = (0, Sample::new(&app).await);
    for pattern in &routes {
        let address = sample.address(pattern, &sample.list.token);
        for method in writing_methods(&app, &address).await {
            let Writes(_) = does(&method, pattern) else {
                continue;
            };
            writing += 1;
            let what = format!("{method} {pattern}");
            assert_refused(&app, &what, |sample, token| {
                let name = Method::from_bytes(method.as_bytes()).expect("a method");
                let request = app.request(name, &sample.address(pattern, token));
                match does(&method, pattern) {
                    Writes(body) => with_body(request, &body),
                    _ => request,
                }
            })
            .await;
        }
    }
    assert!(writing >= 12, "{writing} routes write");
}

#[tokio::test]
async fn every_writing_server_function_refuses_the_view_link() {
    let app = TestApp::start().await;
    let (mut functions, sample) = (0, Sample::new(&app).await);
    for (path, method) in server_fn_paths() {
        assert_eq!(method, Method::POST, "{path}");
        let function = path.strip_prefix("/rpc/").expect("all are under /rpc");
        functions += 1;
        let Writes(_) = sample.calls(function, "") else {
            continue;
        };
        assert_refused(&app, path, |sample, token| {
            let request = app.request(Method::POST, path);
            match sample.calls(function, token) {
                Writes(body) => with_body(request, &body),
                _ => request,
            }
        })
        .await;
    }
    assert!(functions >= 10, "{functions} functions");
}

/// What frames of a client do. There is no other kind: a new one does not compile here.
fn writes(frame: &ClientFrame) -> bool {
    match frame {
        ClientFrame::Ping
        | ClientFrame::Pong
        | ClientFrame::Subscribe { .. }
        | ClientFrame::Unsubscribe { .. } => false,
        ClientFrame::Event { .. } | ClientFrame::Other { .. } => true,
    }
}

#[tokio::test]
async fn no_event_of_a_client_writes_by_the_view_link() {
    let app = TestApp::start().await;
    let sample = Sample::new(&app).await;
    let before = sample.state().await;
    let (viewed, head) = (sample.list.viewed(), sample.list.head().await);
    let (mut viewer, mut other) = (app.socket().await, app.socket().await);
    viewer.subscribe(&viewed.channel()).await;
    other.subscribe(&sample.list.channel()).await;
    for event in [
        "created",
        "updated",
        "destroyed",
        "list:updated",
        "list:destroyed",
        "push",
        "client-created",
        "pusher:created",
        "pusher_internal:created",
    ] {
        assert!(writes(&ClientFrame::Other {
            event: event.to_owned()
        }));
        for channel in [viewed.channel(), sample.list.channel()] {
            let data = json!({ "id": sample.item, "shortdesc": "tea", "version": head + 1 });
            let frame = json!({ "event": event, "channel": channel, "data": data });
            viewer.send(frame.to_string()).await;
            assert!(
                matches!(viewer.next().await, ServerFrame::Error { .. }),
                "{event}"
            );
        }
    }
    assert_eq!(sample.state().await, before);
    let added = sample.list.add("heard first").await;
    assert_eq!(other.expect_event("created").await, added);
}
