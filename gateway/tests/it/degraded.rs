//! Where history or model do not answer in time, rules alone decide, and say so; what is decided later is told once, however
//! many gateways look. Without a store nobody gets a receipt.

use std::time::{Duration, Instant};

use proto::v1::{
    Corridor, ListPreDecisionsRequest, ManifestDecided, SubmitManifestRequest, WatchPreDecisionsRequest,
    watch_pre_decisions_response::Event,
};
use scoring::{Scorer, record};
use testkit::{many, postgres::Server};
use tokio::time::timeout;
use tonic::Code;

use crate::{
    database::Beside,
    harness::{Gateway, Site, eventually, now, reason},
    kill::Serving,
    torture::cluster::limit_files,
};

const MANIFESTS: usize = 5;

/// Every so often, and what could not be judged is tried again soon.
const OFTEN: [(&str, &str); 3] = [
    ("intake.rescore_every_ms", "100"),
    ("intake.rescore_claim_ms", "400"),
    ("intake.scoring_timeout_ms", "300"),
];

fn lorry(n: u64) -> SubmitManifestRequest {
    many::cargo(0xDE6, n, now())
}

/// The next events about manifests, until there are so many or time is up.
async fn events(gateway: &Gateway, count: usize, patience: Duration) -> Vec<ManifestDecided> {
    let mut told = Vec::new();
    let request = WatchPreDecisionsRequest::default();
    let mut stream =
        gateway.pre_decisions("kz-customs").watch_pre_decisions(request).await.unwrap().into_inner();
    let begin = Instant::now();
    while told.len() < count && begin.elapsed() < patience {
        let Ok(message) = timeout(Duration::from_millis(500), stream.message()).await else { continue };
        if let Some(Event::ManifestDecided(decided)) = message.unwrap().unwrap().event {
            told.push(decided);
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_alone_decide_and_what_is_decided_later_is_told_once() {
    let gateway = Gateway::start(&OFTEN).await;
    // Another gateway looks, too.
    let _other = Serving::start(gateway.folder.path());
    let hidden = gateway.hide_history().await;
    let mut client = gateway.manifests("kz-customs");
    let mut answers = Vec::new();
    for n in 0..MANIFESTS {
        let request = lorry(n as u64);
        let answer = client.submit_manifest(request.clone()).await.unwrap().into_inner();
        for each in &answer.pre_decisions {
            assert!(each.rules_only && each.corridor() != Corridor::Green, "{each:?}");
            assert!(each.reasons.iter().any(|reason| reason.code == "RULES_ONLY"), "{each:?}");
        }
        answers.push((request, answer));
    }
    eventually("they wait", async || {
        gateway.http("/metrics").await.1.contains(&format!("provisional_manifests {MANIFESTS}"))
    })
    .await;
    assert_eq!(
        events(&gateway, MANIFESTS + 1, Duration::from_millis(900)).await.len(),
        MANIFESTS,
        "too early"
    );
    hidden.show().await;
    eventually("all are judged again", async || {
        gateway.store.provisional_backlog().await.unwrap().manifests == 0
    })
    .await;
    // And no more than once: whoever begins to watch now, too, is told both, each as it was.
    let told = events(&gateway, 3 * MANIFESTS, Duration::from_secs(2)).await;
    let (provisional, later): (Vec<_>, Vec<_>) =
        told.iter().partition(|each| each.pre_decisions[0].rules_only);
    assert_eq!((provisional.len(), later.len()), (MANIFESTS, MANIFESTS));
    for (request, answer) in &answers {
        let name = &answer.receipt.as_ref().unwrap().manifest;
        let of = |events: &[&ManifestDecided]| events.iter().filter(|each| each.manifest == *name).count();
        assert_eq!((of(&provisional), of(&later)), (1, 1), "{name}");
        let later = later.iter().find(|each| each.manifest == *name).unwrap();
        assert!(later.pre_decisions.iter().all(|each| !each.rules_only));
        assert!(later.pre_decisions[0].withheld_reason() != proto::v1::WithheldReason::HistoryUnavailable);
        let list = ListPreDecisionsRequest { parent: name.clone(), ..Default::default() };
        let listed = gateway.pre_decisions("kz-customs").list_pre_decisions(list).await.unwrap().into_inner();
        assert_eq!(listed.pre_decisions, later.pre_decisions);
        // The receipt stays what it was, whatever is decided since.
        let again = client.submit_manifest(request.clone()).await.unwrap().into_inner();
        assert!(again.repeated_submission);
        assert_eq!(again.receipt, answer.receipt);
    }
    // Both come out the same again, byte for byte, from what is stored.
    let scorer = Scorer::shipped().unwrap();
    let scope = gateway::persist::Scope::Partner("kz-customs".into());
    let rows = gateway.store.feed_after(&scope, gateway::persist::FeedPosition::START, 100).await.unwrap();
    assert_eq!(rows.len(), 2 * MANIFESTS);
    for (place, row) in rows.iter().enumerate() {
        let bytes = gateway::reply::record_of_decisions(&row.decisions).unwrap();
        let decided = record::recompute(&scorer, bytes).unwrap();
        assert_eq!(decided.evidence.rules_only, place < MANIFESTS);
    }
}

/// Full or not writable: told at once, and no receipt.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_store_there_is_no_receipt() {
    if crate::database::on_postgres() {
        return; // its own tests stop the server
    }
    let site = Site::prepare(&[], |_, _| {}).await;
    let serving = Serving::start(site.folder.path());
    let mut client = site.manifests(serving.address().unwrap(), "kz-customs");
    client.submit_manifest(lorry(100)).await.unwrap();
    limit_files(serving.id(), "65536"); // as a full disk
    let begin = Instant::now();
    let mut refused = 0;
    for n in 0..20 {
        match client.submit_manifest(lorry(n)).await {
            // The log may have some room left in front of the limit.
            Ok(answer) => assert!(answer.into_inner().receipt.is_some()),
            Err(status) => {
                assert_eq!(
                    (status.code(), reason(&status).as_str()),
                    (Code::Unavailable, "STORE_UNAVAILABLE")
                );
                refused += 1;
            }
        }
    }
    let each = begin.elapsed() / 20;
    println!("full disk: {refused} of 20 refused, {each:?} each");
    assert!(refused > 0 && each < Duration::from_secs(1), "{refused} refused, {each:?} each");
    limit_files(serving.id(), "unlimited");
    let again = async || client.clone().submit_manifest(lorry(5)).await.is_ok();
    eventually("it serves again", again).await;
}

/// History out of the gateway's reach.
pub(crate) struct Hidden(Beside);

impl Gateway {
    /// Hides the counters of outcomes: a table that is gone, or one that somebody has locked.
    pub(crate) async fn hide_history(&self) -> Hidden {
        let mut beside = self.beside().await;
        beside
            .run(
                "alter table history_counters rename to hidden",
                "begin; lock table history_counters in access exclusive mode",
            )
            .await;
        Hidden(beside)
    }
}

impl Hidden {
    async fn show(mut self) {
        self.0.run("alter table hidden rename to history_counters", "rollback").await;
    }
}

/// Neither an answer nor a refusal comes from it: the first call waits a while, and then everybody is told at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stands_still_is_told_at_once() {
    let server = Server::start().unwrap();
    let quick = [("persist.answer_timeout_ms", "1000"), ("persist.busy_timeout_ms", "700")];
    let site = Site::prepare_on(Some(server.database().unwrap()), &quick, |_, _| {}).await;
    let serving = Serving::start(site.folder.path());
    let mut client = site.manifests(serving.address().unwrap(), "kz-customs");
    let (first, second) = (lorry(1), lorry(2));
    client.submit_manifest(first.clone()).await.unwrap();
    let frozen = server.freeze();
    let mut waited = Vec::new();
    for n in 2..22 {
        let sent = if n == 2 { second.clone() } else { lorry(n) };
        let began = Instant::now();
        let refused = client.submit_manifest(sent).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused)), (Code::Unavailable, "STORE_UNAVAILABLE".into()));
        waited.push(began.elapsed());
    }
    println!("{waited:?}");
    assert!(waited[0] < Duration::from_secs(5), "{waited:?}");
    assert!(waited[1..].iter().sum::<Duration>() < Duration::from_secs(4), "{waited:?}");
    drop(frozen);
    eventually("it is found again", async || client.clone().submit_manifest(second.clone()).await.is_ok())
        .await;
    assert!(client.submit_manifest(first).await.unwrap().into_inner().repeated_submission);
}
