//! Places of journeys, of which each is one gateway's at a time: what stands of a journey is read, put together with what came,
//! and committed before another reads it. Advisory locks of one connection hold them on PostgreSQL; an SQLite file is one
//! gateway's alone.

use std::time::Duration;

use tokio::{
    sync::{mpsc, oneshot},
    time::{self, Instant},
};

use super::Store;
use crate::persist::{
    Config, Error,
    database::{Connection, Pool, query, sql},
};

/// Between two looks whether another gateway has left a place.
const AGAIN: Duration = Duration::from_millis(5);

/// What the keeper is told.
pub(super) enum Command {
    /// To take a place.
    Take(i64, oneshot::Sender<Result<JourneyPlace, Error>>),
    /// It is free again.
    Leave(i64),
}

/// A place that is held; free for all gateways when dropped. If the connection that holds it is lost, it is free before.
#[derive(Debug)]
pub struct JourneyPlace {
    place: i64,
    keeper: mpsc::UnboundedSender<Command>,
}

impl Drop for JourneyPlace {
    fn drop(&mut self) {
        let _ = self.keeper.send(Command::Leave(self.place));
    }
}

impl Store {
    /// Waits until a place is no other gateway's; `None` where there is no other gateway. Whoever is of this gateway has to be
    /// kept apart by the caller.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer.
    pub async fn journey_place(&self, place: i64) -> Result<Option<JourneyPlace>, Error> {
        let Some(keeper) = &self.journeys else { return Ok(None) };
        let (answer, wait) = oneshot::channel();
        keeper.send(Command::Take(place, answer)).map_err(|_| Error::Closed)?;
        wait.await.map_err(|_| Error::Closed)?.map(Some)
    }
}

/// The one task that takes places and leaves them.
pub(super) struct Keeper {
    config: Config,
    readers: Pool,
    connection: Option<Connection>,
    own: mpsc::WeakUnboundedSender<Command>,
    /// Who waits for a place that is another gateway's.
    waiting: Vec<(i64, oneshot::Sender<Result<JourneyPlace, Error>>)>,
}

impl Keeper {
    /// Starts it; it ends with the last that could ask it.
    pub(super) fn start(config: &Config, readers: &Pool) -> mpsc::UnboundedSender<Command> {
        let (keeper, commands) = mpsc::unbounded_channel();
        let own = keeper.downgrade();
        let (config, readers) = (config.clone(), readers.clone());
        let task = Self { config, readers, connection: None, own, waiting: Vec::new() };
        tokio::spawn(task.run(commands));
        keeper
    }

    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        // However often something else is asked meanwhile, whoever waits has his turn.
        let mut next = Instant::now();
        loop {
            let command = tokio::select! {
                biased;
                () = time::sleep_until(next), if !self.waiting.is_empty() => {
                    for (place, answer) in std::mem::take(&mut self.waiting) {
                        self.take(place, answer).await;
                    }
                    next = Instant::now() + AGAIN;
                    continue;
                }
                command = commands.recv() => command,
            };
            match command {
                Some(Command::Take(place, answer)) => self.take(place, answer).await,
                Some(Command::Leave(place)) => self.leave(place).await,
                None => break,
            }
        }
        if let Some(connection) = self.connection {
            connection.close().await;
        }
    }

    async fn take(&mut self, place: i64, answer: oneshot::Sender<Result<JourneyPlace, Error>>) {
        if answer.is_closed() {
            return;
        }
        let stood = self.connection.is_some();
        let mut tried = self.tried(place).await;
        if stood && tried.is_err() {
            self.connection = None; // and with it everything that it held: the server may have been started anew
            tried = self.tried(place).await;
        }
        match tried {
            Ok(true) => {
                let Some(keeper) = self.own.upgrade() else { return };
                // Whoever is gone leaves it by dropping it.
                let _ = answer.send(Ok(JourneyPlace { place, keeper }));
            }
            Ok(false) => self.waiting.push((place, answer)),
            Err(error) => {
                self.connection = None;
                let _ = answer.send(Err(error));
            }
        }
    }

    async fn tried(&mut self, place: i64) -> Result<bool, Error> {
        if self.connection.is_none() {
            self.connection = Some(Connection::reader(&self.config, &self.readers).await?);
        }
        let Some(connection) = self.connection.as_mut() else { return Ok(false) };
        let row = query(sql!(postgres "journey_take")).bind(place).fetch_one(connection).await?;
        Ok(row.try_get::<i64>("taken")? == 1)
    }

    async fn leave(&mut self, place: i64) {
        let Some(connection) = self.connection.as_mut() else { return };
        if query(sql!(postgres "journey_leave")).bind(place).fetch_one(connection).await.is_err() {
            self.connection = None;
        }
    }
}
