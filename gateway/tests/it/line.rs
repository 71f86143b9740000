//! A line to PostgreSQL over TCP that can be cut, and that swallows what is said.

use std::{net::SocketAddr, path::PathBuf};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::{Mutex, watch},
    task::JoinHandle,
};

/// What a server says as long as it starts.
const STARTING: &[u8] = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";

/// What arrives nowhere, and nobody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Swallows {
    Nothing,
    /// The word of whoever listens, and all that he says after it.
    Listening,
    Everything,
}

/// Listens where a gateway believes the server to be; ends when this goes.
pub(crate) struct Line {
    /// The database's address over this line.
    pub(crate) url: String,
    at: SocketAddr,
    /// Of the database.
    socket: PathBuf,
    cut: watch::Sender<()>,
    swallows: watch::Sender<Swallows>,
    running: Mutex<JoinHandle<()>>,
}

impl Line {
    /// To the database with this address, which names the folder of its socket.
    pub(crate) async fn to(url: &str) -> Self {
        let (address, folder) = url.split_once("?host=").unwrap();
        let (_, name) = address.rsplit_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let socket = PathBuf::from(folder).join(".s.PGSQL.5432");
        let (cut, swallows) = (watch::Sender::new(()), watch::Sender::new(Swallows::Nothing));
        let running = tokio::spawn(carry(listener, socket.clone(), cut.subscribe(), swallows.subscribe()));
        let url = format!("postgres://corridor@{at}/{name}?sslmode=disable");
        Self { url, at, socket, cut, swallows, running: Mutex::new(running) }
    }

    /// Ends every connection.
    pub(crate) fn cut(&self) {
        self.cut.send_replace(());
    }

    pub(crate) fn swallow(&self, what: Swallows) {
        self.swallows.send_replace(what);
    }

    /// From now on whoever connects is refused, and who was connected is so no more.
    pub(crate) async fn refuse(&self) {
        let mut running = self.running.lock().await;
        if !running.is_finished() {
            running.abort();
            let _ = (&mut *running).await;
        }
        self.cut(); // when nobody comes in any more
    }

    /// Somebody answers, and says that the database is starting.
    pub(crate) async fn starts(&self) {
        self.refuse().await;
        *self.running.lock().await = tokio::spawn(start(TcpListener::bind(self.at).await.unwrap()));
    }

    /// Whoever connects reaches the server again.
    pub(crate) async fn mend(&self) {
        self.refuse().await;
        let listener = TcpListener::bind(self.at).await.unwrap();
        let carrying = carry(listener, self.socket.clone(), self.cut.subscribe(), self.swallows.subscribe());
        *self.running.lock().await = tokio::spawn(carrying);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.running.get_mut().abort();
        self.cut();
    }
}

async fn carry(
    listener: TcpListener,
    socket: PathBuf,
    cut: watch::Receiver<()>,
    swallows: watch::Receiver<Swallows>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let (socket, mut cut, swallows) = (socket.clone(), cut.clone(), swallows.clone());
        cut.mark_unchanged();
        tokio::spawn(async move {
            let Ok(server) = UnixStream::connect(socket).await else { return };
            // Whoever ends, ends both ways.
            tokio::select! {
                () = between(client, server, swallows) => {}
                _ = cut.changed() => {}
            }
        });
    }
}

async fn between(client: TcpStream, server: UnixStream, swallows: watch::Receiver<Swallows>) {
    let ((hears, says), (answers, asks)) = (client.into_split(), server.into_split());
    tokio::select! {
        () = pump(hears, asks, swallows.clone()) => {}
        () = pump(answers, says, swallows) => {}
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut swallows: watch::Receiver<Swallows>,
) {
    let mut some = vec![0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut some).await {
        let listens = some[..count].windows(6).any(|word| word == b"LISTEN");
        let passes = |what: &Swallows| match what {
            Swallows::Nothing => true,
            Swallows::Listening => !listens,
            Swallows::Everything => false,
        };
        if swallows.wait_for(passes).await.is_err() || to.write_all(&some[..count]).await.is_err() {
            return;
        }
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
