//! `gateway export`: stored decisions as JSON lines with everything that they were judged by, from which `score replay` makes
//! each again.

use std::{
    collections::BTreeSet,
    io::{BufWriter, Stdout, Write as _},
};

use scoring::{kept::ExportEnd, record};
use serde_json::json;

use crate::{
    config::Config,
    persist::{FeedEvent, FeedPosition, Scope, Secrets, Store},
    reply::{manifest_name, record_of_decisions},
};

/// Rows that are read together.
const PAGE: u32 = 100;

/// Writes what ever judged, then every live decision in the order in which they were recorded, then each partner's test
/// decisions, to standard output, and at the end how many lines of each there were: what was cut off is found out by it. No
/// persons, no companies: models, rules, features, counters and advice.
pub(super) async fn decisions(config: &Config) -> anyhow::Result<()> {
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let mut out = BufWriter::new(std::io::stdout());
    let (mut kept, mut missing) = (BTreeSet::new(), BTreeSet::new());
    let mut end = ExportEnd { kept_files: 0, decisions: 0 };
    for file in store.judge_files().await? {
        writeln!(out, "{}", serde_json::to_string(&file)?)?;
        kept.insert(file.kept);
        end.kept_files += 1;
    }
    let partners = store.partners().await?.into_iter().map(|partner| (Scope::Partner(partner.id), true));
    for (scope, test) in std::iter::once((Scope::All, false)).chain(partners) {
        let (decisions, judged_by) = of_scope(&store, &scope, test, &mut out).await?;
        end.decisions += decisions;
        for digest in judged_by {
            if !kept.contains(&digest) {
                missing.insert(digest);
            }
        }
    }
    writeln!(out, "{}", json!({ "end": end }))?;
    out.flush()?;
    store.close().await;
    for digest in missing {
        eprintln!(
            "warning: bundle or policy {digest} judged before stores kept what judges: score replay needs it by \
             --bundle or --policy"
        );
    }
    Ok(())
}

/// Writes the live or the test decisions of a scope; says how many there were, and by which digests they were judged.
async fn of_scope(
    store: &Store,
    scope: &Scope,
    test: bool,
    out: &mut BufWriter<Stdout>,
) -> anyhow::Result<(u64, BTreeSet<String>)> {
    let (mut written, mut judged_by) = (0, BTreeSet::new());
    let mut after = FeedPosition::START;
    loop {
        let rows = store.feed_after(scope, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok((written, judged_by)) };
        after = last.position;
        for row in rows.iter().filter(|row| row.manifest.test == test) {
            let part = match row.event {
                FeedEvent::Recorded => "",
                FeedEvent::Redecided => "/later", // beside what rules alone had decided
                _ => continue,
            };
            let bytes = record_of_decisions(&row.decisions)?;
            if let Some(by) = record::judge_of(bytes) {
                judged_by.extend([by.bundle_digest, by.policy_digest]);
            }
            let record = std::str::from_utf8(bytes)?;
            let line = json!({ "manifest": format!("{}{part}", manifest_name(row.manifest.id)), "test": test, "record": record });
            writeln!(out, "{line}")?;
            written += 1;
        }
    }
}
