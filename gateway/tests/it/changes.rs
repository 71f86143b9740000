//! Lists of changes over the real app: who is not named stays, whoever is named is changed, and what changes nothing that
//! is known is recorded without standing for a list.

use jiff::ToSpan as _;
use proto::v1::{
    DocumentMessage, GetManifestRequest, Manifest, ManifestState, Passenger, SubmitDocumentRequest,
    SubmitDocumentResponse, manifest::Load,
};

use crate::harness::{Gateway, now};

/// Function 4 with a total that is the number of those named: whoever is left out has left. A total that counts a few of
/// many counts the changes.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_list_under_function_4_takes_people_off() {
    let people: Vec<String> = ["A", "B", "C", "D"].map(|name| person(name, &format!("{name}0000001"))).into();
    let counted = |count: usize, of: &[String]| [of, &[format!("CNT+42:{count}'")]].concat();
    for (named, total, stay) in [(3, 3, 3), (3, 4, 4), (2, 2, 4)] {
        let gateway = Gateway::start(&[]).await;
        let first = submit(&gateway, list("BGM+745+LIST-4+9", "1", &people)).await;
        assert_eq!(first.messages[0].refusal, None);
        let changed =
            submit(&gateway, list("BGM+745+LIST-4+4", "2", &counted(total, &people[..named]))).await;
        let manifest = get(&gateway, &changed.messages[0]).await;
        assert_eq!(told(&manifest).len(), stay, "{named} of {total}");
    }
}

/// One person of a list.
fn person(name: &str, document: &str) -> String {
    format!(
        "NAD+FL+++SYNTHETIC:{name}'ATT+2++F'DTM+329:19900101:102'LOC+178+KZALA'LOC+179+UZTAS'NAT+2+KAZ'\
         DOC+P+{document}'DTM+36:20400101:102'LOC+91+KAZ'"
    )
}

/// A list of a coach that arrives in some hours.
fn list(bgm: &str, message: &str, persons: &[String]) -> Vec<u8> {
    // On the post's clock, five hours ahead of UTC.
    let arrival = now().checked_add(11.hours()).unwrap().strftime("%Y%m%d%H%M");
    let body = format!(
        "UNH+{message}+PAXLST:D:05B:UN+COACH-9'{bgm}'TDT+20+TRIP-9+3+32++++01A777BC:::COACH:KZ'LOC+125+KZALA'\
         LOC+87+UZ-GISHTKUPRIK'DTM+232:{arrival}:203'LOC+130+UZTAS'NAD+FM+++SYNTHETIC:DRIVER'DTM+329:19800101:102'\
         NAT+2+KAZ'DOC+P+D0000001'DTM+36:20400101:102'LOC+91+KAZ'{}",
        persons.concat()
    );
    let segments = body.matches('\'').count() + 1;
    format!("UNB+UNOA:4+COACH+UZ+261123:1000+I{message}'{body}UNT+{segments}+{message}'UNZ+1+I{message}'")
        .into()
}

async fn submit(gateway: &Gateway, content: Vec<u8>) -> SubmitDocumentResponse {
    let request = SubmitDocumentRequest { content, ..Default::default() };
    gateway.manifests("silk-coach").submit_document(request).await.unwrap().into_inner()
}

fn name(message: &DocumentMessage) -> String {
    message.recorded.as_ref().unwrap().receipt.as_ref().unwrap().manifest.clone()
}

async fn get(gateway: &Gateway, message: &DocumentMessage) -> Manifest {
    let request = GetManifestRequest { name: name(message), ..Default::default() };
    gateway.manifests("silk-coach").get_manifest(request).await.unwrap().into_inner().manifest.unwrap()
}

fn told(manifest: &Manifest) -> Vec<(String, String, Option<bool>)> {
    let Some(Load::PassengerList(list)) = &manifest.load else { panic!("a list") };
    let each = |one: &Passenger| {
        let document = one.travel_documents.first().map_or("", |document| document.number.as_str());
        (one.name.clone().unwrap().given_name, document.to_owned(), one.boarded)
    };
    list.passengers.iter().map(each).collect()
}

fn one(name: &str, document: &str, boarded: Option<bool>) -> (String, String, Option<bool>) {
    (name.to_owned(), document.to_owned(), boarded)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_changes_never_shortens_the_list() {
    let gateway = Gateway::start(&[]).await;
    let all = [person("ANNA", "A0000001"), person("BELLA", "B0000001"), person("CLARA", "C0000001")];
    let announced = submit(&gateway, list("BGM+745", "1", &all)).await;
    assert_eq!(told(&get(&gateway, &announced.messages[0]).await).len(), 3);

    // One has a new passport, one is new: three become four.
    let changes = [person("BELLA", "B0000002"), person("DORA", "D0000002")];
    let changed = submit(&gateway, list("BGM+745+CP", "2", &changes)).await;
    let manifest = get(&gateway, &changed.messages[0]).await;
    assert_eq!((manifest.revision, manifest.crew_members.len()), (1, 1));
    let whole = [
        one("BELLA", "B0000002", None),
        one("DORA", "D0000002", None),
        one("ANNA", "A0000001", None),
        one("CLARA", "C0000001", None),
    ];
    assert_eq!(told(&manifest), whole);
    assert_eq!(get(&gateway, &announced.messages[0]).await.state(), ManifestState::Amended);
    // The same again is the same.
    let again = submit(&gateway, list("BGM+745+CP", "2", &changes)).await;
    let recorded = again.messages[0].recorded.as_ref().unwrap();
    assert!(recorded.repeated_submission, "{recorded:?}");

    // A reservation is cancelled: its traveller is marked, not dropped.
    let cancelled = submit(&gateway, list("BGM+745+XR", "3", &[person("CLARA", "C0000001")])).await;
    let manifest = get(&gateway, &cancelled.messages[0]).await;
    assert_eq!(told(&manifest)[0], one("CLARA", "C0000001", Some(false)));
    assert_eq!(told(&manifest).len(), 4);

    // Nobody is named: the list is final as it stands.
    let closed = submit(&gateway, list("BGM+266+CL", "4", &[])).await;
    let manifest = get(&gateway, &closed.messages[0]).await;
    assert_eq!((told(&manifest).len(), manifest.state()), (4, ManifestState::Closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_did_not_board_say_that_the_others_did() {
    let gateway = Gateway::start(&[]).await;
    let all = [person("ANNA", "A0000001"), person("BELLA", "B0000001")];
    submit(&gateway, list("BGM+745", "1", &all)).await;
    let closed = submit(&gateway, list("BGM+266+CLNB", "2", &[person("BELLA", "B0000001")])).await;
    let manifest = get(&gateway, &closed.messages[0]).await;
    assert_eq!(manifest.state(), ManifestState::Closed);
    let whole = [one("BELLA", "B0000001", Some(false)), one("ANNA", "A0000001", Some(true))];
    assert_eq!(told(&manifest), whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_a_list_that_nobody_announced_stand_for_no_list() {
    let gateway = Gateway::start(&[]).await;
    let early = submit(&gateway, list("BGM+745+CP", "1", &[person("BELLA", "B0000002")])).await;
    let recorded = early.messages[0].recorded.as_ref().unwrap();
    let finding = recorded.findings.iter().find(|finding| finding.code == "LIST_PARTIAL").unwrap();
    assert!(finding.source_place.is_some(), "{finding:?}");
    assert_eq!(get(&gateway, &early.messages[0]).await.state(), ManifestState::Rejected);
    // The list that comes late stands, and changes find it.
    let all = [person("ANNA", "A0000001"), person("BELLA", "B0000001")];
    let announced = submit(&gateway, list("BGM+745", "2", &all)).await;
    assert_eq!(get(&gateway, &announced.messages[0]).await.state(), ManifestState::Submitted);
    let changed = submit(&gateway, list("BGM+745+CP", "1", &[person("BELLA", "B0000002")])).await;
    assert_eq!(told(&get(&gateway, &changed.messages[0]).await).len(), 2);
}
