//! The calls.

use std::time::Duration;

use prost::Message as _;
use proto::v1::{
    CancelManifestRequest, GetClearanceTimesRequest, GetClearanceTimesResponse, GetManifestRequest,
    GetManifestResponse, ListManifestsRequest, ListOutcomesRequest, ListPreDecisionsRequest, ManifestSummary,
    Outcome, PreDecision, ReportArrivalRequest, ReportOutcomeRequest, ReportOutcomeResponse,
    ReportReleaseRequest, SubmitManifestRequest, SubmitManifestResponse, ValidateManifestRequest,
    ValidateManifestResponse, border_post_service_client::BorderPostServiceClient,
    manifest_service_client::ManifestServiceClient, outcome_service_client::OutcomeServiceClient,
    pre_decision_service_client::PreDecisionServiceClient,
};
use tonic::Request;
use tonic::transport::Channel;

use crate::news::Listener;
use crate::retry::repeat;
use crate::{Config, DigestCheck, Error, News, channel};

/// A connection to the gateway under one identity. Cheap to clone; clones share the connection.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) channel: Channel,
    pub(crate) config: Config,
    pub(crate) listener: Listener,
}

/// An answered submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    /// The answer.
    pub response: SubmitManifestResponse,
    /// Whether its receipt is about the bytes that were sent; never [`DigestCheck::Differs`], which is an error.
    pub digest: DigestCheck,
}

impl Client {
    /// Connects. A refused handshake is an error here and not at the first call.
    ///
    /// # Errors
    /// When files cannot be used, nobody answers (after the configured attempts), or the handshake is ended.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        Self::connect_telling(config, |_| {}).await
    }

    /// Connects, and from then on tells what happens between the answers.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn connect_telling(
        config: &Config,
        tell: impl Fn(&News<'_>) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let listener = Listener::new(tell);
        let channel = repeat(config.attempts, &listener, || channel::connect(config)).await?;
        Ok(Self { channel, config: config.clone(), listener })
    }

    /// Announces a manifest and checks the receipt.
    ///
    /// # Errors
    /// A refusal, a fault that outlasted the attempts, or a receipt about other bytes.
    pub async fn submit(&self, request: &SubmitManifestRequest) -> Result<Submitted, Error> {
        let answer = self
            .repeat(|| async {
                self.manifests()
                    .submit_manifest(self.timed(request.clone()))
                    .await
                    .map_err(Error::from_status)
            })
            .await?;
        Submitted::checked(answer.into_inner(), &request.encode_to_vec())
    }

    /// Reads and checks a manifest without recording it.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn validate(&self, request: &SubmitManifestRequest) -> Result<ValidateManifestResponse, Error> {
        let request = ValidateManifestRequest {
            manifest: request.manifest.clone(),
            language_code: request.language_code.clone(),
        };
        self.repeat(|| async {
            self.manifests().validate_manifest(self.timed(request.clone())).await.map_err(Error::from_status)
        })
        .await
        .map(tonic::Response::into_inner)
    }

    /// One manifest by its resource name.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn get(&self, name: &str) -> Result<GetManifestResponse, Error> {
        let request = GetManifestRequest { name: name.into(), language_code: self.config.language.clone() };
        self.repeat(|| async {
            self.manifests().get_manifest(self.timed(request.clone())).await.map_err(Error::from_status)
        })
        .await
        .map(tonic::Response::into_inner)
    }

    /// Manifests in short form, newest first, `limit` at the most.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn list(
        &self,
        filter: ListManifestsRequest,
        limit: usize,
    ) -> Result<Vec<ManifestSummary>, Error> {
        let mut request = ListManifestsRequest { page_size: page_size(limit, 500), ..filter };
        let mut found = Vec::new();
        loop {
            let page = self
                .repeat(|| async {
                    self.manifests()
                        .list_manifests(self.timed(request.clone()))
                        .await
                        .map_err(Error::from_status)
                })
                .await?
                .into_inner();
            found.extend(page.manifests);
            if page.next_page_token.is_empty() || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Withdraws a manifest.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn cancel(&self, name: &str, cancellation_reason: &str) -> Result<ManifestSummary, Error> {
        let request = CancelManifestRequest {
            name: name.into(),
            cancellation_reason: cancellation_reason.into(),
            language_code: self.config.language.clone(),
        };
        let answer = self
            .repeat(|| async {
                self.manifests()
                    .cancel_manifest(self.timed(request.clone()))
                    .await
                    .map_err(Error::from_status)
            })
            .await?;
        answer.into_inner().manifest.ok_or(Error::AnswerIncomplete("the manifest"))
    }

    /// The pre-decisions of a manifest, the conveyance first; an officer's client gets the officer's view.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn list_pre_decisions(&self, manifest: &str) -> Result<Vec<PreDecision>, Error> {
        let mut request = ListPreDecisionsRequest {
            parent: manifest.into(),
            page_size: 1_000,
            page_token: String::new(),
            language_code: self.config.language.clone(),
        };
        let mut found = Vec::new();
        loop {
            let page = self
                .repeat(|| async {
                    self.pre_decisions()
                        .list_pre_decisions(self.timed(request.clone()))
                        .await
                        .map_err(Error::from_status)
                })
                .await?
                .into_inner();
            found.extend(page.pre_decisions);
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Reports that the conveyance of a manifest is at the post; now when no instant is given.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn report_arrival(
        &self,
        name: &str,
        arrive_time: Option<prost_types::Timestamp>,
    ) -> Result<ManifestSummary, Error> {
        let request = ReportArrivalRequest { name: name.into(), arrive_time };
        let answer = self
            .repeat(|| async {
                self.border_posts()
                    .report_arrival(self.timed(request.clone()))
                    .await
                    .map_err(Error::from_status)
            })
            .await?;
        answer.into_inner().manifest.ok_or(Error::AnswerIncomplete("the manifest"))
    }

    /// Reports that it was released; now when no instant is given.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn report_release(
        &self,
        name: &str,
        release_time: Option<prost_types::Timestamp>,
    ) -> Result<ManifestSummary, Error> {
        let request = ReportReleaseRequest { name: name.into(), release_time };
        let answer = self
            .repeat(|| async {
                self.border_posts()
                    .report_release(self.timed(request.clone()))
                    .await
                    .map_err(Error::from_status)
            })
            .await?;
        answer.into_inner().manifest.ok_or(Error::AnswerIncomplete("the manifest"))
    }

    /// How long posts take from arrival to release.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn clearance_times(
        &self,
        request: GetClearanceTimesRequest,
    ) -> Result<GetClearanceTimesResponse, Error> {
        self.repeat(|| async {
            self.border_posts()
                .get_clearance_times(self.timed(request.clone()))
                .await
                .map_err(Error::from_status)
        })
        .await
        .map(tonic::Response::into_inner)
    }

    /// Reports, or corrects, what an inspection found. Repeating is safe.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn report_outcome(
        &self,
        request: &ReportOutcomeRequest,
    ) -> Result<ReportOutcomeResponse, Error> {
        self.repeat(|| async {
            self.outcomes().report_outcome(self.timed(request.clone())).await.map_err(Error::from_status)
        })
        .await
        .map(tonic::Response::into_inner)
    }

    /// The reports on a manifest, with every revision.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn list_outcomes(&self, manifest: &str) -> Result<Vec<Outcome>, Error> {
        let request = ListOutcomesRequest { parent: manifest.into() };
        let answer = self
            .repeat(|| async {
                self.outcomes().list_outcomes(self.timed(request.clone())).await.map_err(Error::from_status)
            })
            .await?;
        Ok(answer.into_inner().outcomes)
    }

    /// How long our certificate still holds, as the gateway counts it; `None` where it does not say.
    ///
    /// # Errors
    /// A refusal, or a fault that outlasted the attempts.
    pub async fn certificate_seconds_left(&self) -> Result<Option<i64>, Error> {
        let request = ListManifestsRequest { page_size: 1, ..ListManifestsRequest::default() };
        let answer = self
            .repeat(|| async {
                self.manifests().list_manifests(self.timed(request.clone())).await.map_err(Error::from_status)
            })
            .await?;
        Ok(answer
            .metadata()
            .get(CERTIFICATE_SECONDS_LEFT)
            .and_then(|value| value.to_str().ok()?.parse().ok()))
    }

    pub(crate) async fn repeat<T, F: Future<Output = Result<T, Error>>>(
        &self,
        call: impl FnMut() -> F,
    ) -> Result<T, Error> {
        repeat(self.config.attempts, &self.listener, call).await
    }

    pub(crate) fn manifests(&self) -> ManifestServiceClient<Channel> {
        ManifestServiceClient::new(self.channel.clone()).max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    fn border_posts(&self) -> BorderPostServiceClient<Channel> {
        BorderPostServiceClient::new(self.channel.clone())
    }

    pub(crate) fn outcomes(&self) -> OutcomeServiceClient<Channel> {
        OutcomeServiceClient::new(self.channel.clone())
    }

    pub(crate) fn pre_decisions(&self) -> PreDecisionServiceClient<Channel> {
        PreDecisionServiceClient::new(self.channel.clone()).max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    pub(crate) fn timed<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(Duration::from_secs(self.config.call_timeout_seconds));
        request
    }
}

/// In the metadata of every answer: how long the caller's certificate still holds (proto/README.md).
const CERTIFICATE_SECONDS_LEFT: &str = "customs-certificate-seconds-left";

/// Largest answer that is read: a page of a thousand pre-decisions with the officer's reasons stays below it, and so does
/// what is said about a document that fits one message.
const LARGEST_ANSWER_BYTES: usize = 64 << 20;

fn page_size(limit: usize, most: usize) -> i32 {
    i32::try_from(limit.min(most)).unwrap_or(0)
}

impl Submitted {
    pub(crate) fn checked(response: SubmitManifestResponse, sent: &[u8]) -> Result<Self, Error> {
        let Some(receipt) = &response.receipt else { return Err(Error::AnswerIncomplete("the receipt")) };
        match DigestCheck::of(&response, sent) {
            DigestCheck::Differs => Err(Error::DigestDiffers { manifest: receipt.manifest.clone() }),
            digest => Ok(Self { response, digest }),
        }
    }
}
