//! The presence channels of a list: who is in its room, and what its members tell each other.
//!
//! The members are those of this process. To join the rooms of several, feed [`Hub::enter`], [`Hub::leave`]
//! and [`Hub::relay`] with what the others tell: nothing outside of this module knows who is present.

use std::{collections::HashMap, sync::Arc};

use app::api::Access;
use sync::pusher::{SocketId, client_event_frame, event_frame};
use uuid::Uuid;

use super::{Channel, Entry, Frame, Full, Hub, List, Mailbox, Member, room::News};

/// Why a client event is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The socket is not in the room by this channel.
    NotPresent,
    /// The channel's link only views.
    ViewOnly,
}

impl List {
    /// Tells the members some news, each on their own channel, but not this socket.
    fn tell(&self, news: &News, except: &SocketId) {
        let (event, data) = news.event();
        self.send(except, |channel| event_frame(channel, event, &data));
    }

    /// Sends a frame to all members but this socket.
    fn send(&self, except: &SocketId, frame: impl Fn(&str) -> String) {
        for channel in self.channels.iter().filter(|it| it.is_presence()) {
            let frames = [Arc::new(Frame::passing(
                &channel.name,
                frame(&channel.name),
            ))];
            for (socket, mailbox) in &channel.listeners {
                if socket != except {
                    // One whose mailbox is full is cut, and leaves.
                    mailbox.offer(&frames);
                }
            }
        }
    }

    /// Removes a connection from the room, and tells the others if its member is gone.
    pub(super) fn leave_room(&mut self, socket: &SocketId, channel: &str) {
        if let Some(news) = self.room.leave(socket, channel) {
            self.tell(&news, socket);
        }
    }
}

impl Hub {
    /// Adds a member to the room of a list, by a presence channel. Returns who is there, as the data of the
    /// answer to the subscription.
    ///
    /// # Errors
    /// If the room is full.
    pub fn enter(
        &self,
        list: Uuid,
        entry: Entry<'_>,
        member: &Member,
        socket: &SocketId,
        mailbox: &Arc<Mailbox>,
    ) -> Result<String, Full> {
        let mut lists = self.lock();
        let listened = lists.entry(list).or_default();
        let mut names = listened.channels.iter().map(|channel| &channel.name);
        let name = names.find(|name| &***name == entry.channel).cloned();
        let name = name.unwrap_or_else(|| entry.channel.into());
        let entered = listened.room.enter(member, socket, &name);
        let news = match entered {
            Ok(news) => news,
            Err(full) => {
                if listened.channels.is_empty() {
                    lists.remove(&list);
                }
                return Err(full);
            }
        };
        listened.links_version.get_or_insert(entry.links_version);
        let listener = (socket.clone(), mailbox.clone());
        let mut channels = listened.channels.iter_mut();
        match channels.find(|channel| channel.name == name) {
            Some(channel) => drop(channel.listeners.insert(listener.0, listener.1)),
            None => listened.channels.push(Channel {
                name,
                access: entry.access,
                listeners: HashMap::from([listener]),
            }),
        }
        if let Some(news) = news {
            listened.tell(&news, socket);
        }
        Ok(listened.room.data())
    }

    /// Passes a client event on to the other members, from one who may write.
    ///
    /// # Errors
    /// If it is not from a member, or from one who only views.
    pub fn relay(
        &self,
        list: Uuid,
        channel: &str,
        socket: &SocketId,
        (event, data): (&str, &str),
    ) -> Result<(), Refused> {
        let lists = self.lock();
        let listened = lists.get(&list).ok_or(Refused::NotPresent)?;
        let member = listened.room.member(socket, channel);
        let member = member.ok_or(Refused::NotPresent)?;
        let mut channels = listened.channels.iter();
        let by = channels.find(|it| &*it.name == channel);
        if by.ok_or(Refused::NotPresent)?.access != Access::Write {
            return Err(Refused::ViewOnly);
        }
        listened.send(socket, |channel| {
            client_event_frame(channel, event, data, member)
        });
        Ok(())
    }
}
