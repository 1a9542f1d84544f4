use std::{path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::soon;

/// A process of the `tandem` program.
pub(crate) struct Tandem {
    child: Child,
    pub(crate) origin: String,
}

impl Tandem {
    /// Starts the program on a database in this folder, on a free port.
    pub(crate) fn command(folder: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        command
            .args(["--listen", "127.0.0.1:0", "--database-url"])
            .arg(format!("sqlite://{}", folder.join("tandem.db").display()))
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub(crate) async fn start(folder: &Path) -> Self {
        Self::run(&mut Self::command(folder)).await
    }

    pub(crate) async fn run(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("a pipe");
        let line = soon("the address", BufReader::new(stdout).lines().next_line()).await;
        let line = line.expect("text").expect("a line");
        let origin = line
            .strip_prefix("Tandem is at ")
            .expect("the address")
            .to_owned();
        Self { child, origin }
    }

    /// Returns the peak memory of the process, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> usize {
        let id = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<usize>().ok());
        kib.expect("an amount") * 1024
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends SIGTERM, upon which the program finishes what is under way.
    pub(crate) async fn end(mut self) {
        let id = self.child.id().expect("it runs").to_string();
        let mut signal = Command::new("kill");
        let sent = signal.args(["-TERM", &id]).status().await;
        assert!(sent.expect("a signal is sent").success());
        let status = soon("the end", self.child.wait()).await;
        assert!(status.expect("it was running").success());
    }

    /// Sends SIGKILL: nothing is finished or flushed.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it was running");
    }
}
