//! Who is on board does not weigh on the goods: no name, sex, nationality or residence of a person changes what is decided.

use gateway::persist::Persons;
use proto::v1::{Sex, SubmitManifestRequest, manifest::Load};
use testkit::stories::Story;
use uuid::Uuid;

use crate::harness::{Gateway, now};

/// The stored decisions of a submission, byte for byte, without the first line (times and references).
async fn decided(gateway: &Gateway, who: &str, request: SubmitManifestRequest) -> (Vec<u8>, Vec<u8>) {
    let answer = gateway.manifests(who).submit_manifest(request).await.unwrap().into_inner();
    let name = answer.receipt.unwrap().manifest;
    let id = Uuid::try_parse(name.strip_prefix("manifests/").unwrap()).unwrap();
    let decisions = gateway.store.pre_decisions(id).await.unwrap().unwrap().decisions;
    let findings = gateway.store.manifest(id, Persons::Without).await.unwrap().unwrap().findings;
    (gateway::reply::record_of_decisions(&decisions).unwrap().to_vec(), findings)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_drives_does_not_weigh_on_the_goods() {
    let gateway = Gateway::start(&[]).await;
    let mut plain = Story::GeneralCargo.submission(now());
    // What a machine-readable zone says of the name would otherwise disagree with it.
    for member in &mut plain.manifest.as_mut().unwrap().crew_members {
        member.travel_documents.iter_mut().for_each(|document| document.mrz_lines.clear());
    }
    let expected = decided(&gateway, "kz-customs", plain.clone()).await;
    for (place, (nationality, sex, given, family)) in [
        ("AFG", Sex::Female, "SYNTHETICA", "BETA"),
        ("DEU", Sex::Male, "SYNTHETICUS", "GAMMA"),
        ("TJK", Sex::Unspecified, "SYNTHETICUM", "DELTA"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut request = plain.clone();
        let manifest = request.manifest.as_mut().unwrap();
        manifest.manifest_reference = format!("SYNTHETIC-FAIR-{place}");
        for member in &mut manifest.crew_members {
            member.nationality_code = nationality.into();
            member.set_sex(sex);
            let name = member.name.get_or_insert_default();
            (name.given_name, name.family_name) = (given.into(), family.into());
        }
        let found = decided(&gateway, "kz-customs", request).await;
        assert_eq!(String::from_utf8(found.1), String::from_utf8(expected.1.clone()), "{nationality}");
        assert_eq!(String::from_utf8(found.0), String::from_utf8(expected.0.clone()), "{nationality}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_travels_is_not_scored() {
    let gateway = Gateway::start(&[]).await;
    let mut request = Story::ALL
        .iter()
        .map(|story| story.submission(now()))
        .find(|request| matches!(request.manifest.as_ref().unwrap().load, Some(Load::PassengerList(_))))
        .unwrap();
    let (before, _) = decided(&gateway, "silk-coach", request.clone()).await;
    let manifest = request.manifest.as_mut().unwrap();
    manifest.manifest_reference = "SYNTHETIC-FAIR-COACH".into();
    if let Some(Load::PassengerList(list)) = &mut manifest.load {
        for passenger in &mut list.passengers {
            passenger.set_sex(Sex::Female);
            passenger.residence_country_code = "AFG".into();
        }
    }
    let (after, _) = decided(&gateway, "silk-coach", request).await;
    let (before, after) = (String::from_utf8(before).unwrap(), String::from_utf8(after).unwrap());
    assert!(!before.contains("\"fraud\"") && !before.contains("\"items\""));
    assert_eq!(before, after);
}
