use axum::{
    Extension,
    extract::Request,
    http::{HeaderMap, HeaderName, header},
    middleware::Next,
    response::Response,
};

use super::refusal::{self, Reader, Refused};
use crate::{client::Client, public_url::PublicUrl};

/// The header in which a browser says which site caused a request:
/// <https://www.w3.org/TR/fetch-metadata/>.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses writes that pages of other sites cause. There are no cookies to misuse, but such a page
/// could fill the server with lists.
///
/// Clients that are not browsers send neither header, and pass.
pub(crate) async fn refuse(
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || is_own(&client, request.headers()) {
        next.run(request).await
    } else {
        let origin = request.headers().get(header::ORIGIN);
        let origin = origin.and_then(|origin| origin.to_str().ok()?.parse::<PublicUrl>().ok());
        let origin = origin.map(|origin| origin.origin());
        refusal::answer(Reader::of(&request), &Refused::Foreign(origin))
    }
}

/// Whether the request comes from one of the server's own pages. Fetch metadata is authoritative.
/// Old browsers, and all over plain HTTP, send none; then `Origin` must be an address of this
/// server.
fn is_own(client: &Client, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    match (text(SITE), text(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => client.is_own(origin),
        (None, None) => true,
    }
}
