//! Judges again, beside the calls, what rules alone had decided.

use std::time::Duration;

use super::background::{Background, ticks};
use crate::{
    judging::Judging,
    rescore::{self, Pace},
};

impl Background {
    /// Looks every so often, and again at once as long as there is more to do and it can be done.
    pub(super) async fn rescore(self, judging: Judging, pace: Pace, every: Duration) {
        let mut ticks = ticks(every);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            loop {
                let now = judging.now();
                let look = rescore::look(&self.store, &now, pace, self.clock.now());
                // Stopping waits for nothing here: what was claimed is tried again when the claim is over.
                let looked = tokio::select! {
                    () = self.stop.cancelled() => return,
                    looked = look => looked,
                };
                match looked {
                    Ok(looked) => {
                        if looked.claimed > 0 {
                            let (published, put_off) = (looked.published, looked.put_off);
                            tracing::info!(
                                published,
                                put_off,
                                "what rules alone had decided was judged again"
                            );
                        }
                        self.metrics.redecided(looked.published as u64);
                        if looked.published == 0 {
                            break;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "nothing was judged again; the next look tries");
                        break;
                    }
                }
            }
            match self.store.provisional_backlog().await {
                Ok(backlog) => {
                    let now = self.clock.now().as_second();
                    let oldest = backlog.since.map_or(0, |since| now.saturating_sub(since.as_second()));
                    self.metrics.set_provisional(backlog.manifests, oldest);
                }
                Err(error) => tracing::warn!(%error, "what waits to be judged again could not be counted"),
            }
        }
    }
}
