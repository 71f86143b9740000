//! One group commit: takes the write lock, settles repeats, finishes the decisions, stores, commits.

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use manifest::{
    ManifestKey, State,
    life::{Succession, succession},
};
use scoring::Capacity;
use tokio::sync::oneshot;

use super::{
    audit,
    capacity::Budgets,
    life, links, provisional,
    row::{micros, recorded},
    submission::Submission,
};
use crate::persist::{
    AuditEvent, Error, FeedEvent, FeedPosition, Finished, Recorded, Secrets,
    database::{Connection, ManyRows, Rows, many_rows, pieces},
    packed::pack,
};

static BEGIN: ManyRows = many_rows!("record_begin");
static INSERT: ManyRows = many_rows!("record_insert");

/// With the commit behind it, on SQLite: a statement less is a wake-up of the database's thread less.
static INSERT_LAST: ManyRows = many_rows!("record_insert", "commit;");

/// Something that waits to be committed, with the way to whoever waits for it.
pub(in crate::persist) enum Entry {
    /// A submission.
    Submission(Box<Submission>, oneshot::Sender<Result<Recorded, Error>>),
    /// An event to be audited.
    Audit(AuditEvent, oneshot::Sender<Result<(), Error>>),
}

/// What became of an entry: `None` for an audit event.
pub(super) type Settled = Result<Option<Recorded>, Error>;

impl Entry {
    /// Whoever is gone is not told.
    pub(super) fn answer(self, settled: Settled) {
        match self {
            Entry::Submission(_, waiting) => {
                let lost = || Error::Unavailable("no answer from the writer".into());
                let _ = waiting.send(settled.and_then(|recorded| recorded.ok_or_else(lost)));
            }
            Entry::Audit(_, waiting) => {
                let _ = waiting.send(settled.map(|_| ()));
            }
        }
    }
}

/// The entries of one commit, sorted by what they are.
pub(super) struct Batch<'e> {
    entries: &'e [Entry],
    submissions: Vec<&'e Submission>,
    /// Who waits for each submission.
    waiting: Vec<&'e oneshot::Sender<Result<Recorded, Error>>>,
}

/// A submission that is the first under its key.
struct Winner<'e> {
    row: i64,
    position: i64,
    submission: &'e Submission,
    finished: Finished,
    /// Its line in the audit.
    audit: AuditEvent,
    /// Where it stands beside the other revisions.
    state: State,
    /// Rows of the revisions that it amends.
    amended: Vec<i64>,
    /// The row whose arrival and release it takes over.
    takes_over: Option<i64>,
}

/// What stands under the references of a batch when it begins.
#[derive(Default)]
struct Standing {
    /// Under the very key, by the submission's place.
    taken: HashMap<usize, Recorded>,
    /// Other revisions, by the submission's place: row, number, state.
    others: HashMap<usize, Vec<(i64, u32, State)>>,
    /// Places of the submissions that were made from what stands otherwise by now.
    outdated: HashSet<usize>,
}

impl<'e> Batch<'e> {
    pub(super) fn of(entries: &'e [Entry]) -> Self {
        let submissions = entries.iter().filter_map(|entry| match entry {
            Entry::Submission(submission, waiting) => Some((&**submission, waiting)),
            Entry::Audit(..) => None,
        });
        let (submissions, waiting) = submissions.unzip();
        Self { entries, submissions, waiting }
    }

    /// Writes and commits all of it; gives what became of each entry, and the newest feed position if there is one. On
    /// an error the transaction is still open: the caller rolls it back.
    pub(super) async fn write(
        &self,
        connection: &mut Connection,
        secrets: &Secrets,
    ) -> Result<(Vec<Settled>, Option<FeedPosition>), Error> {
        let (standing, next, has_capacity) = self.begin(connection, secrets).await?;
        let outcomes = self.submissions.iter().map(|submission| &submission.outcome);
        let mut budgets =
            if has_capacity { Budgets::load(connection, secrets, outcomes).await? } else { None };
        let (settled, winners) = self.settle(standing, next, budgets.as_mut());
        if let Some(budgets) = &budgets {
            budgets.put(connection).await?;
        }
        audit::insert(connection, self.events()).await?;
        let mut pieces = pieces(&winners).peekable();
        // Revisions move those before them after they are written themselves; they are few.
        let more = winners.iter().any(|winner| winner.moves() || winner.is_linked());
        let commits_alone = !connection.is_sqlite() || pieces.peek().is_none() || more;
        while let Some(piece) = pieces.next() {
            let text = if pieces.peek().is_some() || commits_alone { &INSERT } else { &INSERT_LAST };
            text.execute_tables(connection, tables(piece)).await?;
        }
        drop(pieces);
        let mut named = Vec::new();
        for outcome in winners.iter().map(|winner| &winner.submission.outcome) {
            let put = |link| (outcome.key.partner_id.as_str(), link, outcome.receive_time);
            named.extend(outcome.links.iter().map(put));
        }
        links::put(connection, named).await?;
        let mut position = winners.last().map(|winner| FeedPosition(winner.position));
        for winner in winners.iter().filter(|winner| winner.moves()) {
            let outcome = &winner.submission.outcome;
            let succession = life::Recording {
                row: winner.row,
                amended: &winner.amended,
                takes_over: winner.takes_over,
                changes: outcome.changes.as_deref(),
                partner_id: &outcome.key.partner_id,
                now: outcome.receive_time,
            };
            position = life::succeed(connection, &succession).await?.or(position);
            if winner.is_provisional() {
                provisional::note(connection, winner.row, outcome.receive_time).await?;
            }
        }
        if commits_alone {
            connection.commit().await?;
        }
        for winner in &winners {
            winner.submission.held.iter().for_each(|held| held.wrote(FeedPosition(winner.position)));
        }
        drop(winners);
        Ok((self.in_order(settled), position))
    }

    /// What an empty store would have answered.
    pub(super) fn forget(&self) -> Vec<Settled> {
        let (settled, _) = self.settle(Standing::default(), (0, 0), None);
        self.in_order(settled)
    }

    fn events(&self) -> impl Iterator<Item = &'e AuditEvent> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Audit(event, _) => Some(event),
            Entry::Submission(..) => None,
        })
    }

    /// Opens the transaction: what stands under which submission's key, and the last row and position that are taken.
    async fn begin(
        &self,
        connection: &mut Connection,
        secrets: &Secrets,
    ) -> Result<(Standing, (i64, i64), bool), Error> {
        if self.submissions.is_empty() {
            connection.begin().await?;
            return Ok((Standing::default(), (0, 0), false));
        }
        let mut keys = Rows::of(5);
        for (place, submission) in self.submissions.iter().enumerate() {
            let key = &submission.outcome.key;
            keys.add(i64::try_from(place).unwrap_or(i64::MAX));
            keys.add(key.manifest_reference.as_str());
            keys.add(key.partner_id.as_str());
            keys.add(key.part.as_str());
            keys.add(key.revision.number());
        }
        // SQLite begins with the text itself. It gives the numbers in a row of their own, PostgreSQL in every row.
        if !connection.is_sqlite() {
            connection.begin().await?;
        }
        let rows = BEGIN.fetch_padded(connection, keys).await?;
        let numbers = rows.first().ok_or_else(|| Error::Corrupt("no numbering".into()))?;
        let mut standing = Standing::default();
        let last = FeedPosition(numbers.try_get("last_position")?);
        for (place, submission) in self.submissions.iter().enumerate() {
            let Some(held) = submission.held.as_ref().filter(|held| held.is_behind(last)) else { continue };
            match held.still_stands(connection).await {
                Ok(()) => {}
                Err(Error::Outdated) => drop(standing.outdated.insert(place)),
                Err(error) => return Err(error),
            }
        }
        for row in rows.iter().skip(usize::from(connection.is_sqlite())) {
            let Some(place) = row.try_get::<Option<i64>>("place")? else { continue };
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            if row.try_get("taken")? {
                standing.taken.insert(place, recorded(row, secrets)?);
            } else {
                let state = super::row::state(row.try_get("state")?)?;
                let other = (row.try_get("row")?, row.try_get("revision")?, state);
                standing.others.entry(place).or_default().push(other);
            }
        }
        let has_capacity = numbers.try_get::<i64>("capacity_version")? > 0;
        Ok((standing, (numbers.try_get("last_row")?, numbers.try_get("last_position")?), has_capacity))
    }

    /// Who is first under each key, and what the others are told. Decisions are finished here, inside the transaction.
    fn settle(
        &self,
        mut standing: Standing,
        (mut row, mut position): (i64, i64),
        mut budgets: Option<&mut Budgets>,
    ) -> (Vec<Result<Recorded, Error>>, Vec<Winner<'e>>) {
        let mut settled: Vec<Result<Recorded, Error>> = Vec::with_capacity(self.submissions.len());
        let mut winners: Vec<Winner<'e>> = Vec::with_capacity(self.submissions.len());
        let revised = self.submissions.iter().any(|submission| submission.outcome.key.revision.number() > 0);
        let mut first_under: HashMap<&ManifestKey, usize> = HashMap::new();
        for (place, &submission) in self.submissions.iter().enumerate() {
            let outcome = &submission.outcome;
            // Whoever asked was told that the time ran out, or went away: the last moment at which nothing is stored of it.
            if self.waiting.get(place).is_some_and(|waiting| waiting.is_closed()) {
                settled.push(Err(Error::Closed));
                continue;
            }
            let is_about = |winner: &Winner<'_>| {
                submission.held.as_ref().is_some_and(|held| held.is_about(&winner.submission.outcome))
            };
            if standing.outdated.contains(&place) || winners.iter().any(is_about) {
                settled.push(Err(Error::Outdated));
                continue;
            }
            let before = standing.taken.remove(&place).or_else(|| {
                let first = first_under.get(&outcome.key)?;
                settled.get(*first)?.as_ref().ok().cloned()
            });
            if let Some(before) = before {
                settled.push(before.for_repeat_of(&outcome.content_digest));
                continue;
            }
            let mut others = standing.others.remove(&place).unwrap_or_default();
            if revised {
                // Other revisions that came in the same batch stand before this one.
                others.extend(winners.iter().filter_map(|winner| winner.beside(&outcome.key)));
                let amended: Vec<i64> = winners.iter().flat_map(|winner| winner.amended.clone()).collect();
                for other in others.iter_mut().filter(|(row, ..)| amended.contains(row)) {
                    other.2 = State::Amended;
                }
            }
            let stands: Vec<_> = others.iter().map(|(_, revision, state)| (*revision, *state)).collect();
            let Succession { state, amended, takes_over } =
                succession(outcome.state, outcome.key.revision.number(), &stands);
            // What is out of date when it comes takes nothing of a post's capacity, and gives none back.
            let in_force = !matches!(state, State::Amended | State::Cancelled);
            let mut budgets = budgets.as_deref_mut().filter(|_| in_force);
            let capacity =
                budgets.as_mut().map_or_else(Capacity::default, |budgets| budgets.capacity(outcome));
            let Ok(finished) = catch_unwind(AssertUnwindSafe(|| (outcome.finish)(&capacity, state))) else {
                settled.push(Err(Error::FinishFailed));
                continue;
            };
            if let Some(budgets) = budgets {
                budgets.given(outcome, &finished);
            }
            first_under.insert(&outcome.key, place);
            settled.push(Ok(submission.recorded(&finished, state)));
            (row, position) = (row + 1, position + 1);
            let row_of = |place: usize| others.get(place).map(|(row, ..)| *row);
            let amended = amended.into_iter().filter_map(row_of).collect();
            let takes_over = takes_over.and_then(row_of);
            let audit = submission.audit();
            winners.push(Winner { row, position, submission, finished, audit, state, amended, takes_over });
        }
        (settled, winners)
    }

    /// The answers in the order of the entries.
    fn in_order(&self, settled: Vec<Result<Recorded, Error>>) -> Vec<Settled> {
        let mut settled = settled.into_iter();
        let lost = || Err(Error::Unavailable("no answer from the writer".into()));
        self.entries
            .iter()
            .map(|entry| match entry {
                Entry::Submission(..) => settled.next().unwrap_or_else(lost).map(Some),
                Entry::Audit(..) => Ok(None),
            })
            .collect()
    }
}

impl Winner<'_> {
    /// Is more to be written than its own rows?
    fn moves(&self) -> bool {
        !self.amended.is_empty()
            || self.takes_over.is_some()
            || self.submission.outcome.changes.is_some()
            || self.is_provisional()
    }

    /// Is it to be found by other names too?
    fn is_linked(&self) -> bool {
        !self.submission.outcome.links.is_empty()
    }

    /// Did rules alone decide something that may still be decided otherwise?
    fn is_provisional(&self) -> bool {
        self.finished.rules_only && provisional::may_change(self.state)
    }

    /// As another revision of the manifest with this key; `None` when it is none.
    fn beside(&self, key: &ManifestKey) -> Option<(i64, u32, State)> {
        let own = &self.submission.outcome.key;
        let same = own.manifest_reference == key.manifest_reference
            && own.partner_id == key.partner_id
            && own.part == key.part;
        same.then(|| (self.row, own.revision.number(), self.state))
    }
}

/// The tables in the order of the statements in `record_insert.sql`.
fn tables<'w>(winners: &'w [Winner<'_>]) -> Vec<Rows<'w>> {
    let (mut manifests, mut keys, mut feed) = (Rows::of(24), Rows::of(4), Rows::of(8));
    for Winner { row, position, submission, finished, state, .. } in winners {
        let outcome = &submission.outcome;
        manifests.add(*row);
        manifests.add(outcome.id.as_bytes().as_slice());
        manifests.add(outcome.key.partner_id.as_str());
        manifests.add(outcome.key.manifest_reference.as_str());
        manifests.add(outcome.key.part.as_str());
        manifests.add(outcome.key.revision.number());
        manifests.add(state.as_str());
        manifests.add(outcome.test);
        manifests.add(outcome.border_post_code.as_deref());
        manifests.add(outcome.journey_key.as_deref());
        manifests.add(outcome.conveyance_registration.as_deref());
        manifests.add(outcome.arrival_time.map(micros));
        manifests.add(micros(outcome.receive_time));
        manifests.add(finished.verdict.as_str());
        manifests.add(outcome.content_digest.as_bytes());
        manifests.add(outcome.format);
        manifests.add(finished.receipt.as_slice());
        manifests.add(pack(&finished.decisions));
        manifests.add(pack(&outcome.findings));
        manifests.add(submission.received_salt_sealed.as_slice());
        manifests.add(submission.originals_sealed.as_deref());
        manifests.add(submission.record_packed.as_slice());
        manifests.add(submission.persons_sealed.as_deref());
        manifests.add(submission.received_sealed.as_slice());
        keys.add(*row);
        keys.add(micros(outcome.receive_time));
        keys.add(submission.wrapped.wrapping_key_id.as_str());
        keys.add(submission.wrapped.key.as_slice());
        feed.add(*position);
        feed.add(*row);
        feed.add(FeedEvent::Recorded.as_str());
        feed.add(state.as_str());
        feed.add(outcome.key.partner_id.as_str());
        feed.add(outcome.border_post_code.as_deref());
        feed.add(outcome.test);
        feed.add(outcome.journey_key.as_deref());
    }
    let mut audit = Rows::of(audit::COLUMNS);
    winners.iter().for_each(|winner| audit::add_row(&winner.audit, &mut audit));
    vec![manifests, keys, feed, audit]
}
