//! Why a socket ended, and what follows.

/// What follows after the end of a socket.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// No other socket until the next start.
    Refused,
    /// Another one at once, if that is allowed.
    AtOnce,
    /// Another one after a wait.
    Later,
}

impl End {
    /// Reads the hundreds of the protocol's close codes. All other codes are accidents.
    pub(super) fn of_close(code: u16) -> Self {
        match code {
            4000..=4099 => Self::Refused,
            4200..=4299 => Self::AtOnce,
            _ => Self::Later,
        }
    }

    /// Reads the HTTP status of a refused subscription.
    pub(super) fn of_subscription(status: u16) -> Self {
        match status {
            401 | 403 | 404 => Self::Refused,
            _ => Self::Later,
        }
    }
}
