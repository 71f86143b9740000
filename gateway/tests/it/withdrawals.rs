//! What is withdrawn stays withdrawn, whatever comes late; and what a movement is called by an administration is remembered.

use jiff::ToSpan as _;
use proto::v1::{DocumentMessage, ManifestState as S, SubmitDocumentRequest};

use crate::harness::{Gateway, now};

const CC015C: &str = include_str!("../../../formats/tests/messages/cc015c.xml");
const CC315A: &str = include_str!("../../../formats/tests/messages/cc315a.xml");
const MRN: &str = "26LT000246J8NY33L7";

async fn send(gateway: &Gateway, who: &str, content: &str, reference: &str) -> DocumentMessage {
    let request = SubmitDocumentRequest {
        content: content.as_bytes().to_vec(),
        document_reference: reference.to_owned(),
        ..Default::default()
    };
    gateway.manifests(who).submit_document(request).await.unwrap().into_inner().messages.remove(0)
}

fn refused(message: &DocumentMessage) -> &str {
    message.refusal.as_ref().unwrap_or_else(|| panic!("{message:?}")).reason.as_str()
}

fn state(message: &DocumentMessage) -> S {
    let recorded = message.recorded.as_ref().map(|recorded| recorded.state());
    recorded.or(message.moved.as_ref().map(|moved| moved.state())).unwrap_or_else(|| panic!("{message:?}"))
}

/// One part of a list, or the list.
fn list(bgm: &str, part: &str, name: &str) -> String {
    let at = now().checked_add(11.hours()).unwrap().strftime("%Y%m%d%H00").to_string();
    let body = format!(
        "UNH+1+PAXLST:D:05B:UN{part}'{bgm}'TDT+20+TRIP-9+3+32++++01A777BC:::COACH:KZ'LOC+125+KZALA'\
         LOC+87+UZ-GISHTKUPRIK'DTM+232:{at}:203'NAD+FM+++SYNTHETIC:DRIVER'ATT+2++M'DTM+329:19800101:102'NAT+2+KAZ'\
         DOC+P+D0000001'DTM+36:20400101:102'LOC+91+KAZ'NAD+FL+++SYNTHETIC:{name}'ATT+2++F'DTM+329:19900101:102'NAT+2+KAZ'\
         DOC+P+P{name}1'DTM+36:20400101:102'LOC+91+KAZ'"
    );
    let count = body.matches('\'').count() + 1;
    format!("UNB+UNOA:4+COACH+UZ+261123:1000+I1'{body}UNT+{count}+1'UNZ+1+I1'")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_withdrawn_before_it_came_is_told_so() {
    let gateway = Gateway::start(&[]).await;
    let send = async |text: String| send(&gateway, "silk-coach", &text, "").await;
    let early = send(list("BGM+745+L-1+1", "", "ANNA")).await;
    assert_eq!((state(&early), early.moved.as_ref().unwrap().revision), (S::Cancelled, 1));
    // The announcement, whole or in parts, comes late.
    let announced = list("BGM+745+L-1+9", "", "ANNA");
    for _ in 0..2 {
        assert_eq!(state(&send(announced.clone()).await), S::Cancelled);
    }
    assert_eq!(state(&send(list("BGM+745+L-1+9", "+X+2:C", "BELLA")).await), S::Cancelled, "a part");
    // An amendment that was sent before brings nothing back either.
    assert_eq!(state(&send(list("BGM+745+L-1+5", "", "CLARA")).await), S::Cancelled);
    // Announced anew, in other words: meant.
    let anew = send(list("BGM+745+L-1+9", "", "DORA")).await;
    assert_eq!(state(&anew), S::Submitted);
    assert_eq!(state(&send(list("BGM+745+L-1+5", "", "EMMA")).await), S::Submitted, "and amended as ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_without_a_part_covers_parts_that_come_later() {
    let gateway = Gateway::start(&[]).await;
    let send = async |text: String| send(&gateway, "silk-coach", &text, "").await;
    for (part, name) in [("+X+1:C", "ANNA"), ("+X+2", "BELLA")] {
        assert_eq!(state(&send(list("BGM+745+L-2+9", part, name)).await), S::Submitted);
    }
    assert_eq!(state(&send(list("BGM+745+L-2+1", "", "ANNA")).await), S::Cancelled);
    let third = send(list("BGM+745+L-2+9", "+X+3:F", "CLARA")).await;
    assert_eq!((third.part.as_str(), state(&third)), ("3", S::Cancelled));
    assert_eq!(state(&send(list("BGM+745+L-2+9", "+X+3:F", "CLARA")).await), S::Cancelled, "and known");
    // One part announced anew stands by itself.
    assert_eq!(state(&send(list("BGM+745+L-2+9", "+X+2", "DORA")).await), S::Submitted);
}

pub(crate) fn declaration() -> String {
    let tomorrow = now().checked_add(24.hours()).unwrap();
    CC015C
        .replace("2026-11-24T09:30:00", &tomorrow.strftime("%Y-%m-%dT%H:%M:%S").to_string())
        .replace("2026-11-23T22:00:00", &tomorrow.strftime("%Y-%m-%dT00:00:00").to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_declaration_is_not_amended_back() {
    let gateway = Gateway::start(&[]).await;
    let send = async |text: &str| send(&gateway, "kz-customs", text, "").await;
    let first = declaration();
    send(&first).await;
    let cancel = "<CC014C><TransitOperation><LRN>DEMO-2026-0001</LRN></TransitOperation></CC014C>";
    assert_eq!(state(&send(cancel).await), S::Cancelled);
    let amended = first.replace("CC015C", "CC013C").replace("Paint", "Varnish");
    for _ in 0..2 {
        let late = send(&amended).await;
        assert_eq!((state(&late), late.revision), (S::Cancelled, 1));
    }
    // A rejected amendment does not hide from the withdrawal what stands.
    let second = first.replace("DEMO-2026-0001", "DEMO-2026-0009");
    send(&second).await;
    let broken = second.replace("CC015C", "CC013C").replace("<Consignment>", "<Nothing>");
    let broken = broken.replace("</Consignment>", "</Nothing>");
    assert_eq!(state(&send(&broken).await), S::Rejected);
    assert_eq!(state(&send(&cancel.replace("0001", "0009")).await), S::Cancelled);
    let request =
        proto::v1::ListManifestsRequest { manifest_reference: "DEMO-2026-0009".into(), ..Default::default() };
    let page = gateway.manifests("kz-customs").list_manifests(request).await.unwrap().into_inner();
    assert!(page.manifests.iter().all(|one| one.state() == S::Cancelled), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mrn_is_remembered_once_it_was_said_beside_the_reference() {
    let gateway = Gateway::start(&[]).await;
    let send = async |text: &str, reference: &str| send(&gateway, "kz-customs", text, reference).await;
    let first = declaration();
    send(&first, "").await;
    let by_mrn = |kind: &str, goods: &str| {
        first
            .replace("CC015C", kind)
            .replace("Paint", goods)
            .replace("<LRN>DEMO-2026-0001</LRN>", &format!("<MRN>{MRN}</MRN>"))
    };
    assert_eq!(refused(&send(&by_mrn("CC013C", "Varnish"), "").await), "REQUEST_INVALID");
    let told = send(&by_mrn("CC013C", "Varnish"), "DEMO-2026-0001").await;
    assert_eq!((told.manifest_reference.as_str(), told.revision), ("DEMO-2026-0001", 1));
    // From now on the MRN alone is enough: amended, sent again, arrived, withdrawn.
    for _ in 0..2 {
        let next = send(&by_mrn("CC013C", "Glue"), "").await;
        assert_eq!((next.manifest_reference.as_str(), next.revision), ("DEMO-2026-0001", 2), "{next:?}");
    }
    let arrival = format!(
        "<CC007C><TransitOperation><MRN>{MRN}</MRN></TransitOperation><CustomsOfficeOfDestinationActual>\
         <referenceNumber>UZ-YALLAMA</referenceNumber></CustomsOfficeOfDestinationActual></CC007C>"
    );
    let arrived = send(&arrival, "").await;
    assert!(arrived.moved.as_ref().unwrap().announced_arrival_time.is_some());
    let cancel = format!("<CC014C><TransitOperation><MRN>{MRN}</MRN></TransitOperation></CC014C>");
    let cancelled = send(&cancel, "").await;
    assert_eq!((state(&cancelled), cancelled.moved.as_ref().unwrap().revision), (S::Cancelled, 2));

    // A message that says both is enough too.
    let second = first.replace("DEMO-2026-0001", "DEMO-2026-0002");
    let other = "26LT000246J8NY33M5";
    send(&second, "").await;
    let both = second
        .replace("CC015C", "CC013C")
        .replace("Paint", "Varnish")
        .replace("<LRN>DEMO-2026-0002</LRN>", &format!("<LRN>DEMO-2026-0002</LRN><MRN>{other}</MRN>"));
    assert_eq!(send(&both, "").await.revision, 1);
    let cancelled = send(&cancel.replace(MRN, other), "").await;
    assert_eq!((state(&cancelled), cancelled.moved.as_ref().unwrap().revision), (S::Cancelled, 1));
    // Nobody else's number is found.
    assert_eq!(refused(&send(&cancel.replace(MRN, "26LT000246J8NY33K1"), "").await), "MANIFEST_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_summary_is_amended_by_its_mrn() {
    let gateway = Gateway::start(&[]).await;
    let send = async |text: &str, reference: &str| send(&gateway, "kz-customs", text, reference).await;
    let first = send(CC315A, "").await;
    assert_eq!(first.manifest_reference, "ENS-REF-1");
    let amendment = |goods: &str| {
        CC315A
            .replace("CC315A", "CC313A")
            .replace("<RefNumHEA4>ENS-REF-1</RefNumHEA4>", &format!("<DocNumHEA5>{MRN}</DocNumHEA5>"))
            .replace(
                "<TotNumOfPacHEA306>",
                &format!("<ComRefNumHEA>{goods}</ComRefNumHEA><TotNumOfPacHEA306>"),
            )
            .replace("<GooDesGDS23>", &format!("<GooDesGDS23>{goods} "))
    };
    assert_eq!(refused(&send(&amendment("ONE"), "").await), "REQUEST_INVALID");
    let told = send(&amendment("ONE"), "ENS-REF-1").await;
    assert_eq!((told.manifest_reference.as_str(), told.revision), ("ENS-REF-1", 1), "{told:?}");
    let next = send(&amendment("TWO"), "").await;
    assert_eq!((next.manifest_reference.as_str(), next.revision), ("ENS-REF-1", 2), "{next:?}");
}

/// A cargo report about consignments of these references.
fn report(function: &str, references: &[&str], total: &str) -> String {
    let at = now().checked_add(11.hours()).unwrap().strftime("%Y%m%d%H00").to_string();
    let each: String = references
        .iter()
        .zip(1..)
        .map(|(reference, number)| {
            format!(
                "CNI+{number}+{reference}'RFF+BM:{reference}'LOC+9+KZALA'LOC+11+UZTAS'NAD+CZ+++SYNTHETIC Alpha++Almaty+++KZ'\
                 NAD+CN+++SYNTHETIC Beta++Toshkent+++UZ'GID+1+10:CT'FTX+AAA+++Paint {reference}'MEA+AAE+G+KGM:100'CST++320990'"
            )
        })
        .collect();
    let body = format!(
        "UNH+1+CUSCAR:D:95B:UN'BGM+785+LORRY-1+{function}'{total}TDT+20++3+31++++01A777BC:::LORRY:KZ'LOC+87+UZ-GISHTKUPRIK'\
         DTM+132:{at}:203'{each}"
    );
    let count = body.matches('\'').count() + 1;
    format!("UNB+UNOA:4+KZCUSTOMS+UZ+261123:1000+I1'{body}UNT+{count}+1'UNZ+1+I1'")
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_of_a_cargo_report() {
    use proto::v1::{GetManifestRequest, manifest::Load};
    let gateway = Gateway::start(&[]).await;
    let send = async |function: &str, references: &[&str], total: &str| {
        send(&gateway, "kz-customs", &report(function, references, total), "").await
    };
    let consignments = async |message: &DocumentMessage| -> Vec<String> {
        let name = message.recorded.as_ref().unwrap().receipt.as_ref().unwrap().manifest.clone();
        let request = GetManifestRequest { name, ..Default::default() };
        let manifest =
            gateway.manifests("kz-customs").get_manifest(request).await.unwrap().into_inner().manifest;
        let Some(Load::Cargo(cargo)) = manifest.unwrap().load else { panic!("cargo") };
        let mut references: Vec<_> =
            cargo.consignments.into_iter().map(|one| one.consignment_reference).collect();
        references.sort();
        references
    };
    let first = send("9", &["A", "B", "C"], "").await;
    assert_eq!((first.revision, consignments(&first).await), (0, vec!["A".into(), "B".into(), "C".into()]));
    // Change: those named are new or restated, the others stay.
    let changed = send("4", &["B"], "").await;
    assert_eq!((changed.revision, consignments(&changed).await.len()), (1, 3));
    let added = send("2", &["D"], "").await;
    assert_eq!((added.revision, consignments(&added).await.len()), (2, 4));
    // A total that is the number of those named: it is the whole report again.
    let fewer = send("4", &["A", "B", "D"], "CNT+10:3'").await;
    assert_eq!((fewer.revision, consignments(&fewer).await.len()), (3, 3));
    let deleted = send("3", &["A"], "").await;
    assert_eq!(state(&deleted), S::Rejected, "for an officer to see");
    // Replace, final, cancelled; what comes late changes nothing.
    let replaced = send("5", &["E"], "").await;
    assert_eq!((state(&replaced), consignments(&replaced).await), (S::Submitted, vec!["E".to_owned()]));
    let closed = send("22", &["E", "F"], "").await;
    assert_eq!((state(&closed), consignments(&closed).await.len()), (S::Closed, 2));
    let added = send("2", &["G"], "").await;
    assert_eq!((state(&added), consignments(&added).await.len()), (S::Closed, 3), "final it stays");
    assert_eq!(state(&send("1", &[], "").await), S::Cancelled);
    assert_eq!(state(&send("5", &["H"], "").await), S::Cancelled);
}
