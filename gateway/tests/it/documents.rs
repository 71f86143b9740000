//! Documents of partners' own formats, over the real app: each message answered on its own, repeats answered with their
//! receipts, nothing recorded by a dry run.

use gateway::persist::AuditKind;
use proto::v1::{
    DocumentMessage, ManifestState, SubmitDocumentRequest, SubmitDocumentResponse, SubmitManifestRequest,
    UploadDocumentHeader, UploadDocumentRequest, ValidateDocumentRequest, upload_document_request::Part,
    upload_document_response::Event,
};
use testkit::{many, stories::Story};
use tokio_stream::StreamExt as _;
use uuid::Uuid;

use crate::harness::{Gateway, eventually, now, reason};

/// A document of the contract's own JSON.
fn json(submissions: &[SubmitManifestRequest]) -> Vec<u8> {
    let texts: Vec<String> =
        submissions.iter().map(|one| testkit::submission_json::write(one).unwrap()).collect();
    format!("[{}]", texts.join(",\n")).into_bytes()
}

fn lorries(from: u64, count: u64) -> Vec<SubmitManifestRequest> {
    (from..from + count).map(|n| many::cargo(1, n, now())).collect()
}

async fn submit(gateway: &Gateway, partner: &str, content: Vec<u8>) -> SubmitDocumentResponse {
    let request = SubmitDocumentRequest { content, ..Default::default() };
    gateway.manifests(partner).submit_document(request).await.unwrap().into_inner()
}

fn id(message: &DocumentMessage) -> Uuid {
    let receipt = message.recorded.as_ref().unwrap().receipt.as_ref().unwrap();
    receipt.manifest.strip_prefix("manifests/").unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_message_never_ends_the_others_and_sending_again_completes() {
    let gateway = Gateway::start(&[]).await;
    let whole = lorries(0, 4);
    let mut broken = whole.clone();
    broken[1] = Story::CoachClean.submission(now());
    broken[2].manifest.as_mut().unwrap().manifest_reference.clear();
    let content = json(&broken);

    let answer = submit(&gateway, "kz-customs", content.clone()).await;
    let document = answer.document.unwrap();
    assert_eq!((document.format.as_str(), document.message_count), ("MANIFEST_JSON", 4));
    let numbers: Vec<i32> = answer.messages.iter().map(|message| message.message_number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let told = |message: &DocumentMessage| message.refusal.as_ref().map(|refusal| refusal.reason.clone());
    let reasons: Vec<_> = answer.messages.iter().map(told).collect();
    assert_eq!(reasons, [None, Some("LOAD_NOT_ALLOWED".into()), Some("REQUEST_INVALID".into()), None]);
    let first = answer.messages[0].recorded.clone().unwrap();
    assert!(!first.pre_decisions.is_empty());

    // What was received is kept once, and found from each of its manifests.
    for message in [&answer.messages[0], &answer.messages[3]] {
        let kept = gateway.store.received(id(message)).await.unwrap().unwrap();
        assert_eq!((kept.format.as_str(), kept.bytes == content), ("MANIFEST_JSON", true));
    }

    // Another batch of the same words and the missing ones: receipts again, and the rest is recorded.
    let mut again = whole;
    again.reverse();
    let answer = submit(&gateway, "kz-customs", json(&again)).await;
    let repeated: Vec<bool> = answer
        .messages
        .iter()
        .map(|message| message.recorded.as_ref().unwrap().repeated_submission)
        .collect();
    assert_eq!(repeated, [true, false, false, true]);
    let last = answer.messages[3].recorded.as_ref().unwrap();
    assert_eq!(last.receipt, first.receipt, "the receipt of the first time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_with_one_manifest_is_kept_by_the_manifest_and_purging_one_of_several_takes_the_document()
{
    let gateway = Gateway::start(&[]).await;
    let alone = json(&lorries(10, 1));
    let answer = submit(&gateway, "kz-customs", alone.clone()).await;
    let kept = gateway.store.received(id(&answer.messages[0])).await.unwrap().unwrap();
    assert_eq!((kept.format.as_str(), kept.bytes), ("MANIFEST_JSON", alone));

    let answer = submit(&gateway, "kz-customs", json(&lorries(20, 2))).await;
    let (one, other) = (id(&answer.messages[0]), id(&answer.messages[1]));
    assert!(gateway.store.purge(one, now()).await.unwrap());
    for id in [one, other] {
        assert_eq!(gateway.store.received(id).await.unwrap(), None, "the document names both");
    }
    let neighbour = gateway.store.manifest(other, gateway::persist::Persons::With).await.unwrap().unwrap();
    assert!(matches!(neighbour.sealed, gateway::persist::Sealed::Open { .. }), "but keeps what is its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_a_document_tells_what_stands_in_the_way_and_records_nothing() {
    let gateway = Gateway::start(&[]).await;
    let mut submissions = lorries(30, 2);
    submissions[1].manifest.as_mut().unwrap().conveyance = None;
    submissions.push(Story::CoachClean.submission(now()));
    let content = json(&submissions);
    let mut client = gateway.manifests("kz-customs");
    let request = ValidateDocumentRequest { content, language_code: "ru".into(), ..Default::default() };
    let answer = client.validate_document(request).await.unwrap().into_inner();
    let checked: Vec<_> = answer.messages.iter().map(|message| message.checked.as_ref().unwrap()).collect();
    assert_eq!(checked.iter().map(|one| one.acceptable).collect::<Vec<_>>(), [true, false, true]);
    assert!(checked.iter().all(|one| one.normalized_manifest.is_some()));
    assert_eq!(answer.messages[2].refusal.as_ref().unwrap().reason, "LOAD_NOT_ALLOWED");
    assert!(answer.messages.iter().all(|message| message.recorded.is_none()));
    eventually("the dry run is audited", async || {
        gateway.audited().await.iter().any(|event| event.kind == AuditKind::DryRun)
    })
    .await;
    assert!(gateway.audited().await.iter().all(|event| event.kind != AuditKind::Submitted));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_document_is_refused_as_such() {
    let gateway = Gateway::start(&[]).await;
    let mut client = gateway.manifests("kz-customs");
    let mut refused = async |content: &[u8], format: &str| {
        let request =
            SubmitDocumentRequest { content: content.to_vec(), format: format.into(), ..Default::default() };
        client.submit_document(request).await.unwrap_err()
    };
    assert_eq!(reason(&refused(b"no format of anybody's", "").await), "DOCUMENT_NOT_RECOGNISED");
    assert_eq!(reason(&refused(b"", "").await), "DOCUMENT_NOT_RECOGNISED");
    assert_eq!(reason(&refused(b"{}", "TELEX").await), "REQUEST_INVALID");
    let cut = refused(b"{\"manifestReference\": \"SYNTHETIC-1\",\n \"revision\"", "").await;
    assert_eq!(reason(&cut), "DOCUMENT_UNREADABLE");
    let details = tonic_types::StatusExt::get_error_details(&cut);
    let metadata = details.error_info().unwrap().metadata.clone();
    assert_eq!(metadata["cause"], "TRUNCATED");
    assert_eq!(metadata["format"], "MANIFEST_JSON");
    assert_eq!(metadata["line_number"], "2");
    assert_eq!(metadata["problem_ru"], "документ обрывается; не хватает: конец текста JSON");
    assert_eq!(metadata["place_ru"].split(' ').next(), Some("строка"));
    assert_eq!(metadata["remedy_uz"], "Hujjatni qayta, toʻliq yuboring.");
    let mut post = gateway.manifests("post-gishtkuprik");
    let request = SubmitDocumentRequest { content: json(&lorries(1, 1)), ..Default::default() };
    assert_eq!(reason(&post.submit_document(request).await.unwrap_err()), "ROLE_NOT_ALLOWED");
}

/// Everything that an upload answers.
async fn upload(gateway: &Gateway, parts: Vec<Part>) -> Vec<Result<Event, tonic::Status>> {
    let parts: Vec<_> = parts.into_iter().map(|part| UploadDocumentRequest { part: Some(part) }).collect();
    let mut client = gateway.manifests("kz-customs").max_decoding_message_size(64 << 20);
    let answers = client.upload_document(tokio_stream::iter(parts)).await.unwrap().into_inner();
    answers.map(|answer| answer.map(|answer| answer.event.unwrap())).collect().await
}

fn chunks(content: &[u8]) -> Vec<Part> {
    content.chunks(100_000).map(|chunk| Part::Chunk(chunk.to_vec())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_document_is_uploaded_in_chunks() {
    let gateway =
        Gateway::start(&[("decode.max_message_bytes", "20000"), ("decode.max_document_bytes", "2000000")])
            .await;
    let content = json(&lorries(40, 60));
    assert!(content.len() > 100_000, "{}", content.len());
    let too_large = gateway
        .manifests("kz-customs")
        .submit_document(SubmitDocumentRequest { content: content[..30_000].to_vec(), ..Default::default() })
        .await
        .unwrap_err();
    assert_eq!(reason(&too_large), "MESSAGE_TOO_LARGE");

    let header = |dry_run| Part::Header(UploadDocumentHeader { dry_run, ..Default::default() });
    let small = |content: &[u8]| -> Vec<Part> {
        content.chunks(30_000).map(|chunk| Part::Chunk(chunk.to_vec())).collect()
    };
    for dry_run in [true, false] {
        let parts = [vec![header(dry_run)], small(&content)].concat();
        let mut events = upload(&gateway, parts).await.into_iter().map(Result::unwrap);
        let Some(Event::Document(document)) = events.next() else { panic!("the document comes first") };
        assert_eq!(document.message_count, 60);
        let mut numbers = Vec::new();
        for event in events {
            let Event::Message(message) = event else { panic!("{event:?}") };
            assert_eq!(message.recorded.is_some(), !dry_run);
            assert_eq!(message.checked.is_some(), dry_run);
            numbers.push(message.message_number);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=60).collect::<Vec<_>>());
    }

    // Order of the parts, and the limit on all of them together.
    for (parts, expected) in [
        (chunks(b"{}"), "REQUEST_INVALID"),
        (vec![header(false), header(false)], "REQUEST_INVALID"),
        (vec![], "REQUEST_INVALID"),
        ([vec![header(false)], small(&vec![b' '; 2_000_001])].concat(), "MESSAGE_TOO_LARGE"),
        (vec![header(false)], "DOCUMENT_NOT_RECOGNISED"),
    ] {
        let mut answers = upload(&gateway, parts).await;
        assert_eq!(reason(&answers.remove(0).unwrap_err()), expected);
        assert!(answers.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_document_count_against_the_quota_one_by_one() {
    let gateway = Gateway::start_with(&[], |_, partners| partners[0].quota_per_minute = 3).await;
    let answer = submit(&gateway, "kz-customs", json(&lorries(50, 5))).await;
    let recorded = answer.messages.iter().filter(|message| message.recorded.is_some()).count();
    let refused: Vec<_> = answer.messages.iter().filter_map(|message| message.refusal.as_ref()).collect();
    // The minute may turn in between.
    assert!((3..=5).contains(&recorded), "{recorded}");
    assert_eq!(recorded + refused.len(), 5);
    for refusal in refused {
        assert_eq!(refusal.reason, "QUOTA_EXCEEDED");
        assert!(refusal.retry_after.is_some());
    }
    let states = answer.messages.iter().filter_map(|message| message.recorded.as_ref());
    assert!(states.map(|recorded| recorded.state()).all(|state| state == ManifestState::Submitted));
}

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
