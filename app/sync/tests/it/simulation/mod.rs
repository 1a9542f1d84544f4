//! Many people, a bad network and a mortal server, by seed: whatever happens, everyone converges, and
//! each mutation is decided once: it is in the store at a version, has changed nothing, or was refused
//! aloud.
//!
//! `TANDEM_SEED=17` replays one run and prints its steps, `TANDEM_SEEDS=100000` runs as many, from
//! `TANDEM_FROM` on. A run that fails is made short, and printed.

mod client;
mod device;
mod expected;
mod fault;
mod ledger;
mod network;
mod people;
mod script;
mod server;
mod shrink;
mod storage;
mod tally;
mod world;

use std::time::Instant;

use self::fault::Fault;
use self::script::Script;
use self::shrink::{failure, shrink};
use self::tally::Tally;
use self::world::World;

#[test]
fn everyone_converges_and_nothing_is_lost_or_doubled() {
    if let Some(seed) = number("TANDEM_SEED") {
        run(&Script::of_seed(seed), None, true);
        return;
    }
    let from = number("TANDEM_FROM").unwrap_or(0);
    let seeds = number("TANDEM_SEEDS").unwrap_or(2_000);
    let start = Instant::now();
    let mut tally = Tally::default();
    for seed in from..from + seeds {
        let script = Script::of_seed(seed);
        let mut result = None;
        if failure(|| result = Some(run(&script, None, false))).is_some() {
            tell(&script);
        }
        tally += result.expect("a run that fails is told");
    }
    let seconds = start.elapsed().as_secs_f64();
    let rate = seeds as f64 / seconds;
    println!("{seeds} seeds in {seconds:.1} s, {rate:.0} seeds/s: {tally}");
    assert!(
        seeds < 1_000 || tally.is_eventful(),
        "too little happens: {tally}"
    );
}

#[test]
fn a_fault_of_any_kind_makes_some_run_fail() {
    for fault in Fault::ALL {
        let fails = |seed| failure(|| _ = run(&Script::of_seed(seed), Some(fault), false));
        assert!(
            (0..500).any(|seed| fails(seed).is_some()),
            "nothing notices that a server {fault:?}"
        );
    }
}

#[test]
fn a_run_that_fails_is_made_short() {
    let fault = Some(Fault::DropsAChange);
    let fails = |script: &Script| failure(|| _ = run(script, fault, false));
    let script = (0..200).map(Script::of_seed);
    let script = script
        .filter(|script| fails(script).is_some())
        .max_by_key(|script| script.steps.len());
    let script = script.expect("nothing notices that a change is dropped");
    let short = shrink(&script, |script| _ = run(script, fault, false));
    assert_eq!(fails(&short), fails(&script));
    assert!(
        short.steps.len() <= 12 && short.steps.len() < script.steps.len() / 4,
        "{} of {} steps are left: {short:#?}",
        short.steps.len(),
        script.steps.len()
    );
    run(&short, None, false);
}

/// Tells a run that fails by the shortest script that fails in the same way, and fails.
fn tell(script: &Script) {
    let seed = script.seed;
    let short = shrink(script, |script| _ = run(script, None, false));
    let (long, left) = (script.steps.len(), short.steps.len());
    eprintln!("seed {seed} fails (TANDEM_SEED={seed} replays it); {left} of its {long} steps do:");
    run(&short, None, true);
}

fn run(script: &Script, fault: Option<Fault>, trace: bool) -> Tally {
    let mut world = World::new(script, fault, trace);
    world.live(script);
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
