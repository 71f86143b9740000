//! The image is unpacked as an engine would, and run from what it holds: the program starts and becomes ready, and names are
//! resolved by DNS with nothing but the image's own libraries and settings.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use testkit::identities::{Authority, RegisteredPartner};

use super::{
    contents::{PROGRAM, USER},
    layout::sha256,
    said,
};

/// Longest time for the gateway to become ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// An address of the loopback network that nobody listens on, for a server of names of our own.
const NAME_SERVER: &str = "127.77.0.53";

/// Where the database of that name is.
const DATABASE: Ipv4Addr = Ipv4Addr::new(127, 77, 0, 7);

/// How a client begins that asks for TLS first (PostgreSQL's protocol 3.0, SSLRequest: its length, and a number).
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Unpacks and runs; needs root, because another root folder does.
pub(crate) fn run(image: &Path) -> Result<()> {
    let folder = tempfile::tempdir().context("making a throwaway folder")?;
    let (unpacked, root) = (folder.path().join("layout"), folder.path().join("root"));
    unpack(image, &unpacked)?;
    let layer = checked_layer(&unpacked)?;
    unpack(&layer, &root)?;
    println!("root file system: {} bytes in one layer", fs::metadata(&layer)?.len());
    let version = said(chroot(&root).arg(PROGRAM).arg("--version"))?;
    println!("runs: {version}");
    serve(&root)?;
    names(&root)
}

fn unpack(archive: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    said(Command::new("tar").arg("-xpf").arg(archive).arg("-C").arg(into)).map(|_| ())
}

/// Follows index, manifest and configuration to the layer; every digest and size must be true.
fn checked_layer(layout: &Path) -> Result<std::path::PathBuf> {
    let blob = |descriptor: &Value| -> Result<std::path::PathBuf> {
        let digest = descriptor["digest"].as_str().context("a descriptor without digest")?;
        let path = layout.join("blobs").join(digest.replace(':', "/"));
        let bytes = fs::read(&path)?;
        ensure!(format!("sha256:{}", sha256(&bytes)) == digest, "{digest} is not what it says");
        ensure!(descriptor["size"] == bytes.len(), "{digest} has another size");
        Ok(path)
    };
    let json = |path: &Path| -> Result<Value> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
    let index = json(&layout.join("index.json"))?;
    let manifest = json(&blob(&index["manifests"][0])?)?;
    let config = json(&blob(&manifest["config"])?)?;
    let layer = &manifest["layers"][0];
    ensure!(config["rootfs"]["diff_ids"][0] == layer["digest"], "the configuration is of another layer");
    ensure!(config["config"]["User"] == format!("{USER}:{USER}"), "it would run as somebody else");
    blob(layer)
}

/// A command that sees the folder as its root and runs as the image says, with nothing of our environment.
fn chroot(root: &Path) -> Command {
    let mut command = Command::new("chroot");
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .arg(format!("--userspec={USER}:{USER}"))
        .arg(root);
    command
}

#[allow(clippy::disallowed_methods)] // a program's beginning: certificates are valid from now on
fn serve(root: &Path) -> Result<()> {
    let now = jiff::Timestamp::now();
    let settings = root.join("etc/customs-gateway");
    let server = Authority::new("Image trial server root (synthetic)", now)?;
    server.server(&["localhost"])?.write_to(&settings, "server")?;
    let partner = Authority::new("Image trial partner root (synthetic)", now)?;
    RegisteredPartner::submitter("trial", &["cargo"], &partner).write_to(&settings.join("registry"))?;
    let place = "/etc/customs-gateway";
    let text = format!(
        "[authenticate]\nlisten = \"127.0.0.1:0\"\ncertificate_file = \"{place}/server.pem\"\nkey_file = \"{place}/server.key.pem\"\n\n\
         [persist]\npath = \"{place}/store.db\"\nwrapping_keys_file = \"{place}/wrapping-keys\"\ndigest_secret_file = \"{place}/digest-secret\"\n\n\
         [admin]\nlisten = \"127.0.0.1:0\"\n\n[observability]\nlog_filter = \"warn\"\n"
    );
    fs::write(settings.join("gateway.toml"), text)?;
    said(Command::new("chown").arg("-R").arg(format!("{USER}:{USER}")).arg(&settings))?;
    let command = |words: &[&str]| {
        let mut command = chroot(root);
        command.arg(PROGRAM).args(words).args(["--config", &format!("{place}/gateway.toml")]);
        command
    };
    said(&mut command(&["migrate"]))?;
    said(&mut command(&["partner", "import", &format!("{place}/registry")]))?;
    let started = Instant::now();
    let child = command(&["serve"]).stdout(Stdio::piped()).spawn().context("starting the image's gateway")?;
    let mut running = Running(child);
    let lines = BufReader::new(running.0.stdout.take().context("it has no output")?).lines();
    for line in lines {
        let Some(admin) = line?.strip_prefix("admin ").map(str::to_owned) else { continue };
        while !is_ready(&admin).unwrap_or(false) {
            ensure!(started.elapsed() < PATIENCE, "it does not become ready");
            std::thread::sleep(Duration::from_millis(5));
        }
        println!("ready after {} ms", started.elapsed().as_millis());
        return Ok(());
    }
    bail!("it ended before it listened")
}

/// Ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_ready(admin: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(admin)?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: trial\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

/// Has the program look for its database by a name that only a server of our own knows, and speak to what is there.
fn names(root: &Path) -> Result<()> {
    fs::write(
        root.join("etc/resolv.conf"),
        format!("nameserver {NAME_SERVER}\noptions attempts:1 timeout:2\n"),
    )?;
    let socket =
        UdpSocket::bind((NAME_SERVER, 53)).context("a server of names needs the right to port 53")?;
    std::thread::spawn(move || answer(&socket));
    let database = TcpListener::bind((DATABASE, 0)).context("listening in place of a database")?;
    let place = "etc/customs-gateway/named.toml";
    let text = format!(
        "[persist]\nurl = \"postgres://customs@database.customs.test:{}/customs\"\n",
        database.local_addr()?.port()
    );
    fs::write(root.join(place), text)?;
    let mut migrate = chroot(root);
    migrate.arg(PROGRAM).args(["migrate", "--schema-only", "--config", &format!("/{place}")]);
    // Nobody answers it, so it gives up after `acquire_timeout_ms`; what it said waits at the listener.
    let told = String::from_utf8_lossy(&migrate.output()?.stderr).into_owned();
    database.set_nonblocking(true)?;
    let (mut stream, _) = database.accept().with_context(|| format!("the name was not found: {told}"))?;
    stream.set_nonblocking(false)?;
    let mut first = [0; 8];
    stream.read_exact(&mut first)?;
    ensure!(first == SSL_REQUEST, "it says {first:?} to its database");
    println!("DNS: the program finds database.customs.test, and begins to speak to it");
    Ok(())
}

/// Answers every question for an address (RFC 1035) with [`DATABASE`].
fn answer(socket: &UdpSocket) {
    let mut buffer = [0; 512];
    while let Ok((length, asker)) = socket.recv_from(&mut buffer) {
        let query = &buffer[..length];
        // Header, the name as labels to its zero, type and class.
        let Some(end) = query.iter().skip(12).position(|byte| *byte == 0).map(|at| 12 + at + 5) else {
            continue;
        };
        let Some(question) = query.get(12..end) else { continue };
        let wanted = question[question.len() - 4..question.len() - 2] == [0, 1];
        let mut reply = vec![query[0], query[1], 0x81, 0x80, 0, 1, 0, u8::from(wanted), 0, 0, 0, 0];
        reply.extend_from_slice(question);
        if wanted {
            reply.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
            reply.extend_from_slice(&DATABASE.octets());
        }
        if socket.send_to(&reply, asker).is_err() {
            return;
        }
    }
}
