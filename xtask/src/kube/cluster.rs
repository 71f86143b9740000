//! etcd and kube-apiserver in a throwaway folder that only this user may enter: etcd on a socket there, the server on a loopback
//! port of its own with a certificate that it makes for itself. Both go, and the folder with them, when this process is gone, however
//! it went: a small shell waits for the end of a pipe that only this process holds.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use super::programs::{self, Programs};

/// `$1` folder, `$2` etcd, `$3` kube-apiserver, `$4` its port, `$5` the audit policy. Nothing is synced: a trial outlives no crash.
const SUPERVISOR: &str = r#"
set -u
folder=$1 etcd=$2 apiserver=$3 port=$4 policy=$5
cd "$folder"
trap : INT
"$etcd" --data-dir etcd --listen-client-urls "unix://$folder/etcd.sock" --advertise-client-urls "unix://$folder/etcd.sock" \
    --listen-peer-urls "unix://$folder/peer.sock" --initial-advertise-peer-urls "unix://$folder/peer.sock" \
    --initial-cluster "default=unix://$folder/peer.sock" --unsafe-no-fsync --log-level error >etcd.log 2>&1 </dev/null &
store=$!
"$apiserver" --etcd-servers "unix://$folder/etcd.sock" --bind-address 127.0.0.1 --secure-port "$port" --cert-dir certs \
    --service-account-issuer https://kubernetes.default.svc --service-account-signing-key-file certs/apiserver.key \
    --service-account-key-file certs/apiserver.key --token-auth-file tokens.csv --authorization-mode RBAC \
    --service-cluster-ip-range 10.0.0.0/24 --endpoint-reconciler-type none \
    --audit-policy-file "$policy" --audit-log-path audit.log --audit-log-mode blocking-strict >apiserver.log 2>&1 </dev/null &
server=$!
trap 'kill -KILL $server $store 2>/dev/null; wait; rm -rf "$folder"' EXIT
cat >/dev/null
"#;

/// Longest time for the server to become ready, on a busy machine. Alone it takes some seconds.
const PATIENCE: Duration = Duration::from_secs(240);

/// A running server.
pub(super) struct Cluster {
    folder: PathBuf,
    port: u16,
    supervisor: Child,
    /// How long it took until it was ready.
    pub(super) took: Duration,
}

impl Cluster {
    /// Starts both and waits until the server says that it is ready.
    pub(super) fn start(programs: &Programs) -> Result<Self> {
        let started = Instant::now();
        let folder = std::env::temp_dir().join(format!("corridor-kube-{}", std::process::id()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let token = random()?;
        secret(&folder.join("tokens.csv"), &format!("{token},administrator,administrator,system:masters\n"))?;
        // Freed before the server takes it; whoever comes between makes it say so.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR, "sh"])
            .args([folder.as_path(), &programs.etcd, &programs.apiserver])
            .arg(port.to_string())
            .arg(programs::folder().join("audit-policy.yaml"))
            .stdin(Stdio::piped())
            .spawn()
            .context("starting etcd and kube-apiserver")?;
        let mut cluster = Self { folder, port, supervisor, took: Duration::ZERO };
        let administrator = cluster.identity("administrator", &token)?;
        cluster.wait(&programs.kubectl, &administrator, started)?;
        cluster.took = started.elapsed();
        Ok(cluster)
    }

    /// Where the administrator's settings lie.
    pub(super) fn administrator(&self) -> PathBuf {
        self.folder.join("administrator.json")
    }

    /// The folder for everything that lives as long as the trial.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every request that was answered so far, one JSON object a line.
    pub(super) fn audit(&self) -> Result<String> {
        fs::read_to_string(self.folder.join("audit.log")).context("the server wrote no audit log")
    }

    /// Writes the settings (a kubeconfig, which may be JSON) of somebody with a token; gives where they lie.
    pub(super) fn identity(&self, name: &str, token: &str) -> Result<PathBuf> {
        let path = self.folder.join(format!("{name}.json"));
        let settings = serde_json::json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "trial",
            "clusters": [{"name": "trial", "cluster": {
                "server": format!("https://127.0.0.1:{}", self.port),
                "certificate-authority": self.folder.join("certs/apiserver.crt"),
            }}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": "trial", "context": {"cluster": "trial", "user": name, "namespace": super::NAMESPACE}}],
        });
        secret(&path, &settings.to_string())?;
        Ok(path)
    }

    fn wait(&mut self, kubectl: &Path, administrator: &Path, started: Instant) -> Result<()> {
        loop {
            let asked = Command::new(kubectl)
                .arg("--kubeconfig")
                .arg(administrator)
                .args(["get", "--raw", "/readyz"])
                .output()
                .context("kubectl cannot be started")?;
            if asked.status.success() {
                return Ok(());
            }
            ensure!(self.supervisor.try_wait()?.is_none(), "the shell that starts the server ended");
            if started.elapsed() > PATIENCE {
                let words = ["etcd.log", "apiserver.log"].map(|name| self.last_words(name));
                bail!(
                    "kube-apiserver is not ready after {} s: {}{}",
                    PATIENCE.as_secs(),
                    String::from_utf8_lossy(&asked.stderr),
                    words.concat()
                );
            }
            thread::sleep(Duration::from_millis(500));
        }
    }

    fn last_words(&self, name: &str) -> String {
        let text = fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        format!("\n{name}:\n{}", lines[lines.len().saturating_sub(15)..].join("\n"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// A token that nobody guesses.
fn random() -> Result<String> {
    let mut bytes = [0; 24];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A new file that only this user may read.
fn secret(path: &Path, text: &str) -> Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
