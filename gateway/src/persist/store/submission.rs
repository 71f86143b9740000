//! An outcome, sealed and ready to be stored. Sealing happens at the caller's, not on the one writer.

use manifest::State;

use super::held::Held;
use crate::persist::{
    AuditEvent, AuditKind, Error, Finished, Outcome, Recorded, Secrets,
    packed::as_is,
    sealed::{Column, ManifestSeal, Wrapped},
};

/// An outcome whose personal data is sealed.
pub(in crate::persist) struct Submission {
    /// With `received`, `record` and `persons` taken out.
    pub(super) outcome: Outcome,
    pub(super) wrapped: Wrapped,
    pub(super) record_packed: Vec<u8>,
    pub(super) received_sealed: Vec<u8>,
    pub(super) received_salt_sealed: Vec<u8>,
    pub(super) persons_sealed: Option<Vec<u8>>,
    pub(super) originals_sealed: Option<Vec<u8>>,
    /// Let go when it is settled.
    pub(super) held: Option<Held>,
}

impl Submission {
    pub(super) fn seal(secrets: &Secrets, mut outcome: Outcome, held: Option<Held>) -> Result<Self, Error> {
        let (seal, wrapped) = ManifestSeal::fresh(secrets, outcome.id)?;
        let sealed = |column, plain: Option<&[u8]>| plain.map(|plain| seal.seal(column, plain)).transpose();
        let received = std::mem::take(&mut outcome.received);
        let persons = outcome.persons.take();
        let record_packed = as_is(&std::mem::take(&mut outcome.record));
        Ok(Self {
            wrapped,
            record_packed,
            received_sealed: seal.seal(Column::Received, &received)?,
            received_salt_sealed: seal.seal(Column::ReceivedSalt, &outcome.received_salt.0)?,
            persons_sealed: sealed(Column::Persons, persons.as_deref())?,
            originals_sealed: sealed(Column::Originals, outcome.originals.as_deref())?,
            outcome,
            held,
        })
    }

    /// Bytes of its large values, as far as they are known before the decisions are finished.
    pub(in crate::persist) fn large_bytes(&self) -> usize {
        let sealed = [&self.record_packed, &self.received_sealed, &self.outcome.findings];
        let optional = [&self.persons_sealed, &self.originals_sealed];
        let sealed = sealed.into_iter().chain(optional.into_iter().flatten());
        sealed.map(Vec::len).sum()
    }

    /// What the submitter is answered with, once it is committed.
    pub(super) fn recorded(&self, finished: &Finished, state: State) -> Recorded {
        let outcome = &self.outcome;
        Recorded {
            id: outcome.id,
            key: outcome.key.clone(),
            content_digest: outcome.content_digest,
            state,
            test: outcome.test,
            receive_time: outcome.receive_time,
            receipt: finished.receipt.clone(),
            received_salt: Some(outcome.received_salt),
            findings: outcome.findings.clone(),
            originals: outcome.originals.clone(),
            decisions: finished.decisions.clone(),
            changes: outcome.changes.clone(),
            repeated: false,
        }
    }

    /// Its line in the audit.
    pub(super) fn audit(&self) -> AuditEvent {
        let outcome = &self.outcome;
        let kind = if outcome.state == State::Rejected { AuditKind::Rejected } else { AuditKind::Submitted };
        AuditEvent::new(kind, outcome.receive_time)
            .partner(&outcome.key.partner_id)
            .manifest(outcome.id)
            .request(outcome.request_id.as_deref())
    }
}
