//! The printable sheet: boxes to tick, and a QR code that leads back to the list.

use app::{
    Assets, Error, Opened,
    outline::{Entry, Outline},
    service::Token,
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::Response,
};
use leptos::{either::Either, nonce::Nonce, prelude::*};
use qrcode::{QrCode, render::svg};
use sync::Model as _;

use super::{
    address::Address,
    beside_others,
    export::outline_of,
    is_long,
    plain::{self, Language, POLICY},
    turn_for,
};
use crate::{client::Client, state::AppState};

/// Prints by a button, which is of no use without a script.
const PRINT: &str = "const button = document.querySelector('.print'); \
     button.hidden = false; button.onclick = () => print();";

pub(super) async fn sheet(
    State(state): State<AppState>,
    Address(token): Address<String>,
    Extension(assets): Extension<Assets>,
    language: Language,
    Extension(client): Extension<Client>,
) -> Response {
    let Language { words, .. } = language;
    let opened = match state.service.open_list(&Token(token.clone())).await {
        Ok(opened) => opened,
        Err(error) => {
            return plain::failure(&assets, language, words.no_such_list, &error);
        }
    };
    let weights = opened.snapshot.changes.iter();
    let weights = weights.map(|change| change.row.weight());
    if turn_for(is_long(weights)).await.is_err() {
        return plain::failure(&assets, language, words.not_now, &Error::Unavailable);
    }
    beside_others(|| render(&assets, language, &token, client, opened))
}

fn render(
    assets: &Assets,
    language: Language,
    token: &str,
    client: Client,
    opened: Opened,
) -> Response {
    let Language { words, plain } = language;
    let nonce = Nonce::new();
    let Outline { title, items } = outline_of(opened);
    let title = title.unwrap_or_default();
    // The address under which this client reaches the server.
    let link = client.url.map(|url| format!("{}/{token}", url.origin()));
    let code = link.as_deref().and_then(code);
    let is_empty = items.is_empty();
    let items = items.into_iter().map(|item| row(language, item));
    let items = items.collect_view();
    let body = view! {
        <main class="print-sheet">
            <nav class="screen-only">
                <a href=format!("/{token}")>{words.back_to_list}</a>
                <button type="button" class="button print" hidden>{plain.print}</button>
                <script nonce=nonce.to_string() inner_html=PRINT></script>
            </nav>
            <h1 dir="auto">{title.clone()}</h1>
            {is_empty.then(|| view! { <p>{words.nothing_here}</p> })}
            <ul>{items}</ul>
            {link
                .map(|link| {
                    view! {
                        <footer>
                            <div inner_html=code></div>
                            <p>{plain.open_this_list} <br/> <span class="address">{link}</span></p>
                        </footer>
                    }
                })}
        </main>
    };
    let mut page = plain::page(assets, language, &title, body);
    let policy = format!("{POLICY}; script-src 'nonce-{nonce}'");
    let policy = HeaderValue::from_str(&policy).expect("a nonce is plain");
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    page
}

fn row(language: Language, item: Entry) -> impl IntoView {
    let Language { words, plain } = language;
    let due = item.due.map(|due| words.due_on.text(&words.due_date(&due)));
    let due = due.map(|due| view! { <span class="day">{format!(" {due}")}</span> });
    let notes = item
        .longdesc
        .map(|notes| view! { <p class="notes" dir="auto">{notes}</p> });
    if item.issection {
        Either::Left(view! {
            <li class="part">
                <h2 dir="auto">{item.shortdesc} {due}</h2>
                {notes}
            </li>
        })
    } else {
        let (class, name) = if item.isdone {
            ("box ticked", plain.done)
        } else {
            ("box", plain.to_do)
        };
        Either::Right(view! {
            <li>
                <span class=class role="img" aria-label=name></span>
                <div>
                    <span dir="auto">{item.shortdesc}</span>
                    {due}
                    {notes}
                </div>
            </li>
        })
    }
}

/// Returns the address as a QR code, in SVG.
fn code(link: &str) -> Option<String> {
    let code = QrCode::new(link).ok()?;
    let image = code
        .render::<svg::Color<'_>>()
        .min_dimensions(160, 160)
        .build();
    // Drop the XML declaration: inline SVG is not a document.
    image.find("<svg").map(|start| image[start..].to_owned())
}
