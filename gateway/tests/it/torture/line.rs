//! The line between a gateway and PostgreSQL: it can be cut, and it can swallow what runs through it.

use std::path::PathBuf;

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, UnixStream},
    sync::watch,
};

/// Listens where the gateway believes the server to be.
pub(crate) struct Line {
    /// The database's address over this line.
    pub(crate) url: String,
    cut: watch::Sender<()>,
    swallows: watch::Sender<bool>,
}

impl Line {
    /// To the database with this address, which names the folder of its socket.
    pub(crate) async fn to(url: &str) -> Self {
        let (address, folder) = url.split_once("?host=").unwrap();
        let (_, name) = address.rsplit_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let line = Self {
            url: format!("postgres://corridor@{here}/{name}?sslmode=disable"),
            cut: watch::Sender::new(()),
            swallows: watch::Sender::new(false),
        };
        let socket = PathBuf::from(folder).join(".s.PGSQL.5432");
        tokio::spawn(carry(listener, socket, line.cut.subscribe(), line.swallows.subscribe()));
        line
    }

    /// Ends every connection.
    pub(crate) fn cut(&self) {
        self.cut.send_replace(());
    }

    /// From here on nothing arrives, and nobody is told; or it goes on.
    pub(crate) fn swallow(&self, swallows: bool) {
        self.swallows.send_replace(swallows);
    }
}

async fn carry(
    listener: TcpListener,
    socket: PathBuf,
    cut: watch::Receiver<()>,
    swallows: watch::Receiver<bool>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let (socket, mut cut, swallows) = (socket.clone(), cut.clone(), swallows.clone());
        cut.mark_unchanged();
        tokio::spawn(async move {
            let Ok(server) = UnixStream::connect(socket).await else { return };
            let ((from_client, to_client), (from_server, to_server)) =
                (client.into_split(), server.into_split());
            // Whoever ends, ends both ways.
            tokio::select! {
                () = pump(from_client, to_server, swallows.clone()) => {}
                () = pump(from_server, to_client, swallows) => {}
                _ = cut.changed() => {}
            }
        });
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut swallows: watch::Receiver<bool>,
) {
    let mut some = vec![0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut some).await {
        if swallows.wait_for(|swallows| !swallows).await.is_err()
            || to.write_all(&some[..count]).await.is_err()
        {
            return;
        }
    }
}
