//! The one task that reads history. What waits is read together, as the writer commits together: under load a statement,
//! with its hand-over to the database's thread and back, serves many submissions, and alone nobody waits for another.

use std::collections::HashMap;

use jiff::civil::Date;
use scoring::{Counter, CounterKey, History};
use tokio::sync::{mpsc, oneshot};

use super::{history::read, remembered::Remembered};
use crate::persist::{
    Config, Error,
    database::{Connection, Pool},
};

/// Submissions that are read for at once.
const READS_AT_ONCE: usize = 64;
/// Keys that one statement asks for, but for a submission that has more by itself.
const KEYS_AT_ONCE: usize = 8_192;

/// What the reader is told to do.
pub(super) enum Command {
    /// Read what is counted under these keys, the base rates with it.
    Read(Vec<CounterKey>, oneshot::Sender<Result<History, Error>>),
    /// Take nothing more, finish what waits, close.
    Close(oneshot::Sender<()>),
}

type Waiting = (Vec<CounterKey>, oneshot::Sender<Result<History, Error>>);

/// The reader with its connection, which is made again after a failure.
pub(super) struct Reader {
    pub(super) config: Config,
    /// Those that read everything else.
    pub(super) readers: Pool,
    pub(super) connection: Option<Connection>,
    pub(super) remembered: Remembered,
}

impl Reader {
    /// Reads until the queue is closed.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut commands = Vec::with_capacity(READS_AT_ONCE);
        let mut closing = Vec::new();
        while queue.recv_many(&mut commands, READS_AT_ONCE).await > 0 {
            let mut waiting: Vec<Waiting> = Vec::with_capacity(commands.len());
            let mut keys = 0;
            for command in commands.drain(..) {
                match command {
                    // Whoever is gone needs no answer.
                    Command::Read(_, answer) if answer.is_closed() => {}
                    Command::Read(asked, answer) => {
                        if keys + asked.len() > KEYS_AT_ONCE {
                            self.answer(std::mem::take(&mut waiting)).await;
                            keys = 0;
                        }
                        keys += asked.len();
                        waiting.push((asked, answer));
                    }
                    Command::Close(done) => {
                        queue.close();
                        closing.push(done);
                    }
                }
            }
            self.answer(waiting).await;
        }
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
        for done in closing {
            let _ = done.send(());
        }
    }

    /// Reads for all of them in one statement: one snapshot.
    async fn answer(&mut self, waiting: Vec<Waiting>) {
        if waiting.is_empty() {
            return;
        }
        let asked: Vec<CounterKey> =
            waiting.iter().flat_map(|(keys, _)| keys).copied().chain([CounterKey::BASE]).collect();
        match self.counters(asked).await {
            Ok(as_of) => {
                let counted = |key: &CounterKey| Some((*key, *self.remembered.counter(key)?));
                for (keys, answer) in waiting {
                    // Each once, however often it was asked for: equal keys would be added up.
                    let rows: HashMap<CounterKey, Counter> =
                        keys.iter().chain([&CounterKey::BASE]).filter_map(counted).collect();
                    let _ = answer.send(Ok(History::from_rows(as_of, rows)));
                }
            }
            Err(error) => {
                self.connection = None;
                // What comes back may be another database: one restored from a backup counts its changes anew.
                self.remembered.forget();
                for (_, answer) in waiting {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// Reads what is not remembered of the asked counters, and all of them if any counter was changed since. One snapshot: what
    /// is remembered is as it is in the one that says that nothing was changed.
    async fn counters(&mut self, asked: Vec<CounterKey>) -> Result<Option<Date>, Error> {
        self.readers.check()?;
        if self.connection.is_none() {
            self.connection = Some(Connection::reader(&self.config, &self.readers).await?);
        }
        let connection =
            self.connection.as_mut().ok_or_else(|| Error::Unavailable("not connected".into()))?;
        self.remembered.make_room(&asked);
        loop {
            let missing = self.remembered.missing(&asked);
            let found = read(connection, missing.iter().copied()).await?;
            let as_of = found.as_of;
            if self.remembered.take(&missing, found) {
                return Ok(as_of);
            }
        }
    }
}
