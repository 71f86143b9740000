//! `gateway purge`.

use jiff::Timestamp;

use super::DataRefused;
use crate::{
    clock::Clock,
    config::Config,
    persist::{Secrets, Store},
};

/// Destroys the keys of what was received before an instant. One in the future is refused: it would take what is being
/// received just now, and is more likely a slip.
pub(super) async fn before(instant: Timestamp, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let now = clock.now();
    if instant > now {
        return Err(DataRefused(vec![format!("--before {instant}: is in the future")]).into());
    }
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let done = store.purge_before(instant, now).await;
    store.close().await;
    let done = done?;
    println!("keys: {} destroyed", done.keys);
    if done.months_are_read {
        println!(
            "disk: not free yet, because a backup or a report reads these months; the next purge drops them"
        );
    }
    Ok(())
}
