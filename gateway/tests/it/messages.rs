//! Messages of partners' own formats that speak of one another: declarations that live by messages of their kind, lists that share
//! a reference, amendments by a number that nobody announced.

use proto::v1::{ManifestState, SubmitDocumentRequest, ValidateDocumentRequest};

use crate::{
    documents::id,
    harness::{Gateway, now, reason},
};

const CC015C: &str = include_str!("../../../formats/tests/messages/cc015c.xml");

/// The transit declaration, expected tomorrow.
fn declaration() -> String {
    let tomorrow = now().checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
    CC015C
        .replace("2026-11-24T09:30:00", &tomorrow.strftime("%Y-%m-%dT%H:%M:%S").to_string())
        .replace("2026-11-23T22:00:00", &tomorrow.strftime("%Y-%m-%dT00:00:00").to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transit_declaration_lives_by_messages_of_its_own_kind() {
    use proto::v1::{AnswerFormat, DocumentIntent, GetManifestRequest};
    let gateway = Gateway::start(&[]).await;
    let send = async |content: &str| {
        let answer_format = AnswerFormat::InKind.into();
        let request = SubmitDocumentRequest {
            content: content.as_bytes().to_vec(),
            answer_format,
            ..Default::default()
        };
        gateway.manifests("kz-customs").submit_document(request).await.unwrap().into_inner()
    };
    let first = declaration();
    let answer = send(&first).await;
    let message = &answer.messages[0];
    assert_eq!((message.kind.as_str(), message.intent()), ("CC015C", DocumentIntent::Announce));
    assert_eq!((message.manifest_reference.as_str(), message.revision), ("DEMO-2026-0001", 0));
    let recorded = message.recorded.as_ref().unwrap();
    assert_eq!(recorded.state(), ManifestState::Submitted, "{:?}", recorded.findings);
    assert_eq!(answer.answers[0].kind, "CC928C");
    // Findings point into the document.
    let pointed = recorded.findings.iter().filter_map(|finding| finding.source_place.as_ref());
    assert!(pointed.clone().count() > 0);
    assert!(pointed.clone().all(|place| place.text.contains("CC015C")), "{:?}", recorded.findings);

    // Amended, and the amendment sent twice.
    let second = first.replace("CC015C", "CC013C").replace(
        "<descriptionOfGoods>Paint</descriptionOfGoods>",
        "<descriptionOfGoods>Varnish</descriptionOfGoods>",
    );
    let amended = send(&second).await;
    let message = &amended.messages[0];
    assert_eq!((message.intent(), message.revision), (DocumentIntent::Amend, 1));
    let changes = &message.recorded.as_ref().unwrap().changes;
    assert!(changes.iter().any(|one| one.field_path.ends_with("description")), "{changes:?}");
    let again = send(&second).await;
    assert!(again.messages[0].recorded.as_ref().unwrap().repeated_submission);
    assert_eq!(again.messages[0].revision, 1);
    let request =
        GetManifestRequest { name: format!("manifests/{}", id(&answer.messages[0])), ..Default::default() };
    let earlier = gateway.manifests("kz-customs").get_manifest(request).await.unwrap().into_inner();
    assert_eq!(earlier.manifest.unwrap().state(), ManifestState::Amended);

    // Withdrawn, and withdrawn again; what nobody announced cannot be.
    let cancel = "<CC014C><TransitOperation><LRN>DEMO-2026-0001</LRN></TransitOperation></CC014C>";
    for _ in 0..2 {
        let cancelled = send(cancel).await;
        let moved = cancelled.messages[0].moved.as_ref().unwrap();
        assert_eq!((moved.revision, moved.state()), (1, ManifestState::Cancelled));
    }
    let request = ValidateDocumentRequest { content: cancel.as_bytes().to_vec(), ..Default::default() };
    let looked = gateway.manifests("kz-customs").validate_document(request).await.unwrap().into_inner();
    assert!(
        looked.messages[0].checked.as_ref().unwrap().acceptable,
        "it declares nothing, so nothing is missing"
    );
    // Withdrawn before it was announced: kept, and what comes late does not stand.
    for _ in 0..2 {
        let early = send(&cancel.replace("0001", "0002")).await;
        let moved = early.messages[0].moved.as_ref().unwrap();
        assert_eq!((moved.revision, moved.state()), (1, ManifestState::Cancelled));
    }
    let late = send(&first.replace("DEMO-2026-0001", "DEMO-2026-0002")).await;
    assert_eq!(late.messages[0].recorded.as_ref().unwrap().state(), ManifestState::Cancelled);
    // By a number that nobody announced nothing is withdrawn, and nothing kept.
    let by_mrn = cancel.replace("<LRN>DEMO-2026-0001</LRN>", "<MRN>26LT000246J8NY33L9</MRN>");
    assert_eq!(send(&by_mrn).await.messages[0].refusal.as_ref().unwrap().reason, "MANIFEST_NOT_FOUND");

    // An announced arrival is kept and told; only a post's report makes it ARRIVED.
    let by_mrn = first.replace("<LRN>DEMO-2026-0001</LRN>", "<MRN>26LT000246J8NY33L7</MRN>");
    assert!(send(&by_mrn).await.messages[0].recorded.is_some());
    let arrival = "<CC007C><TransitOperation><MRN>26LT000246J8NY33L7</MRN></TransitOperation>\
        <CustomsOfficeOfDestinationActual><referenceNumber>UZ-YALLAMA</referenceNumber>\
        </CustomsOfficeOfDestinationActual></CC007C>";
    // The message's own time counts: that of the post's clock, where no offset is written.
    let an_hour_ago = now().checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    let on_the_clock = jiff::tz::Offset::constant(5).to_datetime(an_hour_ago).strftime("%Y-%m-%dT%H:%M:%S");
    let timed = arrival.replace(
        "</TransitOperation>",
        &format!(
            "<arrivalNotificationDateAndTime>{on_the_clock}</arrivalNotificationDateAndTime></TransitOperation>"
        ),
    );
    let arrived = send(&timed).await;
    let moved = arrived.messages[0].moved.as_ref().unwrap();
    assert_eq!(moved.state(), ManifestState::Submitted);
    let told = moved.announced_arrival_time.unwrap();
    assert_eq!(told.seconds, an_hour_ago.as_second());
    // Under a number that nobody announced, the reference that is given with the document is asked for.
    let other = arrival.replace("26LT000246J8NY33L7", "26LT000246J8NY33L8");
    assert_eq!(send(&other).await.messages[0].refusal.as_ref().unwrap().reason, "MANIFEST_NOT_FOUND");
    let request = SubmitDocumentRequest {
        content: other.into_bytes(),
        document_reference: "26LT000246J8NY33L7".to_owned(),
        ..Default::default()
    };
    let arrived = gateway.manifests("kz-customs").submit_document(request).await.unwrap().into_inner();
    assert!(arrived.messages[0].moved.is_some(), "{arrived:?}");
    // A truncated message is refused with its position, also in kind.
    let cut = gateway
        .manifests("kz-customs")
        .submit_document(SubmitDocumentRequest {
            content: first.as_bytes()[..first.len() / 2].to_vec(),
            ..Default::default()
        })
        .await;
    let refusal = match cut {
        Ok(answer) => answer.into_inner().messages[0].refusal.clone().unwrap().reason,
        Err(status) => reason(&status),
    };
    assert_eq!(refusal, "DOCUMENT_UNREADABLE");
}

/// One list of an interchange: SYNTHETIC people on a coach.
fn list(message: &str, family_name: &str) -> String {
    format!(
        "UNH+{message}+PAXLST:D:05B:UN'BGM+745+SYNTHETIC-LIST'TDT+20+TRIP-7+3+++++:::01 777 SYN'\
         NAD+FL+++{family_name}:AKMAL'ATT+2++M'DTM+329:900101'NAT+2+UZB'DOC+P:110:111+ZZ0000001'CNT+42:1'UNT+10+{message}'"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_share_a_reference_are_parts_and_keep_them_in_other_batches() {
    let gateway = Gateway::start(&[]).await;
    let send = async |lists: &[String]| {
        let content =
            format!("UNB+UNOA:4+COACH+NTAUZ+20261122:1200+IC1'{}UNZ+{}+IC1'", lists.concat(), lists.len());
        let request = SubmitDocumentRequest {
            content: content.into_bytes(),
            answer_format: proto::v1::AnswerFormat::InKind.into(),
            ..Default::default()
        };
        gateway.manifests("silk-coach").submit_document(request).await.unwrap().into_inner()
    };
    let lists = [list("M1", "NAMUNAVIY"), list("M2", "MISOLIY")];
    let answer = send(&lists).await;
    let told: Vec<_> = answer
        .messages
        .iter()
        .map(|message| {
            (message.manifest_reference.as_str(), message.part.as_str(), message.recorded.is_some())
        })
        .collect();
    assert_eq!(told, [("SYNTHETIC-LIST", "1", true), ("SYNTHETIC-LIST", "2", true)]);
    let kinds: Vec<_> = answer.answers.iter().map(|answer| answer.kind.as_str()).collect();
    assert_eq!(kinds, ["CONTRL", "CUSRES"]);
    let control = String::from_utf8(answer.answers[0].content.clone()).unwrap();
    assert!(control.contains("UCI+IC1+COACH+NTAUZ+7'UCM+M1+PAXLST:D:05B:UN+7'"), "{control}");

    // The second alone, then both the other way round: the same words are the same manifests.
    let alone = send(&lists[1..]).await;
    assert_eq!(alone.messages[0].part, "2");
    assert!(alone.messages[0].recorded.as_ref().unwrap().repeated_submission);
    let again = send(&[lists[1].clone(), lists[0].clone()]).await;
    let parts: Vec<_> = again.messages.iter().map(|message| message.part.as_str()).collect();
    assert_eq!(parts, ["2", "1"]);
    assert!(again.messages.iter().all(|one| one.recorded.as_ref().unwrap().repeated_submission));

    // One that is cut off does not end the other.
    let cut = &lists[0][..lists[0].len() / 2];
    let content = format!("UNB+UNOA:4+COACH+NTAUZ+20261122:1200+IC1'{}{cut}", lists[1]);
    let answer_format = proto::v1::AnswerFormat::InKind.into();
    let request =
        SubmitDocumentRequest { content: content.into_bytes(), answer_format, ..Default::default() };
    let answer = gateway.manifests("silk-coach").submit_document(request).await.unwrap().into_inner();
    assert!(answer.messages[0].recorded.as_ref().unwrap().repeated_submission);
    let refusal = answer.messages[1].refusal.as_ref().unwrap();
    assert_eq!(
        (refusal.reason.as_str(), refusal.metadata["cause"].as_str()),
        ("DOCUMENT_UNREADABLE", "TRUNCATED")
    );
    assert!(refusal.metadata.contains_key("segment_number"), "{refusal:?}");
    let control = String::from_utf8(answer.answers[0].content.clone()).unwrap();
    assert!(control.contains("UCM+M2+PAXLST:D:05B:UN+7'UCM+M1+PAXLST:D:05B:UN+4+13'UCS+"), "{control}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_by_an_mrn_that_nobody_announced_needs_the_reference() {
    use proto::v1::AnswerFormat;
    let gateway = Gateway::start(&[]).await;
    let send = async |content: &str, reference: &str| {
        let request = SubmitDocumentRequest {
            content: content.as_bytes().to_vec(),
            document_reference: reference.to_owned(),
            answer_format: AnswerFormat::InKind.into(),
            ..Default::default()
        };
        gateway.manifests("kz-customs").submit_document(request).await.unwrap().into_inner()
    };
    let first = declaration();
    send(&first, "").await;
    let amendment = first
        .replace("CC015C", "CC013C")
        .replace("<LRN>DEMO-2026-0001</LRN>", "<MRN>26LT000246J8NY33L7</MRN>")
        .replace("Paint", "Varnish");
    for _ in 0..2 {
        let alone = send(&amendment, "").await;
        let refusal = alone.messages[0].refusal.as_ref().unwrap();
        assert_eq!(refusal.reason, "REQUEST_INVALID");
        assert_eq!(refusal.metadata["field_path"], "document_reference", "{refusal:?}");
        assert!(alone.messages[0].source_place.is_some());
        assert_eq!(alone.answers[0].kind, "CC056C");
    }
    // With it the announced manifest is amended.
    let linked = send(&amendment, "DEMO-2026-0001").await;
    let message = &linked.messages[0];
    assert_eq!((message.manifest_reference.as_str(), message.revision), ("DEMO-2026-0001", 1));
    assert_eq!(message.recorded.as_ref().unwrap().state(), ManifestState::Submitted);
    assert_eq!(linked.answers[0].kind, "CC004C");
    let again = send(&amendment, "DEMO-2026-0001").await;
    assert!(again.messages[0].recorded.as_ref().unwrap().repeated_submission);
    // It counts before the MRN, were that announced too.
    let other = first.replace("<LRN>DEMO-2026-0001</LRN>", "<MRN>26LT000246J8NY33L7</MRN>");
    assert!(send(&other, "").await.messages[0].recorded.is_some());
    let linked = send(&amendment.replace("Varnish", "Glue"), "DEMO-2026-0001").await;
    let message = &linked.messages[0];
    assert_eq!((message.manifest_reference.as_str(), message.revision), ("DEMO-2026-0001", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_list_are_the_same_manifests_in_any_batch() {
    let gateway = Gateway::start(&[]).await;
    // What came of each: its part, and whether it was known, or the refusal.
    let send = async |lists: &[&String]| -> Vec<(String, String)> {
        let lists: String = lists.iter().map(|list| list.as_str()).collect();
        let content = format!("UNB+UNOA:4+COACH+NTAUZ+20261122:1200+IC1'{lists}UNZ+1+IC1'");
        let request = SubmitDocumentRequest { content: content.into_bytes(), ..Default::default() };
        let answer = gateway.manifests("silk-coach").submit_document(request).await.unwrap().into_inner();
        let told = answer.messages.into_iter().map(|message| match (message.recorded, message.refusal) {
            (Some(recorded), _) if recorded.repeated_submission => (message.part, "known".to_owned()),
            (Some(_), _) => (message.part, "new".to_owned()),
            (_, refusal) => (message.part, refusal.unwrap().reason),
        });
        told.collect()
    };
    let told = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(part, what)| ((*part).to_owned(), (*what).to_owned())).collect()
    };
    // One person in each of three parts, and the total of all of them in each.
    let parts = |reference: &str, numbers: [&str; 3]| -> Vec<String> {
        let people = ["NAMUNAVIY", "MISOLIY", "SINOVIY"].into_iter().zip(numbers).zip(1..);
        let part = |((name, number), place): ((&str, &str), usize)| {
            list(&format!("M{place}"), name)
                .replace("SYNTHETIC-LIST", reference)
                .replace("ZZ0000001", &format!("ZZ000000{place}"))
                .replace("CNT+42:1", "CNT+42:3")
                .replace("05B:UN'", &format!("05B:UN{number}'"))
        };
        people.map(part).collect()
    };

    let numbered = ["+CAR1+1:C", "+CAR1+2", "+CAR1+3:F"];
    let p = parts("NUMBERED-A", numbered);
    for (place, number) in ["1", "2", "3"].into_iter().enumerate() {
        assert_eq!(send(&[&p[place]]).await, told(&[(number, "new")]));
    }
    let all = told(&[("1", "known"), ("2", "known"), ("3", "known")]);
    assert_eq!(send(&[&p[0], &p[1], &p[2]]).await, all);
    let p = parts("NUMBERED-B", numbered);
    assert_eq!(send(&[&p[0], &p[1], &p[2]]).await, told(&[("1", "new"), ("2", "new"), ("3", "new")]));
    assert_eq!(send(&[&p[1]]).await, told(&[("2", "known")]));
    let p = parts("NUMBERED-C", numbered);
    assert_eq!(send(&[&p[0], &p[1]]).await, told(&[("1", "new"), ("2", "new")]));
    assert_eq!(send(&[&p[1], &p[2]]).await, told(&[("2", "known"), ("3", "new")]));
    assert_eq!(send(&[&p[0], &p[1], &p[2]]).await, all);

    let p = parts("PLAIN-A", [""; 3]);
    assert_eq!(send(&[&p[0], &p[1]]).await, told(&[("1", "new"), ("2", "new")]));
    assert_eq!(send(&[&p[1], &p[2]]).await, told(&[("2", "known"), ("3", "new")]));
    assert_eq!(send(&[&p[0], &p[1], &p[2]]).await, all);
    assert_eq!(send(&[&p[2], &p[0]]).await, told(&[("3", "known"), ("1", "known")]));
    // Said otherwise it is a conflict, whatever place it has, and nobody stands there twice.
    let other = p[1].replace("AKMAL", "AKROM");
    let what: Vec<_> = send(&[&other, &p[0]]).await.into_iter().map(|(_, what)| what).collect();
    assert_eq!(what, ["REVISION_CONFLICT", "known"]);
    let p = parts("PLAIN-B", [""; 3]);
    assert_eq!(send(&[&p[0]]).await, told(&[("", "new")]));
    assert_eq!(send(&[&p[0], &p[1], &p[2]]).await, told(&[("", "known"), ("2", "new"), ("3", "new")]));
    assert_eq!(send(&[&p[2]]).await, told(&[("3", "known")]));
}
