//! The client: cheap on purpose, because it shares the machine with the server.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use prost::{Message as _, bytes::Bytes};
use proto::v1::SubmitManifestResponse;
use tokio::task::JoinSet;
use tonic::{
    Request,
    client::Grpc,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use crate::{
    child::Child,
    payload::{Payload, Submission},
    raw::Raw,
    setup::Setup,
    stream,
};

const METHOD: &str = "/customs.prearrival.v1.ManifestService/SubmitManifest";
/// Answers looked at before the measurement.
const ANSWERS: usize = 100;

/// Open connections to one server and how many calls each carries at once.
pub(crate) struct Connections {
    channels: Vec<Channel>,
    calls_each: usize,
}

/// What one stretch of driving gave.
pub(crate) struct Sample {
    /// Answered requests.
    pub(crate) requests: u64,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// Latencies in microseconds.
    pub(crate) latencies: Histogram<u64>,
    /// CPU time of the server's process meanwhile.
    pub(crate) server_cpu: Duration,
}

impl Connections {
    /// Opens them, handshakes included; to several servers in turn.
    pub(crate) async fn open(
        setup: &Setup,
        addresses: &[SocketAddr],
        (connections, calls_each): (usize, usize),
    ) -> Result<Self> {
        let mut channels = Vec::new();
        for &address in addresses.iter().cycle().take(connections) {
            channels.push(connect(setup, address).await?);
        }
        Ok(Self { channels, calls_each })
    }

    /// Sends so many requests a second, whatever the answers do; a latency counts from when the request was due.
    pub(crate) async fn pace(
        &self,
        payload: &Arc<Payload>,
        length: Duration,
        per_second: u32,
    ) -> Result<Sample> {
        let all = length.as_secs() * u64::from(per_second);
        let begin = Instant::now();
        let mut calls = JoinSet::new();
        let mut latencies = new_histogram()?;
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        for (number, channel) in (0..all).zip(self.channels.iter().cycle()) {
            let due = begin + Duration::from_secs(1) * u32::try_from(number)? / per_second;
            while Instant::now() < due {
                ticks.tick().await;
            }
            let (mut grpc, submission) = (Grpc::new(channel.clone()), payload.next());
            calls.spawn(async move { call(&mut grpc, submission).await.map(|_| due.elapsed()) });
            while let Some(answered) = calls.try_join_next() {
                latencies.record(u64::try_from(answered??.as_micros())?)?;
            }
        }
        while let Some(answered) = calls.join_next().await {
            latencies.record(u64::try_from(answered??.as_micros())?)?;
        }
        Ok(Sample::of(latencies, begin))
    }

    /// Sends elements on one stream of each connection, as many unanswered at a time as calls elsewhere.
    pub(crate) async fn stream(&self, payload: &Arc<Payload>, length: Duration) -> Result<Sample> {
        let begin = Instant::now();
        let mut streams = JoinSet::new();
        for channel in &self.channels {
            let (channel, payload) = (channel.clone(), Arc::clone(payload));
            streams.spawn(stream::until(channel, payload, self.calls_each, begin + length));
        }
        let mut latencies = new_histogram()?;
        while let Some(stream) = streams.join_next().await {
            latencies.add(&stream??)?;
        }
        Ok(Sample::of(latencies, begin))
    }

    /// Sends request after request on every connection until the time is over.
    pub(crate) async fn drive(&self, payload: &Arc<Payload>, length: Duration) -> Result<Sample> {
        let begin = Instant::now();
        let mut callers = JoinSet::new();
        for channel in &self.channels {
            for _ in 0..self.calls_each {
                callers.spawn(call_until(channel.clone(), payload.clone(), begin + length));
            }
        }
        let mut latencies = new_histogram()?;
        while let Some(caller) = callers.join_next().await {
            latencies.add(caller??)?;
        }
        Ok(Sample::of(latencies, begin))
    }
}

impl Sample {
    pub(crate) fn of(latencies: Histogram<u64>, begin: Instant) -> Self {
        Self { requests: latencies.len(), elapsed: begin.elapsed(), latencies, server_cpu: Duration::ZERO }
    }
}

async fn call_until(channel: Channel, payload: Arc<Payload>, end: Instant) -> Result<Histogram<u64>> {
    let mut grpc = Grpc::new(channel);
    let mut latencies = new_histogram()?;
    loop {
        let begin = Instant::now();
        if begin >= end {
            return Ok(latencies);
        }
        call(&mut grpc, payload.next()).await?;
        latencies.record(u64::try_from(begin.elapsed().as_micros())?)?;
    }
}

/// One call; an answer that is not OK ends the benchmark, whose figures would mean nothing.
async fn call(grpc: &mut Grpc<Channel>, submission: Submission) -> Result<Bytes> {
    grpc.ready().await?;
    let path = http::uri::PathAndQuery::from_static(METHOD);
    let answer = grpc.unary(Request::new(submission), path, Raw::new()).await;
    Ok(answer.map_err(|status| anyhow::anyhow!("a submission was not answered: {status}"))?.into_inner())
}

/// What the gateway says about the first manifests, by the conveyance's verdict: so that nobody compares a server that
/// refuses with one that decides.
pub(crate) async fn sample_answers(
    setup: &Setup,
    gateway: &Child,
    payload: &Payload,
) -> Result<BTreeMap<String, usize>> {
    let mut grpc = Grpc::new(connect(setup, gateway.address).await?);
    let mut verdicts = BTreeMap::new();
    for _ in 0..ANSWERS {
        let answer = SubmitManifestResponse::decode(call(&mut grpc, payload.next()).await?)?;
        let receipt = answer.receipt.context("an answer has a receipt")?;
        ensure!(!answer.repeated_submission, "every key is new");
        let verdict = receipt.verdicts.first().map_or("none", |verdict| verdict.verdict.as_str());
        *verdicts.entry(verdict.to_lowercase()).or_default() += 1;
    }
    Ok(verdicts)
}

async fn connect(setup: &Setup, address: SocketAddr) -> Result<Channel> {
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(&setup.server_root_pem))
        .identity(Identity::from_pem(&setup.client_pem, &setup.client_key_pem))
        .domain_name("localhost");
    let endpoint = Endpoint::from_shared(format!("https://{address}"))?.tls_config(tls)?.tcp_nodelay(true);
    endpoint.connect().await.with_context(|| format!("cannot connect to {address}"))
}

/// From a microsecond to a minute, to three digits.
pub(crate) fn new_histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}
