//! `gateway audit`: what happened, by time, partner, kind and manifest. Reading it is audited as well.

use std::io::Write as _;

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::{Configured, DataRefused, Opened};
use crate::{
    calls::names,
    clock::Clock,
    persist::{AuditEvent, AuditFilter, AuditKind},
    reply::manifest_name,
};

/// Rows that are looked at together: a short read each, so that the log can be emptied between them.
const TOGETHER: i64 = 20_000;

/// `gateway audit`.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// At or after this instant, for instance 2026-01-31T00:00:00Z.
    #[arg(long, value_name = "INSTANT")]
    from: Option<Timestamp>,
    /// Before this instant.
    #[arg(long, value_name = "INSTANT")]
    before: Option<Timestamp>,
    /// Of this partner.
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// What happened, for instance SUBMITTED: docs/AUDIT-EVENTS.md.
    #[arg(long, value_name = "EVENT")]
    kind: Option<String>,
    /// About this manifest: manifests/{manifest}.
    #[arg(long, value_name = "NAME")]
    manifest: Option<String>,
    /// How many at the most.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
    /// The newest ones, not the oldest.
    #[arg(long)]
    newest: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    configured: Configured,
}

/// Does what the command line says.
pub(super) fn run(arguments: &Audit, clock: &Clock) -> anyhow::Result<()> {
    let config = super::load(&arguments.configured)?;
    let filter = arguments.filter()?;
    super::block_on(async {
        let opened = Opened::new(&config, clock).await?;
        let done = show(&opened, arguments, &filter).await;
        opened.store.close().await;
        done
    })?
}

impl Audit {
    fn filter(&self) -> Result<AuditFilter, DataRefused> {
        let refused = |problem: String| DataRefused(vec![problem]);
        let kind = |word: &String| {
            AuditKind::parse(word).ok_or_else(|| refused(format!("--kind {word}: is no audit event")))
        };
        let manifest = |name: &String| {
            let unknown = || refused(format!("--manifest {name}: is not of the form manifests/{{manifest}}"));
            names::manifest(name).ok_or_else(unknown)
        };
        Ok(AuditFilter {
            from: self.from,
            before: self.before,
            partner_id: self.partner.clone(),
            kind: self.kind.as_ref().map(kind).transpose()?,
            manifest_id: self.manifest.as_ref().map(manifest).transpose()?,
        })
    }
}

async fn show(opened: &Opened, arguments: &Audit, filter: &AuditFilter) -> anyhow::Result<()> {
    let found = find(opened, arguments, filter).await?;
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let mut read = AuditEvent::new(AuditKind::AuditRead, opened.clock.now()).count(count);
    if let Some(partner) = &filter.partner_id {
        read = read.partner(partner);
    }
    if let Some(manifest) = filter.manifest_id {
        read = read.manifest(manifest);
    }
    // First the trace, then what it is a trace of.
    opened.store.audit(read).await?;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for (number, event) in &found {
        writeln!(out, "{}", if arguments.json { object(*number, event) } else { line(*number, event) })?;
    }
    out.flush()?;
    Ok(())
}

/// Oldest first; of more than are asked for the oldest, or the newest.
async fn find(
    opened: &Opened,
    arguments: &Audit,
    filter: &AuditFilter,
) -> anyhow::Result<Vec<(i64, AuditEvent)>> {
    let (begin, end) = if filter.from.is_some() || filter.before.is_some() {
        opened.store.audit_bounds(filter).await?
    } else {
        (0, opened.store.audit_end().await?)
    };
    let mut found = Vec::new();
    let mut looked = begin;
    while looked < end && found.len() < arguments.limit {
        let next = looked.saturating_add(TOGETHER).min(end);
        let (after, upto) =
            if arguments.newest { (begin + end - next, begin + end - looked) } else { (looked, next) };
        let mut some = opened.store.audit_between(after, upto, filter).await?;
        if arguments.newest {
            some.append(&mut found);
            found = some;
        } else {
            found.append(&mut some);
        }
        looked = next;
    }
    if arguments.newest {
        found.drain(..found.len().saturating_sub(arguments.limit));
    }
    found.truncate(arguments.limit);
    Ok(found)
}

fn object(number: i64, event: &AuditEvent) -> String {
    json!({
        "number": number,
        "event": event.kind.as_str(),
        "event_time": event.event_time.to_string(),
        "partner": event.partner_id,
        "manifest": event.manifest_id.map(manifest_name),
        "request_id": event.request_id,
        "reason": event.reason,
        "source_network": event.source_network,
        "count": event.count,
        "operator": event.operator,
    })
    .to_string()
}

fn line(number: i64, event: &AuditEvent) -> String {
    let mut line = format!("{number:>8}  {}  {}", event.event_time, event.kind.as_str());
    let manifest = event.manifest_id.map(manifest_name);
    for (name, value) in [
        ("partner", event.partner_id.as_deref()),
        ("manifest", manifest.as_deref()),
        ("request_id", event.request_id.as_deref()),
        ("reason", event.reason.as_deref()),
        ("network", event.source_network.as_deref()),
        ("operator", event.operator.as_deref()),
    ] {
        if let Some(value) = value {
            line += &format!("  {name}={value}");
        }
    }
    if event.count != 1 {
        line += &format!("  count={}", event.count);
    }
    line
}
