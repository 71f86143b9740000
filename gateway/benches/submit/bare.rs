//! (a) the bare service: decodes the request and answers the same small reply, behind the gateway's own listener.

use std::{
    io::Read as _,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
};

use anyhow::{Context as _, Result, anyhow};
use gateway::{
    authenticate::{
        AuditSink, Config, Credentials, HandshakeRefusal, Listener, Registry, prove, read_folder,
    },
    clock::Clock,
};
use jiff::Timestamp;
use proto::v1::{
    self,
    manifest_service_server::{ManifestService, ManifestServiceServer},
};
use serde::Deserialize;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::setup;

/// Where the bare service says its address.
pub(crate) fn address_file(folder: &Path) -> PathBuf {
    folder.join("bare-address")
}

/// The part of the gateway's configuration that the bare service shares.
#[derive(Deserialize)]
struct Shared {
    authenticate: Config,
}

/// Serves until standard input ends, which it does with the benchmark.
pub(crate) async fn serve(folder: &Path) -> Result<()> {
    let shared: Shared = toml::from_str(&std::fs::read_to_string(setup::config(folder))?)?;
    let config = Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..shared.authenticate };
    let clock = Clock::System;
    let credentials = Credentials::load(&config.certificate_file, &config.key_file, clock.clone())?;
    let entries = read_folder(&setup::registry(folder)).map_err(|problems| anyhow!("{problems:?}"))?;
    let snapshot = prove(entries).map_err(|problems| anyhow!("{problems:?}"))?;
    let registry = Registry::new(snapshot, clock.clone());
    let listener = Listener::bind(&config, credentials, registry, Arc::new(Unheard), clock).await?;
    let address = listener.address()?;
    let drain = CancellationToken::new();
    let incoming = listener.serve(drain.clone());
    // Written beside and renamed, so that nobody reads half an address.
    let file = address_file(folder);
    std::fs::write(file.with_extension("new"), address.to_string())?;
    std::fs::rename(file.with_extension("new"), &file).context("cannot say the address")?;
    let benchmark_ends = drain.clone().cancelled_owned();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read(&mut [0]); // whatever it says, it is over
        drain.cancel();
    });
    config
        .server()
        .add_service(ManifestServiceServer::new(Bare))
        .serve_with_incoming_shutdown(incoming, benchmark_ends)
        .await?;
    Ok(())
}

/// Nobody is refused here.
#[derive(Debug)]
struct Unheard;

impl AuditSink for Unheard {
    fn refused(&self, _: HandshakeRefusal, _: IpAddr, _: Timestamp) {}
}

struct Bare;

/// About as large as a receipt for a lorry without findings.
fn reply() -> v1::SubmitManifestResponse {
    let receipt = v1::Receipt {
        manifest: "manifests/00000000-0000-7000-8000-000000000000".to_owned(),
        manifest_reference: "SYNTHETIC-BENCH-BARE".to_owned(),
        state: v1::ManifestState::Submitted.into(),
        receive_time: Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 }),
        received_digest: vec![7; 32],
        verdicts: vec![v1::ReceiptVerdict {
            subject: "conveyance".to_owned(),
            verdict: "GREEN".to_owned(),
            ..Default::default()
        }],
        ..Default::default()
    };
    v1::SubmitManifestResponse { receipt: Some(receipt), ..Default::default() }
}

#[tonic::async_trait]
impl ManifestService for Bare {
    async fn submit_manifest(
        &self,
        request: Request<v1::SubmitManifestRequest>,
    ) -> Result<Response<v1::SubmitManifestResponse>, Status> {
        std::hint::black_box(request.into_inner());
        Ok(Response::new(reply()))
    }

    type SubmitManifestsStream =
        Pin<Box<dyn Stream<Item = Result<v1::SubmitManifestsResponse, Status>> + Send>>;

    async fn submit_manifests(
        &self,
        _: Request<Streaming<v1::SubmitManifestsRequest>>,
    ) -> Result<Response<Self::SubmitManifestsStream>, Status> {
        Err(Status::unimplemented("bare"))
    }

    async fn validate_manifest(
        &self,
        _: Request<v1::ValidateManifestRequest>,
    ) -> Result<Response<v1::ValidateManifestResponse>, Status> {
        Err(Status::unimplemented("bare"))
    }

    async fn submit_document(
        &self,
        _: Request<v1::SubmitDocumentRequest>,
    ) -> Result<Response<v1::SubmitDocumentResponse>, Status> {
        Err(Status::unimplemented("bare"))
    }

    type UploadDocumentStream =
        Pin<Box<dyn Stream<Item = Result<v1::UploadDocumentResponse, Status>> + Send>>;

    async fn upload_document(
        &self,
        _: Request<Streaming<v1::UploadDocumentRequest>>,
    ) -> Result<Response<Self::UploadDocumentStream>, Status> {
        Err(Status::unimplemented("bare"))
    }

    async fn validate_document(
        &self,
        _: Request<v1::ValidateDocumentRequest>,
    ) -> Result<Response<v1::ValidateDocumentResponse>, Status> {
        Err(Status::unimplemented("bare"))
    }

    async fn get_manifest(
        &self,
        _: Request<v1::GetManifestRequest>,
    ) -> Result<Response<v1::GetManifestResponse>, Status> {
        Err(Status::unimplemented("bare"))
    }

    async fn list_manifests(
        &self,
        _: Request<v1::ListManifestsRequest>,
    ) -> Result<Response<v1::ListManifestsResponse>, Status> {
        Err(Status::unimplemented("bare"))
    }

    async fn cancel_manifest(
        &self,
        _: Request<v1::CancelManifestRequest>,
    ) -> Result<Response<v1::CancelManifestResponse>, Status> {
        Err(Status::unimplemented("bare"))
    }
}
