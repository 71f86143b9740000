//! The client against a gateway that misbehaves on purpose: over real mutual TLS, on a loopback port.

#![allow(clippy::unwrap_used)] // a step of a test that fails is the test's failure

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use cli::{Client, Config, DigestCheck, Error};
use futures::{Stream, StreamExt as _, stream};
use prost::Message as _;
use proto::v1::manifest_service_server::{ManifestService, ManifestServiceServer};
use proto::v1::pre_decision_service_server::{PreDecisionService, PreDecisionServiceServer};
use proto::v1::submit_manifests_response::Outcome;
use proto::v1::watch_pre_decisions_response::Event;
use proto::v1::*;
use testkit::identities::Authority;
use testkit::stories::{Story, fixture_now};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt as _};

/// What goes wrong is chosen by the manifest's reference.
#[derive(Default)]
struct Fake {
    calls: AtomicU32,
    streams: AtomicU32,
}

fn reference(request: &SubmitManifestRequest) -> String {
    request.manifest.clone().unwrap_or_default().manifest_reference
}

fn accepted(request: &SubmitManifestRequest) -> SubmitManifestResponse {
    let salted = [b"salt".as_slice(), &request.encode_to_vec()].concat();
    let mut received_digest = digest(&SHA256, &salted).as_ref().to_vec();
    if reference(request).contains("TAMPERED") {
        received_digest[0] ^= 1;
    }
    SubmitManifestResponse {
        receipt: Some(Receipt {
            manifest: format!("manifests/{}", reference(request)),
            received_digest,
            state: ManifestState::Submitted.into(),
            ..Receipt::default()
        }),
        received_digest_salt: b"salt".to_vec(),
        ..SubmitManifestResponse::default()
    }
}

fn status(code: Code, reason: &str, metadata: &[(&str, &str)], retry: Option<Duration>) -> Status {
    let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let mut details =
        ErrorDetails::with_error_info(reason, "prearrival.customs.uz", metadata.collect::<HashMap<_, _>>());
    if let Some(retry) = retry {
        details.set_retry_info(Some(retry));
    }
    Status::with_error_details(code, "made up", details)
}

#[tonic::async_trait]
impl ManifestService for Fake {
    async fn submit_manifest(
        &self,
        request: Request<SubmitManifestRequest>,
    ) -> Result<Response<SubmitManifestResponse>, Status> {
        let request = request.into_inner();
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        if reference(&request).contains("LATER") && call < 2 {
            return Err(status(Code::Unavailable, "OVERLOADED", &[], Some(Duration::from_millis(20))));
        }
        if reference(&request).contains("CONFLICT") {
            return Err(status(
                Code::AlreadyExists,
                "REVISION_CONFLICT",
                &[("manifest", "manifests/1")],
                None,
            ));
        }
        Ok(Response::new(accepted(&request)))
    }

    type SubmitManifestsStream = Pin<Box<dyn Stream<Item = Result<SubmitManifestsResponse, Status>> + Send>>;

    /// The first stream breaks after ten elements; the second refuses each element, for now.
    async fn submit_manifests(
        &self,
        request: Request<Streaming<SubmitManifestsRequest>>,
    ) -> Result<Response<Self::SubmitManifestsStream>, Status> {
        let number = self.streams.fetch_add(1, Ordering::SeqCst);
        let answers = request.into_inner().enumerate().map(move |(place, element)| {
            let element = element?;
            if number == 0 && place == 10 {
                return Err(Status::unavailable("the stream broke"));
            }
            let submission = element.submission.unwrap_or_default();
            let outcome = if reference(&submission).contains("NEVER") {
                Outcome::Refusal(Refusal { code: 3, reason: "REQUEST_INVALID".into(), ..Refusal::default() })
            } else if number == 1 {
                let retry_after = Some(prost_types::Duration { seconds: 0, nanos: 1_000_000 });
                let reason = "QUOTA_EXCEEDED".into();
                Outcome::Refusal(Refusal { code: 8, reason, retry_after, ..Refusal::default() })
            } else {
                Outcome::Accepted(accepted(&submission))
            };
            Ok(SubmitManifestsResponse { sequence: element.sequence, outcome: Some(outcome) })
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn validate_manifest(
        &self,
        _: Request<ValidateManifestRequest>,
    ) -> Result<Response<ValidateManifestResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn submit_document(
        &self,
        _: Request<SubmitDocumentRequest>,
    ) -> Result<Response<SubmitDocumentResponse>, Status> {
        Err(Status::resource_exhausted("too large"))
    }

    type UploadDocumentStream = Pin<Box<dyn Stream<Item = Result<UploadDocumentResponse, Status>> + Send>>;

    async fn upload_document(
        &self,
        _: Request<Streaming<UploadDocumentRequest>>,
    ) -> Result<Response<Self::UploadDocumentStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn validate_document(
        &self,
        _: Request<ValidateDocumentRequest>,
    ) -> Result<Response<ValidateDocumentResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_manifest(
        &self,
        _: Request<GetManifestRequest>,
    ) -> Result<Response<GetManifestResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    /// Three pages of two.
    async fn list_manifests(
        &self,
        request: Request<ListManifestsRequest>,
    ) -> Result<Response<ListManifestsResponse>, Status> {
        let page: u32 = request.into_inner().page_token.parse().unwrap_or(0);
        let one = |n: u32| ManifestSummary { name: format!("manifests/{n}"), ..ManifestSummary::default() };
        Ok(Response::new(ListManifestsResponse {
            manifests: vec![one(page * 2), one(page * 2 + 1)],
            next_page_token: if page < 2 { (page + 1).to_string() } else { String::new() },
        }))
    }

    async fn cancel_manifest(
        &self,
        _: Request<CancelManifestRequest>,
    ) -> Result<Response<CancelManifestResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}

#[tonic::async_trait]
impl PreDecisionService for Fake {
    async fn get_pre_decision(
        &self,
        _: Request<GetPreDecisionRequest>,
    ) -> Result<Response<GetPreDecisionResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_pre_decisions(
        &self,
        _: Request<ListPreDecisionsRequest>,
    ) -> Result<Response<ListPreDecisionsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    type WatchPreDecisionsStream =
        Pin<Box<dyn Stream<Item = Result<WatchPreDecisionsResponse, Status>> + Send>>;

    /// Two messages from the resumed place on, then the end.
    async fn watch_pre_decisions(
        &self,
        request: Request<WatchPreDecisionsRequest>,
    ) -> Result<Response<Self::WatchPreDecisionsStream>, Status> {
        let from = request.into_inner().resume_token.first().copied().unwrap_or(0);
        let messages = (from + 1..=from + 2).map(|n| {
            let decided =
                ManifestDecided { manifest: format!("manifests/{n}"), ..ManifestDecided::default() };
            let event = Some(Event::ManifestDecided(decided));
            Ok(WatchPreDecisionsResponse { event, resume_token: vec![n] })
        });
        Ok(Response::new(Box::pin(stream::iter(messages))))
    }
}

/// Starts a fake and gives the settings of a client that may talk to it; the folder holds its files.
async fn start() -> (Config, tempfile::TempDir) {
    #[allow(clippy::disallowed_methods)] // certificates are valid about now
    let now = jiff::Timestamp::now();
    let authority = Authority::new("Fake CA (synthetic)", now).unwrap();
    let (server, client) =
        (authority.server(&["localhost"]).unwrap(), authority.client("kz-customs").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = client.write_to(folder.path(), "client").unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, authority.certificate_pem()).unwrap();
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(&server.chain_pem, &server.key_pem))
        .client_ca_root(Certificate::from_pem(authority.certificate_pem()));
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = incoming.local_addr().unwrap();
    let fake = Arc::new(Fake::default());
    tokio::spawn(
        Server::builder()
            .tls_config(tls)
            .unwrap()
            .add_service(ManifestServiceServer::from_arc(Arc::clone(&fake)))
            .add_service(PreDecisionServiceServer::from_arc(fake))
            .serve_with_incoming(incoming),
    );
    let config = Config {
        address: address.to_string(),
        server_name: "localhost".into(),
        ca_file,
        certificate_file: Some(certificate),
        key_file: Some(key),
        ..Config::default()
    };
    (config, folder)
}

fn submission(reference: &str) -> SubmitManifestRequest {
    let mut request = Story::GeneralCargo.submission(fixture_now());
    request.manifest.as_mut().unwrap().manifest_reference = format!("SYNTHETIC-{reference}");
    request
}

#[tokio::test]
async fn a_busy_gateway_is_asked_again_and_the_receipt_checked() {
    let (config, _folder) = start().await;
    let client = Client::connect(&config).await.unwrap();
    let submitted = client.submit(&submission("LATER")).await.unwrap();
    assert_eq!(submitted.digest, DigestCheck::Matches);
}

#[tokio::test]
async fn a_receipt_about_other_bytes_is_an_error() {
    let (config, _folder) = start().await;
    let client = Client::connect(&config).await.unwrap();
    let error = client.submit(&submission("TAMPERED")).await.unwrap_err();
    assert!(matches!(error, Error::DigestDiffers { .. }), "{error}");
}

#[tokio::test]
async fn a_refusal_keeps_its_reason_and_metadata() {
    let (config, _folder) = start().await;
    let client = Client::connect(&config).await.unwrap();
    let Error::Refused(refused) = client.submit(&submission("CONFLICT")).await.unwrap_err() else { panic!() };
    assert_eq!((refused.code, refused.reason.as_str()), (Code::AlreadyExists, "REVISION_CONFLICT"));
    assert_eq!(refused.metadata["manifest"], "manifests/1");
    assert!(Error::Refused(refused).remedy().contains("docs/reasons/REVISION_CONFLICT.md"));
}

#[tokio::test]
async fn a_broken_stream_is_gone_on_with_and_each_element_answered_once() {
    let (config, _folder) = start().await;
    let client = Client::connect(&config).await.unwrap();
    let requests =
        (0..40).map(|n| submission(&if n == 7 { "NEVER".to_owned() } else { n.to_string() })).collect();
    let mut answers: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
    client
        .submit_many(requests, |place, outcome| answers.entry(place).or_default().push(outcome.is_ok()))
        .await;
    assert_eq!(answers.len(), 40);
    for (place, outcomes) in answers {
        assert_eq!(outcomes, [place != 7], "{place}");
    }
}

#[tokio::test]
async fn a_watch_resumes_after_the_last_message() {
    let (config, _folder) = start().await;
    let client = Client::connect(&config).await.unwrap();
    let mut watch = client.watch(Some("UZ-OYBEK"), Vec::new(), false);
    for n in 1..=7 {
        let Some(Event::ManifestDecided(decided)) = watch.next().await.unwrap().event else { panic!() };
        assert_eq!(decided.manifest, format!("manifests/{n}"));
    }
}

#[tokio::test]
async fn lists_turn_pages() {
    let (config, _folder) = start().await;
    let client = Client::connect(&config).await.unwrap();
    assert_eq!(client.list(ListManifestsRequest::default(), 100).await.unwrap().len(), 6);
    assert_eq!(client.list(ListManifestsRequest::default(), 3).await.unwrap().len(), 3);
}

#[tokio::test]
async fn handshakes_that_fail_say_whose_doubt_it_was() {
    let (config, _folder) = start().await;
    let without = Config { certificate_file: None, key_file: None, ..config.clone() };
    let Error::Handshake { alert, .. } = Client::connect(&without).await.unwrap_err() else { panic!() };
    assert_eq!(alert.as_deref(), Some("certificate_required"));

    let elsewhere = Config { server_name: "elsewhere.example".into(), ..config.clone() };
    let error = Client::connect(&elsewhere).await.unwrap_err();
    assert!(matches!(error, Error::Untrusted { .. }) && !error.is_retryable(), "{error}");

    let nobody = Config { address: "127.0.0.1:1".into(), attempts: 1, ..config };
    assert!(matches!(Client::connect(&nobody).await.unwrap_err(), Error::Unreachable(_)));
}
