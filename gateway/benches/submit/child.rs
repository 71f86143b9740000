//! A server in a process of its own, so that CPU time and memory are the server's alone.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::setup::{Setup, Site};

const GATEWAY: &str = env!("CARGO_BIN_EXE_gateway");
const LONGEST_START: Duration = Duration::from_secs(20);
/// Clock ticks a second in /proc on Linux, whatever the kernel's own tick.
const TICKS_PER_SECOND: u64 = 100;

/// A running server.
pub(crate) struct Child {
    process: std::process::Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process until it said that it is ready.
    pub(crate) ready_after: Duration,
}

impl Child {
    /// The bare service: this program again.
    pub(crate) async fn bare(setup: &Setup) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve-bare").arg(&setup.folder);
        let begin = Instant::now();
        let process = command.stdin(Stdio::piped()).spawn().context("cannot start the bare service")?;
        let mut child = Self { process, address: NOWHERE, ready_after: Duration::ZERO };
        let file = crate::bare::address_file(&setup.folder);
        child.address = loop {
            child.still_runs(begin)?;
            if let Some(address) = std::fs::read_to_string(&file).ok().and_then(|text| text.parse().ok()) {
                break address;
            }
            tokio::time::sleep(POLL).await;
        };
        child.ready_after = begin.elapsed();
        Ok(child)
    }

    /// The gateway as an operator starts it: migrate, partner import, serve.
    pub(crate) async fn gateway(setup: &Setup, site: &Site) -> Result<Self> {
        prepared(setup, site)?;
        let mut command = Command::new(GATEWAY);
        command.args(["serve", "--config"]).arg(&site.config);
        Self::serving(command, site).await
    }

    /// The gateway with a store that answers and forgets: this program again, for no configuration leads there.
    pub(crate) async fn forgetful(setup: &Setup, site: &Site) -> Result<Self> {
        prepared(setup, site)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve-forgetful").arg(&site.config);
        Self::serving(command, site).await
    }

    async fn serving(mut command: Command, site: &Site) -> Result<Self> {
        let begin = Instant::now();
        let process =
            command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("cannot start the gateway")?;
        let mut child = Self { process, address: site.gateway, ready_after: Duration::ZERO };
        while !is_ready(site.admin).await {
            child.still_runs(begin)?;
            tokio::time::sleep(POLL).await;
        }
        child.ready_after = begin.elapsed();
        // What is idle after a second is what an operator sees.
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(child)
    }

    fn still_runs(&mut self, begin: Instant) -> Result<()> {
        if let Some(status) = self.process.try_wait()? {
            bail!("the server ended before it was ready: {status}");
        }
        ensure!(begin.elapsed() < LONGEST_START, "the server is not ready after {LONGEST_START:?}");
        Ok(())
    }

    /// CPU time that the process has used, user and system, over all its threads.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let stat = self.proc("stat")?;
        // The name, in parentheses, may hold spaces; fields 14 and 15 count from the beginning of the line.
        let after_name = stat.rsplit_once(')').context("no name in stat")?.1;
        let ticks: u64 = after_name.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>).sum();
        Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
    }

    /// Resident memory now, in bytes.
    pub(crate) fn memory_now(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most resident memory so far, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> Result<u64> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no memory in status")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1_024)
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.process.id());
        std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {path}; the benchmark needs Linux"))
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.stop(); // it may have ended already
    }
}

const POLL: Duration = Duration::from_millis(5);

/// Until it says where.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// Its store and registry.
fn prepared(setup: &Setup, site: &Site) -> Result<()> {
    run(&["migrate", "--config"], &site.config, None)?;
    run(&["partner", "import", "--config"], &site.config, Some(&setup.registry()))
}

/// `gateway purge --before` beside whatever serves; the process is the caller's to wait for.
#[allow(dead_code)] // not every benchmark has it
pub(crate) fn purge(site: &Site, before: jiff::Timestamp) -> Result<std::process::Child> {
    let mut command = Command::new(GATEWAY);
    command.args(["purge", "--before", &before.to_string(), "--config"]).arg(&site.config);
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("cannot start the purge")
}

fn run(arguments: &[&str], config: &Path, last: Option<&Path>) -> Result<()> {
    let mut command = Command::new(GATEWAY);
    command.args(arguments).arg(config).args(last).stdout(Stdio::null());
    let status = command.status().context("cannot start the gateway")?;
    ensure!(status.success(), "gateway {} failed: {status}", arguments.join(" "));
    Ok(())
}

async fn is_ready(admin: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(admin).await.ok()?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await
            .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer.starts_with("HTTP/1.1 200"))
    };
    tokio::time::timeout(Duration::from_secs(1), ask).await.ok().flatten().unwrap_or(false)
}
