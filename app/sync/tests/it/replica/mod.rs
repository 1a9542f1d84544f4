//! A client's copy: its own changes at once, everyone's in the end.

mod adopting;
mod changes_of_others;
mod epochs;
mod keeping;
mod own_changes;
mod pushing;
mod rebasing;
mod resetting;
mod undoing;
mod undoing_moves;

use sync::{
    Authority, CatchUp, Change, Delta, Effects, Model, Op, Outbox, Place, Push, PushAnswer,
    Refusal, Refused, Replica, Stored, Told,
};

use crate::melody::*;

/// One round trip without accidents.
fn answer(authority: &mut Authority<Sheet>, push: &Push<Sheet>) -> PushAnswer<Sheet> {
    let outcome = authority.take_push(push, 0);
    PushAnswer {
        acked: outcome.acked,
        rejected: outcome.rejected,
        catch_up: authority.since(push.cursor()),
    }
}

fn push_to(authority: &mut Authority<Sheet>, replica: &mut Replica<Sheet>) -> Effects<Sheet> {
    let push = replica.next_push(100_000).expect("something to say");
    replica.pushed(answer(authority, &push))
}

/// Somebody else's changes.
fn theirs(authority: &mut Authority<Sheet>, ops: Vec<Op<Sheet>>) -> Vec<Change<Sheet>> {
    let mutations: Vec<_> = (1..).zip(ops).map(|(seq, op)| mutation(seq, op)).collect();
    authority.take(None, &mutations, 0).changes
}

/// What an effect says in one word a row.
fn told(effects: &Effects<Sheet>) -> Vec<String> {
    let word = |delta: &Delta<Sheet>| match delta {
        Delta::Inserted(row) => format!("+{}", lyric(row)),
        Delta::Updated {
            row, moved: false, ..
        } => format!("={}", lyric(row)),
        Delta::Updated {
            row, moved: true, ..
        } => format!("~{}", lyric(row)),
        Delta::Removed(row) => format!("-{}", lyric(row)),
    };
    effects.view.iter().map(word).collect()
}

fn shown(replica: &Replica<Sheet>) -> String {
    lyrics(replica.ordered())
}
