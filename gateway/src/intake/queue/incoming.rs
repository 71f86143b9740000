//! Bytes of messages that have come in part: bounded, so that thousands of calls that send slowly, or at once, take no more
//! memory than is set aside for them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::Config;

/// The transport's buffer of a stream stays as large as its largest message was; up to here that is not counted.
const KEPT: usize = 64 << 10;

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
    /// Of these, a message that is whole, but in a buffer that stays.
    kept: AtomicUsize,
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
        Arc::new(Held {
            incoming: self.clone(),
            own,
            bytes: AtomicUsize::default(),
            kept: AtomicUsize::default(),
        })
    }
}

impl Inner {
    /// Of all bytes, for each partner that has some under way.
    fn even_part(&self) -> usize {
        let partners = self.partners.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = partners.values().filter(|own| own.load(Ordering::Relaxed) > 0).count();
        self.limit / under_way.max(1)
    }
}

impl Held {
    /// So many bytes came, or were announced.
    ///
    /// # Errors
    /// The setting that they go beyond; then they are not counted. Whoever has no more than an even part is not refused for what
    /// others have; nobody is put out for it, so all of it may be exceeded by such parts.
    pub(super) fn came(&self, bytes: usize) -> Result<(), &'static str> {
        if bytes == 0 {
            return Ok(()); // it carries on what was counted
        }
        let inner = &self.incoming.0;
        let within = |limit: usize| move |held: usize| held.checked_add(bytes).filter(|held| *held <= limit);
        let relaxed = Ordering::Relaxed;
        let Ok(own) = self.own.fetch_update(relaxed, relaxed, within(inner.limit_per_partner)) else {
            return Err("intake.queue.incoming_bytes_per_partner");
        };
        if inner.all.fetch_update(relaxed, relaxed, within(inner.limit)).is_err() {
            if own.saturating_add(bytes) > inner.even_part() {
                self.own.fetch_sub(bytes, relaxed);
                return Err("intake.queue.incoming_bytes");
            }
            inner.all.fetch_add(bytes, relaxed);
        }
        self.bytes.fetch_add(bytes, relaxed);
        Ok(())
    }

    /// A whole message was made of so many of them, and its room is free.
    pub(in crate::intake) fn whole(&self, bytes: usize) {
        let before = self
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| Some(held.saturating_sub(bytes)));
        let bytes = before.unwrap_or_default().min(bytes);
        self.own.fetch_sub(bytes, Ordering::Relaxed);
        self.incoming.0.all.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// A whole message was made of so many of them. A large one is counted until the next one begins, for which the transport
    /// keeps its room.
    pub(in crate::intake) fn whole_for_now(&self, bytes: usize) {
        let kept = if bytes > KEPT { bytes } else { 0 };
        self.whole(bytes - kept);
        self.whole(self.kept.swap(kept, Ordering::Relaxed));
    }

    /// Another message begins.
    pub(super) fn begins(&self) {
        self.whole(self.kept.swap(0, Ordering::Relaxed));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.whole(usize::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounded(incoming_bytes: usize, incoming_bytes_per_partner: usize) -> Incoming {
        Incoming::new(&Config { incoming_bytes, incoming_bytes_per_partner, ..Config::default() })
    }

    #[test]
    fn each_partner_and_all_have_a_bound_and_what_is_whole_counts_no_more() {
        let incoming = bounded(100, 60);
        let (first, second, other) = (incoming.of("a"), incoming.of("a"), incoming.of("b"));
        assert_eq!(first.came(40), Ok(()));
        assert_eq!(second.came(30), Err("intake.queue.incoming_bytes_per_partner"));
        assert_eq!(second.came(20), Ok(()), "what is refused is not counted");
        assert_eq!(other.came(51), Err("intake.queue.incoming_bytes"));
        assert_eq!(other.came(40), Ok(()));
        assert_eq!(first.came(0), Ok(()), "room was made for it");
        first.whole(40);
        assert_eq!(incoming.of("a").came(40), Ok(()));
        drop((first, second, other));
        assert_eq!(incoming.0.all.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn nobody_is_kept_from_an_even_part_by_those_who_have_more() {
        let incoming = bounded(100, 60);
        let (first, second, third) = (incoming.of("a"), incoming.of("b"), incoming.of("c"));
        assert_eq!((first.came(60), second.came(40)), (Ok(()), Ok(())));
        assert_eq!(third.came(34), Err("intake.queue.incoming_bytes"), "more than a third");
        assert_eq!(third.came(33), Ok(()));
        assert_eq!(second.came(1), Err("intake.queue.incoming_bytes"));
    }

    #[test]
    fn a_large_message_is_counted_until_the_next_one_begins() {
        let incoming = bounded(10 * KEPT, 10 * KEPT);
        let (stream, counted) = (incoming.of("a"), || incoming.0.all.load(Ordering::Relaxed));
        for (bytes, left) in [(KEPT, 0), (KEPT + 1, KEPT + 1), (10, 0), (2 * KEPT, 2 * KEPT)] {
            stream.begins();
            stream.came(bytes).unwrap();
            assert_eq!(counted(), bytes);
            stream.whole_for_now(bytes);
            assert_eq!(counted(), left);
        }
        // Two that came in one piece.
        stream.begins();
        stream.begins();
        stream.came(5 * KEPT).unwrap();
        stream.whole_for_now(3 * KEPT);
        stream.whole_for_now(2 * KEPT);
        assert_eq!(counted(), 2 * KEPT);
        drop(stream);
        assert_eq!(counted(), 0);
    }
}
