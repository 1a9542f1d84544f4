//! Measures how load elsewhere affects writes to a small list.
//!
//! Each scenario has a server of its own, in a process of its own. Somebody writes to a small list,
//! one write after the other with a pause in between, while:
//!
//! - nothing else happens (quiet);
//! - a load that is unusual runs beside it (giant): a list of the maximum size is written, by small or by
//!   large pushes, an 8 MiB file is imported, requests are never finished, sockets do not read, or a giant
//!   page is loaded;
//! - the same amount of ordinary load runs (ordinary): as many pushes, bytes or connections a second,
//!   spread over a hundred lists that together hold as much as the giant one.
//!
//! The ordinary load is the control. What it costs, a busy machine costs; only what the giant load
//! costs beyond it is due to one list being giant, or to clients that misbehave. On a machine with two
//! cores, any load at all takes half of what the server can use.
//!
//! The phases alternate: quiet, giant, quiet, ordinary, and so on for several rounds. So a slow moment of
//! the machine spoils one round and not a comparison. Every ratio is taken within a round, to the quiet
//! phase just before; printed are the median of the rounds, and the lowest and highest. Latencies are
//! medians of the rounds', too. Memory is the peak resident memory of the server during the phases.
//!
//! The load's threads have a lower priority than the server and whoever writes to the small list: they
//! stand for other machines. Nothing is asserted.

mod list;
mod load;
mod pace;
mod sample;

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use reqwest::Client;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
    time::sleep,
};

use self::{
    list::List,
    load::{Kind, Lists, Load},
    pace::Pace,
    sample::{Spread, median},
};
use crate::{Error, process::Server};

const ROUNDS: usize = 5;
/// How long the small list is written to in each phase.
const MEASURED: Duration = Duration::from_secs(2);
/// How long a load runs before measuring, and how long there is none after it.
const WARM_UP: Duration = Duration::from_millis(500);
/// Pause between two writes to the small list: much shorter than any person's.
const PAUSE: Duration = Duration::from_millis(5);

/// Measures the scenarios with these letters, and prints.
pub(crate) async fn run(program: &Path, folder: &Path, letters: Option<&str>) -> Result<(), Error> {
    println!();
    println!(
        "Writes to a small list beside other load, {ROUNDS} rounds of {MEASURED:?}: quiet, giant, quiet, ordinary"
    );
    println!(
        "Ratios are taken within a round: median (lowest to highest). Load has a lower priority."
    );
    for (letter, load) in ('a'..).zip(Load::ALL) {
        if letters.is_some_and(|letters| !letters.contains(letter)) {
            continue;
        }
        let busy = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let busy = busy.split(' ').next().unwrap_or_default();
        println!();
        println!("({letter}) {}; load average before: {busy}", load.name());
        println!(
            "            p50       p99        times quiet: p50             p99              peak     load"
        );
        let database = folder.join(format!("neighbours-{letter}.db"));
        let server = Server::start(program, &database).await?;
        measure(load, &server).await?.print(load);
        server.stop().await?;
    }
    Ok(())
}

/// The phases of one scenario, in the order of rounds.
#[derive(Default)]
struct Figures {
    quiet: Vec<Phase>,
    giant: Vec<Phase>,
    ordinary: Vec<Phase>,
    /// The quiet phases before each phase of load.
    before_giant: Vec<Phase>,
    before_ordinary: Vec<Phase>,
}

/// What was measured in a phase.
#[derive(Clone, Copy)]
struct Phase {
    /// Latencies of writes to the small list, in milliseconds.
    p50: f64,
    p99: f64,
    /// Peak memory of the server, in MiB.
    peak: f64,
    /// Units of load per second.
    rate: f64,
}

async fn measure(load: Load, server: &Server) -> Result<Figures, Error> {
    let origin = server.origin();
    let small = List::create(&Client::new(), &origin).await?;
    let item = small.add("what is to be done").await?;
    // The load has connections and threads of its own.
    let lists = Lists::create(load, &Client::new(), &origin).await?;
    let mut figures = Figures::default();
    for _ in 0..ROUNDS {
        let quiet = phase(server, &small, &item, || Ok(None)).await?;
        let begin = || load::begin(load, Kind::Giant, &lists, Pace::unlimited()).map(Some);
        let giant = phase(server, &small, &item, begin).await?;
        figures.before_giant.push(quiet);
        figures.quiet.push(quiet);
        figures.giant.push(giant);
        let quiet = phase(server, &small, &item, || Ok(None)).await?;
        let begin = || load::begin(load, Kind::Ordinary, &lists, Pace::of(giant.rate)).map(Some);
        let ordinary = phase(server, &small, &item, begin).await?;
        figures.before_ordinary.push(quiet);
        figures.quiet.push(quiet);
        figures.ordinary.push(ordinary);
    }
    Ok(figures)
}

/// Measures a phase, with the load that `begin` starts, if any.
async fn phase(
    server: &Server,
    small: &List,
    item: &str,
    begin: impl FnOnce() -> Result<Option<Running>, Error>,
) -> Result<Phase, Error> {
    server.forget_peak().await?;
    let (begun, running) = (Instant::now(), begin()?);
    sleep(WARM_UP).await;
    let sample = small.write_for(item).await?;
    let peak = server.peak_memory().await?;
    let mut rate = 0.0;
    if let Some(running) = running {
        let pace = running.pace.clone();
        // What is under way ends, and counts: an import takes seconds.
        running.end().await?;
        rate = pace.done() as f64 / begun.elapsed().as_secs_f64();
        sleep(WARM_UP).await;
    }
    Ok(Phase {
        p50: sample.percentile(50),
        p99: sample.percentile(99),
        peak,
        rate,
    })
}

/// A load under way.
struct Running {
    crowd: Runtime,
    tasks: JoinSet<Result<(), Error>>,
    pace: Arc<Pace>,
}

impl Running {
    fn new(pace: Pace) -> Result<Self, Error> {
        Ok(Self {
            crowd: crowd()?,
            tasks: JoinSet::new(),
            pace: Arc::new(pace),
        })
    }

    fn spawn(&mut self, task: impl Future<Output = Result<(), Error>> + Send + 'static) {
        self.tasks.spawn_on(task, self.crowd.handle());
    }

    async fn end(mut self) -> Result<(), Error> {
        self.pace.stop.store(true, Ordering::Relaxed);
        let mut ended = Ok(());
        while let Some(task) = self.tasks.join_next().await {
            ended = ended.and(task?);
        }
        self.crowd.shutdown_background();
        ended
    }
}

/// What makes the load. It stands for many other machines: so it gives way on this one to the server, and
/// to the one who writes to the small list, whose own waiting for a processor would be measured else.
fn crowd() -> Result<Runtime, Error> {
    let crowd = Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_start(|| {
            #[cfg(target_os = "linux")]
            if let Ok(own) = rustix::process::getpriority_process(None) {
                let _ = rustix::process::setpriority_process(None, own + 10);
            }
        })
        .enable_all()
        .build()?;
    Ok(crowd)
}

impl Figures {
    fn print(&self, load: Load) {
        line("quiet", &self.quiet, None, load);
        let ordinary = Some(&*self.before_ordinary);
        line("ordinary", &self.ordinary, ordinary, load);
        line("giant", &self.giant, Some(&self.before_giant), load);
        let p50 = Spread::of_ratios(&self.giant, &self.ordinary, |phase| phase.p50);
        let p99 = Spread::of_ratios(&self.giant, &self.ordinary, |phase| phase.p99);
        println!("giant to ordinary              {p50:<19} {p99:<19}");
    }
}

fn line(name: &str, phases: &[Phase], before: Option<&[Phase]>, load: Load) {
    let p50 = median(phases.iter().map(|phase| phase.p50));
    let p99 = median(phases.iter().map(|phase| phase.p99));
    let peak = phases.iter().map(|phase| phase.peak).fold(0.0, f64::max);
    print!("{name:<8} {p50:>6.2} ms {p99:>6.2} ms  ");
    let Some(before) = before else {
        println!("{:<39} {peak:>6.0} MiB", "");
        return;
    };
    let times_p50 = Spread::of_ratios(phases, before, |phase| phase.p50);
    let times_p99 = Spread::of_ratios(phases, before, |phase| phase.p99);
    let (rate, unit) = load.told(median(phases.iter().map(|phase| phase.rate)));
    println!("{times_p50:<19} {times_p99:<19} {peak:>6.0} MiB {rate:>8.1} {unit}");
}
