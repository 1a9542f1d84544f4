//! What holds after any inputs whatsoever.

use std::collections::HashSet;

use super::*;

/// A shell that does nothing but remember what it was told to have.
#[derive(Clone, Default)]
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
                prop_assert!(self.has_socket, "no socket to send on");
            }
            Action::Arm(timer, _) => {
                self.timers.insert(*timer);
            }
            Action::Disarm(timer) => {
                prop_assert!(self.timers.remove(timer), "{timer:?} does not run");
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

/// A machine in its shell.
struct Run {
    connection: Connection,
    shell: Shell,
}

/// One input and all that came of it.
struct Step {
    was_possible: bool,
    before: State,
    input: Input,
    actions: Vec<Action>,
    after: State,
    shell: Shell,
}

impl Run {
    fn new() -> Self {
        Self {
            connection: at_rest(),
            shell: Shell::default(),
        }
    }

    /// Hands in an input, whether or not it can be, and does what is answered.
    fn step(&mut self, input: Input) -> Result<Step, TestCaseError> {
        let was_possible = self.shell.can_meet(&input);
        let before = self.connection.state().clone();
        self.shell.meet(&input);
        let actions = self.connection.handle(input.clone());
        actions
            .iter()
            .try_for_each(|action| self.shell.act(action))?;
        let after = self.connection.state().clone();
        Ok(Step {
            was_possible,
            before,
            input,
            actions,
            after,
            shell: self.shell.clone(),
        })
    }

    fn steps(&mut self, inputs: Vec<Input>) -> Result<Vec<Step>, TestCaseError> {
        inputs.into_iter().map(|input| self.step(input)).collect()
    }
}

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    prop::collection::vec(any_input(), 0..40)
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
        1 => Just(frame(&ServerFrame::Ping)),
        1 => Just(frame(&ServerFrame::Pong)),
        1 => prop::option::of(code.clone()).prop_map(|code| frame(&error(code))),
        1 => status.prop_map(|status| frame(&no_subscription(status))),
        1 => any::<String>().prop_map(Input::Frame),
        2 => code.prop_map(closed),
        4 => timer.prop_map(Input::Elapsed),
    ]
}

/// The timer that runs in a state. A live connection awaits either a frame or a pong.
fn fits(timers: &[Timer], state: &State) -> bool {
    match state {
        State::Idle | State::Refused => timers.is_empty(),
        State::Connecting | State::Subscribing(_) => timers == [Timer::Handshake],
        State::Live(_) => timers == [Timer::Quiet] || timers == [Timer::Pong],
        State::Waiting => timers == [Timer::Retry],
    }
}

proptest! {
    #[test]
    fn it_has_a_socket_in_the_states_that_say_so_and_never_two(inputs in inputs()) {
        for Step { after, shell, .. } in Run::new().steps(inputs)? {
            let expected =
                matches!(after, State::Connecting | State::Subscribing(_) | State::Live(_));
            prop_assert_eq!(shell.has_socket, expected, "{:?}", after);
        }
    }

    #[test]
    fn the_one_timer_of_its_state_runs_and_no_other(inputs in inputs()) {
        for Step { after, shell, .. } in Run::new().steps(inputs)? {
            let timers: Vec<_> = shell.timers.into_iter().collect();
            prop_assert!(fits(&timers, &after), "{:?} in {:?}", timers, after);
        }
    }

    #[test]
    fn every_change_of_the_state_is_told_once_and_nothing_else_is(inputs in inputs()) {
        for Step { before, actions, after, .. } in Run::new().steps(inputs)? {
            let told: Vec<_> =
                actions.iter().filter(|action| matches!(action, Action::Changed(_))).collect();
            let change = Action::Changed(after.clone());
            prop_assert_eq!(told, if before == after { vec![] } else { vec![&change] });
        }
    }

    #[test]
    fn impossible_inputs_do_nothing(inputs in inputs()) {
        for Step { was_possible, input, actions, .. } in Run::new().steps(inputs)? {
            prop_assert!(was_possible || actions.is_empty(), "{:?} on {:?}", actions, input);
        }
    }

    #[test]
    fn a_refused_connection_does_nothing_until_started(inputs in inputs()) {
        for Step { before, input, actions, .. } in Run::new().steps(inputs)? {
            if before == State::Refused && !matches!(input, Input::Start | Input::Stop) {
                prop_assert_eq!(actions, []);
            }
        }
    }

    #[test]
    fn whatever_happened_its_timers_alone_bring_it_to_a_new_socket(inputs in inputs()) {
        let mut run = Run::new();
        run.steps(inputs)?;
        if matches!(run.connection.state(), State::Idle | State::Refused) {
            return Ok(());
        }
        let mut opened = false;
        // Quiet, pong and then, at the most, a wait.
        for _ in 0..3 {
            let timer = *run.shell.timers.iter().next().expect("one runs");
            opened |= run.step(Input::Elapsed(timer))?.actions.contains(&Action::Open);
        }
        prop_assert!(opened, "stuck in {:?}", run.connection.state());
    }

    #[test]
    fn at_once_happens_but_once_unless_something_was_heard(
        codes in prop::collection::vec(4200_u16..4300, 1..50),
        goes_live: bool,
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
