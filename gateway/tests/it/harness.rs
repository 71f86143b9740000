//! Starts gateways and makes clients of any identity.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    net::SocketAddr,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use gateway::{
    app::{App, Reload},
    clock::Clock,
    config::Config,
    persist::{AuditEvent, Secrets, Store},
};
use jiff::Timestamp;
use proto::v1::{
    PreDecision, manifest_service_client::ManifestServiceClient,
    pre_decision_service_client::PreDecisionServiceClient,
};
use tempfile::TempDir;
use testkit::{
    identities::{Authority, Identity, RegisteredPartner},
    postgres::Database,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};
use tonic::{
    Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};
use tonic_types::StatusExt as _;

/// How long a condition may take to come true before a test fails.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// The post that the stories' lorries arrive at.
pub(crate) const GISHTKUPRIK: &str = "UZ-GISHTKUPRIK";

/// Who is who: two administrations with their own authorities, an operator, two posts, an analyst.
pub(crate) struct World {
    pub(crate) kz: Authority,
    pub(crate) tj: Authority,
    pub(crate) operators: Authority,
    pub(crate) uz: Authority,
}

impl World {
    fn new(now: Timestamp) -> Self {
        let authority = |name: &str| Authority::new(name, now).unwrap();
        Self {
            kz: authority("SYNTHETIC northern administration"),
            tj: authority("SYNTHETIC south-eastern administration"),
            operators: authority("SYNTHETIC operators"),
            uz: authority("SYNTHETIC customs of Uzbekistan"),
        }
    }

    /// The registry as most tests want it.
    pub(crate) fn partners(&self) -> Vec<RegisteredPartner> {
        vec![
            RegisteredPartner::submitter("kz-customs", &["cargo"], &self.kz),
            RegisteredPartner::submitter("tj-customs", &["cargo"], &self.tj),
            RegisteredPartner::submitter("silk-coach", &["passengers"], &self.operators),
            RegisteredPartner::border_post("post-gishtkuprik", GISHTKUPRIK, &self.uz),
            RegisteredPartner::border_post("post-oybek", "UZ-OYBEK", &self.uz),
            RegisteredPartner::analyst("analyst", &self.uz),
        ]
    }

    /// The authority that vouches for a partner.
    pub(crate) fn authority_of(&self, partner_id: &str) -> &Authority {
        match partner_id {
            "kz-customs" => &self.kz,
            "tj-customs" => &self.tj,
            "silk-coach" => &self.operators,
            _ => &self.uz,
        }
    }
}

/// What a gateway starts from: configuration, certificates, a store with the registry in it.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) folder: TempDir,
    pub(crate) database: Option<Database>,
    server_authority: Authority,
}

impl Site {
    /// With these settings, and a registry of one's own making.
    pub(crate) async fn prepare(
        settings: &[(&str, &str)],
        change: impl FnOnce(&World, &mut Vec<RegisteredPartner>),
    ) -> Self {
        Self::prepare_on(crate::database::fresh(), settings, change).await
    }

    /// The same with the store in this database.
    pub(crate) async fn prepare_on(
        database: Option<Database>,
        settings: &[(&str, &str)],
        change: impl FnOnce(&World, &mut Vec<RegisteredPartner>),
    ) -> Self {
        let now = Clock::System.now();
        let world = World::new(now);
        let folder = tempfile::tempdir().unwrap();
        let mut partners = world.partners();
        change(&world, &mut partners);
        for partner in &partners {
            partner.write_to(&folder.path().join("registry")).unwrap();
        }
        let server_authority = Authority::new("SYNTHETIC gateway authority", now).unwrap();
        let server = server_authority.server(&["localhost", "127.0.0.1"]).unwrap();
        server.write_to(folder.path(), "server").unwrap();
        let settings = configuration(folder.path(), database.as_ref(), settings);
        fs::write(folder.path().join("gateway.toml"), settings).unwrap();
        command(folder.path(), &["migrate"]).await;
        command(folder.path(), &["partner", "import", &text(&folder.path().join("registry"))]).await;
        Self { world, folder, database, server_authority }
    }

    /// A partner's client of the pre-decisions of a gateway that serves from here.
    pub(crate) fn pre_decisions(
        &self,
        address: SocketAddr,
        partner_id: &str,
    ) -> PreDecisionServiceClient<Channel> {
        let identity = self.world.authority_of(partner_id).client(partner_id).unwrap();
        PreDecisionServiceClient::new(
            endpoint(&self.server_authority, address, Some(&identity)).connect_lazy(),
        )
    }

    /// The authority of the certificate of whoever serves from here.
    pub(crate) fn server_authority(&self) -> &Authority {
        &self.server_authority
    }

    /// A partner's connection to a gateway that serves from here. Connects at the first call.
    pub(crate) fn channel(&self, address: SocketAddr, partner_id: &str) -> Channel {
        let identity = self.world.authority_of(partner_id).client(partner_id).unwrap();
        endpoint(&self.server_authority, address, Some(&identity)).connect_lazy()
    }

    /// A partner's client of a gateway that serves from here.
    pub(crate) fn manifests(&self, address: SocketAddr, partner_id: &str) -> ManifestServiceClient<Channel> {
        let identity = self.world.authority_of(partner_id).client(partner_id).unwrap();
        ManifestServiceClient::new(endpoint(&self.server_authority, address, Some(&identity)).connect_lazy())
    }
}

/// A running gateway. Stops, at once, when dropped.
pub(crate) struct Gateway {
    pub(crate) world: World,
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) reload: Reload,
    /// A second view of the same store, as another process would have it.
    pub(crate) store: Store,
    server_authority: Authority,
    database: Option<Database>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), gateway::app::Error>>,
}

impl Gateway {
    /// With the usual registry and these settings (`section.key`, value).
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_with(settings, |_, _| {}).await
    }

    /// As [`Gateway::start`], with a registry of one's own making.
    pub(crate) async fn start_with(
        settings: &[(&str, &str)],
        change: impl FnOnce(&World, &mut Vec<RegisteredPartner>),
    ) -> Self {
        let Site { world, folder, database, server_authority } = Site::prepare(settings, change).await;
        let config = Config::load(&folder.path().join("gateway.toml"), &BTreeMap::new()).unwrap();
        let store = Store::open(&config.persist, &Secrets::load(&config.persist).unwrap()).await.unwrap();
        let Running { address, admin, reload, stop, running } = Running::start(config).await;
        Self {
            world,
            folder,
            address,
            admin,
            reload,
            store,
            server_authority,
            database,
            stop: Some(stop),
            running,
        }
    }

    /// Stops and starts anew from the same folder, with these settings: addresses are others, and
    /// everything that was only in memory is forgotten.
    pub(crate) async fn restart(&mut self, settings: &[(&str, &str)]) {
        self.begin_to_stop();
        self.stopped().await;
        let settings = configuration(self.folder.path(), self.database.as_ref(), settings);
        fs::write(self.folder.path().join("gateway.toml"), settings).unwrap();
        let config = Config::load(&self.folder.path().join("gateway.toml"), &BTreeMap::new()).unwrap();
        let Running { address, admin, reload, stop, running } = Running::start(config).await;
        (self.address, self.admin, self.reload) = (address, admin, reload);
        (self.stop, self.running) = (Some(stop), running);
    }

    /// The identity of a partner, fresh from its authority.
    pub(crate) fn identity(&self, partner_id: &str) -> Identity {
        self.world.authority_of(partner_id).client(partner_id).unwrap()
    }

    /// A connection that nobody vouches for (none) or that shows an identity. Connects at the first call.
    pub(crate) fn channel(&self, identity: Option<&Identity>) -> Channel {
        self.endpoint(identity).connect_lazy()
    }

    /// As [`Gateway::channel`], to be tuned.
    pub(crate) fn endpoint(&self, identity: Option<&Identity>) -> Endpoint {
        endpoint(&self.server_authority, self.address, identity)
    }

    /// A partner's client of the manifest service.
    pub(crate) fn manifests(&self, partner_id: &str) -> ManifestServiceClient<Channel> {
        ManifestServiceClient::new(self.channel(Some(&self.identity(partner_id))))
    }

    /// A partner's client of the pre-decision service.
    pub(crate) fn pre_decisions(&self, partner_id: &str) -> PreDecisionServiceClient<Channel> {
        PreDecisionServiceClient::new(self.channel(Some(&self.identity(partner_id))))
    }

    /// Imports partners, as an operator does beside the running gateway.
    pub(crate) async fn import(&self, partners: &[RegisteredPartner]) {
        let registry = self.folder.path().join("registry");
        for partner in partners {
            partner.write_to(&registry).unwrap();
        }
        command(self.folder.path(), &["partner", "import", &text(&registry)]).await;
        self.reload.now();
    }

    /// Replaces the gateway's own certificate by a new one of the same authority.
    pub(crate) fn write_server_certificate(&self, certificate: &Identity) {
        certificate.write_to(self.folder.path(), "server").unwrap();
    }

    /// The authority of the gateway's own certificate.
    pub(crate) fn server_authority(&self) -> &Authority {
        &self.server_authority
    }

    /// Tells the gateway to stop, as SIGTERM does.
    pub(crate) fn begin_to_stop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(&mut self) {
        tokio::time::timeout(LIMIT, &mut self.running).await.unwrap().unwrap().unwrap();
    }

    /// Audited events so far.
    pub(crate) async fn audited(&self) -> Vec<AuditEvent> {
        let events = self.store.audit_after(0, 1_000).await.unwrap();
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// What the admin listener answers: status and body.
    pub(crate) async fn http(&self, path: &str) -> (u16, String) {
        http(self.admin, path).await.unwrap()
    }

    /// Waits until the metrics show a line.
    pub(crate) async fn metric(&self, line: &str) {
        eventually(line, async || self.http("/metrics").await.1.lines().any(|found| found == line)).await;
    }
}

/// What of a gateway is made anew at every start.
struct Running {
    address: SocketAddr,
    admin: SocketAddr,
    reload: Reload,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), gateway::app::Error>>,
}

impl Running {
    async fn start(config: Config) -> Self {
        let app = App::build(config, Clock::System).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let (address, admin, reload) = (app.address().unwrap(), app.admin_address().unwrap(), app.reload());
        let running = tokio::spawn(app.run(async move {
            let _ = stopped.await;
        }));
        Self { address, admin, reload, stop, running }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn endpoint(server_authority: &Authority, address: SocketAddr, identity: Option<&Identity>) -> Endpoint {
    let mut tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(server_authority.certificate_pem()))
        .domain_name("localhost");
    if let Some(identity) = identity {
        tls = tls.identity(tonic::transport::Identity::from_pem(&identity.chain_pem, &identity.key_pem));
    }
    let uri = format!("https://localhost:{}", address.port());
    Endpoint::from_shared(uri).unwrap().tls_config(tls).unwrap()
}

/// Asks the admin listener, in the plainest HTTP there is.
pub(crate) async fn http(address: SocketAddr, path: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    Ok((status, body.to_owned()))
}

/// Asks again and again until a condition holds; fails after [`LIMIT`].
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < LIMIT, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The reason in a status' `ErrorInfo`; every refusal has one.
#[track_caller]
pub(crate) fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("without ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "prearrival.customs.uz");
    info.reason.clone()
}

/// Now, by the clock that the gateways of these tests read.
pub(crate) fn now() -> Timestamp {
    Clock::System.now()
}

fn configuration(folder: &Path, database: Option<&Database>, settings: &[(&str, &str)]) -> String {
    let file = |name: &str| format!("{:?}", text(&folder.join(name)));
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut set = |key: &str, value: &str| {
        let (section, key) = key.rsplit_once('.').unwrap();
        sections.entry(section.to_owned()).or_default().insert(key.to_owned(), value.to_owned());
    };
    for (key, value) in [
        ("authenticate.listen", "\"127.0.0.1:0\"".to_owned()),
        ("authenticate.certificate_file", file("server.pem")),
        ("authenticate.key_file", file("server.key.pem")),
        ("admin.listen", "\"127.0.0.1:0\"".to_owned()),
        ("persist.url", format!("{:?}", database.map_or("", |database| &database.url))),
        ("persist.path", file("store.db")),
        ("persist.wrapping_keys_file", file("wrapping-keys")),
        ("persist.digest_secret_file", file("digest-secret")),
        // Dozens of servers share the machine: a database is slow here that would be away elsewhere.
        ("persist.answer_timeout_ms", "9000".to_owned()),
        ("app.registry_poll_ms", "50".to_owned()),
        ("app.credentials_poll_ms", "50".to_owned()),
        ("app.readiness_poll_ms", "50".to_owned()),
        ("app.handshake_flush_ms", "50".to_owned()),
        ("watch.heartbeat_ms", "200".to_owned()),
    ] {
        set(key, &value);
    }
    for (key, value) in settings {
        set(key, value);
    }
    let mut toml = String::new();
    for (section, keys) in sections {
        toml.push_str(&format!("[{section}]\n"));
        for (key, value) in keys {
            toml.push_str(&format!("{key} = {value}\n"));
        }
    }
    toml
}

/// Runs the gateway's own command line, on a thread of its own as it brings its own runtime.
pub(crate) async fn command(folder: &Path, words: &[&str]) {
    let mut line: Vec<OsString> = vec!["gateway".into()];
    line.extend(words.iter().map(OsString::from));
    line.extend(["--config".into(), folder.join("gateway.toml").into_os_string()]);
    let told = format!("{line:?}");
    let code = tokio::task::spawn_blocking(move || gateway::command::run(line)).await.unwrap();
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS), "{told}");
}

/// Runs the gateway's own program beside a gateway of this folder: whether it did what it was told, and what it said on
/// standard output and standard error.
pub(crate) async fn told(folder: &Path, words: &[&str]) -> (bool, String, String) {
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_gateway"));
    let output = program.args(words).arg("--config").arg(folder.join("gateway.toml")).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// An answer's pre-decisions as they are told one by one: each with the digests that the conveyance's carries for all.
pub(crate) fn each_with_digests(mut answer: Vec<PreDecision>) -> Vec<PreDecision> {
    let digests = answer[0].digests.clone();
    assert!(digests.is_some() && answer[1..].iter().all(|each| each.digests.is_none()));
    answer.iter_mut().for_each(|each| each.digests.clone_from(&digests));
    answer
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
