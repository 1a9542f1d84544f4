//! The rooms that a client is in: entering them, and its client events.

use std::time::Duration;

use app::service::Token;
use sync::{Version, pusher::event_frame};
use tokio::time::Instant;

use super::{Refusal, SUBSCRIBED, Session, Subscription};
use crate::{
    hub::{Entry, Full, Member, Refused},
    socket::{Realtime, Text, ending::Ending},
};

/// Client events per second of a socket.
const CLIENT_EVENTS: usize = 10;
/// Longest name of a client event, in bytes.
const MAX_EVENT_NAME: usize = 200;
/// Largest data of a client event, in bytes.
const MAX_EVENT_DATA: usize = 4 * 1024;
/// Returns the token in the name of a list's presence channel.
pub(crate) fn presence_token(channel: &str) -> Option<&str> {
    channel.strip_prefix("presence-list-")
}

impl Session<'_> {
    /// Enters the room of a list, as the member that was signed.
    pub(super) async fn enter(
        &mut self,
        channel: &str,
        token: Token,
        signed: Option<(String, String)>,
    ) -> Result<Text, Refusal> {
        let (auth, data) = signed.ok_or(Refusal::Unauthorized)?;
        let Realtime {
            store, hub, signer, ..
        } = self.realtime;
        if !signer.verifies(&auth, &self.id, channel, &data) {
            return Err(Refusal::Unauthorized);
        }
        let member = Member::read(&data).ok_or(Refusal::Unauthorized)?;
        let link = store.link(&token).await?.ok_or(Refusal::NotFound)?;
        let entry = Entry {
            channel,
            access: link.access,
            links_version: link.version,
        };
        let entered = hub.enter(link.list, entry, &member, &self.id, &self.mailbox);
        let data = entered.map_err(|Full| Refusal::Full)?;
        let subscription = Subscription {
            list: link.list,
            // Its frames have no versions, but for the last.
            cursor: Version::ZERO,
            is_presence: true,
        };
        self.channels.insert(channel.to_owned(), subscription);
        // It may have been replaced before the hub was entered.
        match store.link(&token).await {
            Ok(Some(_)) => Ok(event_frame(channel, SUBSCRIBED, &data).into()),
            Ok(None) => {
                self.leave(channel);
                Err(Refusal::NotFound)
            }
            Err(error) => {
                self.leave(channel);
                Err(error.into())
            }
        }
    }

    /// Passes a client event on to the other members of a room.
    pub(super) fn relay(
        &mut self,
        channel: &str,
        event: &str,
        data: &str,
    ) -> Result<Option<Text>, Ending> {
        let Some(subscription) = self.channels.get(channel).filter(|it| it.is_presence) else {
            return self
                .reject("Client events of channels that the socket is not present in are not");
        };
        let list = subscription.list;
        if event.len() > MAX_EVENT_NAME || data.len() > MAX_EVENT_DATA {
            return self.reject("Client events of this size are not");
        }
        let now = Instant::now();
        let is_recent = |then: &Instant| now.duration_since(*then) < Duration::from_secs(1);
        self.events.retain(is_recent);
        if self.events.len() >= CLIENT_EVENTS {
            return self.reject("More than ten client events a second are not");
        }
        self.events.push_back(now);
        match self
            .realtime
            .hub
            .relay(list, channel, &self.id, (event, data))
        {
            Ok(()) => Ok(self.good(None)),
            Err(Refused::ViewOnly) => self.reject("Client events by a view-only link are not"),
            Err(Refused::NotPresent) => self.reject("Client events after leaving are not"),
        }
    }
}
