//! Behind the real nginx and the real Caddy, set up as the README says.

use std::{
    fs,
    net::{IpAddr, TcpListener as Port},
    path::{Path, PathBuf},
    process::Stdio,
};

use reqwest::{Client, Method, redirect::Policy};
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

use crate::client::{Answer, Part, TestApp, TestList, TestSocket, send_form, soon};

/// A proxy in front of a server.
struct Proxy {
    origin: String,
    _program: Child,
    _folder: TempDir,
}

impl Proxy {
    /// Starts nginx with this server block.
    async fn nginx(server: &str, address: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().display();
        // If the tests run as root, nginx would go on as a user who cannot write here.
        let user =
            match fs::metadata("/proc/self").map(|me| std::os::unix::fs::MetadataExt::uid(&me)) {
                Ok(0) => "user root;",
                _ => "",
            };
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {path}/{kind};"))
            .join(" ");
        let config = format!(
            // One process: workers would outlive a master that is killed.
            "{user} daemon off; master_process off; pid {path}/pid; error_log stderr; events {{}}\n\
             http {{ access_log off; {temporary}\n{server}\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, config).expect("a file");
        let mut command = Command::new(program("nginx"));
        command
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(file);
        Self::start(command, address, folder).await
    }

    /// Starts Caddy with this site.
    async fn caddy(site: &str, address: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("Caddyfile");
        fs::write(&file, format!("{{\n\tadmin off\n}}\n{site}\n")).expect("a file");
        let mut command = Command::new(program("caddy"));
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(file)
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("HOME", folder.path());
        Self::start(command, address, folder).await
    }

    async fn start(mut command: Command, address: &str, folder: TempDir) -> Self {
        let log = fs::File::create(folder.path().join("log")).expect("a file");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let mut program = command
            .kill_on_drop(true)
            .spawn()
            .expect("the proxy starts");
        soon("the proxy's port", async {
            while TcpStream::connect(address).await.is_err() {
                let ended = program.try_wait().expect("a child of ours");
                let log = || fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                assert!(ended.is_none(), "the proxy has ended: {}", log());
                tokio::task::yield_now().await;
            }
        })
        .await;
        Self {
            origin: format!("http://{address}"),
            _program: program,
            _folder: folder,
        }
    }
}

/// Finds a program. Debian installs servers outside of the users' path.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is missing: server/tests/setup.sh installs it"))
}

/// Returns a local address that nobody listens on.
fn free_address() -> String {
    let port = Port::bind("127.0.0.1:0").expect("a free port");
    port.local_addr().expect("an address").to_string()
}

/// Returns a block of settings from the README, with these replacements.
fn of_readme(language: &str, replaced: &[(&str, &str)]) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).expect("the README");
    let (_, block) = readme
        .split_once(&format!("```{language}\n"))
        .expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    let mut block = block.to_owned();
    for (from, to) in replaced {
        assert!(block.contains(from), "{from} in {block}");
        block = block.replace(from, to);
    }
    block
}

/// Returns a client with its own address.
fn client(address: [u8; 4]) -> Client {
    let client = Client::builder().local_address(IpAddr::from(address));
    client.redirect(Policy::none()).build().expect("a client")
}

/// Does everything that a page does, through the proxy, as a browser does over plain HTTP.
async fn everything_works(proxy: &Proxy) {
    let origin = &*proxy.origin;
    let browser = client([127, 0, 0, 2]);
    let form = |function: &str, fields: String| {
        let request = browser.post(format!("{origin}/rpc/{function}"));
        let request = request
            .header("origin", origin)
            .header("accept", "text/html");
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields)
    };
    let made = Answer::of(form("create_list", String::new())).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let token = made
        .header("location")
        .strip_prefix('/')
        .expect("a path")
        .to_owned();
    let added = form("create_item", format!("token={token}&shortdesc=oat+milk"));
    assert!((300..400).contains(&Answer::of(added).await.status));
    let page = Answer::of(browser.get(format!("{origin}/{token}"))).await;
    assert!(page.text.contains("oat milk"));
    let host = origin.strip_prefix("http://").expect("an origin");
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("ws://{host} ")), "{policy}");
    let sheet = Answer::of(browser.get(format!("{origin}/{token}/print"))).await;
    assert!(
        sheet.text.contains(&format!("{origin}/{token}")),
        "{}",
        sheet.text
    );

    let list = TestList::create(&browser, origin).await;
    let mut socket = TestSocket::connect(origin).await;
    socket.subscribe(&list.channel()).await;
    let item = list
        .request(Method::POST, "/items")
        .header("origin", origin);
    let item = Answer::of(item.json(&json!({ "shortdesc": "bread" }))).await;
    assert_eq!(item.status, 201, "{}", item.text);
    socket.expect_event("created").await;

    let foreign = list
        .request(Method::POST, "/items")
        .header("origin", "http://other.example");
    let foreign = Answer::of(foreign.json(&json!({ "shortdesc": "bread" }))).await;
    foreign.expect_problem(403);

    // More than nginx's default, and as much as Tandem accepts.
    let notes = "x".repeat(19_000);
    let large = format!("- [ ] item\n\n  {notes}\n").repeat(150);
    let import = browser
        .post(format!("{origin}/{token}/import"))
        .header("origin", origin)
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(format!(
            "--edge\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{large}\r\n--edge--\r\n"
        ));
    let import = Answer::of(import).await;
    assert!(import.status < 400, "{} {}", import.status, import.text);
}

/// Clients are distinguished by address, which they cannot forge.
async fn clients_are_told_apart(proxy: &Proxy) {
    let make = |address: [u8; 4], forged: &str| {
        let request = client(address).post(format!("{}/api/lists", proxy.origin));
        Answer::of(
            request
                .header("x-forwarded-for", forged)
                .header("forwarded", forged),
        )
    };
    let one = [127, 0, 0, 11];
    assert_eq!(make(one, "192.0.2.1").await.status, 201);
    assert_eq!(make(one, "192.0.2.2").await.status, 201);
    let refused = make(one, "for=192.0.2.3").await;
    refused.expect_problem(429);
    assert!(refused.header("retry-after").parse::<u64>().is_ok());
    assert_eq!(make([127, 0, 0, 12], "127.0.0.11").await.status, 201);
}

async fn behind(flags: &[&str]) -> (TestApp, String) {
    let app = TestApp::start_with(flags).await;
    let upstream = app
        .origin
        .strip_prefix("http://")
        .expect("an origin")
        .to_owned();
    (app, upstream)
}

/// The second form of an import carries the list, which is up to twice as large there as its file.
async fn the_largest_form_passes(proxy: &Proxy) {
    let list = TestList::create(&client([127, 0, 0, 9]), &proxy.origin).await;
    let large = "x".repeat(16 << 20);
    let url = format!("{}/{}/import", proxy.origin, list.token);
    let answer = send_form(&url, &[Part::text("ignored", &large)]).await;
    // It is read to its end; and there is nothing in it.
    assert_eq!(answer.status, 422, "{}", answer.text);
}

/// Tandem's flags as the README has them, with two lists a minute.
const TRUSTING: [&str; 2] = ["--trusted-proxies=127.0.0.1", "--lists-per-minute=2"];

#[tokio::test]
async fn nginx_works_as_configured_in_the_readme() {
    let (_app, upstream) = behind(&TRUSTING).await;
    let address = free_address();
    let server = of_readme(
        "nginx",
        &[
            ("listen 443 ssl;", &format!("listen {address};")),
            ("    ssl_certificate     /etc/ssl/tandem.pem;\n", ""),
            ("    ssl_certificate_key /etc/ssl/tandem.key;\n", ""),
            ("127.0.0.1:3000", &upstream),
        ],
    );
    let proxy = Proxy::nginx(&server, &address).await;
    everything_works(&proxy).await;
    clients_are_told_apart(&proxy).await;
    the_largest_form_passes(&proxy).await;
}

#[tokio::test]
async fn caddy_works_as_configured_in_the_readme() {
    let (_app, upstream) = behind(&TRUSTING).await;
    let address = free_address();
    let site = of_readme(
        "caddyfile",
        &[
            ("tandem.example", &format!("http://{address}")),
            ("127.0.0.1:3000", &upstream),
        ],
    );
    let proxy = Proxy::caddy(&site, &address).await;
    everything_works(&proxy).await;
    clients_are_told_apart(&proxy).await;
}

/// The minimal configuration, in which nginx sends the server's own address as the host.
async fn bare_nginx(upstream: &str) -> Proxy {
    let address = free_address();
    let server =
        format!("server {{ listen {address}; location / {{ proxy_pass http://{upstream}; }} }}");
    Proxy::nginx(&server, &address).await
}

#[tokio::test]
async fn behind_a_proxy_that_hides_the_host_the_refusal_says_what_to_set() {
    let (_app, upstream) = behind(&[]).await;
    let proxy = bare_nginx(&upstream).await;
    let write = |path: &str| {
        let request = Client::new().post(format!("{}{path}", proxy.origin));
        request.header("origin", &proxy.origin)
    };
    let remedy = format!("--public-url {}", proxy.origin);
    let problem = Answer::of(write("/api/lists")).await.expect_problem(403);
    assert_eq!(problem["code"], "foreign_origin");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains(&remedy), "{detail}");

    for (language, said) in [("en", "Host header"), ("de", "Wenn es Ihr Server ist")] {
        let form = write("/rpc/create_list").header("accept", "text/html");
        let page = Answer::of(form.header("accept-language", language)).await;
        assert_eq!(page.status, 403);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(
            page.text.contains(&remedy) && page.text.contains(said),
            "{}",
            page.text
        );
    }

    let push = json!({ "token": "x", "push": { "client_id": uuid::Uuid::nil(), "since": 0, "mutations": [] } });
    let call = Answer::of(write("/rpc/push").json(&push)).await;
    assert_eq!((call.status, call.json()), (403, json!("foreign_origin")));
}

#[tokio::test]
async fn behind_a_proxy_that_hides_the_host_the_public_address_is_enough() {
    // The server starts after the proxy, whose address it is given.
    let upstream = free_address();
    let proxy = bare_nginx(&upstream).await;
    let flag = format!("--public-url={}", proxy.origin);
    let _app = TestApp::start_at(&upstream, &[&flag]).await;
    let list = TestList::create(&client([127, 0, 0, 2]), &proxy.origin).await;
    let form = client([127, 0, 0, 2])
        .post(format!("{}/rpc/create_item", proxy.origin))
        .header("origin", &proxy.origin)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={}&shortdesc=milk", list.token));
    assert!((300..400).contains(&Answer::of(form).await.status));
    assert_eq!(list.texts().await, ["milk"]);
    let sheet = reqwest::get(format!("{}/{}/print", proxy.origin, list.token));
    let sheet = sheet
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a page");
    assert!(sheet.contains(&format!("{}/{}", proxy.origin, list.token)));
}
