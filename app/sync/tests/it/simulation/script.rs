//! What happens in a run, step by step. A step brings its own seed, so that what it does does not
//! depend on which others there are: that is what makes a script short when a run has failed.

use fastrand::Rng;

/// All that happens in a run.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) seed: u64,
    /// Whether things break. In a calm world they are only late, and no pull is ever needed.
    pub(super) rough: bool,
    /// Whether browsers have locks, so that tabs know which others live.
    pub(super) locks: bool,
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
    /// What is not sent yet is written to the device, and what is taken goes.
    KeepOutbox,
    /// The list as it is seen is written to the device.
    KeepList,
    /// It is read there, however long ago it was written.
    ReadList,
    /// What other tabs left is taken on.
    Adopt,
    /// The trash is asked for, or what it held then arrives.
    Learn,
    Join,
    Accept,
    Check,
    /// The tab is hidden: it sends everything pending as a beacon, and ignores the answer.
    Hide,
    CommitFails,
    CrashesBeforeCommit,
    CrashesAfterCommit,
    Crash,
    LoseRequest,
    LoseReply,
    RepeatRequest,
    GiveUp,
    /// A tab dies, and another is opened, from the server's page or an old one.
    Reopen,
    Disconnect,
    Prune,
    /// A clock jumps, that of the client or that of the server.
    SetClock,
    /// The server's file is copied.
    Backup,
    /// The copy is put back in its place.
    PutBack,
    /// Somebody deletes the list.
    DeleteList,
}

impl Script {
    pub(super) fn of_seed(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let rough = rng.u8(..4) > 0;
        let locks = rng.u8(..4) > 0;
        let clients = rng.usize(2..=3);
        // Most that can be seen of a backup or of a deleted list needs a world that goes on after it.
        let (is_backed_up, is_deleted) = (rng.u8(..8) == 0, rng.u8(..16) == 0);
        let mut steps: Vec<_> = (0..rng.usize(60..260))
            .map(|_| any_step(&mut rng, rough))
            .collect();
        if rough && is_backed_up {
            let (first, then) = (rng.usize(..steps.len()), rng.usize(..steps.len()));
            steps[first.min(then)].what = What::Backup;
            steps[first.max(then)].what = What::PutBack;
        }
        if is_deleted {
            let late = rng.usize(steps.len() / 2..steps.len());
            steps[late].what = What::DeleteList;
        }
        Self {
            seed,
            rough,
            locks,
            clients,
            steps,
        }
    }
}

fn any_step(rng: &mut Rng, rough: bool) -> Step {
    Step {
        what: any(rng, rough),
        client: rng.usize(..12),
        seed: rng.u64(..),
    }
}

fn any(rng: &mut Rng, rough: bool) -> What {
    match rng.u8(..114) {
        0..22 => What::Mutate,
        22..24 => What::Undo,
        24..26 => What::Redo,
        26..40 => What::Send,
        40..52 => What::TakeRequest,
        52..64 => What::TakeReply,
        64..82 => What::DeliverFrame,
        82..86 => What::KeepOutbox,
        86..88 => What::KeepList,
        88 => What::ReadList,
        89 => What::Join,
        90..93 => What::Accept,
        93..97 => What::Check,
        97 => What::Hide,
        98 => What::Adopt,
        99..102 => What::Learn,
        _ if rough => misfortune(rng),
        _ => What::Check,
    }
}

fn misfortune(rng: &mut Rng) -> What {
    match rng.u8(..17) {
        0 => What::CommitFails,
        1 => What::CrashesBeforeCommit,
        2 => What::CrashesAfterCommit,
        3 => What::Crash,
        4 => What::LoseRequest,
        5 => What::LoseReply,
        6 => What::RepeatRequest,
        7 => What::GiveUp,
        8..11 => What::Reopen,
        11 => What::Disconnect,
        12 => What::Prune,
        13 => What::SetClock,
        14 => What::Hide,
        15 => What::Adopt,
        _ => What::Pull,
    }
}
