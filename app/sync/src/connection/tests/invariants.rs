//! What holds after any inputs whatsoever.

use std::collections::HashSet;

use super::*;

/// A shell that does nothing but remember what it was told to have.
#[derive(Default)]
struct Shell {
    has_socket: bool,
    timers: HashSet<Timer>,
}

impl Shell {
    /// Does an action, and says what is wrong with it.
    fn act(&mut self, action: &Action) -> Result<(), TestCaseError> {
        match action {
            Action::Open => {
                prop_assert!(!self.has_socket, "a second socket");
                self.has_socket = true;
            }
            Action::Drop => {
                prop_assert!(self.has_socket, "no socket to drop");
                self.has_socket = false;
            }
            Action::Send(_) | Action::Subscribe => {
                prop_assert!(self.has_socket, "no socket to send on")
            }
            Action::Arm(timer, _) => {
                self.timers.insert(*timer);
            }
            Action::Disarm(timer) => {
                prop_assert!(self.timers.remove(timer), "{timer:?} does not run")
            }
            Action::Deliver(_) | Action::Changed(_) => {}
        }
        Ok(())
    }

    /// What the world does to the shell by this input.
    fn meet(&mut self, input: &Input) {
        match input {
            Input::Closed { .. } => self.has_socket = false,
            Input::Elapsed(timer) => {
                self.timers.remove(timer);
            }
            _ => {}
        }
    }

    /// Whether the input can come to pass: a shell hands in only what its socket and timers say.
    fn can_meet(&self, input: &Input) -> bool {
        match input {
            Input::Frame(_) | Input::Closed { .. } => self.has_socket,
            Input::Elapsed(timer) => self.timers.contains(timer),
            Input::Start | Input::Stop | Input::Check => true,
        }
    }
}

fn timers_of(state: &State) -> &'static [&'static [Timer]] {
    match state {
        State::Idle | State::Refused => &[&[]],
        State::Connecting | State::Subscribing(_) => &[&[Timer::Handshake]],
        State::Live(_) => &[&[Timer::Quiet], &[Timer::Pong]],
        State::Waiting => &[&[Timer::Retry]],
    }
}

fn any_input() -> impl Strategy<Value = Input> {
    let code = prop::sample::select(vec![1000, 1006, 4000, 4001, 4100, 4200, 4201, 4300]);
    let status = prop::sample::select(vec![400, 401, 403, 404, 429, 500]);
    let timer = prop::sample::select(vec![
        Timer::Retry,
        Timer::Handshake,
        Timer::Quiet,
        Timer::Pong,
    ]);
    prop_oneof![
        2 => Just(Input::Start),
        1 => Just(Input::Stop),
        2 => Just(Input::Check),
        4 => any::<u32>().prop_map(established),
        4 => Just(subscribed()),
        2 => Just(frame(&event())),
        1 => prop::sample::select(vec![ServerFrame::Ping, ServerFrame::Pong]).prop_map(|said| frame(&said)),
        1 => prop::option::of(code.clone()).prop_map(|code| frame(&error(code))),
        1 => status.prop_map(|status| frame(&no_subscription(status))),
        1 => any::<String>().prop_map(Input::Frame),
        2 => code.prop_map(closed),
        4 => timer.prop_map(Input::Elapsed),
    ]
}

proptest! {
    #[test]
    fn one_socket_and_the_timer_of_its_state_and_never_stuck(
        inputs in prop::collection::vec(any_input(), 0..200),
    ) {
        let (mut connection, mut shell) = (at_rest(), Shell::default());
        for input in inputs {
            let before = connection.state().clone();
            if !shell.can_meet(&input) {
                prop_assert_eq!(connection.handle(input), []);
                continue;
            }
            shell.meet(&input);
            let actions = connection.handle(input.clone());
            for action in &actions {
                shell.act(action)?;
            }

            let state = connection.state();
            let has_socket = matches!(state, State::Connecting | State::Subscribing(_) | State::Live(_));
            prop_assert_eq!(shell.has_socket, has_socket);
            let expected = timers_of(state);
            let timers = |timers: &&[Timer]| shell.timers == timers.iter().copied().collect::<HashSet<_>>();
            prop_assert!(expected.iter().any(timers), "{:?} in {:?}", shell.timers, state);

            let changes: Vec<_> = actions.iter().filter(|action| matches!(action, Action::Changed(_))).collect();
            let expected = Action::Changed(state.clone());
            prop_assert_eq!(changes, if before == *state { vec![] } else { vec![&expected] });

            if before == State::Refused && input != Input::Start {
                prop_assert!(actions.iter().all(|action| matches!(action, Action::Changed(State::Idle))));
            }
        }
    }

    #[test]
    fn whatever_happened_the_timers_alone_bring_it_to_a_new_socket(
        inputs in prop::collection::vec(any_input(), 0..60),
    ) {
        let (mut connection, mut shell) = (at_rest(), Shell::default());
        let mut turn = |connection: &mut Connection, input: Input| {
            shell.meet(&input);
            let actions = connection.handle(input);
            actions.iter().try_for_each(|action| shell.act(action))?;
            Ok::<_, TestCaseError>((actions.contains(&Action::Open), shell.timers.iter().next().copied()))
        };
        for input in inputs {
            turn(&mut connection, input)?;
        }
        let (_, mut timer) = turn(&mut connection, Input::Check)?;
        if matches!(connection.state(), State::Idle | State::Refused) {
            return Ok(());
        }
        for _ in 0..3 {
            let (opened, next) = turn(&mut connection, Input::Elapsed(timer.expect("one runs")))?;
            if opened {
                return Ok(());
            }
            timer = next;
        }
        prop_assert!(false, "stuck in {:?}", connection.state());
    }

    #[test]
    fn sockets_without_a_wait_between_them_are_two_at_the_most_unless_something_was_heard(
        codes in prop::collection::vec(4200_u16..4300, 1..50), goes_live: bool,
    ) {
        let mut connection = connecting();
        let mut at_once = 0;
        for code in codes {
            if goes_live {
                connection.handle(established(120));
                connection.handle(subscribed());
            }
            if connection.handle(closed(code)).contains(&Action::Open) {
                at_once += 1;
            } else {
                connection.handle(Input::Elapsed(Timer::Retry));
            }
        }
        prop_assert_eq!(at_once, 1);
    }
}
