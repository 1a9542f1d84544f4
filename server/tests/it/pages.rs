//! The pages and server functions, as a browser without scripts uses them.

use reqwest::{Method, RequestBuilder, header::HeaderValue, redirect::Policy};
use serde_json::json;
use uuid::Uuid;

use crate::client::{Answer, TestApp, TestList, create, push};

/// Sends a form as a browser does, following redirects.
fn form(app: &TestApp, function: &str, fields: &str) -> RequestBuilder {
    let browser = reqwest::Client::builder().redirect(Policy::none()).build();
    browser
        .expect("a client")
        .post(format!("{}/rpc/{function}", app.origin))
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("referer", format!("{}/somewhere", app.origin))
        .body(fields.to_owned())
}

#[tokio::test]
async fn a_list_is_made_and_filled_by_forms_alone() {
    let app = TestApp::start().await;
    let made = Answer::of(form(&app, "create_list", "")).await;
    assert!((300..400).contains(&made.status), "{}", made.text);
    let page = made.header("location").to_owned();
    let token = page.strip_prefix('/').expect("a path").to_owned();

    let added = Answer::of(form(
        &app,
        "create_item",
        &format!("token={token}&shortdesc=oat+milk"),
    ))
    .await;
    assert!((300..400).contains(&added.status), "{}", added.text);
    let page = app.get(&page).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("oat milk"),
        "the server renders the items"
    );
    assert!(page.text.contains("<strong>1</strong>"));
}

#[tokio::test]
async fn unknown_links_get_a_page_that_says_so() {
    let app = TestApp::start().await;
    for path in [
        "/unknown",
        "/unknown/active",
        "/a/b/c",
        "/pkg/",
        "/favicon.nothing",
    ] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
    app.get("/pkg/unknown.js").await.expect_problem(404);
    let posted = Answer::of(app.request(Method::POST, "/nowhere/at/all")).await;
    posted.expect_problem(404);
}

#[tokio::test]
async fn pages_are_private_and_run_only_their_own_scripts() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let page = app.get(&format!("/{}", list.token)).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("x-robots-tag"), "noindex");

    let policy = page.header("content-security-policy");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    let nonce = nonce.expect("a nonce in the policy");
    assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"));
    let scripts = page.text.matches("<script").count();
    let allowed = page.text.matches(&format!("nonce=\"{nonce}\"")).count();
    assert!(
        scripts > 0 && allowed >= scripts,
        "{allowed} of {scripts} scripts have the nonce"
    );
    assert!(
        !page.text.contains(" style=\""),
        "the policy would not apply it"
    );

    let other = app.get(&format!("/{}", list.token)).await;
    assert!(
        !other.header("content-security-policy").contains(nonce),
        "each page has its own"
    );
    assert_eq!(app.get("/").await.header("x-robots-tag"), "");
}

#[tokio::test]
async fn texts_that_look_like_parts_of_the_document_are_only_texts() {
    const TEXT: &str = "<!--app--><!--data--></script><!--app-->";
    let app = TestApp::start().await;
    let list = app.list().await;
    let path = format!("/api/lists/{}", list.token);
    let titled = app.request(Method::PATCH, &path);
    let titled = Answer::of(titled.json(&json!({ "title": TEXT }))).await;
    titled.expect(200).await;
    let added = app.request(Method::POST, &format!("{path}/items"));
    let added = Answer::of(added.json(&json!({ "shortdesc": TEXT }))).await;
    added.expect(201).await;

    let page = app.get(&format!("/{}", list.token)).await.text;
    assert_eq!(page.matches("<main").count(), 1);
    let (_, data) = page.split_once("id=\"page-data\"").expect("the data");
    let (_, data) = data.split_once('>').expect("the end of the tag");
    let (data, end) = data.split_once("</script>").expect("the end of the data");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(data["opened"]["Ok"]["list"]["title"], TEXT);
    assert_eq!(end, "</body></html>");
}

#[tokio::test]
async fn pages_are_compressed_on_request() {
    let app = TestApp::start().await;
    for encoding in ["br", "gzip"] {
        let request = app
            .request(Method::GET, "/")
            .header("accept-encoding", encoding);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["content-encoding"], encoding);
    }
    assert_eq!(app.get("/").await.header("content-encoding"), "");
}

/// Lines as people type them, with marks and without.
const TYPED: [&str; 5] = [
    "[x] milk",
    "# Fruit",
    "- [ ] pears",
    "a [x] b",
    "7. Beethoven",
];

/// Asserts that a list has the items that the lines mean.
async fn expect_lines_read(app: &TestApp, list: &TestList) {
    let items = app.get(&format!("/api/lists/{}/items", list.token)).await;
    let read: Vec<_> = items
        .json()
        .as_array()
        .expect("an array")
        .iter()
        .map(|item| json!([item["shortdesc"], item["isdone"], item["issection"]]))
        .collect();
    assert_eq!(
        read,
        [
            json!(["milk", true, false]),
            json!(["Fruit", false, true]),
            json!(["pears", false, false]),
            json!(["a [x] b", false, false]),
            json!(["7. Beethoven", false, false]),
        ]
    );
}

#[tokio::test]
async fn lines_that_are_pushed_as_typed_are_read_as_the_page_reads_them_and_once() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let creates = TYPED.map(|line| create(Uuid::now_v7(), line));
    let mut body = json!({
        "token": list.token,
        "socket_id": null,
        "typed": true,
        "push": push(Uuid::now_v7(), 1, creates),
    });
    for _ in 0..2 {
        let request = app.request(Method::POST, "/rpc/push").json(&body);
        let answer = Answer::of(request).await;
        assert_eq!(answer.json()["rejected"], json!([]));
    }
    expect_lines_read(&app, &list).await;
    // What a program pushes is taken as it is.
    body["typed"] = json!(false);
    body["push"] = push(Uuid::now_v7(), 1, [create(Uuid::now_v7(), "[x] raw")]);
    Answer::of(app.request(Method::POST, "/rpc/push").json(&body)).await;
    let items = list.items().await;
    assert_eq!(items.last().expect("an item")["shortdesc"], "[x] raw");
}

#[tokio::test]
async fn a_line_that_the_form_adds_is_read_as_the_page_reads_it() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for line in TYPED {
        let line = line.replace('#', "%23").replace(' ', "+");
        let fields = format!("token={}&shortdesc={line}", list.token);
        let added = Answer::of(form(&app, "create_item", &fields));
        assert!(added.await.status < 400, "{line}");
    }
    expect_lines_read(&app, &list).await;
}

#[tokio::test]
async fn errors_of_functions_have_their_own_status() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let call = |function: &str, fields: &str| {
        let request = app.request(Method::POST, &format!("/rpc/{function}"));
        Answer::of(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(fields.to_owned()),
        )
    };
    let blank = call("create_item", &format!("token={}&shortdesc=", list.token)).await;
    assert_eq!(blank.status, 422);
    assert_eq!(
        blank.json(),
        json!({ "refused": { "code": "blank", "field": "shortdesc" } })
    );
    assert_eq!(
        call("create_item", "token=unknown&shortdesc=x")
            .await
            .status,
        404
    );
    assert_eq!(call("create_item", "shortdesc=x").await.status, 400);
    assert_eq!(
        call("create_item", &"x".repeat(1_100_000)).await.status,
        413
    );
    call("nothing", "").await.expect_problem(404);

    let unreadable = app
        .request(Method::POST, "/rpc/push")
        .json(&json!({ "token": 7 }));
    let unreadable = Answer::of(unreadable).await;
    assert_eq!(unreadable.status, 400);
    assert!(
        !unreadable.text.contains("expected"),
        "nothing internal: {}",
        unreadable.text
    );
    let many = (0..1_001).map(|_| create(Uuid::now_v7(), "x"));
    assert_eq!(list.push(&push(Uuid::now_v7(), 1, many)).await.status, 400);
}

#[tokio::test]
async fn a_pages_other_addresses_redirect_to_the_canonical_one() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let token = &list.token;
    let escaped = format!("%{:02x}{}", token.as_bytes()[0], &token[1..]);
    let browser = reqwest::Client::builder().redirect(Policy::none()).build();
    let browser = browser.expect("a client");
    for (path, expected) in [
        (format!("/{token}/"), format!("/{token}")),
        (format!("/{token}/active/"), format!("/{token}/active")),
        (format!("/{escaped}"), format!("/{token}")),
        (format!("/{escaped}/%61ctive"), format!("/{token}/active")),
        (format!("//{token}"), format!("/{token}")),
        (
            format!("/{token}/?utm=a%20b"),
            format!("/{token}?utm=a%20b"),
        ),
        ("//evil.example/".to_owned(), "/evil.example".to_owned()),
    ] {
        let answer = Answer::of(browser.get(format!("{}{path}", app.origin))).await;
        assert_eq!(answer.status, 308, "{path}");
        assert_eq!(answer.header("location"), expected, "{path}");
    }
    // Writes are not redirected.
    let posted = browser.post(format!("{}/{token}/", app.origin));
    assert_eq!(Answer::of(posted).await.status, 404);
}

#[tokio::test]
async fn an_address_below_a_list_that_is_no_page_is_not_said_to_be_no_list() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for path in ["nonsense", "active/x", "items"] {
        let page = app.get(&format!("/{}/{path}", list.token)).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text.contains("nothing at this address"), "{path}");
        assert!(page.text.contains(&format!("href=\"/{}\"", list.token)));
    }
    let unknown = app.get("/unknown").await;
    assert!(!unknown.text.contains("nothing at this address"));
}

#[tokio::test]
async fn a_form_leads_back_to_its_list_whatever_its_headers_say() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let browser = reqwest::Client::builder().redirect(Policy::none()).build();
    let browser = browser.expect("a client");
    let accepts: [&[u8]; 4] = [
        b"text/html",
        b"text/html, \xff/*",
        b"\xfftext/html",
        b"TEXT/HTML;q=0.9",
    ];
    for (number, accept) in accepts.into_iter().enumerate() {
        for referer in [None, Some("https://evil.example/x"), Some("//evil.example")] {
            let accept = HeaderValue::from_bytes(accept).expect("a header");
            let mut request = browser
                .post(format!("{}/rpc/create_item", app.origin))
                .header("accept", accept)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("token={}&shortdesc=milk", list.token));
            if let Some(referer) = referer {
                request = request.header("referer", referer);
            }
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, 303, "{number} {referer:?}: {}", answer.text);
            assert_eq!(answer.header("location"), format!("/{}", list.token));
        }
    }
    assert_eq!(list.items().await.len(), 12);
}
