use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::Frame;

/// Capacity, in frames, that an emptied mailbox keeps.
const KEPT: usize = 8;

/// The bounded queue between the hub and one socket.
///
/// A mailbox that overflows is *cut*: emptied and closed, upon which its socket closes the
/// connection. The client reconnects with its cursor and catches up in one frame, so cutting loses
/// nothing, whereas waiting would make everybody as slow as the slowest. An empty mailbox is cheap,
/// since a server has thousands of them.
#[derive(Debug, Default)]
pub struct Mailbox {
    queue: Mutex<Contents>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Contents {
    frames: VecDeque<Arc<Frame>>,
    bytes: usize,
    cut: bool,
}

impl Mailbox {
    /// Maximum number of queued frames.
    pub const MAX_FRAMES: usize = 4096;
    /// Maximum size of the queued frames, in bytes. A single frame may be larger.
    pub const MAX_BYTES: usize = 4 * 1024 * 1024;

    /// Queues frames without waiting. Returns whether the mailbox is still open.
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
                *queue = Contents {
                    cut: true,
                    ..Contents::default()
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

    /// Cuts the mailbox: its socket closes the connection, and the client reconnects.
    pub fn close(&self) {
        *self.lock() = Contents {
            cut: true,
            ..Contents::default()
        };
        self.changed.notify_one();
    }

    /// Waits for the next frame. Returns `None` once the mailbox is cut. For one task at a time;
    /// cancel-safe.
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

    /// Waits until the mailbox is cut, without taking frames. For the task that calls
    /// [`Mailbox::next`], between two calls.
    pub async fn cut(&self) {
        while !self.lock().cut {
            self.changed.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        // No statement that can panic leaves a queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
