//! A check, as when the page becomes visible: is the socket still alive?

use super::*;

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
