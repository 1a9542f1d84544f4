use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::Frame;

/// Room for so many frames is kept when they are gone.
const KEPT: usize = 8;

/// The bounded queue between the hub and one socket.
///
/// Whoever fills it over its limits has it *cut*: it is emptied and closed, and its socket ends the
/// connection. The client comes back with its cursor and gets what it missed in one frame, so cutting
/// loses nothing, while waiting would make everybody as slow as the slowest. An empty mailbox costs
/// next to nothing: a server has thousands of them.
#[derive(Debug, Default)]
pub struct Mailbox {
    queue: Mutex<Queue>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Arc<Frame>>,
    bytes: usize,
    cut: bool,
}

impl Mailbox {
    /// The most frames that wait in it.
    pub const MAX_FRAMES: usize = 4096;
    /// The most bytes that wait in it, unless it is a single frame.
    pub const MAX_BYTES: usize = 4 * 1024 * 1024;

    /// Puts frames into it, without waiting. Answers whether it still takes any.
    pub fn offer(&self, frames: &[Arc<Frame>]) -> bool {
        let mut queue = self.lock();
        for frame in frames {
            if queue.cut {
                break;
            }
            let bytes = queue.bytes + frame.text.len();
            if queue.frames.len() >= Self::MAX_FRAMES
                || (bytes > Self::MAX_BYTES && !queue.frames.is_empty())
            {
                *queue = Queue {
                    cut: true,
                    ..Queue::default()
                };
            } else {
                queue.frames.push_back(frame.clone());
                queue.bytes = bytes;
            }
        }
        let open = !queue.cut;
        drop(queue);
        self.changed.notify_one();
        open
    }

    /// Cuts it: its socket ends the connection, and the client comes back.
    pub fn close(&self) {
        *self.lock() = Queue {
            cut: true,
            ..Queue::default()
        };
        self.changed.notify_one();
    }

    /// Waits for the next frame. `None` when the mailbox was cut. For one task at a time, and safe to
    /// be cancelled.
    pub async fn next(&self) -> Option<Arc<Frame>> {
        loop {
            {
                let mut queue = self.lock();
                if queue.cut {
                    return None;
                }
                if let Some(frame) = queue.frames.pop_front() {
                    queue.bytes -= frame.text.len();
                    if queue.frames.is_empty() {
                        queue.frames.shrink_to(KEPT);
                    }
                    return Some(frame);
                }
            }
            self.changed.notified().await;
        }
    }

    /// Waits until the mailbox is cut, leaving its frames alone. For the task that calls
    /// [`Mailbox::next`], between two calls.
    pub async fn cut(&self) {
        while !self.lock().cut {
            self.changed.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A queue is whole between any two statements that can panic.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
