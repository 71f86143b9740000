//! The gateways, each the real executable behind a proxy that keeps its address and can cut what runs through it.

use std::{
    net::SocketAddr,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::{kill::Serving, line::Line};

/// All gateways of a site.
pub(super) struct Cluster {
    folder: PathBuf,
    members: Vec<Member>,
}

struct Member {
    /// Where clients connect.
    address: SocketAddr,
    /// Where the gateway listens now.
    target: watch::Sender<Option<SocketAddr>>,
    cut: watch::Sender<()>,
    /// Where the database is another process.
    line: Option<Line>,
    serving: Mutex<Option<Serving>>,
}

impl Cluster {
    pub(super) async fn start(folder: &Path, count: usize, database: Option<&str>) -> Self {
        let mut members = Vec::new();
        for _ in 0..count {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let line = match database {
                Some(url) => Some(Line::to(url).await),
                None => None,
            };
            let member = Member {
                address: listener.local_addr().unwrap(),
                target: watch::Sender::new(None),
                cut: watch::Sender::new(()),
                line,
                serving: Mutex::new(None),
            };
            tokio::spawn(forward(listener, member.target.subscribe(), member.cut.subscribe()));
            members.push(member);
        }
        let cluster = Self { folder: folder.to_owned(), members };
        (0..count).for_each(|place| cluster.serve(place));
        cluster
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.members.iter().map(|member| member.address).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    /// Starts a gateway, again and again until it listens, as whoever runs it does.
    pub(super) fn serve(&self, place: usize) {
        let member = &self.members[place];
        let url = |line: &Line| ("CUSTOMS_GATEWAY__PERSIST__URL".to_owned(), line.url.clone());
        let settings: Vec<_> = member.line.iter().map(url).collect();
        for _ in 0..60 {
            let serving = Serving::start_with(&self.folder, &settings);
            if let Some(address) = serving.address() {
                *member.serving.lock().unwrap() = Some(serving);
                member.target.send_replace(Some(address));
                return;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!("a gateway does not start");
    }

    /// `kill -9`.
    pub(super) fn kill(&self, place: usize) {
        let member = &self.members[place];
        member.target.send_replace(None);
        member.serving.lock().unwrap().take(); // killed as it is dropped
    }

    /// Ends every connection through the proxy.
    pub(super) fn cut(&self, place: usize) {
        self.members[place].cut.send_replace(());
    }

    /// What lies between a gateway and the database, where that is another process.
    pub(super) fn line(&self, place: usize) -> Option<&Line> {
        self.members[place].line.as_ref()
    }

    /// Sends a signal by its name.
    pub(super) fn signal(&self, place: usize, name: &str) {
        if let Some(id) = self.id(place) {
            let _ = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status();
        }
    }

    /// Lets no file of the gateway grow beyond so many bytes, as on a full disk; `unlimited` ends it.
    pub(super) fn limit_files(&self, place: usize, bytes: &str) {
        if let Some(id) = self.id(place) {
            limit_files(id, bytes);
        }
    }

    fn id(&self, place: usize) -> Option<u32> {
        self.members[place].serving.lock().unwrap().as_ref().map(Serving::id)
    }
}

/// Lets no file of a process grow beyond so many bytes; asked as the user that it runs as, who alone may.
pub(crate) fn limit_files(process: u32, bytes: &str) {
    let Ok(about) = std::fs::metadata(format!("/proc/{process}")) else { return };
    let (user, id) = (about.uid().to_string(), process.to_string());
    let limit = format!("--fsize={bytes}:");
    let words = ["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit", "--pid", &id, &limit];
    let own = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == about.uid());
    let mut command = Command::new(if own { "prlimit" } else { "setpriv" });
    let status = command.args(if own { &words[6..] } else { &words }).status();
    let is_gone = !Path::new(&format!("/proc/{process}")).exists();
    assert!(is_gone || status.is_ok_and(|status| status.success()), "the disk of {process} was not filled");
}

async fn forward(
    listener: TcpListener,
    target: watch::Receiver<Option<SocketAddr>>,
    cut: watch::Receiver<()>,
) {
    while let Ok((mut client, _)) = listener.accept().await {
        let (to, mut cut) = (*target.borrow(), cut.clone());
        cut.mark_unchanged();
        tokio::spawn(async move {
            let Some(to) = to else { return };
            let Ok(mut server) = TcpStream::connect(to).await else { return };
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                _ = cut.changed() => {}
            }
        });
    }
}
