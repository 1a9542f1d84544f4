//! How a socket ends, and when the next one is opened.

use std::{cell::RefCell, rc::Rc};

use super::*;

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
