//! `kill -9` of the serving process at any moment: whatever a partner was given a receipt for is there, once and
//! whole; whatever it was not answered is there whole, or not at all.
//!
//! The real executable serves real mutual TLS; partners submit as fast as they can, call by call and in streams, until
//! it is killed: as it starts, as it begins to answer, or while it is busy. `CUSTOMS_GATEWAY_KILL_ROUNDS` and
//! `CUSTOMS_GATEWAY_KILL_SEED` make it longer, or the same again.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use gateway::{
    config::Config,
    persist::{AuditKind, FeedEvent, FeedPosition, FeedRow, Persons, Scope, Sealed, Secrets, Store},
};
use prost::Message as _;
use proto::v1::{
    SubmitManifestRequest, SubmitManifestResponse, SubmitManifestsRequest, manifest_service_client,
    submit_manifests_response::Outcome,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sqlx::Row as _;
use testkit::many;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::{
    database::Beside,
    harness::{LIMIT, Site, now},
};

type Client = manifest_service_client::ManifestServiceClient<Channel>;

const PARTNERS: [&str; 2] = ["kz-customs", "tj-customs"];
const SUBMITTERS: u64 = 8;
const STREAM: u64 = 12;

/// The serving process. Killed when dropped, whatever becomes of the test.
pub(crate) struct Serving {
    child: Child,
    address: mpsc::Receiver<SocketAddr>,
}

impl Serving {
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// With settings of its own, laid over the file.
    pub(crate) fn start_with(folder: &Path, environment: &[(String, String)]) -> Self {
        // A file that may not grow any more is an error for whoever writes, not the end of the process.
        let mut child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_gateway")])
            .args(["serve", "--config"])
            .arg(folder.join("gateway.toml"))
            .envs(environment.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (told, address) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("grpc ") {
                    let _ = told.send(address.parse().unwrap());
                }
            }
        });
        Self { child, address }
    }

    /// Where it listens; none when it was killed before that.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.address.recv_timeout(LIMIT).ok()
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// As a node stops it: SIGTERM, and it may take its time.
    pub(crate) async fn drain(&mut self) {
        let asked = Command::new("kill").arg(self.id().to_string()).status().unwrap();
        assert!(asked.success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "it ended with {status}");
                return;
            }
            assert!(began.elapsed() < LIMIT, "it does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill(); // SIGKILL
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One submission, and the answer if there was one.
#[derive(Clone)]
struct Sent {
    partner_id: &'static str,
    request: SubmitManifestRequest,
    answer: Option<SubmitManifestResponse>,
}

type Log = Arc<Mutex<BTreeMap<String, Sent>>>;

fn reference(request: &SubmitManifestRequest) -> String {
    request.manifest.as_ref().unwrap().manifest_reference.clone()
}

fn note(log: &Log, partner_id: &'static str, request: &SubmitManifestRequest) {
    let sent = Sent { partner_id, request: request.clone(), answer: None };
    assert!(log.lock().unwrap().insert(reference(request), sent).is_none());
}

fn answered(log: &Log, request: &SubmitManifestRequest, answer: SubmitManifestResponse) {
    assert!(!answer.repeated_submission, "nobody sent it before");
    log.lock().unwrap().get_mut(&reference(request)).unwrap().answer = Some(answer);
}

/// Submits until nobody answers any more.
async fn submit_until_killed(mut client: Client, partner_id: &'static str, run: u64, log: Log) {
    for number in 0.. {
        let request = many::cargo(run, number, now());
        note(&log, partner_id, &request);
        match client.submit_manifest(request.clone()).await {
            Ok(answer) => answered(&log, &request, answer.into_inner()),
            Err(_) => return,
        }
    }
}

/// The same in streams of some elements each.
async fn stream_until_killed(mut client: Client, partner_id: &'static str, run: u64, log: Log) {
    for first in (0..).step_by(STREAM as usize) {
        let requests: Vec<_> = (first..first + STREAM).map(|n| many::cargo(run, n, now())).collect();
        requests.iter().for_each(|request| note(&log, partner_id, request));
        let elements: Vec<_> = (0..)
            .zip(&requests)
            .map(|(sequence, request)| SubmitManifestsRequest { sequence, submission: Some(request.clone()) })
            .collect();
        let Ok(answers) = client.submit_manifests(tokio_stream::iter(elements)).await else { return };
        let mut answers = answers.into_inner();
        loop {
            match answers.message().await {
                Ok(Some(answer)) => match answer.outcome {
                    Some(Outcome::Accepted(accepted)) => {
                        answered(&log, &requests[usize::try_from(answer.sequence).unwrap()], accepted);
                    }
                    other => panic!("{other:?}"),
                },
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

/// When a round's kill comes: so long after what.
#[derive(Debug)]
enum Moment {
    /// The process was started.
    Start(Duration),
    /// It said where it listens: handshakes and first answers.
    Address(Duration),
    /// Its first answer came.
    Answer(Duration),
}

async fn run_and_kill(site: &Site, round: u64, moment: &Moment) -> BTreeMap<String, Sent> {
    let (started, log) = (Instant::now(), Log::default());
    let mut serving = Serving::start(site.folder.path());
    let mut submitters = JoinSet::new();
    if let Moment::Start(delay) = moment {
        tokio::time::sleep(delay.saturating_sub(started.elapsed())).await;
        // It may have come so far as to listen, but nobody has found it yet.
    } else {
        let address = serving.address().expect("it listens");
        for submitter in 0..SUBMITTERS {
            let partner_id = PARTNERS[submitter as usize % PARTNERS.len()];
            let (client, run) = (site.manifests(address, partner_id), round * 100 + submitter);
            if submitter < SUBMITTERS / 4 {
                submitters.spawn(stream_until_killed(client, partner_id, run, Arc::clone(&log)));
            } else {
                submitters.spawn(submit_until_killed(client, partner_id, run, Arc::clone(&log)));
            }
        }
        if let Moment::Address(delay) | Moment::Answer(delay) = moment {
            let wait = matches!(moment, Moment::Answer(_));
            while wait && log.lock().unwrap().values().all(|sent| sent.answer.is_none()) {
                assert!(started.elapsed() < LIMIT, "no answer");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(*delay).await;
        }
    }
    serving.kill();
    while let Some(ended) = submitters.join_next().await {
        ended.unwrap();
    }
    log.lock().unwrap().clone()
}

/// Looks at what the killed process left, and then asks another one for it.
async fn verify(site: &Site, sent: &BTreeMap<String, Sent>) -> usize {
    let config = Config::load(&site.folder.path().join("gateway.toml"), &BTreeMap::new()).unwrap();
    let store = Store::open(&config.persist, &Secrets::load(&config.persist).unwrap()).await.unwrap();
    let before = stored(&store).await;
    for (reference, one) in sent {
        match (before.get(reference), &one.answer) {
            (Some(row), answer) => whole(&store, row, one, answer.as_ref()).await,
            (None, None) => {}
            (None, Some(_)) => panic!("{reference} was acknowledged and is lost"),
        }
    }
    sound(&config).await;
    store.close().await;

    let mut serving = Serving::start(site.folder.path());
    let address = serving.address().expect("it listens again");
    let mut again = JoinSet::new();
    for (place, partner_id) in PARTNERS.into_iter().enumerate() {
        let mut client = site.manifests(address, partner_id);
        let mine: Vec<_> = sent.iter().filter(|(_, one)| one.partner_id == PARTNERS[place]).collect();
        let mine: Vec<_> =
            mine.into_iter().map(|(key, one)| (before.contains_key(key), one.clone())).collect();
        again.spawn(async move {
            for (was_there, one) in mine {
                let answer = client.submit_manifest(one.request.clone()).await.unwrap().into_inner();
                assert_eq!(answer.repeated_submission, was_there, "{}", reference(&one.request));
                if let Some(first) = &one.answer {
                    let bytes = |answer: &SubmitManifestResponse| {
                        let receipt = answer.receipt.as_ref().expect("a receipt").encode_to_vec();
                        let decisions: Vec<_> =
                            answer.pre_decisions.iter().map(prost::Message::encode_to_vec).collect();
                        (receipt, decisions)
                    };
                    assert_eq!(bytes(&answer), bytes(first), "another answer to the same words");
                }
            }
        });
    }
    while let Some(ended) = again.join_next().await {
        ended.unwrap();
    }
    serving.kill();
    let store = Store::open(&config.persist, &Secrets::load(&config.persist).unwrap()).await.unwrap();
    let after = stored(&store).await;
    assert!(sent.keys().all(|reference| after.contains_key(reference)));
    assert!(before.iter().all(|(reference, row)| after[reference].manifest.id == row.manifest.id));
    sound(&config).await;
    store.close().await;
    after.len()
}

/// What the feed has, each once.
async fn stored(store: &Store) -> BTreeMap<String, FeedRow> {
    let (mut stored, mut after) = (BTreeMap::new(), FeedPosition::START);
    loop {
        let page = store.feed_after(&Scope::All, after, 1_000).await.unwrap();
        let Some(last) = page.last() else { return stored };
        after = last.position;
        for row in page {
            assert_eq!(row.event, FeedEvent::Recorded);
            let reference = row.manifest.key.manifest_reference.clone();
            assert!(stored.insert(reference.clone(), row).is_none(), "{reference} is doubled");
        }
    }
}

/// Everything that belongs to a manifest is there, and is of this manifest.
async fn whole(store: &Store, row: &FeedRow, sent: &Sent, answer: Option<&SubmitManifestResponse>) {
    let id = row.manifest.id;
    let manifest = store.manifest(id, Persons::With).await.unwrap().unwrap();
    let Sealed::Open { persons, .. } = manifest.sealed else { panic!("{id} has no key") };
    assert!(persons.is_some() && !manifest.record.is_empty() && !manifest.findings.is_empty());
    let received = store.received(id).await.unwrap().unwrap();
    assert_eq!(received.bytes, sent.request.encode_to_vec());
    assert_eq!(row.manifest.key.partner_id, sent.partner_id);
    assert!(!row.decisions.is_empty());
    assert_eq!(store.pre_decisions(id).await.unwrap().unwrap().decisions, row.decisions);
    if let Some(answer) = answer {
        let receipt = answer.receipt.as_ref().unwrap();
        assert_eq!(receipt.manifest, format!("manifests/{id}"));
        assert_eq!(manifest.receipt, receipt.encode_to_vec(), "the receipt's bytes");
    }
}

/// SQLite's own opinion, and one row of each kind for every manifest.
pub(crate) async fn sound(config: &Config) {
    let mut beside = Beside::open(&config.persist).await;
    if let Beside::Sqlite(connection) = &mut beside {
        let check = sqlx::query("pragma integrity_check").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(check.get::<String, _>(0), "ok");
        assert!(sqlx::query("pragma foreign_key_check").fetch_all(connection).await.unwrap().is_empty());
    }
    let recorded =
        format!("event in ('{}', '{}')", AuditKind::Submitted.as_str(), AuditKind::Rejected.as_str());
    let counts = format!(
        "select (select count(*) from manifests), (select count(*) from manifest_keys), \
         (select count(*) from feed), (select count(*) from audit where {recorded}), \
         (select count(distinct manifest_id) from audit where {recorded})"
    );
    let counts = beside.numbers(&counts).await;
    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_gateway_keeps_what_it_acknowledged() {
    let rounds = from_env("CUSTOMS_GATEWAY_KILL_ROUNDS").unwrap_or(6);
    let seed = from_env("CUSTOMS_GATEWAY_KILL_SEED").unwrap_or_else(rand::random);
    println!("{rounds} rounds, CUSTOMS_GATEWAY_KILL_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let many = |_: &_, partners: &mut Vec<testkit::identities::RegisteredPartner>| {
        partners.iter_mut().for_each(|partner| partner.quota_per_minute = 1_000_000);
    };
    // A small log, so that kills fall into checkpoints, too.
    let site = Site::prepare(&[("persist.wal_autocheckpoint_pages", "100")], many).await;
    let (mut acknowledged, mut unanswered) = (0, 0);
    for round in 0..rounds {
        let mut up_to = |millis: u64| Duration::from_micros(random.random_range(0..millis * 1_000));
        let moment = match round % 3 {
            0 => Moment::Answer(up_to(300)),
            1 => Moment::Address(up_to(60)),
            _ => Moment::Start(up_to(400)),
        };
        let sent = run_and_kill(&site, round, &moment).await;
        acknowledged += sent.values().filter(|one| one.answer.is_some()).count();
        unanswered += sent.values().filter(|one| one.answer.is_none()).count();
        let there = verify(&site, &sent).await;
        println!("{round}: killed {moment:?}; {acknowledged} acknowledged, {unanswered} not, {there} there");
    }
    assert!(acknowledged > 0 && unanswered > 0, "too little to tell anything");
}
