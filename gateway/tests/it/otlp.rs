//! What a collector of OpenTelemetry receives: a real one listens, the real executable serves, a partner brings its trace.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{
            ExportLogsServiceRequest, ExportLogsServiceResponse,
            logs_service_server::{LogsService, LogsServiceServer},
        },
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    trace::v1::Span,
};
use testkit::stories::Story;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

use crate::{
    harness::{Site, eventually, now},
    kill::Serving,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const THEIR_SPAN: &str = "00f067aa0ba902b7";

/// What was received.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    metrics: Arc<Mutex<Vec<String>>>,
    /// Body and trace id, in hexadecimal digits.
    lines: Arc<Mutex<Vec<(String, String)>>>,
}

impl Collector {
    async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self.clone()))
            .add_service(LogsServiceServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        address
    }

    /// The spans of a name that belong to the trace.
    fn of_trace(&self, name: &str) -> Vec<Span> {
        let spans = self.spans.lock().unwrap();
        spans.iter().filter(|span| span.name == name && hex(&span.trace_id) == TRACE).cloned().collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans;
        let scopes = resources.into_iter().flat_map(|resource| resource.scope_spans);
        self.spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let resources = request.into_inner().resource_metrics;
        let scopes = resources.into_iter().flat_map(|resource| resource.scope_metrics);
        let metrics = scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name);
        self.metrics.lock().unwrap().extend(metrics);
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let resources = request.into_inner().resource_logs;
        let scopes = resources.into_iter().flat_map(|resource| resource.scope_logs);
        let lines = scopes.flat_map(|scope| scope.log_records);
        let lines = lines.map(|line| (format!("{:?}", line.body), hex(&line.trace_id)));
        self.lines.lock().unwrap().extend(lines);
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

async fn served(endpoint: &str) -> (Site, Serving, SocketAddr) {
    let settings = [
        ("observability.otlp.endpoint", format!("\"{endpoint}\"")),
        ("observability.otlp.filter", "\"debug\"".to_owned()),
        ("observability.otlp.metrics_interval_ms", "200".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let site = Site::prepare(&settings, |_, _| {}).await;
    let serving = Serving::start(site.folder.path());
    let address = serving.address().unwrap();
    (site, serving, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partners_trace_goes_on_in_ours_and_comes_back() {
    let collector = Collector::default();
    let (site, _serving, address) = served(&format!("http://{}", collector.listen().await)).await;

    let mut request = Request::new(Story::GeneralCargo.submission(now()));
    let headers = request.metadata_mut();
    headers.insert("traceparent", format!("00-{TRACE}-{THEIR_SPAN}-01").parse().unwrap());
    headers.insert("tracestate", "synthetic=AZAMAT".parse().unwrap());
    let answer = site.manifests(address, "kz-customs").submit_manifest(request).await.unwrap();
    let told = answer.metadata().get("traceresponse").unwrap().to_str().unwrap().to_owned();
    assert!(told.starts_with(&format!("00-{TRACE}-")) && told.ends_with("-01"), "{told}");

    let steps = ["request", "call", "decode", "normalize", "validate", "score", "persist", "reply"];
    eventually("every step's span", async || steps.iter().all(|name| !collector.of_trace(name).is_empty()))
        .await;
    let of = |name: &str| collector.of_trace(name).remove(0);
    assert_eq!(hex(&of("request").parent_span_id), THEIR_SPAN);
    assert_eq!(told, format!("00-{TRACE}-{}-01", hex(&of("request").span_id)));
    assert_eq!(of("call").parent_span_id, of("request").span_id);
    assert!(collector.spans.lock().unwrap().iter().all(|span| span.trace_state.is_empty()));
    let call = format!("{:?}", of("call").attributes);
    assert!(call.contains("kz-customs") && call.contains("SubmitManifest"), "{call}");

    eventually("metrics and lines", async || {
        let has_metric = |name: &str| collector.metrics.lock().unwrap().iter().any(|metric| metric == name);
        has_metric("customs_gateway_submissions_total")
            && collector.lines.lock().unwrap().iter().any(|(body, _)| body.contains("listening"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_brings_no_trace_is_told_ours_and_a_damaged_one_is_no_obstacle() {
    let collector = Collector::default();
    let (site, _serving, address) = served(&format!("http://{}", collector.listen().await)).await;
    let submission = Story::GeneralCargo.submission(now());
    for damaged in [None, Some("00-zz-1-1"), Some("00-00000000000000000000000000000000-0000000000000000-01")]
    {
        let mut request = Request::new(submission.clone());
        if let Some(damaged) = damaged {
            request.metadata_mut().insert("traceparent", damaged.parse().unwrap());
        }
        let answer = site.manifests(address, "kz-customs").submit_manifest(request).await.unwrap();
        let told = answer.metadata().get("traceresponse").unwrap().to_str().unwrap().to_owned();
        let trace = told.split('-').nth(1).unwrap().to_owned();
        assert!(trace.len() == 32 && trace.bytes().any(|digit| digit != b'0'), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_keeps_nobody_waiting() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (site, _serving, address) = served(&format!("http://{closed}")).await;
    let begun = std::time::Instant::now();
    let request = Story::GeneralCargo.submission(now());
    site.manifests(address, "kz-customs").submit_manifest(request).await.unwrap();
    assert!(begun.elapsed().as_secs() < 5);
}
