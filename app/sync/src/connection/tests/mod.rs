use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{Epoch, Version, pusher::close};

mod checks;
mod endings;
mod invariants;
mod silence;

/// A machine whose wait before try n is n + 1 seconds, so that a test reads n off the timer.
fn at_rest() -> Connection {
    Connection::new(Box::new(|attempt| (attempt + 1) * 1000))
}

fn connecting() -> Connection {
    let mut connection = at_rest();
    connection.handle(Input::Start);
    connection
}

fn subscribing() -> Connection {
    let mut connection = connecting();
    connection.handle(established(120));
    connection
}

fn live() -> Connection {
    let mut connection = subscribing();
    connection.handle(subscribed());
    assert_eq!(*connection.state(), State::Live(id()));
    connection
}

fn waiting() -> Connection {
    let mut connection = connecting();
    connection.handle(closed(1006));
    assert_eq!(*connection.state(), State::Waiting);
    connection
}

fn refused() -> Connection {
    let mut connection = connecting();
    connection.handle(closed(close::UNKNOWN_KEY));
    assert_eq!(*connection.state(), State::Refused);
    connection
}

fn id() -> SocketId {
    SocketId("1.2".into())
}

fn frame(frame: &ServerFrame) -> Input {
    Input::Frame(frame.encode())
}

fn established(activity_timeout: u32) -> Input {
    frame(&ServerFrame::Established {
        socket_id: id(),
        activity_timeout,
    })
}

fn answer() -> ServerFrame {
    ServerFrame::Subscribed {
        channel: "list-a".into(),
        data: r#"{"head":4}"#.into(),
    }
}

fn subscribed() -> Input {
    frame(&answer())
}

fn event() -> ServerFrame {
    ServerFrame::Event {
        channel: "list-a".into(),
        event: "updated".into(),
        data: r#"{"version":5}"#.into(),
    }
}

fn closed(code: u16) -> Input {
    Input::Closed { code }
}

fn ping() -> Action {
    Action::Send(ClientFrame::Ping.encode())
}

/// What opens a socket where no timer runs.
fn opens() -> [Action; 2] {
    [Action::Open, Action::Arm(Timer::Handshake, 10_000)]
}

/// Closes the socket, and answers how long the machine waits then, if it does.
fn pause_after(connection: &mut Connection, code: u16) -> Option<u32> {
    connection
        .handle(closed(code))
        .into_iter()
        .find_map(|action| match action {
            Action::Arm(Timer::Retry, pause) => Some(pause),
            _ => None,
        })
}

fn error(code: Option<u16>) -> ServerFrame {
    ServerFrame::Error {
        code,
        message: "Hm".into(),
    }
}

fn no_subscription(status: u16) -> ServerFrame {
    ServerFrame::SubscriptionError {
        channel: "list-a".into(),
        kind: "NotFound".into(),
        status,
        message: "Hm".into(),
    }
}

#[test]
fn starting_opens_a_socket_that_has_ten_seconds_to_shake_hands() {
    let actions = at_rest().handle(Input::Start);
    let [open, arm] = opens();
    assert_eq!(actions, [open, arm, Action::Changed(State::Connecting)]);
}

#[test]
fn starting_twice_does_nothing_more() {
    for mut connection in [connecting(), subscribing(), live()] {
        assert_eq!(connection.handle(Input::Start), []);
    }
}

#[test]
fn the_servers_greeting_asks_the_shell_to_subscribe() {
    let mut connection = connecting();
    let actions = connection.handle(established(120));
    assert_eq!(
        actions,
        [Action::Changed(State::Subscribing(id())), Action::Subscribe]
    );
    assert_eq!(connection.socket_id(), Some(&id()));
}

#[test]
fn the_subscription_says_the_channel_and_the_cursor() {
    let cursor = Cursor {
        epoch: Some(Epoch(Uuid::nil())),
        version: Version(41),
    };
    for (cursor, data) in [
        (
            Version(41).into(),
            json!({ "channel": "list-a", "since": 41 }),
        ),
        (
            cursor,
            json!({ "channel": "list-a", "since": 41, "epoch": Uuid::nil() }),
        ),
    ] {
        let text = subscribing().subscribe("list-a", cursor);
        assert_eq!(
            serde_json::from_str::<Value>(&text).expect("a frame is JSON"),
            json!({ "event": "pusher:subscribe", "data": data })
        );
    }
}

#[test]
fn it_is_live_when_the_answer_to_the_subscription_is_delivered() {
    let expected = [
        Action::Deliver(answer()),
        Action::Disarm(Timer::Handshake),
        Action::Arm(Timer::Quiet, 15_000),
        Action::Changed(State::Live(id())),
    ];
    assert_eq!(subscribing().handle(subscribed()), expected);
}

#[test]
fn nothing_but_the_answer_to_the_subscription_makes_it_live() {
    for other in [ServerFrame::Pong, event(), error(None)] {
        let mut connection = subscribing();
        let actions = connection.handle(frame(&other));
        assert_eq!(*connection.state(), State::Subscribing(id()), "{actions:?}");
    }
}

#[test]
fn silence_is_allowed_as_long_as_the_server_says_up_to_fifteen_seconds() {
    for (server_says, expected) in [(0, 1_000), (7, 7_000), (120, 15_000), (u32::MAX, 15_000)] {
        let mut connection = connecting();
        connection.handle(established(server_says));
        let actions = connection.handle(subscribed());
        assert!(
            actions.contains(&Action::Arm(Timer::Quiet, expected)),
            "{server_says}: {actions:?}"
        );
    }
}

#[test]
fn events_are_delivered_and_begin_the_silence_anew() {
    let expected = [Action::Arm(Timer::Quiet, 15_000), Action::Deliver(event())];
    assert_eq!(live().handle(frame(&event())), expected);
}

#[test]
fn what_is_no_frame_is_a_sign_of_life_and_no_more() {
    let actions = live().handle(Input::Frame("{".into()));
    assert_eq!(actions, [Action::Arm(Timer::Quiet, 15_000)]);
    assert_eq!(connecting().handle(Input::Frame("{".into())), []);
}

#[test]
fn the_servers_ping_is_answered() {
    let expected = [
        Action::Arm(Timer::Quiet, 15_000),
        Action::Send(ClientFrame::Pong.encode()),
    ];
    assert_eq!(live().handle(frame(&ServerFrame::Ping)), expected);
}

#[test]
fn silence_makes_it_ping() {
    let actions = live().handle(Input::Elapsed(Timer::Quiet));
    assert_eq!(actions, [ping(), Action::Arm(Timer::Pong, 5_000)]);
}

#[test]
fn any_frame_is_as_good_as_a_pong() {
    for sign in [frame(&ServerFrame::Pong), Input::Frame("?".into())] {
        let mut connection = live();
        connection.handle(Input::Elapsed(Timer::Quiet));
        let actions = connection.handle(sign);
        assert_eq!(
            actions,
            [
                Action::Disarm(Timer::Pong),
                Action::Arm(Timer::Quiet, 15_000)
            ]
        );
    }
}

#[test]
fn a_missing_pong_drops_the_socket_and_opens_another_at_once() {
    let mut connection = live();
    connection.handle(Input::Elapsed(Timer::Quiet));
    let [open, arm] = opens();
    let expected = [Action::Drop, open, arm, Action::Changed(State::Connecting)];
    assert_eq!(connection.handle(Input::Elapsed(Timer::Pong)), expected);
}

#[test]
fn a_handshake_that_takes_too_long_is_dropped_and_tried_again_later() {
    for mut connection in [connecting(), subscribing()] {
        let expected = [
            Action::Drop,
            Action::Arm(Timer::Retry, 1_000),
            Action::Changed(State::Waiting),
        ];
        assert_eq!(
            connection.handle(Input::Elapsed(Timer::Handshake)),
            expected
        );
        assert_eq!(connection.socket_id(), None);
    }
}

#[test]
fn the_wait_being_over_opens_a_socket() {
    let [open, arm] = opens();
    let expected = [open, arm, Action::Changed(State::Connecting)];
    assert_eq!(waiting().handle(Input::Elapsed(Timer::Retry)), expected);
}

#[test]
fn answers_for_further_channels_are_delivered_and_change_nothing() {
    for further in [answer(), no_subscription(403)] {
        let expected = [
            Action::Arm(Timer::Quiet, 15_000),
            Action::Deliver(further.clone()),
        ];
        assert_eq!(live().handle(frame(&further)), expected);
    }
}

#[test]
fn a_timer_that_does_not_run_cannot_run_out() {
    assert_eq!(live().handle(Input::Elapsed(Timer::Pong)), []);
    assert_eq!(live().handle(Input::Elapsed(Timer::Handshake)), []);
    assert_eq!(at_rest().handle(Input::Elapsed(Timer::Retry)), []);
}

#[test]
fn without_a_socket_frames_are_ignored() {
    for mut connection in [at_rest(), waiting(), refused()] {
        assert_eq!(connection.handle(frame(&ServerFrame::Ping)), []);
        assert_eq!(connection.handle(closed(4200)), []);
    }
}
