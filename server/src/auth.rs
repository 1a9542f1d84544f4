//! Authorizes subscriptions to the presence channel of a list, at `POST /pusher/auth`.
//!
//! The form has the protocol's `socket_id` and `channel_name`, and may say who it is: `user_id`, which tells
//! persons apart and which nobody else learns, `name` and `color`. What the link allows is added here, so
//! that nobody can claim it.

use app::{Error, Title, api::Access, service::Token};
use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use serde::Serialize;
use serde_json::json;
use sync::pusher::SocketId;

use crate::{
    body::{Gathered, gather},
    client::Network,
    problem::Problem,
    socket::presence_token,
    state::AppState,
};

/// Largest body, in bytes.
const MAX_BODY: usize = 8 * 1024;
/// Longest `user_id`, in bytes.
const MAX_USER_ID: usize = 128;
/// Longest name, in characters.
const MAX_NAME: usize = 40;
/// The name of whoever gives none.
const NO_NAME: &str = "Guest";

/// What a client subscribes with.
#[derive(Serialize)]
pub(crate) struct Authorization {
    auth: String,
    /// The member, as JSON.
    channel_data: String,
}

/// What the form says.
#[derive(Default)]
struct Form {
    socket: String,
    channel: String,
    user_id: String,
    name: String,
    color: String,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let field = match &*name {
                "socket_id" => &mut form.socket,
                "channel_name" => &mut form.channel,
                "user_id" => &mut form.user_id,
                "name" => &mut form.name,
                "color" => &mut form.color,
                _ => continue,
            };
            *field = value.into_owned();
        }
        form
    }
}

pub(crate) async fn authorize(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<Authorization>, Problem> {
    let (parts, body) = request.into_parts();
    let network = Network::of_request(&parts.extensions);
    let Gathered {
        bytes,
        room: _until_it_is_read,
    } = gather(network, body, MAX_BODY).await?;
    let form = Form::read(&bytes);
    let socket = SocketId::parse(&form.socket).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "`socket_id` must be a socket's id.",
        )
    })?;
    let Some(token) = presence_token(&form.channel) else {
        let text = "`channel_name` must be the presence channel of a list.";
        return Err(Problem::new(StatusCode::FORBIDDEN, text));
    };
    let link = state.realtime.store.link(&Token(token.to_owned())).await;
    let link = link.map_err(Error::from)?.ok_or(Error::UnknownList)?;
    let name = name(&form.name)?;
    let color = color(&form.color)?;
    if form.user_id.len() > MAX_USER_ID {
        return Err(unfit("`user_id` is too long."));
    }
    // Whoever does not say who they are is somebody else with each socket.
    let person = if form.user_id.is_empty() {
        socket.as_str()
    } else {
        &form.user_id
    };
    let signer = &state.realtime.signer;
    let mut info = json!({ "name": name, "can": can(link.access) });
    if let Some(color) = color {
        info["color"] = color.into();
    }
    let id = signer.member_id(link.list, person);
    let channel_data = json!({ "user_id": id, "user_info": info }).to_string();
    Ok(Json(Authorization {
        auth: signer.sign(&socket, &form.channel, &channel_data),
        channel_data,
    }))
}

fn can(access: Access) -> &'static str {
    match access {
        Access::Write => "edit",
        Access::Read => "view",
    }
}

/// Reads a name: visible, and on one line.
fn name(text: &str) -> Result<String, Problem> {
    if text.is_empty() {
        return Ok(NO_NAME.to_owned());
    }
    let name = Title::parse(text).ok().map(|name| name.to_string());
    let name = name.filter(|name| name.chars().count() <= MAX_NAME);
    name.ok_or_else(|| {
        unfit(&format!(
            "`name` must be visible, and has at most {MAX_NAME} characters."
        ))
    })
}

/// Reads a color, as `#1a7f5a`.
fn color(text: &str) -> Result<Option<&str>, Problem> {
    let is_color = text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    match text {
        "" => Ok(None),
        color if is_color => Ok(Some(color)),
        _ => Err(unfit(
            "`color` must be six hexadecimal digits after a number sign.",
        )),
    }
}

fn unfit(text: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text)
}
