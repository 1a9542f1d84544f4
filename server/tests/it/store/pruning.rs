//! Pruning deletes for good what was deleted long ago.

use app::api::Access;
use sync::Millis;

use super::*;

pub(super) const DAY_MS: Millis = 24 * 60 * 60 * 1_000;

pub(super) fn now() -> Millis {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Millis::try_from(now.expect("after 1970").as_millis()).expect("a time")
}

pub(super) fn rename(id: Uuid, text: &str) -> Op<Record> {
    update(id, ItemPatch::shortdesc(text))
}

#[tokio::test]
async fn tombstones_go_after_thirty_days_and_older_cursors_get_a_reset() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let ops = [create_with(milk, "milk"), create("bread")];
    replica.push(&tandem, &token, ops).await.expect("taken");
    let ops = [Op::Destroy { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");

    let pruned = tandem
        .store()
        .prune(now() + 29 * DAY_MS)
        .await
        .expect("done");
    assert_eq!(pruned.items, 0);
    assert!(
        !tandem
            .changes(&token, Version(3).into())
            .await
            .expect("there")
            .reset
    );
    let pruned = tandem
        .store()
        .prune(now() + 31 * DAY_MS)
        .await
        .expect("done");
    assert_eq!((pruned.items, pruned.more), (1, false));

    let old = tandem
        .changes(&token, Version(3).into())
        .await
        .expect("there");
    assert!(old.reset);
    assert_eq!((texts(&old), old.head), (vec!["bread"], Version(4)));
    let new = tandem
        .changes(&token, Version(4).into())
        .await
        .expect("there");
    assert_eq!((new.reset, new.changes.len()), (false, 0));
    assert!(tandem.trash(&token).await.expect("there").is_empty());
}

#[tokio::test]
async fn a_list_in_memory_knows_what_was_pruned() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let ops = [create_with(milk, "milk"), Op::Destroy { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");
    tandem
        .store()
        .prune(now() + 31 * DAY_MS)
        .await
        .expect("done");
    let answer = replica
        .push(&tandem, &token, [Op::Restore { id: milk }])
        .await;
    let answer = answer.expect("taken");
    assert_eq!(answer.rejected.len(), 1, "nothing is left to restore");
}

#[tokio::test]
async fn a_repeated_push_is_known_for_more_than_a_year() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut me, mut other, milk) = (Replica::new(), Replica::new(), Uuid::now_v7());
    let mine = me.next([create_with(milk, "milk"), rename(milk, "mine")]);
    let answer = tandem.push(&token, None, mine.clone()).await;
    assert_eq!(answer.expect("taken").catch_up.head, Version(3));
    let theirs = other.push(&tandem, &token, [rename(milk, "theirs")]);
    assert_eq!(theirs.await.expect("taken").catch_up.head, Version(4));

    let pruned = tandem
        .store()
        .prune(now() + 399 * DAY_MS)
        .await
        .expect("done");
    assert_eq!(pruned.clients, 0);
    // Reopen, so that nothing is answered from memory.
    tandem.store().close().await;
    let tandem = file.open().await;
    let answer = tandem.push(&token, None, mine.clone()).await;
    assert_eq!(answer.expect("taken").catch_up.head, Version(4));
    assert_eq!(texts(&all(&tandem, &token).await), ["theirs"]);

    // The clock continues from the believed time: the second push came 399 days after the first.
    for days in [401, 801] {
        let pruned = tandem.store().prune(now() + days * DAY_MS).await;
        assert_eq!(pruned.expect("done").clients, 1, "after {days} days");
    }
}

#[tokio::test]
async fn a_client_is_known_for_a_year_after_its_last_push_and_not_its_first() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut me, mut idle, milk) = (Replica::new(), Replica::new(), Uuid::now_v7());
    for (replica, op) in [
        (&mut me, create_with(milk, "milk")),
        (&mut idle, create("tea")),
    ] {
        replica.push(&tandem, &token, [op]).await.expect("taken");
    }
    // That was 300 days ago.
    let mut connection = file.connect().await;
    let aged = sqlx::query("update clients set seen_at = seen_at - $1").bind(300 * DAY_MS);
    aged.execute(&mut connection).await.expect("a table");
    let mine = me.next([rename(milk, "mine")]);
    let answer = tandem.push(&token, None, mine.clone()).await;
    assert_eq!(answer.expect("taken").acked, Seq(2));
    let mut other = Replica::new();
    let theirs = other.push(&tandem, &token, [rename(milk, "theirs")]);
    theirs.await.expect("taken");

    let pruned = tandem
        .store()
        .prune(now() + 150 * DAY_MS)
        .await
        .expect("done");
    assert_eq!(pruned.clients, 1, "only the idle one");
    tandem.store().close().await;
    let tandem = file.open().await;
    tandem.push(&token, None, mine).await.expect("taken");
    assert_eq!(texts(&all(&tandem, &token).await), ["tea", "theirs"]);
}

#[tokio::test]
async fn a_deleted_list_is_pruned_with_its_links() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let ops = [Op::Destroy { id: list }];
    Replica::new()
        .push(&tandem, &token, ops)
        .await
        .expect("taken");
    let pruned = tandem
        .store()
        .prune(now() + 31 * DAY_MS)
        .await
        .expect("done");
    assert_eq!(pruned.lists, 1);
    for table in ["lists", "links"] {
        let count = format!("select count(*) from {table}");
        assert_eq!(file.number(&count).await, 0, "{table}");
    }
}

#[tokio::test]
async fn an_unused_list_is_pruned_after_thirty_days() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let Links { token: used, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let ops = [create_with(milk, "milk")];
    replica.push(&tandem, &used, ops).await.expect("taken");
    let ops = [Op::Destroy { id: milk }];
    replica.push(&tandem, &used, ops).await.expect("taken");
    // A refused mutation does not count as a write, though it is recorded.
    let refused = Replica::new().push(&tandem, &token, [create(" ")]).await;
    assert_eq!(refused.expect("answered").rejected.len(), 1);

    let pruned = tandem
        .store()
        .prune(now() + 29 * DAY_MS)
        .await
        .expect("done");
    assert_eq!(pruned.lists, 0);
    tandem.open_list(&token).await.expect("still there");
    let pruned = tandem
        .store()
        .prune(now() + 31 * DAY_MS)
        .await
        .expect("done");
    assert_eq!((pruned.lists, pruned.more), (1, false));

    for gone in [
        tandem.open_list(&token).await.map(drop),
        Replica::new()
            .push(&tandem, &token, [create("late")])
            .await
            .map(drop),
    ] {
        assert_eq!(gone, Err(Error::UnknownList));
    }
    let opened = tandem.open_list(&used).await.expect("there");
    assert_eq!(
        opened.snapshot.head,
        Version(3),
        "an empty list may have been used"
    );
}

#[tokio::test]
async fn pruning_takes_turns_with_writing() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let ids: Vec<Uuid> = (0..700).map(|_| Uuid::now_v7()).collect();
    let ops = ids.iter().map(|id| create_with(*id, "milk"));
    replica.push(&tandem, &token, ops).await.expect("taken");
    let ops = ids.iter().map(|id| Op::Destroy { id: *id });
    replica.push(&tandem, &token, ops).await.expect("taken");

    let later = now() + 31 * DAY_MS;
    let first = tandem.store().prune(later).await.expect("done");
    assert!(first.items < 100 && first.more, "{first:?}");
    let pruned = 1 + 700 + first.items;
    assert!(
        tandem
            .changes(&token, Version(pruned - 1).into())
            .await
            .expect("there")
            .reset
    );
    let rest = tandem
        .changes(&token, Version(pruned).into())
        .await
        .expect("there");
    assert_eq!(
        (rest.reset, rest.changes.len() as u64),
        (false, 700 - first.items)
    );
    replica
        .push(&tandem, &token, [create("bread")])
        .await
        .expect("taken");
    let mut items = first.items;
    loop {
        let pruned = tandem.store().prune(later).await.expect("done");
        items += pruned.items;
        if !pruned.more {
            break;
        }
    }
    assert_eq!(items, 700);
    assert_eq!(texts(&all(&tandem, &token).await), ["bread"]);
}

/// This time is out of range, so the calculation panics in test builds.
#[cfg(debug_assertions)]
#[tokio::test]
async fn a_panic_while_pruning_does_not_end_the_writer() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let pruned = tandem.store().prune(Millis::MIN).await;
    assert!(pruned.is_err());
    let pushed = Replica::new().push(&tandem, &token, [create("milk")]).await;
    assert_eq!(pushed.expect("taken").acked, Seq(1));
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_prunes_nothing_early() {
    let hour = std::time::Duration::from_hours(1);
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let ops = [create_with(milk, "milk"), Op::Destroy { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");
    let repeated = replica.next([create("bread")]);
    let pushed = tandem.push(&token, None, repeated.clone()).await;
    pushed.expect("taken");

    // The clock is two years ahead, and the server is restarted again and again.
    let ahead = now() + 730 * DAY_MS;
    let mut tandem = tandem;
    for _ in 0..5 {
        let believed = tandem.store().believed(ahead, hour);
        assert!(
            believed < now() + DAY_MS,
            "an hour is not believed to be a day"
        );
        let pruned = tandem.store().prune(believed).await.expect("done");
        assert_eq!((pruned.items, pruned.clients), (0, 0));
        tandem.store().close().await;
        tandem = file.open().await;
    }
    assert_eq!(tandem.trash(&token).await.expect("there").len(), 1);
    let again = tandem.push(&token, None, repeated).await.expect("taken");
    assert_eq!(texts(&all(&tandem, &token).await), ["bread"], "{again:?}");

    // Elapsed time is believed, and so is a clock that goes back.
    let believed = tandem.store().believed(ahead, 24 * 31 * hour);
    let pruned = tandem.store().prune(believed).await.expect("done");
    assert_eq!(pruned.items, 1);
    assert_eq!(tandem.store().believed(5, hour), 5);
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_makes_no_list_forget_a_client_early() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let repeated = replica.next([create_with(milk, "milk")]);
    let pushed = tandem.push(&token, None, repeated.clone()).await;
    pushed.expect("taken");
    tandem.store().close().await;

    // To the database, it is sixty days ago: all that it knows was written then, and the system's clock
    // has jumped since. More clients wrote to the list than it remembers for longer than thirty days.
    let then = now() - 60 * DAY_MS;
    let mut connection = file.connect().await;
    for statement in [
        "with recursive n(n) as (select 1 union all select n + 1 from n where n < 10000)
         insert into clients (list_id, client_id, acked, rejected, seen_at)
         select lists.id, printf('00000000-0000-0000-0000-%012d', n), 1, '[]', 1 from n, lists",
        "update clients set seen_at = $1",
        "update history set believed = $1",
    ] {
        let done = sqlx::query(statement).bind(then).execute(&mut connection);
        done.await.expect("it can be written");
    }

    let tandem = file.open().await;
    let pushed = Replica::new()
        .push(&tandem, &token, [create("bread")])
        .await;
    pushed.expect("taken");
    let clients = sqlx::query_scalar("select count(*) from clients").fetch_one(&mut connection);
    let clients: i64 = clients.await.expect("a number");
    assert_eq!(clients, 10_000 + 2);
    let again = tandem.push(&token, None, repeated).await;
    assert_eq!(again.expect("taken").rejected, []);
}

#[tokio::test]
async fn the_content_of_a_deleted_list_is_kept_for_thirty_days_and_then_deleted_in_parts() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let creates = (0..150).map(|n| create(&format!("item {n}")));
    replica.push(&tandem, &token, creates).await.expect("taken");
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let destroyed = replica.push(&tandem, &token, [Op::Destroy { id: list }]);
    destroyed.await.expect("taken");
    let mut connection = file.connect().await;
    let counts = async |connection: &mut AnyConnection| {
        let mut counts: Vec<i64> = Vec::new();
        for table in ["items", "clients", "links", "lists"] {
            let count = format!("select count(*) from {table}");
            let count = sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut *connection);
            counts.push(count.await.expect("a table"));
        }
        counts
    };
    let pruned = tandem
        .store()
        .prune(now() + 29 * DAY_MS)
        .await
        .expect("done");
    assert_eq!((pruned.items, pruned.lists), (0, 0));
    assert_eq!(counts(&mut connection).await, [150_i64, 1, 2, 1]);

    let mut parts = 0;
    while tandem
        .store()
        .prune(now() + 31 * DAY_MS)
        .await
        .expect("done")
        .more
    {
        parts += 1;
        let is_known = tandem.was_destroyed(&token).await;
        assert_eq!(is_known, Ok(true), "its links go last");
    }
    assert!(parts >= 2, "{parts}");
    assert_eq!(counts(&mut connection).await, [0_i64, 0, 0, 0]);
    let restored = tandem.restore_list(&token).await;
    assert_eq!(restored, Err(Error::UnknownList));
}

#[tokio::test]
async fn replaced_links_are_on_record_for_thirty_days_and_only_the_latest() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { mut token, .. } = new_list(&tandem).await;
    let first = token.clone();
    let mut last = token.clone();
    for _ in 0..40 {
        let links = tandem.replace_link(&token, Access::Write).await;
        last = std::mem::replace(&mut token, links.expect("replaced").token);
    }
    assert_eq!(tandem.was_replaced(&first).await, Ok(false));
    assert_eq!(tandem.was_replaced(&last).await, Ok(true));
    let mut connection = file.connect().await;
    let count: i64 = sqlx::query_scalar("select count(*) from links")
        .fetch_one(&mut connection)
        .await
        .expect("a table");
    assert_eq!(count, 2 + 32);

    tandem
        .store()
        .prune(now() + 29 * DAY_MS)
        .await
        .expect("done");
    assert_eq!(tandem.was_replaced(&last).await, Ok(true));
    Replica::new()
        .push(&tandem, &token, [create("milk")])
        .await
        .expect("taken");
    let pruned = tandem
        .store()
        .prune(now() + 31 * DAY_MS)
        .await
        .expect("done");
    assert_eq!((pruned.links, pruned.lists), (32, 0));
    assert_eq!(tandem.was_replaced(&last).await, Ok(false));
    tandem
        .open_list(&token)
        .await
        .expect("the link in use stays");
}
