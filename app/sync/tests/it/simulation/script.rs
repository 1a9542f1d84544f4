//! What happens in a run, step by step. A step brings its own seed, so that what it does does not
//! depend on which others there are: that is what makes a script short when a run has failed.

use fastrand::Rng;

/// All that happens in a run.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) seed: u64,
    /// Whether things break. In a calm world they are only late, and no pull is ever needed.
    pub(super) rough: bool,
    /// How many there are at the start.
    pub(super) clients: usize,
    pub(super) steps: Vec<Step>,
}

/// Something that happens, to one of the clients or about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) what: What,
    /// Counted modulo the clients that there are.
    pub(super) client: usize,
    pub(super) seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Mutate,
    Undo,
    Redo,
    Send,
    Pull,
    TakeRequest,
    TakeReply,
    DeliverFrame,
    Keep,
    Join,
    Accept,
    Check,
    CommitFails,
    CrashesBeforeCommit,
    CrashesAfterCommit,
    Crash,
    LoseRequest,
    LoseReply,
    RepeatRequest,
    RepeatReply,
    GiveUp,
    /// A tab dies, and comes back as the very replica that it was.
    Rebuild,
    /// A tab dies, and another is opened, from what was kept of the list; somebody adopts what the
    /// dead one left unsent.
    Reopen,
    BreakFrames,
    Disconnect,
    Prune,
    /// A clock jumps, that of the client or that of the server.
    SetClock,
}

impl Script {
    pub(super) fn of_seed(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let rough = rng.u8(..4) > 0;
        let clients = rng.usize(2..=3);
        let steps = (0..rng.usize(60..260)).map(|_| Step {
            what: any(&mut rng, rough),
            client: rng.usize(..12),
            seed: rng.u64(..),
        });
        let steps = steps.collect();
        Self {
            seed,
            rough,
            clients,
            steps,
        }
    }
}

fn any(rng: &mut Rng, rough: bool) -> What {
    match rng.u8(..104) {
        0..22 => What::Mutate,
        22..24 => What::Undo,
        24..26 => What::Redo,
        26..40 => What::Send,
        40..52 => What::TakeRequest,
        52..64 => What::TakeReply,
        64..84 => What::DeliverFrame,
        84..86 => What::Keep,
        86 => What::Join,
        87..90 => What::Accept,
        90..94 => What::Check,
        _ if rough => misfortune(rng),
        _ => What::Check,
    }
}

fn misfortune(rng: &mut Rng) -> What {
    match rng.u8(..19) {
        0 => What::CommitFails,
        1 => What::CrashesBeforeCommit,
        2 => What::CrashesAfterCommit,
        3 => What::Crash,
        4 => What::LoseRequest,
        5 => What::LoseReply,
        6 => What::RepeatRequest,
        7 => What::RepeatReply,
        8 => What::GiveUp,
        9 => What::Rebuild,
        10 | 11 => What::Reopen,
        12..15 => What::BreakFrames,
        15 => What::Disconnect,
        16 => What::Prune,
        17 => What::SetClock,
        _ => What::Pull,
    }
}
