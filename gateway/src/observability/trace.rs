//! W3C Trace Context: a partner that sends `traceparent` finds its trace in ours, and every answer names the trace in
//! `traceresponse` (Trace Context Level 2), so that a question about one call can be asked by its id.
//!
//! `tracestate` and `baggage` are not taken: they are texts that a stranger chose, and we call nobody to hand them on to.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use opentelemetry::{
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt as _},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::body::Body;
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::names::{field, span};

const TRACEPARENT: &str = "traceparent";
const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// The span of a request, among its extensions: what its calls are children of.
#[derive(Debug, Clone)]
struct Requested(Span);

/// The span that a call with these extensions belongs below.
pub(crate) fn parent(extensions: &tonic::Extensions) -> Option<tracing::Id> {
    extensions.get::<Requested>().and_then(|requested| requested.0.id())
}

/// Adds a span around every request of a service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traced;

impl<S> Layer<S> for Traced {
    type Service = Tracing<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Tracing { inner, propagator: TraceContextPropagator::new() }
    }
}

/// A service whose requests have a span each, and whose answers name their trace.
#[derive(Debug, Clone)]
pub(crate) struct Tracing<S> {
    inner: S,
    propagator: TraceContextPropagator,
}

impl<S, B> Service<Request<B>> for Tracing<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let theirs =
            self.propagator.extract_with_context(&opentelemetry::Context::new(), &Parent(request.headers()));
        let span = info_span!(span::REQUEST, otel.kind = "server", { field::TRACE_ID } = Empty);
        let trace = trace_of(&span, theirs);
        if let Some(trace) = &trace {
            span.record(field::TRACE_ID, tracing::field::display(trace.trace_id()));
        }
        request.extensions_mut().insert(Requested(span.clone()));
        let answer = span.in_scope(|| self.inner.call(request)).instrument(span);
        Box::pin(async move {
            let mut response = answer.await?;
            if let Some(told) = trace.as_ref().and_then(written) {
                response.headers_mut().insert(TRACERESPONSE, told);
            }
            Ok(response)
        })
    }
}

/// Our span of the trace when spans are sent; else the partner's own, so that its id stands in our log.
fn trace_of(span: &Span, theirs: opentelemetry::Context) -> Option<SpanContext> {
    let remote = theirs.span().span_context().clone();
    if remote.is_valid() {
        let _ = span.set_parent(theirs); // fails where no span is sent
    }
    let ours = span.context().span().span_context().clone();
    [ours, remote].into_iter().find(SpanContext::is_valid)
}

/// Trace Context Level 2, section 4.3: version, trace id, id of our span, flags.
fn written(trace: &SpanContext) -> Option<HeaderValue> {
    let flags = trace.trace_flags().to_u8();
    HeaderValue::try_from(format!("00-{}-{}-{flags:02x}", trace.trace_id(), trace.span_id())).ok()
}

/// The one header that is asked for.
struct Parent<'a>(&'a HeaderMap);

impl Extractor for Parent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then(|| self.0.get(TRACEPARENT)?.to_str().ok()).flatten()
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}
