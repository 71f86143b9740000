//! The two lists of one journey, sent at the same moment to two gateways on one database: one manifest, as at one gateway. And a
//! withdrawal, which waits for what another gateway makes of its manifest.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use gateway::persist::Config;
use proto::v1::{
    CancelManifestRequest, DocumentMessage, SubmitDocumentRequest,
    manifest_service_client::ManifestServiceClient,
};
use testkit::many;
use tokio::time::{sleep, timeout};
use tonic::transport::Channel;

use crate::{
    database::Beside,
    harness::{LIMIT, Site, now},
    journeys::{TRIP, Trip, list, person},
    kill::Serving,
};

const JOURNEYS: i64 = 9;

async fn send(mut client: ManifestServiceClient<Channel>, list: String) -> DocumentMessage {
    let content = format!("UNB+UNOA:4+COACH+UZ+261123:1000+I1'{list}UNZ+1+I1'");
    let request = SubmitDocumentRequest { content: content.into(), ..Default::default() };
    client.submit_document(request).await.unwrap().into_inner().messages.remove(0)
}

/// The same list, which says nothing of the departure.
fn without_departure(list: &str) -> String {
    let kept: Vec<&str> =
        list.split_terminator('\'').filter(|segment| !segment.starts_with("DTM+189")).collect();
    let (trailer, body) = kept.split_last().unwrap();
    let message = trailer.rsplit_once('+').unwrap().1;
    format!("{}'UNT+{}+{message}'", body.join("'"), kept.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lists_at_two_gateways_are_one_manifest() {
    let site = Site::prepare_on(Some(testkit::postgres::database().unwrap()), &[], |_, _| {}).await;
    let serving: [_; 2] = std::array::from_fn(|_| Serving::start(site.folder.path()));
    let clients = serving.each_ref().map(|one| site.manifests(one.address().unwrap(), "silk-coach"));
    for number in 0..JOURNEYS {
        let plate = format!("01A77{number}BC");
        let trip = Trip { departs: 2 + number, plate: &plate, ..TRIP };
        // References of their own, and the same one, as carriers do it.
        let (own, other) = if number % 2 == 0 { ("PAX", "CREW") } else { ("SAME", "SAME") };
        let passengers = list(
            &format!("BGM+745+{own}-{number}+9"),
            "1+PAXLST:D:05B:UN",
            trip,
            &[person("FL", "ANNA", &format!("PA{number}"))],
        );
        let crew = list(
            &format!("BGM+250+{other}-{number}+9"),
            "2+PAXLST:D:05B:UN",
            trip,
            &[person("FM", "DAMIR", &format!("CD{number}"))],
        );
        // Some say when they arrive, and not when they depart: one of the two lists, or both.
        let crew = if number % 3 > 0 { without_departure(&crew) } else { crew };
        let passengers = if number % 3 > 1 { without_departure(&passengers) } else { passengers };
        let [one, two] = clients.clone();
        let (one, two) = tokio::join!(send(one, passengers), send(two, crew));
        for message in [&one, &two] {
            assert!(message.recorded.is_some(), "journey {number}: {:?}", message.refusal);
        }
        assert_eq!(one.manifest_reference, two.manifest_reference, "journey {number}");
        assert_ne!(one.revision, two.revision, "journey {number}: the second comes to the first");
    }
}

/// An amendment under way has read what stands, and is to find it standing.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_waits_for_a_document_about_its_manifest() {
    let site = Site::prepare_on(Some(testkit::postgres::database().unwrap()), &[], |_, _| {}).await;
    let serving = Serving::start(site.folder.path());
    let mut client = site.manifests(serving.address().unwrap(), "kz-customs");
    let sent = many::cargo(7, 1, now());
    let reference = sent.manifest.as_ref().unwrap().manifest_reference.clone();
    let answer = client.submit_manifest(sent).await.unwrap().into_inner();
    // As another gateway has it that takes up a document about the same manifest.
    let name = digest(&SHA256, format!("kz-customs\nreference/{reference}").as_bytes());
    let place = u32::from_be_bytes(*name.as_ref().first_chunk().unwrap()) % 65_536;
    let persist = Config { url: site.database.as_ref().unwrap().url.clone(), ..Config::default() };
    let mut document = Beside::open(&persist).await;
    let take = format!("select length(pg_advisory_lock(1128352842, {place})::text)::bigint");
    document.numbers(&take).await;
    let name = answer.receipt.unwrap().manifest;
    let withdrawal = tokio::spawn(async move {
        client.cancel_manifest(CancelManifestRequest { name, ..Default::default() }).await
    });
    sleep(Duration::from_millis(700)).await;
    assert!(!withdrawal.is_finished());
    drop(document);
    timeout(LIMIT, withdrawal).await.expect("it goes on").unwrap().unwrap();
}
