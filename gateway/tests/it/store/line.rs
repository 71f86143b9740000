//! A line to PostgreSQL over TCP that can be cut, and that swallows what is said.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use testkit::postgres::Database;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream, UnixStream},
    task::{JoinHandle, JoinSet},
};

/// What a server says as long as it starts.
const STARTING: &[u8] = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";

/// The line; ends when this goes.
pub(super) struct Line {
    at: SocketAddr,
    /// Of the database.
    socket: PathBuf,
    name: String,
    /// Nobody who listens is heard any more, nor answered.
    pub(super) swallows: Arc<AtomicBool>,
    running: JoinHandle<()>,
}

impl Line {
    pub(super) async fn to(database: &Database) -> Self {
        let (address, folder) = database.url.split_once("?host=").unwrap();
        let name = address.rsplit_once('/').unwrap().1.to_owned();
        let socket = PathBuf::from(folder).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let swallows = Arc::new(AtomicBool::new(false));
        let running = tokio::spawn(forward(listener, socket.clone(), Arc::clone(&swallows)));
        Self { at, socket, name, swallows, running }
    }

    /// The database's address at this end of it.
    pub(super) fn url(&self) -> String {
        format!("postgres://corridor@{}/{}?sslmode=disable", self.at, self.name)
    }

    /// From now on whoever connects is refused, and who was connected is so no more.
    pub(super) async fn cut(&mut self) {
        if !self.running.is_finished() {
            self.running.abort();
            let _ = (&mut self.running).await;
        }
    }

    /// Somebody answers, and says that the database is starting.
    pub(super) async fn starts(&mut self) {
        self.cut().await;
        self.running = tokio::spawn(start(TcpListener::bind(self.at).await.unwrap()));
    }

    pub(super) async fn mend(&mut self) {
        self.cut().await;
        let listener = TcpListener::bind(self.at).await.unwrap();
        self.running = tokio::spawn(forward(listener, self.socket.clone(), Arc::clone(&self.swallows)));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn forward(listener: TcpListener, socket: PathBuf, swallows: Arc<AtomicBool>) {
    let mut all = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        if let Ok(server) = UnixStream::connect(&socket).await {
            all.spawn(between(client, server, Arc::clone(&swallows)));
        }
    }
}

async fn between(client: TcpStream, server: UnixStream, swallows: Arc<AtomicBool>) {
    let (mut hears, mut says) = client.into_split();
    let (mut answers, mut asks) = server.into_split();
    let there = async {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(count @ 1..) = hears.read(&mut bytes).await {
            let listens = bytes[..count].windows(6).any(|word| word == b"LISTEN");
            if listens && swallows.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            if asks.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = there => {}
        _ = copy(&mut answers, &mut says) => {}
    }
}

async fn start(listener: TcpListener) {
    while let Ok((mut client, _)) = listener.accept().await {
        let mut asked = [0; 1_024];
        let _ = client.read(&mut asked).await;
        let length = u32::try_from(STARTING.len() + 4).unwrap().to_be_bytes();
        let _ = client.write_all(&[b"E", &length[..], STARTING].concat()).await;
    }
}
