//! The cases, in the order in which they are played.

use std::collections::BTreeMap;
use std::time::Duration;

use proto::v1::{
    Corridor, ListManifestsRequest, ManifestState, SubmitManifestRequest, watch_pre_decisions_response::Event,
};
use tokio::time::timeout;

use super::{
    Report, Verdict,
    traffic::{Load, Traffic, spoil},
};
use crate::{Client, DigestCheck, Error, Outgoing, Submitted, show};

/// How long a watch may take to tell what was recorded a moment ago.
const PATIENCE: Duration = Duration::from_secs(30);

type Seen = Result<String, String>;

struct Kit<'a> {
    client: &'a Client,
    traffic: Traffic,
    /// Digests of the receipts, by the manifest's name.
    receipts: BTreeMap<String, Vec<u8>>,
    verdicts: Vec<Verdict>,
}

pub(super) async fn play(client: &Client, load: Option<Load>, border_post: &str) -> Report {
    let tried = match load {
        Some(load) => vec![load],
        None => vec![Load::Passengers, Load::Cargo],
    };
    let mut report = Report {
        kit: env!("CARGO_PKG_VERSION"),
        address: client.config.address.clone(),
        begin_time: String::new(),
        partner_id: String::new(),
        load: tried[0],
        reference_prefix: String::new(),
        verdicts: Vec::new(),
    };
    for (place, load) in tried.iter().enumerate() {
        let traffic = match Traffic::new(*load, border_post) {
            Ok(traffic) => traffic,
            Err(error) => {
                report.verdicts.push(verdict("good", "the kit is of the contract", Err(error.to_string())));
                return report;
            }
        };
        report.load = *load;
        report.begin_time = traffic.now.to_string();
        report.reference_prefix.clone_from(&traffic.prefix);
        let request = traffic.good("good");
        let answer = client.submit(&request).await;
        let may_not = matches!(&answer, Err(Error::Refused(refused)) if refused.reason == "LOAD_NOT_ALLOWED");
        if may_not && place + 1 < tried.len() {
            continue;
        }
        let mut kit = Kit { client, traffic, receipts: BTreeMap::new(), verdicts: Vec::new() };
        if let Some(partner_id) = kit.first(&request, answer).await {
            report.partner_id = partner_id;
        }
        report.verdicts = kit.verdicts;
        break;
    }
    report
}

fn verdict(case: &'static str, expects: &'static str, seen: Seen) -> Verdict {
    let passed = seen.is_ok();
    Verdict { case, expects, passed, seen: seen.unwrap_or_else(|problem| problem) }
}

impl Kit<'_> {
    fn note(&mut self, case: &'static str, expects: &'static str, seen: Seen) {
        self.verdicts.push(verdict(case, expects, seen));
    }

    async fn submit(&mut self, request: &SubmitManifestRequest) -> Result<Submitted, Error> {
        let answer = self.client.submit(request).await;
        answer.iter().for_each(|submitted| self.keep(submitted));
        answer
    }

    fn keep(&mut self, submitted: &Submitted) {
        if let Some(receipt) = &submitted.response.receipt {
            self.receipts.insert(receipt.manifest.clone(), receipt.received_digest.clone());
        }
    }

    /// The first manifest; without it nothing else is worth trying.
    async fn first(
        &mut self,
        request: &SubmitManifestRequest,
        answer: Result<Submitted, Error>,
    ) -> Option<String> {
        let expects = "a good manifest is recorded, decided or withheld, and is test traffic";
        let first = match answer {
            Ok(first) => first,
            Err(error) => {
                self.note("good", expects, Err(format!("{error}; {}", error.remedy())));
                return None;
            }
        };
        self.keep(&first);
        let receipt = first.response.receipt.clone().unwrap_or_default();
        let good = receipt.state() == ManifestState::Submitted && !first.response.pre_decisions.is_empty();
        self.note("good", expects, seen(good && receipt.test, &state_and_verdict(&first)));
        if !receipt.test {
            // Whatever comes next must not count at the border.
            self.note(
                "test-traffic",
                "nothing is played as live traffic",
                Err("stopped: the receipt says live".into()),
            );
            return Some(receipt.partner_id);
        }
        let word = first.digest.word();
        let expects = "the receipt's digest is over the bytes that were sent";
        self.note("digest", expects, seen(first.digest == DigestCheck::Matches, word));
        self.repeats(request, &first).await;
        self.bad().await;
        self.late().await;
        self.beside().await;
        self.withdrawn().await;
        self.watched().await;
        self.reconciled().await;
        Some(receipt.partner_id)
    }

    async fn repeats(&mut self, request: &SubmitManifestRequest, first: &Submitted) {
        let again = self.submit(request).await;
        let expects = "the same words again give the same receipt";
        let same = |again: &Submitted| {
            again.response.repeated_submission && again.response.receipt == first.response.receipt
        };
        self.note("repeat", expects, judged(&again, same, |_| "the same receipt".into()));

        let mut other = request.clone();
        if let Some(conveyance) = other.manifest.as_mut().and_then(|manifest| manifest.conveyance.as_mut()) {
            conveyance.registration = "SYN999ZZ".into();
        }
        let answer = self.submit(&other).await;
        let expects = "other words under the same key are refused, REVISION_CONFLICT";
        self.note("other-words", expects, refused(answer.map(|_| ()), "REVISION_CONFLICT"));

        if let Some(manifest) = &mut other.manifest {
            manifest.revision = 1;
        }
        let answer = self.submit(&other).await;
        let expects = "the next revision is recorded, says what changed, and amends the first";
        let mut judged = judged(&answer, |next| !next.response.changes.is_empty(), state_and_verdict);
        let name =
            first.response.receipt.as_ref().map(|receipt| receipt.manifest.clone()).unwrap_or_default();
        if judged.is_ok() {
            judged = match self.client.get(&name).await {
                Ok(found) => {
                    let state = found.manifest.map(|manifest| manifest.state()).unwrap_or_default();
                    seen(state == ManifestState::Amended, &format!("the first is {}", state.as_str_name()))
                }
                Err(error) => Err(error.to_string()),
            };
        }
        self.note("revision", expects, judged);
    }

    async fn bad(&mut self) {
        let request = self.traffic.with("no-conveyance", |it| it.conveyance = None);
        let answer = self.submit(&request).await;
        let rejected = |one: &Submitted| {
            let receipt = one.response.receipt.clone().unwrap_or_default();
            receipt.state() == ManifestState::Rejected && one.response.findings.iter().any(show::is_blocking)
        };
        let expects = "a manifest without a conveyance is answered with a receipt: rejected, and why";
        self.note("rejected", expects, judged(&answer, rejected, codes));

        let request = self.traffic.with("contradiction", spoil);
        let answer = self.submit(&request).await;
        let expects = "what contradicts itself is found, with place and remedy; the rest goes on";
        let found = |one: &Submitted| {
            let state = one.response.receipt.clone().unwrap_or_default().state();
            let told =
                |finding: &proto::v1::Finding| !finding.field_path.is_empty() && !finding.remedy.is_empty();
            state == ManifestState::Submitted && one.response.findings.iter().any(told)
        };
        self.note("finding", expects, judged(&answer, found, codes));

        let one = self.traffic.good("stream-good");
        let two = self.traffic.with("stream-bad", |it| {
            it.journey.get_or_insert_default().border_post_code = "UZ-NO-SUCH-POST".into();
        });
        let mut outcomes: Vec<Seen> = vec![Err("no answer".into()), Err("no answer".into())];
        let mut recorded = Vec::new();
        self.client
            .submit_many(vec![one, two], |place, outcome| {
                if let Some(slot) = outcomes.get_mut(place) {
                    *slot = match outcome {
                        Ok(submitted) => {
                            let told = codes_or_fine(&submitted);
                            recorded.push(submitted);
                            Ok(told)
                        }
                        Err(Error::Refused(refused)) => Ok(refused.reason.clone()),
                        Err(error) => Err(error.to_string()),
                    };
                }
            })
            .await;
        recorded.iter().for_each(|submitted| self.keep(submitted));
        let expects = "on a stream each element is answered by itself";
        let both = outcomes.iter().map(|outcome| outcome.clone().unwrap_or_else(|problem| problem));
        let told = both.collect::<Vec<_>>().join("; ");
        self.note("stream", expects, seen(outcomes.iter().all(Result::is_ok), &told));

        let outgoing = Outgoing { content: b"this is not a document".to_vec(), ..Outgoing::default() };
        let answer = self.client.submit_document(&outgoing).await;
        let expects = "bytes that are no document are refused, DOCUMENT_NOT_RECOGNISED";
        self.note("no-document", expects, refused(answer.map(|_| ()), "DOCUMENT_NOT_RECOGNISED"));
    }

    async fn late(&mut self) {
        let has =
            |one: &Submitted, code: &str| one.response.findings.iter().any(|finding| finding.code == code);
        let request = self.traffic.arriving("late", 60);
        let answer = self.submit(&request).await;
        let expects = "what is announced a minute before it arrives is recorded all the same, FILED_LATE";
        self.note("late", expects, judged(&answer, |one| has(one, "FILED_LATE"), codes));
        let request = self.traffic.arriving("long-past", -30 * 86_400);
        let answer = self.submit(&request).await;
        let expects = "an arrival a month ago is found, ARRIVAL_TIME_IMPLAUSIBLE";
        self.note("long-past", expects, judged(&answer, |one| has(one, "ARRIVAL_TIME_IMPLAUSIBLE"), codes));
    }

    async fn beside(&mut self) {
        let request = self.traffic.good("dry-run");
        let manifest_reference = format!("{}-dry-run", self.traffic.prefix);
        let judged = match self.client.validate(&request).await {
            Ok(answer) if answer.acceptable => {
                let filter = ListManifestsRequest { manifest_reference, ..ListManifestsRequest::default() };
                match self.client.list(filter, 1).await {
                    Ok(found) => seen(found.is_empty(), &format!("acceptable, {} recorded", found.len())),
                    Err(error) => Err(error.to_string()),
                }
            }
            Ok(answer) => Err(format!("not acceptable, {} findings", answer.findings.len())),
            Err(error) => Err(error.to_string()),
        };
        self.note("dry-run", "a dry run says what would come of it and records nothing", judged);

        let nobody = "manifests/00000000-0000-7000-8000-000000000000";
        let answer = self.client.get(nobody).await;
        let expects = "what is not one's own does not exist, MANIFEST_NOT_FOUND";
        self.note("not-found", expects, refused(answer.map(|_| ()), "MANIFEST_NOT_FOUND"));

        let left = self.client.certificate_seconds_left().await;
        let days = left.as_ref().ok().copied().flatten().map(|seconds| seconds / 86_400);
        let judged = match (left, days) {
            (Ok(Some(seconds)), Some(days)) => seen(seconds > 0, &format!("{days} days left")),
            (Ok(_), _) => Err("the answer's metadata does not say".to_owned()),
            (Err(error), _) => Err(error.to_string()),
        };
        self.note("certificate", "answers say how long the certificate still holds", judged);
    }

    async fn withdrawn(&mut self) {
        let request = self.traffic.good("withdrawn");
        let answer = self.submit(&request).await;
        let judged = match answer {
            Ok(one) => {
                let name = one.response.receipt.map(|receipt| receipt.manifest).unwrap_or_default();
                let once = self.client.cancel(&name, "conformance test").await;
                let twice = self.client.cancel(&name, "conformance test").await;
                match (once, twice) {
                    (Ok(once), Ok(twice)) => {
                        let good = once.state() == ManifestState::Cancelled && once == twice;
                        seen(good, once.state().as_str_name())
                    }
                    (Err(error), _) | (_, Err(error)) => Err(error.to_string()),
                }
            }
            Err(error) => Err(error.to_string()),
        };
        self.note("withdrawn", "a manifest is withdrawn, and withdrawing it twice is the same", judged);
    }

    /// Follows from now on, submits two, and resumes after the first.
    async fn watched(&mut self) {
        let judged = match timeout(PATIENCE, self.watching()).await {
            Ok(judged) => judged,
            Err(_) => Err(format!("not within {} s", PATIENCE.as_secs())),
        };
        self.note("watch", "a watch tells one's own, and resumes after the token that was kept", judged);
    }

    async fn watching(&mut self) -> Seen {
        let fail = |error: Error| error.to_string();
        let mut watch = self.client.watch(None, Vec::new(), true);
        watch.open().await.map_err(fail)?;
        let requests = ["watch-1", "watch-2"].map(|case| self.traffic.good(case));
        for request in &requests {
            self.submit(request).await.map_err(fail)?;
        }
        let wanted = requests.map(|request| request.manifest.unwrap_or_default().manifest_reference);
        let token = loop {
            let message = watch.next().await.map_err(fail)?;
            if matches!(&message.event, Some(Event::ManifestDecided(one)) if one.manifest_reference == wanted[0])
            {
                break message.resume_token;
            }
        };
        let mut resumed = self.client.watch(None, token, false);
        loop {
            if let Some(Event::ManifestDecided(one)) = resumed.next().await.map_err(fail)?.event {
                let good = one.manifest_reference == wanted[1] && one.test;
                return seen(good, &format!("resumed with {}", one.manifest_reference));
            }
        }
    }

    async fn reconciled(&mut self) {
        let moved = |by: i64| prost_types::Timestamp {
            seconds: self.traffic.now.seconds.saturating_add(by),
            nanos: 0,
        };
        let judged = match self.client.reconcile(moved(-300), moved(3_600)).await {
            Ok(reconciled) => {
                let own = |reference: &str| reference.starts_with(&self.traffic.prefix);
                let told: BTreeMap<_, _> = reconciled
                    .manifests
                    .into_iter()
                    .filter(|one| own(&one.manifest_reference) && one.test)
                    .map(|one| (one.name, one.received_digest))
                    .collect();
                let (sent, received) = (self.receipts.len(), told.len());
                seen(told == self.receipts, &format!("{sent} receipts here, {received} received there"))
            }
            Err(error) => Err(error.to_string()),
        };
        self.note("reconciliation", "what was received in a period is told, with digests", judged);
    }
}

fn seen(good: bool, what: &str) -> Seen {
    if good { Ok(what.to_owned()) } else { Err(what.to_owned()) }
}

fn judged(
    answer: &Result<Submitted, Error>,
    good: impl Fn(&Submitted) -> bool,
    what: impl Fn(&Submitted) -> String,
) -> Seen {
    match answer {
        Ok(submitted) => seen(good(submitted), &what(submitted)),
        Err(error) => Err(error.to_string()),
    }
}

fn refused(answer: Result<(), Error>, reason: &str) -> Seen {
    match answer {
        Ok(()) => Err("it was taken".into()),
        Err(Error::Refused(refused)) => {
            seen(refused.reason == reason, &format!("{:?}, {}", refused.code, refused.reason))
        }
        Err(error) => Err(error.to_string()),
    }
}

fn state_and_verdict(one: &Submitted) -> String {
    let receipt = one.response.receipt.clone().unwrap_or_default();
    let corridor = one.response.pre_decisions.first().map_or(Corridor::Unspecified, |first| first.corridor());
    format!("{}, {}", receipt.state().as_str_name(), corridor.as_str_name())
}

fn codes(one: &Submitted) -> String {
    let mut codes: Vec<_> = one.response.findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.dedup();
    format!("{}; {}", state_and_verdict(one), codes.join(", "))
}

fn codes_or_fine(one: &Submitted) -> String {
    if one.response.findings.is_empty() { state_and_verdict(one) } else { codes(one) }
}
