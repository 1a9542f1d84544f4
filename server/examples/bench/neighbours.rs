//! Measures how load elsewhere affects writes to a small list: their latency without and with load,
//! and the server's peak memory. Each scenario has its own server.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use app::service::Links;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sync::pusher::ClientFrame;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    runtime::{Builder, Runtime},
    task::JoinSet,
    time::sleep,
};
use tokio_tungstenite::{client_async, tungstenite::Message};
use uuid::Uuid;

use crate::{Error, process::Server};

/// How long the small list is written to, without load and then with it.
const MEASURED: Duration = Duration::from_secs(5);
/// How long the load runs before measuring.
const WARM_UP: Duration = Duration::from_millis(500);
/// Pause between two writes to the small list: several times as fast as a person types.
const PAUSE: Duration = Duration::from_millis(10);

const WRITERS: usize = 8;
const HALF_REQUESTS: usize = 500;
const SOCKETS: usize = 12;
const READERS: usize = 8;

/// Items of the giant list, the maximum, and the characters of each one's notes, which make it
/// almost as large as permitted.
const ITEMS: usize = 5_000;
const NOTES: usize = 1_150;
/// Deleted items of the giant list, the maximum that is kept.
const TOMBSTONES: usize = 10_000;

/// The load beside the small list.
#[derive(Clone, Copy)]
enum Load {
    Giant,
    Import,
    HalfRequests,
    DeafSockets,
    Pages,
}

const LOADS: [(Load, &str); 5] = [
    (Load::Giant, "(a) 8 write to a giant list"),
    (Load::Import, "(b) imports of 8 MiB"),
    (Load::HalfRequests, "(c) 500 half requests hang"),
    (Load::DeafSockets, "(d) 12 sockets do not read"),
    (Load::Pages, "(e) 8 load a giant page"),
];

/// Measures and prints.
pub(crate) async fn run(program: &Path, folder: &Path) -> Result<(), Error> {
    println!();
    println!("Writes to a small list, quiet and beside others' load, and the server's peak memory");
    println!(
        "{:<28} {:>17} {:>17} {:>12} {:>10}",
        "", "quiet p50   p99", "loaded p50   p99", "times", "peak"
    );
    for (load, name) in LOADS {
        let database = folder.join(format!("neighbours-{}.db", load as u8));
        let server = Server::start(program, &database).await?;
        let (quiet, loaded) = measure(load, &server.origin()).await?;
        let peak = server.peak_memory().await?;
        server.stop().await?;
        println!(
            "{name:<28} {} {} {:>5.1} {:>6.1} {:>6.0} MiB",
            quiet.line(),
            loaded.line(),
            loaded.percentile(50) / quiet.percentile(50),
            loaded.percentile(99) / quiet.percentile(99),
            peak,
        );
    }
    Ok(())
}

async fn measure(load: Load, origin: &str) -> Result<(Sample, Sample), Error> {
    let http = Client::new();
    let small = List::create(&http, origin).await?;
    let item = small.add("what is to be done").await?;
    // The load has connections and threads of its own.
    let http = Client::new();
    let giant = List::create(&http, origin).await?;
    if !matches!(load, Load::Import | Load::HalfRequests) {
        giant.fill().await?;
    }
    let quiet = small.write_for(&item).await?;

    let stop = Arc::new(AtomicBool::new(false));
    let crowd = crowd()?;
    let others = crowd.handle();
    let mut loads = JoinSet::new();
    match load {
        Load::Giant => {
            for n in 0..WRITERS {
                loads.spawn_on(giant.clone().rewrite(n, stop.clone()), others);
            }
        }
        Load::Import => {
            loads.spawn_on(import(http, origin.to_owned(), stop.clone()), others);
        }
        Load::HalfRequests => {
            for _ in 0..HALF_REQUESTS {
                let mut stream = TcpStream::connect(host(origin)).await?;
                stream
                    .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n")
                    .await
                    .ok();
                let stop = stop.clone();
                let hang = async move {
                    until(&stop).await;
                    drop(stream);
                    Ok(())
                };
                loads.spawn_on(hang, others);
            }
        }
        Load::DeafSockets => {
            for _ in 0..SOCKETS {
                let listen = giant.clone().subscribe_and_not_read(stop.clone());
                loads.spawn_on(listen, others);
            }
            loads.spawn_on(giant.clone().rewrite(0, stop.clone()), others);
        }
        Load::Pages => {
            for _ in 0..READERS {
                loads.spawn_on(giant.clone().load_pages(stop.clone()), others);
            }
        }
    }
    sleep(WARM_UP).await;
    let loaded = small.write_for(&item).await?;
    stop.store(true, Ordering::Relaxed);
    let mut ended = Ok(());
    while let Some(load) = loads.join_next().await {
        ended = ended.and(load?);
    }
    crowd.shutdown_background();
    ended.map(|()| (quiet, loaded))
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

/// Latencies, sorted.
struct Sample(Vec<Duration>);

impl Sample {
    /// In milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let latency = self.0.get(self.0.len() * percent / 100);
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1_000.0)
    }

    fn line(&self) -> String {
        format!(
            "{:>7.2} {:>6.2} ms",
            self.percentile(50),
            self.percentile(99)
        )
    }
}

/// A list on the server.
#[derive(Clone)]
struct List {
    http: Client,
    origin: String,
    token: String,
}

impl List {
    async fn create(http: &Client, origin: &str) -> Result<Self, Error> {
        let created = http.post(format!("{origin}/api/lists")).send().await?;
        let links: Links = created.error_for_status()?.json().await?;
        Ok(Self {
            http: http.clone(),
            origin: origin.to_owned(),
            token: links.token.0,
        })
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, Error> {
        let url = format!("{}/api/lists/{}{path}", self.origin, self.token);
        let answer = self.http.request(method, url).json(body).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Adds an item, and returns its id.
    async fn add(&self, shortdesc: &str) -> Result<String, Error> {
        let item = json!({ "shortdesc": shortdesc });
        let item = self.send(Method::POST, "/items", &item).await?;
        Ok(item["id"].as_str().ok_or("an item has no id")?.to_owned())
    }

    /// Writes to an item repeatedly, and returns the latency of each write.
    async fn write_for(&self, item: &str) -> Result<Sample, Error> {
        let (end, path) = (Instant::now() + MEASURED, format!("/items/{item}"));
        let mut latencies = Vec::new();
        while Instant::now() < end {
            let text = json!({ "shortdesc": format!("text {}", latencies.len()) });
            let sent = Instant::now();
            self.send(Method::PATCH, &path, &text).await?;
            latencies.push(sent.elapsed());
            sleep(PAUSE).await;
        }
        latencies.sort_unstable();
        Ok(Sample(latencies))
    }

    /// Pushes as a client does, and returns the head.
    async fn push(
        &self,
        client: Uuid,
        seq: u64,
        since: u64,
        ops: Vec<Value>,
    ) -> Result<u64, Error> {
        let mutations: Vec<_> = (seq..)
            .zip(ops)
            .map(|(seq, op)| json!({ "seq": seq, "op": op }))
            .collect();
        let push = json!({ "client_id": client, "since": since, "mutations": mutations });
        let body = json!({ "token": self.token, "push": push });
        let url = format!("{}/rpc/push", self.origin);
        let answer = self.http.post(url).json(&body).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        if answer["rejected"]
            .as_array()
            .is_none_or(|refused| !refused.is_empty())
        {
            return Err("a push was refused".into());
        }
        answer["head"].as_u64().ok_or_else(|| "no head".into())
    }

    /// Fills the list to its maximum size.
    async fn fill(&self) -> Result<(), Error> {
        let (client, mut seq, mut head) = (Uuid::now_v7(), 1, 1);
        let notes = "n".repeat(NOTES);
        let mut add = async |ops: Vec<Value>| -> Result<(), Error> {
            let count = ops.len() as u64;
            head = self.push(client, seq, head, ops).await?;
            seq += count;
            Ok(())
        };
        for _ in 0..TOMBSTONES / 500 {
            let ids: Vec<_> = (0..500).map(|_| Uuid::now_v7()).collect();
            let creates = ids.iter().map(|id| create(*id, "deleted", None)).collect();
            add(creates).await?;
            let destroys = ids.iter().map(|id| json!({ "destroy": { "id": id } }));
            add(destroys.collect()).await?;
        }
        for n in 0..ITEMS / 500 {
            let text = format!("item {n}");
            let creates = (0..500).map(|_| create(Uuid::now_v7(), &text, Some(&notes)));
            add(creates.collect()).await?;
        }
        Ok(())
    }

    /// Rewrites notes continuously.
    async fn rewrite(self, number: usize, stop: Arc<AtomicBool>) -> Result<(), Error> {
        let items = self.send(Method::GET, "/items", &Value::Null).await?;
        let ids = items.as_array().ok_or("no items")?.iter();
        let ids: Vec<_> = ids
            .skip(number)
            .step_by(WRITERS)
            .map(|item| item["id"].clone())
            .collect();
        let head = self.send(Method::GET, "", &Value::Null).await?["head"].as_u64();
        let (client, mut head) = (Uuid::now_v7(), head.ok_or("no head")?);
        for seq in 1.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let notes = format!("{seq:0>NOTES$}");
            let patch = json!({ "item": { "longdesc": notes } });
            let id = &ids[seq as usize % ids.len()];
            let op = json!({ "update": { "id": id, "patch": patch } });
            head = self.push(client, seq, head, vec![op]).await?;
        }
        Ok(())
    }

    /// Subscribes and unsubscribes without reading, until nothing more is taken.
    async fn subscribe_and_not_read(self, stop: Arc<AtomicBool>) -> Result<(), Error> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4_096)?;
        let stream = socket.connect(host(&self.origin).parse()?).await?;
        let url = format!("ws://{}/app/tandem?protocol=7", host(&self.origin));
        let (mut socket, _) = client_async(url, stream).await?;
        socket.next().await.ok_or("no greeting")??;
        let channel = format!("list-{}", self.token);
        let subscribe = json!({
            "event": "pusher:subscribe",
            "data": { "channel": channel, "since": 0 },
        });
        let unsubscribe = ClientFrame::Unsubscribe { channel }.encode();
        let pester = async {
            // It ends when the server closes the connection.
            while socket
                .send(Message::text(subscribe.to_string()))
                .await
                .is_ok()
                && socket.send(Message::text(&unsubscribe)).await.is_ok()
            {}
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = pester => {}
            () = until(&stop) => {}
        }
        Ok(())
    }

    /// Loads its page continuously.
    async fn load_pages(self, stop: Arc<AtomicBool>) -> Result<(), Error> {
        while !stop.load(Ordering::Relaxed) {
            let url = format!("{}/{}", self.origin, self.token);
            let mut page = self.http.get(url).send().await?;
            // If there are too many, some are answered 503.
            if page.status() != StatusCode::SERVICE_UNAVAILABLE {
                page = page.error_for_status()?;
            }
            while page.chunk().await?.is_some() {}
        }
        Ok(())
    }
}

fn create(id: Uuid, shortdesc: &str, longdesc: Option<&str>) -> Value {
    let item = json!({ "shortdesc": shortdesc, "longdesc": longdesc });
    json!({ "create": { "id": id, "draft": { "item": item } } })
}

/// Imports files of the maximum size, each into a new list, by preview and confirmation.
async fn import(http: Client, origin: String, stop: Arc<AtomicBool>) -> Result<(), Error> {
    let notes = "n".repeat(NOTES);
    let file = format!("- [ ] an item\n\n  {notes}\n\n").repeat(ITEMS);
    let item = json!({ "shortdesc": "an item", "longdesc": notes });
    let shown = json!({ "title": null, "items": vec![item; ITEMS] }).to_string();
    let send = async |list: &List, fields: &[(&str, &str)]| -> Result<(), Error> {
        let url = format!("{origin}/{}/import", list.token);
        let request = http.post(url).header("Origin", &origin);
        let form = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = request.header("Content-Type", form).body(multipart(fields));
        request.send().await?.error_for_status()?;
        Ok(())
    };
    while !stop.load(Ordering::Relaxed) {
        let list = List::create(&http, &origin).await?;
        send(&list, &[("file", &file)]).await?;
        let number = Uuid::now_v7().to_string();
        send(&list, &[("list", &shown), ("import", &number)]).await?;
    }
    Ok(())
}

const BOUNDARY: &str = "0123456789abcdef";

fn multipart(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if *name == "file" {
            "; filename=\"list.md\""
        } else {
            ""
        };
        let part = format!("Content-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body += "--";
        body += BOUNDARY;
        body += "\r\n";
        body += &part;
        body += value;
        body += "\r\n";
    }
    body + "--" + BOUNDARY + "--\r\n"
}

fn host(origin: &str) -> &str {
    origin.trim_start_matches("http://")
}

async fn until(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        sleep(PAUSE).await;
    }
}
