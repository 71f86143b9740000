//! `cargo xtask interop`: foreign clients against the real gateway.
//!
//! Makes a throwaway PKI and store, starts the gateway's own program, and runs `clients/<language>/run.sh` for each language.
//! A client that cannot be built or run fails the task; none is ever skipped.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::Timestamp;
use testkit::identities::{Authority, RegisteredPartner};
use xtask::tree::workspace_root;

/// Languages, each a folder of clients/.
const LANGUAGES: [&str; 5] = ["python", "node", "go", "java", "web"];

/// Longest time for the gateway to become ready, unoptimized, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[allow(clippy::disallowed_methods)] // a program's beginning: certificates are valid from now on
fn main() -> Result<()> {
    let program = gateway_program()?;
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    let folder = tempfile::tempdir().context("making a throwaway folder")?;
    let files = Files::make(folder.path(), Timestamp::now())?;
    let gateway = Gateway::start(&program, &files)?;
    let mut outcomes = Vec::new();
    for language in LANGUAGES.into_iter().filter(|each| chosen.is_empty() || chosen.iter().any(|c| c == each))
    {
        println!("\n{language}");
        let started = Instant::now();
        outcomes.push((language, run(language, &files, &gateway.address), started.elapsed()));
    }
    println!();
    for (language, outcome, took) in &outcomes {
        let said = outcome.as_ref().map_or_else(|error| format!("FAILED: {error:#}"), |()| "ok".to_owned());
        println!("{language:<8} {said} ({:.1} s, generating and building included)", took.as_secs_f64());
    }
    ensure!(!outcomes.is_empty(), "no client of that name; there are {}", LANGUAGES.join(", "));
    ensure!(outcomes.iter().all(|(_, outcome, _)| outcome.is_ok()), "not every client came through");
    Ok(())
}

/// The gateway's program, which lies beside this example's folder.
fn gateway_program() -> Result<PathBuf> {
    let own = std::env::current_exe().context("finding this program")?;
    let program = own.parent().and_then(Path::parent).context("no target folder")?.join("gateway");
    ensure!(program.is_file(), "build the gateway first: `cargo xtask interop` does");
    Ok(program)
}

/// What generates stubs for languages that bring no compiler of their own: the caller's, the machine's, or the one that the
/// Python client's packages hold.
fn protoc() -> String {
    let said = std::env::var("PROTOC").ok();
    let on_path = || Command::new("protoc").arg("--version").stdout(Stdio::null()).status().is_ok();
    said.unwrap_or_else(|| match on_path() {
        true => "protoc".to_owned(),
        false => "../python/.venv/bin/python -m grpc_tools.protoc".to_owned(),
    })
}

/// Runs one client to its end.
fn run(language: &str, files: &Files, address: &str) -> Result<()> {
    let script = workspace_root().join("clients").join(language).join("run.sh");
    let mut command = Command::new(script);
    command
        .env("PROTOC", protoc())
        .env("CORRIDOR_ADDRESS", address)
        .env("CORRIDOR_SERVER_NAME", "localhost")
        .env("CORRIDOR_CA_FILE", &files.server_root)
        .env("CORRIDOR_CERTIFICATE_FILE", &files.certificate)
        .env("CORRIDOR_KEY_FILE", &files.key);
    let status = command.status().context("its run.sh could not be started")?;
    ensure!(status.success(), "run.sh ended with {status}");
    Ok(())
}

/// A throwaway PKI with one bus operator, and the gateway's configuration.
struct Files {
    config: PathBuf,
    registry: PathBuf,
    server_root: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn make(folder: &Path, now: Timestamp) -> Result<Self> {
        let server = Authority::new("Interop server root (synthetic)", now)?;
        let partner = Authority::new("Interop partner root (synthetic)", now)?;
        let (server_certificate, server_key) =
            server.server(&["localhost", "127.0.0.1"])?.write_to(folder, "server")?;
        let (certificate, key) = partner.client("interop-coach")?.write_to(folder, "interop-coach")?;
        let registry = folder.join("registry");
        RegisteredPartner::submitter("interop-coach", &["passengers"], &partner).write_to(&registry)?;
        let server_root = folder.join("server-root.pem");
        fs::write(&server_root, server.certificate_pem())?;
        let config = folder.join("gateway.toml");
        let text = format!(
            "[authenticate]\nlisten = \"127.0.0.1:0\"\ncertificate_file = {server_certificate:?}\nkey_file = {server_key:?}\ngrpc_web = true\n\n\
             [persist]\npath = {:?}\nwrapping_keys_file = {:?}\ndigest_secret_file = {:?}\n\n\
             [admin]\nlisten = \"127.0.0.1:0\"\n\n[observability]\nlog_filter = \"warn\"\n",
            folder.join("store.db"),
            folder.join("wrapping-keys"),
            folder.join("digest-secret"),
        );
        fs::write(&config, text)?;
        Ok(Self { config, registry, server_root, certificate, key })
    }
}

/// A running gateway; ended when dropped.
struct Gateway {
    child: Child,
    address: String,
}

impl Gateway {
    fn start(program: &Path, files: &Files) -> Result<Self> {
        let command = |words: &[&str]| {
            let mut command = Command::new(program);
            command.args(words).arg("--config").arg(&files.config);
            command
        };
        ensure!(command(&["migrate"]).status()?.success(), "gateway migrate failed");
        ensure!(
            command(&["partner", "import"]).arg(&files.registry).status()?.success(),
            "gateway partner import failed"
        );
        let mut child = command(&["serve"]).stdout(Stdio::piped()).spawn().context("starting the gateway")?;
        let lines = BufReader::new(child.stdout.take().context("the gateway has no output")?).lines();
        let mut gateway = Self { child, address: String::new() };
        for line in lines {
            match line?.split_once(' ') {
                Some(("grpc", address)) => gateway.address = address.to_owned(),
                Some(("admin", address)) => {
                    wait_for(address)?;
                    return Ok(gateway);
                }
                _ => {}
            }
        }
        bail!("the gateway ended before it listened")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(admin: &str) -> Result<()> {
    let started = Instant::now();
    while !is_ready(admin).unwrap_or(false) {
        ensure!(started.elapsed() < PATIENCE, "the gateway does not become ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn is_ready(admin: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(admin)?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: interop\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
