//! The loads: unusual ones, and as much of an ordinary kind.

use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, StatusCode};
use serde_json::json;
use sync::pusher::ClientFrame;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    sync::Mutex,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};
use uuid::Uuid;

use super::{
    Running,
    list::{List, Tab},
    pace::Pace,
};
use crate::Error;

/// The number of those who write or load pages at once.
const PEOPLE: usize = 8;
const CONNECTIONS: usize = 500;
const SOCKETS: usize = 12;

/// Items of the giant list, the maximum, and the characters of each one's notes, which make it
/// almost as large as permitted.
const ITEMS: usize = 5_000;
const NOTES: usize = 1_150;
/// Deleted items of the giant list, the maximum that is kept.
const TOMBSTONES: usize = 10_000;

/// The ordinary lists, and the items of each. Together they hold as much as the giant one.
const LISTS: usize = 100;
const FEW_ITEMS: usize = ITEMS / LISTS;

/// The changes of a large push.
const CHANGES: usize = 500;

const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// A load beside the small list.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Load {
    Write,
    Import,
    HalfRequests,
    DeafSockets,
    Pages,
    LargePushes,
}

/// Whether a load is unusual, or the same amount of ordinary load.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Giant,
    Ordinary,
}

impl Load {
    pub(super) const ALL: [Self; 6] = [
        Self::Write,
        Self::Import,
        Self::HalfRequests,
        Self::DeafSockets,
        Self::Pages,
        Self::LargePushes,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Write => "8 write to a giant list; ordinary: as often to 100 lists",
            Self::Import => {
                "files of 8 MiB are imported; ordinary: as many bytes in files of 50 items"
            }
            Self::HalfRequests => "500 requests are not finished; ordinary: 500 idle connections",
            Self::DeafSockets => {
                "12 sockets of a giant list, which 1 writes to, do not read; ordinary: of one with 50 items, and they do"
            }
            Self::Pages => "8 load a giant page; ordinary: as many bytes in pages of 50 items",
            Self::LargePushes => {
                "8 push 500 changes at once to a giant list; ordinary: as many, 50 at once, to 100 lists"
            }
        }
    }

    /// Returns the amount of load, for people, and its unit.
    pub(super) fn told(self, rate: f64) -> (f64, &'static str) {
        match self {
            Self::Write | Self::DeafSockets => (rate, "pushes/s"),
            Self::Import | Self::Pages => (rate / MEBIBYTE, "MiB/s"),
            Self::LargePushes => (rate, "changes/s"),
            Self::HalfRequests => (CONNECTIONS as f64, "connections"),
        }
    }
}

/// A tab that stays open from one phase to the next.
type Open = Arc<Mutex<Tab>>;

/// The lists of a load.
pub(super) struct Lists {
    http: Client,
    origin: String,
    notes: String,
    /// The giant list, in a tab of each person.
    giant: Vec<Open>,
    ordinary: Vec<Open>,
}

impl Lists {
    pub(super) async fn create(load: Load, http: &Client, origin: &str) -> Result<Self, Error> {
        let notes = "n".repeat(NOTES);
        let mut giant = Tab::open(List::create(http, origin).await?);
        let mut ordinary = Vec::new();
        if !matches!(load, Load::Import | Load::HalfRequests) {
            giant.leave_tombstones(TOMBSTONES).await?;
            giant.fill(ITEMS, &notes).await?;
        }
        for _ in 0..LISTS {
            let mut tab = Tab::open(List::create(http, origin).await?);
            tab.fill(FEW_ITEMS, &notes).await?;
            ordinary.push(Arc::new(Mutex::new(tab)));
        }
        let tabs = (0..PEOPLE).map(|_| Arc::new(Mutex::new(giant.again())));
        Ok(Self {
            http: http.clone(),
            origin: origin.to_owned(),
            notes,
            giant: tabs.collect(),
            ordinary,
        })
    }

    /// Returns the tabs of one of several people, who have different lists if these are ordinary.
    fn of_one(&self, kind: Kind, number: usize, people: usize) -> Vec<Open> {
        let (tabs, step) = match kind {
            Kind::Giant => (&self.giant, self.giant.len()),
            Kind::Ordinary => (&self.ordinary, people),
        };
        let own = tabs.iter().skip(number % tabs.len()).step_by(step);
        own.cloned().collect()
    }
}

/// Begins a load.
pub(super) fn begin(load: Load, kind: Kind, lists: &Lists, pace: Pace) -> Result<Running, Error> {
    let mut running = Running::new(pace)?;
    let pace = &running.pace.clone();
    match load {
        Load::Write => {
            for n in 0..PEOPLE {
                running.spawn(rewrite(lists.of_one(kind, n, PEOPLE), 1, pace.clone()));
            }
        }
        Load::LargePushes => {
            let changes = if kind == Kind::Giant {
                CHANGES
            } else {
                FEW_ITEMS
            };
            for n in 0..PEOPLE {
                running.spawn(rewrite(
                    lists.of_one(kind, n, PEOPLE),
                    changes,
                    pace.clone(),
                ));
            }
        }
        Load::Import => match kind {
            Kind::Giant => {
                let file = File::new(ITEMS, &lists.notes);
                let new = (lists.http.clone(), lists.origin.clone());
                running.spawn(import_anew(new, file, pace.clone()));
            }
            Kind::Ordinary => {
                for n in 0..PEOPLE {
                    let file = File::new(FEW_ITEMS, &lists.notes);
                    running.spawn(import(lists.of_one(kind, n, PEOPLE), file, pace.clone()));
                }
            }
        },
        Load::HalfRequests => {
            for _ in 0..CONNECTIONS {
                let address = host(&lists.origin).to_owned();
                running.spawn(connect(address, kind, pace.clone()));
            }
        }
        Load::DeafSockets => {
            for _ in 0..SOCKETS {
                let tabs = lists.of_one(kind, 0, LISTS);
                match kind {
                    Kind::Giant => running.spawn(pester(tabs, pace.clone())),
                    Kind::Ordinary => running.spawn(listen(tabs, pace.clone())),
                }
            }
            running.spawn(rewrite(lists.of_one(kind, 0, LISTS), 1, pace.clone()));
        }
        Load::Pages => {
            for n in 0..PEOPLE {
                running.spawn(load_pages(lists.of_one(kind, n, PEOPLE), pace.clone()));
            }
        }
    }
    Ok(running)
}

/// Rewrites notes in these lists, one list after the other, some at once.
async fn rewrite(tabs: Vec<Open>, changes: usize, pace: Arc<Pace>) -> Result<(), Error> {
    for tab in tabs.iter().cycle() {
        if !pace.next(changes as u64).await {
            break;
        }
        tab.lock().await.rewrite(changes, NOTES).await?;
        pace.add(changes as u64);
    }
    Ok(())
}

/// Loads the pages of these lists, one after the other.
async fn load_pages(tabs: Vec<Open>, pace: Arc<Pace>) -> Result<(), Error> {
    let mut last = 0;
    for tab in tabs.iter().cycle() {
        if !pace.next(last).await {
            break;
        }
        let list = tab.lock().await.list().clone();
        let url = format!("{}/{}", list.origin, list.token);
        let mut page = list.http.get(url).send().await?;
        // If there are too many, some are answered 503.
        if page.status() != StatusCode::SERVICE_UNAVAILABLE {
            page = page.error_for_status()?;
        }
        last = 0;
        while let Some(piece) = page.chunk().await? {
            last += piece.len() as u64;
            pace.add(piece.len() as u64);
        }
    }
    Ok(())
}

/// A file to import, and what its preview sends.
struct File {
    text: String,
    shown: String,
}

impl File {
    fn new(items: usize, notes: &str) -> Self {
        let item = json!({ "shortdesc": "an item", "longdesc": notes });
        Self {
            text: format!("- [ ] an item\n\n  {notes}\n\n").repeat(items),
            shown: json!({ "title": null, "items": vec![item; items] }).to_string(),
        }
    }

    /// Imports it by preview and confirmation.
    async fn import(&self, list: &List, pace: &Pace) -> Result<(), Error> {
        let number = Uuid::now_v7().to_string();
        let text: &[(&str, &str)] = &[("file", &self.text)];
        for fields in [text, &[("list", &self.shown), ("import", &number)]] {
            let url = format!("{}/{}/import", list.origin, list.token);
            let request = list.http.post(url).header("Origin", &list.origin);
            let form = format!("multipart/form-data; boundary={BOUNDARY}");
            let request = request.header("Content-Type", form);
            let sent = request.body(multipart(fields)).send().await?;
            sent.error_for_status()?;
            pace.add(self.size() / 2);
        }
        Ok(())
    }

    /// Returns the number of bytes that importing it sends, approximately.
    fn size(&self) -> u64 {
        (self.text.len() + self.shown.len()) as u64
    }
}

/// Imports a file repeatedly, each time into a new list.
async fn import_anew(
    (http, origin): (Client, String),
    file: File,
    pace: Arc<Pace>,
) -> Result<(), Error> {
    while pace.next(file.size()).await {
        let list = List::create(&http, &origin).await?;
        file.import(&list, &pace).await?;
    }
    Ok(())
}

/// Imports a file into these lists, one after the other.
async fn import(tabs: Vec<Open>, file: File, pace: Arc<Pace>) -> Result<(), Error> {
    for tab in tabs.iter().cycle() {
        if !pace.next(file.size()).await {
            break;
        }
        let list = tab.lock().await.list().clone();
        file.import(&list, &pace).await?;
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

/// Opens a connection that sends half a request or, if it is ordinary, a whole one.
async fn connect(address: String, kind: Kind, pace: Arc<Pace>) -> Result<(), Error> {
    let mut stream = TcpStream::connect(&address).await?;
    let head = "GET /healthz HTTP/1.1\r\nHost: x\r\n";
    stream.write_all(head.as_bytes()).await?;
    if kind == Kind::Ordinary {
        stream.write_all(b"\r\n").await?;
        if stream.read(&mut [0; 256]).await? == 0 {
            return Err("the connection was closed".into());
        }
    }
    pace.end().await;
    Ok(())
}

/// Subscribes to a list and unsubscribes without reading, until nothing more is taken.
async fn pester(tabs: Vec<Open>, pace: Arc<Pace>) -> Result<(), Error> {
    let (mut socket, channel) = open_socket(&tabs).await?;
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
        () = pace.end() => {}
    }
    Ok(())
}

/// Subscribes to a list, and reads what comes.
async fn listen(tabs: Vec<Open>, pace: Arc<Pace>) -> Result<(), Error> {
    let (mut socket, channel) = open_socket(&tabs).await?;
    let subscribe = json!({ "event": "pusher:subscribe", "data": { "channel": channel } });
    socket.send(Message::text(subscribe.to_string())).await?;
    let read = async {
        while let Some(frame) = socket.next().await {
            frame?;
        }
        Err("a socket was closed".into())
    };
    tokio::select! {
        ended = read => ended,
        () = pace.end() => Ok(()),
    }
}

/// Opens a socket with a small buffer. Returns it with the channel of the first list.
async fn open_socket(tabs: &[Open]) -> Result<(WebSocketStream<TcpStream>, String), Error> {
    let list = tabs[0].lock().await.list().clone();
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4_096)?;
    let stream = socket.connect(host(&list.origin).parse()?).await?;
    let url = format!("ws://{}/app/tandem?protocol=7", host(&list.origin));
    let (mut socket, _) = client_async(url, stream).await?;
    socket.next().await.ok_or("no greeting")??;
    Ok((socket, format!("list-{}", list.token)))
}

fn host(origin: &str) -> &str {
    origin.trim_start_matches("http://")
}
