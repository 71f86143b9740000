//! Who is next: a pure state machine. Partners take turns by the bytes that each was given (start-time fair queueing); among
//! one partner's own messages the earliest declared arrival goes first (`docs/decisions/0121`).

use std::collections::{BTreeMap, HashMap};

use tokio::sync::oneshot;

use super::Config;

/// Place of a waiting message among its partner's: declared arrival, then the order in which they came.
pub(super) type Place = (i64, u64);

/// What came of joining the line.
pub(super) enum Joined {
    /// It may go on at once.
    Now,
    /// It waits at this place, and is told when its turn has come.
    Waits(Place, oneshot::Receiver<()>),
    /// There is no place left: the setting's name.
    Full(&'static str),
}

/// Everybody who works or waits.
pub(super) struct Line {
    config: Config,
    at_once: usize,
    waiting: usize,
    /// Virtual time: the turn of whoever was given something last.
    now: u64,
    next: u64,
    partners: HashMap<String, Share>,
}

/// One partner's.
#[derive(Default)]
struct Share {
    at_once: usize,
    waiting: usize,
    /// Virtual time up to which it has had its share.
    turn: u64,
    line: BTreeMap<Place, Waiting>,
}

struct Waiting {
    bytes: usize,
    wake: oneshot::Sender<()>,
}

impl Line {
    pub(super) fn new(config: Config) -> Self {
        Self { config, at_once: 0, waiting: 0, now: 0, next: 0, partners: HashMap::new() }
    }

    /// What a message of so many bytes counts as.
    pub(super) fn counted(&self, bytes: usize) -> usize {
        bytes.max(self.config.least_bytes)
    }

    /// Bytes that are worked on, and bytes that wait.
    pub(super) fn load(&self) -> (usize, usize) {
        (self.at_once, self.waiting)
    }

    /// A message of so many (counted) bytes.
    pub(super) fn join(&mut self, partner_id: &str, bytes: usize, arrival: i64) -> Joined {
        let config = &self.config;
        if !self.partners.contains_key(partner_id) {
            self.partners.insert(partner_id.to_owned(), Share::default());
        }
        let Some(share) = self.partners.get_mut(partner_id) else { return Joined::Now };
        if self.waiting == 0 && share.fits(bytes, config) && fits(self.at_once, bytes, config.bytes_at_once) {
            self.now = share.give(bytes, self.now);
            self.at_once += bytes;
            return Joined::Now;
        }
        if share.waiting.saturating_add(bytes) > config.waiting_bytes_per_partner {
            return Joined::Full("intake.queue.waiting_bytes_per_partner");
        }
        if self.waiting.saturating_add(bytes) > config.waiting_bytes {
            return Joined::Full("intake.queue.waiting_bytes");
        }
        let (wake, told) = oneshot::channel();
        let place = (arrival, self.next);
        self.next += 1;
        self.waiting += bytes;
        share.waiting += bytes;
        share.line.insert(place, Waiting { bytes, wake });
        self.go_on();
        Joined::Waits(place, told)
    }

    /// Work of so many bytes is done, or was given up.
    pub(super) fn done(&mut self, partner_id: &str, bytes: usize) {
        self.at_once = self.at_once.saturating_sub(bytes);
        if let Some(share) = self.partners.get_mut(partner_id) {
            share.at_once = share.at_once.saturating_sub(bytes);
        }
        self.go_on();
    }

    /// Whoever waited at this place is gone. If its turn had come already, what it was given goes on to the next.
    pub(super) fn left(&mut self, partner_id: &str, place: Place, bytes: usize) {
        let Some(share) = self.partners.get_mut(partner_id) else { return };
        if share.line.remove(&place).is_none() {
            return self.done(partner_id, bytes);
        }
        share.waiting = share.waiting.saturating_sub(bytes);
        self.waiting = self.waiting.saturating_sub(bytes);
        self.go_on(); // who stood behind a large one may fit
    }

    /// Gives turns as long as there is room.
    fn go_on(&mut self) {
        while self.waiting > 0 {
            let (config, now) = (&self.config, self.now);
            let ready = self.partners.iter_mut().filter(|(_, share)| {
                share.line.first_key_value().is_some_and(|(_, first)| share.fits(first.bytes, config))
            });
            // The name last, so that the order never depends on a table's.
            let next = ready.min_by(|(a, x), (b, y)| x.turn.max(now).cmp(&y.turn.max(now)).then(a.cmp(b)));
            let Some((_, share)) = next else { break };
            let Some(first) = share.line.first_entry() else { break };
            let bytes = first.get().bytes;
            // Nobody overtakes one that is too large for now, or it would never have its turn.
            if !fits(self.at_once, bytes, config.bytes_at_once) {
                break;
            }
            let waiting = first.remove();
            share.waiting = share.waiting.saturating_sub(bytes);
            self.waiting = self.waiting.saturating_sub(bytes);
            self.now = share.give(bytes, now);
            self.at_once += bytes;
            // Whoever is gone says so by [`Line::left`], which comes after this.
            let _ = waiting.wake.send(());
        }
        let now = self.now;
        self.partners.retain(|_, share| share.at_once > 0 || !share.line.is_empty() || share.turn > now);
    }
}

impl Share {
    fn fits(&self, bytes: usize, config: &Config) -> bool {
        fits(self.at_once, bytes, config.bytes_at_once_per_partner)
    }

    /// Counts bytes that are worked on from now on; the virtual time at which they were given.
    fn give(&mut self, bytes: usize, now: u64) -> u64 {
        let start = self.turn.max(now);
        self.turn = start.saturating_add(bytes as u64);
        self.at_once += bytes;
        start
    }
}

/// Is there room for so many bytes more? One alone always has room, however large it is.
fn fits(at_once: usize, bytes: usize, limit: usize) -> bool {
    at_once == 0 || at_once.saturating_add(bytes) <= limit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at_once: usize, per_partner: usize) -> Line {
        Line::new(Config {
            bytes_at_once: at_once,
            bytes_at_once_per_partner: per_partner,
            least_bytes: 1,
            waiting_bytes: 1_000,
            waiting_bytes_per_partner: 600,
            ..Config::default()
        })
    }

    fn waits(line: &mut Line, partner_id: &str, bytes: usize, arrival: i64) -> oneshot::Receiver<()> {
        match line.join(partner_id, bytes, arrival) {
            Joined::Waits(_, told) => told,
            _ => panic!("there was room, or no place"),
        }
    }

    #[test]
    fn the_earliest_arrival_of_a_partner_goes_first() {
        let mut line = line(10, 10);
        assert!(matches!(line.join("a", 10, 0), Joined::Now));
        let mut late = waits(&mut line, "a", 10, 900);
        let mut early = waits(&mut line, "a", 10, 100);
        line.done("a", 10);
        assert!(early.try_recv().is_ok() && late.try_recv().is_err());
        line.done("a", 10);
        assert!(late.try_recv().is_ok());
    }

    #[test]
    fn a_greedy_partner_gets_its_turn_as_often_as_another_and_no_more() {
        let mut line = line(10, 10);
        assert!(matches!(line.join("greedy", 10, 0), Joined::Now));
        let mut many: Vec<_> = (0..40).map(|_| waits(&mut line, "greedy", 10, 0)).collect();
        let mut few: Vec<_> = (0..5).map(|_| waits(&mut line, "modest", 10, 9_999)).collect();
        let mut turns = Vec::new();
        while !few.is_empty() {
            let (before_many, before_few) = (many.len(), few.len());
            line.done(turns.last().copied().unwrap_or("greedy"), 10);
            many.retain_mut(|told| told.try_recv().is_err());
            few.retain_mut(|told| told.try_recv().is_err());
            assert_eq!((before_many - many.len()) + (before_few - few.len()), 1);
            turns.push(if before_few > few.len() { "modest" } else { "greedy" });
        }
        assert!(turns.len() <= 10, "{turns:?}");
    }

    #[test]
    fn what_waits_is_bounded_for_each_and_for_all() {
        let mut line = line(10, 10);
        assert!(matches!(line.join("a", 10, 0), Joined::Now));
        let _a = waits(&mut line, "a", 600, 0);
        let full = |joined| match joined {
            Joined::Full(setting) => setting,
            _ => panic!("there was a place"),
        };
        assert_eq!(full(line.join("a", 1, 0)), "intake.queue.waiting_bytes_per_partner");
        let _b = waits(&mut line, "b", 400, 0);
        assert_eq!(full(line.join("b", 1, 0)), "intake.queue.waiting_bytes");
    }

    #[test]
    fn who_leaves_gives_its_turn_to_the_next_and_a_large_one_is_not_overtaken() {
        let mut line = line(20, 20);
        assert!(matches!(line.join("a", 15, 0), Joined::Now));
        let Joined::Waits(place, mut large) = line.join("b", 20, 0) else { panic!() };
        let mut small = waits(&mut line, "c", 5, 0);
        assert!(small.try_recv().is_err(), "it would fit, but another is before it");
        line.done("a", 15);
        assert!(large.try_recv().is_ok());
        line.left("b", place, 20);
        assert!(small.try_recv().is_ok());
        line.done("c", 5);
        assert_eq!(line.load(), (0, 0));
        // More than there ever is room for goes alone.
        assert!(matches!(line.join("a", 500, 0), Joined::Now));
    }

    #[test]
    fn one_partner_never_takes_all() {
        let mut line = line(20, 10);
        assert!(matches!(line.join("a", 10, 0), Joined::Now));
        let mut more = waits(&mut line, "a", 10, 0);
        let mut other = match line.join("b", 10, 0) {
            Joined::Waits(_, told) => told,
            Joined::Now => return,
            Joined::Full(_) => panic!(),
        };
        assert!(other.try_recv().is_ok() && more.try_recv().is_err());
    }
}
