//! The pages: those of the app, and those that work without a script.

mod address;
mod export;
mod import;
mod links;
pub(crate) mod plain;
mod print;

use any_spawner::Executor;
use app::{PageData, PageRequest};
use axum::{
    Router,
    extract::Request,
    http::{Extensions, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{Html, IntoResponse},
    routing::get,
};
use leptos::nonce::Nonce;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task,
};

use self::plain::Language;
use crate::{
    background,
    client::Client,
    problem::{Problem, status},
    site::Site,
    state::AppState,
    turns::{self, NoTurn},
};

/// Weight of rows from which a page is rendered in turn, in bytes: some two hundred items.
const LONG: usize = 64 * 1024;

/// Routes of the pages, with the 404 page.
pub(crate) fn routes(state: &AppState, site: &Site) -> Router<AppState> {
    // Fails only if another server in this process has done the same before.
    let _ = Executor::init_tokio();
    let assets = site.assets();
    let key = state.realtime.key.clone();
    let public_url = state.surroundings.public_url();
    let service = state.service.clone();
    let page = async move |request: Request| {
        let (
            Parts {
                headers,
                uri,
                extensions,
                ..
            },
            _,
        ) = request.into_parts();
        let cookies = headers.get_all(header::COOKIE).iter();
        let cookies: Vec<_> = cookies.filter_map(|cookie| cookie.to_str().ok()).collect();
        let path = uri.path();
        let mut data = app::load_page(path, &cookies.join(";"), &*service).await;
        let weights = data.iter().flat_map(PageData::weights);
        if turn_for(is_long(weights)).await.is_err() {
            data = Some(PageData::absent());
        }
        let nonce = Nonce::new();
        let client = extensions.get::<Client>();
        let origin = client.and_then(Client::origin);
        let asked = PageRequest {
            path,
            words: Language::of(&headers).words,
            nonce: &nonce,
            assets: &assets,
            pusher_key: &key,
            public_url: public_url.as_deref(),
            origin: origin.as_deref(),
        };
        let page = beside_others(|| app::render_page(asked, data));
        let policy = content_security_policy(&nonce, &extensions);
        let policy = HeaderValue::from_str(&policy).expect("a nonce and a host are plain");
        let policy = [(header::CONTENT_SECURITY_POLICY, policy)];
        (status(page.status), policy, Html(page.html)).into_response()
    };
    let missing = {
        let page = page.clone();
        async move |request: Request| match *request.method() {
            Method::GET | Method::HEAD => {
                // An unknown address: both the page and the status say so.
                (StatusCode::NOT_FOUND, page(request).await).into_response()
            }
            _ => Problem::of(StatusCode::NOT_FOUND).into_response(),
        }
    };
    let plain = export::routes()
        .merge(import::routes())
        .merge(links::routes())
        .route("/{token}/print", get(print::sheet));
    // The app decides what the paths mean: `app/src/page/route.rs`.
    plain
        .route("/", get(page.clone()))
        .route("/{token}", get(page.clone()))
        .route("/{token}/{view}", get(page))
        .fallback(missing)
}

/// Whether a page with rows of these weights takes long to render. It stops weighing when that is clear, since
/// it works on a thread that answers others.
fn is_long(mut weights: impl Iterator<Item = usize>) -> bool {
    let mut weight = 0;
    weights.any(|row| {
        weight += row;
        weight >= LONG
    })
}

/// Waits for a turn if a page takes long to render.
async fn turn_for(is_long: bool) -> Result<(), NoTurn> {
    if is_long {
        // The request keeps it until the response is built.
        drop(turns::of_machine().next().await?);
    }
    Ok(())
}

/// Renders a page. Rendering a large list takes long: if the request has a turn, its thread is taken
/// out of the pool meanwhile, and the page is rendered on one that gives way to all others.
fn beside_others<T: Send>(render: impl FnOnce() -> T + Send) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread if turns::is_held() => {
            task::block_in_place(|| background::run(render))
        }
        _ => render(),
    }
}

/// Returns the content security policy: scripts and styles are the server's own, or carry the
/// nonce.
fn content_security_policy(nonce: &str, extensions: &Extensions) -> String {
    // Older browsers do not apply `'self'` to a socket of the same host.
    let client = extensions.get::<Client>();
    let sockets = match client.and_then(Client::host) {
        Some(host) => format!(" ws://{host} wss://{host}"),
        None => String::new(),
    };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'{sockets}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}
