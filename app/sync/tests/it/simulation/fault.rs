//! What the simulation must notice: faults of a server around the authority, planted in each run.

/// A fault of the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// One change of every catch-up gets lost on the way.
    DropsAChange,
    /// It does not know what it took from whom.
    ForgetsNumbers,
    /// The same, but only for pushes that delete.
    DestroysAgain,
    MovesAgain,
    RestoresAgain,
    RevertsAgain,
    /// What is new in a push that was partly taken is acknowledged, and not done.
    DropsWhatIsNew,
    /// What it refused is told once, and not when the push is repeated.
    ForgetsRefusals,
    /// It acknowledges a commit that failed.
    AcknowledgesTooEarly,
}

impl Fault {
    pub(super) const ALL: [Self; 9] = [
        Self::DropsAChange,
        Self::ForgetsNumbers,
        Self::DestroysAgain,
        Self::MovesAgain,
        Self::RestoresAgain,
        Self::RevertsAgain,
        Self::DropsWhatIsNew,
        Self::ForgetsRefusals,
        Self::AcknowledgesTooEarly,
    ];
}
