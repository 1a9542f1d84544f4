//! Lists go out as files, come in from them, and go onto paper.

use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};

use crate::client::{Answer, TestApp, TestList, create, push};

/// A file as a browser's form sends it.
async fn import(app: &TestApp, token: &str, file: &str) -> Answer {
    let body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\n\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"list\"\r\n\r\n\
         {file}\r\n--edge--\r\n"
    );
    let browser = Client::builder().redirect(Policy::none()).build();
    let request = browser
        .expect("a client")
        .post(format!("{}/{token}/import", app.origin))
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(body);
    Answer::of(request).await
}

/// What people see of the items.
async fn seen(list: &TestList) -> Vec<Value> {
    let fields = ["shortdesc", "longdesc", "isdone", "due", "issection"];
    let seen = |item: Value| fields.iter().map(|field| item[*field].clone()).collect();
    list.items().await.into_iter().map(seen).collect()
}

async fn busy_list(app: &TestApp) -> TestList {
    let list = app.list().await;
    list.rename("Größeres & Kleines").await.expect(200).await;
    let items = [
        json!({ "shortdesc": "milk" }),
        json!({ "shortdesc": "- [x] <b>cake</b> (due 2026-11-24)", "due": "2026-12-24",
                "longdesc": "with \\ cherries\n\n  - or without", "isdone": true }),
        json!({ "shortdesc": "# Fruit", "issection": true }),
        json!({ "shortdesc": "apples" }),
    ];
    for item in items {
        list.post(&item).await.expect(201).await;
    }
    list
}

#[tokio::test]
async fn a_list_goes_into_another_by_a_file_of_any_format_without_loss() {
    let app = TestApp::start().await;
    let list = busy_list(&app).await;
    for ending in ["md", "txt", "json"] {
        let path = format!("/{}/export.{ending}", list.token);
        let file = app.get(&path).await;
        assert_eq!(file.status, 200);
        assert_eq!(
            file.header("content-disposition"),
            format!(
                "attachment; filename=\"Gr__eres _ Kleines.{ending}\"; \
                 filename*=UTF-8''Gr%C3%B6%C3%9Feres%20%26%20Kleines.{ending}"
            )
        );
        assert_eq!(file.header("cache-control"), "no-store");
        let other = app.list().await;
        let answer = import(&app, &other.token, &file.text).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(answer.header("location"), format!("/{}", other.token));
        assert_eq!(seen(&other).await, seen(&list).await, "{ending}");
        let title = &other.get("").await.expect(200).await["title"];
        assert_eq!(
            title, "Größeres & Kleines",
            "a list that was never used takes the title"
        );
    }
}

#[tokio::test]
async fn what_is_imported_comes_behind_what_is_there_and_others_hear_of_it() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("first").await;
    let mut other = app.socket().await;
    other.subscribe(&list.channel()).await;
    let answer = import(&app, &list.token, "# Shop\n- [x] milk\n- bread").await;
    assert_eq!(answer.status, 303);
    assert_eq!(other.expect_event("created").await["shortdesc"], "milk");
    assert_eq!(other.expect_event("created").await["shortdesc"], "bread");
    assert_eq!(list.texts().await, ["first", "milk", "bread"]);
    assert_eq!(list.get("").await.expect(200).await["title"], "Todos");
}

#[tokio::test]
async fn a_file_that_is_not_acceptable_adds_nothing() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("first").await;
    let long = format!("- milk\n- {}", "x".repeat(2_001));
    let many = "- milk\n".repeat(5_000);
    let bad_day = r#"[{"shortdesc":"milk"},{"shortdesc":"cake","due":"2026-02-30"}]"#;
    let files = [
        (422, ""),
        (422, "\n\n"),
        (422, r#"{"no":"list"}"#),
        (422, &long),
        (409, &many),
        (422, bad_day),
    ];
    for (status, file) in files {
        let answer = import(&app, &list.token, file).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.text.contains("Nothing was added"));
    }
    let huge = "- milk\n".repeat(2_000_000);
    assert_eq!(import(&app, &list.token, &huge).await.status, 413);
    assert_eq!(list.texts().await, ["first"]);
}

#[tokio::test]
async fn the_link_that_only_reads_exports_and_prints_and_does_not_import() {
    let app = TestApp::start().await;
    let list = busy_list(&app).await;
    let token = &list.view_token;
    for page in ["export.md", "export.txt", "export.json", "print"] {
        let answer = app.get(&format!("/{token}/{page}")).await;
        assert_eq!(answer.status, 200);
        assert!(
            !answer.text.contains(&list.token),
            "it does not tell the other link"
        );
    }
    assert_eq!(app.get(&format!("/{token}/import")).await.status, 403);
    assert_eq!(import(&app, token, "- milk").await.status, 403);
    assert_eq!(list.texts().await.len(), 4);
}

#[tokio::test]
async fn an_unknown_list_has_no_files_and_no_sheet() {
    let app = TestApp::start().await;
    for page in ["export.md", "export.txt", "export.json", "import", "print"] {
        let answer = app.get(&format!("/AAAAAAAAAAAAAAAAAAAAAA/{page}")).await;
        assert_eq!(answer.status, 404, "{page}");
    }
    let answer = import(&app, "AAAAAAAAAAAAAAAAAAAAAA", "- milk").await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_page_of_another_site_imports_nothing() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let request = app
        .request(Method::POST, &format!("/{}/import", list.token))
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "multipart/form-data; boundary=edge")
        .body("--edge--\r\n");
    assert_eq!(Answer::of(request).await.status, 403);
}

#[tokio::test]
async fn the_sheet_shows_all_as_text_with_the_link_as_a_code() {
    let app = TestApp::start_with(&["--trusted-proxies=127.0.0.1"]).await;
    let list = busy_list(&app).await;
    let request = app
        .request(Method::GET, &format!("/{}/print", list.token))
        .header("accept-language", "de")
        .header("x-forwarded-proto", "https,http");
    let page = Answer::of(request).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<html lang=\"de\""));
    assert!(page.text.contains("&lt;b&gt;cake&lt;/b&gt;") && !page.text.contains("<b>cake"));
    assert!(page.text.contains("fällig 2026-12-24") && page.text.contains("or without"));
    assert!(page.text.contains("<svg"));
    let host = app.origin.strip_prefix("http://").expect("an address");
    assert!(
        page.text
            .contains(&format!("https://{host}/{}", list.token))
    );
    assert!(!page.text.contains("<script"));
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
}

#[tokio::test]
async fn a_full_list_goes_into_an_empty_one() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let file = "- [ ] milk\n".repeat(5_000);
    assert_eq!(import(&app, &list.token, &file).await.status, 303);
    assert_eq!(list.items().await.len(), 5_000);
    let refused = push(
        uuid::Uuid::now_v7(),
        1,
        [create(uuid::Uuid::now_v7(), "one more")],
    );
    let answer = list.push(&refused).await.expect(200).await;
    assert_eq!(answer["rejected"].as_array().map(Vec::len), Some(1));
}
