//! How long a dead socket goes unnoticed, by a virtual clock.

use std::collections::HashMap;

use super::*;

/// A machine with a clock, in milliseconds.
struct World {
    now: u32,
    connection: Connection,
    due: HashMap<Timer, u32>,
    dropped_at: Option<u32>,
}

impl World {
    fn live() -> Self {
        let mut world = Self {
            now: 0,
            connection: at_rest(),
            due: HashMap::new(),
            dropped_at: None,
        };
        for input in [Input::Start, established(120), subscribed()] {
            world.meet(input);
        }
        world
    }

    fn meet(&mut self, input: Input) {
        if let Input::Elapsed(timer) = &input {
            self.due.remove(timer);
        }
        for action in self.connection.handle(input) {
            match action {
                Action::Arm(timer, after) => {
                    self.due.insert(timer, self.now + after);
                }
                Action::Disarm(timer) => {
                    self.due.remove(&timer);
                }
                Action::Drop => self.dropped_at = Some(self.now),
                _ => {}
            }
        }
    }

    /// Lets time pass, with every timer at its time.
    fn sleep_until(&mut self, then: u32) {
        while let Some((timer, at)) = self
            .due
            .iter()
            .map(|(timer, at)| (*timer, *at))
            .filter(|(_, at)| *at <= then)
            .min_by_key(|(_, at)| *at)
        {
            self.now = at;
            self.meet(Input::Elapsed(timer));
        }
        self.now = then;
    }
}

#[test]
fn a_socket_that_dies_in_silence_is_noticed_after_twenty_seconds() {
    let mut world = World::live();
    world.sleep_until(19_999);
    assert_eq!(world.dropped_at, None);
    world.sleep_until(20_000);
    assert_eq!(world.dropped_at, Some(20_000));
    assert_eq!(*world.connection.state(), State::Connecting);
}

#[test]
fn a_look_at_a_dead_socket_notices_after_three_seconds() {
    let mut world = World::live();
    world.sleep_until(4_000);
    world.meet(Input::Check);
    world.sleep_until(15_000);
    assert_eq!(world.dropped_at, Some(7_000));
}

#[test]
fn a_quiet_socket_that_answers_pings_lives_on() {
    let mut world = World::live();
    for round in 1..100 {
        world.sleep_until(round * 19_000);
        world.meet(frame(&ServerFrame::Pong));
    }
    assert_eq!(world.dropped_at, None);
}

proptest! {
    /// However often somebody looks, and whatever was heard before.
    #[test]
    fn never_does_a_dead_socket_go_unnoticed_for_more_than_twenty_seconds(
        heard in prop::collection::vec(0..15_000_u32, 0..10),
        checks in prop::collection::vec(0..4_000_u32, 0..40),
    ) {
        let mut world = World::live();
        for silence in heard {
            world.sleep_until(world.now + silence);
            world.meet(frame(&event()));
        }
        prop_assert_eq!(world.dropped_at, None);
        let died_at = world.now;
        for pause in checks {
            if world.dropped_at.is_none() {
                world.sleep_until(world.now + pause);
                world.meet(Input::Check);
            }
        }
        world.sleep_until(world.now.max(died_at + 20_000));
        let noticed_at = world.dropped_at.expect("noticed");
        prop_assert!(noticed_at - died_at <= 20_000, "{} ms", noticed_at - died_at);
    }
}
