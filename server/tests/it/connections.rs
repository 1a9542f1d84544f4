//! Connections that never finish a request: they are closed, and keep nobody else out.

use std::time::Duration;

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Command,
    time,
};

use crate::client::{Answer, Tandem, TestApp, TestList, TestSocket, connection, soon};

/// Reads until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // Closing with unread input resets the connection.
    soon("the connection's end", stream.read_to_end(&mut bytes))
        .await
        .ok();
    String::from_utf8_lossy(&bytes).into_owned()
}

const HALF_A_HEAD: &str = "POST /api/lists HTTP/1.1\r\nHost: x\r\n";
const HALF_A_BODY: &str = "POST /api/lists HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
     Content-Length: 100\r\n\r\n{\"title\":";

#[tokio::test]
async fn heads_and_idle_connections_have_a_deadline() {
    let app = TestApp::start_with(&["--header-timeout=0.2", "--idle-timeout=0.4"]).await;
    for begun in ["", HALF_A_HEAD] {
        let answer = rest(&mut connection(&app.origin, begun).await).await;
        assert_eq!(answer, "", "{begun}");
    }
    let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = rest(&mut connection(&app.origin, request).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let two = format!("{request}{request}GET /hea");
    let answers = rest(&mut connection(&app.origin, &two).await).await;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2);
}

#[tokio::test]
async fn a_dripping_head_has_the_same_deadline() {
    let app = TestApp::start_with(&["--header-timeout=0.3"]).await;
    let stream = connection(&app.origin, HALF_A_HEAD).await;
    let (mut incoming, mut outgoing) = stream.into_split();
    let dripping = async {
        let mut interval = time::interval(Duration::from_millis(50));
        while outgoing.write_all(b"X-Drip: 1\r\n").await.is_ok() {
            interval.tick().await;
        }
    };
    let closed = async {
        let mut bytes = Vec::new();
        incoming.read_to_end(&mut bytes).await.ok();
    };
    soon("the end", async {
        tokio::select! { () = dripping => {}, () = closed => {} }
    })
    .await;
}

#[tokio::test]
async fn a_stalled_body_is_answered_and_given_up() {
    let app = TestApp::start_with(&["--body-timeout=0.2"]).await;
    let answer = rest(&mut connection(&app.origin, HALF_A_BODY).await).await;
    assert!(
        answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
        "{answer}"
    );
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");

    let call = "POST /rpc/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{";
    let answer = rest(&mut connection(&app.origin, call).await).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.ends_with("\"unavailable\""), "{answer}");

    let mut form = connection(
        &app.origin,
        "POST /rpc/create_list HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ntitle\r\n",
    )
    .await;
    let answer = rest(&mut form).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_response_that_nobody_reads_is_given_up() {
    let app = TestApp::start_with(&["--answer-timeout=0.2"]).await;
    let list = app.list().await;
    let notes = "x".repeat(19_999);
    let item = serde_json::json!({ "shortdesc": "x", "longdesc": notes });
    list.post(&item).await.expect(201).await;
    let request = format!(
        "GET /api/lists/{}/items HTTP/1.1\r\nHost: x\r\n\r\n",
        list.token
    );
    let mut stream = connection(&app.origin, "").await;
    // The server stops reading while it cannot answer, and resets the connection when it gives up.
    soon("the end", async {
        while stream.write_all(request.as_bytes()).await.is_ok() {}
    })
    .await;
}

#[tokio::test]
async fn a_socket_outlives_the_deadlines_of_requests() {
    let flags = [
        "--header-timeout=0.1",
        "--idle-timeout=0.1",
        "--body-timeout=0.1",
        "--answer-timeout=0.1",
    ];
    let app = TestApp::start_with(&flags).await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    let mut idle = connection(&app.origin, "").await;
    rest(&mut idle).await;
    list.add("milk").await;
    socket.expect_event("created").await;
}

#[tokio::test]
async fn a_server_that_stops_waits_for_no_half_request() {
    let app = TestApp::start_with(&["--header-timeout=60"]).await;
    let list = app.list().await;
    let mut half = Vec::new();
    for begun in [HALF_A_HEAD, ""] {
        half.push(connection(&app.origin, begun).await);
    }
    // This request has a new connection, which is accepted after them.
    list.at(&app.origin).add("milk").await;
    let stopping = time::Instant::now();
    app.stop().await;
    let took = stopping.elapsed();
    assert!(
        took < Duration::from_secs(9),
        "it gave requests ten seconds: {took:?}"
    );
}

#[tokio::test]
async fn half_requests_are_evicted_for_whole_ones_of_the_same_address() {
    let app = TestApp::start_with(&["--max-connections-per-address=20"]).await;
    let mut half = Vec::new();
    for begun in [HALF_A_HEAD, HALF_A_BODY, ""].iter().cycle().take(300) {
        half.push(connection(&app.origin, begun).await);
    }
    soon("an answer", async {
        // New connections are not evicted at once.
        while reqwest::get(format!("{}/healthz", app.origin))
            .await
            .map_or(true, |answer| answer.status() != 200)
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    app.list().await.add("milk").await;
}

#[tokio::test]
async fn above_the_limit_connections_are_refused_at_once_and_sockets_stay() {
    let app = TestApp::start_with(&["--max-connections=1"]).await;
    let list = TestList::create(&reqwest::Client::new(), &app.origin).await;
    let mut socket = app.socket().await;
    let mut second = connection(&app.origin, "").await;
    let answer = rest(&mut second).await;
    assert!(
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{answer}"
    );
    assert!(answer.contains("Retry-After: "), "{answer}");
    socket.subscribe(&list.channel()).await;
}

#[tokio::test]
async fn however_many_sockets_come_there_is_a_place_for_those_who_save() {
    for flags in [
        // Of one address, and of all: behind a proxy, each socket has an address of its own.
        &["--max-connections=10"][..],
        &[
            "--max-connections=10",
            "--trusted-proxies=127.0.0.1",
            "--max-sockets-per-address=10",
        ],
    ] {
        let app = TestApp::start_with(flags).await;
        let list = TestList::create(&reqwest::Client::new(), &app.origin).await;
        let mut open = Vec::new();
        for n in 0.. {
            let mut stream = connection(
                &app.origin,
                &format!(
                    "GET /app/tandem?protocol=7 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
                     Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                     X-Forwarded-For: 192.0.2.{n}\r\n\r\n"
                ),
            )
            .await;
            let mut head = [0; 12];
            soon("a status", stream.read_exact(&mut head)).await.ok();
            let is_open = head.ends_with(b"101");
            open.push(stream);
            if !is_open {
                break;
            }
        }
        assert!((3..=10).contains(&open.len()), "{}", open.len());
        // On a connection of its own.
        list.at(&app.origin).add("milk").await;
    }
}

#[tokio::test]
async fn a_body_that_comes_after_its_head_is_no_request_that_has_begun() {
    let app = TestApp::start_with(&["--header-timeout=0.2", "--idle-timeout=30"]).await;
    let body = "{\"title\":\"Trip\"}";
    let head = format!(
        "POST /api/lists HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    let mut stream = connection(&app.origin, &head).await;
    let mut answer = [0; 25];
    soon("leave to go on", stream.read_exact(&mut answer))
        .await
        .expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).await.expect("it is open");
    let mut bytes = [0; 4096];
    let read = soon("an answer", stream.read(&mut bytes)).await;
    let read = read.expect("an answer");
    assert!(bytes[..read].starts_with(b"HTTP/1.1 201"));
    // Twice as long as a request that has begun may take.
    for _ in 0..2 {
        rest(&mut connection(&app.origin, "").await).await;
    }
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("it is open");
    let answer = rest(&mut stream).await;
    assert!(answer.contains("200 OK"), "{answer}");
}

#[tokio::test]
async fn a_body_that_comes_in_single_bytes_takes_no_more_memory_than_it_has() {
    const BYTES: usize = 6_000;
    let folder = tempfile::tempdir().expect("a folder");
    let tandem = Tandem::start(folder.path()).await;
    TestList::create(&reqwest::Client::new(), &tandem.origin)
        .await
        .add("milk")
        .await;
    let before = tandem.peak_memory();
    for path in ["/rpc/push", "/api/lists"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {BYTES}\r\n\r\n"
        );
        let mut stream = connection(&tandem.origin, &head).await;
        stream.set_nodelay(true).expect("an option of sockets");
        let mut interval = time::interval(Duration::from_millis(1));
        interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        for _ in 0..BYTES {
            interval.tick().await;
            stream.write_all(b"x").await.expect("it is open");
        }
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let grown = tandem.peak_memory() - before;
    assert!(grown < 10 << 20, "{grown} bytes for {BYTES}");
}

#[tokio::test]
async fn an_idle_socket_takes_little_memory() {
    const SOCKETS: usize = 300;
    const BYTES: usize = 64 * 1024;
    let folder = tempfile::tempdir().expect("a folder");
    let tandem = Tandem::start(folder.path()).await;
    let list = TestList::create(&reqwest::Client::new(), &tandem.origin).await;
    let mut sockets = Vec::new();
    let mut before = 0;
    for n in 0..SOCKETS + 20 {
        if n == 20 {
            before = tandem.peak_memory();
        }
        let mut socket = TestSocket::connect(&tandem.origin).await;
        socket.subscribe(&list.channel()).await;
        sockets.push(socket);
    }
    let each = (tandem.peak_memory() - before) / SOCKETS;
    assert!(each < BYTES, "{each} bytes");
}

#[tokio::test]
async fn when_descriptors_run_out_half_requests_make_room() {
    let (_folder, tandem) = with_few_files(1_024).await;
    let list = TestList::create(&reqwest::Client::new(), &tandem.origin).await;
    // Fewer than the limit that it computed on start.
    let mut limit = Command::new("prlimit");
    limit
        .arg("--nofile=64:64")
        .arg(format!("--pid={}", tandem.id()));
    assert!(limit.status().await.expect("util-linux is there").success());
    let mut half = Vec::new();
    for begun in [HALF_A_HEAD, HALF_A_BODY].iter().cycle().take(200) {
        half.push(connection(&tandem.origin, begun).await);
    }
    // The connection waits in the system's backlog until the server accepts it.
    list.at(&tandem.origin).add("milk").await;
}

/// Starts the program with few file descriptors.
async fn with_few_files(files: usize) -> (tempfile::TempDir, Tandem) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Tandem::command(folder.path());
    let mut limited = Command::new("sh");
    limited
        .arg("-c")
        .arg(format!("ulimit -n {files} && exec \"$0\" \"$@\""))
        .arg(program.as_std().get_program())
        .args(program.as_std().get_args())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true);
    let tandem = Tandem::run(&mut limited).await;
    (folder, tandem)
}

#[tokio::test]
async fn five_hundred_half_requests_block_nobody_even_with_few_descriptors() {
    let (_folder, tandem) = with_few_files(128).await;
    let list = TestList::create(&reqwest::Client::new(), &tandem.origin).await;
    let mut socket = TestSocket::connect(&tandem.origin).await;
    socket.subscribe(&list.channel()).await;
    let mut half = Vec::new();
    for begun in [HALF_A_HEAD, HALF_A_BODY].iter().cycle().take(500) {
        half.push(connection(&tandem.origin, begun).await);
    }
    soon("an item", async {
        loop {
            let body = serde_json::json!({ "shortdesc": "milk" });
            // A new connection for each attempt.
            let list = list.at(&tandem.origin);
            let request = list.request(Method::POST, "/items").json(&body);
            match request.send().await {
                Ok(answer) if answer.status() == 201 => break,
                _ => tokio::task::yield_now().await,
            }
        }
    })
    .await;
    socket.expect_event("created").await;
    let page = reqwest::Client::new().get(format!("{}/{}", tandem.origin, list.token));
    assert_eq!(Answer::of(page).await.status, 200);
}
