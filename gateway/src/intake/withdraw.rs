//! Messages that withdraw what was announced, and those that say that it has come.

use jiff::Timestamp;
use manifest::{State, declared::Declared};

use super::{
    Failure, admit,
    document::{Reading, Taken},
    pipeline::{Beside, Pipeline, Submission},
    steps::Steps,
};
use crate::{
    authenticate::registry::Partner,
    decode::{self, Envelope},
    persist::{Held, Recorded, RevisionRow},
};

/// Was it withdrawn before it came? Then it is recorded, and nothing of it is in force.
///
/// What is not a first announcement never brings back what was withdrawn: it may have been sent before. A part that is new is
/// withdrawn with all those before it, as a withdrawal names the list and not its parts.
pub(super) fn is_withdrawn(declared: &Declared, announces: bool, rows: &[RevisionRow]) -> bool {
    let newest = |part: &str| {
        rows.iter()
            .filter(|row| row.part == part && row.state != State::Rejected)
            .max_by_key(|row| row.revision)
    };
    match newest(&declared.part) {
        Some(newest) => {
            !announces
                && newest.state == State::Cancelled
                && i64::from(newest.revision.number()) < declared.revision
        }
        None => {
            let standing = || rows.iter().filter(|row| row.state != State::Rejected);
            standing().next().is_some()
                && standing().all(|row| newest(&row.part).is_some_and(|row| row.state == State::Cancelled))
        }
    }
}

/// A repeat of what was amended and then withdrawn is told what became of it, and not only what came next.
pub(super) fn told(submission: &mut Submission, rows: &[RevisionRow]) {
    let Recorded { key, state, repeated, .. } = &mut submission.recorded;
    let newest = rows
        .iter()
        .filter(|row| row.part == key.part && row.state != State::Rejected)
        .max_by_key(|row| row.revision);
    if *repeated && *state == State::Amended && newest.is_some_and(|row| row.state == State::Cancelled) {
        *state = State::Cancelled;
    }
}

impl Pipeline {
    /// A withdrawal that comes before what it withdraws is kept: as the second of its kind, never in force, beside which
    /// the announcement is withdrawn when it comes.
    pub(super) async fn withdraw_early(
        &self,
        partner: &Partner,
        reading: &Reading,
        number: usize,
        mut declared: Declared,
        steps: &Steps<'_>,
        journey: &Held,
    ) -> Result<Taken, Failure> {
        (declared.revision, declared.draft) = (declared.revision.max(1), true);
        admit::submission(partner, &declared)?;
        let original = self.original(partner, reading, number, false).await?;
        let envelope = Envelope {
            request_id: reading.asked.request_id.clone(),
            language_code: reading.asked.language_code.clone(),
        };
        let said = decode::Submission { declared, envelope };
        let store = self.store.holding(journey);
        let beside = Beside { now: reading.now, withdrawn: false, links: Vec::new(), store: &store };
        let submission = self.announce(partner, said, original, steps, beside).await?;
        let moved = store.cancel(submission.recorded.id, &partner.id, "", reading.now).await?;
        Ok(Taken::Moved(Box::new(moved)))
    }

    /// Withdraws whatever stands under the reference.
    pub(super) async fn withdraw(
        &self,
        partner: &Partner,
        declared: &Declared,
        rows: &[RevisionRow],
        now: Timestamp,
        journey: &Held,
    ) -> Result<Taken, Failure> {
        let store = self.store.holding(journey);
        let mut done: Vec<&str> = Vec::new();
        let mut moved = None;
        // The highest revision of each part comes first. One that was rejected does not stand in front of the one that counts.
        for row in standing(declared, rows) {
            if done.contains(&row.part.as_str()) {
                continue;
            }
            if row.state != State::Rejected {
                done.push(&row.part);
            }
            moved = Some(store.cancel(row.id, &partner.id, "", now).await?);
        }
        Ok(Taken::Moved(Box::new(moved.ok_or(Failure::ManifestNotFound)?)))
    }

    /// A partner's word that its conveyance has arrived is kept and told; what makes it ARRIVED is the post's own report.
    pub(super) async fn arrived(
        &self,
        partner: &Partner,
        declared: &Declared,
        rows: &[RevisionRow],
        now: Timestamp,
        journey: &Held,
    ) -> Result<Taken, Failure> {
        let store = self.store.holding(journey);
        // Many formats write no offset: what the time is on the journey's clock is known once it is normalized.
        let rules = self.rules.of_partner(&partner.id);
        let (manifest, _) = manifest::normalize(declared.clone(), &self.lists, &rules);
        let time = manifest.journey.arrival_time().map_or(now, |time| time.min(now));
        // Of several parts, all of them are on the one conveyance.
        let mut moved = None;
        for row in standing(declared, rows) {
            moved = Some(store.announce_arrival(row.id, &partner.id, time, now).await?);
        }
        Ok(Taken::Moved(Box::new(moved.ok_or(Failure::ManifestNotFound)?)))
    }
}

/// What stands under the reference for the part that is spoken of, or for all parts where none is: not what was restated since.
fn standing<'r>(declared: &'r Declared, rows: &'r [RevisionRow]) -> impl Iterator<Item = &'r RevisionRow> {
    rows.iter().filter(move |row| {
        row.state != State::Amended && (declared.part.is_empty() || declared.part == row.part)
    })
}
