use std::{cell::RefCell, rc::Rc};

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{Epoch, pusher::close};

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
        version: 41,
    };
    for (cursor, data) in [
        (41.into(), json!({ "channel": "list-a", "since": 41 })),
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
fn every_wait_has_the_next_number_until_it_is_live() {
    let mut connection = connecting();
    for expected in [1_000, 2_000, 3_000] {
        assert_eq!(pause_after(&mut connection, 1006), Some(expected));
        connection.handle(Input::Elapsed(Timer::Retry));
    }
    connection.handle(established(120));
    connection.handle(subscribed());
    assert_eq!(pause_after(&mut connection, 1006), Some(1_000));
}

#[test]
fn close_codes_from_4000_to_4099_are_final() {
    for code in [4000, close::UNKNOWN_KEY, 4099] {
        let expected = [
            Action::Disarm(Timer::Quiet),
            Action::Changed(State::Refused),
        ];
        assert_eq!(live().handle(closed(code)), expected, "{code}");
    }
}

#[test]
fn close_codes_from_4200_to_4299_mean_at_once() {
    for code in [close::RECONNECT, 4299] {
        let actions = live().handle(closed(code));
        let [open, arm] = opens();
        let expected = [
            open,
            Action::Disarm(Timer::Quiet),
            arm,
            Action::Changed(State::Connecting),
        ];
        assert_eq!(actions, expected, "{code}");
    }
}

#[test]
fn all_other_close_codes_mean_later() {
    for code in [
        0,
        1000,
        1001,
        1006,
        3999,
        close::OVER_CAPACITY,
        4199,
        4300,
        u16::MAX,
    ] {
        assert_eq!(pause_after(&mut live(), code), Some(1_000), "{code}");
    }
}

#[test]
fn at_once_happens_but_once_until_it_was_live() {
    let mut connection = live();
    assert_eq!(pause_after(&mut connection, close::RECONNECT), None);
    assert_eq!(*connection.state(), State::Connecting);
    assert_eq!(pause_after(&mut connection, close::RECONNECT), Some(1_000));
    connection.handle(Input::Elapsed(Timer::Retry));
    assert_eq!(pause_after(&mut connection, close::RECONNECT), Some(2_000));
}

#[test]
fn a_socket_that_was_live_and_said_nothing_since_does_not_earn_another_at_once() {
    let mut connection = connecting();
    for expected in [None, Some(1_000)] {
        connection.handle(established(120));
        connection.handle(subscribed());
        assert_eq!(pause_after(&mut connection, close::RECONNECT), expected);
    }
    connection.handle(Input::Elapsed(Timer::Retry));
    connection.handle(established(120));
    connection.handle(subscribed());
    connection.handle(frame(&event()));
    assert_eq!(pause_after(&mut connection, close::RECONNECT), None);
}

#[test]
fn an_error_with_a_code_is_delivered_and_acts_like_a_close() {
    let mut connection = connecting();
    let refusal = error(Some(close::UNKNOWN_KEY));
    let expected = [
        Action::Deliver(refusal.clone()),
        Action::Drop,
        Action::Disarm(Timer::Handshake),
        Action::Changed(State::Refused),
    ];
    assert_eq!(connection.handle(frame(&refusal)), expected);

    connection = live();
    let actions = connection.handle(frame(&error(Some(close::OVER_CAPACITY))));
    assert!(actions.contains(&Action::Arm(Timer::Retry, 1_000)));
    assert_eq!(*connection.state(), State::Waiting);
}

#[test]
fn an_error_without_a_code_is_only_delivered() {
    let expected = [
        Action::Arm(Timer::Quiet, 15_000),
        Action::Deliver(error(None)),
    ];
    assert_eq!(live().handle(frame(&error(None))), expected);
}

#[test]
fn a_channel_that_is_unknown_or_forbidden_is_delivered_and_final() {
    for status in [401, 403, 404] {
        let expected = [
            Action::Deliver(no_subscription(status)),
            Action::Drop,
            Action::Disarm(Timer::Handshake),
            Action::Changed(State::Refused),
        ];
        assert_eq!(
            subscribing().handle(frame(&no_subscription(status))),
            expected
        );
    }
}

#[test]
fn a_subscription_that_fails_otherwise_is_tried_again_later() {
    for status in [0, 400, 429, 500, 503] {
        let expected = [
            Action::Deliver(no_subscription(status)),
            Action::Drop,
            Action::Disarm(Timer::Handshake),
            Action::Arm(Timer::Retry, 1_000),
            Action::Changed(State::Waiting),
        ];
        assert_eq!(
            subscribing().handle(frame(&no_subscription(status))),
            expected
        );
    }
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
fn a_check_pings_a_live_socket_with_little_patience() {
    let expected = [
        ping(),
        Action::Disarm(Timer::Quiet),
        Action::Arm(Timer::Pong, 3_000),
    ];
    assert_eq!(live().handle(Input::Check), expected);
}

#[test]
fn a_check_does_not_put_off_the_pong_that_is_awaited() {
    let mut connection = live();
    connection.handle(Input::Elapsed(Timer::Quiet));
    assert_eq!(connection.handle(Input::Check), []);
    connection = live();
    connection.handle(Input::Check);
    assert_eq!(connection.handle(Input::Check), []);
}

#[test]
fn a_check_ends_the_wait() {
    let [open, arm] = opens();
    let expected = [
        open,
        Action::Disarm(Timer::Retry),
        arm,
        Action::Changed(State::Connecting),
    ];
    assert_eq!(waiting().handle(Input::Check), expected);
    assert_eq!(waiting().handle(Input::Start), expected);
}

#[test]
fn a_check_leaves_the_others_alone() {
    for mut connection in [at_rest(), connecting(), subscribing(), refused()] {
        assert_eq!(connection.handle(Input::Check), []);
    }
}

#[test]
fn waits_begin_anew_after_a_check() {
    for looks_while_it_waits in [true, false] {
        let mut connection = connecting();
        for _ in 0..5 {
            pause_after(&mut connection, 1006);
            connection.handle(Input::Elapsed(Timer::Retry));
        }
        if looks_while_it_waits {
            assert_eq!(pause_after(&mut connection, 1006), Some(6_000));
        }
        connection.handle(Input::Check);
        assert_eq!(*connection.state(), State::Connecting);
        assert_eq!(pause_after(&mut connection, 1006), Some(1_000));
    }
}

#[test]
fn stopping_drops_the_socket_and_the_timer() {
    let actions = live().handle(Input::Stop);
    assert_eq!(
        actions,
        [
            Action::Drop,
            Action::Disarm(Timer::Quiet),
            Action::Changed(State::Idle)
        ]
    );
    let actions = waiting().handle(Input::Stop);
    assert_eq!(
        actions,
        [Action::Disarm(Timer::Retry), Action::Changed(State::Idle)]
    );
    assert_eq!(
        refused().handle(Input::Stop),
        [Action::Changed(State::Idle)]
    );
    assert_eq!(at_rest().handle(Input::Stop), []);
}

#[test]
fn a_refused_connection_restarts_with_the_first_wait() {
    let mut connection = connecting();
    pause_after(&mut connection, 1006);
    connection.handle(Input::Elapsed(Timer::Retry));
    connection.handle(closed(4000));
    assert_eq!(connection.handle(Input::Start).first(), Some(&Action::Open));
    assert_eq!(pause_after(&mut connection, 1006), Some(1_000));
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

#[test]
fn the_backoff_is_asked_once_for_each_wait() {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&asked);
    let mut connection = Connection::new(Box::new(move |attempt| {
        seen.borrow_mut().push(attempt);
        0
    }));
    connection.handle(Input::Start);
    for _ in 0..3 {
        connection.handle(closed(1006));
        connection.handle(Input::Elapsed(Timer::Retry));
    }
    assert_eq!(*asked.borrow(), [0, 1, 2]);
}
