//! `gateway export`: stored decisions as JSON lines, from which `score replay` makes each again.

use std::io::Write as _;

use serde_json::json;

use crate::{
    config::Config,
    persist::{FeedEvent, FeedPosition, Scope, Secrets, Store},
    reply::{manifest_name, record_of_decisions},
};

/// Rows that are read together.
const PAGE: u32 = 100;

/// Writes every live decision to standard output, in the order in which they were recorded. No persons, no companies:
/// features, counters and advice.
pub(super) async fn decisions(config: &Config) -> anyhow::Result<()> {
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let mut after = FeedPosition::START;
    loop {
        let rows = store.feed_after(&Scope::All, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.position;
        for row in rows.iter().filter(|row| row.event == FeedEvent::Recorded) {
            let record = std::str::from_utf8(record_of_decisions(&row.decisions)?)?;
            let line = json!({ "manifest": manifest_name(row.manifest.id), "record": record });
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    store.close().await;
    Ok(())
}
