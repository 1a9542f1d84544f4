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
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::Record;
use sync::{CatchUp, Change, Version, pusher::SocketId};
use tokio::sync::Notify;
use uuid::Uuid;

/// Delivers each committed change to the sockets that listen to its list.
///
/// A list's changes come out in the order of versions, each once: who commits calls [`Hub::publish`]
/// after each commit, and what another process has committed in between is put in by [`Hub::fill`].
/// Both are for one task.
#[derive(Default)]
pub struct Hub {
    lists: Mutex<HashMap<Uuid, List>>,
    behind: Notify,
}

/// A list that somebody listens to.
#[derive(Default)]
struct List {
    channels: Vec<Channel>,
    /// All up to this version was told; `None` until somebody has said where that begins.
    told: Option<Version>,
    /// Changes that must wait for those before them, which another process has made.
    held: Vec<Held>,
}

/// A change, and the socket that is not told of it.
struct Held {
    change: Change<Record>,
    cause: Option<SocketId>,
}

/// One name under which a list is listened to: each of its links makes another.
struct Channel {
    name: Arc<str>,
    listeners: HashMap<SocketId, Arc<Mailbox>>,
}

impl List {
    /// Whether these changes, which have no gap, are the next ones.
    fn goes_on_with(&self, changes: &[Change<Record>]) -> bool {
        let first = changes.first().map(Change::version);
        self.held.is_empty() && first.is_some() && first == self.told.map(|told| told + 1)
    }

    /// Lets everybody go; they come back, with their cursors.
    fn cut(self) {
        let channels = self.channels.into_iter();
        channels
            .flat_map(|channel| channel.listeners.into_values())
            .for_each(|mailbox| mailbox.close());
    }
}

impl Hub {
    /// Tells the changes to all who listen to the list, but not to the socket that caused them. If others
    /// must be told before, they wait for [`Hub::fill`].
    ///
    /// A list's own deletion is the last that its listeners hear: they are let go after it.
    pub fn publish(&self, list: Uuid, mut changes: &[Change<Record>], cause: Option<&SocketId>) {
        {
            let mut lists = self.lock();
            let Some(listened) = lists.get_mut(&list) else {
                return;
            };
            // Whoever began with a later version has read these.
            let read = listened.told.unwrap_or_default();
            changes = &changes[changes.partition_point(|change| change.version() <= read)..];
            if changes.is_empty() {
                return;
            }
            if listened.goes_on_with(changes) {
                listened.told = changes.last().map(Change::version);
            } else {
                listened.held.extend(changes.iter().map(|change| Held {
                    change: change.clone(),
                    cause: cause.cloned(),
                }));
                if listened.held.len() > Mailbox::MAX_FRAMES
                    && let Some(listened) = lists.remove(&list)
                {
                    listened.cut();
                }
                self.behind.notify_one();
                return;
            }
        }
        self.deliver(list, changes, cause);
    }

    /// Tells what the store has beyond what was told, in order with what waits: `caught_up` is all that is
    /// newer than what [`Hub::told`] said.
    pub fn fill(&self, list: Uuid, caught_up: CatchUp<Record>) {
        let ready = {
            let mut lists = self.lock();
            let Some(listened) = lists.get_mut(&list) else {
                return;
            };
            let Some(told) = listened.told else { return };
            if caught_up.reset {
                // What is missing cannot be told by single changes.
                if let Some(listened) = lists.remove(&list) {
                    listened.cut();
                }
                return;
            }
            let mut changes: BTreeMap<Version, Held> = caught_up
                .changes
                .into_iter()
                .map(|change| {
                    (
                        change.version(),
                        Held {
                            change,
                            cause: None,
                        },
                    )
                })
                .collect();
            // As they were made here, and by whom.
            let held = std::mem::take(&mut listened.held);
            changes.extend(held.into_iter().map(|held| (held.change.version(), held)));
            changes.retain(|version, _| *version > told);
            let mut told = told.max(caught_up.head);
            let mut ready = Vec::new();
            for (version, held) in changes {
                if version <= told + 1 {
                    told = told.max(version);
                    ready.push(held);
                } else {
                    listened.held.push(held);
                }
            }
            listened.told = Some(told);
            ready
        };
        for Held { change, cause } in ready {
            self.deliver(list, &[change], cause.as_ref());
        }
    }

    fn deliver(&self, list: Uuid, changes: &[Change<Record>], cause: Option<&SocketId>) {
        // Frames are written outside the lock. Who joins meanwhile misses none: a socket reads the
        // store after it has joined, and what is published is committed.
        let names: Vec<_> = match self.lock().get(&list) {
            Some(listened) => {
                let channels = listened.channels.iter();
                channels.map(|channel| channel.name.clone()).collect()
            }
            None => return,
        };
        let frames = frame::write(&names, changes);

        let mut lists = self.lock();
        let Some(listened) = lists.get_mut(&list) else {
            return;
        };
        for channel in &mut listened.channels {
            let Some(frames) = frames.get(&channel.name) else {
                continue;
            };
            channel
                .listeners
                .retain(|socket, mailbox| Some(socket) == cause || mailbox.offer(frames));
        }
        listened
            .channels
            .retain(|channel| !channel.listeners.is_empty());
        if listened.channels.is_empty() || changes.iter().any(frame::is_last) {
            lists.remove(&list);
        }
    }

    /// Says that whoever reads the list from now on will see all up to this version, if nobody has said so
    /// since somebody listens. Until then, what is published waits.
    pub fn begin(&self, list: Uuid, head: Version) {
        if let Some(listened) = self.lock().get_mut(&list)
            && listened.told.is_none()
        {
            listened.told = Some(head);
            if !listened.held.is_empty() {
                self.behind.notify_one();
            }
        }
    }

    /// Up to which version each list was told that somebody listens to.
    pub fn told(&self) -> Vec<(Uuid, Version)> {
        let lists = self.lock();
        let told = lists
            .iter()
            .filter_map(|(list, listened)| Some((*list, listened.told?)));
        told.collect()
    }

    /// Waits until a list's changes wait for others that were made elsewhere.
    pub async fn fallen_behind(&self) {
        self.behind.notified().await;
    }

    /// Lets all listeners go; they come back, with their cursors.
    pub fn cut_all(&self) {
        let lists = std::mem::take(&mut *self.lock());
        lists.into_values().for_each(List::cut);
    }

    /// From now on, what is published for the list under this channel's name goes into the mailbox.
    /// Answers whether somebody has to [begin](Hub::begin) before anybody reads the list.
    #[must_use]
    pub fn join(&self, list: Uuid, name: &str, socket: &SocketId, mailbox: &Arc<Mailbox>) -> bool {
        let mut lists = self.lock();
        let List { channels, told, .. } = lists.entry(list).or_default();
        let listener = (socket.clone(), mailbox.clone());
        match channels.iter_mut().find(|channel| &*channel.name == name) {
            Some(channel) => drop(channel.listeners.insert(listener.0, listener.1)),
            None => channels.push(Channel {
                name: name.into(),
                listeners: HashMap::from([listener]),
            }),
        }
        told.is_none()
    }

    /// Ends what [`Hub::join`] began, if it has not ended already.
    pub fn leave(&self, list: Uuid, name: &str, socket: &SocketId) {
        let mut lists = self.lock();
        let Some(List { channels, .. }) = lists.get_mut(&list) else {
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

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, List>> {
        // Nothing under the lock leaves the map half changed, so a panic elsewhere does not spoil it.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
