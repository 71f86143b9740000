//! Names, document numbers and dates of birth are sent in every way there is, good and bad; then everything that
//! operators can see is searched for them.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

use proto::v1::{
    CancelManifestRequest, GetManifestRequest, SubmitManifestRequest, SubmitManifestsRequest,
    ValidateManifestRequest, WatchPreDecisionsRequest, manifest::Load,
};
use testkit::stories::Story;
use tokio_stream::StreamExt as _;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use crate::harness::{GISHTKUPRIK, Gateway, now};

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

/// What must not be seen: everything that names a person of a submission.
fn personal_data(submission: &SubmitManifestRequest) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let manifest = submission.manifest.as_ref().unwrap();
    let passengers = match &manifest.load {
        Some(Load::PassengerList(list)) => list.passengers.as_slice(),
        _ => &[],
    };
    let travellers =
        passengers.iter().map(|each| (&each.name, &each.birth_date, &each.travel_documents)).chain(
            manifest.crew_members.iter().map(|each| (&each.name, &each.birth_date, &each.travel_documents)),
        );
    for (name, birth_date, documents) in travellers {
        if let Some(name) = name {
            found.extend(
                [&name.family_name, &name.given_name, &name.patronymic, &name.native_full_name]
                    .map(Clone::clone),
            );
        }
        if let Some(date) = birth_date {
            found.insert(format!("{:04}-{:02}-{:02}", date.year, date.month, date.day));
        }
        for document in documents {
            found.insert(document.number.clone());
            found.extend(document.mrz_lines.iter().cloned());
        }
    }
    // Shorter ones would be found by chance in identifiers.
    found.retain(|text| text.chars().count() >= 5);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_reaches_logs_spans_metrics_or_errors() {
    let captured = Captured::default();
    // Everything at its most talkative, spans as they come and go with all their fields.
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(captured.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let gateway = Gateway::start(&[("decode.max_crew_members", "2"), ("app.handshake_flush_ms", "50")]).await;
    let mut needles = BTreeSet::new();
    let mut errors = String::new();

    let watching =
        WatchPreDecisionsRequest { border_post_code: GISHTKUPRIK.to_owned(), ..Default::default() };
    let mut watch =
        gateway.pre_decisions("post-gishtkuprik").watch_pre_decisions(watching).await.unwrap().into_inner();

    for story in Story::ALL {
        let mut submission = story.submission(now());
        needles.extend(personal_data(&submission));
        let who = story.sender().partner_id();
        let mut client = gateway.manifests(who);
        let dry = ValidateManifestRequest { manifest: submission.manifest.clone(), ..Default::default() };
        client.validate_manifest(dry).await.unwrap();
        let answer = client.submit_manifest(submission.clone()).await.unwrap().into_inner();
        client.submit_manifest(submission.clone()).await.unwrap();
        let name = answer.receipt.unwrap().manifest;
        for reader in [who, "analyst"] {
            let request = GetManifestRequest { name: name.clone(), ..Default::default() };
            gateway.manifests(reader).get_manifest(request).await.unwrap();
        }
        let cancel = CancelManifestRequest {
            name,
            cancellation_reason: "SYNTHETIC Mirzoyev Otabekjon changed his mind".to_owned(),
            ..Default::default()
        };
        client.cancel_manifest(cancel).await.unwrap();

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
            needles.extend(personal_data(&submission));
            let status = gateway.manifests(who).submit_manifest(submission).await.unwrap_err();
            errors.push_str(&format!("{status:?} {}\n", String::from_utf8_lossy(status.details())));
        }
        let element = SubmitManifestsRequest { sequence: 1, submission: Some(submission) };
        let answers = client.submit_manifests(tokio_stream::once(element)).await.unwrap().into_inner();
        let answers: Vec<_> = answers.collect().await;
        errors.push_str(&format!("{answers:?}\n"));
    }
    watch.message().await.unwrap();
    needles.insert("Otabekjon".to_owned());
    assert!(needles.len() > 100, "the stories name people: {}", needles.len());

    let metrics = gateway.http("/metrics").await.1;
    let audit = format!("{:?}", gateway.audited().await);
    let logs = String::from_utf8_lossy(&captured.0.lock().unwrap()).into_owned();
    for span in ["call", "authenticate", "decode", "persist"] {
        assert!(logs.contains(&format!("\"name\":\"{span}\"")), "span {span} is captured");
    }
    for needle in &needles {
        for (place, text) in [("logs", &logs), ("metrics", &metrics), ("errors", &errors), ("audit", &audit)]
        {
            let at = text.find(needle.as_str());
            let around = at.map(|at| text[at.saturating_sub(200)..].chars().take(400).collect::<String>());
            assert!(at.is_none(), "{needle:?} is in the {place}: {}", around.unwrap_or_default());
        }
    }
}
