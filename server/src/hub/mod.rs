//! Delivers committed changes to the sockets that listen to a list.
//!
//! The hub is shared by all sockets and by the writer. A std mutex guards its map, since nothing
//! waits while holding it: frames are put into each listener's [`Mailbox`], and a listener whose
//! mailbox is full is cut, never waited for.

mod ends;
mod frame;
mod mailbox;
mod presence;
mod room;
#[cfg(test)]
mod tests;

pub(crate) use frame::censor;
pub use frame::{End, Frame};
pub use mailbox::Mailbox;
pub use presence::Refused;
pub use room::{Full, Member};

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::{Record, api::Access};
use sync::{CatchUp, Change, Version, pusher::SocketId};
use tokio::sync::Notify;
use uuid::Uuid;

use room::Room;

/// How the names of presence channels begin.
const PRESENCE: &str = "presence-";

/// Delivers each committed change to the listeners of its list, and tells who is present.
///
/// A list's changes are delivered in the order of versions, each once. The writer calls
/// [`Hub::publish`] after each commit, and [`Hub::fill`] inserts what another process has committed
/// in between. Both must be called by the same task.
#[derive(Default)]
pub struct Hub {
    lists: Mutex<HashMap<Uuid, List>>,
    behind: Notify,
}

/// The channel that a listener joins.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The channel's name, which ends with the link's token.
    pub channel: &'a str,
    /// What the link allows.
    pub access: Access,
    /// How often the list's links had been replaced when the link was looked up.
    pub links_version: u64,
}

/// How far the listeners of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The list.
    pub list: Uuid,
    /// The version up to which changes have been delivered; `None` until [`Hub::begin`].
    pub told: Option<Version>,
    /// As of how many replacements of the list's links all listeners came by valid ones.
    pub links_version: u64,
}

/// A list with listeners.
#[derive(Default)]
struct List {
    channels: Vec<Channel>,
    /// Who is present.
    room: Room,
    /// As of how many replacements of the list's links all listeners came by valid ones.
    links_version: Option<u64>,
    /// Everything up to this version has been delivered; `None` until [`Hub::begin`].
    told: Option<Version>,
    /// Changes that wait for earlier ones, which another process has made.
    held: Vec<Held>,
}

/// A change, and the socket that caused it.
struct Held {
    change: Change<Record>,
    cause: Option<SocketId>,
}

/// One of a list's channels: each of its links has one for changes, and one for who is present.
struct Channel {
    name: Arc<str>,
    access: Access,
    listeners: HashMap<SocketId, Arc<Mailbox>>,
}

impl Channel {
    /// Whether it tells who is present, and not of changes.
    fn is_presence(&self) -> bool {
        self.name.starts_with(PRESENCE)
    }
}

impl List {
    /// Whether somebody listens to its changes.
    fn has_listeners(&self) -> bool {
        !self.channels.iter().all(Channel::is_presence)
    }

    /// Whether these changes, which have no gap among them, are the next to be delivered.
    fn goes_on_with(&self, changes: &[Change<Record>]) -> bool {
        let first = changes.first().map(Change::version);
        self.held.is_empty() && first.is_some() && first == self.told.map(Version::next)
    }

    /// Cuts all listeners. They reconnect with their cursors.
    fn cut(self) {
        let channels = self.channels.into_iter();
        channels
            .flat_map(|channel| channel.listeners.into_values())
            .for_each(|mailbox| mailbox.close());
    }
}

/// Publishes what is committed. A panic must not turn the commit into an error, so it is only logged.
pub(crate) fn guarded(publish: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(publish)).is_err() {
        tracing::error!("the hub panicked");
    }
}

impl Hub {
    /// Delivers the changes to all listeners of the list but the socket that caused them. If
    /// earlier ones are missing, the changes wait for [`Hub::fill`].
    ///
    /// The deletion of a list is its last frame: it is forgotten after it.
    pub fn publish(&self, list: Uuid, mut changes: &[Change<Record>], cause: Option<&SocketId>) {
        {
            let mut lists = self.lock();
            let Some(listened) = lists.get_mut(&list) else {
                return;
            };
            if !listened.has_listeners() {
                if changes.iter().any(frame::is_last) {
                    listened.end_channels(End::ListDestroyed, |_| false);
                    lists.remove(&list);
                }
                return;
            }
            // Listeners that began at a later version have read these already.
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

    /// Delivers what the store has beyond what was delivered, merged with the changes that wait.
    /// `caught_up` is everything newer than what was delivered.
    pub fn fill(&self, list: Uuid, caught_up: CatchUp<Record>) {
        let ready = {
            let mut lists = self.lock();
            let Some(listened) = lists.get_mut(&list) else {
                return;
            };
            let Some(told) = listened.told else { return };
            if caught_up.reset {
                // A reset cannot be delivered as single changes.
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
            // Prefer the changes of this process, since their cause is known.
            let held = std::mem::take(&mut listened.held);
            changes.extend(held.into_iter().map(|held| (held.change.version(), held)));
            changes.retain(|version, _| *version > told);
            let mut told = told.max(caught_up.head);
            let mut ready = Vec::new();
            for (version, held) in changes {
                if version <= told.next() {
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
        // Frames are serialized outside the lock. A socket that joins meanwhile misses nothing: it
        // reads the store after joining, and published changes are committed.
        let names: Vec<_> = match self.lock().get(&list) {
            Some(listened) => {
                let channels = listened.channels.iter().filter(|it| !it.is_presence());
                let channels = channels.map(|channel| (channel.name.clone(), channel.access));
                channels.collect()
            }
            None => return,
        };
        let frames = frame::write(&names, changes);
        let is_last = changes.iter().any(frame::is_last);

        let mut lists = self.lock();
        let Some(listened) = lists.get_mut(&list) else {
            return;
        };
        for channel in &mut listened.channels {
            let Some(frames) = frames.get(&channel.name) else {
                continue;
            };
            channel.listeners.retain(|socket, mailbox| {
                let is_cause = Some(socket) == cause;
                if is_cause && is_last {
                    // It is sent no echo, but the channel ends for it, too.
                    mailbox.offer(&[Arc::new(Frame::last(&channel.name, End::ListDestroyed))]);
                }
                is_cause || mailbox.offer(frames)
            });
        }
        listened
            .channels
            .retain(|channel| !channel.listeners.is_empty());
        if is_last {
            // Those that tell of changes have ended with its frame.
            listened.channels.retain(Channel::is_presence);
            listened.end_channels(End::ListDestroyed, |_| false);
        }
        if listened.channels.is_empty() {
            lists.remove(&list);
        }
    }

    /// Sets the version from which delivery begins, unless it is set: whoever reads the list from
    /// now on sees everything up to it. Until then, published changes wait.
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

    /// Returns how far the listeners of each list are.
    pub fn progress(&self) -> Vec<Progress> {
        let lists = self.lock();
        let progress = lists.iter().map(|(list, listened)| Progress {
            list: *list,
            told: listened.told.filter(|_| listened.has_listeners()),
            links_version: listened.links_version.unwrap_or_default(),
        });
        progress.collect()
    }

    /// Waits until changes of some list wait for those of another process.
    pub async fn fallen_behind(&self) {
        self.behind.notified().await;
    }

    /// Cuts all listeners. They reconnect with their cursors.
    pub fn cut_all(&self) {
        let lists = std::mem::take(&mut *self.lock());
        lists.into_values().for_each(List::cut);
    }

    /// Adds a listener: what is published on the channel from now on goes into its mailbox. Returns
    /// whether the caller must call [`Hub::begin`] before reading the list.
    #[must_use]
    pub fn join(
        &self,
        list: Uuid,
        entry: Entry<'_>,
        socket: &SocketId,
        mailbox: &Arc<Mailbox>,
    ) -> bool {
        let mut lists = self.lock();
        let listened = lists.entry(list).or_default();
        if !listened.has_listeners() {
            // Nobody was told of what has changed meanwhile.
            listened.told = None;
            listened.held.clear();
        }
        let List {
            channels,
            told,
            links_version,
            ..
        } = listened;
        links_version.get_or_insert(entry.links_version);
        let listener = (socket.clone(), mailbox.clone());
        let mut known = channels.iter_mut();
        match known.find(|channel| &*channel.name == entry.channel) {
            Some(channel) => drop(channel.listeners.insert(listener.0, listener.1)),
            None => channels.push(Channel {
                name: entry.channel.into(),
                access: entry.access,
                listeners: HashMap::from([listener]),
            }),
        }
        told.is_none()
    }

    /// Removes a listener, if it is still there. A member leaves the room with its last connection.
    pub fn leave(&self, list: Uuid, name: &str, socket: &SocketId) {
        self.end_where(list, |listened| {
            for channel in &mut listened.channels {
                if &*channel.name == name {
                    channel.listeners.remove(socket);
                }
            }
            listened
                .channels
                .retain(|channel| !channel.listeners.is_empty());
            listened.leave_room(socket, name);
        });
    }

    /// Returns the lists with listeners.
    #[cfg(test)]
    pub(crate) fn lists(&self) -> Vec<Uuid> {
        self.lock().keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, List>> {
        // No holder of the lock leaves the map half changed, so a poisoned lock is usable.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
