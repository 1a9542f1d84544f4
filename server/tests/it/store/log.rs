//! The write-ahead log stays short, although somebody always reads.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

const MEGABYTE: u64 = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_bounded_while_reads_overlap() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let ids: Vec<Uuid> = (0..10).map(|_| Uuid::now_v7()).collect();
    let ops = ids.iter().map(|id| create_with(*id, "heavy"));
    replica.push(&tandem, &token, ops).await.expect("taken");

    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (stop, tandem, token) = (stop.clone(), tandem.clone(), token.clone());
        readers.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                all(&tandem, &token).await;
            }
        });
    }
    let (mut written, mut longest) = (0, 0);
    let log = file.path().with_extension("db-wal");
    while written < 60 * MEGABYTE {
        let notes = format!("{written}{}", "\u{20ac}".repeat(19_000));
        written += 10 * notes.len() as u64;
        let ops = ids
            .iter()
            .map(|id| update(*id, ItemPatch::longdesc(&*notes)));
        replica.push(&tandem, &token, ops).await.expect("taken");
        longest = longest.max(std::fs::metadata(&log).map_or(0, |file| file.len()));
    }
    stop.store(true, Ordering::Relaxed);
    readers.join_all().await;
    assert!(longest > 0);
    assert!(longest < 40 * MEGABYTE, "{} MB", longest / MEGABYTE);
}
