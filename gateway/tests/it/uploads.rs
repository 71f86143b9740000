//! What documents may cost, each limit at its edge: uploads at once and their time, messages, parts and depth; and that a
//! manifest is refused for the same, whether it comes as a message or in a document. Beside them, the changes that are told
//! of a revision and the refusals that are kept apart.

use std::{collections::HashMap, time::Duration};

use gateway::persist::AuditKind;
use proto::v1::{
    Change, GetManifestRequest, SubmitDocumentRequest, SubmitManifestRequest, UploadDocumentHeader,
    UploadDocumentRequest, UploadDocumentResponse, ValidateDocumentRequest, upload_document_request::Part,
};
use testkit::{many, stories::Story, submission_json};
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt as _;

use crate::harness::{Gateway, eventually, now, reason};

/// An upload that stays open until what is given here is dropped.
async fn open(gateway: &Gateway) -> (Sender<UploadDocumentRequest>, Streaming<UploadDocumentResponse>) {
    open_as(gateway, "kz-customs").await
}

async fn open_as(
    gateway: &Gateway,
    partner_id: &str,
) -> (Sender<UploadDocumentRequest>, Streaming<UploadDocumentResponse>) {
    let (send, receive) = channel(4);
    let header = Part::Header(UploadDocumentHeader::default());
    send.send(UploadDocumentRequest { part: Some(header) }).await.unwrap();
    let mut client = gateway.manifests(partner_id);
    let answers = client.upload_document(ReceiverStream::new(receive)).await.unwrap().into_inner();
    (send, answers)
}

fn chunk(content: impl Into<Vec<u8>>) -> UploadDocumentRequest {
    UploadDocumentRequest { part: Some(Part::Chunk(content.into())) }
}

fn metadata(status: &Status) -> HashMap<String, String> {
    status.get_error_details().error_info().unwrap().metadata.clone()
}

/// Opens one upload more and sends something; what it is refused for at once, if it is.
async fn one_more(gateway: &Gateway, partner_id: &str) -> Status {
    let (send, mut answers) = open_as(gateway, partner_id).await;
    // The other end may be gone already.
    let _ = send.send(chunk("?")).await;
    drop(send);
    answers.message().await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_documents_are_uploaded_at_once_by_each_and_by_all() {
    let settings = [("intake.uploads_at_once", "3"), ("intake.uploads_at_once_per_partner", "2")];
    let gateway = Gateway::start(&settings).await;
    // Uploads of which nothing came take no place.
    let _silent = [open(&gateway).await, open(&gateway).await, open(&gateway).await];
    let content = submission_json::write(&many::cargo(3, 1, now())).unwrap().into_bytes();
    let (begin, rest) = content.split_at(100);
    let mut held = Vec::new();
    for partner_id in ["kz-customs", "kz-customs", "tj-customs"] {
        let (send, answers) = open_as(&gateway, partner_id).await;
        send.send(chunk(begin)).await.unwrap();
        held.push((partner_id, send, answers));
        if held.len() == 1 {
            continue;
        }
        // One more may come before it; a place is free again when that is answered.
        let limit = ["intake.uploads_at_once_per_partner", "intake.uploads_at_once"][held.len() - 2];
        let mut refused = None;
        eventually("the place is taken", async || {
            let status = one_more(&gateway, partner_id).await;
            let full = reason(&status) == "OVERLOADED";
            assert!(full || reason(&status) == "DOCUMENT_NOT_RECOGNISED", "{status:?}");
            refused = Some(status);
            full
        })
        .await;
        let status = refused.unwrap();
        assert_eq!((status.code(), metadata(&status)["limit"].as_str()), (Code::ResourceExhausted, limit));
        assert!(status.get_error_details().retry_info().is_some());
        if held.len() == 2 {
            assert_eq!(reason(&one_more(&gateway, "tj-customs").await), "DOCUMENT_NOT_RECOGNISED");
        }
    }
    // Those that were taken in are answered, whatever came after them, and make room once the answers are read.
    for (_, send, answers) in &mut held {
        send.send(chunk(rest)).await.unwrap();
        *send = channel(1).0;
        assert!(answers.message().await.unwrap().is_some());
        while answers.message().await.unwrap().is_some() {}
    }
    eventually("the places are free", async || {
        reason(&one_more(&gateway, "kz-customs").await) == "DOCUMENT_NOT_RECOGNISED"
    })
    .await;
}

/// A document in pieces; the reason that it, or a message in it, is refused for.
async fn upload(gateway: &Gateway, content: &[u8], piece: usize) -> Option<String> {
    let (send, mut answers) = open(gateway).await;
    let pieces: Vec<_> = content.chunks(piece).map(chunk).collect();
    let sending = tokio::spawn(async move {
        for piece in pieces {
            if send.send(piece).await.is_err() {
                break; // it was refused before its end
            }
        }
    });
    let mut refusal = None;
    loop {
        match answers.message().await {
            Ok(Some(answer)) => {
                if let Some(proto::v1::upload_document_response::Event::Message(message)) = answer.event {
                    assert!(message.recorded.is_some() || message.refusal.is_some(), "{message:?}");
                    refusal = message.refusal.map(|refusal| refusal.reason);
                }
            }
            Ok(None) => break,
            Err(status) => {
                refusal = Some(reason(&status));
                break;
            }
        }
    }
    sending.abort();
    refusal
}

/// With the delivered settings.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_the_largest_size_is_taken_and_one_byte_more_is_too_large() {
    let gateway = Gateway::start(&[]).await;
    let largest = gateway::decode::Config::default().max_document_bytes;
    let mut content = submission_json::write(&many::cargo(5, 1, now())).unwrap().into_bytes();
    content.resize(largest, b' ');
    assert_eq!(upload(&gateway, &content, 1 << 20).await, None);
    // Two of them at once, in small pieces.
    let other = submission_json::write(&many::cargo(5, 2, now())).unwrap().into_bytes();
    let mut other: Vec<u8> = other.into_iter().chain(std::iter::repeat_n(b' ', largest)).collect();
    other.truncate(largest);
    let two = tokio::join!(upload(&gateway, &content, 256 << 10), upload(&gateway, &other, 256 << 10));
    assert_eq!(two, (None, None));
    content.push(b' ');
    assert_eq!(upload(&gateway, &content, 1 << 20).await.as_deref(), Some("MESSAGE_TOO_LARGE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_does_not_come_ends_and_gives_its_place_up() {
    let settings = [("intake.upload_timeout_ms", "200"), ("intake.uploads_at_once_per_partner", "1")];
    let gateway = Gateway::start(&settings).await;
    for _ in 0..2 {
        let begin = std::time::Instant::now();
        let (_send, mut answers) = open(&gateway).await;
        let status = answers.message().await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
        assert!(begin.elapsed() >= Duration::from_millis(190));
    }
}

/// What the document, or its first message that is, is refused for.
async fn refused(gateway: &Gateway, content: &str) -> Option<(String, HashMap<String, String>)> {
    let request = SubmitDocumentRequest { content: content.into(), ..Default::default() };
    match gateway.manifests("kz-customs").submit_document(request).await {
        Err(status) => Some((reason(&status), metadata(&status))),
        Ok(answer) => {
            let refusal = answer.into_inner().messages.into_iter().find_map(|message| message.refusal)?;
            Some((refusal.reason, refusal.metadata))
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_parts_and_depth_of_a_document_have_their_limits() {
    let gateway = Gateway::start(&[
        ("decode.max_document_messages", "2"),
        ("decode.max_document_parts", "30"),
        ("decode.max_document_depth", "6"),
    ])
    .await;
    let lists = |count: usize| {
        let list = |n: usize| format!("UNH+{n}+PAXLST:D:05B:UN'BGM+745+SYNTHETIC-{n}'UNT+3+{n}'");
        let lists: String = (0..count).map(list).collect();
        format!("UNB+UNOA:4+COACH+NTAUZ+20261122:1200+IC1'{lists}UNZ+{count}+IC1'")
    };
    let json = |count: usize| format!("[{}]", vec![r#"{"manifestReference": "A"}"#; count].join(","));
    // One manifest of so many values: itself, its reference, the list of the crew, and empty members of it.
    let values = |count: usize| {
        format!(r#"{{"manifestReference": "A", "crewMembers": [{}]}}"#, vec!["{}"; count - 3].join(","))
    };
    let segments = |count: usize| {
        let list = "UNB+UNOA:4+COACH+NTAUZ+20261122:1200+IC1'UNH+1+PAXLST:D:05B:UN'BGM+745+SYNTHETIC-9'";
        format!("{list}{}", "FTX+AAI'".repeat(count - 3))
    };
    let nested = |depth: usize| format!(r#"{{"manifestReference": {}"#, "[".repeat(depth - 1));
    let voyage =
        |depth: usize| format!(r#"{{"voyage": {}1{}}}"#, "[".repeat(depth - 2), "]".repeat(depth - 2));
    let xml =
        |depth: usize| format!("<CC015C>{}{}</CC015C>", "<a>".repeat(depth - 1), "</a>".repeat(depth - 1));

    for (fits, beyond, limit, problem) in [
        (lists(2), lists(3), "2", "more than 2 messages"),
        (json(2), json(3), "2", "more than 2 messages"),
        (values(30), values(31), "30", "more than 30 values"),
        (segments(30), segments(31), "30", "more than 30 segments"),
        (nested(6), nested(7), "6", "more than 6 levels of nesting"),
        (voyage(6), voyage(7), "6", "more than 6 levels of nesting"),
        (xml(6), xml(7), "6", "more than 6 elements inside each other"),
    ] {
        // What fits may be refused for another reason.
        if let Some((_, metadata)) = refused(&gateway, &fits).await {
            assert_ne!(metadata.get("cause").map(String::as_str), Some("TOO_MANY"), "{metadata:?}");
        }
        let (reason, metadata) = refused(&gateway, &beyond).await.unwrap();
        assert_eq!(reason, "DOCUMENT_UNREADABLE", "{problem}");
        for (key, expected) in [("cause", "TOO_MANY"), ("limit", limit), ("problem", problem)] {
            assert_eq!(metadata.get(key).map(String::as_str), Some(expected), "{metadata:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_refused_for_the_same_as_a_message_and_in_a_document() {
    let gateway = Gateway::start(&[("decode.max_consignments", "1"), ("decode.max_text_bytes", "300")]).await;
    let mut client = gateway.manifests("kz-customs");
    let edited = |edit: &dyn Fn(&mut proto::v1::Manifest)| -> SubmitManifestRequest {
        let mut lorry = Story::GeneralCargo.submission(now());
        edit(lorry.manifest.as_mut().unwrap());
        lorry
    };
    let one_more = edited(&|manifest| {
        if let Some(proto::v1::manifest::Load::Cargo(cargo)) = &mut manifest.load {
            cargo.consignments.truncate(1);
            cargo.consignments.extend(cargo.consignments.clone());
        }
    });
    let long = edited(&|manifest| manifest.journey.as_mut().unwrap().journey_reference = "x".repeat(301));
    for (submission, path) in
        [(one_more, "manifest.cargo.consignments"), (long, "manifest.journey.journey_reference")]
    {
        let status = client.submit_manifest(submission.clone()).await.unwrap_err();
        let details = status.get_error_details();
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, path);
        let content = submission_json::write(&submission).unwrap().into_bytes();
        let request = ValidateDocumentRequest { content, ..Default::default() };
        let checked = client.validate_document(request).await.unwrap().into_inner();
        let refusal = checked.messages[0].refusal.clone().unwrap();
        assert_eq!((refusal.reason, refusal.code), (reason(&status), i32::from(status.code())));
        assert_eq!(refusal.metadata["field_path"], path);
        assert_eq!(refusal.metadata["place"], "line 1, column 1");
        for (key, value) in metadata(&status) {
            let told = refusal.metadata.get(&key);
            // What to do about it, a reader of documents says in its own words.
            assert!(if key.starts_with("remedy") { told.is_some() } else { told == Some(&value) }, "{key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_manifest_is_refused_for_the_same_as_a_message_and_in_a_document() {
    let gateway = Gateway::start(&[("decode.max_message_bytes", "3000")]).await;
    let mut lorry = Story::GeneralCargo.submission(now());
    lorry.manifest.as_mut().unwrap().journey.as_mut().unwrap().itinerary_country_codes =
        vec!["SYNTHETIC ".repeat(20); 20];
    let status = gateway.manifests("kz-customs").submit_manifest(lorry.clone()).await.unwrap_err();
    let (send, mut answers) = open(&gateway).await;
    // In chunks that are small enough by themselves.
    for chunk in submission_json::write(&lorry).unwrap().as_bytes().chunks(1_000) {
        send.send(UploadDocumentRequest { part: Some(Part::Chunk(chunk.to_vec())) }).await.unwrap();
    }
    drop(send);
    let mut refusal = None;
    while let Some(answer) = answers.message().await.unwrap() {
        if let Some(proto::v1::upload_document_response::Event::Message(message)) = answer.event {
            refusal = message.refusal;
        }
    }
    let refusal = refusal.unwrap();
    assert_eq!(
        (refusal.reason.as_str(), reason(&status).as_str()),
        ("MESSAGE_TOO_LARGE", "MESSAGE_TOO_LARGE")
    );
    assert_eq!(refusal.metadata["limit_bytes"], "3000");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_changes_of_a_revision_are_told() {
    let gateway = Gateway::start(&[("intake.max_changes", "2")]).await;
    let mut client = gateway.manifests("kz-customs");
    let mut lorry = Story::GeneralCargo.submission(now());
    let mut told = Vec::<Vec<Change>>::new();
    for changed in 0..4 {
        let manifest = lorry.manifest.as_mut().unwrap();
        manifest.revision = changed;
        // So many fields otherwise than in the revision before.
        let other = |text: &mut String| *text = format!("{}{changed}", &text[..text.len() - 1]);
        let journey = manifest.journey.as_mut().unwrap();
        let carrier = manifest.carrier.get_or_insert_default();
        carrier.name = "SYNTHETIC CARRIER 0".to_owned();
        journey.journey_reference = "SYNTHETIC-0".to_owned();
        let conveyance = manifest.conveyance.as_mut().unwrap();
        let each = [&mut journey.journey_reference, &mut carrier.name, &mut conveyance.registration];
        each.into_iter().take(usize::try_from(changed).unwrap()).for_each(other);
        let answer = client.submit_manifest(lorry.clone()).await.unwrap().into_inner();
        told.push(answer.changes);
    }
    let counts: Vec<_> = told.iter().map(Vec::len).collect();
    assert_eq!(counts, [0, 1, 2, 2], "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_different_refusals_are_kept_apart() {
    let mut gateway = Gateway::start(&[("intake.max_refusals_apart", "1")]).await;
    let unknown = |n: u8| GetManifestRequest {
        name: format!("manifests/019346c8-7b2a-7000-8000-0000000000{n:02}"),
        ..Default::default()
    };
    // The minute may turn on the way: then the first of the new one stands apart, whichever it is.
    for n in 10..13 {
        for who in ["kz-customs", "tj-customs"] {
            gateway.manifests(who).get_manifest(unknown(n)).await.unwrap_err();
        }
    }
    gateway.begin_to_stop();
    gateway.stopped().await;
    let rows = gateway.audited().await.into_iter().filter(|event| event.kind == AuditKind::Refused);
    let rows: Vec<_> = rows.map(|event| (event.partner_id, event.count)).collect();
    assert_eq!(rows.iter().map(|(_, count)| count).sum::<i64>(), 6, "{rows:?}");
    assert_eq!(rows[0], (Some("kz-customs".to_owned()), 1));
    let apart = rows.iter().filter(|(who, _)| who.is_some()).map(|(_, count)| count).sum::<i64>();
    assert!(apart < 6, "{rows:?}");
    let together = rows.iter().filter(|(who, _)| who.is_none()).map(|(_, count)| count).sum::<i64>();
    assert!(together >= 1, "{rows:?}");
}
