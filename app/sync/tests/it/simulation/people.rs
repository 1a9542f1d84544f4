//! What people do: anything, mostly to rows that they see.

use sync::{History, Op, Place, Refusal, Replica, Undone};

use super::world::World;
use crate::melody::*;

impl World {
    pub(super) fn mutate(&mut self, client: usize) {
        let ops: Vec<_> = (0..self.rng.usize(1..4))
            .map(|_| self.any_op(client))
            .collect();
        self.act(client, ops);
    }

    pub(super) fn delete_list(&mut self, client: usize) {
        self.act(client, vec![Op::Destroy { id: SCORE }]);
    }

    fn act(&mut self, client: usize, ops: Vec<Op<Sheet>>) {
        if self.clients[client].is_gone {
            return;
        }
        self.say(&("mutates", client, &ops));
        let is_unreadable = self.rough && self.rng.u8(..40) == 0;
        let now = self.client_now(client);
        let result = self.clients[client].mutate(ops, now, is_unreadable, &mut self.ledger);
        self.say(&result);
        match result {
            Ok(()) => {
                self.tally.mutated += 1;
                // Mostly, but not always, it is kept before it can be sent.
                if self.rng.u8(..4) > 0 {
                    self.keep_outbox(client);
                }
            }
            Err(refusal) => {
                assert_ne!(refusal, Refusal::Unsupported, "no such op is made here");
                self.tally.not_mutated += 1;
            }
        }
    }

    /// Undoes or redoes something, if there is anything.
    pub(super) fn take_back(
        &mut self,
        client: usize,
        step: fn(&mut History<Sheet>, &Replica<Sheet>) -> Option<Undone<Sheet>>,
    ) {
        if self.clients[client].is_gone {
            return;
        }
        let now = self.client_now(client);
        let undone = self.clients[client].take_back(step, now, &mut self.ledger);
        self.say(&("takes back", client, &undone));
        self.tally.undone += usize::from(undone.is_some_and(|undone| !undone.ops.is_empty()));
    }

    fn client_now(&self, client: usize) -> i64 {
        self.now * 10 + client as i64 + self.clients[client].clock
    }

    fn any_op(&mut self, client: usize) -> Op<Sheet> {
        match self.rng.u8(..100) {
            0..30 => self.any_create(),
            30..52 => Op::Update {
                id: self.any_row(client),
                patch: self.any_patch(),
            },
            52..64 => Op::Destroy {
                id: self.any_row(client),
            },
            64..74 => Op::Restore {
                id: id(self.rng.u128(1..self.next_row.max(2))),
            },
            74..94 => Op::Move {
                id: self.any_row(client),
                place: self.any_place(),
            },
            94..98 => title(&self.value().to_string()),
            98 => sing(self.next_row + 1_000, &self.value().to_string()),
            _ => create(self.next_row + 1_000, "  "),
        }
    }

    fn any_create(&mut self) -> Op<Sheet> {
        let row = self.next_row;
        self.next_row += 1;
        let place = if self.rng.bool() {
            Place::End
        } else {
            self.any_place()
        };
        create_at(row, &self.value().to_string(), place)
    }

    /// Mostly a row that the client sees.
    fn any_row(&mut self, client: usize) -> uuid::Uuid {
        let seen: Vec<_> = self.clients[client]
            .replica
            .ordered()
            .map(sync::Model::id)
            .collect();
        match self.rng.choice(seen) {
            Some(id) if self.rng.u8(..20) > 0 => id,
            _ => id(self.rng.u128(1..=self.next_row)),
        }
    }

    fn any_patch(&mut self) -> SheetPatch {
        let (lyric, pitch) = (self.rng.u8(..3) > 0, self.rng.u8(..3) == 0);
        let lyric = lyric.then(|| self.value().to_string());
        let pitch = pitch.then(|| self.value());
        SheetPatch::Tone(TonePatch { lyric, pitch })
    }

    fn any_place(&mut self) -> Place {
        match self.rng.u8(..6) {
            0 => Place::Start,
            1 => Place::End,
            _ => Place::After(id(self.rng.u128(1..=self.next_row))),
        }
    }

    /// Returns a value that was never typed before.
    fn value(&mut self) -> u32 {
        self.next_value += 1;
        self.next_value
    }
}
