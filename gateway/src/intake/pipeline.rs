//! The way of a submission, in order. Each step takes what the one before it gave, so none can be skipped.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use manifest::{CodeLists, Findings, Manifest, ManifestKey, RuleSettings, State, record};
use prost::bytes::Bytes;
use scoring::{Scored, Withheld};
use tracing::{Span, debug_span};
use uuid::Uuid;

use super::{
    Failure, Intake, admit,
    finish::{Left, finish},
    judge::Judge,
    queue::{Deadline, Queue},
    recent::Recent,
    steps::Steps,
    turns::Turns,
};
use crate::{
    authenticate::registry::Partner,
    clock::Clock,
    decode::{self, Envelope, Limits, Received},
    observability::{
        Kind, Metrics, Step,
        names::{field, span},
    },
    persist::{
        AuditEvent, AuditKind, Digests, Error, Link, Outcome, Persons, ReceivedSalt, Recorded, Sealed, Store,
        new_manifest_id, received_digest,
    },
    quota::{NotCounted, Quota},
    reply::{self, Circumstances, Receipt, Submitted},
    subjects,
};

/// Everything that a submission meets on its way.
pub(super) struct Pipeline {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) metrics: Metrics,
    pub(super) quota: Quota,
    pub(super) limits: Limits,
    pub(super) recent: Recent,
    pub(super) turns: Turns,
    pub(super) queue: Queue,
    pub(super) digests: Digests,
    judge: Judge,
    pub(super) lists: Arc<CodeLists>,
    code_lists_digest: String,
    pub(super) rules: RuleSettings,
    holds_for: Duration,
    pub(super) inline_document_bytes: usize,
    max_changes: usize,
}

/// Most manifests under one reference that are looked at.
pub(super) const MOST_REVISIONS: u32 = 500;

/// A submission that is durable, with what its answer is made of.
pub(super) struct Submission {
    /// What stands in the store.
    pub(super) recorded: Recorded,
    /// What was decided just now; absent on a repeat, whose decisions are read from the store.
    pub(super) decided: Option<(Arc<Circumstances>, scoring::Decided)>,
    /// What the request said about itself.
    pub(super) envelope: Envelope,
    /// What it carries.
    pub(super) kind: Kind,
}

/// What a submission is recorded beside.
pub(super) struct Beside<'s> {
    pub(super) now: Timestamp,
    /// It was withdrawn before it came, so nothing of it is in force.
    pub(super) withdrawn: bool,
    /// Other names under which it is to be found.
    pub(super) links: Vec<Link>,
    /// Holds the submission's journey, if it has a turn in one.
    pub(super) store: &'s Store,
}

/// A manifest that was only looked at.
pub(super) struct Checked {
    pub(super) manifest: Manifest,
    pub(super) findings: Findings,
    pub(super) acceptable: bool,
    pub(super) closed: bool,
    pub(super) draft: bool,
    pub(super) envelope: Envelope,
}

impl Pipeline {
    pub(super) fn new(intake: Intake) -> Self {
        let mut context = Context::new(&SHA256);
        let rules = intake.config.rules.settings();
        intake.lists.bytes(&mut |bytes| context.update(bytes));
        rules.tables(&mut |bytes| context.update(bytes));
        let digest = context.finish();
        Self {
            quota: intake.quota,
            recent: Recent::new(),
            turns: Turns::new(),
            queue: Queue::new(&intake.config.queue, intake.metrics.clone()),
            limits: Limits::from(intake.decode),
            judge: Judge::new(intake.scorer, intake.store.clone(), &intake.config),
            code_lists_digest: digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
            rules,
            holds_for: Duration::from_secs(u64::from(intake.config.pre_decision_hours) * 3_600),
            inline_document_bytes: intake.config.inline_document_bytes,
            max_changes: intake.config.max_changes,
            store: intake.store,
            clock: intake.clock,
            metrics: intake.metrics,
            digests: intake.digests,
            lists: intake.lists,
        }
    }

    /// A submission, from what was received to what is durable.
    ///
    /// # Errors
    /// A refusal or a fault; nothing was recorded then, or it is not known whether (deadline): a repeat settles it.
    pub(super) async fn submit(
        &self,
        partner: &Partner,
        received: Received,
        deadline: Deadline,
    ) -> Result<Submission, Failure> {
        let mut steps = Steps::new(&self.metrics, deadline);
        self.quota.call(partner, self.clock.now())?;
        let arrival = decode::arrival_seconds(&received);
        let _turn = self.queue.turn(&partner.id, received.bytes.len(), arrival, deadline).await?;
        let now = self.clock.now();
        let said =
            steps.decode(&debug_span!(span::DECODE), || decode::submission(&received, &self.limits))?;
        let original = Original { format: received.format.as_str(), digested: received.bytes, kept: None };
        let beside = Beside { now, withdrawn: false, links: Vec::new(), store: &self.store };
        self.announce(partner, said, original, &steps, beside).await
    }

    /// What a partner declared, whatever it came in, to what is durable.
    ///
    /// # Errors
    /// As [`Pipeline::submit`].
    pub(super) async fn announce(
        &self,
        partner: &Partner,
        decode::Submission { declared, envelope }: decode::Submission,
        original: Original,
        steps: &Steps<'_>,
        Beside { now, withdrawn, links, store }: Beside<'_>,
    ) -> Result<Submission, Failure> {
        let key = admit::submission(partner, &declared)?; // may this partner say it, here?
        let digest = self.digests.content_of(|out| declared.canonical(out));
        let is_new = !self.recent.holds(&key);
        let counted = if is_new { Some(self.quota.submission(partner, now).await) } else { None };
        if let Some(Err(NotCounted::Store(error))) = &counted {
            return Err(error.clone().into()); // the store is away: it is not asked again what stands there
        }
        if !matches!(counted, Some(Ok(()))) // a repeat is answered over the quota too
            && let Some(earlier) = self.store.outcome_of(&key).await?
        {
            // Same words: the same receipt. Other words: conflict.
            return self.repeated(earlier.for_repeat_of(&digest)?, envelope, steps.kind(), now).await;
        }
        match counted {
            Some(counted) => counted?,
            None => self.quota.submission(partner, now).await?,
        }

        steps.in_time()?;
        let rules = self.rules.of_partner(&partner.id);
        let test = partner.test || declared.test;
        // Before judging, so that what is logged there tells of which manifest.
        let id = new_manifest_id(now);
        Span::current().record(field::MANIFEST_ID, tracing::field::display(id));
        let (closed, draft) = (declared.closed, declared.draft);
        let (manifest, mut findings) = steps.run(Step::Normalize, &debug_span!(span::NORMALIZE), || {
            manifest::normalize(declared, &self.lists, &rules)
        });
        let validated = steps.run(Step::Validate, &debug_span!(span::VALIDATE), || {
            manifest::validate(manifest, now, &rules, &mut findings)
        });
        let (manifest, scored, state) = match validated {
            Ok(validated) if draft => {
                let scored = Scored::withheld(Withheld::Draft, None, findings.as_slice());
                (validated.into_manifest(), scored, State::Draft)
            }
            Ok(validated) => {
                steps.in_time()?;
                let case = subjects::of(&validated);
                let scorer = self.judge.scorer();
                let bundle = scorer.identity().bundle_version.as_str();
                let span = debug_span!(span::SCORE, { field::BUNDLE_VERSION } = bundle);
                let judging = self.judge.judge(case, findings.as_slice());
                let scored = steps.wait(Step::Score, span, judging).await; // no `?`: what fails is withheld
                (validated.into_manifest(), scored, if closed { State::Closed } else { State::Submitted })
            }
            Err(rejected) => {
                let scored = Scored::withheld(Withheld::ManifestRejected, None, findings.as_slice());
                (rejected.into_manifest(), scored, State::Rejected)
            }
        };

        let state = if withdrawn { State::Cancelled } else { state };
        let codes: Vec<&'static str> = findings.iter().map(|finding| finding.code.as_str()).collect();
        let changes = self.changes(&key, &manifest).await?;
        let request_id = envelope.request_id.clone();
        let facts = Facts { id, key, digest, original, request_id, test, state, changes, links, now };
        let (outcome, left) = self.outcome(facts, manifest, &findings, scored)?;
        drop(findings); // nothing large is held across the commit
        steps.in_time()?;
        let recording = store.record(outcome);
        let recording = steps.try_wait(Step::Persist, debug_span!(span::PERSIST), recording).await;
        let known = match &recording {
            Ok(recorded) => recorded.repeated,
            Err(failure) => matches!(failure, Failure::Store(Error::RevisionConflict { .. })),
        };
        if known {
            self.quota.not_new(partner, now);
        }
        let recorded = recording?;
        self.recent.note(&recorded.key);
        if recorded.repeated {
            // The same words raced past the check above or are older than what is remembered: the store settled it, and
            // what was found and judged just now counts nowhere.
            return self.repeated(recorded, envelope, steps.kind(), now).await;
        }
        for code in codes {
            self.metrics.finding(code);
        }
        let decided = left.take();
        if let Some((_, decided)) = decided.as_ref().filter(|(_, decided)| decided.evidence.rules_only) {
            self.metrics.rules_only(decided.evidence.withheld.map_or("", reply::word_of_cause));
        }
        Ok(Submission { recorded, decided, envelope, kind: steps.kind() })
    }

    /// A dry run: decode, normalize and validate, and nothing of it is kept but an audit line.
    ///
    /// # Errors
    /// A refusal, or the fault that the audit could not be written.
    pub(super) async fn check(
        &self,
        partner: &Partner,
        received: Received,
        deadline: Deadline,
    ) -> Result<Checked, Failure> {
        let now = self.clock.now();
        let mut steps = Steps::new(&self.metrics, deadline);
        self.quota.call(partner, now)?;
        self.quota.dry_run(partner, now)?;
        let arrival = decode::arrival_seconds(&received);
        let _turn = self.queue.turn(&partner.id, received.bytes.len(), arrival, deadline).await?;
        let said =
            steps.decode(&debug_span!(span::DECODE), || decode::submission(&received, &self.limits))?;
        admit::submission(partner, &said.declared)?;
        let checked = self.look_at(partner, said, &steps, now);
        self.store.audit(AuditEvent::new(AuditKind::DryRun, now).partner(&partner.id)).await?;
        Ok(checked)
    }

    /// Normalizes and validates, and nothing else.
    pub(super) fn look_at(
        &self,
        partner: &Partner,
        decode::Submission { declared, envelope }: decode::Submission,
        steps: &Steps<'_>,
        now: Timestamp,
    ) -> Checked {
        let rules = self.rules.of_partner(&partner.id);
        let (closed, draft) = (declared.closed, declared.draft);
        let (manifest, mut findings) = steps.run(Step::Normalize, &debug_span!(span::NORMALIZE), || {
            manifest::normalize(declared, &self.lists, &rules)
        });
        let validated = steps.run(Step::Validate, &debug_span!(span::VALIDATE), || {
            manifest::validate(manifest, now, &rules, &mut findings)
        });
        let acceptable = validated.is_ok();
        let manifest = match validated {
            Ok(validated) => validated.into_manifest(),
            Err(rejected) => rejected.into_manifest(),
        };
        Checked { manifest, findings, acceptable, closed, draft, envelope }
    }

    /// What a revision says otherwise than the one before it. Only revisions pay for the look.
    ///
    /// # Errors
    /// The store's faults.
    async fn changes(&self, key: &ManifestKey, manifest: &Manifest) -> Result<Option<Vec<u8>>, Failure> {
        if key.revision.number() == 0 {
            return Ok(None);
        }
        let rows = self.store.revisions_of(&key.partner_id, &key.manifest_reference, MOST_REVISIONS).await?;
        let before = rows
            .iter()
            .filter(|row| row.part == key.part && row.revision < key.revision && row.state != State::Rejected)
            .max_by_key(|row| row.revision);
        let Some(before) = before else { return Ok(None) };
        let Some(stored) = self.store.manifest(before.id, Persons::With).await? else { return Ok(None) };
        let changes = match &stored.sealed {
            Sealed::Open { persons: Some(persons), .. } => {
                let earlier = record::decode(&stored.record, Some(persons))?;
                reply::changes(&earlier, manifest, self.max_changes)
            }
            // Without the persons of the one before, the persons of this one are no news.
            _ => {
                let now = record::decode(&record::encode_manifest(manifest).record, None)?;
                reply::changes(&record::decode(&stored.record, None)?, &now, self.max_changes)
            }
        };
        Ok(Some(reply::encode_changes(&changes)))
    }

    /// The answer to a message that became a manifest before, put to what stood there then.
    ///
    /// # Errors
    /// The store's faults.
    pub(super) async fn repeat_of(
        &self,
        key: &ManifestKey,
        envelope: Envelope,
        kind: Kind,
        now: Timestamp,
    ) -> Result<Option<Submission>, Failure> {
        let Some(mut earlier) = self.store.outcome_of(key).await? else { return Ok(None) };
        earlier.repeated = true;
        Ok(Some(self.repeated(earlier, envelope, kind, now).await?))
    }

    async fn repeated(
        &self,
        earlier: Recorded,
        envelope: Envelope,
        kind: Kind,
        now: Timestamp,
    ) -> Result<Submission, Failure> {
        Span::current().record(field::MANIFEST_ID, tracing::field::display(earlier.id));
        let event = AuditEvent::new(AuditKind::Repeated, now)
            .partner(&earlier.key.partner_id)
            .manifest(earlier.id)
            .request(envelope.request_id.as_deref());
        self.store.audit(event).await?;
        Ok(Submission { recorded: earlier, decided: None, envelope, kind })
    }

    /// Everything that becomes durable at once.
    fn outcome(
        &self,
        facts: Facts,
        manifest: Manifest,
        findings: &Findings,
        scored: Scored,
    ) -> Result<(Outcome, Left), Failure> {
        let Facts { id, key, digest, original, request_id, test, state, changes, links, now } = facts;
        let received_salt = ReceivedSalt::random()?;
        let receipt = Receipt::of(&Submitted {
            id,
            partner_id: &key.partner_id,
            manifest_reference: &key.manifest_reference,
            part: &key.part,
            revision: key.revision.number(),
            receive_time: now,
            received_digest: received_digest(&received_salt, &original.digested),
            findings: findings.as_slice(),
            test,
        });
        let arrival_time = manifest.journey.arrival_time();
        let circumstances = Circumstances {
            decide_time: now,
            // From now on where the arrival lies in the past: nothing is given that has expired already.
            expire_time: arrival_time.and_then(|arrival| arrival.max(now).checked_add(self.holds_for).ok()),
            code_lists: self.code_lists_digest.clone(),
            consignment_references: references(&manifest),
        };
        let stored = record::encode_manifest(&manifest);
        let noted = record::encode_findings(findings.as_slice());
        let (finish, left) = finish(scored, circumstances, receipt);
        let outcome = Outcome {
            id,
            key,
            content_digest: digest,
            format: original.format,
            received: original.kept.unwrap_or_else(|| original.digested.into()),
            received_salt,
            record: stored.record,
            persons: Some(stored.persons),
            findings: noted.findings_json,
            originals: Some(noted.originals_json),
            state,
            changes,
            test,
            journey_key: manifest.journey_key(),
            border_post_code: manifest.journey.border_post_code,
            conveyance_registration: manifest.conveyance.registration,
            arrival_time,
            receive_time: now,
            request_id,
            links,
            finish,
        };
        Ok((outcome, left))
    }
}

/// What is known about a submission beside its manifest.
struct Facts {
    id: Uuid,
    key: ManifestKey,
    digest: crate::persist::ContentDigest,
    original: Original,
    request_id: Option<String>,
    test: bool,
    state: State,
    changes: Option<Vec<u8>>,
    links: Vec<Link>,
    now: Timestamp,
}

/// What was received, as far as a manifest keeps it.
pub(super) struct Original {
    /// What the bytes that are kept are.
    pub(super) format: &'static str,
    /// What the receipt's digest is over: the bytes as they were sent.
    pub(super) digested: Bytes,
    /// What is kept under the manifest's key in their place.
    pub(super) kept: Option<Vec<u8>>,
}

fn references(manifest: &Manifest) -> Vec<String> {
    manifest.cargo().map_or_else(Vec::new, |cargo| {
        let references = cargo.consignments.iter().map(|each| each.consignment_reference.clone());
        references.map(Option::unwrap_or_default).collect()
    })
}
