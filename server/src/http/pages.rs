use any_spawner::Executor;
use app::Words;
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::IntoResponse,
    routing::get,
};
use leptos::{
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::{ResponseOptions, render_app_async_with_context};

use super::{Problem, Site, export, import, large, plain::Language, print};
use crate::{client::Client, state::AppState};

/// The pages, and a page for what there is not.
pub(super) fn routes(state: &AppState, site: &Site) -> Router<AppState> {
    // It only fails when another server in this process was there before, and did the same.
    let _ = Executor::init_tokio();
    let assets = site.assets();
    let key = state.realtime.key.clone();
    let public_url = state.surroundings.public_url();
    let shell = move || app::shell(&assets, &key, public_url.as_deref());
    let service = state.service.clone();
    let page = async move |request: Request| {
        let cookies = request.headers().get_all(header::COOKIE).iter();
        let cookies: Vec<_> = cookies.filter_map(|cookie| cookie.to_str().ok()).collect();
        let path = request.uri().path();
        let data = app::load_page(path, &cookies.join(";"), &*service).await;
        let context = move || {
            if let Some(data) = &data {
                provide_context(data.clone());
            }
            provide_context(accepted_words());
            set_content_security_policy();
        };
        // A long list takes long to render.
        large::build(render_app_async_with_context(context, shell)(request)).await
    };
    let missing = {
        let page = page.clone();
        async move |request: Request| match *request.method() {
            Method::GET | Method::HEAD => {
                // What stands at no address: the page says so, and its status does.
                (StatusCode::NOT_FOUND, page(request).await).into_response()
            }
            _ => Problem::of(StatusCode::NOT_FOUND).into_response(),
        }
    };
    let plain = export::routes()
        .merge(import::routes())
        .route("/{token}/print", get(print::sheet));
    // What the paths mean, the app says: `app/src/page/route.rs`.
    plain
        .route("/", get(page.clone()))
        .route("/{token}", get(page.clone()))
        .route("/{token}/{view}", get(page))
        .fallback(missing)
}

/// What the page says, in the language that the client likes best.
fn accepted_words() -> &'static Words {
    let request = use_context::<Parts>();
    let headers = request.map(|request| request.headers).unwrap_or_default();
    Language::of(&headers).words
}

/// Scripts and styles are ours, or carry the page's nonce.
fn set_content_security_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    // Older browsers do not take `'self'` for a socket to the same host as well.
    let request = use_context::<Parts>();
    let client = request
        .as_ref()
        .and_then(|request| request.extensions.get::<Client>());
    let sockets = match client.and_then(Client::host) {
        Some(host) => format!(" ws://{host} wss://{host}"),
        None => String::new(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'{sockets}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
