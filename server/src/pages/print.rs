//! The list on paper: boxes to tick, and the way back to it.

use app::{
    Assets,
    outline::{Entry, Outline},
    service::Token,
};
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use leptos::{either::Either, prelude::*};
use qrcode::{QrCode, render::svg};

use super::{
    export::outline_of,
    plain::{self, Language},
};
use crate::{client::Client, state::AppState};

pub(super) async fn sheet(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Extension(assets): Extension<Assets>,
    language: Language,
    Extension(client): Extension<Client>,
) -> Response {
    let plain = language.plain;
    let opened = match state.service.open_list(&Token(token.clone())).await {
        Ok(opened) => opened,
        Err(error) => {
            return plain::failure(&assets, language, language.words.no_such_list, &error);
        }
    };
    let Outline { title, items } = outline_of(opened);
    let title = title.unwrap_or_default();
    // As the client's people reach it.
    let link = client.url.map(|url| format!("{}/{token}", url.origin()));
    let code = link.as_deref().and_then(code);
    let is_empty = items.is_empty();
    let items = items.into_iter().map(|item| row(language, item));
    let items = items.collect_view();
    let body = view! {
        <main class="print-sheet">
            <nav class="screen-only">
                <a href=format!("/{token}")>{plain.back}</a>
                <span>{plain.print_hint}</span>
            </nav>
            <h1 dir="auto">{title.clone()}</h1>
            {is_empty.then(|| view! { <p>{plain.nothing_here}</p> })}
            <ul>{items}</ul>
            {link
                .map(|link| {
                    view! {
                        <footer>
                            <div inner_html=code></div>
                            <p>{plain.scan} <br/> <span class="address">{link}</span></p>
                        </footer>
                    }
                })}
        </main>
    };
    plain::page(&assets, language, &title, body)
}

fn row(language: Language, item: Entry) -> impl IntoView {
    let plain = language.plain;
    let due = item
        .due
        .map(|due| view! { <span class="day">{format!(" {} {due}", plain.due)}</span> });
    let notes = item
        .longdesc
        .map(|notes| view! { <p class="notes" dir="auto">{notes}</p> });
    match item.issection {
        true => Either::Left(view! {
            <li class="part">
                <h2 dir="auto">{item.shortdesc} {due}</h2>
                {notes}
            </li>
        }),
        false => {
            let (class, name) = match item.isdone {
                true => ("box ticked", plain.done),
                false => ("box", plain.open),
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
}

/// The address as a QR code, in SVG.
fn code(link: &str) -> Option<String> {
    let code = QrCode::new(link).ok()?;
    let image = code
        .render::<svg::Color<'_>>()
        .min_dimensions(160, 160)
        .build();
    // Within a page it is no document of its own.
    image.find("<svg").map(|start| image[start..].to_owned())
}
