//! A throwaway PostgreSQL for tests: one server a process, started when the first test asks, a database for each test.
//!
//! The server lies in a temporary folder and listens on a socket there. It stops, and its folder goes, when the process that
//! started it is gone, however it went: a small shell waits for the end of a pipe that only that process holds. Its programs
//! are Debian's `postgresql` (any version; `CORRIDOR_POSTGRES_BIN` names another folder). It refuses to run as root, so
//! root starts it as `nobody`.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::Ipv4Addr,
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context as _, Result, anyhow, ensure};

/// Makes the cluster, serves, says so, and cleans up once its input ends. `$1`: folder, `$2`: programs, `$3`: settings.
const SUPERVISOR: &str = r#"
set -eu
folder=$1 bin=$2 settings=$3
as() { exec "$@"; }
if [ "$(id -u)" = 0 ]; then
    chown -R 65534:65534 "$folder"
    as() { exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
fi
cd "$folder"
trap 'rm -rf "$folder"' EXIT
(as "$bin/initdb" -D "$folder/data" -U corridor -A trust -E UTF8 --locale=C --no-sync) >"$folder/initdb.log" 2>&1 \
    || { cat "$folder/initdb.log" >&2; exit 1; }
start() {
    as "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 $settings >>"$folder/postgres.log" 2>&1 </dev/null &
    server=$!
    until "$bin/pg_isready" -q -h "$folder" -U corridor -d postgres; do
        kill -0 $server 2>/dev/null || { cat "$folder/postgres.log" >&2; exit 1; }
        sleep 0.05
    done
}
end() {
    kill "$1" $server 2>/dev/null || true
    wait $server || true
}
start
echo ready
while read -r word; do
    case $word in
        stop) end -INT ;;
        crash) end -QUIT ;;
        resume) start ;;
    esac
    echo "$word"
done
end -INT
"#;

/// Nothing is synced: tests kill gateways, not the machine.
const QUICK: &str = "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c autovacuum=off";

/// As PostgreSQL is delivered, with a cache such as a small server has.
const DURABLE: &str = "-c shared_buffers=512MB";

/// A running server, which ends with its pipes.
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    talk: Mutex<Talk>,
    _supervisor: Child,
}

/// The pipes to and from the shell that keeps a server.
struct Talk {
    say: ChildStdin,
    hear: BufReader<ChildStdout>,
}

/// A database of its own, on the server that this process shares; dropped when this is.
#[derive(Debug)]
pub struct Database {
    name: String,
    folder: PathBuf,
    programs: PathBuf,
    /// Its address, as the gateway's configuration takes it.
    pub url: String,
}

impl Database {
    /// Its address over the network, where its server listens at one.
    #[must_use]
    pub fn url_at(&self, address: Ipv4Addr) -> String {
        format!("postgres://corridor@{address}/{}", self.name)
    }
}

/// A new database, empty.
///
/// # Errors
/// When there is no PostgreSQL on this machine, or it does not start: a test that needs one fails then, and is not skipped.
pub fn database() -> Result<Database> {
    server()?.database()
}

impl Database {
    /// Writes all of it into a file (`pg_dump`), as of one instant, while others go on writing.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn dump(&self, file: &Path) -> Result<()> {
        let file = file.display().to_string();
        run(&self.programs, &self.folder, "pg_dump", &["--format=custom", "--file", &file, &self.name])
    }

    /// Reads such a file into this database, which is empty.
    ///
    /// # Errors
    /// When anything of it cannot be made.
    pub fn restore(&self, file: &Path) -> Result<()> {
        let file = file.display().to_string();
        let into = ["--exit-on-error", "--single-transaction", "--no-owner", "--dbname", &self.name, &file];
        run(&self.programs, &self.folder, "pg_restore", &into)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // It goes with the server anyway.
        let _ = run(&self.programs, &self.folder, "dropdb", &["--force", &self.name]);
    }
}

fn server() -> Result<&'static Server> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let started = SERVER.get_or_init(|| Server::start().map_err(|error| format!("{error:#}")));
    started.as_ref().map_err(|error| anyhow!("no PostgreSQL for tests: {error}"))
}

fn run(programs: &Path, folder: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(programs.join(program))
        .args(["--username", "corridor", "--host"])
        .arg(folder)
        .args(arguments)
        .output()
        .with_context(|| format!("{program} cannot be started"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

impl Server {
    /// One of one's own, to be stopped and started.
    ///
    /// # Errors
    /// When there is no PostgreSQL on this machine, or it does not start.
    pub fn start() -> Result<Self> {
        Self::begin(|_| Ok(QUICK.to_owned()))
    }

    /// One that syncs every commit, for figures.
    ///
    /// # Errors
    /// When there is no PostgreSQL on this machine, or it does not start.
    pub fn durable() -> Result<Self> {
        Self::begin(|_| Ok(DURABLE.to_owned()))
    }

    /// One of one's own that also listens at an address of the loopback network, and speaks TLS there with this certificate and
    /// key (PEM).
    ///
    /// # Errors
    /// As above.
    pub fn start_with_tls(address: Ipv4Addr, certificate: &str, key: &str) -> Result<Self> {
        Self::begin(|folder| {
            for (name, text) in [("server.pem", certificate), ("server.key", key)] {
                let mut file = fs::OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(folder.join(name))?;
                file.write_all(text.as_bytes())?;
            }
            let place = folder.display();
            Ok(format!(
                "{QUICK} -c listen_addresses={address} -c ssl=on -c ssl_cert_file={place}/server.pem -c ssl_key_file={place}/server.key"
            ))
        })
    }

    fn begin(settings: impl FnOnce(&Path) -> Result<String>) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let programs = programs()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("corridor-postgres-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).context("its folder cannot be made")?;
        let settings = settings(&folder)?;
        let mut supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR, "corridor-postgres"])
            .args([&folder, &programs])
            .arg(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0) // an interrupt at the terminal is for the tests; the pipe ends the server
            .spawn()
            .context("sh cannot be started")?;
        let say = supervisor.stdin.take().context("no pipe to it")?;
        let hear = BufReader::new(supervisor.stdout.take().context("no pipe from it")?);
        let mut talk = Talk { say, hear };
        if talk.hears()? != "ready" {
            let mut trouble = String::new();
            if let Some(mut errors) = supervisor.stderr.take() {
                errors.read_to_string(&mut trouble)?;
            }
            anyhow::bail!("it does not start: {trouble}");
        }
        Ok(Self { folder, programs, talk: Mutex::new(talk), _supervisor: supervisor })
    }

    /// A new database on it, empty.
    ///
    /// # Errors
    /// When it is not made.
    pub fn database(&self) -> Result<Database> {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let name = format!("corridor_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        run(&self.programs, &self.folder, "createdb", &[&name])?;
        let url = format!("postgres://corridor@localhost/{name}?host={}", self.folder.display());
        Ok(Database { name, folder: self.folder.clone(), programs: self.programs.clone(), url })
    }

    /// Stops it as an operator does who does not wait for clients, and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn stop(&self) -> Result<()> {
        self.tell("stop")
    }

    /// Ends it in the middle of everything: the next start recovers from its log.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn crash(&self) -> Result<()> {
        self.tell("crash")
    }

    /// Starts it again, and waits until it answers.
    ///
    /// # Errors
    /// When it does not start.
    pub fn resume(&self) -> Result<()> {
        self.tell("resume")
    }

    /// Its processes, the first of them and those that it started.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let text = |path: String| fs::read_to_string(path).unwrap_or_default();
        let first = text(format!("{}/data/postmaster.pid", self.folder.display()));
        let Some(first) = first.lines().next().and_then(|id| id.trim().parse::<u32>().ok()) else {
            return Vec::new();
        };
        let children = text(format!("/proc/{first}/task/{first}/children"));
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        std::iter::once(first).chain(children).collect()
    }

    /// Stops it in its tracks (SIGSTOP), connections and all, until what is handed back is dropped.
    #[must_use]
    pub fn freeze(&self) -> Frozen {
        let Some(first) = self.processes().first().copied() else { return Frozen(Vec::new()) };
        signal("STOP", &[first]); // now it starts no more of them
        let all = self.processes();
        signal("STOP", &all);
        Frozen(all)
    }

    fn tell(&self, word: &str) -> Result<()> {
        let mut talk = self.talk.lock().map_err(|_| anyhow!("somebody failed while talking to it"))?;
        writeln!(talk.say, "{word}").context("it is gone")?;
        let heard = talk.hears()?;
        ensure!(heard == word, "it was told to {word} and says {heard:?}");
        Ok(())
    }
}

/// A server that stands still.
#[derive(Debug)]
pub struct Frozen(Vec<u32>);

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}

/// Whoever is gone cannot be told.
fn signal(name: &str, processes: &[u32]) {
    let processes = processes.iter().map(u32::to_string);
    let _ = Command::new("kill").arg(format!("-{name}")).args(processes).stderr(Stdio::null()).status();
}

impl Talk {
    fn hears(&mut self) -> Result<String> {
        let mut heard = String::new();
        self.hear.read_line(&mut heard).context("it says nothing")?;
        Ok(heard.trim().to_owned())
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
