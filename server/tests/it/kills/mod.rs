//! The real program, killed while it writes, sometimes by a power cut: after a restart, everything
//! acknowledged is there, once, row by row, and repeated pushes change nothing.

#[cfg(target_os = "linux")]
mod disk;
mod writer;

use std::path::{Path, PathBuf};

use reqwest::Client;
use tokio::sync::mpsc;
use uuid::Uuid;

use self::writer::{Found, Row, Writer};
use crate::client::{Tandem, TestList, push, soon};

/// Number of kills, unless `TANDEM_KILLS` is set.
const KILLS: usize = 50;
/// One kill of this many is a power cut, including the first.
const POWER_CUTS: usize = 10;
const WRITERS: usize = 20;
/// Number of pushes answered between two kills.
const PUSHES: usize = 12;

/// Returns the stored list, in its order.
async fn read(list: &TestList) -> Vec<Row> {
    let items = list.items().await.into_iter();
    let rows = items.map(|item| Row {
        id: item["id"].as_str().expect("an id").parse().expect("a UUID"),
        shortdesc: item["shortdesc"].as_str().expect("a text").to_owned(),
        isdone: item["isdone"].as_bool().expect("yes or no"),
    });
    rows.collect()
}

/// Returns a writer's own rows, in the same order.
fn rows_of(writer: &Writer, there: &[Row]) -> Vec<Row> {
    let own = there.iter().filter(|row| writer.owns(&row.shortdesc));
    own.cloned().collect()
}

/// The program on a folder, which is ended by kills and power cuts.
struct Machine {
    folder: PathBuf,
    #[cfg(target_os = "linux")]
    disk: disk::Disk,
}

impl Machine {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            #[cfg(target_os = "linux")]
            disk: disk::Disk::new(folder),
        }
    }

    /// Whether a round ends with a power cut, which can be simulated on Linux only.
    fn is_cut(round: usize) -> bool {
        cfg!(target_os = "linux") && round % POWER_CUTS == 1
    }

    async fn start(&self, round: usize) -> Tandem {
        #[cfg(target_os = "linux")]
        if Self::is_cut(round) {
            return self.disk.start().await;
        }
        Tandem::start(&self.folder).await
    }

    async fn kill(&self, tandem: Tandem, round: usize) {
        tandem.kill().await;
        #[cfg(target_os = "linux")]
        if Self::is_cut(round) {
            self.disk.lose_cache();
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_fifty_kills_exactly_once() {
    let kills = std::env::var("TANDEM_KILLS").ok();
    let kills = kills.map_or(KILLS, |kills| kills.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let machine = Machine::new(folder.path());
    let mut tandem = machine.start(1).await;
    let list = TestList::create(&Client::new(), &tandem.origin).await;
    let mut writers: Vec<_> = (0..WRITERS).map(|_| Writer::new()).collect();
    // Creating the list took the first version.
    let mut by_others = 1;
    let (mut repeated, mut unheard, mut power_cuts) = (0, 0, 0);

    for round in 1..=kills {
        let here = list.at(&tandem.origin);
        let (progress, mut pushed) = mpsc::unbounded_channel();
        let writing = writers.drain(..).map(|mut writer| {
            let (here, progress) = (here.clone(), progress.clone());
            tokio::spawn(async move {
                writer.write(&here, &progress).await;
                writer
            })
        });
        let writing: Vec<_> = writing.collect();
        // Kill it while it is writing.
        for _ in 0..PUSHES {
            soon("a push", pushed.recv())
                .await
                .expect("the writers write");
        }
        machine.kill(tandem, round).await;
        power_cuts += usize::from(Machine::is_cut(round));
        for writer in writing {
            let writer = soon("the writer's end", writer).await;
            writers.push(writer.expect("no lie was told"));
        }

        tandem = machine.start(round + 1).await;
        let here = list.at(&tandem.origin);
        let there = read(&here).await;
        let mut ops = Vec::new();
        let mut repeating = Vec::new();
        for mut writer in writers.drain(..) {
            let rows = rows_of(&writer, &there);
            let found = writer.find(&rows);
            let found = found.unwrap_or_else(|| {
                panic!(
                    "lost or doubled in round {round}: {rows:#?} for {:#?}",
                    writer.rows
                )
            });
            unheard += usize::from(found == Found::Unheard);
            repeated += usize::from(found != Found::Missing);
            ops.extend(writer.dispute(found, round));
            let here = here.clone();
            repeating.push((writer, found, here));
        }
        // Others change the rows before the push is repeated.
        by_others += ops.len() as u64;
        let disputed = here.push(&push(Uuid::now_v7(), 1, ops)).await;
        disputed.expect(200).await;
        let repeating = repeating.into_iter().map(|(mut writer, found, here)| {
            tokio::spawn(async move {
                writer.repeat(&here, found).await;
                writer
            })
        });
        for writer in repeating.collect::<Vec<_>>() {
            let writer = soon("the repetition", writer).await;
            writers.push(writer.expect("it is answered as it was"));
        }

        let there = read(&here).await;
        for writer in &writers {
            assert_eq!(rows_of(writer, &there), writer.rows, "round {round}");
        }
        let rows: usize = writers.iter().map(|writer| writer.rows.len()).sum();
        assert_eq!(there.len(), rows, "and nothing else, round {round}");
        let acknowledged: u64 = writers.iter().map(|writer| writer.acked).sum();
        assert_eq!(
            here.head().await,
            by_others + acknowledged,
            "each mutation took one version, round {round}"
        );
    }

    let acknowledged: u64 = writers.iter().map(|writer| writer.acked).sum();
    assert!(repeated > 0 && (power_cuts > 0 || !cfg!(target_os = "linux")));
    println!(
        "kills survived {kills}, power cuts among them {power_cuts}, clients {WRITERS}, writes \
         acknowledged {acknowledged}, pushes repeated {repeated}, unheard before {unheard}, \
         lost 0, doubled 0"
    );
}
