//! How channels end: their link was replaced, or their list deleted.

use std::sync::Arc;

use app::{api::Access, service::Token};
use uuid::Uuid;

use super::{Channel, End, Frame, Hub, List};

impl Channel {
    /// Sends the last frame to all listeners.
    fn end(self, end: End) {
        let frames = [Arc::new(Frame::last(&self.name, end))];
        for mailbox in self.listeners.into_values() {
            mailbox.offer(&frames);
        }
    }

    /// Returns the token of its link.
    fn token(&self) -> &str {
        self.name.rsplit('-').next().unwrap_or_default()
    }
}

impl List {
    /// Ends the channels that are not to be kept.
    pub(super) fn end_channels(&mut self, end: End, is_kept: impl Fn(&Channel) -> bool) {
        let channels = std::mem::take(&mut self.channels);
        let (kept, ended) = channels.into_iter().partition(is_kept);
        self.channels = kept;
        let ended: Vec<Channel> = ended;
        for channel in ended {
            for socket in channel.listeners.keys() {
                self.leave_room(socket, &channel.name);
            }
            channel.end(end);
        }
    }
}

impl Hub {
    /// Ends the channels of a link that was just replaced, all of those with its access. `version` counts the
    /// replacements of the list's links.
    pub fn end_links(&self, list: Uuid, access: Access, version: u64) {
        self.end_where(list, |listened| {
            listened.end_channels(End::LinkReplaced, |channel| channel.access != access);
            // If another process has replaced one, too, that is still to be found.
            if listened
                .links_version
                .is_some_and(|known| known + 1 == version)
            {
                listened.links_version = Some(version);
            }
        });
    }

    /// Ends the channels of all links but these, which are valid as of `version` replacements.
    pub fn keep_links(&self, list: Uuid, tokens: &[Token], version: u64) {
        self.end_where(list, |listened| {
            listened.end_channels(End::LinkReplaced, |channel| {
                tokens.iter().any(|token| token.0 == channel.token())
            });
            listened.links_version = Some(version);
        });
    }

    /// Changes a list's channels, and forgets the list with the last of them.
    pub(super) fn end_where(&self, list: Uuid, end: impl FnOnce(&mut List)) {
        let mut lists = self.lock();
        if let Some(listened) = lists.get_mut(&list) {
            end(listened);
            if listened.channels.is_empty() {
                lists.remove(&list);
            }
        }
    }

    /// Ends all channels of a list that another process has deleted and nobody listens to: who does is told
    /// of the deletion by [`Hub::fill`].
    pub fn end_list(&self, list: Uuid) {
        self.end_where(list, |listened| {
            if !listened.has_listeners() {
                listened.end_channels(End::ListDestroyed, |_| false);
            }
        });
    }
}
