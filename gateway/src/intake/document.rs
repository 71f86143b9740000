//! A document of a partner's own format: read once, its messages taken up one by one.
//!
//! What settles repeats is a message's own reference, never the envelope's: a document that was recorded in part is
//! completed by sending it again, also in other batches. Part and revision, which few formats know, are given here.

use std::{
    collections::{BTreeMap, HashSet},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use manifest::{
    Findings, ManifestKey,
    declared::{Declared, DeclaredInstant},
};
use prost::bytes::Bytes;
use proto::v1;
use tokio::{sync::OnceCell, time::timeout};
use tracing::debug_span;
use uuid::Uuid;

use super::{
    Failure, admit, beside,
    grouping::grouped,
    links::Said,
    pipeline::{Beside, Checked, Original, Pipeline, Submission},
    queue::Deadline,
    standing,
    steps::Steps,
    turns::Names,
    withdraw,
};
use crate::{
    authenticate::registry::Partner,
    decode::{
        self, Envelope, Refusal,
        document::{Answer, AnswerHead, Document, Format, Given, Half, Intent, Message, Naming, Unreadable},
    },
    observability::{Kind, Outcome, Step, names::span},
    persist::{
        AuditEvent, AuditKind, ContentDigest, DocumentPart, ManifestSummary, PART_OF_DOCUMENT, RevisionRow,
        StoredDocument, new_manifest_id,
    },
    reply::{self, Heading},
};

/// How long a message waits for its journey with a turn in its hand; twice as long each time, because where the database is slow
/// nobody may be in its way at all.
const FOR_A_JOURNEY: Duration = Duration::from_millis(200);

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
    messages: usize,
    pub(super) now: Timestamp,
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
    pub(super) shared: Option<u32>,
    /// What it declares by itself, where it is a crew list that was put into the list of passengers beside it.
    pub(super) crew: Option<Declared>,
    /// The references of the crew lists that were put into what it declares.
    pub(super) crews: Vec<String>,
    /// See [`Pipeline::own_words`].
    pub(super) words: Option<ContentDigest>,
    pub(super) message: Message,
}

/// What a message wants, of how much, and which of a journey's lists it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meant {
    pub(super) intent: Intent,
    pub(super) naming: Naming,
    pub(super) half: Option<Half>,
}

impl Meant {
    /// What a message means.
    fn of(message: &Message) -> Self {
        Self { intent: message.intent, naming: message.naming, half: message.half }
    }
}

/// Where a message stands among others under its reference.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// See [`Numbered::shared`].
    pub(super) shared: Option<u32>,
    /// It adds to what stands there, whatever it wants itself: it is the next revision.
    pub(super) follows: bool,
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
        deadline: Deadline,
    ) -> Result<(v1::Document, Reading, Vec<Vec<Numbered>>), Failure> {
        let now = self.clock.now();
        admit::submitter(partner)?;
        self.quota.call(partner, now)?;
        if asked.dry_run {
            self.quota.dry_run(partner, now)?;
            self.store.audit(AuditEvent::new(AuditKind::DryRun, now).partner(&partner.id)).await?;
        }
        // What it announces, and for when, is known once it is read.
        let _turn = self.queue.turn(&partner.id, content.len(), None, deadline).await?;
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
            messages: document.messages.len(),
            now,
            kept: OnceCell::new(),
            envelope: document.envelope.clone(),
            heads,
            answers: Mutex::default(),
            settled: Mutex::default(),
        };
        let envelope = document.envelope.reference.clone();
        let groups = grouped(document, |message| {
            let declared = message.content.as_ref().ok()?;
            let changes = message.naming != Naming::Everything || standing::changes(message.intent);
            let transport = [envelope.as_str(), message.transport_reference.as_str()];
            (message.half.is_some() || changes)
                .then(|| self.own_words(declared, Meant::of(message), &transport))
        });
        Ok((told, reading, groups))
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
        Numbered { heading, shared, crew, crews, words, message }: Numbered,
        learned: &mut Heading,
        deadline: Deadline,
    ) -> Result<Taken, Failure> {
        if heading.number > 1 {
            self.quota.call(partner, self.clock.now())?; // the first came with the document
        }
        let Message { intent, naming, half, other_number, content, .. } = message;
        let mut meant = Meant { intent, naming, half };
        let format = Some(reading.format);
        let mut declared = content.map_err(|unreadable| Refusal::Document { format, unreadable })?;
        let steps = Steps::of(&self.metrics, declared.load.as_ref(), deadline);
        let own_reference = declared.manifest_reference.clone();
        let is_meant = !reading.asked.dry_run;
        let arrival = match declared.journey.as_ref().and_then(|journey| journey.arrival_time.as_ref()) {
            Some(DeclaredInstant::Instant { timestamp, .. }) => Some(timestamp.as_second()),
            _ => None,
        };
        let share = reading.content.len() / reading.messages.max(1);
        let mut names = if is_meant { Names::of(&declared, half) } else { Names::default() };
        for reference in crews.iter().chain([&other_number]).filter(|_| is_meant) {
            names.add_reference(reference);
        }
        // The turn among all comes first: who waits there keeps nobody from a journey. Who then waits for a journey gives it
        // back, and keeps nobody from his turn.
        let mut patience = FOR_A_JOURNEY;
        let (_turn, journey, rows) = loop {
            let turn = self.queue.turn(&partner.id, share, arrival, deadline).await?;
            let journey = timeout(patience, self.turns.of(&self.store, &partner.id, &names)).await;
            let Ok(journey) = journey else {
                let _aside = turn.aside()?;
                drop(self.turns.of(&self.store, &partner.id, &names).await?);
                patience = patience.saturating_mul(2);
                continue;
            };
            let journey = journey?;
            let mut found = declared.clone();
            let rows = self.earlier(partner, reading, &mut found, meant).await?;
            // It is about what stands under another name: nobody else may change that either.
            if is_meant && names.add_reference(&found.manifest_reference) {
                continue;
            }
            declared = found;
            break (turn, journey, rows);
        };
        let said = Said { words, own_reference, other_number, crews };
        if !is_meant {
            let looked =
                self.look(partner, reading, declared, (meant, shared), &rows, &steps, learned).await?;
            return Ok(Taken::Checked(Box::new(looked)));
        }
        let names_crew = half == Some(Half::Crew);
        if intent == Intent::Cancel && !(names_crew && self.lists_passengers(&rows).await?) {
            if !rows.is_empty() || reading.format == Format::ManifestJson || names_crew {
                return self.withdraw(partner, &declared, &rows, reading.now, &journey).await;
            }
            if !reading.names_mrn(&declared) {
                return self
                    .withdraw_early(partner, reading, heading.number, declared, &steps, &journey)
                    .await;
            }
            return Err(Failure::ManifestNotFound);
        }
        if intent == Intent::Arrive {
            return self.arrived(partner, &declared, &rows, reading.now, &journey).await;
        }
        let envelope = || Envelope {
            request_id: reading.asked.request_id.clone(),
            language_code: reading.asked.language_code.clone(),
        };
        if let Some(link) = self.said_before(partner, said.words.as_ref(), &rows).await? {
            let revision = i64::from(link.revision);
            let key = ManifestKey::new(&partner.id, &link.manifest_reference, &link.part, revision)?;
            learned.under(&key);
            if let Some(mut known) = self.repeat_of(&key, envelope(), steps.kind(), reading.now).await? {
                reading.settled(known.recorded.id);
                withdraw::told(&mut known, &rows);
                return Ok(Taken::Recorded(Box::new(known)));
            }
        }
        // A list that came before its journey's other list is known by its own words.
        let known =
            half.is_some() && naming == Naming::Everything && self.is_known(&mut declared, intent, &rows);
        if let (Some(crew), false, false) = (crew, known, rows.is_empty()) {
            // The list of passengers beside it stands here already: of the two, only the crew is new.
            let manifest_reference = declared.manifest_reference;
            declared = Declared { manifest_reference, ..crew };
            meant.half = Some(Half::Crew);
        }
        let contents = match known {
            true => vec![(declared, false)],
            false => self.put_together(partner, declared, meant, shared, &rows).await?,
        };
        let (mut taken, mut links) = (None, Vec::new());
        let (store, last) = (self.store.holding(&journey), contents.len().saturating_sub(1));
        for (number, (mut declared, follows)) in contents.into_iter().enumerate() {
            // The list that says who really boarded is final; a revision like any other otherwise.
            declared.closed |= intent == Intent::Close;
            beside::within(&self.limits, &declared)?;
            let place = Place { shared, follows };
            let is_document = reading.format != Format::ManifestJson;
            let repeated = is_document && self.assign(reading, &mut declared, intent, place, &rows).await?;
            learned.key = (declared.manifest_reference.clone(), declared.part.clone(), declared.revision);
            // Before anything of it is stored; announcing asks the same again.
            let key = admit::submission(partner, &declared)?;
            if repeated {
                self.recent.note(&key);
            }
            let announces = intent == Intent::Announce && !follows;
            let withdrawn = is_document && withdraw::is_withdrawn(&declared, announces, &rows);
            links.extend(said.links(&declared, &key, meant));
            let original = self.original(partner, reading, heading.number, repeated).await?;
            let submission = decode::Submission { declared, envelope: envelope() };
            // With the last of it, once all of it stands: what was recorded in part is completed by sending it again.
            let its = if number == last { links.clone() } else { Vec::new() };
            let beside = Beside { now: reading.now, withdrawn, links: its, store: &store };
            let mut submission = self.announce(partner, submission, original, &steps, beside).await?;
            withdraw::told(&mut submission, &rows);
            reading.settled(submission.recorded.id);
            learned.under(&submission.recorded.key);
            taken = Some(submission);
        }
        let taken: Submission = taken.ok_or(Failure::ManifestNotFound)?;
        // What stood already goes by these names from now on too.
        if taken.recorded.repeated && !links.is_empty() {
            store.link(&partner.id, links, reading.now).await?;
        }
        Ok(Taken::Recorded(Box::new(taken)))
    }

    /// A dry run: the message as it is, beside nothing that is known.
    #[expect(clippy::too_many_arguments, reason = "what is known of one message")]
    async fn look(
        &self,
        partner: &Partner,
        reading: &Reading,
        mut declared: Declared,
        (meant, shared): (Meant, Option<u32>),
        rows: &[RevisionRow],
        steps: &Steps<'_>,
        learned: &mut Heading,
    ) -> Result<Checked, Failure> {
        declared.closed |= meant.intent == Intent::Close;
        if reading.format != Format::ManifestJson {
            let place = Place { shared, follows: false };
            self.assign(reading, &mut declared, meant.intent, place, rows).await?;
        }
        learned.key = (declared.manifest_reference.clone(), declared.part.clone(), declared.revision);
        let envelope = Envelope {
            request_id: reading.asked.request_id.clone(),
            language_code: reading.asked.language_code.clone(),
        };
        let noted = declared.notes.len();
        let said = decode::Submission { declared, envelope };
        let mut checked = self.look_at(partner, said, steps, reading.now);
        if matches!(meant.intent, Intent::Cancel | Intent::Arrive) {
            // It declares nothing but what it is about: what the reader noted, which comes first, is all there is.
            let mut findings = Findings::default();
            checked.findings.iter().take(noted).for_each(|each| findings.push(each.clone()));
            checked.acceptable = !findings.reject();
            checked.findings = findings;
        }
        Ok(checked)
    }

    /// What the manifest keeps of the document.
    pub(super) async fn original(
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

/// Shared between the messages of one document.
pub(super) type Shared = Arc<Reading>;
