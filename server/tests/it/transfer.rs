//! Exporting, importing and printing lists.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, TestApp, TestList};

/// Returns what people see of the items.
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
        let page = app.import(&other.token, &file.text).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert_eq!(seen(&other).await, seen(&list).await, "{ending}");
        let title = &other.get("").await.expect(200).await["title"];
        assert_eq!(
            title, "Größeres & Kleines",
            "a list that was never used takes the title"
        );
    }
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
    assert_eq!(app.preview(token, b"- milk").await.status, 403);
    assert_eq!(list.texts().await.len(), 4);
}

#[tokio::test]
async fn an_unknown_list_has_no_files_and_no_sheet() {
    let app = TestApp::start().await;
    for page in ["export.md", "export.txt", "export.json", "import", "print"] {
        let answer = app.get(&format!("/AAAAAAAAAAAAAAAAAAAAAA/{page}")).await;
        assert_eq!(answer.status, 404, "{page}");
    }
    let answer = app.preview("AAAAAAAAAAAAAAAAAAAAAA", b"- milk").await;
    assert_eq!(answer.status, 404);
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
    assert!(page.text.contains("Fällig am 24. Dez. 2026") && page.text.contains("or without"));
    assert!(page.text.contains("<svg"));
    let host = app.origin.strip_prefix("http://").expect("an address");
    assert!(
        page.text
            .contains(&format!("https://{host}/{}", list.token))
    );
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"));
    let scripts: Vec<_> = page.text.split("<script nonce=\"").skip(1).collect();
    let nonce = scripts[0].split('"').next().expect("a nonce");
    assert!(policy.contains(&format!("script-src 'nonce-{nonce}'")));
    assert_eq!(
        page.text.matches("<script").count(),
        1,
        "the button's alone"
    );
}
