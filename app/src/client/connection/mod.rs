//! Keeps a session in step with the server: the socket by which others' changes arrive, the outbox by
//! which its own leave, and polling where there is no socket.

mod outbox;
mod polling;
mod shell;
mod socket;

pub(crate) use shell::start;
