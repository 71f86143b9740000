//! The gateway as a process of its own: this program again, under the gateway's command line.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// Longest time from start to readiness, on a busy machine and an unoptimized build.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running gateway; killed when dropped, unless it was left.
#[derive(Debug)]
pub(crate) struct Gateway {
    child: Child,
    /// Address of the gRPC listener.
    pub(crate) address: String,
    /// Address of the operators' listener.
    pub(crate) admin: String,
    /// From the start of the process to readiness.
    pub(crate) ready_after: Duration,
    log: PathBuf,
}

/// Runs one of the gateway's commands to its end.
pub(crate) async fn command(words: &[&str], from: Option<&Path>, config_file: &Path) -> Result<()> {
    let name = words.join(" ");
    let output = program()?.args(words).args(from).arg("--config").arg(config_file).output().await;
    let output = output.with_context(|| format!("starting gateway {name}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "gateway {name} ended with {}: {}", output.status, said.trim());
    Ok(())
}

fn program() -> Result<Command> {
    let mut command = Command::new(std::env::current_exe().context("finding this program")?);
    command.arg("gateway").stdin(Stdio::null());
    // The caller's settings for another gateway are not for this one.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CUSTOMS_GATEWAY__") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

impl Gateway {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(config_file: &Path, folder: &Path) -> Result<Self> {
        let log = folder.join("gateway.log");
        let log_file: File =
            OpenOptions::new().create(true).append(true).open(&log).context("opening the gateway's log")?;
        let started = Instant::now();
        let mut child = program()?
            .args(["serve", "--config"])
            .arg(config_file)
            .stdout(Stdio::piped())
            .stderr(log_file)
            .process_group(0) // an interrupt of the demo is not one of a gateway that is to be kept
            .kill_on_drop(true)
            .spawn()
            .context("starting the gateway")?;
        let mut lines = BufReader::new(child.stdout.take().context("the gateway has no output")?).lines();
        let (mut address, mut admin) = (None, None);
        let said = async {
            while address.is_none() || admin.is_none() {
                match lines.next_line().await.context("reading the gateway's output")? {
                    Some(line) => match line.split_once(' ') {
                        Some(("grpc", at)) => address = Some(at.to_owned()),
                        Some(("admin", at)) => admin = Some(at.to_owned()),
                        _ => {}
                    },
                    None => bail!("the gateway ended before it listened; see {}", log.display()),
                }
            }
            Ok(())
        };
        timeout(PATIENCE, said).await.context("the gateway does not listen")??;
        let (address, admin) = (address.unwrap_or_default(), admin.unwrap_or_default());
        timeout(PATIENCE, ready(&admin)).await.context("the gateway does not become ready")?;
        Ok(Self { child, address, admin, ready_after: started.elapsed(), log })
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Asks it to stop as an operator does, and waits until it drained; gives how long that took.
    pub(crate) async fn stop(mut self) -> Result<Duration> {
        let started = Instant::now();
        // The shell's own kill: every machine has it.
        let told =
            Command::new("sh").args(["-c", "kill -TERM \"$0\"", &self.id().to_string()]).status().await;
        ensure!(told.context("sending SIGTERM")?.success(), "SIGTERM could not be sent");
        let status = timeout(PATIENCE, self.child.wait()).await.context("the gateway does not stop")??;
        ensure!(status.success(), "the gateway ended with {status}; see {}", self.log.display());
        Ok(started.elapsed())
    }

    /// Lets it run on after the demo.
    pub(crate) fn leave(self) {
        std::mem::forget(self.child);
    }
}

async fn ready(admin: &str) {
    loop {
        if let Ok(true) = asked(admin).await {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

async fn asked(admin: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(admin).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
