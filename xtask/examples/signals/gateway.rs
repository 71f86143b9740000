//! A throwaway gateway with its PKI, that sends what it tells of itself to a collector.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::Timestamp;
use testkit::identities::{Authority, RegisteredPartner};

use super::{PATIENCE, prometheus::get};

/// Who submits, and who is known to nobody.
pub(crate) const PARTNER: &str = "signals-coach";
pub(crate) const STRANGER: &str = "signals-stranger";

/// A running gateway; ended when dropped.
pub(crate) struct Gateway {
    child: Child,
    folder: PathBuf,
    programs: PathBuf,
    address: String,
    /// Where it answers operators.
    pub(crate) admin: String,
}

impl Gateway {
    #[allow(clippy::disallowed_methods)] // a program's beginning: certificates are valid from now on
    pub(crate) fn start(folder: &Path, endpoint: &str) -> Result<Self> {
        let now = Timestamp::now();
        let server = Authority::new("Signals server root (synthetic)", now)?;
        let partner = Authority::new("Signals partner root (synthetic)", now)?;
        let nobody = Authority::new("Signals foreign root (synthetic)", now)?;
        let (certificate, key) = server.server(&["localhost"])?.write_to(folder, "server")?;
        partner.client(PARTNER)?.write_to(folder, PARTNER)?;
        nobody.client(STRANGER)?.write_to(folder, STRANGER)?;
        fs::write(folder.join("server-root.pem"), server.certificate_pem())?;
        RegisteredPartner {
            crls_pem: partner.crl_pem()?,
            ..RegisteredPartner::submitter(PARTNER, &["passengers"], &partner)
        }
        .write_to(&folder.join("registry"))?;
        let text = format!(
            "[app]\ncredentials_poll_ms = 500\n\n[authenticate]\nlisten = \"127.0.0.1:0\"\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n\n\
             [persist]\npath = {:?}\nwrapping_keys_file = {:?}\ndigest_secret_file = {:?}\n\n[admin]\nlisten = \"127.0.0.1:0\"\n\n\
             [intake]\nscoring_timeout_ms = 8000\n\n[observability]\nlog_filter = \"warn\"\n[observability.otlp]\nendpoint = {endpoint:?}\nmetrics_interval_ms = 1000\nfilter = \"debug\"\n",
            folder.join("store.db"),
            folder.join("wrapping-keys"),
            folder.join("digest-secret"),
        );
        fs::write(folder.join("gateway.toml"), text)?;
        let programs = programs()?;
        let command = |words: &[&str]| {
            let mut command = Command::new(programs.join("gateway"));
            command.args(words).arg("--config").arg(folder.join("gateway.toml"));
            command
        };
        ensure!(command(&["migrate"]).stdout(Stdio::null()).status()?.success(), "gateway migrate failed");
        let registry = folder.join("registry").display().to_string();
        let imported = command(&["partner", "import", &registry]).stdout(Stdio::null()).status()?;
        ensure!(imported.success(), "gateway partner import failed");
        let mut child = command(&["serve"]).stdout(Stdio::piped()).spawn().context("starting the gateway")?;
        let lines = BufReader::new(child.stdout.take().context("the gateway has no output")?).lines();
        let (mut address, mut admin) = (String::new(), None);
        for line in lines {
            match line?.split_once(' ') {
                Some(("grpc", place)) => address = place.to_owned(),
                Some(("admin", place)) => admin = Some(place.to_owned()),
                _ => {}
            }
            if admin.is_some() {
                break;
            }
        }
        let Some(admin) = admin else { bail!("the gateway ended before it listened") };
        let gateway = Self { child, folder: folder.to_owned(), programs, address, admin };
        let began = Instant::now();
        while get(&gateway.admin, "/readyz").is_err() {
            ensure!(began.elapsed() < PATIENCE, "the gateway does not become ready");
            thread::sleep(Duration::from_millis(50));
        }
        Ok(gateway)
    }

    /// A command of the reference client, as somebody.
    pub(crate) fn corridor(&self, who: &str, words: &[&str]) -> Result<Command> {
        let settings = self.folder.join(format!("{who}.toml"));
        let place = |name: &str| self.folder.join(name);
        fs::write(
            &settings,
            format!(
                "address = {:?}\nserver_name = \"localhost\"\nca_file = {:?}\ncertificate_file = {:?}\nkey_file = {:?}\n",
                self.address,
                place("server-root.pem"),
                place(&format!("{who}.pem")),
                place(&format!("{who}.key.pem")),
            ),
        )?;
        let mut command = Command::new(self.programs.join("corridor"));
        command.arg("--config").arg(settings).args(words).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    }

    /// Puts a key in place that does not belong to the certificate: a reload that is refused.
    pub(crate) fn break_key(&self) -> Result<()> {
        fs::copy(self.folder.join(format!("{PARTNER}.key.pem")), self.folder.join("server.key.pem"))?;
        Ok(())
    }

    /// What it tells at `/metrics`.
    pub(crate) fn exposition(&self) -> Result<String> {
        get(&self.admin, "/metrics")
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The folder of the workspace's programs, above this example's.
fn programs() -> Result<PathBuf> {
    let own = std::env::current_exe().context("finding this program")?;
    let folder = own.parent().and_then(Path::parent).context("no target folder")?;
    ensure!(folder.join("gateway").is_file(), "build the gateway first: `cargo xtask signals` does");
    Ok(folder.to_owned())
}
