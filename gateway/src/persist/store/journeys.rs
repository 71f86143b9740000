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

/// Between two words to the server, which ends the session of whoever is silent for [`SILENT_MS`]: a gateway that stands still,
/// or cannot be reached, keeps nobody from its journeys.
const BEAT: Duration = Duration::from_secs(1);

/// How long a session may be silent, in milliseconds.
pub(in crate::persist) const SILENT_MS: u32 = 5_000;

/// Who is told that he has the places.
type Answer = oneshot::Sender<Result<JourneyPlaces, Error>>;

/// What the keeper is told.
pub(super) enum Command {
    /// To take places, all of them or none.
    Take(Vec<i64>, Answer),
    /// They are free again, where that session still held them.
    Leave(Vec<i64>, u64),
}

/// Places that are held; free for all gateways when dropped. If the connection that holds them is lost, they are free before.
#[derive(Debug)]
pub struct JourneyPlaces {
    places: Vec<i64>,
    session: u64,
    keeper: mpsc::UnboundedSender<Command>,
}

impl Drop for JourneyPlaces {
    fn drop(&mut self) {
        let _ = self.keeper.send(Command::Leave(std::mem::take(&mut self.places), self.session));
    }
}

impl Store {
    /// Waits until places are no other gateway's; `None` where there is no other gateway. Whoever is of this gateway has to be
    /// kept apart by the caller. Each place once.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer.
    pub async fn journey_places(&self, places: Vec<i64>) -> Result<Option<JourneyPlaces>, Error> {
        let Some(keeper) = &self.journeys else { return Ok(None) };
        self.readers.check()?;
        let (answer, wait) = oneshot::channel();
        keeper.send(Command::Take(places, answer)).map_err(|_| Error::Closed)?;
        wait.await.map_err(|_| Error::Closed)?.map(Some)
    }
}

/// The one task that takes places and leaves them.
pub(super) struct Keeper {
    config: Config,
    readers: Pool,
    connection: Option<Connection>,
    /// Which connection it is: what another held was free when that was lost.
    session: u64,
    own: mpsc::WeakUnboundedSender<Command>,
    /// Who waits for places of which another gateway holds some.
    waiting: Vec<(Vec<i64>, Answer)>,
}

impl Keeper {
    /// Starts it; it ends with the last that could ask it.
    pub(super) fn start(config: &Config, readers: &Pool) -> mpsc::UnboundedSender<Command> {
        let (keeper, commands) = mpsc::unbounded_channel();
        let own = keeper.downgrade();
        let (config, readers) = (config.clone(), readers.clone());
        let task = Self { config, readers, connection: None, session: 0, own, waiting: Vec::new() };
        tokio::spawn(task.run(commands));
        keeper
    }

    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        // However often something else is asked meanwhile, whoever waits has his turn.
        let (mut again, mut beat) = (Instant::now(), Instant::now());
        loop {
            let command = tokio::select! {
                biased;
                () = time::sleep_until(beat), if self.connection.is_some() => {
                    if let Some(connection) = self.connection.as_mut()
                        && let Err(error) = connection.ask().await
                    {
                        self.lost(&error);
                    }
                    beat = Instant::now() + BEAT;
                    continue;
                }
                () = time::sleep_until(again), if !self.waiting.is_empty() => {
                    self.again(&mut commands).await;
                    again = Instant::now() + AGAIN;
                    continue;
                }
                command = commands.recv() => command,
            };
            match command {
                Some(Command::Take(places, answer)) => {
                    let _ = self.take(places, answer, &mut commands).await; // all who asked are told
                }
                Some(Command::Leave(places, session)) if session == self.session => self.leave(places).await,
                Some(Command::Leave(..)) => {}
                None => break,
            }
        }
        if let Some(connection) = self.connection {
            connection.close().await;
        }
    }

    /// Another look for all who wait. Once one of them is refused all are: nobody finds it out again by himself.
    async fn again(&mut self, commands: &mut mpsc::UnboundedReceiver<Command>) {
        let mut waiting = std::mem::take(&mut self.waiting).into_iter();
        while let Some((places, answer)) = waiting.next() {
            if let Err(error) = self.take(places, answer, commands).await {
                for (_, answer) in waiting.by_ref() {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// Refused is whoever is told so here, and all who wait.
    async fn take(
        &mut self,
        places: Vec<i64>,
        answer: Answer,
        commands: &mut mpsc::UnboundedReceiver<Command>,
    ) -> Result<(), Error> {
        if answer.is_closed() {
            return Ok(());
        }
        let stood = self.connection.is_some();
        let mut tried = self.tried(&places).await;
        if stood && let Err(error) = &tried {
            self.lost(error); // and with it everything that it held: the server may have been started anew
            tried = self.tried(&places).await;
        }
        match tried {
            Ok(true) => {
                let Some(keeper) = self.own.upgrade() else { return Ok(()) };
                // Whoever is gone leaves them by dropping them.
                let _ = answer.send(Ok(JourneyPlaces { places, session: self.session, keeper }));
            }
            Ok(false) => self.waiting.push((places, answer)),
            Err(error) => {
                self.connection = None;
                let _ = answer.send(Err(error.clone()));
                self.refuse(&error, commands);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whoever asked before it was known that the server is away is told the same: nobody finds it out again by himself.
    fn refuse(&mut self, error: &Error, commands: &mut mpsc::UnboundedReceiver<Command>) {
        for (_, answer) in self.waiting.drain(..) {
            let _ = answer.send(Err(error.clone()));
        }
        while let Ok(command) = commands.try_recv() {
            if let Command::Take(_, answer) = command {
                let _ = answer.send(Err(error.clone()));
            }
        }
    }

    /// All of the places, or none.
    async fn tried(&mut self, places: &[i64]) -> Result<bool, Error> {
        self.readers.check()?;
        if self.connection.is_none() {
            self.connection = Some(Connection::keeper(&self.config, &self.readers).await?);
            self.session += 1;
        }
        let Some(connection) = self.connection.as_mut() else { return Ok(false) };
        let taking = query(sql!(postgres "journey_take")).bind(places.to_vec());
        let taken = taking.fetch_one(connection).await?.try_get::<Vec<i64>>("taken")?;
        if taken.len() == places.len() {
            return Ok(true);
        }
        if !taken.is_empty() {
            self.left(taken).await?;
        }
        Ok(false)
    }

    async fn leave(&mut self, places: Vec<i64>) {
        if let Err(error) = self.left(places).await {
            self.lost(&error);
        }
    }

    async fn left(&mut self, places: Vec<i64>) -> Result<(), Error> {
        let Some(connection) = self.connection.as_mut() else { return Ok(()) };
        query(sql!(postgres "journey_leave")).bind(places).fetch_one(connection).await.map(|_| ())
    }

    fn lost(&mut self, error: &Error) {
        tracing::warn!(%error, "the connection that holds journeys was lost: they are free");
        self.connection = None;
    }
}
