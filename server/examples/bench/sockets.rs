//! What an idle subscribed socket costs: resident memory of a server that is a process of its own.

use std::{path::Path, process::Stdio};

use app::service::{Links, Token};
use clap::Parser as _;
use futures_util::{SinkExt as _, StreamExt as _};
use server::{Config, Server};
use sync::{Version, pusher::ClientFrame};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::Error;

/// The argument by which this program is the server.
pub(crate) const SERVE: &str = "serve";

/// How many sockets to measure at. Those that come first, uncounted, have the server allocate what it
/// allocates once.
const COUNTS: [usize; 2] = [1_000, 5_000];
const WARM_UP: usize = 100;
/// The sockets are spread over so many lists.
const LISTS: usize = 100;

/// Serves on any port, which it prints, until its input ends.
pub(crate) async fn serve(database_url: &str) -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let config = Config::parse_from([
        "tandem",
        "--database-url",
        database_url,
        // All of them come from one address.
        "--max-connections-per-address=10000",
        "--max-sockets-per-address=10000",
        "--sockets-per-minute=0",
    ]);
    let server = Server::open(&config).await?;
    println!("{}", listener.local_addr()?);
    let input = tokio::task::spawn_blocking(|| {
        std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())
    });
    Ok(server.run(listener, async { drop(input.await) }).await?)
}

/// Measures and prints.
pub(crate) async fn run(program: &Path) -> Result<(), Error> {
    let mut server = Command::new(program)
        .arg(SERVE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = server.stdout.take().ok_or("the server has no output")?;
    let address = BufReader::new(output).lines().next_line().await?;
    let address = address.ok_or("the server did not start")?;
    let tokens = new_lists(&address).await?;

    println!();
    println!("Resident memory of a server with idle subscribed sockets");
    println!("sockets        in all     per socket");
    let mut sockets = Vec::new();
    connect(&mut sockets, WARM_UP, &address, &tokens).await?;
    let base = resident(&server).await?;
    println!("{:>7}   {:>6.1} MiB", sockets.len(), mebibytes(base));
    for count in COUNTS {
        connect(&mut sockets, WARM_UP + count, &address, &tokens).await?;
        let resident = resident(&server).await?;
        println!(
            "{:>7}   {:>6.1} MiB   {:>8.1} KiB",
            sockets.len(),
            mebibytes(resident),
            resident.saturating_sub(base) as f64 / count as f64,
        );
    }
    drop(sockets);
    drop(server.stdin.take());
    server.wait().await?;
    Ok(())
}

async fn new_lists(address: &str) -> Result<Vec<Token>, Error> {
    let client = reqwest::Client::new();
    let mut tokens = Vec::with_capacity(LISTS);
    for _ in 0..LISTS {
        let url = format!("http://{address}/api/lists");
        let links: Links = client.post(url).send().await?.json().await?;
        tokens.push(links.token);
    }
    Ok(tokens)
}

/// Opens sockets until there are so many, each subscribed to a list.
async fn connect(
    sockets: &mut Vec<WebSocketStream<TcpStream>>,
    count: usize,
    address: &str,
    tokens: &[Token],
) -> Result<(), Error> {
    let small = WebSocketConfig::default()
        .read_buffer_size(1_024)
        .write_buffer_size(0);
    while sockets.len() < count {
        let stream = TcpStream::connect(address).await?;
        let url = format!("ws://{address}/app/tandem?protocol=7");
        let (mut socket, _) = client_async_with_config(url, stream, Some(small)).await?;
        let subscribe = ClientFrame::Subscribe {
            channel: format!("list-{}", tokens[sockets.len() % tokens.len()].0),
            since: Some(Version::MIN),
            epoch: None,
            auth: None,
            channel_data: None,
        };
        socket.send(Message::text(subscribe.encode())).await?;
        // The greeting, and the answer.
        for expected in ["connection_established", "subscription_succeeded"] {
            let frame = socket.next().await.ok_or("the server closed a socket")??;
            if !frame.to_text()?.contains(expected) {
                return Err(format!("not {expected}").into());
            }
        }
        sockets.push(socket);
    }
    Ok(())
}

/// How much memory of a process is resident, in KiB.
async fn resident(process: &Child) -> Result<usize, Error> {
    let id = process.id().ok_or("the server ended")?;
    let status = tokio::fs::read_to_string(format!("/proc/{id}/status")).await?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no memory is told")?.parse()?)
}

fn mebibytes(kibibytes: usize) -> f64 {
    kibibytes as f64 / 1_024.0
}
