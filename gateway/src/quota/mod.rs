//! What a partner may ask of us in a minute. Where gateways share a store, new submissions are counted with what the store
//! hands out to each ([`shared`]); all else is counted by each gateway for itself.
//!
//! A submission counts against the partner's quota unless it is a repeat, and over the quota a repeat is answered all the
//! same: a partner that lost answers may fetch all of them again. A repeat that this process does not remember (after a
//! restart, of another gateway) holds its place only until the store knows it again, and gives it back. Every call counts
//! against a wider allowance before anything is done for it, so repeats, dry runs and rubbish are no way around the
//! quota. Minutes are whole minutes of the clock: around the turn of one, twice the quota can pass within sixty seconds.

mod shared;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;

pub(crate) use self::shared::BELIEVED;

use crate::{
    authenticate::registry::Partner,
    intake::Config,
    persist::{self, Store},
};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Calls of any kind.
    Calls,
    /// New submissions.
    Submissions,
    /// Dry runs.
    DryRuns,
}

impl Counter {
    /// Its name, as partners read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Submissions => "submissions",
            Self::DryRuns => "dry_runs",
        }
    }
}

/// A partner has asked for as much as is agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// The minute's allowance is used up.
    #[error("{limit} {} a minute are used up", .counter.as_str())]
    Minute {
        /// Of what.
        counter: Counter,
        /// How many a minute.
        limit: u32,
        /// Until the minute turns.
        retry_after: Duration,
    },
    /// More partners are active at once than are counted.
    #[error("more partners are active at once than are counted")]
    TooManyPartners,
}

/// Why a submission was not counted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotCounted {
    /// The quota is used up.
    #[error(transparent)]
    Exceeded(#[from] Exceeded),
    /// The store, which gateways agree through, cannot be asked.
    #[error(transparent)]
    Store(#[from] persist::Error),
}

/// The counts of this minute. Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Quota(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    minute: Mutex<Minute>,
    calls_per_submission: u32,
    dry_runs_per_minute: u32,
    max_partners: usize,
    /// Where gateways agree.
    shared: Option<Store>,
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    counts: HashMap<String, Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    calls: u32,
    submissions: u32,
    dry_runs: u32,
    lease: shared::Lease,
}

impl Quota {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(Arc::new(Inner {
            minute: Mutex::default(),
            calls_per_submission: config.calls_per_submission,
            dry_runs_per_minute: config.dry_runs_per_minute,
            max_partners: config.max_counted_partners,
            shared: None,
        }))
    }

    /// Agreed with the other gateways through a store that they share.
    #[must_use]
    pub fn agreed(config: &Config, store: &Store) -> Self {
        let alone = Self::new(config).0;
        Self(Arc::new(Inner {
            minute: Mutex::default(),
            calls_per_submission: alone.calls_per_submission,
            dry_runs_per_minute: alone.dry_runs_per_minute,
            max_partners: alone.max_partners,
            shared: Some(store.clone()),
        }))
    }

    /// Counts a call of any kind, of either service, before anything is done for it.
    ///
    /// # Errors
    /// The allowance is used up.
    pub fn call(&self, partner: &Partner, now: Timestamp) -> Result<(), Exceeded> {
        let limit = partner.quota_per_minute.saturating_mul(self.0.calls_per_submission);
        self.count(partner, now, limit, Counter::Calls)
    }

    /// Counts a new submission, once it is known not to be a repeat.
    ///
    /// # Errors
    /// The quota is used up, or the store that gateways share cannot be asked for more of it.
    pub async fn submission(&self, partner: &Partner, now: Timestamp) -> Result<(), NotCounted> {
        match &self.0.shared {
            None => Ok(self.count(partner, now, partner.quota_per_minute, Counter::Submissions)?),
            Some(store) => self.shared_submission(store, partner, now).await,
        }
    }

    /// Takes back what [`Quota::submission`] counted at `counted`: it turned out to be no new submission. Of a minute that
    /// has passed there is nothing left to take back.
    pub fn not_new(&self, partner: &Partner, counted: Timestamp) {
        let mut minute = self.minute();
        if minute.number == minute_of(counted)
            && let Some(counts) = minute.counts.get_mut(&partner.id)
        {
            counts.submissions = counts.submissions.saturating_sub(1);
        }
    }

    /// Counts a dry run.
    ///
    /// # Errors
    /// The limit is reached.
    pub fn dry_run(&self, partner: &Partner, now: Timestamp) -> Result<(), Exceeded> {
        self.count(partner, now, self.0.dry_runs_per_minute, Counter::DryRuns)
    }

    fn count(&self, partner: &Partner, now: Timestamp, limit: u32, counter: Counter) -> Result<(), Exceeded> {
        let mut minute = self.minute();
        let counts = minute.of(partner, now, self.0.max_partners)?;
        let count = match counter {
            Counter::Calls => &mut counts.calls,
            Counter::Submissions => &mut counts.submissions,
            Counter::DryRuns => &mut counts.dry_runs,
        };
        if *count >= limit {
            return Err(used_up(counter, limit, now));
        }
        *count += 1;
        Ok(())
    }

    /// A thread that panicked while counting leaves counts that are still good enough to count on.
    fn minute(&self) -> MutexGuard<'_, Minute> {
        self.0.minute.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Minute {
    /// The counts of a partner. A call that began before the minute turned counts in the new one.
    fn of(&mut self, partner: &Partner, now: Timestamp, most: usize) -> Result<&mut Counts, Exceeded> {
        let number = minute_of(now);
        if number > self.number {
            *self = Self { number, counts: HashMap::new() };
        }
        let full = self.counts.len() >= most;
        if full && !self.counts.contains_key(&partner.id) {
            return Err(Exceeded::TooManyPartners);
        }
        Ok(self.counts.entry(partner.id.clone()).or_default())
    }
}

fn used_up(counter: Counter, limit: u32, now: Timestamp) -> Exceeded {
    let left = 60 - now.as_second().rem_euclid(60);
    Exceeded::Minute { counter, limit, retry_after: Duration::from_secs(left.unsigned_abs()) }
}

fn minute_of(instant: Timestamp) -> i64 {
    instant.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::authenticate::registry::Role;

    fn partner(id: &str) -> Partner {
        Partner {
            id: id.into(),
            role: Role::Submitter,
            may_submit_cargo: true,
            may_submit_passengers: true,
            border_posts: BTreeSet::from(["*".to_owned()]),
            quota_per_minute: 2,
            test: false,
            suspended: false,
            subject_uris: BTreeSet::new(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    async fn submitted(quota: &Quota, partner: &Partner, now: Timestamp) -> Result<(), Exceeded> {
        match quota.submission(partner, now).await {
            Ok(()) => Ok(()),
            Err(NotCounted::Exceeded(exceeded)) => Err(exceeded),
            Err(other) => panic!("{other}"),
        }
    }

    #[tokio::test]
    async fn at_the_limit_passes_and_one_above_is_told_when_to_come_back() {
        let quota = Quota::new(&Config::default());
        let one = partner("kz-customs");
        assert_eq!(submitted(&quota, &one, at(100)).await, Ok(()));
        assert_eq!(submitted(&quota, &one, at(101)).await, Ok(()));
        let exceeded = Exceeded::Minute {
            counter: Counter::Submissions,
            limit: 2,
            retry_after: Duration::from_secs(18),
        };
        assert_eq!(submitted(&quota, &one, at(102)).await, Err(exceeded));
        assert_eq!(
            submitted(&quota, &partner("tj-customs"), at(102)).await,
            Ok(()),
            "others are counted apart"
        );
        assert_eq!(submitted(&quota, &one, at(120)).await, Ok(()), "the minute turned");
    }

    #[tokio::test]
    async fn what_was_not_new_gives_its_place_back_within_its_minute_only() {
        let quota = Quota::new(&Config::default());
        let one = partner("kz-customs");
        quota.not_new(&one, at(100)); // nothing was counted: nothing is gained
        for _ in 0..2 {
            assert_eq!(submitted(&quota, &one, at(100)).await, Ok(()));
        }
        assert!(submitted(&quota, &one, at(100)).await.is_err());
        quota.not_new(&one, at(101));
        assert_eq!(submitted(&quota, &one, at(102)).await, Ok(()));
        assert!(submitted(&quota, &one, at(103)).await.is_err());
        for _ in 0..2 {
            assert_eq!(submitted(&quota, &one, at(120)).await, Ok(()));
        }
        quota.not_new(&one, at(103));
        assert!(submitted(&quota, &one, at(121)).await.is_err(), "another minute's place is not this one's");
    }

    #[tokio::test]
    async fn repeats_are_bounded_by_calls_and_not_by_the_quota() {
        let quota = Quota::new(&Config { calls_per_submission: 3, ..Config::default() });
        let one = partner("kz-customs");
        for _ in 0..6 {
            assert_eq!(quota.call(&one, at(0)), Ok(()));
        }
        assert!(matches!(
            quota.call(&one, at(0)),
            Err(Exceeded::Minute { counter: Counter::Calls, limit: 6, .. })
        ));
        assert_eq!(submitted(&quota, &one, at(0)).await, Ok(()), "calls do not use the quota up");
    }

    #[test]
    fn dry_runs_and_counted_partners_have_limits() {
        let config = Config { dry_runs_per_minute: 1, max_counted_partners: 1, ..Config::default() };
        let quota = Quota::new(&config);
        assert_eq!(quota.dry_run(&partner("a"), at(0)), Ok(()));
        assert!(quota.dry_run(&partner("a"), at(0)).is_err());
        assert_eq!(quota.call(&partner("b"), at(0)), Err(Exceeded::TooManyPartners));
        assert_eq!(quota.call(&partner("b"), at(60)), Ok(()));
    }
}
