//! Measures the memory of an idle subscribed socket.

use std::path::Path;

use app::service::{Links, Token};
use futures_util::{SinkExt as _, StreamExt as _};
use sync::{Version, pusher::ClientFrame};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::{Error, process::Server};

/// Numbers of sockets to measure at. The first ones warm the server up.
const COUNTS: [usize; 2] = [1_000, 5_000];
const WARM_UP: usize = 100;
/// Number of lists over which the sockets are spread.
const LISTS: usize = 100;

/// Measures and prints.
pub(crate) async fn run(program: &Path, database: &Path) -> Result<(), Error> {
    let server = Server::start(program, database).await?;
    let address = server.address.clone();
    let tokens = new_lists(&address).await?;

    println!();
    println!("Resident memory of a server with idle subscribed sockets");
    println!("sockets        in all     per socket");
    let mut sockets = Vec::new();
    connect(&mut sockets, WARM_UP, &address, &tokens).await?;
    let base = server.memory().await?;
    println!("{:>7}   {base:>6.1} MiB", sockets.len());
    for count in COUNTS {
        connect(&mut sockets, WARM_UP + count, &address, &tokens).await?;
        let resident = server.memory().await?;
        println!(
            "{:>7}   {resident:>6.1} MiB   {:>8.1} KiB",
            sockets.len(),
            (resident - base) * 1_024.0 / count as f64,
        );
    }
    drop(sockets);
    server.stop().await
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

/// Opens sockets up to a number, each subscribed to a list.
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
            since: Some(Version::ZERO),
            epoch: None,
            auth: None,
            channel_data: None,
        };
        socket.send(Message::text(subscribe.encode())).await?;
        // The greeting, and the answer to the subscription.
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
