use prost::Message as _;
use proto::v1::{self, manifest::Load};

use super::super::{Config, Format, Received, submission};
use super::*;

fn small() -> Config {
    Config {
        max_message_bytes: 4096,
        max_text_bytes: 70,
        max_consignments: 3,
        max_goods_items_per_consignment: 4,
        max_goods_items: 5,
        max_passengers: 3,
        max_crew_members: 2,
        max_travel_documents: 2,
        max_stops: 3,
        max_list_elements: 4,
        max_elements: 30,
        ..Config::default()
    }
}

fn manifest() -> v1::Manifest {
    v1::Manifest { manifest_reference: "SYNTHETIC-1".into(), ..v1::Manifest::default() }
}

fn refused(manifest: v1::Manifest) -> Option<Refusal> {
    let request = v1::SubmitManifestRequest { manifest: Some(manifest), ..Default::default() };
    let received = Received { bytes: request.encode_to_vec().into(), format: Format::SubmitManifestV1 };
    submission(&received, &small().into()).err()
}

fn cargo(consignments: Vec<v1::Consignment>) -> v1::Manifest {
    v1::Manifest { load: Some(Load::Cargo(v1::Cargo { consignments, ..Default::default() })), ..manifest() }
}

fn items(count: usize) -> v1::Consignment {
    v1::Consignment { goods_items: vec![v1::GoodsItem::default(); count], ..Default::default() }
}

fn passengers(count: usize, documents: usize) -> v1::Manifest {
    let passenger = v1::Passenger {
        travel_documents: vec![v1::TravelDocument::default(); documents],
        ..Default::default()
    };
    let list = v1::PassengerList { passengers: vec![passenger; count], ..Default::default() };
    v1::Manifest { load: Some(Load::PassengerList(list)), ..manifest() }
}

fn journey(stops: usize, countries: usize) -> v1::Manifest {
    let journey = v1::Journey {
        stops: vec![v1::Stop::default(); stops],
        itinerary_country_codes: vec!["KZ".into(); countries],
        ..Default::default()
    };
    v1::Manifest { journey: Some(journey), ..manifest() }
}

fn crew(count: usize) -> v1::Manifest {
    v1::Manifest { crew_members: vec![v1::CrewMember::default(); count], ..manifest() }
}

#[track_caller]
fn edge(at_the_limit: v1::Manifest, one_above: v1::Manifest, path: &str, setting: &str) {
    assert_eq!(refused(at_the_limit), None);
    match refused(one_above) {
        Some(Refusal::TooMany { path: found, setting: named, .. }) => {
            assert_eq!((found.as_str(), named), (path, setting));
        }
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn each_list_is_read_up_to_its_limit() {
    let empty = v1::Consignment::default;
    edge(cargo(vec![empty(); 3]), cargo(vec![empty(); 4]), "manifest.cargo.consignments", "max_consignments");
    edge(
        cargo(vec![items(4)]),
        cargo(vec![empty(), items(5)]),
        "manifest.cargo.consignments[1].goods_items",
        "max_goods_items_per_consignment",
    );
    edge(
        cargo(vec![items(3), items(2)]),
        cargo(vec![items(3), items(3)]),
        "manifest.cargo.consignments[1].goods_items",
        "max_goods_items",
    );
    edge(passengers(3, 0), passengers(4, 0), "manifest.passenger_list.passengers", "max_passengers");
    edge(
        passengers(1, 2),
        passengers(1, 3),
        "manifest.passenger_list.passengers[0].travel_documents",
        "max_travel_documents",
    );
    edge(crew(2), crew(3), "manifest.crew_members", "max_crew_members");
    edge(journey(3, 0), journey(4, 0), "manifest.journey.stops", "max_stops");
    edge(journey(0, 4), journey(0, 5), "manifest.journey.itinerary_country_codes", "max_list_elements");
}

#[test]
fn all_lists_together_are_bounded() {
    let config = Config { max_elements: 4, ..small() };
    let measure =
        |manifest: &v1::Manifest| Extent::of(&manifest.encode_to_vec(), "Manifest", &config.clone().into());
    assert_eq!(measure(&journey(2, 2)).unwrap().elements, 4);
    assert!(matches!(measure(&journey(2, 3)), Err(Refusal::TooMany { setting: "max_elements", .. })));
}

#[test]
fn lists_of_a_message_written_in_parts_add_up() {
    // The same singular field three times: protobuf merges them into one journey of six stops.
    let mut bytes = vec![];
    for _ in 0..3 {
        bytes.extend(journey(2, 0).encode_to_vec());
    }
    let refusal = Extent::of(&bytes, "Manifest", &small().into()).unwrap_err();
    assert!(matches!(refusal, Refusal::TooMany { setting: "max_stops", .. }));
}

#[test]
fn texts_and_messages_are_read_up_to_their_limit() {
    let text = |length: usize| v1::Manifest { part: "x".repeat(length), ..manifest() };
    assert_eq!(refused(text(70)), None);
    assert_eq!(
        refused(text(71)),
        Some(Refusal::TextTooLong { path: "manifest.part".into(), limit: 70, found: 71 })
    );

    let limits = Limits::from(small());
    // An unknown field is as long as it likes, within the message.
    let padded = |length: usize| {
        let mut bytes = vec![0xfa, 0x3f, 0xfd, 0x1f]; // field 1023, 4093 bytes
        bytes.resize(length, 0);
        bytes
    };
    let whole = |length: usize| {
        let mut bytes = padded(4 + 4093);
        bytes.truncate(length);
        bytes
    };
    assert!(matches!(
        Extent::of(&whole(4097), "Manifest", &limits),
        Err(Refusal::TooLarge { limit: 4096, found: 4097 })
    ));
    let mut fits = vec![0xfa, 0x3f, 0xfc, 0x1f];
    fits.resize(4096, 0);
    assert!(Extent::of(&fits, "Manifest", &limits).is_ok());
}

#[test]
fn the_place_of_an_unreadable_byte_is_told() {
    // journey (field 7), 3 bytes: a stop (field 6) that claims 5 bytes.
    let refusal = Extent::of(&[0x3a, 2, 0x32, 5], "Manifest", &small().into()).unwrap_err();
    let Refusal::Undecodable { path, offset, .. } = refusal else { panic!("{refusal:?}") };
    assert_eq!((path.as_str(), offset), ("journey", Some(4)));
}

#[test]
fn groups_and_endless_numbers_are_refused() {
    for bytes in [&[0x0b_u8, 0x0b, 0x0b][..], &[0xff; 11][..], &[0x08][..]] {
        assert!(matches!(
            Extent::of(bytes, "Manifest", &small().into()),
            Err(Refusal::Undecodable { offset: Some(_), .. })
        ));
    }
}

#[test]
fn a_text_that_is_not_utf_8_is_refused_without_its_bytes() {
    let received =
        Received { bytes: vec![0x0a, 4, 0x12, 2, 0xff, 0xfe].into(), format: Format::SubmitManifestV1 };
    let Err(Refusal::Undecodable { problem, .. }) = submission(&received, &small().into()) else { panic!() };
    assert!(problem.contains("manifest_reference") && problem.contains("UTF-8"), "{problem}");
}

#[test]
fn no_text_holds_u_0000_however_deep_and_numbers_may() {
    let limits = Limits::default();
    let measure = |manifest: &v1::Manifest| Extent::of(&manifest.encode_to_vec(), "Manifest", &limits);
    let refused = |manifest: &v1::Manifest, path: &str| {
        let bytes = manifest.encode_to_vec();
        let refusal = Extent::of(&bytes, "Manifest", &limits).unwrap_err();
        let at = bytes.windows(3).position(|three| three == b"A\0B").unwrap() + 1;
        let problem = "a text holds U+0000".to_owned();
        assert_eq!(refusal, Refusal::Undecodable { path: path.into(), offset: Some(at), problem });
    };
    let text = || "A\0B".to_owned();
    refused(&v1::Manifest { manifest_reference: text(), ..manifest() }, "manifest_reference");
    // In a message that holds neither lists nor messages, in a list, and beside numbers that hold zero bytes.
    let mut story =
        testkit::stories::Story::GeneralCargo.submission(jiff::Timestamp::UNIX_EPOCH).manifest.unwrap();
    assert!(measure(&story).is_ok());
    let journey = story.journey.as_mut().unwrap();
    journey.itinerary_country_codes = vec!["KZ".into(), text()];
    refused(&story, "journey.itinerary_country_codes[1]");
    story.journey.as_mut().unwrap().itinerary_country_codes.clear();
    story.conveyance.as_mut().unwrap().registration = text();
    refused(&story, "conveyance.registration");
    story.conveyance.as_mut().unwrap().registration = "A".into();
    let location =
        v1::Location { latitude_degrees: Some(0.0), longitude_degrees: Some(64.5), ..Default::default() };
    let stop = |name: &str| v1::Stop {
        stop_sequence: 1,
        location: Some(v1::Location { name: name.into(), ..location.clone() }),
        ..Default::default()
    };
    story.journey.as_mut().unwrap().stops = vec![stop("A")];
    assert!(story.encode_to_vec().contains(&0) && measure(&story).is_ok());
    story.journey.as_mut().unwrap().stops = vec![stop("A"), stop("A\0B")];
    refused(&story, "journey.stops[1].location.name");
}

#[test]
fn a_request_id_is_read_up_to_its_limit() {
    let request = |id: String| {
        let request =
            v1::SubmitManifestRequest { manifest: Some(manifest()), request_id: id, ..Default::default() };
        let received = Received { bytes: request.encode_to_vec().into(), format: Format::SubmitManifestV1 };
        submission(&received, &Limits::default())
    };
    assert_eq!(request("r".repeat(64)).unwrap().envelope.request_id.unwrap().len(), 64);
    assert!(matches!(request("r".repeat(65)), Err(Refusal::TextTooLong { limit: 64, .. })));
    assert!(request("line\nbreak".into()).is_err());
    assert_eq!(request(String::new()).unwrap().envelope.request_id, None);
}
