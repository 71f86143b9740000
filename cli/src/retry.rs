//! Trying again: bounded, with a growing and jittered pause, at the time that the gateway asks for.

use std::time::Duration;

use crate::news::Listener;
use crate::{Error, News};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// However long the gateway asks us to wait: somebody sits at the terminal.
const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(60);

/// The pause before the attempt after a number of failed ones (from 1). What the gateway asked for is never
/// undercut; the jitter keeps many clients from coming back together.
pub(crate) fn pause(failed: u32, asked: Option<Duration>) -> Duration {
    let grown = FIRST_PAUSE.saturating_mul(1 << failed.saturating_sub(1).min(10)).min(LONGEST_PAUSE);
    match asked {
        Some(asked) => asked.min(LONGEST_ASKED_PAUSE) + grown.mul_f64(rand::random_range(0.0..0.5)),
        None => grown.mul_f64(rand::random_range(0.5..1.0)),
    }
}

/// Calls until an answer comes, a refusal is final, or the attempts are used up; then says the last error.
pub(crate) async fn repeat<T, F: Future<Output = Result<T, Error>>>(
    attempts: u32,
    listener: &Listener,
    mut call: impl FnMut() -> F,
) -> Result<T, Error> {
    let mut failed = 0;
    loop {
        match call().await {
            Err(error) if error.is_retryable() && failed + 1 < attempts => {
                failed += 1;
                let pause = pause(failed, error.retry_after());
                listener.tell(&News::Retrying { error: &error, pause });
                tokio::time::sleep(pause).await;
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[test]
    fn pauses_grow_are_bounded_and_honour_the_gateway() {
        for failed in 1..40 {
            let pause = pause(failed, None);
            assert!(pause >= FIRST_PAUSE / 2 && pause <= LONGEST_PAUSE);
        }
        assert!(pause(5, None) > pause(1, None));
        assert!(pause(1, Some(Duration::from_secs(3))) >= Duration::from_secs(3));
        assert!(pause(1, Some(Duration::from_secs(3_600))) <= LONGEST_ASKED_PAUSE + LONGEST_PAUSE);
    }

    #[tokio::test]
    async fn attempts_are_counted_and_final_errors_end_at_once() {
        let told = Arc::new(AtomicU32::new(0));
        let listener = Listener::new({
            let told = Arc::clone(&told);
            move |news| {
                assert!(matches!(news, News::Retrying { .. }));
                told.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut calls = 0;
        let outcome: Result<(), _> = repeat(2, &listener, || {
            calls += 1;
            async { Err(Error::Unreachable("gone".into())) }
        })
        .await;
        assert!(outcome.is_err());
        assert_eq!(calls, 2);
        let mut calls = 0;
        let outcome: Result<(), _> = repeat(2, &listener, || {
            calls += 1;
            async { Err(Error::AnswerIncomplete("a receipt")) }
        })
        .await;
        assert!(outcome.is_err());
        assert_eq!(calls, 1);
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }
}
