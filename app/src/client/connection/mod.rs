//! Synchronizes a session with the server: a socket receives others' changes, the sender sends the
//! session's own, and polling stands in where there is no socket.

mod polling;
mod sender;
mod shell;
mod socket;

pub(crate) use shell::start;
