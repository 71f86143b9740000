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

pub(crate) fn id(message: &DocumentMessage) -> Uuid {
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
