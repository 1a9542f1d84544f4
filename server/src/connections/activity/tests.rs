use super::*;

const DEADLINES: Deadlines = Deadlines {
    head: Duration::from_secs(10),
    body: Duration::from_secs(20),
    answer: Duration::from_secs(30),
    idle: Duration::from_secs(75),
};

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

fn left(activity: &Activity) -> Option<u64> {
    let (at, _) = activity.deadline(&DEADLINES)?;
    Some((at - Instant::now()).as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_head_has_its_time_from_the_first_byte_on_however_often_more_comes() {
    let activity = Activity::new(Instant::now());
    assert_eq!(left(&activity), Some(10));
    pass(6).await;
    activity.received();
    assert_eq!(left(&activity), Some(4));
    activity.request_began();
    assert_eq!(
        left(&activity),
        None,
        "the server's own time is not limited"
    );
    activity.request_ended();
    assert_eq!(left(&activity), Some(75));
    pass(70).await;
    activity.received();
    assert_eq!(left(&activity), Some(10));
}

#[tokio::test(start_paused = true)]
async fn bytes_after_the_body_begin_the_next_head_and_the_body_does_not() {
    let activity = Activity::new(Instant::now());
    activity.request_began();
    activity.body_awaited();
    activity.received();
    activity.body_received(10);
    activity.body_ended();
    activity.request_ended();
    assert_eq!(left(&activity), Some(75));
    activity.request_began();
    activity.body_ended();
    activity.received();
    activity.request_ended();
    assert_eq!(left(&activity), Some(10));
}

#[tokio::test(start_paused = true)]
async fn a_fast_start_earns_no_right_to_stall_later() {
    let activity = Activity::new(Instant::now());
    activity.request_began();
    activity.body_awaited();
    activity.body_received(4_000_000);
    activity.sent(4_000_000);
    for overdue in [Overdue::Body, Overdue::Connection] {
        let began = Instant::now();
        let step = |activity: &Activity, bytes| match overdue {
            Overdue::Body => {
                activity.body_received(bytes);
                activity.body_awaited();
            }
            Overdue::Connection => {
                activity.sent(bytes);
                activity.send_blocked();
            }
        };
        step(&activity, 0);
        while left(&activity).is_some_and(|left| left >= 19) {
            pass(19).await;
            step(&activity, 1);
            assert!(began.elapsed().as_secs() < 100, "a byte in 19 seconds");
        }
        activity.body_ended();
    }
}

#[tokio::test(start_paused = true)]
async fn another_request_gives_no_more_time_to_take_the_answer_before_it() {
    let activity = Activity::new(Instant::now());
    activity.request_began();
    activity.send_blocked();
    activity.request_ended();
    pass(20).await;
    activity.request_began();
    assert_eq!(left(&activity), Some(10));
    assert!(activity.stalled_since(Instant::now()).is_some());
    activity.upgraded();
    assert_eq!(left(&activity), Some(10), "no socket yet");
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_an_unsent_response_is_not_idle() {
    let activity = Activity::new(Instant::now());
    activity.request_began();
    pass(60).await;
    activity.send_blocked();
    activity.request_ended();
    assert_eq!(activity.stalled_since(Instant::now()), None);
    let began = Instant::now();
    pass(1).await;
    assert_eq!(activity.stalled_since(Instant::now()), Some(began));
}

#[tokio::test(start_paused = true)]
async fn a_body_may_be_slow_but_neither_stall_nor_drip() {
    let activity = Activity::new(Instant::now());
    activity.request_began();
    activity.body_awaited();
    pass(15).await;
    activity.body_received(5_000);
    activity.body_awaited();
    assert_eq!(
        left(&activity),
        Some(15),
        "5,000 bytes are worth ten seconds"
    );
    let mut seconds = 0;
    while left(&activity) > Some(1) {
        pass(1).await;
        seconds += 1;
        activity.body_received(1);
        activity.body_awaited();
    }
    assert_eq!(seconds, 14, "a byte now and then is none worth waiting for");
    activity.body_received(1_000_000);
    activity.body_awaited();
    assert_eq!(left(&activity), Some(20));
    assert_eq!(
        activity.deadline(&DEADLINES).map(|(_, overdue)| overdue),
        Some(Overdue::Body)
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_taken_has_a_deadline_too() {
    let activity = Activity::new(Instant::now());
    activity.request_began();
    activity.send_blocked();
    assert_eq!(left(&activity), Some(30));
    activity.request_ended();
    pass(25).await;
    assert_eq!(left(&activity), Some(5), "its end is still on its way");
    activity.sent(10);
    assert_eq!(left(&activity), Some(50), "then it is idle");
}

#[tokio::test(start_paused = true)]
async fn only_who_waits_for_its_client_gives_way() {
    let activity = Activity::new(Instant::now());
    let began = Instant::now();
    assert_eq!(activity.stalled_since(Instant::now()), None, "it is new");
    pass(1).await;
    assert_eq!(activity.stalled_since(Instant::now()), Some(began));
    activity.request_began();
    assert_eq!(activity.stalled_since(Instant::now()), None);
    activity.body_awaited();
    pass(1).await;
    assert!(activity.stalled_since(Instant::now()).is_some());
    activity.body_received(1);
    assert_eq!(activity.stalled_since(Instant::now()), None);
    activity.upgraded();
    pass(1_000).await;
    assert_eq!(activity.stalled_since(Instant::now()), None);
    assert_eq!(left(&activity), None);
}
