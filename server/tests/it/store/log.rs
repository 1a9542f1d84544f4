//! The write-ahead log stays short, although somebody always reads.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use sqlx::{AnyConnection, Connection as _};

use super::{
    pruning::{DAY_MS, now},
    *,
};

const MEGABYTE: u64 = 1024 * 1024;

/// Longer than a commit takes, so that there is always somebody who does not see the last one.
const READING: Duration = Duration::from_millis(80);

/// Begins to read, from a state of the file that stays as it is until the end.
async fn begin(connection: &mut AnyConnection) {
    for statement in ["begin", "select count(*) from items"] {
        let read = sqlx::query(statement).fetch_all(&mut *connection).await;
        read.expect("it can be read");
    }
}

/// Reads for as long as several commits take, and ends.
async fn go_on(connection: &mut AnyConnection) {
    let begun = Instant::now();
    while begun.elapsed() < READING {
        let read = sqlx::query("select count(*) from items").fetch_all(&mut *connection);
        read.await.expect("it can be read");
    }
    alter(connection, "commit").await;
}

/// Reads without a moment in which nobody does: each of the two begins before the other goes on.
async fn always_read([mut one, mut other]: [AnyConnection; 2], stop: Arc<AtomicBool>) {
    begin(&mut one).await;
    while !stop.load(Ordering::Relaxed) {
        begin(&mut other).await;
        go_on(&mut one).await;
        begin(&mut one).await;
        go_on(&mut other).await;
    }
    go_on(&mut one).await;
    for connection in [one, other] {
        connection.close().await.expect("it closes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_bounded_while_reads_overlap() {
    let file = File::new();
    let options = StoreOptions {
        log_bytes: 1024 * 1024,
        ..StoreOptions::default()
    };
    let tandem = file.open_with(options).await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let ids: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    let ops = ids.iter().map(|id| create_with(*id, "heavy"));
    replica.push(&tandem, &token, ops).await.expect("taken");

    let stop = Arc::new(AtomicBool::new(false));
    let connections = [file.connect().await, file.connect().await];
    let reading = tokio::spawn(always_read(connections, stop.clone()));
    let (mut written, mut longest, mut is_even) = (0, 0, false);
    let log = file.path().with_extension("db-wal");
    while written < 120 * MEGABYTE {
        // What is written as it was is not written anew.
        let letter = if is_even { "\u{20ac}" } else { "\u{20ad}" };
        is_even = !is_even;
        let notes = letter.repeat(19_000);
        written += 3 * notes.len() as u64;
        let ops = ids
            .iter()
            .map(|id| update(*id, ItemPatch::longdesc(&*notes)));
        replica.push(&tandem, &token, ops).await.expect("taken");
        longest = longest.max(std::fs::metadata(&log).map_or(0, |file| file.len()));
    }
    stop.store(true, Ordering::Relaxed);
    reading.await.expect("no panic");
    assert!(longest > 0);
    assert!(longest < 90 * MEGABYTE, "{} MB", longest / MEGABYTE);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_bounded_while_only_a_deleted_list_is_cleared_away() {
    const ROWS: u64 = 16_000;
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let mut connection = file.connect().await;
    for statement in [
        "with recursive n(n) as (select 2 union all select n + 1 from n where n <= 16000)
         insert into items (list_id, id, shortdesc, longdesc, isdone, position, version, created_at,
                            updated_at)
         select lists.id, printf('00000000-0000-0000-0000-%012d', (n * 7919) % 100003), 'heavy',
                printf('%.1000c', 'x'), 0, 'a0', n, 0, 0
         from n, lists",
        "update lists set version = 16001, revision = revision + 1",
        "pragma wal_checkpoint(truncate)",
    ] {
        let done = sqlx::query(statement).fetch_all(&mut connection).await;
        done.expect("it can be written");
    }
    tandem.store().close().await;
    let options = StoreOptions {
        log_bytes: 1024 * 1024,
        ..StoreOptions::default()
    };
    let tandem = file.open_with(options).await;
    let before = tandem.store().commits();
    let mut replica = Replica::new();
    let destroyed = replica.push(&tandem, &token, [Op::Destroy { id: list }]);
    destroyed.await.expect("taken");

    let log = file.path().with_extension("db-wal");
    let (mut longest, mut is_left) = (0, true);
    while is_left {
        let pruned = tandem.store().prune(now() + 31 * DAY_MS).await;
        is_left = pruned.expect("it can be deleted").more;
        longest = longest.max(std::fs::metadata(&log).map_or(0, |file| file.len()));
    }
    let left = sqlx::query_scalar("select count(*) from items").fetch_one(&mut connection);
    let left: i64 = left.await.expect("a number");
    assert_eq!(left, 0);
    let commits = tandem.store().commits() - before;
    assert!(commits >= ROWS / 64, "{commits}");
    // A checkpoint comes after 64 commits of some 740 KB. Without any, it is 180 MB.
    assert!(longest < 90 * MEGABYTE, "{} MB", longest / MEGABYTE);
}
