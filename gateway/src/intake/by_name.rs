//! Locks by name, forgotten when nobody holds them and nobody waits for them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

/// Whose name, and which.
pub(super) type Name = (String, String);

/// All names that are locked or waited for.
#[derive(Clone, Default)]
pub(super) struct ByName(Arc<Mutex<HashMap<Name, Arc<Lock<()>>>>>);

/// A name that is locked; free when dropped.
pub(super) struct Locked {
    _guard: OwnedMutexGuard<()>, // goes before the claim
    _claim: Claim,
}

/// Whoever holds a name or waits for it.
struct Claim {
    all: ByName,
    name: Name,
    lock: Option<Arc<Lock<()>>>,
}

impl ByName {
    /// Waits until nobody else has the name.
    pub(super) async fn lock(&self, name: Name) -> Locked {
        let lock = Arc::clone(self.table().entry(name.clone()).or_default());
        let claim = Claim { all: self.clone(), name, lock: Some(Arc::clone(&lock)) };
        // Whoever is cancelled here drops his part of the lock first, and then his claim.
        let guard = lock.lock_owned().await;
        Locked { _guard: guard, _claim: claim }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<Name, Arc<Lock<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut table = self.all.table();
        self.lock = None; // within the table's lock, so that of two who leave the last one knows it
        if table.get(&self.name).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            table.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn name(name: &str) -> Name {
        ("silk-coach".into(), name.into())
    }

    #[tokio::test]
    async fn one_at_a_time_has_a_name_and_nobody_waits_for_another() {
        let all = ByName::default();
        let held = all.lock(name("a")).await;
        assert!(all.lock(name("b")).now_or_never().is_some());
        let mut waits = Box::pin(all.lock(name("a")));
        assert!((&mut waits).now_or_never().is_none());
        drop(held);
        drop(waits.await);
        assert!(all.table().is_empty());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let all = ByName::default();
        for holder_first in [true, false] {
            let held = all.lock(name("a")).await;
            let mut waits = Box::pin(all.lock(name("a")));
            assert!((&mut waits).now_or_never().is_none());
            if holder_first {
                drop(held); // it is his now, and he does not know it
                drop(waits);
            } else {
                drop(waits);
                drop(held);
            }
            assert!(all.table().is_empty());
        }
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let all = all.clone();
                tokio::spawn(async move { drop(all.lock(name("a")).await) })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(all.table().is_empty());
    }
}
