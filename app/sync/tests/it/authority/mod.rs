//! The rule by which mutations are taken.

mod all_or_none;
mod bounds;
mod catching_up;
mod exactly_once;
mod numbers;
mod order;
mod respacing;
mod rules;
mod versions;

use sync::{Authority, ClientState, Event, Model, Mutation, Op, Place, Refusal, Rejection, Row};
use uuid::Uuid;

use crate::melody::*;

/// Takes operations without a client, and returns the reasons of those that were refused.
fn take(authority: &mut Authority<Sheet>, ops: Vec<Op<Sheet>>) -> (usize, Vec<Refusal>) {
    let mutations: Vec<_> = (1..).zip(ops).map(|(seq, op)| mutation(seq, op)).collect();
    let outcome = authority.take(None, &mutations, 0);
    (
        outcome.changes.len(),
        outcome
            .rejected
            .into_iter()
            .map(|rejection| rejection.reason)
            .collect(),
    )
}

fn refusal(authority: &mut Authority<Sheet>, op: Op<Sheet>) -> Refusal {
    let (changes, mut refusals) = take(authority, vec![op]);
    assert_eq!(changes, 0);
    refusals.pop().expect("it is refused")
}

fn changes_nothing(authority: &mut Authority<Sheet>, op: Op<Sheet>) -> bool {
    let head = authority.head();
    take(authority, vec![op]) == (0, vec![]) && authority.head() == head
}

fn not_found(seq: u64) -> Rejection {
    Rejection {
        seq: Seq(seq),
        reason: Refusal::NotFound,
    }
}

#[test]
fn a_channel_of_one_plain_model_needs_no_enum() {
    let mut authority = Authority::<Tone>::restore(Version::ZERO, Version::ZERO, [], []);
    let draft = TonePatch {
        lyric: Some("la".into()),
        pitch: Some(70),
    };
    let create = Mutation {
        seq: Seq(1),
        op: Op::<Tone>::Create {
            id: id(1),
            draft,
            place: Place::End,
        },
    };
    let outcome = authority.take(Some(client(1)), &[create], 0);
    assert_eq!(outcome.changes[0].name(), "created");
    assert_eq!(
        authority
            .ordered()
            .map(|tone| tone.pitch)
            .collect::<Vec<_>>(),
        [70]
    );
}
