//! Who listens to which list, and what they are told.
//!
//! The hub is shared by all sockets and by whoever commits. Its map stands behind a std mutex,
//! since nothing under it waits: a frame is put into each listener's [`Mailbox`], and a listener
//! whose mailbox is full is cut, never waited for.

mod frame;
mod mailbox;
#[cfg(test)]
mod tests;

pub use frame::Frame;
pub use mailbox::Mailbox;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::Record;
use sync::{Change, pusher::SocketId};
use uuid::Uuid;

/// Delivers each committed change to the sockets that listen to its list.
///
/// A list's changes come out in the order in which [`Hub::publish`] is called, so who commits calls
/// it in the order of versions, after each commit.
#[derive(Default)]
pub struct Hub {
    lists: Mutex<HashMap<Uuid, Vec<Channel>>>,
}

/// One name under which a list is listened to: each of its links makes another.
struct Channel {
    name: Arc<str>,
    listeners: HashMap<SocketId, Arc<Mailbox>>,
}

impl Hub {
    /// Tells the changes to all who listen to the list, but not to the socket that caused them.
    ///
    /// A list's own deletion is the last that its listeners hear: they are let go after it.
    pub fn publish(&self, list: Uuid, changes: &[Change<Record>], cause: Option<&SocketId>) {
        // Frames are written outside the lock. Who joins meanwhile misses none: a socket reads the
        // store after it has joined, and what is published is committed.
        let names: Vec<_> = match self.lock().get(&list) {
            Some(channels) => channels
                .iter()
                .map(|channel| channel.name.clone())
                .collect(),
            None => return,
        };
        let frames = frame::write(&names, changes);

        let mut lists = self.lock();
        let Some(channels) = lists.get_mut(&list) else {
            return;
        };
        for channel in channels.iter_mut() {
            let Some(frames) = frames.get(&channel.name) else {
                continue;
            };
            channel
                .listeners
                .retain(|socket, mailbox| Some(socket) == cause || mailbox.offer(frames));
        }
        channels.retain(|channel| !channel.listeners.is_empty());
        if channels.is_empty() || changes.iter().any(frame::is_last) {
            lists.remove(&list);
        }
    }

    /// From now on, what is published for the list under this channel's name goes into the mailbox.
    pub fn join(&self, list: Uuid, name: &str, socket: &SocketId, mailbox: &Arc<Mailbox>) {
        let mut lists = self.lock();
        let channels = lists.entry(list).or_default();
        let listener = (socket.clone(), mailbox.clone());
        match channels.iter_mut().find(|channel| &*channel.name == name) {
            Some(channel) => drop(channel.listeners.insert(listener.0, listener.1)),
            None => channels.push(Channel {
                name: name.into(),
                listeners: HashMap::from([listener]),
            }),
        }
    }

    /// Ends what [`Hub::join`] began, if it has not ended already.
    pub fn leave(&self, list: Uuid, name: &str, socket: &SocketId) {
        let mut lists = self.lock();
        let Some(channels) = lists.get_mut(&list) else {
            return;
        };
        for channel in channels.iter_mut().filter(|channel| &*channel.name == name) {
            channel.listeners.remove(socket);
        }
        channels.retain(|channel| !channel.listeners.is_empty());
        if channels.is_empty() {
            lists.remove(&list);
        }
    }

    /// The lists that somebody listens to.
    pub fn lists(&self) -> Vec<Uuid> {
        self.lock().keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Vec<Channel>>> {
        // Nothing under the lock leaves the map half changed, so a panic elsewhere does not spoil it.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
