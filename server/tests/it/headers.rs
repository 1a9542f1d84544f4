//! The headers of every response, whatever its status, and errors that repeat no secret.

use reqwest::{Method, RequestBuilder, redirect::Policy};

use crate::client::{Answer, TestApp};

/// One request per kind of response, with its status.
fn requests(app: &TestApp, token: &str) -> Vec<(u16, RequestBuilder)> {
    let browser = reqwest::Client::builder().redirect(Policy::none()).build();
    let browser = browser.expect("a client");
    let request = |method: Method, path: &str| {
        let url = format!("{}{}", app.origin, path.replace("TOKEN", token));
        browser.request(method, url)
    };
    let form = |function: &str, fields: &str| {
        request(Method::POST, &format!("/rpc/{function}"))
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.replace("TOKEN", token))
    };
    let get = |path: &str| request(Method::GET, path);
    vec![
        (200, get("/")),
        (200, get("/TOKEN")),
        (200, get("/TOKEN/trash")),
        (404, get("/unknown")),
        (404, get("/TOKEN/nonsense")),
        (404, get("/a/b/c")),
        (308, get("/TOKEN/")),
        (200, get("/TOKEN/import")),
        (200, get("/TOKEN/print")),
        (404, get("/unknown/print")),
        (200, get("/TOKEN/export.md")),
        (200, get("/healthz")),
        (200, get("/readyz")),
        (404, get("/pkg/unknown.js")),
        (404, request(Method::POST, "/nowhere/at/all")),
        (405, request(Method::POST, "/TOKEN")),
        (200, get("/api/lists/TOKEN")),
        (404, get("/api/lists/unknown")),
        (405, request(Method::DELETE, "/api/lists")),
        (404, get("/api/nothing")),
        (200, get("/api/lists/TOKEN/items")),
        (200, get("/api/lists/TOKEN/changes?since=0")),
        (200, get("/api/lists/TOKEN/trash")),
        (404, get("/api/lists/TOKEN/items/unknown")),
        (404, get("/api/lists/TOKEN/nothing")),
        (405, request(Method::PATCH, "/api/lists/TOKEN/items")),
        (
            200,
            request(Method::POST, "/rpc/open_list")
                .header("content-type", "application/json")
                .body(r#"{"token":"TOKEN"}"#.replace("TOKEN", token)),
        ),
        (
            400,
            request(Method::POST, "/rpc/push")
                .header("content-type", "application/json")
                .body(r#"{"token":"TOKEN","push":"TOKEN"}"#.replace("TOKEN", token)),
        ),
        (
            403,
            request(Method::POST, "/api/lists").header("origin", "https://other.example"),
        ),
        (303, form("create_list", "")),
        (303, form("create_item", "token=TOKEN&shortdesc=x")),
        (404, form("create_item", "token=unknown&shortdesc=x")),
        (413, form("create_item", &"x".repeat(1_100_000))),
        (404, form("nothing", "")),
        (404, get("/app/tandem/x")),
    ]
}

#[tokio::test]
async fn every_response_has_the_protective_headers() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for (status, request) in requests(&app, &list.token) {
        let copy = request.try_clone().expect("a short body");
        let is_landing_page = copy.build().expect("a request").url().path() == "/";
        let response = Answer::of(request).await;
        let what = response.text.chars().take(80).collect::<String>();
        assert_eq!(response.status, status, "{what}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(response.header(name), value, "{name} of {status}: {what}");
        }
        // Search engines may index the landing page alone.
        let robots = if is_landing_page { "" } else { "noindex" };
        assert_eq!(response.header("x-robots-tag"), robots, "{status}: {what}");
        let powers = response.header("permissions-policy");
        assert!(powers.contains("camera=()") && powers.contains("geolocation=()"));
        let policy = response.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy} of {status}: {what}"
        );
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(
            !response.text.contains(" style=\""),
            "the policy would not apply the style of {what}"
        );
    }
}

#[tokio::test]
async fn no_error_repeats_the_link_it_was_asked_by() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut errors = 0;
    for (status, request) in requests(&app, &list.token) {
        let response = Answer::of(request).await;
        if status >= 400 && response.header("content-type").contains("json") {
            errors += 1;
            assert!(!response.text.contains(&list.token), "{}", response.text);
        }
    }
    assert!(errors > 5, "{errors} errors were JSON");
}
