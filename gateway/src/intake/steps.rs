//! Spans and durations of the steps.

use std::{future::Future, time::Instant};

use manifest::declared::Load;
use tracing::{Instrument as _, Span};

use super::{Failure, queue::Deadline};
use crate::{
    decode::{Refusal, Submission},
    observability::{Kind, Metrics, Outcome, Step},
};

/// Measures steps of one manifest.
pub(super) struct Steps<'m> {
    metrics: &'m Metrics,
    kind: Kind,
    deadline: Deadline,
}

impl<'m> Steps<'m> {
    /// Of a manifest that is not known yet.
    pub(super) fn new(metrics: &'m Metrics, deadline: Deadline) -> Self {
        Self { metrics, kind: Kind::Other, deadline }
    }

    /// Of a manifest that was read already.
    pub(super) fn of(metrics: &'m Metrics, load: Option<&Load>, deadline: Deadline) -> Self {
        Self { metrics, kind: kind_of(load), deadline }
    }

    /// Is there any time left for the next one? Asked before those that cost something.
    ///
    /// # Errors
    /// [`Failure::DeadlineExceeded`].
    pub(super) fn in_time(&self) -> Result<(), Failure> {
        self.deadline.in_time()
    }

    /// What the manifest carries, as far as it is known.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// The first step: it tells what the manifest carries, itself included.
    pub(super) fn decode(
        &mut self,
        span: &Span,
        work: impl FnOnce() -> Result<Submission, Refusal>,
    ) -> Result<Submission, Failure> {
        let begin = Instant::now();
        let result = span.in_scope(work).map_err(Into::into);
        if let Ok(submission) = &result {
            self.kind = kind_of(submission.declared.load.as_ref());
        }
        self.metrics.step(Step::Decode, self.kind, ended(&result), begin.elapsed());
        result
    }

    /// A step that cannot fail.
    pub(super) fn run<T>(&self, step: Step, span: &Span, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let result = span.in_scope(work);
        self.metrics.step(step, self.kind, Outcome::Ok, begin.elapsed());
        result
    }

    /// A step that waits.
    pub(super) async fn wait<T>(&self, step: Step, span: Span, work: impl Future<Output = T>) -> T {
        let begin = Instant::now();
        let result = work.instrument(span).await;
        self.metrics.step(step, self.kind, Outcome::Ok, begin.elapsed());
        result
    }

    /// A step that waits and may fail.
    pub(super) async fn try_wait<T, E: Into<Failure>>(
        &self,
        step: Step,
        span: Span,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        let begin = Instant::now();
        let result = work.instrument(span).await.map_err(Into::into);
        self.metrics.step(step, self.kind, ended(&result), begin.elapsed());
        result
    }
}

fn kind_of(load: Option<&Load>) -> Kind {
    match load {
        Some(Load::Cargo(_)) => Kind::Cargo,
        Some(Load::PassengerList(_)) => Kind::Passengers,
        None => Kind::Other,
    }
}

fn ended<T>(result: &Result<T, Failure>) -> Outcome {
    match result {
        Ok(_) => Outcome::Ok,
        Err(failure) if failure.is_fault() => Outcome::Fault,
        Err(_) => Outcome::Refused,
    }
}
