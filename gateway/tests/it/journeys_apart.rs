//! The two lists of one journey, sent at the same moment to two gateways on one database: one manifest, as at one gateway.

use proto::v1::{DocumentMessage, SubmitDocumentRequest, manifest_service_client::ManifestServiceClient};
use tonic::transport::Channel;

use crate::{
    harness::Site,
    journeys::{TRIP, Trip, list, person},
    kill::Serving,
};

const JOURNEYS: i64 = 6;

async fn send(mut client: ManifestServiceClient<Channel>, list: String) -> DocumentMessage {
    let content = format!("UNB+UNOA:4+COACH+UZ+261123:1000+I1'{list}UNZ+1+I1'");
    let request = SubmitDocumentRequest { content: content.into(), ..Default::default() };
    client.submit_document(request).await.unwrap().into_inner().messages.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lists_at_two_gateways_are_one_manifest() {
    let site = Site::prepare_on(Some(testkit::postgres::database().unwrap()), &[], |_, _| {}).await;
    let serving: [_; 2] = std::array::from_fn(|_| Serving::start(site.folder.path()));
    let clients = serving.each_ref().map(|one| site.manifests(one.address().unwrap(), "silk-coach"));
    for number in 0..JOURNEYS {
        let trip = Trip { departs: 2 + number, ..TRIP };
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
        let [one, two] = clients.clone();
        let (one, two) = tokio::join!(send(one, passengers), send(two, crew));
        for message in [&one, &two] {
            assert!(message.recorded.is_some(), "journey {number}: {:?}", message.refusal);
        }
        assert_eq!(one.manifest_reference, two.manifest_reference, "journey {number}");
        assert_ne!(one.revision, two.revision, "journey {number}: the second comes to the first");
    }
}
