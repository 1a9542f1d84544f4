//! An input costs what it touches and what is pending, not the whole list.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use sync::{
    Authority, CatchUp, Change, Delta, Event, History, Millis, Model, Mutation, Op, Place,
    Position, PushAnswer, Refusal, Replica, Reversal, Row, Seq, Version, impl_patch,
    position_between,
};
use uuid::Uuid;

use crate::melody::{client, id};

const MANY: u128 = 10_000;

thread_local! {
    static TOUCHED: Cell<usize> = const { Cell::new(0) };
}

/// How many rows were copied or compared.
fn cost(work: impl FnOnce()) -> usize {
    TOUCHED.set(0);
    work();
    TOUCHED.get()
}

/// A row that counts how often it is copied and compared.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) id: Uuid,
    value: u32,
    pub(crate) position: Position,
    version: Version,
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        TOUCHED.set(TOUCHED.get() + 1);
        Self {
            position: self.position.clone(),
            ..*self
        }
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        TOUCHED.set(TOUCHED.get() + 1);
        (self.id, self.value, &self.position, self.version)
            == (other.id, other.value, &other.position, other.version)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CountedPatch {
    pub(crate) value: Option<u32>,
}

impl_patch!(CountedPatch { value });

impl Model for Counted {
    type Patch = CountedPatch;

    const LIMIT: usize = usize::MAX;

    fn create(id: Uuid, draft: &CountedPatch, _: Millis) -> Result<Self, Refusal> {
        Ok(Self {
            id,
            value: draft.value.unwrap_or_default(),
            position: Position::default(),
            version: Version::ZERO,
        })
    }

    fn fields(&self) -> CountedPatch {
        CountedPatch {
            value: Some(self.value),
        }
    }

    fn apply(&mut self, patch: &CountedPatch) -> Result<(), Refusal> {
        self.value = patch.value.unwrap_or(self.value);
        Ok(())
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> Version {
        self.version
    }

    fn position(&self) -> Option<&Position> {
        Some(&self.position)
    }

    fn stamp(&mut self, version: Version, _: Millis) {
        self.version = version;
    }

    fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    fn set_position(&mut self, position: Position) {
        self.position = position;
    }
}

fn many_rows() -> Vec<Counted> {
    let mut position = Position::default();
    let mut row = |n| {
        position = position_between(Some(&position), None);
        Counted {
            id: id(n),
            value: 0,
            position: position.clone(),
            version: Version(n as u64),
        }
    };
    (1..=MANY).map(&mut row).collect()
}

fn update(n: u128, value: u32) -> Op<Counted> {
    Op::Update {
        id: id(n),
        patch: CountedPatch { value: Some(value) },
    }
}

#[test]
fn a_replica_of_many_rows_takes_small_inputs_cheaply() {
    let changes = many_rows()
        .into_iter()
        .map(|row| Change {
            event: Event::Updated,
            row,
        })
        .collect();
    let head = Version(MANY as u64);
    let mut replica = Replica::new(
        client(1),
        CatchUp {
            head,
            epoch: None,
            reset: true,
            changes,
        },
    );
    let theirs = Counted {
        value: 7,
        version: Version(head.0 + 2),
        ..many_rows().swap_remove(5)
    };
    let theirs = Change {
        event: Event::Updated,
        row: theirs,
    };
    let answer = PushAnswer {
        acked: Seq(2),
        rejected: vec![],
        catch_up: CatchUp {
            head: Version(head.0 + 2),
            epoch: None,
            reset: false,
            changes: vec![],
        },
    };

    let create = Op::Create {
        id: id(0),
        draft: CountedPatch { value: Some(1) },
        place: Place::Start,
    };
    assert!(cost(|| _ = replica.mutate(vec![update(9, 1), create], 0).unwrap()) < 50);
    assert!(cost(|| _ = replica.mutate(vec![update(MANY + 1, 1)], 0).unwrap_err()) < 50);
    assert!(cost(|| _ = replica.receive([theirs])) < 50);
    assert!(cost(|| _ = replica.next_push(1024).unwrap()) < 50);
    assert!(cost(|| _ = replica.pushed(answer)) < 50);
    assert_eq!(replica.pending(), 0);
}

#[test]
fn an_authority_of_many_rows_takes_small_pushes_cheaply() {
    let rows = many_rows().into_iter().map(|model| Row {
        model,
        destroyed: false,
    });
    let mut authority = Authority::restore(Version(MANY as u64), Version::ZERO, rows, []);
    let push = [Mutation {
        seq: Seq(1),
        op: update(9, 1),
    }];
    assert!(cost(|| _ = authority.take(Some(client(1)), &push, 0)) < 50);
    assert!(cost(|| _ = authority.since(Version(MANY as u64))) < 50);
}

/// A history hears of every change of its replica. That of the fields of nobody costs nothing, however
/// much there is to take back: the acknowledgements of one long action come all at once.
#[test]
fn an_acknowledgement_costs_a_long_history_nothing() {
    let mut authority = Authority::restore(Version::ZERO, Version::ZERO, [], []);
    let rows = 1..=500;
    let drafts = rows.clone().map(|seq| Mutation {
        seq: Seq(seq),
        op: Op::Create {
            id: id(seq.into()),
            draft: CountedPatch { value: Some(0) },
            place: Place::End,
        },
    });
    authority.take(Some(client(2)), &drafts.collect::<Vec<_>>(), 0);
    let mut replica = Replica::new(client(1), authority.since(Version::ZERO));
    let mut history = History::default();
    for value in 1..=50 {
        let ops: Vec<_> = rows.clone().map(|row| update(row.into(), value)).collect();
        history.did(Reversal::of(&ops, &replica));
        replica.mutate(ops, 0).unwrap();
    }
    let before = replica.get(id(1)).unwrap().clone();
    let after = Counted {
        version: Version(2),
        ..before.clone()
    };
    let acknowledged = Delta::Updated {
        row: after,
        moved: false,
        relocated: false,
    };
    let time = |history: &mut History<Counted>| {
        let began = Instant::now();
        for _ in 0..500 {
            history.note(Some(&before), &acknowledged);
        }
        began.elapsed()
    };
    let short = time(&mut History::default());
    let long = time(&mut history);
    assert!(
        long < short * 20 + Duration::from_millis(2),
        "{short:?}, with a history {long:?}"
    );
}
