//! The tests' clients: a server of their own, lists, and sockets.

mod import;
mod list;
mod program;
mod socket;

pub(crate) use import::{Part, Preview, send_form};
pub(crate) use list::{Answer, TestList};
pub(crate) use program::Tandem;
pub(crate) use socket::{TestSocket, close_code};

use std::{
    fmt::Display,
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Parser as _;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use server::{Config, Server, Site};
use sqlx::{AnyConnection, Connection as _};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time,
};

/// Timeout of everything that tests wait for. No test sleeps; only a failing one waits this long.
const DEADLINE: Duration = Duration::from_mins(1);

/// Waits for a future, and panics with its description on timeout.
pub(crate) async fn soon<T>(what: impl Display, future: impl Future<Output = T>) -> T {
    match time::timeout(DEADLINE, future).await {
        Ok(value) => value,
        Err(error) => panic!("{what} did not come within {DEADLINE:?}: {error}"),
    }
}

/// Opens a connection to a server, and sends this.
pub(crate) async fn connection(origin: &str, text: &str) -> TcpStream {
    let host = origin.strip_prefix("http://").expect("an origin");
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    // A server that refused the connection may have closed it already.
    stream.write_all(text.as_bytes()).await.ok();
    stream
}

/// Reads the status of an HTTP/1.1 response, and nothing behind it.
pub(crate) async fn status(stream: &mut TcpStream) -> u16 {
    let mut line = [0; 12];
    let read = soon("a status", stream.read_exact(&mut line)).await;
    read.expect("an answer");
    let status = std::str::from_utf8(&line[9..]).expect("text");
    status.parse().expect("a number")
}

const FREE_PORT: &str = "127.0.0.1:0";

fn new_folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A server on a free port, over a database of its own.
pub(crate) struct TestApp {
    pub(crate) origin: String,
    http: Client,
    folder: TempDir,
    shutdown: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<()>>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with_site(Site::embedded()).await
    }

    pub(crate) async fn start_with_site(site: Site) -> Self {
        Self::run(new_folder(), FREE_PORT, site, &[]).await
    }

    /// Starts it with further flags.
    pub(crate) async fn start_with(flags: &[&str]) -> Self {
        Self::start_at(FREE_PORT, flags).await
    }

    /// Starts it at this address, with further flags.
    pub(crate) async fn start_at(address: &str, flags: &[&str]) -> Self {
        Self::run(new_folder(), address, Site::embedded(), flags).await
    }

    /// Restarts the server on the same database, with further flags.
    pub(crate) async fn restart(self, flags: &[&str]) -> Self {
        let folder = self.stop().await;
        Self::run(folder, FREE_PORT, Site::embedded(), flags).await
    }

    /// Starts it with a modified server.
    pub(crate) async fn start_changed(change: impl FnOnce(Server) -> Server) -> Self {
        let folder = new_folder();
        let database = folder.path().join("tandem.db");
        Self::serve(folder, &database, FREE_PORT, &[], change).await
    }

    /// Starts another server on the same database.
    pub(crate) async fn beside(&self) -> Self {
        let database = self.database();
        Self::serve(new_folder(), &database, FREE_PORT, &[], |server| server).await
    }

    async fn run(folder: TempDir, address: &str, site: Site, flags: &[&str]) -> Self {
        let database = folder.path().join("tandem.db");
        let with_site = |server: Server| server.with_site(site);
        Self::serve(folder, &database, address, flags, with_site).await
    }

    async fn serve(
        folder: TempDir,
        database: &Path,
        address: &str,
        flags: &[&str],
        change: impl FnOnce(Server) -> Server,
    ) -> Self {
        let file = format!("sqlite://{}", database.display());
        let own = ["tandem", "--database-url", &file, "--pusher-key", "tandem"];
        let config = Config::parse_from(own.iter().chain(flags));
        let server = Server::open(&config).await.expect("the database opens");
        let listener = TcpListener::bind(address).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (shutdown, stopped) = oneshot::channel();
        let running = change(server).run(listener, async { drop(stopped.await) });
        Self {
            origin: format!("http://{address}"),
            http: Client::new(),
            folder,
            shutdown: Some(shutdown),
            running: tokio::spawn(running),
        }
    }

    /// Returns the database's file.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("tandem.db")
    }

    /// Opens a connection to the database.
    pub(crate) async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&format!("sqlite://{}", self.database().display()))
            .await
            .expect("the file is there")
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.origin))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Creates a list.
    pub(crate) async fn list(&self) -> TestList {
        TestList::create(&self.http, &self.origin).await
    }

    /// Opens a socket, and waits for the greeting.
    pub(crate) async fn socket(&self) -> TestSocket {
        TestSocket::connect(&self.origin).await
    }

    /// Stops the server as a signal would, waits for its end, and returns the folder of its
    /// database.
    pub(crate) async fn stop(mut self) -> TempDir {
        drop(self.shutdown.take());
        let stopped = soon("the server's end", self.running).await;
        stopped.expect("no panic").expect("a good end");
        self.folder
    }
}

/// Returns the body of a push with these operations, numbered from `seq`.
pub(crate) fn push(client: uuid::Uuid, seq: u64, ops: impl IntoIterator<Item = Value>) -> Value {
    let mutations: Vec<_> = (seq..)
        .zip(ops)
        .map(|(seq, op)| json!({ "seq": seq, "op": op }))
        .collect();
    json!({ "client_id": client, "since": 0, "mutations": mutations })
}

/// Returns the operation that adds an item.
pub(crate) fn create(id: uuid::Uuid, shortdesc: &str) -> Value {
    json!({ "create": { "id": id, "draft": { "item": { "shortdesc": shortdesc } } } })
}

/// Returns the operation that sets fields of an item.
pub(crate) fn update(id: &Value, fields: &Value) -> Value {
    json!({ "update": { "id": id, "patch": { "item": fields } } })
}

/// Returns the operation that deletes an item.
pub(crate) fn destroy(id: &Value) -> Value {
    json!({ "destroy": { "id": id } })
}
