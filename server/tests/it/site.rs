//! The files that the browser loads.

use std::borrow::Cow;

use reqwest::Method;
use server::Site;

use crate::client::{Answer, TestApp};

const JS: &str = "/pkg/tandem.0123456789ab.js";
const WASM: &str = "/pkg/tandem_bg.0123456789ab.wasm";
const CSS: &str = "/pkg/tandem.css";

/// Files as the bundle script writes them, except that the style sheet's name has no hash.
fn site() -> Site {
    let files = [
        (JS, "js"),
        ("/pkg/tandem.0123456789ab.js.br", "js in brotli"),
        ("/pkg/tandem.0123456789ab.js.gz", "js in gzip"),
        (WASM, "\0asm"),
        ("/pkg/tandem_bg.0123456789ab.wasm.gz", "wasm in gzip"),
        (CSS, "css"),
        ("/pkg/tandem.css.br", "css in brotli"),
        ("/favicon.svg", "<svg/>"),
    ];
    Site::new(
        files.map(|(path, content)| (path[1..].to_owned(), Cow::Borrowed(content.as_bytes()))),
    )
}

async fn get(app: &TestApp, path: &str, accepted: &str) -> Answer {
    Answer::of(
        app.request(Method::GET, path)
            .header("accept-encoding", accepted),
    )
    .await
}

#[tokio::test]
async fn files_are_sent_in_an_accepted_encoding() {
    let app = TestApp::start_with_site(site()).await;
    for (path, accepted, encoding, content) in [
        (JS, "gzip, deflate, br, zstd", "br", "js in brotli"),
        (JS, "gzip, deflate", "gzip", "js in gzip"),
        (JS, "br;q=0, gzip;q=0.5", "gzip", "js in gzip"),
        (JS, "br;q=0, gzip;q=0", "", "js"),
        (JS, "identity", "", "js"),
        (JS, "", "", "js"),
        (WASM, "gzip, br", "gzip", "wasm in gzip"),
        ("/favicon.svg", "gzip, br", "", "<svg/>"),
    ] {
        let file = get(&app, path, accepted).await;
        assert_eq!(
            (file.status, &*file.text),
            (200, content),
            "{path} for {accepted}"
        );
        assert_eq!(
            file.header("content-encoding"),
            encoding,
            "{path} for {accepted}"
        );
        assert_eq!(file.header("content-length"), content.len().to_string());
        assert_eq!(file.header("vary"), "accept-encoding");
    }
}

#[tokio::test]
async fn files_have_their_type() {
    let app = TestApp::start_with_site(site()).await;
    for (path, kind) in [
        (JS, "text/javascript; charset=utf-8"),
        (WASM, "application/wasm"),
        (CSS, "text/css; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ] {
        let file = get(&app, path, "br, gzip").await;
        assert_eq!(file.header("content-type"), kind);
        assert_eq!(file.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn files_named_by_their_content_are_cached_forever() {
    let app = TestApp::start_with_site(site()).await;
    for path in [JS, WASM] {
        let file = get(&app, path, "br").await;
        assert_eq!(
            file.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(file.header("etag"), "");
    }
}

#[tokio::test]
async fn other_files_are_revalidated() {
    let app = TestApp::start_with_site(site()).await;
    let file = get(&app, CSS, "br").await;
    assert_eq!(file.header("cache-control"), "public, no-cache");
    let etag = file.header("etag");
    assert!(!etag.is_empty());
    let again = app.request(Method::GET, CSS).header("if-none-match", etag);
    let again = Answer::of(again).await;
    assert_eq!((again.status, &*again.text), (304, ""));
    let stale = app
        .request(Method::GET, CSS)
        .header("if-none-match", "W/\"other\"");
    assert_eq!(Answer::of(stale).await.status, 200);
}

#[tokio::test]
async fn pages_link_to_existing_files() {
    let app = TestApp::start_with_site(site()).await;
    let page = app.get("/").await;
    for path in [JS, WASM, CSS] {
        assert!(page.text.contains(path), "{path}");
    }
}
