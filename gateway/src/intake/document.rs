//! A document of a partner's own format: read once, its messages taken up one by one.
//!
//! What settles repeats is a message's own reference, never the envelope's: a document that was recorded in part is
//! completed by sending it again, also in other batches. Part and revision, which few formats know, are given here.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use manifest::{Findings, State, declared::Declared};
use prost::bytes::Bytes;
use proto::v1;
use tokio::sync::OnceCell;
use tracing::debug_span;
use uuid::Uuid;

use super::{
    Failure, admit,
    pipeline::{Checked, Original, Pipeline, Submission},
    standing,
    steps::Steps,
};
use crate::{
    authenticate::registry::Partner,
    decode::{
        self, Envelope, Refusal,
        document::{Answer, AnswerHead, Document, Format, Given, Intent, Message, Naming, Unreadable},
    },
    observability::{Kind, Outcome, Step, names::span},
    persist::{
        AuditEvent, AuditKind, DocumentPart, ManifestSummary, PART_OF_DOCUMENT, RevisionRow, StoredDocument,
        new_manifest_id,
    },
    reply::{self, Heading},
};

/// What is asked beside a document's bytes.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) format: String,
    pub(super) reference: String,
    pub(super) request_id: Option<String>,
    pub(super) language_code: String,
    pub(super) dry_run: bool,
    /// Is an answer in the document's own format wanted too?
    pub(super) in_kind: bool,
}

/// A document that was read: everything that its messages share.
pub(super) struct Reading {
    pub(super) asked: Asked,
    pub(super) format: Format,
    content: Bytes,
    /// Several messages: then the document is kept once.
    pub(super) several: bool,
    now: Timestamp,
    kept: OnceCell<Uuid>,
    envelope: decode::document::Envelope,
    /// What answers in kind repeat of each message, by its place; empty when none are wanted.
    heads: Vec<(AnswerHead, Option<Unreadable>)>,
    /// What came of each message so far, by its number.
    answers: Mutex<BTreeMap<i32, Answer>>,
    /// The manifests that its messages so far are, or were found to repeat.
    settled: Mutex<HashSet<Uuid>>,
}

impl Reading {
    /// Is what the message is about named by an MRN, under which nothing is announced that has an LRN?
    pub(super) fn names_mrn(&self, declared: &Declared) -> bool {
        matches!(self.format, Format::Ncts | Format::Ens) && standing::is_mrn(&declared.manifest_reference)
    }

    /// Notes that a message of the document is this manifest.
    pub(super) fn settled(&self, id: Uuid) {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Is a message of the document this manifest?
    pub(super) fn has_settled(&self, id: Uuid) -> bool {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    /// Notes what came of a message, for the answers in kind.
    pub(super) fn answered(&self, message: &v1::DocumentMessage) {
        let place = usize::try_from(message.message_number).ok().and_then(|number| number.checked_sub(1));
        let Some((_, unreadable)) = place.and_then(|place| self.heads.get(place)) else { return };
        let own = new_manifest_id(self.now).simple().to_string();
        let answer = reply::answer_to(message, unreadable.as_ref(), own, self.now);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(message.message_number, answer);
    }

    /// The answers in the document's own format, once everything is answered.
    pub(super) fn in_kind(&self) -> Vec<v1::DocumentAnswer> {
        let answers = std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner));
        let heads = self.heads.iter().map(|(head, _)| head.clone());
        let pairs: Vec<_> = heads.zip(answers.into_values()).collect();
        let made = decode::document::answer(self.format, &self.envelope, &pairs);
        made.into_iter().map(reply::document_answer).collect()
    }
}

/// One message, with what is known of it before it is taken up.
pub(super) struct Numbered {
    pub(super) heading: Heading,
    /// Its place among the messages of this document that share its reference and what they want, where there are several.
    shared: Option<u32>,
    message: Message,
}

/// What came of one message.
pub(super) enum Taken {
    Recorded(Box<Submission>),
    Checked(Box<Checked>),
    Moved(Box<ManifestSummary>),
}

impl Pipeline {
    /// Reads a document. Gives what it is, and its messages: those under one reference together, in their order.
    ///
    /// # Errors
    /// A refusal of the document as a whole, or a fault.
    pub(super) async fn read(
        &self,
        partner: &Partner,
        content: Bytes,
        asked: Asked,
    ) -> Result<(v1::Document, Reading, Vec<Vec<Numbered>>), Failure> {
        let now = self.clock.now();
        admit::submitter(partner)?;
        self.quota.call(partner, now)?;
        if asked.dry_run {
            self.quota.dry_run(partner, now)?;
            self.store.audit(AuditEvent::new(AuditKind::DryRun, now).partner(&partner.id)).await?;
        }
        let document = self.decoded(content.clone(), &asked, now).await?;
        let told = reply::document(&document);
        let wanted = asked.in_kind && !asked.dry_run;
        let each = document.messages.iter().filter(|_| wanted);
        let heads =
            each.map(|message| (AnswerHead::of(message), message.content.as_ref().err().cloned())).collect();
        let reading = Reading {
            asked,
            format: document.format,
            content,
            several: document.messages.len() > 1,
            now,
            kept: OnceCell::new(),
            envelope: document.envelope.clone(),
            heads,
            answers: Mutex::default(),
            settled: Mutex::default(),
        };
        Ok((told, reading, grouped(document)))
    }

    /// Small documents are read where we stand, large ones on a thread of their own.
    async fn decoded(&self, content: Bytes, asked: &Asked, now: Timestamp) -> Result<Document, Failure> {
        let (limits, asked) = (self.limits.clone(), asked.clone());
        let large = content.len() > self.inline_document_bytes;
        let span = debug_span!(span::DECODE);
        let begin = std::time::Instant::now();
        let work = move || {
            let _entered = span.entered();
            let given = Given { format: &asked.format, reference: &asked.reference, received_time: now };
            decode::document::document(&content, &given, &limits)
        };
        let read = if large {
            tokio::task::spawn_blocking(work).await.map_err(drop)
        } else {
            std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(drop)
        };
        let ended = match &read {
            Ok(Ok(_)) => Outcome::Ok,
            Ok(Err(_)) => Outcome::Refused,
            Err(()) => Outcome::Fault,
        };
        self.metrics.step(Step::Decode, Kind::Other, ended, begin.elapsed());
        Ok(read.map_err(|()| Failure::Reader)??)
    }

    /// Takes one message up, or, in a dry run, looks at it. The heading learns the key that it goes under.
    ///
    /// # Errors
    /// A refusal or a fault of this message; its neighbours are none the worse.
    pub(super) async fn take_up(
        &self,
        partner: &Partner,
        reading: &Reading,
        Numbered { heading, shared, message }: Numbered,
        learned: &mut Heading,
    ) -> Result<Taken, Failure> {
        if heading.number > 1 {
            self.quota.call(partner, self.clock.now())?; // the first came with the document
        }
        let Message { intent, naming, content, .. } = message;
        let format = Some(reading.format);
        let mut declared = content.map_err(|unreadable| Refusal::Document { format, unreadable })?;
        let steps = Steps::of(&self.metrics, declared.load.as_ref());
        let rows = self.earlier(partner, reading, &mut declared, intent).await?;
        if intent == Intent::Cancel && !reading.asked.dry_run {
            if rows.is_empty() && reading.format != Format::ManifestJson && !reading.names_mrn(&declared) {
                return self.withdraw_early(partner, reading, heading.number, declared, &steps).await;
            }
            return self.withdraw(partner, &declared, &rows, reading.now).await;
        }
        if intent == Intent::Arrive && !reading.asked.dry_run {
            return self.arrived(partner, &declared, &rows, reading.now).await;
        }
        if naming != Naming::Everything && !reading.asked.dry_run {
            declared = self.completed(declared, naming, intent == Intent::Close, &rows).await?;
        }
        // The list that says who really boarded is final; a revision like any other otherwise.
        declared.closed |= intent == Intent::Close;
        let repeated = reading.format != Format::ManifestJson
            && self.assign(reading, &mut declared, intent, shared, &rows).await?;
        learned.key = (declared.manifest_reference.clone(), declared.part.clone(), declared.revision);
        let envelope = Envelope {
            request_id: reading.asked.request_id.clone(),
            language_code: reading.asked.language_code.clone(),
        };
        let said = decode::Submission { declared, envelope };
        if reading.asked.dry_run {
            let noted = said.declared.notes.len();
            let mut checked = self.look_at(partner, said, &steps, reading.now);
            if matches!(intent, Intent::Cancel | Intent::Arrive) {
                // It declares nothing but what it is about: what the reader noted, which comes first, is all there is.
                let mut findings = Findings::default();
                checked.findings.iter().take(noted).for_each(|each| findings.push(each.clone()));
                checked.acceptable = !findings.reject();
                checked.findings = findings;
            }
            return Ok(Taken::Checked(Box::new(checked)));
        }
        // Before anything of it is stored; announcing asks the same again.
        let key = admit::submission(partner, &said.declared)?;
        if repeated {
            self.recent.note(&key);
        }
        let original = self.original(partner, reading, heading.number, repeated).await?;
        let submission = self.announce(partner, said, original, &steps, reading.now).await?;
        reading.settled(submission.recorded.id);
        learned.under(&submission.recorded.key);
        Ok(Taken::Recorded(Box::new(submission)))
    }

    /// A withdrawal that comes before what it withdraws is kept: as the second of its kind, never in force, beside which
    /// the announcement is out of date when it comes.
    async fn withdraw_early(
        &self,
        partner: &Partner,
        reading: &Reading,
        number: usize,
        mut declared: Declared,
        steps: &Steps<'_>,
    ) -> Result<Taken, Failure> {
        (declared.revision, declared.draft) = (declared.revision.max(1), true);
        admit::submission(partner, &declared)?;
        let original = self.original(partner, reading, number, false).await?;
        let envelope = Envelope {
            request_id: reading.asked.request_id.clone(),
            language_code: reading.asked.language_code.clone(),
        };
        let said = decode::Submission { declared, envelope };
        let submission = self.announce(partner, said, original, steps, reading.now).await?;
        let moved = self.store.cancel(submission.recorded.id, &partner.id, "", reading.now).await?;
        Ok(Taken::Moved(Box::new(moved)))
    }

    /// Withdraws whatever stands under the reference.
    async fn withdraw(
        &self,
        partner: &Partner,
        declared: &Declared,
        rows: &[RevisionRow],
        now: Timestamp,
    ) -> Result<Taken, Failure> {
        let mut seen: Vec<&str> = Vec::new();
        let mut moved = None;
        // The highest revision of each part comes first.
        for row in rows.iter().filter(|row| declared.part.is_empty() || declared.part == row.part) {
            if !seen.contains(&row.part.as_str()) {
                seen.push(&row.part);
                moved = Some(self.store.cancel(row.id, &partner.id, "", now).await?);
            }
        }
        Ok(Taken::Moved(Box::new(moved.ok_or(Failure::ManifestNotFound)?)))
    }

    /// A partner's word that its conveyance has arrived is kept and told; what makes it ARRIVED is the post's own report.
    async fn arrived(
        &self,
        partner: &Partner,
        declared: &Declared,
        rows: &[RevisionRow],
        now: Timestamp,
    ) -> Result<Taken, Failure> {
        // Many formats write no offset: what the time is on the journey's clock is known once it is normalized.
        let rules = self.rules.of_partner(&partner.id);
        let (manifest, _) = manifest::normalize(declared.clone(), &self.lists, &rules);
        let time = manifest.journey.arrival_time().map_or(now, |time| time.min(now));
        // Of several parts, all of them are on the one conveyance.
        let newest = rows.iter().filter(|row| {
            row.state != State::Amended && (declared.part.is_empty() || declared.part == row.part)
        });
        let mut moved = None;
        for row in newest {
            moved = Some(self.store.announce_arrival(row.id, &partner.id, time, now).await?);
        }
        Ok(Taken::Moved(Box::new(moved.ok_or(Failure::ManifestNotFound)?)))
    }

    /// What the manifest keeps of the document.
    async fn original(
        &self,
        partner: &Partner,
        reading: &Reading,
        number: usize,
        repeated: bool,
    ) -> Result<Original, Failure> {
        let digested = reading.content.clone();
        if !reading.several || repeated {
            return Ok(Original { format: reading.format.as_str(), digested, kept: None });
        }
        let store = &self.store;
        let keep = || async {
            let id = new_manifest_id(reading.now);
            let document = StoredDocument {
                id,
                partner_id: partner.id.clone(),
                format: reading.format.as_str(),
                receive_time: reading.now,
                bytes: reading.content.to_vec(),
            };
            store.record_document(document).await.map(|()| id)
        };
        let document = *reading.kept.get_or_try_init(keep).await?;
        let message_number = u32::try_from(number).unwrap_or(u32::MAX);
        let kept = DocumentPart { document, message_number }.to_bytes();
        Ok(Original { format: PART_OF_DOCUMENT, digested, kept: Some(kept) })
    }
}

/// The messages by reference, each group in the document's order. What was noted about the envelope goes to the first
/// message that can carry it.
fn grouped(document: Document) -> Vec<Vec<Numbered>> {
    let Document { mut messages, notes, .. } = document;
    if let Some(first) = messages.iter_mut().find_map(|message| message.content.as_mut().ok()) {
        first.notes.splice(0..0, notes);
    }
    let wants = |message: &Message| {
        let declared = message.content.as_ref().ok()?;
        let named = !declared.manifest_reference.is_empty() && declared.part.is_empty();
        // What changes a list is no part of it.
        let named = named && message.naming == Naming::Everything;
        named.then(|| (declared.manifest_reference.clone(), message.intent, declared.revision))
    };
    let mut sharing: HashMap<_, u32> = HashMap::new();
    for key in messages.iter().filter_map(wants) {
        *sharing.entry(key).or_default() += 1;
    }
    let mut places: HashMap<_, u32> = HashMap::new();
    let mut groups: Vec<Vec<Numbered>> = Vec::new();
    let mut group_of: HashMap<String, usize> = HashMap::new();
    for (number, message) in (1..).zip(messages) {
        let key = wants(&message).filter(|key| sharing.get(key).is_some_and(|count| *count > 1));
        let shared = key.map(|key| {
            let place = places.entry(key).or_default();
            *place += 1;
            *place
        });
        let declared = message.content.as_ref().ok();
        let reference = declared.map(|declared| declared.manifest_reference.clone()).unwrap_or_default();
        let heading = Heading {
            number,
            kind: message.kind.clone(),
            transport_reference: message.transport_reference.clone(),
            intent: declared.map(|_| message.intent),
            place: message.place.clone(),
            key: declared.map_or_else(Default::default, |declared| {
                (declared.manifest_reference.clone(), declared.part.clone(), declared.revision)
            }),
        };
        let numbered = Numbered { heading, shared, message };
        match group_of.get(&reference).filter(|_| !reference.is_empty()).and_then(|at| groups.get_mut(*at)) {
            Some(group) => group.push(numbered),
            None => {
                group_of.insert(reference, groups.len());
                groups.push(vec![numbered]);
            }
        }
    }
    groups
}

/// Shared between the messages of one document.
pub(super) type Shared = Arc<Reading>;
