//! Bytes of messages that have come in part: bounded, so that thousands of calls that send slowly, or at once, take no more
//! memory than is set aside for them.

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
    /// So many bytes came.
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

/// A request's body whose bytes are counted.
pub(in crate::intake) struct Metered<F> {
    inner: Body,
    held: Arc<Held>,
    /// What a caller is told whose bytes find no place, by the setting.
    refused: F,
}

impl<F> Metered<F> {
    pub(in crate::intake) fn new(inner: Body, held: Arc<Held>, refused: F) -> Self {
        Self { inner, held, refused }
    }
}

impl<F: Fn(&'static str) -> Status + Unpin> http_body::Body for Metered<F> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && let Err(setting) = self.held.came(data.len())
        {
            return Poll::Ready(Some(Err((self.refused)(setting))));
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
}
