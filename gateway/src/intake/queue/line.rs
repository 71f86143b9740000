//! Who is next: a pure state machine. Partners take turns by the bytes that each was given (start-time fair queueing); among
//! one partner's own messages the earliest declared arrival goes first (`docs/decisions/0121`).

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio::sync::oneshot;

use super::Config;

/// Place of a waiting message among its partner's: declared arrival, then the order in which they came.
pub(super) type Place = (i64, u64);

/// What came of joining the line.
pub(super) enum Joined {
    /// It may go on at once.
    Now,
    /// It waits at this place, and is told when its turn has come; told nothing, it had to give its place up.
    Waits(Place, oneshot::Receiver<()>),
    /// There is no place left: the setting's name.
    Full(&'static str),
}

/// Everybody who works or waits.
pub(super) struct Line {
    config: Config,
    at_once: usize,
    waiting: usize,
    /// Bytes that wait for something else than their turn.
    aside: usize,
    /// Virtual time: the turn of whoever was given something last.
    now: u64,
    next: u64,
    partners: HashMap<String, Share>,
    /// Who had to give their places up and have not left yet.
    put_out: HashSet<Place>,
}

/// One partner's.
#[derive(Default)]
struct Share {
    at_once: usize,
    waiting: usize,
    aside: usize,
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
        Self {
            config,
            at_once: 0,
            waiting: 0,
            aside: 0,
            now: 0,
            next: 0,
            partners: HashMap::new(),
            put_out: HashSet::new(),
        }
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
        if !self.partners.contains_key(partner_id) {
            self.partners.insert(partner_id.to_owned(), Share::default());
        }
        // Nobody stands before it: none of its own, and of the others only such as wait for room in their own shares.
        let is_next = self.waiting == 0 || !self.partners.values().any(|share| share.is_ready(&self.config));
        let (config, weight) = (&self.config, self.config.weight(bytes));
        let Some(share) = self.partners.get_mut(partner_id) else { return Joined::Now };
        let fits = share.fits(weight, config) && fits(self.at_once, weight, config.bytes_at_once);
        if is_next && share.line.is_empty() && fits {
            self.now = share.give(bytes, weight, self.now);
            self.at_once += weight;
            return Joined::Now;
        }
        if !may_wait(share.waiting, bytes, config.waiting_bytes_per_partner) {
            return self.full("intake.queue.waiting_bytes_per_partner");
        }
        if !self.make_room(partner_id, bytes) {
            return self.full("intake.queue.waiting_bytes");
        }
        let (wake, told) = oneshot::channel();
        let place = (arrival, self.next);
        self.next += 1;
        self.waiting += bytes;
        if let Some(share) = self.partners.get_mut(partner_id) {
            share.waiting += bytes;
            share.line.insert(place, Waiting { bytes, wake });
        }
        self.go_on();
        Joined::Waits(place, told)
    }

    fn full(&mut self, setting: &'static str) -> Joined {
        self.forget();
        Joined::Full(setting)
    }

    /// Is there room to wait for so many bytes more? Where all of it is taken, whoever does not go beyond an even part of it
    /// gets it from those who have most: of these, the last in their own line give their places up.
    fn make_room(&mut self, partner_id: &str, bytes: usize) -> bool {
        let limit = self.config.waiting_bytes;
        if may_wait(self.waiting, bytes, limit) {
            return true;
        }
        let others =
            self.partners.iter().filter(|(id, share)| *id != partner_id && share.waiting > 0).count();
        let own = self.partners.get(partner_id).map_or(0, |share| share.waiting).saturating_add(bytes);
        if own > limit / others.saturating_add(1) {
            return false;
        }
        while !may_wait(self.waiting, bytes, limit) {
            let others = self.partners.iter_mut().filter(|(id, _)| *id != partner_id);
            // There is one with more than its part, or there would be room.
            let most = others.max_by(|(a, x), (b, y)| x.waiting.cmp(&y.waiting).then(b.cmp(a)));
            let Some((place, last)) = most.and_then(|(_, share)| {
                let (place, last) = share.line.pop_last()?;
                share.waiting = share.waiting.saturating_sub(last.bytes);
                Some((place, last.bytes))
            }) else {
                return false;
            };
            self.waiting = self.waiting.saturating_sub(last);
            self.put_out.insert(place); // the other end is told by the sender's going
        }
        true
    }

    /// Work of so many bytes is done, or was given up.
    pub(super) fn done(&mut self, partner_id: &str, bytes: usize) {
        let weight = self.config.weight(bytes);
        self.at_once = self.at_once.saturating_sub(weight);
        if let Some(share) = self.partners.get_mut(partner_id) {
            share.at_once = share.at_once.saturating_sub(weight);
        }
        self.go_on();
    }

    /// A message of so many bytes, of whoever has a turn, waits for something else. As many bytes may as may wait for a turn,
    /// beside those: the setting's name where that is too much.
    pub(super) fn aside(&mut self, partner_id: &str, bytes: usize) -> Option<&'static str> {
        let share = self.partners.get(partner_id)?; // whoever has a turn is known
        if !may_wait(share.aside, bytes, self.config.waiting_bytes_per_partner) {
            return Some("intake.queue.waiting_bytes_per_partner");
        }
        let own = share.aside.saturating_add(bytes);
        let others = self.partners.iter().filter(|(id, share)| *id != partner_id && share.aside > 0).count();
        let limit = self.config.waiting_bytes;
        // Of an even part nobody is kept by those who have more; they are told to leave by nobody, so all of it may be
        // exceeded by such parts.
        if !may_wait(self.aside, bytes, limit) && own > limit / others.saturating_add(1) {
            return Some("intake.queue.waiting_bytes");
        }
        let share = self.partners.get_mut(partner_id)?;
        share.aside += bytes;
        self.aside += bytes;
        None
    }

    /// It waits no longer.
    pub(super) fn returned(&mut self, partner_id: &str, bytes: usize) {
        if let Some(share) = self.partners.get_mut(partner_id) {
            share.aside = share.aside.saturating_sub(bytes);
            self.aside = self.aside.saturating_sub(bytes);
        }
        self.forget();
    }

    /// Whoever waited at this place is gone. If its turn had come already, what it was given goes on to the next.
    pub(super) fn left(&mut self, partner_id: &str, place: Place, bytes: usize) {
        if self.put_out.remove(&place) {
            return;
        }
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
            let ready = self.partners.iter_mut().filter(|(_, share)| share.is_ready(config));
            // The name last, so that the order never depends on a table's.
            let next = ready.min_by(|(a, x), (b, y)| x.turn.max(now).cmp(&y.turn.max(now)).then(a.cmp(b)));
            let Some((_, share)) = next else { break };
            let Some(first) = share.line.first_entry() else { break };
            let bytes = first.get().bytes;
            let weight = config.weight(bytes);
            // Nobody overtakes one that is too large for now, or it would never have its turn.
            if !fits(self.at_once, weight, config.bytes_at_once) {
                break;
            }
            let waiting = first.remove();
            share.waiting = share.waiting.saturating_sub(bytes);
            self.waiting = self.waiting.saturating_sub(bytes);
            self.now = share.give(bytes, weight, now);
            self.at_once += weight;
            // Whoever is gone says so by [`Line::left`], which comes after this.
            let _ = waiting.wake.send(());
        }
        self.forget();
    }

    /// Forgets partners of whom nothing is left to know.
    fn forget(&mut self) {
        let now = self.now;
        self.partners.retain(|_, share| {
            share.at_once > 0 || share.aside > 0 || !share.line.is_empty() || share.turn > now
        });
    }
}

impl Share {
    fn fits(&self, weight: usize, config: &Config) -> bool {
        fits(self.at_once, weight, config.bytes_at_once_per_partner)
    }

    /// Does the first of its line wait for nothing but room among all?
    fn is_ready(&self, config: &Config) -> bool {
        self.line.first_key_value().is_some_and(|(_, first)| self.fits(config.weight(first.bytes), config))
    }

    /// Counts bytes that are worked on from now on; the virtual time at which they were given.
    fn give(&mut self, bytes: usize, weight: usize, now: u64) -> u64 {
        let start = self.turn.max(now);
        self.turn = start.saturating_add(bytes as u64);
        self.at_once += weight;
        start
    }
}

impl Config {
    /// What a message counts as while it is worked on: one that is larger than its partner's part takes all of that and
    /// nothing of the others'. For its turns it counts as large as it is.
    fn weight(&self, bytes: usize) -> usize {
        bytes.min(self.bytes_at_once_per_partner)
    }
}

/// May so many bytes more wait? One alone may, however large it is, where anything may wait.
fn may_wait(waiting: usize, bytes: usize, limit: usize) -> bool {
    (limit > 0 && waiting == 0) || waiting.saturating_add(bytes) <= limit
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
        assert_eq!(full(line.join("b", 101, 0)), "intake.queue.waiting_bytes", "an even part is 500");
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
    fn who_waits_for_its_own_share_keeps_no_newcomer_from_what_is_free() {
        let mut line = Line::new(Config {
            bytes_at_once: 20,
            bytes_at_once_per_partner: 10,
            least_bytes: 1,
            waiting_bytes: 10,
            waiting_bytes_per_partner: 10,
            ..Config::default()
        });
        assert!(matches!(line.join("a", 10, 0), Joined::Now));
        let _more = waits(&mut line, "a", 10, 0);
        assert!(matches!(line.join("b", 10, 0), Joined::Now), "its turn was free");
        assert_eq!(line.load(), (20, 10));
        // And of the places to wait it gets its part: the other's last gives way, which had them all.
        let mut theirs = waits(&mut line, "b", 5, 0);
        assert!(theirs.try_recv().is_err());
    }

    #[test]
    fn whoever_has_most_of_the_places_gives_way_to_who_has_less_than_its_part() {
        let mut line = line(10, 10); // 1,000 may wait, 600 of each
        assert!(matches!(line.join("a", 10, 0), Joined::Now));
        let (early, mut late) = (line.join("a", 300, 1), waits(&mut line, "a", 300, 9));
        let Joined::Waits(early, mut first) = early else { panic!() };
        let mut other = waits(&mut line, "b", 400, 5);
        assert!(matches!(line.join("b", 101, 5), Joined::Full("intake.queue.waiting_bytes")));
        let _mine = waits(&mut line, "c", 200, 9);
        let closed = oneshot::error::TryRecvError::Closed;
        assert_eq!(late.try_recv(), Err(closed), "the last of whoever has most");
        assert_eq!(line.load(), (10, 900));
        line.left("a", (9, 1), 300);
        assert_eq!(line.load(), (10, 900), "it was not counted any more, and had no turn to give on");
        assert!(matches!(line.join("c", 400, 0), Joined::Full(_)), "more than an even part");
        assert!(first.try_recv().is_err() && other.try_recv().is_err());
        line.left("a", early, 300);
        assert_eq!(line.load(), (10, 600));
    }

    #[test]
    fn what_waits_for_something_else_is_bounded_too() {
        let mut line = line(1_000, 1_000); // 1,000 may wait, 600 of each
        for partner in ["a", "a", "b", "b"] {
            assert!(matches!(line.join(partner, 100, 0), Joined::Now));
        }
        assert_eq!(line.aside("a", 500), None);
        assert_eq!(line.aside("a", 101), Some("intake.queue.waiting_bytes_per_partner"));
        assert_eq!(line.aside("b", 500), None);
        assert_eq!(line.aside("b", 100), Some("intake.queue.waiting_bytes"));
        assert!(matches!(line.join("c", 100, 0), Joined::Now));
        assert_eq!(line.aside("c", 300), None, "less than an even part, of which nobody is kept");
        line.returned("c", 300);
        line.done("c", 100);
        for partner in ["a", "a", "b", "b"] {
            line.done(partner, 100);
        }
        line.returned("a", 500);
        assert!(matches!(line.join("b", 100, 0), Joined::Now));
        assert_eq!(line.aside("b", 100), None, "a's is free again, and b's was not forgotten");
    }

    #[test]
    fn a_large_one_takes_its_partners_share_and_no_more() {
        let mut line = line(20, 10);
        assert!(matches!(line.join("a", 5_000, 0), Joined::Now));
        assert!(matches!(line.join("b", 10, 0), Joined::Now));
        assert_eq!(line.load(), (20, 0));
        let mut next = waits(&mut line, "a", 5_000, 0); // more than ever may wait beside others: it waits alone
        line.done("b", 10);
        assert!(next.try_recv().is_err());
        line.done("a", 5_000);
        assert!(next.try_recv().is_ok());
        line.done("a", 5_000);
        assert_eq!(line.load(), (0, 0));
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
