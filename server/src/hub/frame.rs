use std::{collections::HashMap, sync::Arc};

use app::Record;
use axum::body::Bytes;
use sync::{Change, Event, Version, pusher::event_frame};

/// One change as the listeners of a channel receive it. Serialized once and shared by all of them.
#[derive(Debug)]
pub struct Frame {
    /// The channel's name.
    pub channel: Arc<str>,
    /// The version of the change.
    pub version: Version,
    /// Whether it ends the channel, since the list was deleted.
    pub is_last: bool,
    /// The message on the wire, in UTF-8. Clones share the bytes, so sending it to many clients
    /// copies nothing.
    pub text: Bytes,
}

impl Frame {
    /// Creates the frame of a change for a channel.
    pub(crate) fn new(channel: &str, change: &Change<Record>) -> Self {
        Self::of_row(&Arc::from(channel), change, &row(change))
    }

    fn of_row(channel: &Arc<str>, change: &Change<Record>, row: &str) -> Self {
        Self {
            channel: channel.clone(),
            version: change.version(),
            is_last: is_last(change),
            text: event_frame(channel, &change.name(), row).into(),
        }
    }
}

/// Returns a change's row as JSON.
fn row(change: &Change<Record>) -> String {
    serde_json::to_string(&change.row).expect("a row has string keys and no failing serializer")
}

/// Creates the frames of the changes for each of a list's channels. Each row is serialized once.
pub(super) fn write(
    names: &[Arc<str>],
    changes: &[Change<Record>],
) -> HashMap<Arc<str>, Vec<Arc<Frame>>> {
    let rows: Vec<_> = changes.iter().map(row).collect();
    let frames = |channel: &Arc<str>| {
        changes
            .iter()
            .zip(&rows)
            .map(|(change, row)| Arc::new(Frame::of_row(channel, change, row)))
            .collect()
    };
    names
        .iter()
        .map(|name| (name.clone(), frames(name)))
        .collect()
}

/// Whether the change is the list's last, since it deletes the list.
pub(super) fn is_last(change: &Change<Record>) -> bool {
    change.event == Event::Destroyed && change.row.as_list().is_some()
}
