//! The document around the app, which only the server writes.

use std::sync::LazyLock;

use leptos::{either::Either, nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};

use super::{App, PageData};
use crate::words::words;

/// Records what is done before the program has arrived.
static EARLY: LazyLock<String> = LazyLock::new(|| without_comments(include_str!("shell/early.js")));

/// Creates a list, if need be as soon as there is a network.
static NEW_LIST: LazyLock<String> =
    LazyLock::new(|| without_comments(include_str!("shell/new_list.js")));

/// A script as it is sent with each page.
fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim_start);
    let code: Vec<_> = lines.filter(|line| !line.starts_with("//")).collect();
    code.join("\n")
}

/// Where the browser finds what the page needs: paths on this server, named by content.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The module that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
}

/// The whole document. The page finds the server's socket under the key, and copies links that begin
/// with the public URL, if the server has one, and else with the page's own.
pub fn shell(assets: &Assets, pusher_key: &str, public_url: Option<&str>) -> impl IntoView + use<> {
    provide_meta_context();
    let Assets { js, wasm, css } = assets.clone();
    let words = words();
    let pusher_key = pusher_key.to_owned();
    let data = use_context::<PageData>();
    let head = data.and_then(|data| Some(data.opened.ok()?.snapshot.head.to_string()));
    let public_url = public_url.map(str::to_owned);
    // Only pages of lists have a head.
    let early = match head {
        Some(head) => Either::Left(view! {
            <script
                nonce=use_nonce()
                data-head=head
                data-waiting=words.still_loading
                data-failed=words.not_loaded
                inner_html=EARLY.as_str()
            ></script>
        }),
        None => Either::Right(view! {
            <script
                nonce=use_nonce()
                data-offline=words.new_list_offline
                inner_html=NEW_LIST.as_str()
            ></script>
        }),
    };
    // The service worker is for later: it must neither delay this page nor, where it cannot be had,
    // break it.
    let start = format!(
        "import init, {{ hydrate }} from '{js}'; \
         await init({{ module_or_path: '{wasm}' }}); \
         hydrate(); \
         navigator.serviceWorker?.register('/service-worker.js').catch(() => {{}});"
    );
    view! {
        <!DOCTYPE html>
        <html lang=words.lang>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f4ef"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#16181d"/>
                <meta name="description" content=words.description/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" href=css/>
                <link rel="modulepreload" href=js nonce=use_nonce()/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                {early}
                <script type="module" nonce=use_nonce() inner_html=start></script>
                <MetaTags/>
            </head>
            <body data-sync="catching-up" data-pusher-key=pusher_key data-public-url=public_url>
                <App/>
            </body>
        </html>
    }
}
