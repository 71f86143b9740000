//! Work that goes on whether or not anybody asks how far it is.

use std::{future::Future, panic::resume_unwind};

use tokio::task::JoinSet;
use tracing::Instrument as _;

/// Does work as a task of its own, which ends when its asker goes away.
///
/// What lies in the body of an answer is asked for only while the client takes that answer: one that reads nothing would keep its
/// turns in the queue, and no time would run out on it. As a task it ends, and only its result waits for the reader.
pub(super) async fn driven<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let mut task = JoinSet::new(); // aborts what it holds when it is dropped
    task.spawn(work.in_current_span());
    match task.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
        // Nobody else aborts it: the runtime ends, and with it whoever waits here.
        Some(Err(_)) | None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };

    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn it_ends_without_being_asked_for_and_with_its_asker() {
        let (ended, aborted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let mark = Arc::clone(&ended);
        let mut work = Box::pin(driven(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            mark.store(true, Ordering::Relaxed);
            7
        }));
        assert_eq!((&mut work).now_or_never(), None, "asked for once");
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(ended.load(Ordering::Relaxed));
        assert_eq!(work.await, 7);

        let mark = Arc::clone(&aborted);
        let mut work = Box::pin(driven(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            mark.store(true, Ordering::Relaxed);
        }));
        assert_eq!((&mut work).now_or_never(), None);
        drop(work);
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert!(!aborted.load(Ordering::Relaxed), "whoever goes away takes its work along");
    }

    #[tokio::test]
    #[should_panic(expected = "of the work itself")]
    async fn a_panic_stays_one() {
        driven(async { panic!("of the work itself") }).await
    }
}
