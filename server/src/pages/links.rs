//! The links of a list, and forms that replace them, without a script.
//!
//! With one, what this device keeps of the list moves to its new link: see `links.js`.

use app::{
    Assets, Error,
    api::Access,
    service::{Links, Token},
};
use axum::{
    Extension, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use leptos::{nonce::Nonce, prelude::*};

use super::{
    address::Address,
    plain::{self, Language, POLICY},
};
use crate::{client::Client, state::AppState};

/// Moves what this device keeps of a list to its new link.
const MOVE: &str = include_str!("links.js");

/// Name of the cookie that holds how a person views a list, on the list's path.
const VIEW_COOKIE: &str = "look";

/// Lifetime of that cookie, in seconds: 400 days, the longest that browsers accept.
const COOKIE_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// Longest value of that cookie, in characters.
const MAX_COOKIE: usize = 4_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/{token}/links", get(show))
        .route("/{token}/links/{link}", post(replace))
}

async fn show(
    State(state): State<AppState>,
    Address(token): Address<String>,
    Extension(assets): Extension<Assets>,
    language: Language,
    Extension(client): Extension<Client>,
) -> Response {
    match state.service.links(&Token(token)).await {
        Ok(links) => render(&assets, language, &links, &client),
        Err(error) => failure(&assets, language, &error),
    }
}

/// Replaces a link, and leads to the page of the links as they are then.
async fn replace(
    State(state): State<AppState>,
    Address((token, link)): Address<(String, String)>,
    Extension(assets): Extension<Assets>,
    language: Language,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Response {
    let access = match &*link {
        "edit" => Access::Write,
        "view" => Access::Read,
        _ => return (StatusCode::NOT_FOUND, plain::missing(&assets, language)).into_response(),
    };
    let links = match state
        .service
        .replace_link(&Token(token.clone()), access)
        .await
    {
        Ok(links) => links,
        Err(error) => return failure(&assets, language, &error),
    };
    let new = &links.token.0;
    match access {
        Access::Read => Redirect::to(&format!("/{new}/links")).into_response(),
        Access::Write => {
            let is_https = client
                .url
                .is_some_and(|url| url.origin().starts_with("https:"));
            let cookies = moved_view(&headers, &token, new, is_https);
            // Browsers do not send the fragment anywhere.
            let to = Redirect::to(&format!("/{new}/links#{token}"));
            (
                AppendHeaders(cookies.map(|it| (header::SET_COOKIE, it))),
                to,
            )
                .into_response()
        }
    }
}

fn failure(assets: &Assets, language: Language, error: &Error) -> Response {
    let title = match error {
        Error::UnknownList => language.words.no_such_list,
        _ => language.plain.not_saved,
    };
    plain::failure(assets, language, title, error)
}

/// Returns the cookies that move how the person views the list to the new path. Browsers send it to the
/// list's pages alone.
fn moved_view(headers: &HeaderMap, old: &str, new: &str, is_https: bool) -> [HeaderValue; 2] {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut cookies = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='));
    let view = cookies.find(|(name, _)| *name == VIEW_COOKIE);
    let view = view.map_or("", |(_, value)| value);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
    let is_known = !view.is_empty() && view.len() <= MAX_COOKIE && view.bytes().all(is_plain);
    let (view, age) = if is_known {
        (view, COOKIE_AGE_SECONDS)
    } else {
        ("", 0)
    };
    let secure = if is_https { ";secure" } else { "" };
    let cookie = |token: &str, view: &str, age: u32| {
        let text = format!("{VIEW_COOKIE}={view};path=/{token};max-age={age};samesite=lax{secure}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("look=;max-age=0"))
    };
    [cookie(new, view, age), cookie(old, "", 0)]
}

fn render(assets: &Assets, language: Language, links: &Links, client: &Client) -> Response {
    let Language { words, plain } = language;
    let nonce = Nonce::new();
    let token = links.token.0.clone();
    let origin = match &client.url {
        Some(url) => url.origin(),
        None => String::new(),
    };
    let part = |name, why, link: &str, kind, replace| {
        let id = format!("{kind}-link");
        view! {
            <section>
                <h2 id=id.clone()>{name}</h2>
                <p>{why}</p>
                <input
                    class="address"
                    type="text"
                    readonly
                    value=format!("{origin}/{link}")
                    aria-labelledby=id
                    dir="ltr"
                />
                <form method="post" action=format!("/{token}/links/{kind}")>
                    <button class="button">{replace}</button>
                </form>
            </section>
        }
    };
    let edit = part(
        plain.edit_link,
        plain.edit_link_why,
        &links.token.0,
        "edit",
        plain.new_edit_link,
    );
    let view = part(
        plain.view_link,
        plain.view_link_why,
        &links.view_token.0,
        "view",
        plain.new_view_link,
    );
    let body = view! {
        <main class="sheet message links">
            <h1 dir="auto">{links.title.clone()}</h1>
            <p>{plain.links_why}</p>
            {edit}
            {view}
            <p>{plain.new_link_why}</p>
            <p>
                <a class="button" href=format!("/{token}")>
                    {words.back_to_list}
                </a>
            </p>
            <script nonce=nonce.to_string() inner_html=MOVE></script>
        </main>
    };
    let mut page = plain::page(assets, language, plain.links, body);
    let policy = format!("{POLICY}; script-src 'nonce-{nonce}'");
    let policy = HeaderValue::from_str(&policy).expect("a nonce is plain");
    page.headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(cookie: &str, is_https: bool) -> [String; 2] {
        let mut headers = HeaderMap::new();
        let cookie = HeaderValue::from_str(cookie).expect("a header");
        headers.insert(header::COOKIE, cookie);
        moved_view(&headers, "old", "new", is_https)
            .map(|cookie| cookie.to_str().expect("text").to_owned())
    }

    #[test]
    fn how_a_person_views_a_list_moves_to_its_new_link() {
        let gone = "look=;path=/old;max-age=0;samesite=lax";
        assert_eq!(
            moved("a=b; look=1.0a", false),
            ["look=1.0a;path=/new;max-age=34560000;samesite=lax", gone]
        );
        assert!(
            moved("look=1", true)
                .iter()
                .all(|it| it.ends_with(";secure"))
        );
        for odd in ["", "a=b", "look=", "look=\"1\"", "look=1,2", "look=<"] {
            let none = "look=;path=/new;max-age=0;samesite=lax";
            assert_eq!(moved(odd, false), [none, gone], "{odd}");
        }
    }
}
