//! A throwaway PostgreSQL for tests: one server a process, started when the first test asks, a database for each test.
//!
//! The server lies in a temporary folder and listens on a socket there. It stops, and its folder goes, when the process that
//! started it is gone, however it went: a small shell waits for the end of a pipe that only that process holds. Its programs
//! are Debian's `postgresql` (any version; `CORRIDOR_POSTGRES_BIN` names another folder). It refuses to run as root, so
//! root starts it as `nobody`.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context as _, Result, anyhow, ensure};

/// Makes the cluster, serves, says so, and cleans up once its input ends. `$1`: folder, `$2`: programs. Nothing is synced:
/// tests kill gateways, not the machine.
const SUPERVISOR: &str = r#"
set -eu
folder=$1 bin=$2
as() { exec "$@"; }
if [ "$(id -u)" = 0 ]; then
    chown 65534:65534 "$folder"
    as() { exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
fi
cd "$folder"
trap 'rm -rf "$folder"' EXIT
(as "$bin/initdb" -D "$folder/data" -U corridor -A trust -E UTF8 --locale=C --no-sync) >"$folder/initdb.log" 2>&1 \
    || { cat "$folder/initdb.log" >&2; exit 1; }
as "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 -c fsync=off \
    -c full_page_writes=off -c shared_buffers=64MB -c autovacuum=off >"$folder/postgres.log" 2>&1 </dev/null &
server=$!
until "$bin/pg_isready" -q -h "$folder" -U corridor -d postgres; do
    kill -0 $server 2>/dev/null || { cat "$folder/postgres.log" >&2; exit 1; }
    sleep 0.05
done
echo ready
cat >/dev/null
kill -INT $server 2>/dev/null || true
wait $server || true
"#;

/// A running server. Its pipe is held as long as the process lives.
struct Server {
    folder: PathBuf,
    programs: PathBuf,
    _supervisor: Child,
}

/// A database of its own, on the server that this process shares; dropped when this is.
#[derive(Debug)]
pub struct Database {
    name: String,
    /// Its address, as the gateway's configuration takes it.
    pub url: String,
}

/// A new database, empty.
///
/// # Errors
/// When there is no PostgreSQL on this machine, or it does not start: a test that needs one fails then, and is not skipped.
pub fn database() -> Result<Database> {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let server = server()?;
    let name = format!("corridor_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    server.run("createdb", &[&name])?;
    let url = format!("postgres://corridor@localhost/{name}?host={}", server.folder.display());
    Ok(Database { name, url })
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(server) = server() {
            // It goes with the server anyway.
            let _ = server.run("dropdb", &["--force", &self.name]);
        }
    }
}

fn server() -> Result<&'static Server> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let started = SERVER.get_or_init(|| Server::start().map_err(|error| format!("{error:#}")));
    started.as_ref().map_err(|error| anyhow!("no PostgreSQL for tests: {error}"))
}

impl Server {
    fn start() -> Result<Self> {
        let programs = programs()?;
        let folder = env::temp_dir().join(format!("corridor-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).context("its folder cannot be made")?;
        let mut supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR, "corridor-postgres"])
            .args([&folder, &programs])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0) // an interrupt at the terminal is for the tests; the pipe ends the server
            .spawn()
            .context("sh cannot be started")?;
        let mut said = String::new();
        if let Some(output) = supervisor.stdout.take() {
            BufReader::new(output).read_line(&mut said).context("it says nothing")?;
        }
        if said.trim() != "ready" {
            let mut trouble = String::new();
            if let Some(mut errors) = supervisor.stderr.take() {
                errors.read_to_string(&mut trouble)?;
            }
            anyhow::bail!("it does not start: {trouble}");
        }
        Ok(Self { folder, programs, _supervisor: supervisor })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let output = Command::new(self.programs.join(program))
            .args(["--username", "corridor", "--host"])
            .arg(&self.folder)
            .args(arguments)
            .output()
            .with_context(|| format!("{program} cannot be started"))?;
        ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// The folder with PostgreSQL's programs, the newest version of those that Debian installed.
///
/// # Errors
/// When there is none.
pub fn programs() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("CORRIDOR_POSTGRES_BIN") {
        return Ok(folder.into());
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    found.sort();
    let on_path =
        env::var_os("PATH").into_iter().flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    found
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| on_path.into_iter().find(|folder: &PathBuf| has_programs(folder)))
        .context("install the package `postgresql`, or name its programs' folder in CORRIDOR_POSTGRES_BIN")
}

fn has_programs(folder: &Path) -> bool {
    folder.join("initdb").exists() && folder.join("postgres").exists()
}
