//! The two lists of one journey, filed as two messages, over the real app: one manifest, in whatever order they come.

use jiff::ToSpan as _;
use proto::v1::{
    Corridor, DocumentMessage, GetManifestRequest, Manifest, ManifestState, SubmitDocumentRequest,
    ValidateDocumentRequest, manifest::Load,
};

use crate::harness::{Gateway, now};

/// One person of a list.
pub(crate) fn person(kind: &str, name: &str, document: &str) -> String {
    let stops = if kind == "FL" { "LOC+178+KZALA'LOC+179+UZTAS'" } else { "" };
    format!(
        "NAD+{kind}+++SYNTHETIC:{name}'ATT+2++F'DTM+329:19900101:102'{stops}NAT+2+KAZ'DOC+P+{document}'\
         DTM+36:20400101:102'LOC+91+KAZ'"
    )
}

/// What a list says of its journey.
#[derive(Clone, Copy)]
pub(crate) struct Trip<'a> {
    pub(crate) plate: &'a str,
    pub(crate) number: &'a str,
    pub(crate) departs: i64,
}

pub(crate) const TRIP: Trip<'static> = Trip { plate: "01A777BC", number: "TRIP-9", departs: 2 };

pub(crate) fn list(bgm: &str, unh: &str, trip: Trip<'_>, persons: &[String]) -> String {
    let at = |hours: i64| now().checked_add(hours.hours()).unwrap().strftime("%Y%m%d%H00").to_string();
    let body = format!(
        "UNH+{unh}'{bgm}'TDT+20+{}+3+32++++{}:::COACH:KZ'LOC+125+KZALA'DTM+189:{}:203'LOC+87+UZ-GISHTKUPRIK'\
         DTM+232:{}:203'LOC+130+UZTAS'{}",
        trip.number,
        trip.plate,
        at(trip.departs),
        at(11),
        persons.concat()
    );
    let message = unh.split('+').next().unwrap();
    format!("{body}UNT+{}+{message}'", body.matches('\'').count() + 1)
}

fn passengers(bgm: &str, names: &[&str]) -> String {
    let each = names.iter().map(|name| person("FL", name, &format!("P{name}1"))).collect::<Vec<_>>();
    list(bgm, "1+PAXLST:D:05B:UN", TRIP, &each)
}

fn crew(bgm: &str, names: &[&str]) -> String {
    let each = names.iter().map(|name| person("FM", name, &format!("C{name}1"))).collect::<Vec<_>>();
    list(bgm, "2+PAXLST:D:05B:UN", TRIP, &each)
}

async fn send(gateway: &Gateway, lists: &[&String]) -> Vec<DocumentMessage> {
    let body: String = lists.iter().map(|list| list.as_str()).collect();
    let content = format!("UNB+UNOA:4+COACH+UZ+261123:1000+I1'{body}UNZ+{}+I1'", lists.len());
    let request = SubmitDocumentRequest { content: content.into(), ..Default::default() };
    let answer = gateway.manifests("silk-coach").submit_document(request).await.unwrap().into_inner();
    answer.messages
}

async fn get(gateway: &Gateway, message: &DocumentMessage) -> Manifest {
    let recorded = message.recorded.as_ref().unwrap_or_else(|| panic!("{:?}", message.refusal));
    let name = recorded.receipt.as_ref().unwrap().manifest.clone();
    let request = GetManifestRequest { name, ..Default::default() };
    gateway.manifests("silk-coach").get_manifest(request).await.unwrap().into_inner().manifest.unwrap()
}

/// Names of the passengers and of the crew.
fn told(manifest: &Manifest) -> (Vec<String>, Vec<String>) {
    let passengers = match &manifest.load {
        Some(Load::PassengerList(list)) => list.passengers.clone(),
        _ => Vec::new(),
    };
    let mut passengers: Vec<_> = passengers.into_iter().map(|one| one.name.unwrap().given_name).collect();
    let mut crew: Vec<_> =
        manifest.crew_members.iter().map(|one| one.name.clone().unwrap().given_name).collect();
    passengers.sort();
    crew.sort();
    (passengers, crew)
}

fn both(passengers: &[&str], crew: &[&str]) -> (Vec<String>, Vec<String>) {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    (owned(passengers), owned(crew))
}

fn codes(message: &DocumentMessage) -> Vec<&str> {
    message.recorded.as_ref().unwrap().findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// References of the two lists: their own, the same, or none, as carriers do it.
const REFERENCES: [(&str, &str); 3] = [
    ("BGM+745+PAX-9+9", "BGM+250+CREW-9+9"),
    ("BGM+745+SAME-9+9", "BGM+250+SAME-9+9"),
    ("BGM+745", "BGM+250"),
];

#[tokio::test(flavor = "multi_thread")]
async fn passengers_and_crew_are_one_manifest_in_any_order() {
    let whole = both(&["ANNA", "BELLA"], &["DAMIR", "ERLAN"]);
    for (of_passengers, of_crew) in REFERENCES {
        let (p, c) = (passengers(of_passengers, &["ANNA", "BELLA"]), crew(of_crew, &["DAMIR", "ERLAN"]));
        for lists in [[&p, &c], [&c, &p]] {
            // In one interchange: one revision, answered twice; sent again, in any cut, it is known.
            let gateway = Gateway::start(&[]).await;
            let answers = send(&gateway, &lists).await;
            let manifest = get(&gateway, &answers[0]).await;
            assert_eq!((told(&manifest), manifest.revision), (whole.clone(), 0), "{of_passengers} {of_crew}");
            assert_eq!(get(&gateway, &answers[1]).await.name, manifest.name);
            for answer in &answers {
                assert!(!codes(answer).contains(&"DRIVER_MISSING"), "{answer:?}");
                assert_ne!(answer.recorded.as_ref().unwrap().pre_decisions[0].corridor(), Corridor::Red);
            }
            for again in [vec![&p, &c], vec![&c, &p], vec![&p], vec![&c]] {
                for answer in send(&gateway, &again).await {
                    assert!(answer.recorded.as_ref().unwrap().repeated_submission, "{answer:?}");
                    assert_eq!(get(&gateway, &answer).await.name, manifest.name);
                }
            }

            // In two: the second amends the first.
            let gateway = Gateway::start(&[]).await;
            let first = send(&gateway, &lists[..1]).await.remove(0);
            let second = send(&gateway, &lists[1..]).await.remove(0);
            let manifest = get(&gateway, &second).await;
            assert_eq!((told(&manifest), manifest.revision), (whole.clone(), 1), "{of_passengers} {of_crew}");
            assert_eq!(second.manifest_reference, first.manifest_reference);
            assert!(!codes(&second).contains(&"DRIVER_MISSING"), "{second:?}");
            let earlier = get(&gateway, &first).await;
            assert_eq!(earlier.state(), ManifestState::Amended);
            // Either again: its own receipt. Both in one interchange are both known.
            for (list, known) in [(lists[0], &earlier), (lists[1], &manifest)] {
                let again = send(&gateway, &[list]).await.remove(0);
                assert!(again.recorded.as_ref().unwrap().repeated_submission, "{again:?}");
                assert_eq!(get(&gateway, &again).await.name, known.name);
            }
            for (answer, known) in send(&gateway, &lists).await.iter().zip([&earlier, &manifest]) {
                assert_eq!(get(&gateway, answer).await.name, known.name);
            }

            // One alone, then both: what was missing is completed.
            let gateway = Gateway::start(&[]).await;
            let first = send(&gateway, &lists[..1]).await.remove(0);
            let answers = send(&gateway, &lists).await;
            assert_eq!(get(&gateway, &answers[0]).await.name, get(&gateway, &first).await.name);
            assert_eq!(told(&get(&gateway, &answers[1]).await), whole);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_list_is_amended_and_withdrawn_by_itself() {
    for (of_passengers, of_crew) in REFERENCES.into_iter().take(2) {
        let gateway = Gateway::start(&[]).await;
        let restated = |bgm: &str| bgm.replace("+9", "+5").replace("-5", "-9");
        let first = passengers(of_passengers, &["ANNA", "BELLA"]);
        let first_crew = crew(of_crew, &["DAMIR", "ERLAN"]);
        send(&gateway, &[&first]).await;
        send(&gateway, &[&first_crew]).await;

        let fewer = send(&gateway, &[&passengers(&restated(of_passengers), &["ANNA"])]).await.remove(0);
        assert_eq!(told(&get(&gateway, &fewer).await), both(&["ANNA"], &["DAMIR", "ERLAN"]));
        // Another driver in the place of one.
        let swapped = send(&gateway, &[&crew(&restated(of_crew), &["DAMIR", "FARID"])]).await.remove(0);
        let manifest = get(&gateway, &swapped).await;
        assert_eq!(told(&manifest), both(&["ANNA"], &["DAMIR", "FARID"]));
        assert!(!swapped.recorded.as_ref().unwrap().changes.is_empty());
        // What was sent first brings nobody back.
        for list in [&first, &first_crew] {
            assert!(send(&gateway, &[list]).await.remove(0).recorded.unwrap().repeated_submission);
        }
        let deleted = send(&gateway, &[&crew(&of_crew.replace("+9", "+3"), &["FARID"])]).await.remove(0);
        assert_eq!(told(&get(&gateway, &deleted).await), both(&["ANNA"], &["DAMIR"]));
        let added = send(&gateway, &[&crew(&of_crew.replace("+9", "+2"), &["GANI"])]).await.remove(0);
        assert_eq!(told(&get(&gateway, &added).await), both(&["ANNA"], &["DAMIR", "GANI"]));
        // The crew list is withdrawn: the passengers stay, and want a driver.
        let withdrawn = send(&gateway, &[&crew(&of_crew.replace("+9", "+1"), &[])]).await.remove(0);
        let manifest = get(&gateway, &withdrawn).await;
        assert_eq!((told(&manifest), manifest.state()), (both(&["ANNA"], &[]), ManifestState::Submitted));
        assert!(codes(&withdrawn).contains(&"DRIVER_MISSING"));
        // The list of passengers is withdrawn: the journey is. A crew list that comes late changes nothing about that.
        let gone = send(&gateway, &[&passengers(&of_passengers.replace("+9", "+1"), &[])]).await.remove(0);
        assert_eq!(gone.moved.as_ref().unwrap().state(), ManifestState::Cancelled);
        let late = send(&gateway, &[&crew(of_crew, &["HAMID"])]).await.remove(0);
        assert_eq!(late.recorded.as_ref().unwrap().state(), ManifestState::Cancelled);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_coaches_under_one_number_are_two_manifests() {
    let gateway = Gateway::start(&[]).await;
    let other = Trip { plate: "01B888CD", ..TRIP };
    let tomorrow = Trip { departs: 26, ..TRIP };
    let named = |trip, kind: &str, bgm: &str, name: &str| {
        list(bgm, "1+PAXLST:D:05B:UN", trip, &[person(kind, name, &format!("D{name}"))])
    };
    send(&gateway, &[&named(TRIP, "FL", "BGM+745+P-1", "ANNA")]).await;
    send(&gateway, &[&named(other, "FL", "BGM+745+P-2", "BELLA")]).await;
    let second = send(&gateway, &[&named(other, "FM", "BGM+250+C-2", "ERLAN")]).await.remove(0);
    assert_eq!(told(&get(&gateway, &second).await), both(&["BELLA"], &["ERLAN"]));
    let third = send(&gateway, &[&named(tomorrow, "FM", "BGM+250+C-3", "FARID")]).await.remove(0);
    assert_eq!((third.manifest_reference.as_str(), third.revision), ("C-3", 0), "another day");
    let first = send(&gateway, &[&named(TRIP, "FM", "BGM+250+C-1", "DAMIR")]).await.remove(0);
    assert_eq!(told(&get(&gateway, &first).await), both(&["ANNA"], &["DAMIR"]));
    // All four in one interchange, of another partner's day.
    let gateway = Gateway::start(&[]).await;
    let lists = [
        named(TRIP, "FL", "BGM+745+P-1", "ANNA"),
        named(other, "FL", "BGM+745+P-2", "BELLA"),
        named(other, "FM", "BGM+250+C-2", "ERLAN"),
        named(TRIP, "FM", "BGM+250+C-1", "DAMIR"),
    ];
    let answers = send(&gateway, &lists.each_ref()).await;
    assert_eq!(told(&get(&gateway, &answers[0]).await), both(&["ANNA"], &["DAMIR"]));
    assert_eq!(told(&get(&gateway, &answers[1]).await), both(&["BELLA"], &["ERLAN"]));
    assert_eq!(answers[2].manifest_reference, "P-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_are_numbered_alike_do_not_collide_with_the_crew() {
    let gateway = Gateway::start(&[]).await;
    let part = |kind: &str, bgm: &str, number: &str, name: &str| {
        let unh = format!("{number}+PAXLST:D:05B:UN+X+{number}");
        list(bgm, &unh, TRIP, &[person(kind, name, &format!("D{name}"))])
    };
    let lists = [
        part("FL", "BGM+745+L-1", "1:C", "ANNA"),
        part("FL", "BGM+745+L-1", "2:F", "BELLA"),
        part("FM", "BGM+250+L-1", "1:C", "DAMIR"),
        part("FM", "BGM+250+L-1", "2:F", "ERLAN"),
    ];
    let lists: Vec<String> =
        lists.iter().map(|list| list.replace("UNH+1:C+", "UNH+1+").replace("UNH+2:F+", "UNH+2+")).collect();
    for list in &lists {
        let answer = send(&gateway, &[list]).await.remove(0);
        assert!(answer.recorded.is_some(), "{:?}", answer.refusal);
    }
    let answers = send(&gateway, &lists.iter().collect::<Vec<_>>()).await;
    assert!(answers.iter().all(|answer| answer.recorded.is_some()), "{answers:?}");
    let page =
        gateway.manifests("silk-coach").list_manifests(proto::v1::ListManifestsRequest::default()).await;
    let page = page.unwrap().into_inner().manifests;
    let standing: Vec<_> = page.iter().filter(|one| one.state() == ManifestState::Submitted).collect();
    assert_eq!(standing.len(), 2, "{standing:?}");
    for one in standing {
        let request = GetManifestRequest { name: one.name.clone(), ..Default::default() };
        let manifest =
            gateway.manifests("silk-coach").get_manifest(request).await.unwrap().into_inner().manifest;
        assert_eq!(told(&manifest.unwrap()).1, ["DAMIR", "ERLAN"], "{}", one.part);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sees_the_crew_beside_the_passengers() {
    let gateway = Gateway::start(&[]).await;
    let (p, c) = (passengers("BGM+745", &["ANNA"]), crew("BGM+250", &["DAMIR"]));
    let content = format!("UNB+UNOA:4+COACH+UZ+261123:1000+I1'{p}{c}UNZ+2+I1'");
    let request = ValidateDocumentRequest { content: content.into(), ..Default::default() };
    let answer = gateway.manifests("silk-coach").validate_document(request).await.unwrap().into_inner();
    for message in &answer.messages {
        let checked = message.checked.as_ref().unwrap();
        assert!(checked.acceptable);
        let codes: Vec<_> = checked.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert!(!codes.contains(&"DRIVER_MISSING"), "{codes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_a_number_find_the_journey() {
    let gateway = Gateway::start(&[]).await;
    send(&gateway, &[&crew("BGM+250+CREW-9+9", &["DAMIR"])]).await;
    send(&gateway, &[&passengers("BGM+745+PAX-9+9", &["ANNA", "BELLA"])]).await;
    let changed = send(&gateway, &[&passengers("BGM+745+CP", &["CLARA"])]).await.remove(0);
    assert_eq!((changed.manifest_reference.as_str(), changed.revision), ("CREW-9", 2));
    assert_eq!(told(&get(&gateway, &changed).await), both(&["ANNA", "BELLA", "CLARA"], &["DAMIR"]));
    // Who really boarded; the crew is as it was.
    let closed = send(&gateway, &[&passengers("BGM+266+CLOB", &["ANNA", "CLARA"])]).await.remove(0);
    let manifest = get(&gateway, &closed).await;
    assert_eq!(manifest.state(), ManifestState::Closed);
    assert_eq!(told(&manifest), both(&["ANNA", "CLARA"], &["DAMIR"]));
}

fn found<'m>(message: &'m DocumentMessage, code: &str) -> &'m proto::v1::Finding {
    let findings = &message.recorded.as_ref().unwrap_or_else(|| panic!("{:?}", message.refusal)).findings;
    findings.iter().find(|one| one.code == code).unwrap_or_else(|| panic!("{code} is not in {findings:?}"))
}

/// A list with control totals, counted among its segments.
fn with_totals(list: &str, totals: &str) -> String {
    let (body, trailer) = list.rsplit_once("UNT+").unwrap();
    let (_, message) = trailer.split_once('+').unwrap();
    let count = body.matches('\'').count() + totals.matches('\'').count() + 1;
    format!("{body}{totals}UNT+{count}+{message}")
}

fn name_of(message: &DocumentMessage) -> String {
    message.recorded.as_ref().unwrap().receipt.as_ref().unwrap().manifest.clone()
}

/// Where a finding points: its document, its segment and what stood there.
fn points(finding: &proto::v1::Finding) -> (String, i32, String) {
    use proto::v1::source_place::Place;
    let place = finding.source_place.as_ref().and_then(|place| place.place.as_ref());
    let Some(Place::Segment(segment)) = place else { panic!("{finding:?}") };
    (finding.source_document.clone(), segment.segment_number, finding.original_value.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_of_two_lists_point_each_into_its_own_document() {
    let p = with_totals(&passengers("BGM+745+PAX-9+9", &["ANNA", "BELLA"]), "CNT+42:5'");
    let p = p.replacen("DTM+329:19900101", "DTM+329:19901399", 1);
    let c = crew("BGM+250+CREW-9+9", &["DAMIR"]).replacen("NAT+2+KAZ", "NAT+2+QQQ", 1);
    let gateway = Gateway::start(&[]).await;
    let list = &send(&gateway, &[&p]).await[0];
    let (born, counted) = (points(found(list, "VALUE_MALFORMED")), points(found(list, "COUNT_MISMATCH")));
    assert_eq!((born.0.as_str(), born.2.as_str()), ("", "1990-13-99"));
    let joined = &send(&gateway, &[&c]).await[0];
    let before = name_of(list);
    assert_ne!(name_of(joined), before);
    // What was found in the list of passengers stays, with its place and what stood there, in that document.
    assert_eq!(points(found(joined, "VALUE_MALFORMED")), (before.clone(), born.1, born.2.clone()));
    assert_eq!(points(found(joined, "COUNT_MISMATCH")).0, before);
    assert_eq!(points(found(joined, "COUNT_MISMATCH")).1, counted.1);
    let (document, segment, said) = points(found(joined, "CODE_UNKNOWN"));
    assert_eq!((document.as_str(), said.as_str()), ("", "QQQ"));
    // The list of passengers is restated without the mistake: what was found in the crew list stays.
    let right = passengers("BGM+745+PAX-9+5", &["ANNA", "BELLA"]);
    let restated = &send(&gateway, &[&right]).await[0];
    assert!(!codes(restated).contains(&"VALUE_MALFORMED") && !codes(restated).contains(&"COUNT_MISMATCH"));
    assert_eq!(points(found(restated, "CODE_UNKNOWN")), (name_of(joined), segment, said));
    // And the other way round, the crew first.
    let gateway = Gateway::start(&[]).await;
    let first = &send(&gateway, &[&c]).await[0];
    let joined = &send(&gateway, &[&p]).await[0];
    assert_eq!(points(found(joined, "CODE_UNKNOWN")).0, name_of(first));
    assert_eq!(points(found(joined, "VALUE_MALFORMED")).0, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_in_interchanges_of_their_own_have_their_drivers() {
    let part = |number: usize, end: &str, each: &[String]| {
        let unh = format!("{number}+PAXLST:D:05B:UN+LIST-9+0{number}{end}");
        with_totals(&list("BGM+745+LIST-9+9", &unh, TRIP, each), "CNT+42:3'CNT+41:1'")
    };
    let one = part(1, ":C", &[person("FL", "ANNA", "PANNA1"), person("FM", "DAMIR", "CDAMIR1")]);
    let two = part(2, ":F", &[person("FL", "BELLA", "PBELLA1"), person("FL", "CLARA", "PCLARA1")]);
    let corridor = |message: &DocumentMessage| message.recorded.as_ref().unwrap().pre_decisions[0].corridor();
    let has_driver = |manifest: &Manifest| manifest.crew_members.len() == 1;
    // The crew came before: it stands in the part that follows.
    let gateway = Gateway::start(&[]).await;
    send(&gateway, &[&one]).await;
    let second = &send(&gateway, &[&two]).await[0];
    assert!(!codes(second).contains(&"DRIVER_MISSING") && has_driver(&get(&gateway, second).await));
    // The crew is still to come: nothing is decided about the coach, and then it is.
    let gateway = Gateway::start(&[]).await;
    let waits = &send(&gateway, &[&two]).await[0];
    assert!(!codes(waits).contains(&"DRIVER_MISSING"));
    assert_eq!(found(waits, "VALUE_MALFORMED").field_path, "crew_members");
    assert_ne!(corridor(waits), Corridor::Red);
    assert_ne!(corridor(waits), Corridor::Green);
    let first = &send(&gateway, &[&one]).await[0];
    assert_eq!(first.part, "1");
    let again = &send(&gateway, &[&two]).await[0];
    assert_eq!(again.recorded.as_ref().unwrap().state(), ManifestState::Amended);
    // In one interchange, whichever way round.
    for lists in [[&one, &two], [&two, &one]] {
        let gateway = Gateway::start(&[]).await;
        for answer in &send(&gateway, &lists).await {
            assert!(!codes(answer).contains(&"DRIVER_MISSING") && has_driver(&get(&gateway, answer).await));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_of_lists_that_were_withdrawn_is_told_so() {
    let (p, c) = (passengers("BGM+745+PAX-9+9", &["ANNA"]), crew("BGM+250+CREW-9+9", &["DAMIR"]));
    let gateway = Gateway::start(&[]).await;
    send(&gateway, &[&p]).await;
    send(&gateway, &[&c]).await;
    send(&gateway, &[&crew("BGM+250+CREW-9+1", &[])]).await;
    send(&gateway, &[&passengers("BGM+745+PAX-9+1", &[])]).await;
    for list in [&p, &c] {
        let again = &send(&gateway, &[list]).await[0];
        let recorded = again.recorded.as_ref().unwrap();
        assert_eq!((recorded.state(), recorded.repeated_submission), (ManifestState::Cancelled, true));
    }
}
