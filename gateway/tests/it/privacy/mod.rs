//! Names, document numbers and dates of birth are sent in every way there is, good and bad; then everything that
//! operators can see, and everything that the store keeps in the open, is searched for them.

use std::{
    io,
    sync::{Arc, Mutex},
};

use gateway::{
    observability::{Config, subscriber::subscriber},
    persist::packed::unpack,
};
use prost::Message as _;
use proto::v1::{
    CancelManifestRequest, GetManifestRequest, GetManifestResponse, GetPreDecisionRequest,
    ListManifestsRequest, ListPreDecisionsRequest, SubmitManifestRequest, SubmitManifestResponse,
    SubmitManifestsRequest, SubmitManifestsResponse, UploadDocumentHeader, UploadDocumentRequest,
    ValidateManifestRequest, WatchPreDecisionsRequest, upload_document_request::Part,
    upload_document_response::Event,
};
use testkit::stories::Story;
use tokio_stream::StreamExt as _;
use tonic::{Code, Request, Status, transport::Channel};
use tracing_subscriber::{
    Layer as _,
    filter::filter_fn,
    fmt::{MakeWriter, format::FmtSpan},
    layer::SubscriberExt as _,
};

mod needles;

use self::needles::{Needles, with_natural_persons};
use crate::{
    harness::{GISHTKUPRIK, Gateway, now, reason},
    raw::{self, SUBMIT, SUBMIT_MANY},
};

/// Everything that was logged, spans with their fields included.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Captured;
    fn make_writer(&'a self) -> Captured {
        self.clone()
    }
}

/// What callers were told.
#[derive(Default)]
struct Told(String);

impl Told {
    fn refused<T: std::fmt::Debug>(&mut self, answer: Result<T, Status>) -> Status {
        let status = answer.unwrap_err();
        self.0.push_str(&format!("{status:?} {}\n", String::from_utf8_lossy(status.details())));
        status
    }
}

fn find(bytes: &[u8], text: &str) -> usize {
    bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap()
}

/// The submission broken in every way, through both calls and the stream.
async fn send_malformed(channel: &Channel, submission: &SubmitManifestRequest, name: &str, told: &mut Told) {
    let good = submission.encode_to_vec();
    let at = find(&good, name);
    let mut broken = vec![good[..good.len() / 2].to_vec(), good[..at + name.len() / 2].to_vec()];
    let mut bad_text = good.clone();
    bad_text[at + 1] = 0xff;
    broken.push(bad_text);
    // Before a text stand its key and its length: the key's lowest bits say what kind of value comes.
    for kind in [0, 1, 3, 5, 7] {
        let mut wrong_kind = good.clone();
        wrong_kind[at - 2] = wrong_kind[at - 2] & !7 | kind;
        broken.push(wrong_kind);
    }
    for bytes in &broken {
        for path in [SUBMIT, "/customs.prearrival.v1.ManifestService/ValidateManifest"] {
            let sent = raw::send::<SubmitManifestResponse>(channel, path, Request::new(bytes.clone())).await;
            assert_eq!(reason(&told.refused(sent)), "MESSAGE_UNDECODABLE");
        }
        let path = "/customs.prearrival.v1.ManifestService/GetManifest";
        let sent = raw::send::<GetManifestResponse>(channel, path, Request::new(bytes.clone())).await;
        told.refused(sent);
    }
    let mut elements: Vec<Vec<u8>> = broken.iter().map(|bytes| raw::element(1, bytes)).collect();
    elements.push(good[at..].to_vec());
    let just_above = raw::filled_up(good.clone(), 32_769, name.as_bytes());
    elements.push(raw::element(2, &just_above));
    let expected = elements.len();
    elements.push(raw::element(3, &raw::filled_up(good, 100_000, name.as_bytes())));
    let (answers, end) = raw::send_many::<SubmitManifestsResponse>(channel, SUBMIT_MANY, elements).await;
    assert_eq!(answers.len(), expected);
    told.0.push_str(&format!("{answers:?}\n"));
    assert_eq!(reason(&told.refused(end)), "MESSAGE_TOO_LARGE");
}

/// The submission as documents: good ones, dry and in earnest, and such as cannot be read.
async fn send_documents(gateway: &Gateway, who: &str, submission: &SubmitManifestRequest, told: &mut Told) {
    let text = |revision: i32| {
        let mut submission = submission.clone();
        submission.manifest.as_mut().unwrap().revision = revision;
        testkit::submission_json::write(&submission).unwrap()
    };
    let several = format!("[{},{}]", text(7), text(8));
    let half = several[..several.len() / 2].to_owned();
    let unknown = several.replacen("\"givenName\":", "\"nonsense\":", 1);
    // A family name where a word of the contract is asked for.
    let misplaced = several.replacen("\"familyName\":", "\"scriptCode\": 7, \"familyName\":", 1);
    let wrong_kind = text(9).replacen("\"birthDate\":", "\"sex\": \"Otabekjon\", \"birthDate\":", 1);
    for (content, dry_run) in [
        (&several, true),
        (&several, false),
        (&several, false),
        (&half, false),
        (&unknown, true),
        (&misplaced, false),
        (&wrong_kind, false),
    ] {
        let header = UploadDocumentHeader { dry_run, ..UploadDocumentHeader::default() };
        let mut parts = vec![Part::Header(header)];
        parts.extend(content.as_bytes().chunks(10_000).map(|chunk| Part::Chunk(chunk.to_vec())));
        let parts: Vec<_> =
            parts.into_iter().map(|part| UploadDocumentRequest { part: Some(part) }).collect();
        let mut client = gateway.manifests(who).max_decoding_message_size(16 << 20);
        let mut answers = client.upload_document(tokio_stream::iter(parts)).await.unwrap().into_inner();
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(answer) => {
                    if let Some(Event::Message(message)) = answer.event {
                        told.0.push_str(&format!("{:?} {:?}\n", message.refusal, message.source_place));
                        let changes = message.recorded.map(|recorded| recorded.changes);
                        told.0.push_str(&format!("{changes:?}\n"));
                    }
                }
                Err(status) => {
                    told.refused(Err::<(), _>(status));
                }
            }
        }
    }
}

/// The name wherever a caller may put a text that is no part of a manifest.
async fn send_out_of_place(gateway: &Gateway, who: &str, name: &str, told: &mut Told) {
    let mut client = gateway.manifests(who);
    let mut decisions = gateway.pre_decisions(who);
    for name in [name.to_owned(), format!("manifests/{name}"), format!("manifests/{name}/preDecisions/0")] {
        let language_code = name.clone();
        let get = GetManifestRequest { name: name.clone(), language_code: language_code.clone() };
        told.refused(client.get_manifest(get).await);
        let cancel = CancelManifestRequest { name: name.clone(), ..Default::default() };
        told.refused(client.cancel_manifest(cancel).await);
        let get = GetPreDecisionRequest { name: name.clone(), language_code, ..Default::default() };
        told.refused(decisions.get_pre_decision(get).await);
        let list = ListPreDecisionsRequest { parent: name.clone(), ..Default::default() };
        told.refused(decisions.list_pre_decisions(list).await);
        let list = ListManifestsRequest { page_token: name.clone(), ..Default::default() };
        told.refused(client.list_manifests(list).await);
        let parent = "manifests/019346c8-7b2a-7000-8000-000000000001".to_owned();
        let list = ListPreDecisionsRequest { parent, page_token: name.clone(), ..Default::default() };
        told.refused(decisions.list_pre_decisions(list).await);
        told.refused(crate::reconcile::ask_with_token(gateway, who, &name).await);
        let list = ListManifestsRequest { manifest_reference: name.clone(), ..Default::default() };
        client.list_manifests(list).await.unwrap();
        let mut officer = gateway.pre_decisions("post-gishtkuprik");
        let watch = WatchPreDecisionsRequest { border_post_code: name.clone(), ..Default::default() };
        told.refused(officer.watch_pre_decisions(watch).await);
        let watch = WatchPreDecisionsRequest {
            border_post_code: GISHTKUPRIK.to_owned(),
            resume_token: name.into_bytes(),
            ..Default::default()
        };
        told.refused(officer.watch_pre_decisions(watch).await);
    }
    let channel = gateway.channel(Some(&gateway.identity(who)));
    for header in ["grpc-timeout", "x-traveller", "grpc-encoding", "grpc-accept-encoding", "authorization"] {
        let mut request = Request::new(b"\xff\xff".to_vec());
        request.metadata_mut().insert(header, name.parse().unwrap());
        told.refused(raw::send::<SubmitManifestResponse>(&channel, SUBMIT, request).await);
    }
    for path in [format!("/customs.prearrival.v1.ManifestService/{name}"), format!("/{name}/{name}?{name}")] {
        let sent = raw::send::<SubmitManifestResponse>(&channel, &path, Request::new(Vec::new())).await;
        assert_eq!(told.refused(sent).code(), Code::Unimplemented);
    }
}

/// Every column of every table, as it lies in the store; packed ones unpacked, lest packing hide what it packs.
async fn columns(gateway: &Gateway) -> Vec<(String, String)> {
    let mut store = gateway.beside().await;
    let mut found = Vec::new();
    for (table, column) in store.columns().await {
        let values = store.values(&table, &column).await;
        let packed = table == "manifests" && ["record", "findings", "decisions"].contains(&column.as_str());
        let texts: Vec<_> = values
            .into_iter()
            .map(|bytes| if packed { unpack(&bytes).unwrap() } else { bytes })
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        found.push((format!("{table}.{column}"), texts.join("\n")));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_reaches_logs_spans_metrics_or_errors() {
    let captured = Captured::default();
    // Everything at its most talkative, spans as they come and go with all their fields.
    let config = Config { log_filter: "trace".to_owned(), ..Config::default() };
    let spans = tracing_subscriber::fmt::layer()
        .json()
        .with_span_events(FmtSpan::FULL)
        .with_writer(captured.clone())
        .with_filter(filter_fn(|metadata| metadata.is_span()));
    let production = subscriber(&config, captured.clone());
    tracing::subscriber::set_global_default(production.with(spans)).unwrap();
    let gateway = Gateway::start(&[
        ("decode.max_crew_members", "2"),
        ("decode.max_message_bytes", "32768"),
        ("decode.max_text_bytes", "200000"),
        ("app.handshake_flush_ms", "50"),
    ])
    .await;
    let mut needles = Needles::default();
    let mut told = Told::default();
    let mut answers_without_persons = String::new();

    let watching =
        WatchPreDecisionsRequest { border_post_code: GISHTKUPRIK.to_owned(), ..Default::default() };
    let mut watch =
        gateway.pre_decisions("post-gishtkuprik").watch_pre_decisions(watching).await.unwrap().into_inner();

    for story in Story::ALL {
        let mut submission = with_natural_persons(story.submission(now()));
        needles.add(&submission);
        let who = story.sender().partner_id();
        let mut client = gateway.manifests(who);
        let dry = ValidateManifestRequest { manifest: submission.manifest.clone(), ..Default::default() };
        client.validate_manifest(dry).await.unwrap();
        let answer = client.submit_manifest(submission.clone()).await.unwrap().into_inner();
        client.submit_manifest(submission.clone()).await.unwrap();
        let name = answer.receipt.unwrap().manifest;
        let request = || GetManifestRequest { name: name.clone(), ..Default::default() };
        gateway.manifests(who).get_manifest(request()).await.unwrap();
        let read = gateway.manifests("analyst").get_manifest(request()).await.unwrap();
        answers_without_persons.push_str(&format!("{:?}\n", read.into_inner()));
        let cancel = CancelManifestRequest {
            name,
            cancellation_reason: "SYNTHETIC Mirzoyev Otabekjon changed his mind".to_owned(),
            ..Default::default()
        };
        client.cancel_manifest(cancel).await.unwrap();

        send_documents(&gateway, who, &submission, &mut told).await;

        // Refused for another's role, for a conflict, for its size, and through a stream.
        let mut refused = vec![("post-oybek", submission.clone())];
        let manifest = submission.manifest.as_mut().unwrap();
        manifest.crew_members.truncate(1);
        if let Some(driver) = manifest.crew_members.first_mut() {
            driver.name.get_or_insert_default().family_name = "Abdurahmonzoda".to_owned();
            if let Some(document) = driver.travel_documents.first_mut() {
                document.number = "ZZ7654321".to_owned();
            }
        }
        refused.push((who, submission.clone()));
        let manifest = submission.manifest.as_mut().unwrap();
        let driver = manifest.crew_members.first().cloned().unwrap_or_default();
        manifest.crew_members = vec![driver; 3];
        refused.push((who, submission.clone()));
        for (who, submission) in refused {
            needles.add(&submission);
            told.refused(gateway.manifests(who).submit_manifest(submission).await);
        }
        let element = SubmitManifestsRequest { sequence: 1, submission: Some(submission) };
        let answers = client.submit_manifests(tokio_stream::once(element)).await.unwrap().into_inner();
        let answers: Vec<_> = answers.collect().await;
        told.0.push_str(&format!("{answers:?}\n"));
    }
    for story in [Story::GeneralCargo, Story::CoachClean] {
        let (submission, who) = (story.submission(now()), story.sender().partner_id());
        let driver = &submission.manifest.as_ref().unwrap().crew_members[0];
        let name = driver.name.as_ref().unwrap().family_name.clone();
        assert!(needles.texts.contains(&name));
        let channel = gateway.channel(Some(&gateway.identity(who)));
        send_malformed(&channel, &submission, &name, &mut told).await;
        send_out_of_place(&gateway, who, &name, &mut told).await;
    }
    answers_without_persons.push_str(&format!("{:?}\n", watch.message().await.unwrap()));
    for who in ["kz-customs", "tj-customs", "silk-coach"] {
        answers_without_persons.push_str(&crate::reconcile::everything_told(&gateway, who).await);
    }
    answers_without_persons.push_str(&crate::administer::everything_shown(&gateway).await);
    needles.texts.insert("Otabekjon".to_owned());
    assert!(needles.texts.len() > 300, "the stories name people: {}", needles.texts.len());

    let metrics = gateway.http("/metrics").await.1;
    let audit = format!("{:?}", gateway.audited().await);
    let logs = String::from_utf8_lossy(&captured.0.lock().unwrap()).into_owned();
    for span in ["call", "authenticate", "decode", "persist"] {
        assert!(logs.contains(&format!("\"name\":\"{span}\"")), "span {span} is captured");
    }
    let places = [
        ("logs", &logs),
        ("metrics", &metrics),
        ("errors", &told.0),
        ("audit", &audit),
        ("answers", &answers_without_persons),
    ];
    for (place, text) in places {
        needles.assert_none_in(place, text);
    }
    let columns = columns(&gateway).await;
    for column in ["receipt", "record", "findings", "decisions"] {
        let place = format!("manifests.{column}");
        assert!(
            columns.iter().any(|(name, text)| *name == place && !text.is_empty()),
            "{place} is looked at"
        );
    }
    for (place, text) in &columns {
        needles.assert_none_in(place, text);
    }
    // The search itself works: what the sender sent is there, for whoever has the key.
    let listed =
        gateway.manifests("silk-coach").list_manifests(ListManifestsRequest::default()).await.unwrap();
    let name = &listed.get_ref().manifests[0].name;
    let id = name.strip_prefix("manifests/").unwrap().parse().unwrap();
    let received = gateway.store.received(id).await.unwrap().unwrap().bytes;
    let received = String::from_utf8_lossy(&received);
    assert!(needles.texts.iter().any(|needle| received.contains(needle.as_str())));
}
