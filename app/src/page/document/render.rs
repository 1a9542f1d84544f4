//! Renders the document around the app.
//!
//! A page is rendered in one go before any of it is sent. Nothing on it waits, so the thread never
//! switches to another request's page in between.

use std::{io, str, sync::LazyLock};

use leptos::{either::Either, prelude::*, reactive::owner::Owner};

use super::shape;
use crate::{
    client::page_data::PageData,
    page::app::app,
    platform::{DATA, ROOT, Rendering},
    words::Words,
};

/// Starts the program in the browser. Its paths are placeholders for those of the site.
static START: LazyLock<String> = LazyLock::new(|| lean(include_str!("start.js")));

/// Records what is done before the program has arrived.
static EARLY: LazyLock<String> = LazyLock::new(|| {
    let parts = concat!(
        include_str!("early/record.js"),
        include_str!("early/repeat.js"),
        include_str!("early/save.js"),
    );
    // What it declares is nobody else's business.
    let early = format!("(() => {{\n{}\n}})();", lean(parts));
    early + "\n" + &lean(include_str!("moved.js"))
});

/// For pages that show no list: creates one, if necessary once there is a network, offers to restore those
/// that this device has deleted, and follows a list to its new link.
static NO_LIST: LazyLock<String> = LazyLock::new(|| {
    lean(concat!(
        include_str!("new_list.js"),
        include_str!("deleted.js"),
        include_str!("moved.js"),
    ))
});

/// What the document has in the place of the app, and of its data. Texts in it are escaped, so they
/// cannot contain it.
const APP: &str = "<!--app-->";
const JSON: &str = "<!--data-->";

/// Paths of the files that a page needs, named by their content.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The module that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
    /// The parts of the WASM that are loaded when they are first needed.
    pub parts: Vec<String>,
}

/// What a page is rendered from.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'a> {
    /// The path that was asked for.
    pub path: &'a str,
    /// The language of the page.
    pub words: &'static Words,
    /// Nonce of the page's scripts in its content security policy.
    pub nonce: &'a str,
    /// The site's files.
    pub assets: &'a Assets,
    /// Key in the path of the server's socket.
    pub pusher_key: &'a str,
    /// Origin of copied links; without one, they begin with the page's own.
    pub public_url: Option<&'a str>,
    /// Origin under which the client reaches the server, if known.
    pub origin: Option<&'a str>,
}

/// A rendered page.
#[derive(Clone, Debug)]
pub struct RenderedPage {
    /// The status of the response.
    pub status: u16,
    /// The whole document.
    pub html: String,
}

/// Renders a page from what [`load_page`](super::load_page) has read.
///
/// The page of a full list takes megabytes, so there is one copy of each part of it at a time: what the
/// app's reactive system holds is freed before the document is put together.
pub fn render_page(request: PageRequest<'_>, data: Option<PageData>) -> RenderedPage {
    let json = data.as_ref().map(json_of);
    let opened = data.as_ref().and_then(|data| data.opened.as_ref().ok());
    let head = opened.map(|opened| opened.snapshot.head.to_string());
    let title = opened.map_or(request.words.landing_heading, |opened| &*opened.list.title);
    let title = title.to_owned();
    let rendering = Rendering::new(request.path, request.words.lang);
    let app = alone(|| {
        provide_context(rendering.clone());
        app(data).to_html()
    });
    let shape = format!("{:x}", shape::of(&app));
    let document = alone(|| document(request, &rendering, title, head, shape, json.is_some()));
    let (start, rest) = document.split_once(APP).unwrap_or((&document, ""));
    let (middle, end) = rest.split_once(JSON).unwrap_or((rest, ""));
    let json = json.unwrap_or_default();
    let parts = ["<!DOCTYPE html>", start, &app, middle, &json, end];
    RenderedPage {
        status: rendering.status(),
        html: parts.concat(),
    }
}

/// Renders in a separate reactive system, used by this thread alone.
fn alone<T>(render: impl FnOnce() -> T) -> T {
    let owner = Owner::new_root(None);
    let rendered = owner.with(render);
    owner.unset_with_forced_cleanup();
    rendered
}

/// Renders the document, with [`APP`] and [`JSON`] in the place of the app and its data.
fn document(
    request: PageRequest<'_>,
    rendering: &Rendering,
    title: String,
    head: Option<String>,
    shape: String,
    has_data: bool,
) -> String {
    let PageRequest {
        path,
        words,
        nonce,
        assets,
        pusher_key,
        public_url,
        origin,
    } = request;
    let start = START
        .replace("/pkg/tandem.js", &assets.js)
        .replace("/pkg/tandem_bg.wasm", &assets.wasm);
    // Only list pages have a head version.
    let early = match head {
        Some(head) => Either::Left(view! {
            <script
                nonce=nonce.to_owned()
                data-head=head
                data-waiting=words.still_loading
                data-failed=words.not_loaded
                inner_html=EARLY.as_str()
            ></script>
        }),
        None => Either::Right(view! {
            <script
                nonce=nonce.to_owned()
                data-offline=words.new_list_offline
                data-deleted=words.was_deleted.title("{title}")
                data-undo=words.undo
                data-dismiss=words.dismiss
                data-failed=words.try_again
                inner_html=NO_LIST.as_str()
            ></script>
        }),
    };
    let html = view! {
        <html lang=words.lang>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f4ef"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#16181d"/>
                <meta name="description" content=words.description/>
                {preview(title, words, origin)}
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" href=assets.css.clone()/>
                // The service worker reads here which parts belong to the page.
                <link rel="modulepreload" href=assets.js.clone() data-parts=assets.parts.join(" ") nonce=nonce.to_owned()/>
                <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                {early}
                <script type="module" nonce=nonce.to_owned() inner_html=start></script>
                <title translate="no">{rendering.title()}</title>
            </head>
            <body data-sync="catching-up" data-pusher-key=pusher_key.to_owned() data-public-url=public_url.map(str::to_owned)>
                <div id=ROOT data-shape=shape inner_html=APP></div>
                {(path == "/").then(|| view! { <div role="status"><ul id="deletions" class="notices"></ul></div> })}
                <div id="stopped" class="stopped" role="alert" data-offline=words.state_offline data-typed=words.what_you_typed data-dismiss=words.dismiss hidden>
                    <p data-kind="failed">{words.program_failed}</p>
                    <p data-kind="ended">{words.program_ended}</p>
                    <button type="button" class="button">{words.reload}</button>
                </div>
                {has_data.then(|| view! {
                    <script type="application/json" id=DATA nonce=nonce.to_owned() inner_html=JSON></script>
                })}
            </body>
        </html>
    };
    html.to_html()
}

fn json_of(data: &PageData) -> String {
    let mut json = ScriptText::default();
    serde_json::to_writer(&mut json, data).expect("a page's data has string keys alone");
    json.0
}

/// JSON in a script element: nothing in it ends the element.
#[derive(Default)]
struct ScriptText(String);

impl io::Write for ScriptText {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        // `<` is one byte in UTF-8, and part of no other character.
        let mut rest = str::from_utf8(json).map_err(io::Error::other)?;
        while let Some((before, after)) = rest.split_once('<') {
            self.0 += before;
            self.0 += "\\u003c";
            rest = after;
        }
        self.0 += rest;
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What chats and the like show of a link to the page. Names neither the page's address nor its token.
fn preview(title: String, words: &Words, origin: Option<&str>) -> impl IntoView + use<> {
    let image = format!("{}/preview.png", origin.unwrap_or_default());
    let properties = [
        ("og:site_name", "Tandem".to_owned()),
        ("og:type", "website".to_owned()),
        ("og:title", title),
        ("og:description", words.shared_list.to_owned()),
        ("og:image", image),
        ("og:image:width", "1200".to_owned()),
        ("og:image:height", "630".to_owned()),
    ];
    let property = |(name, content)| {
        leptos::html::meta()
            .attr("property", name)
            .attr("content", content)
    };
    (
        properties.map(property),
        view! { <meta name="twitter:card" content="summary_large_image"/> },
    )
}

/// Returns a script without its comments.
fn lean(script: &str) -> String {
    let is_code = |line: &&str| !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark));
    let lines: Vec<_> = script.lines().map(str::trim).filter(is_code).collect();
    lines.join("\n")
}
