use std::{collections::HashMap, sync::Arc};

use app::{Record, Shortdesc, api::Access};
use axum::body::Bytes;
use sync::{
    Change, Event, Version,
    pusher::{ServerFrame, event_frame},
};

/// Why a channel ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The list was deleted.
    ListDestroyed,
    /// The link was replaced by a new one.
    LinkReplaced,
}

/// One change as the listeners of a channel receive it. Serialized once and shared by all of them.
#[derive(Debug)]
pub struct Frame {
    /// The channel's name.
    pub channel: Arc<str>,
    /// The version of the change; 0 for what is no part of the list's history.
    pub version: Version,
    /// Why the channel ends with it, if it does.
    pub end: Option<End>,
    /// The message on the wire, in UTF-8; empty if there is nothing to send. Clones share the bytes, so
    /// sending it to many clients copies nothing.
    pub text: Bytes,
}

impl Frame {
    /// Creates the frame of a change for a channel.
    pub(crate) fn new(channel: &str, change: &Change<Record>) -> Self {
        Self::of_row(&Arc::from(channel), change, &row(change))
    }

    /// Creates the last frame of a channel: an error for those who only lose their link, and nothing to send
    /// for who has deleted the list.
    pub(super) fn last(channel: &Arc<str>, end: End) -> Self {
        let text = match end {
            End::ListDestroyed => String::new(),
            End::LinkReplaced => ServerFrame::SubscriptionError {
                channel: channel.to_string(),
                kind: "LinkReplaced".to_owned(),
                status: 404,
                message: "This link was replaced by a new one.".to_owned(),
            }
            .encode(),
        };
        Self {
            channel: channel.clone(),
            version: Version::MAX,
            end: Some(end),
            text: text.into(),
        }
    }

    /// Creates the frame of an event that is no part of the list's history.
    pub(super) fn passing(channel: &Arc<str>, text: String) -> Self {
        Self {
            channel: channel.clone(),
            version: Version::ZERO,
            end: None,
            text: text.into(),
        }
    }

    fn of_row(channel: &Arc<str>, change: &Change<Record>, row: &str) -> Self {
        Self {
            channel: channel.clone(),
            version: change.version(),
            end: is_last(change).then_some(End::ListDestroyed),
            text: event_frame(channel, &change.name(), row).into(),
        }
    }
}

/// Returns a change's row as JSON.
fn row(change: &Change<Record>) -> String {
    serde_json::to_string(&change.row).expect("a row has string keys and no failing serializer")
}

/// Creates the frames of the changes for each of a list's channels. Each row is serialized once, and
/// once more for viewers, whose deleted items have no texts.
pub(super) fn write(
    channels: &[(Arc<str>, Access)],
    changes: &[Change<Record>],
) -> HashMap<Arc<str>, Vec<Arc<Frame>>> {
    let rows: Vec<_> = changes.iter().map(row).collect();
    let is_viewed = channels.iter().any(|(_, access)| *access == Access::Read);
    let viewed_rows = is_viewed.then(|| {
        let rows = changes.iter().zip(&rows);
        let rows = rows.map(|(change, row)| censored_row(change).unwrap_or_else(|| row.clone()));
        rows.collect::<Vec<_>>()
    });
    let frames = |channel: &Arc<str>, access: Access| {
        let rows = match (access, &viewed_rows) {
            (Access::Read, Some(viewed)) => viewed,
            _ => &rows,
        };
        let frames = changes.iter().zip(rows);
        let frames = frames.map(|(change, row)| Arc::new(Frame::of_row(channel, change, row)));
        frames.collect()
    };
    let frames = channels
        .iter()
        .map(|(name, access)| (name.clone(), frames(name, *access)));
    frames.collect()
}

/// Removes the texts of a deleted item, which only those who may write still read.
pub(crate) fn censor(change: &mut Change<Record>) {
    if change.event == Event::Destroyed
        && let Record::Item(item) = &mut change.row
    {
        item.shortdesc = Shortdesc::from_stored(String::new());
        item.longdesc = None;
        item.due = None;
    }
}

/// Returns a change's row as JSON without what only those who may write read, if that is less.
fn censored_row(change: &Change<Record>) -> Option<String> {
    (change.event == Event::Destroyed && change.row.as_item().is_some()).then(|| {
        let mut change = change.clone();
        censor(&mut change);
        row(&change)
    })
}

/// Whether the change is the list's last, since it deletes the list.
pub(super) fn is_last(change: &Change<Record>) -> bool {
    change.event == Event::Destroyed && change.row.as_list().is_some()
}
