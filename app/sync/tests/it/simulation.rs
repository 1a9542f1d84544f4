//! Many people, a bad network and a mortal server, by seed: whatever happens, everyone converges,
//! nothing is applied twice, and nothing that was typed is lost without a word.
//!
//! `TANDEM_SEED=17` replays one run and prints its steps, `TANDEM_SEEDS=100000` runs as many.

mod client;
mod ledger;
mod network;
mod people;
mod server;
mod tally;
mod world;

use std::time::Instant;

use self::tally::Tally;
use self::world::World;

#[test]
fn everyone_converges_and_nothing_is_lost_or_doubled() {
    if let Some(seed) = number("TANDEM_SEED") {
        run(seed, true);
        return;
    }
    let seeds = number("TANDEM_SEEDS").unwrap_or(2_000);
    let start = Instant::now();
    let mut tally = Tally::default();
    for seed in 0..seeds {
        tally += run(seed, false);
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{seeds} seeds in {seconds:.1} s: {:.0} seeds/s; {tally:?}",
        seeds as f64 / seconds
    );
    assert!(
        seeds < 1_000 || tally.is_eventful(),
        "too little happens: {tally:?}"
    );
}

fn run(seed: u64, trace: bool) -> Tally {
    let _told = ToldOnPanic(seed);
    let mut world = World::new(seed, trace);
    world.live();
    world.come_to_rest();
    world.check_convergence()
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is no number")),
    )
}

/// Says how to replay a run that failed.
struct ToldOnPanic(u64);

impl Drop for ToldOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "failed with seed {0}; replay it with TANDEM_SEED={0}",
                self.0
            );
        }
    }
}
