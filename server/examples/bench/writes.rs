//! Measures durable pushes per second, through the whole service, on a real file.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::{
    ItemPatch, Record, RecordPatch,
    service::{Service as _, Token},
};
use server::{
    hub::Hub,
    service::Tandem,
    store::{Store, StoreError, StoreOptions},
};
use sync::{ClientId, Mutation, Op, Place, Push, Seq, Version};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Error;

const WRITERS: usize = 64;
const WARM_UP: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(3);
/// Rounds, in which both ways take turns, so that a slow moment of the disk affects both.
const ROUNDS: usize = 2;

/// Measures and prints.
pub(crate) async fn run(url: &str) -> Result<(), Error> {
    println!("Durable pushes, {WRITERS} writers at once, each push one create or update");
    println!("on                      commits        pushes/s   pushes/commit   median       p99");
    for lists in [1, WRITERS] {
        let (mut grouped, mut single) = (Sample::default(), Sample::default());
        for _ in 0..ROUNDS {
            for (max_batch, sample) in [
                (1, &mut single),
                (StoreOptions::default().max_batch, &mut grouped),
            ] {
                let tandem = open(url, max_batch).await?;
                sample.add(measure(&tandem, lists).await?);
                tandem.store().close().await;
            }
        }
        println!("{}", single.line(lists, "one per push"));
        println!("{}", grouped.line(lists, "grouped"));
        println!("{:>21.1} times as many", grouped.rate() / single.rate());
    }
    Ok(())
}

async fn open(url: &str, max_batch: usize) -> Result<Tandem, StoreError> {
    let options = StoreOptions {
        max_batch,
        ..StoreOptions::default()
    };
    let store = Store::open(url, options, Arc::new(Hub::default())).await?;
    Ok(Tandem::new(store))
}

/// The result of a measurement.
#[derive(Default)]
struct Sample {
    latencies: Vec<Duration>,
    time: Duration,
    commits: u64,
}

impl Sample {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self.time += other.time;
        self.commits += other.commits;
    }

    fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    fn percentile(&self, percent: usize) -> f64 {
        let latency = self.latencies.get(self.latencies.len() * percent / 100);
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1_000.0)
    }

    fn line(&self, lists: usize, commits: &str) -> String {
        let lists = match lists {
            1 => "1 list".to_owned(),
            _ => format!("{lists} lists"),
        };
        format!(
            "{lists:<21}   {commits:<12} {:>10.0}   {:>13.1}   {:>6.2} ms {:>6.2} ms",
            self.rate(),
            self.latencies.len() as f64 / self.commits as f64,
            self.percentile(50),
            self.percentile(99),
        )
    }
}

/// Runs all writers for a while.
async fn measure(tandem: &Tandem, lists: usize) -> Result<Sample, Error> {
    let mut tokens = Vec::with_capacity(lists);
    for _ in 0..lists {
        tokens.push(tandem.create_list(None, None).await?.token);
    }
    let begin = Instant::now() + WARM_UP;
    let end = begin + MEASURED;
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let writer = Writer::new(tandem.clone(), tokens[n % lists].clone());
        writers.spawn(writer.write(begin, end));
    }
    tokio::time::sleep_until(begin.into()).await;
    let commits = tandem.store().commits();
    tokio::time::sleep_until(end.into()).await;
    let commits = tandem.store().commits() - commits;
    let mut sample = Sample {
        time: MEASURED,
        commits,
        ..Sample::default()
    };
    while let Some(latencies) = writers.join_next().await {
        sample.latencies.extend(latencies??);
    }
    Ok(sample)
}

/// A client that writes as fast as it is answered.
struct Writer {
    tandem: Tandem,
    token: Token,
    client: ClientId,
    seq: u64,
    cursor: Version,
    items: Vec<Uuid>,
}

impl Writer {
    fn new(tandem: Tandem, token: Token) -> Self {
        Self {
            tandem,
            token,
            client: ClientId(Uuid::now_v7()),
            seq: 0,
            cursor: Version::ZERO,
            items: Vec::new(),
        }
    }

    /// Writes until the end, and returns the latencies of the pushes answered after the warm-up.
    async fn write(mut self, begin: Instant, end: Instant) -> Result<Vec<Duration>, Error> {
        let mut latencies = Vec::new();
        loop {
            let push = self.next();
            let sent = Instant::now();
            let answer = self.tandem.push(&self.token, None, push).await?;
            let answered = Instant::now();
            if answered >= end {
                return Ok(latencies);
            }
            if answered >= begin {
                latencies.push(answered - sent);
            }
            if !answer.rejected.is_empty() {
                return Err("a push was refused".into());
            }
            self.cursor = answer.catch_up.head;
        }
    }

    /// Returns a creation in one of eight cases, up to 40 items, else an update.
    fn next(&mut self) -> Push<Record> {
        let text = format!("What is to be done as number {}", self.seq);
        self.seq += 1;
        let patch = RecordPatch::Item(ItemPatch::shortdesc(text));
        let op = if self.seq % 8 == 1 && self.items.len() < 40 {
            let id = Uuid::now_v7();
            self.items.push(id);
            Op::Create {
                id,
                draft: patch,
                place: Place::End,
            }
        } else {
            let id = self.items[self.seq as usize % self.items.len()];
            Op::Update { id, patch }
        };
        Push {
            client_id: self.client,
            since: self.cursor,
            epoch: None,
            begins: None,
            mutations: vec![Mutation {
                seq: Seq(self.seq),
                op,
            }],
        }
    }
}
