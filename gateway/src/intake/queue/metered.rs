//! A request's body whose bytes are counted. A message counts whole as soon as its length is known, because the transport makes
//! room for it then.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http_body::Frame;
use prost::bytes::Bytes;
use tokio::time::{Sleep, sleep};
use tonic::{Status, body::Body};

use super::Held;
use crate::intake::{Failure, codec::PREFIX};

/// Where in a body's messages we are; each says in front how long it is (gRPC over HTTP/2, Length-Prefixed-Message).
#[derive(Default)]
struct Framing {
    prefix: [u8; PREFIX],
    /// Of the prefix.
    known: usize,
    /// Of the message.
    missing: usize,
}

impl Framing {
    /// What is to be counted for more data: prefixes, and the messages that they announce; of each of these `begins` is told.
    fn count(&mut self, mut data: &[u8], largest: usize, mut begins: impl FnMut()) -> usize {
        let mut counted = 0_usize;
        loop {
            let within = self.missing.min(data.len());
            self.missing -= within;
            data = &data[within..];
            if data.is_empty() {
                return counted;
            }
            let taken = (PREFIX - self.known).min(data.len());
            self.prefix[self.known..self.known + taken].copy_from_slice(&data[..taken]);
            self.known += taken;
            data = &data[taken..];
            counted += taken;
            if self.known == PREFIX {
                begins();
                self.known = 0;
                let [_, length @ ..] = self.prefix;
                self.missing = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
                // No room is made for one that is too large, and the transport tells why.
                counted += if self.missing > largest { 0 } else { self.missing };
            }
        }
    }

    fn is_within_a_message(&self) -> bool {
        self.known > 0 || self.missing > 0
    }
}

/// A request's body whose bytes are counted.
pub(in crate::intake) struct Metered<F> {
    inner: Body,
    held: Arc<Held>,
    framing: Framing,
    limits: Limits,
    /// Set while the rest of a message is waited for.
    late: Option<Pin<Box<Sleep>>>,
    /// What a caller is told.
    told: F,
}

/// Of each message of a body.
#[derive(Debug, Clone, Copy)]
pub(in crate::intake) struct Limits {
    /// Bytes that the transport takes.
    pub(in crate::intake) largest: usize,
    /// How long the rest may be waited for once it has begun.
    pub(in crate::intake) time: Duration,
}

impl<F> Metered<F> {
    pub(in crate::intake) fn new(inner: Body, held: Arc<Held>, limits: Limits, told: F) -> Self {
        Self { inner, held, framing: Framing::default(), limits, late: None, told }
    }
}

impl<F: Fn(&Failure) -> Status + Unpin> http_body::Body for Metered<F> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) else {
            if this.framing.is_within_a_message() {
                let late = this.late.get_or_insert_with(|| Box::pin(sleep(this.limits.time)));
                if late.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Some(Err((this.told)(&Failure::DeadlineExceeded))));
                }
            }
            return Poll::Pending;
        };
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            let Limits { largest, .. } = this.limits;
            let bytes = this.framing.count(data, largest, || {
                this.late = None;
                this.held.begins();
            });
            if let Err(setting) = this.held.came(bytes) {
                return Poll::Ready(Some(Err((this.told)(&Failure::Overloaded { setting }))));
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::queue::{Config, Incoming};

    #[test]
    fn a_message_counts_whole_as_soon_as_its_length_is_known_however_it_is_cut() {
        let message = |length: u32, body: usize| {
            let mut bytes = vec![0];
            bytes.extend(length.to_be_bytes());
            bytes.resize(PREFIX + body, 1);
            bytes
        };
        let mut bytes = [message(30, 30), message(0, 0), message(200, 10)].concat();
        bytes.truncate(PREFIX * 3 + 30 + 10);
        let expected = PREFIX * 3 + 30 + 200;
        for size in 1..=bytes.len() {
            let mut framing = Framing::default();
            let counted: usize = bytes.chunks(size).map(|part| framing.count(part, 200, || ())).sum();
            assert_eq!(counted, expected, "in parts of {size}");
        }
        let mut framing = Framing::default();
        assert_eq!(framing.count(&message(60_000, 1)[..PREFIX - 1], 100_000, || ()), PREFIX - 1);
        assert_eq!(framing.count(&message(60_000, 1)[PREFIX - 1..], 100_000, || ()), 1 + 60_000);
        assert_eq!(Framing::default().count(&message(u32::MAX, 40), 100_000, || ()), PREFIX, "it is refused");
    }

    /// A body of which no more comes.
    struct Halting(Option<Bytes>);

    impl http_body::Body for Halting {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            self.0.take().map_or(Poll::Pending, |data| Poll::Ready(Some(Ok(Frame::data(data)))))
        }
    }

    #[tokio::test]
    async fn the_rest_of_a_message_is_not_waited_for_without_end() {
        for (data, ends) in [(vec![0; PREFIX], false), (vec![0; PREFIX + 1], true), (vec![1; PREFIX], true)] {
            let limits = Limits { largest: 1_000, time: Duration::from_millis(20) };
            let held = Incoming::new(&Config::default()).of("a");
            let told = |failure: &Failure| Status::cancelled(failure.to_string());
            let mut body = Metered::new(Body::new(Halting(Some(data.into()))), held, limits, told);
            let mut frame = async || {
                let next = std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut body), cx));
                tokio::time::timeout(Duration::from_millis(500), next).await
            };
            assert!(frame().await.unwrap().unwrap().is_ok());
            assert_eq!(matches!(frame().await, Ok(Some(Err(_)))), ends);
        }
    }
}
