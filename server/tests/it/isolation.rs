//! Pages never mix, however many are rendered at once.

use std::sync::Arc;

use reqwest::{Client, Method};

use crate::client::{Answer, TestApp, TestList};

/// Number of pages requested, over all lists and views.
const PAGES: usize = 2_400;
/// Number of concurrent readers.
const READERS: usize = 12;
/// The paths of a list's pages.
const VIEWS: [&str; 4] = ["", "/active", "/completed", "/trash"];
/// A language, with words that occur in all of its pages and in no other language’s.
const LANGUAGES: [(&str, &str, &str); 2] = [
    ("en", "en-GB,en;q=0.9", "Everyone sees changes"),
    ("de", "de-AT,de;q=0.9,en;q=0.1", "Alle sehen Änderungen"),
];

/// A list whose texts occur in no other.
struct Known {
    list: TestList,
    mark: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_of_thousands_of_pages_at_once_is_whole_and_its_own() {
    let app = TestApp::start().await;
    let mut known = Vec::new();
    for number in 0..6 {
        let list = app.list().await;
        let mark = format!("mark-{number}-of-{number}");
        list.rename(&format!("Title & {mark}"))
            .await
            .expect(200)
            .await;
        for item in 0..4 {
            list.add(&format!("item {item} {mark}")).await;
        }
        let gone = list.add(&format!("deleted {mark}")).await["id"].clone();
        assert_eq!(list.delete(&gone).await.status, 204);
        known.push(Known { list, mark });
    }
    let known = Arc::new(known);
    let readers = (0..READERS).map(|reader| {
        let (known, origin) = (known.clone(), app.origin.clone());
        tokio::spawn(async move {
            let http = Client::new();
            for page in (reader..PAGES).step_by(READERS) {
                expect_own_page(&http, &origin, &known, page).await;
            }
        })
    });
    for reader in readers.collect::<Vec<_>>() {
        reader.await.expect("every page is its own");
    }
    app.stop().await;
}

/// Requests a page, and looks for anything that belongs to another.
async fn expect_own_page(http: &Client, origin: &str, known: &[Known], page: usize) {
    let own = &known[page % known.len()];
    let view = VIEWS[page / known.len() % VIEWS.len()];
    let (lang, accepted, word) = LANGUAGES[page / 5 % 2];
    // The last list is read by its read-only link.
    let is_viewed = page % known.len() == known.len() - 1;
    let token = if is_viewed {
        &own.list.view_token
    } else {
        &own.list.token
    };
    let request = http
        .request(Method::GET, format!("{origin}/{token}{view}"))
        .header("accept-language", accepted);
    let Answer {
        status,
        text,
        headers,
    } = Answer::of(request).await;
    let what = format!("page {page}, {view} of {}", own.mark);
    if is_viewed && view == "/trash" {
        assert_eq!(status, 404, "{what}");
        return;
    }
    assert_eq!(status, 200, "{what}");
    // It was complete before any of it was sent.
    assert_eq!(headers["content-length"], text.len().to_string(), "{what}");
    assert!(
        text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>"),
        "{what} is whole"
    );

    let title = text
        .split_once("<title")
        .and_then(|(_, rest)| rest.split_once('>'));
    let title = title.and_then(|(_, rest)| rest.split('<').next());
    let expected = format!("Title &amp; {} · Tandem", own.mark);
    assert_eq!(title, Some(&*expected), "{what}");
    assert_eq!(text.matches("<title").count(), 1, "{what}");

    assert!(text.contains(&format!("<html lang=\"{lang}\"")), "{what}");
    for (other, _, foreign) in LANGUAGES {
        assert_eq!(text.contains(foreign), foreign == word, "{what} in {other}");
    }
    let body = text.split("<body").nth(1).unwrap_or_default();
    let app = body.split("<script").next().unwrap_or_default();
    let shown = match view {
        "" | "/active" => "item 3",
        "/trash" => "deleted",
        _ => "Title",
    };
    assert!(
        app.contains(&format!("{shown} {}", own.mark)) || shown == "Title",
        "{what}"
    );
    assert!(
        app.contains(&format!("/{token}/active")) || view == "/trash",
        "{what}"
    );
    for other in known {
        let is_own = other.mark == own.mark;
        assert_eq!(
            text.contains(&other.mark),
            is_own,
            "{what} and {}",
            other.mark
        );
        for secret in [&other.list.token, &other.list.view_token] {
            let may_be_known = is_own && !(is_viewed && *secret == other.list.token);
            assert!(
                may_be_known || !text.contains(secret),
                "{what} names a link of {}",
                other.mark
            );
        }
    }

    let policy = headers["content-security-policy"]
        .to_str()
        .expect("a plain header");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    let nonce = nonce.expect("a nonce in the policy");
    let named: Vec<_> = text
        .split("nonce=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(named.len() >= text.matches("<script").count(), "{what}");
    assert!(
        named.iter().all(|each| *each == nonce),
        "{what}: {named:?}, not {nonce}"
    );
}
