//! Imports: previewed, added whole and once, and undone as a whole.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{
    self, Answer, Part, Preview, TestApp, TestList, connection, create, push, send_form,
};

const NOWHERE: &str = "AAAAAAAAAAAAAAAAAAAAAAAA";

async fn title(list: &TestList) -> Value {
    list.get("").await.expect(200).await["title"].clone()
}

#[tokio::test]
async fn imported_items_are_appended_and_published() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("first").await;
    let mut other = app.socket().await;
    other.subscribe(&list.channel()).await;
    let page = app.import(&list.token, "# Shop\n- [x] milk\n- bread").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(other.expect_event("created").await["shortdesc"], "milk");
    assert_eq!(other.expect_event("created").await["shortdesc"], "bread");
    assert_eq!(list.texts().await, ["first", "milk", "bread"]);
    assert_eq!(title(&list).await, "Todos");
}

#[tokio::test]
async fn a_preview_shows_the_items_and_adds_nothing() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("first").await;
    let file = "# Shop\n- [x] milk\n- <b>cake</b> (fällig 24.11.2026)\n  with cherries\n"
        .to_owned()
        + &"- more\n".repeat(28);
    let page = app.preview(&list.token, file.as_bytes()).await;
    let preview = Preview::of(&page);
    for text in [
        "<h1>Add 30 items?</h1>",
        "Add 30 items</button>",
        "Read as UTF-8.",
        "The title “\u{2068}Shop\u{2069}” is left out",
        "class=\"completed\"",
        "<bdi>&lt;b&gt;cake&lt;/b&gt;</bdi>",
        "Due 24 Nov 2026 · with cherries",
        "…and 10 more",
    ] {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
    assert!(!page.text.contains("<script") && !page.text.contains("<b>cake"));
    assert_eq!(list.texts().await, ["first"]);
    assert_eq!(app.confirm(&list.token, &preview).await.status, 303);
    assert_eq!(list.items().await.len(), 31);
}

#[tokio::test]
async fn a_text_that_is_typed_is_imported_like_a_file() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let path = format!("/{}/import", list.token);
    let parts = [Part::text("text", "milk\r\nbread"), Part::file(b"")];
    let preview = Preview::of(&app.send_form(&path, &parts).await);
    app.confirm(&list.token, &preview).await;
    assert_eq!(list.texts().await, ["milk", "bread"]);
}

#[tokio::test]
async fn an_invalid_import_adds_nothing_and_returns_to_the_form() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("first").await;
    let long = format!("- milk\n- {}", "x".repeat(2_001));
    let notes = format!("- milk\n{}", "  y\n".repeat(10_001));
    let many = "- milk\n".repeat(5_000);
    let bad_day = r#"[{"shortdesc":"milk"},{"shortdesc":"cake","due":"2026-02-30"}]"#;
    let files = [
        ("", "We found no items in that text."),
        ("\n\n", "We found no items in that text."),
        ("---\n***\n", "We found no items in that text."),
        (r#"{"no":"list"}"#, "We found no items in that text."),
        (&long, "2,000"),
        (&notes, "20,000"),
        (&many, "5,000"),
        (bad_day, "cake"),
        ("mi\0lk", "This file is not text."),
    ];
    for (file, reason) in files {
        let answer = app.preview(&list.token, file.as_bytes()).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert!(answer.text.contains("Nothing was added"));
        assert!(answer.text.contains(reason), "{reason} in {}", answer.text);
        assert!(answer.text.contains("<input type=\"file\""), "the form");
    }
    let path = format!("/{}/import", list.token);
    let typed = "<&>".repeat(1_000);
    let answer = app.send_form(&path, &[Part::text("text", &typed)]).await;
    let kept = format!("{}</textarea>", "&lt;&amp;&gt;".repeat(1_000));
    assert!(answer.text.contains(&kept), "what was typed stays");
    let huge = "- milk\n".repeat(1_300_000);
    let answer = app.preview(&list.token, huge.as_bytes()).await;
    assert_eq!(answer.status, 413);
    assert_eq!(list.texts().await, ["first"]);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_adds_its_items_once() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let preview = Preview::of(&app.preview(&list.token, b"# Shop\n- milk\n- bread").await);
    let (one, other) = tokio::join!(
        app.confirm(&list.token, &preview),
        app.confirm(&list.token, &preview),
    );
    assert_eq!((one.status, other.status), (303, 303));
    let milk = list.items().await[0]["id"].clone();
    list.delete(&milk).await.expect(204).await;
    list.rename("Mine").await.expect(200).await;
    let again = app.confirm(&list.token, &preview).await;
    assert_eq!(again.status, 303);
    assert_eq!(list.texts().await, ["bread"]);
    assert_eq!(title(&list).await, "Mine");
    // The same file, selected again, is another import.
    app.import(&list.token, "- milk").await;
    assert_eq!(list.texts().await, ["bread", "milk"]);
}

#[tokio::test]
async fn a_form_that_is_sent_again_with_another_text_is_refused() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let preview = Preview::of(&app.preview(&list.token, b"- milk\n- bread").await);
    assert_eq!(app.confirm(&list.token, &preview).await.status, 303);
    let other = Preview {
        list: preview.list.replace("milk", "oat milk"),
        ..preview.clone()
    };
    assert_ne!(other.list, preview.list);
    assert_eq!(app.confirm(&list.token, &other).await.status, 422);
    assert_eq!(list.texts().await, ["milk", "bread"]);
}

#[tokio::test]
async fn of_two_imports_that_do_not_fit_together_one_is_added_and_the_other_not() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let file = |name: &str| {
        let lines: Vec<_> = (0..3_000).map(|n| format!("- {name} {n}\n")).collect();
        lines.concat()
    };
    let mut previews = Vec::new();
    for name in ["milk", "bread"] {
        previews.push(Preview::of(
            &app.preview(&list.token, file(name).as_bytes()).await,
        ));
    }
    let (one, other) = tokio::join!(
        app.confirm(&list.token, &previews[0]),
        app.confirm(&list.token, &previews[1]),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    let texts = list.texts().await;
    assert_eq!(texts.len(), 3_000);
    let name = if one.status == 303 { "milk" } else { "bread" };
    assert!(texts.iter().all(|text| text.starts_with(name)));
}

#[tokio::test]
async fn an_import_shows_what_was_added_and_can_be_undone() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let preview = Preview::of(
        &app.preview(&list.token, b"# Shop\n- milk\n  oats\n- bread")
            .await,
    );
    app.confirm(&list.token, &preview).await;
    assert_eq!(title(&list).await, "Shop");
    let path = format!("/{}/imported/{}", list.token, preview.import);
    let page = app.get(&path).await;
    assert!(
        page.text.contains("<h1>2 items added</h1>"),
        "{}",
        page.text
    );
    assert!(page.text.contains("<bdi>milk</bdi>") && page.text.contains("oats"));
    assert!(page.text.contains("Undo</button>") && !page.text.contains("<script"));

    let head = list.head().await;
    let undone = app.send_form(&path, &[]).await;
    assert_eq!((undone.status, undone.header("location")), (303, &*path));
    assert!(list.texts().await.is_empty());
    assert_eq!(title(&list).await, "Todos");
    assert_eq!(list.head().await, head + 3);
    let page = app.get(&path).await;
    assert!(
        page.text
            .contains("Nothing from this import is on the list")
    );
    assert!(!page.text.contains("Undo</button>"));
    // Sending the form again does not bring back an undone import.
    app.confirm(&list.token, &preview).await;
    assert!(list.texts().await.is_empty());
}

#[tokio::test]
async fn undoing_an_import_leaves_what_others_have_changed() {
    let app = TestApp::start().await;
    // Its clock was ahead, and now stands until the time has come.
    let ahead = "update history set believed = 9000000000000";
    let believed = sqlx::query(ahead).execute(&mut app.connect().await).await;
    believed.expect("it can be written");
    let app = app.restart(&[]).await;
    let list = app.list().await;
    list.add("first").await;
    let preview = Preview::of(&app.preview(&list.token, b"- milk\n- bread\n- salt").await);
    app.confirm(&list.token, &preview).await;
    list.add("last").await;
    let bread = list.items().await[2]["id"].clone();
    let row = json!({ "isdone": true });
    let row = list.patch(&bread, &row).await.expect(200).await;
    assert_eq!(row["created_at"], 9_000_000_000_000_i64);
    let path = format!("/{}/imported/{}", list.token, preview.import);
    let page = app.get(&path).await;
    assert!(page.text.contains("Someone has changed one of them since"));
    app.send_form(&path, &[]).await;
    assert_eq!(list.texts().await, ["first", "bread", "last"]);
    app.send_form(&path, &[]).await;
    assert_eq!(list.texts().await, ["first", "bread", "last"]);
}

#[tokio::test]
async fn a_file_is_read_in_its_encoding_which_is_shown() {
    let app = TestApp::start().await;
    let text = "- Käse für Jörg\r\n- Äpfel, süß\r\n- Brötchen\r\n";
    let utf_16: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    for (file, encoding) in [
        (text.as_bytes(), "UTF-8"),
        (&utf_16, "UTF-16LE"),
        (&latin, "windows-1252"),
    ] {
        let list = app.list().await;
        let page = app.preview(&list.token, file).await;
        assert!(
            page.text.contains(&format!("Read as {encoding}.")),
            "{}",
            page.text
        );
        app.confirm(&list.token, &Preview::of(&page)).await;
        assert_eq!(
            list.texts().await,
            ["Käse für Jörg", "Äpfel, süß", "Brötchen"]
        );
    }
}

#[tokio::test]
async fn without_write_access_the_answer_comes_before_the_body_is_read() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let gone = app.list().await;
    gone.destroy().await.expect(204).await;
    let id = uuid::Uuid::now_v7();
    for (token, status) in [
        (NOWHERE, 404),
        (&*list.view_token, 403),
        (&*gone.token, 404),
        (&*gone.view_token, 404),
    ] {
        for path in [
            format!("/{token}/import"),
            format!("/{token}/imported/{id}"),
        ] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\n\
                 content-type: multipart/form-data; boundary=edge\r\ncontent-length: 8000000\r\n\r\n"
            );
            let mut stream = connection(&app.origin, &head).await;
            assert_eq!(client::status(&mut stream).await, status, "{path}");
        }
        let page = app.get(&format!("/{token}/imported/{id}")).await;
        assert_eq!(page.status, status);
    }
    let unread = app.get(&format!("/{}/imported/nonsense", list.token)).await;
    assert!((400..500).contains(&unread.status));
}

#[tokio::test]
async fn a_page_of_another_site_imports_nothing() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = uuid::Uuid::now_v7();
    for path in ["import".to_owned(), format!("imported/{id}")] {
        let request = app
            .request(Method::POST, &format!("/{}/{path}", list.token))
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "multipart/form-data; boundary=edge")
            .body("--edge--\r\n");
        assert_eq!(Answer::of(request).await.status, 403);
    }
}

#[tokio::test]
async fn a_malformed_form_is_a_bad_request() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let path = format!("/{}/import", list.token);
    let request = app.request(Method::POST, &path).body("text=milk");
    assert_eq!(Answer::of(request).await.status, 400);
    let without_number = [Part::text("list", r#"{"items":[{"shortdesc":"milk"}]}"#)];
    assert_eq!(app.send_form(&path, &without_number).await.status, 400);
    assert!(list.texts().await.is_empty());
}

#[tokio::test]
async fn a_full_list_goes_into_an_empty_one() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let page = app.import(&list.token, &"- [ ] milk\n".repeat(5_000)).await;
    assert!(page.text.contains("<h1>5,000 items added</h1>"));
    assert_eq!(list.items().await.len(), 5_000);
    let refused = push(
        uuid::Uuid::now_v7(),
        1,
        [create(uuid::Uuid::now_v7(), "one more")],
    );
    let answer = list.push(&refused).await.expect(200).await;
    assert_eq!(answer["rejected"].as_array().map(Vec::len), Some(1));
}

/// In a process of its own, since the memory of a whole process is measured.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_largest_files_cost_a_few_times_their_size_and_little_time() {
    use crate::client::Tandem;

    const FILE: usize = 8 * 1024 * 1024 - 1024;
    let folder = tempfile::tempdir().expect("a folder");
    let server = Tandem::start(folder.path()).await;
    let list = TestList::create(&reqwest::Client::new(), &server.origin).await;
    let url = format!("{}/{}/import", server.origin, list.token);
    send_form(&url, &[Part::file(b"- milk")]).await;
    let before = server.peak_memory();
    let files = [
        "a\n".repeat(FILE / 2),
        "\n".repeat(FILE),
        format!("- milk\n{}", "  note\n".repeat(FILE / 8)),
        format!("[{}0]", "0,".repeat(FILE / 2 - 8)),
        "(due \\".repeat(FILE / 6),
    ];
    for file in &files {
        let parts = [Part::file(file.as_bytes())];
        assert_eq!(send_form(&url, &parts).await.status, 422);
    }
    let grown = server.peak_memory() - before;
    assert!(grown < 10 * FILE, "{} MB", grown / 1_000_000);
}
