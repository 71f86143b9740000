//! One partner: submits, repeats, amends and withdraws at random, and writes down what it was told.

use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};

use proto::v1::{
    CancelManifestRequest, PreDecision, SubmitManifestRequest, SubmitManifestResponse,
    SubmitManifestsRequest, SubmitManifestsResponse, manifest_service_client::ManifestServiceClient,
    submit_manifests_response::Outcome,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use testkit::many;
use tonic::{Code, Request, Status, transport::Channel};

use super::World;
use crate::harness::{now, reason};

/// How long a call may take: a gateway may be frozen.
pub(super) const CALL: Duration = Duration::from_secs(8);

/// What one partner knows.
#[derive(Default)]
pub(super) struct History {
    pub(super) manifests: BTreeMap<String, Known>,
    pub(super) answered: u64,
    pub(super) unanswered: u64,
    /// What no partner should ever be told.
    pub(super) problems: Vec<String>,
}

/// What it knows of one manifest.
#[derive(Default)]
pub(super) struct Known {
    /// Revision by revision.
    pub(super) revisions: Vec<Revision>,
    /// The name that was to be withdrawn.
    pub(super) withdrawal: Option<(String, Fate)>,
}

pub(super) struct Revision {
    pub(super) sent: SubmitManifestRequest,
    /// The first answer.
    pub(super) answer: Option<SubmitManifestResponse>,
    /// What a repeat was told otherwise, after rules alone had decided: what was decided later.
    pub(super) later: Option<Vec<PreDecision>>,
}

impl Revision {
    /// A repeat's answer, beside those before: the same, or once something decided later, and then always that.
    fn repeated(&mut self, answer: &SubmitManifestResponse) -> Result<(), &'static str> {
        let Some(first) = &self.answer else { return Ok(()) };
        if !answer.repeated_submission {
            return Err("was recorded again");
        }
        if answer.receipt != first.receipt {
            return Err("was answered with another receipt when it was repeated");
        }
        let stands = self.later.as_ref().unwrap_or(&first.pre_decisions);
        if answer.pre_decisions == *stands {
            return Ok(());
        }
        // Which ones they are to be, the feed says afterwards.
        let rules_alone = |decisions: &[PreDecision]| decisions.iter().any(|one| one.rules_only);
        if self.later.is_some() || !rules_alone(stands) || rules_alone(&answer.pre_decisions) {
            return Err("was answered otherwise when it was repeated");
        }
        self.later = Some(answer.pre_decisions.clone());
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Acknowledged,
    Unknown,
}

pub(super) async fn run(world: World, number: usize, seed: u64) -> History {
    let id = ["kz-customs", "tj-customs"][number % 2];
    let addresses = world.cluster.addresses();
    let mut partner = Partner {
        clients: addresses.iter().map(|address| world.site.manifests(*address, id)).collect(),
        place: number,
        run: number as u64,
        random: StdRng::seed_from_u64(seed),
        next: 0,
        pause: false,
        history: History::default(),
    };
    while !world.stop.load(Ordering::Relaxed) {
        partner.step().await;
    }
    partner.history
}

struct Partner {
    clients: Vec<ManifestServiceClient<Channel>>,
    place: usize,
    run: u64,
    random: StdRng,
    next: u64,
    /// The last call was not answered.
    pause: bool,
    history: History,
}

impl Partner {
    async fn step(&mut self) {
        if std::mem::take(&mut self.pause) {
            tokio::time::sleep(Duration::from_millis(self.random.random_range(10..200))).await;
        }
        match self.random.random_range(0..100) {
            0..40 => self.announce().await,
            40..55 => self.announce_several().await,
            55..72 => self.repeat().await,
            72..77 => self.contradict().await,
            77..90 => self.amend().await,
            _ => self.withdraw().await,
        }
    }

    async fn announce(&mut self) {
        let sent = many::cargo(self.run, self.next, now());
        self.next += 1;
        let reference = reference(&sent);
        self.history.manifests.entry(reference.clone()).or_default();
        self.first(&reference, sent).await;
    }

    /// A stream of new ones, each of which is answered by itself; those after a break are not.
    async fn announce_several(&mut self) {
        let count = self.random.random_range(2..8);
        let all: Vec<_> =
            (self.next..self.next + count).map(|next| many::cargo(self.run, next, now())).collect();
        self.next += count;
        for sent in &all {
            self.history.manifests.entry(reference(sent)).or_default();
        }
        let elements = all.iter().enumerate().map(|(place, sent)| SubmitManifestsRequest {
            sequence: place as i64,
            submission: Some(sent.clone()),
        });
        let mut request = Request::new(tokio_stream::iter(elements.collect::<Vec<_>>()));
        request.set_timeout(CALL);
        let mut client = self.client();
        let mut answers: Vec<Result<SubmitManifestResponse, Status>> =
            all.iter().map(|_| Err(Status::unavailable("no answer"))).collect();
        let reads = async {
            let mut stream = client.submit_manifests(request).await?.into_inner();
            while let Some(SubmitManifestsResponse { sequence, outcome }) = stream.message().await? {
                answers[sequence as usize] = match outcome {
                    Some(Outcome::Accepted(accepted)) => Ok(accepted),
                    Some(Outcome::Refusal(refusal)) => {
                        Err(Status::new(Code::from_i32(refusal.code), refusal.reason))
                    }
                    None => Err(Status::data_loss("an element without an outcome")),
                };
            }
            Ok::<_, Status>(())
        };
        let _ = tokio::time::timeout(CALL * 2, reads).await; // whoever was not answered then, is not
        for (sent, answer) in all.into_iter().zip(answers) {
            let answer = self.told(answer);
            self.note(&reference(&sent), sent, answer);
        }
    }

    /// The next revision of one that nobody tried to withdraw and whose revision before was acknowledged.
    async fn amend(&mut self) {
        let stands = |known: &Known| {
            known.withdrawal.is_none() && known.revisions.last().is_some_and(|last| last.answer.is_some())
        };
        let Some(reference) = self.any(stands) else { return };
        let mut sent = self.history.manifests[&reference].revisions.last().unwrap().sent.clone();
        let manifest = sent.manifest.as_mut().unwrap();
        manifest.revision += 1;
        manifest.conveyance.as_mut().unwrap().trailer_registrations = vec![format!("TRL{:05}", self.next)];
        self.first(&reference, sent).await;
    }

    /// Sends a revision for the first time.
    async fn first(&mut self, reference: &str, sent: SubmitManifestRequest) {
        let answer = self.submit(&sent).await;
        self.note(reference, sent, answer);
    }

    fn note(
        &mut self,
        reference: &str,
        sent: SubmitManifestRequest,
        answer: Option<Result<SubmitManifestResponse, Status>>,
    ) {
        let told = match answer {
            Some(Ok(answer)) => Some(answer),
            Some(Err(status)) => {
                self.problem(format!("{reference} was refused: {status:?}"));
                return;
            }
            None => None,
        };
        let known = self.history.manifests.entry(reference.to_owned()).or_default();
        known.revisions.push(Revision { sent, answer: told, later: None });
    }

    /// The same words again: the same receipt, or the first one if the words were never acknowledged.
    async fn repeat(&mut self) {
        let Some(reference) = self.any(|known| !known.revisions.is_empty()) else { return };
        let place = self.random.random_range(0..self.history.manifests[&reference].revisions.len());
        let sent = self.history.manifests[&reference].revisions[place].sent.clone();
        let Some(answer) = self.submit(&sent).await else { return };
        let revision = &mut self.history.manifests.get_mut(&reference).unwrap().revisions[place];
        match answer {
            Ok(answer) => {
                let compared = revision.repeated(&answer);
                revision.answer.get_or_insert(answer);
                if let Err(problem) = compared {
                    self.problem(format!("{reference} {problem}"));
                }
            }
            Err(status) => self.problem(format!("a repeat of {reference} was refused: {status:?}")),
        }
    }

    /// Other words under a key that was acknowledged.
    async fn contradict(&mut self) {
        let known = |known: &Known| known.revisions.first().is_some_and(|first| first.answer.is_some());
        let Some(reference) = self.any(known) else { return };
        let mut sent = self.history.manifests[&reference].revisions[0].sent.clone();
        sent.manifest.as_mut().unwrap().conveyance.as_mut().unwrap().registration = "SYNOTHER1".into();
        match self.submit(&sent).await {
            None => {}
            Some(Err(status)) if reason(&status) == "REVISION_CONFLICT" => {}
            other => self.problem(format!("other words under {reference} were answered with {other:?}")),
        }
    }

    async fn withdraw(&mut self) {
        // Also again, when it is not known whether it was.
        let open = |known: &Known| {
            let last = known.revisions.last().is_some_and(|last| last.answer.is_some());
            last && known.withdrawal.as_ref().is_none_or(|(_, fate)| *fate == Fate::Unknown)
        };
        let Some(reference) = self.any(open) else { return };
        let last = self.history.manifests[&reference].revisions.last().unwrap();
        let name = last.answer.as_ref().unwrap().receipt.as_ref().unwrap().manifest.clone();
        let mut client = self.client();
        let mut request =
            Request::new(CancelManifestRequest { name: name.clone(), ..CancelManifestRequest::default() });
        request.set_timeout(CALL);
        let fate = match self.told(client.cancel_manifest(request).await) {
            Some(Ok(_)) => Fate::Acknowledged,
            Some(Err(status)) => return self.problem(format!("{reference} was not withdrawn: {status:?}")),
            None => Fate::Unknown,
        };
        self.history.manifests.get_mut(&reference).unwrap().withdrawal = Some((name, fate));
    }

    async fn submit(
        &mut self,
        sent: &SubmitManifestRequest,
    ) -> Option<Result<SubmitManifestResponse, Status>> {
        let mut client = self.client();
        let mut request = Request::new(sent.clone());
        request.set_timeout(CALL);
        let answer = tokio::time::timeout(CALL * 2, client.submit_manifest(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer")));
        self.told(answer.map(tonic::Response::into_inner))
    }

    fn client(&mut self) -> ManifestServiceClient<Channel> {
        self.clients[self.place % self.clients.len()].clone()
    }

    /// An answer; none when nobody knows what became of the call, and then another gateway is asked next.
    fn told<T>(&mut self, answer: Result<T, Status>) -> Option<Result<T, Status>> {
        match answer {
            Err(status) if is_unknown(status.code()) => {
                self.history.unanswered += 1;
                self.place += 1;
                self.pause = true;
                None
            }
            answer => {
                self.history.answered += 1;
                Some(answer)
            }
        }
    }

    /// One of the manifests that are so, the later ones more often.
    fn any(&mut self, is_so: impl Fn(&Known) -> bool) -> Option<String> {
        let so: Vec<&String> =
            self.history.manifests.iter().filter(|(_, known)| is_so(known)).map(|(key, _)| key).collect();
        let latest = so.len().saturating_sub(30);
        let from = if self.random.random_bool(0.7) { latest } else { 0 };
        (from < so.len()).then(|| so[self.random.random_range(from..so.len())].clone())
    }

    fn problem(&mut self, problem: String) {
        self.history.problems.push(problem);
    }
}

/// Nobody knows what became of a call that ended so.
pub(super) fn is_unknown(code: Code) -> bool {
    [Code::Unavailable, Code::Unknown, Code::Cancelled, Code::DeadlineExceeded].contains(&code)
}

pub(super) fn reference(request: &SubmitManifestRequest) -> String {
    request.manifest.as_ref().unwrap().manifest_reference.clone()
}

/// Answers of one submission, as its partner compares them.
mod tests {
    use super::*;

    fn answer(rules_only: bool, second: i64, repeated: bool) -> SubmitManifestResponse {
        let time = prost_types::Timestamp { seconds: second, nanos: 0 };
        let decision = PreDecision { rules_only, decide_time: Some(time), ..PreDecision::default() };
        SubmitManifestResponse {
            pre_decisions: vec![decision],
            repeated_submission: repeated,
            ..SubmitManifestResponse::default()
        }
    }

    #[test]
    fn only_what_rules_alone_decided_is_ever_answered_otherwise_and_once() {
        let told = |answers: &[(bool, i64)]| {
            let first = Some(answer(answers[0].0, answers[0].1, false));
            let mut revision =
                Revision { sent: SubmitManifestRequest::default(), answer: first, later: None };
            answers[1..].iter().all(|(rules, at)| revision.repeated(&answer(*rules, *at, true)).is_ok())
        };
        assert!(told(&[(false, 1), (false, 1)]));
        assert!(told(&[(true, 1), (true, 1), (false, 2), (false, 2)]));
        assert!(!told(&[(false, 1), (false, 2)]), "nobody decided again");
        assert!(!told(&[(true, 1), (true, 2)]), "rules alone decide once");
        assert!(!told(&[(true, 1), (false, 2), (true, 1)]), "back again");
        assert!(!told(&[(true, 1), (false, 2), (false, 3)]), "later, and later still");
        assert!(!told(&[(false, 1), (true, 1)]));
    }
}
