//! The Share panel: the list's links, and ways to pass one on.

use std::fmt::Write;

use leptos::{html, prelude::*, task::spawn_local};
use qrcodegen::{QrCode, QrCodeEcc};

use super::{panels::Panels, tally::Tally};
use crate::{
    client::{
        notices::{Notice, Offer},
        session::Session,
    },
    page::parts::Modal,
    platform::{self, focus},
    words::words,
};

/// Width of the light margin around a QR code, in modules (ISO/IEC 18004).
const QUIET_ZONE: i32 = 4;

/// Key under which this device stores the path of the list that it has just created.
const NEW_LIST: &str = "tandem.new";

/// Suggests once to share a list that this device has just created, after its first item.
pub(crate) fn suggest(session: Session, tally: Memo<Tally>) {
    let is_new = StoredValue::new(false);
    Effect::new(move |_| {
        let created = platform::stored(NEW_LIST);
        is_new.set_value(created.is_some_and(|path| path == format!("/{}", session.token())));
        platform::store(NEW_LIST, None);
    });
    Effect::new(move |_| {
        if tally.get().all > 0 && is_new.try_update_value(std::mem::take) == Some(true) {
            let words = session.words();
            session
                .notices()
                .add(Notice::offering(words.only_you, Offer::Share));
        }
    });
}

/// The Share panel. Whoever has only the view link sees only that.
#[component]
pub(crate) fn Share(session: Session, panels: Panels) -> impl IntoView {
    let words = words();
    let modal = Modal::shown();
    let field = NodeRef::<html::Input>::new();
    let edits = RwSignal::new(session.may_write());
    let told = RwSignal::new("");
    let link = Signal::derive(move || {
        let token = if edits.get() {
            session.token()
        } else {
            session.view_token()
        };
        format!("{}/{token}", platform::public_origin())
    });
    let copy = move |_| {
        let link = link.get_untracked();
        spawn_local(async move {
            let is_copied = platform::copy_text(&link).await;
            if !is_copied && let Some(Some(field)) = field.try_get_untracked() {
                let _ = field.focus();
                field.select();
            }
            let _ = told.try_set(if is_copied {
                words.link_copied
            } else {
                words.copy_this_link
            });
        });
    };
    let send = move |_| {
        platform::send_link(&session.list().get_untracked().title, &link.get_untracked());
    };
    let allowed = move || {
        if edits.get() {
            words.edit_link_why
        } else {
            words.view_link_why
        }
    };
    let choice = move |to_edit: bool, name: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="share-link"
                    checked=to_edit
                    on:change=move |_| {
                        edits.set(to_edit);
                        told.set("");
                    }
                />
                <span>{name}</span>
            </label>
        }
    };
    let choices = session.may_write().then(|| {
        view! {
            <fieldset class="segments">
                <legend class="announcer">{words.link_allows}</legend>
                {choice(true, words.can_edit)}
                {choice(false, words.view_only)}
            </fieldset>
        }
    });
    let head = format!(
        "<h2 id=\"share-title\">{}</h2><button class=\"icon dismiss\" aria-label=\"{}\"></button>",
        words.share_list, words.close
    );
    let content = view! {
        <form method="dialog" class="details-head" inner_html=head></form>
        {choices}
        <p class="share-why" inner_html=allowed></p>
        <input
            class="share-link"
            readonly
            dir="ltr"
            aria-label=words.link
            prop:value=link
            node_ref=field
            on:focus=move |_| {
                if let Some(Some(field)) = field.try_get_untracked() {
                    field.select();
                }
            }
        />
        <div class="share-ways">
            <button type="button" class="button primary" autofocus on:click=copy>
                {words.copy_link}
            </button>
            {platform::can_send_links()
                .then(|| view! { <button type="button" class="button" on:click=send>{words.send_link}</button> })}
        </div>
        <p class="share-told" role="status" inner_html=told></p>
        <div class="qr" inner_html=move || qr_code(&link.get(), words.qr_code)></div>
    };
    let on_close = move |event| {
        panels.on_close(&event);
        focus::pass(".share");
    };
    modal.view("help share-panel", "share-title", on_close, content)
}

/// Returns a link as a QR code, in SVG. Empty if the link is too long for one.
fn qr_code(link: &str, name: &str) -> String {
    let Ok(code) = QrCode::encode_text(link, QrCodeEcc::Medium) else {
        return String::new();
    };
    let width = code.size() + 2 * QUIET_ZONE;
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"{name}\" viewBox=\"0 0 {width} {width}\" \
         shape-rendering=\"crispEdges\"><path d=\""
    );
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                // Writing to a String cannot fail.
                let _ = write!(svg, "M{} {}h1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE);
            }
        }
    }
    svg.push_str("\"/></svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_its_modules_within_a_margin() {
        let svg = qr_code("https://tandem.example/abcdefghijklmnopqrstuv", "QR code");
        // Version 4 has 33 modules a side.
        assert!(svg.contains("viewBox=\"0 0 41 41\""), "{svg}");
        // There are finder patterns in three corners.
        for corner in ["M4 4h", "M36 4h", "M4 36h"] {
            assert!(svg.contains(corner), "{corner}");
        }
        for outside in ["M3 ", "M37 ", " 3h", " 37h"] {
            assert!(!svg.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_link_that_is_too_long_has_no_qr_code() {
        assert_eq!(qr_code(&"x".repeat(3_000), "QR code"), "");
    }
}
