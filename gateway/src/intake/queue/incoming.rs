//! Bytes of messages that have come in part: bounded, so that thousands of calls that send slowly, or at once, take no more
//! memory than is set aside for them. A message counts whole as soon as its length is known, because the transport makes room
//! for it then.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use http_body::Frame;
use prost::bytes::Bytes;
use tonic::{Status, body::Body};

use super::Config;
use crate::intake::codec::PREFIX;

/// What has come in part, of each partner and of all. Cheap to clone; all clones count together.
#[derive(Clone)]
pub(in crate::intake) struct Incoming(Arc<Inner>);

struct Inner {
    limit: usize,
    limit_per_partner: usize,
    all: AtomicUsize,
    /// As many as are registered.
    partners: Mutex<HashMap<String, Arc<AtomicUsize>>>,
}

/// What one call has sent of messages that are not whole yet; forgotten when dropped.
pub(in crate::intake) struct Held {
    incoming: Incoming,
    own: Arc<AtomicUsize>,
    bytes: AtomicUsize,
}

impl Incoming {
    pub(in crate::intake) fn new(config: &Config) -> Self {
        Self(Arc::new(Inner {
            limit: config.incoming_bytes,
            limit_per_partner: config.incoming_bytes_per_partner,
            all: AtomicUsize::new(0),
            partners: Mutex::default(),
        }))
    }

    /// A call of a partner begins.
    pub(in crate::intake) fn of(&self, partner_id: &str) -> Arc<Held> {
        let mut partners = self.0.partners.lock().unwrap_or_else(PoisonError::into_inner);
        let own = match partners.get(partner_id) {
            Some(own) => Arc::clone(own),
            None => Arc::clone(partners.entry(partner_id.to_owned()).or_default()),
        };
        Arc::new(Held { incoming: self.clone(), own, bytes: AtomicUsize::new(0) })
    }
}

impl Held {
    /// So many bytes came, or were announced.
    ///
    /// # Errors
    /// The setting that they go beyond; they are counted until the call ends all the same.
    fn came(&self, bytes: usize) -> Result<(), &'static str> {
        let inner = &self.incoming.0;
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let own = self.own.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let all = inner.all.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if own > inner.limit_per_partner {
            return Err("intake.queue.incoming_bytes_per_partner");
        }
        if all > inner.limit { Err("intake.queue.incoming_bytes") } else { Ok(()) }
    }

    /// A whole message was made of so many of them.
    pub(in crate::intake) fn whole(&self, bytes: usize) {
        let before = self
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| Some(held.saturating_sub(bytes)));
        let bytes = before.unwrap_or_default().min(bytes);
        self.own.fetch_sub(bytes, Ordering::Relaxed);
        self.incoming.0.all.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.whole(usize::MAX);
    }
}

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
    /// What is to be counted for more data: prefixes, and the messages that they announce.
    fn count(&mut self, mut data: &[u8], largest: usize) -> usize {
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
                self.known = 0;
                let [_, length @ ..] = self.prefix;
                self.missing = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
                // No room is made for one that is too large, and the transport tells why.
                counted += if self.missing > largest { 0 } else { self.missing };
            }
        }
    }
}

/// A request's body whose bytes are counted.
pub(in crate::intake) struct Metered<F> {
    inner: Body,
    held: Arc<Held>,
    framing: Framing,
    /// Bytes of a message that the transport takes.
    largest: usize,
    /// What a caller is told whose bytes find no place, by the setting.
    refused: F,
}

impl<F> Metered<F> {
    pub(in crate::intake) fn new(inner: Body, held: Arc<Held>, largest: usize, refused: F) -> Self {
        Self { inner, held, framing: Framing::default(), largest, refused }
    }
}

impl<F: Fn(&'static str) -> Status + Unpin> http_body::Body for Metered<F> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(setting) = this.held.came(this.framing.count(data, this.largest))
        {
            return Poll::Ready(Some(Err((this.refused)(setting))));
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

    #[test]
    fn each_partner_and_all_have_a_bound_and_what_is_whole_counts_no_more() {
        let incoming = Incoming::new(&Config {
            incoming_bytes: 100,
            incoming_bytes_per_partner: 60,
            ..Config::default()
        });
        let (first, second, other) = (incoming.of("a"), incoming.of("a"), incoming.of("b"));
        assert_eq!(first.came(40), Ok(()));
        assert_eq!(second.came(30), Err("intake.queue.incoming_bytes_per_partner"));
        assert_eq!(other.came(31), Err("intake.queue.incoming_bytes"));
        drop(second);
        assert_eq!(other.came(0), Ok(()));
        first.whole(40);
        assert_eq!(incoming.of("a").came(60), Ok(()));
        drop((first, other));
        assert_eq!(incoming.0.all.load(Ordering::Relaxed), 0);
    }
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
            let counted: usize = bytes.chunks(size).map(|part| framing.count(part, 200)).sum();
            assert_eq!(counted, expected, "in parts of {size}");
        }
        let mut framing = Framing::default();
        assert_eq!(framing.count(&message(60_000, 1)[..PREFIX - 1], 100_000), PREFIX - 1);
        assert_eq!(framing.count(&message(60_000, 1)[PREFIX - 1..], 100_000), 1 + 60_000);
        assert_eq!(Framing::default().count(&message(u32::MAX, 40), 100_000), PREFIX, "it is refused");
    }
}
