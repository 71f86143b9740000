//! Answers in words.

use proto::v1::{
    Change, ClearanceTimes, Corridor, DailySummary, DocumentMessage, Finding, GetManifestResponse,
    ManifestDecided, ManifestState, ManifestSummary, Outcome, PreDecision, Reason, ReconciledManifest,
    ReconciliationTotals, Severity, SubmitManifestResponse, WithheldReason,
};

use crate::{DigestCheck, Submitted};

/// Does a finding block its subject?
pub(crate) fn is_blocking(finding: &Finding) -> bool {
    finding.severity() == Severity::Blocking
}

/// Was the manifest rejected, or is a subject of it blocked?
pub(crate) fn needs_correcting(response: &SubmitManifestResponse) -> bool {
    let rejected = response.receipt.as_ref().is_none_or(|receipt| receipt.state() == ManifestState::Rejected);
    rejected || response.findings.iter().any(is_blocking)
}

/// One submission in full.
pub(crate) fn submitted(submitted: &Submitted) -> String {
    let response = &submitted.response;
    let receipt = response.receipt.clone().unwrap_or_default();
    let mut text = format!(
        "{}  {} revision {}\n  {}, received {}; the receipt {} what was sent",
        receipt.manifest,
        receipt.manifest_reference,
        receipt.revision,
        word(receipt.state().as_str_name(), "MANIFEST_STATE_"),
        time(receipt.receive_time),
        match submitted.digest {
            DigestCheck::Matches => "matches",
            DigestCheck::EarlierEnvelope => "is the earlier one, of another envelope around",
            DigestCheck::SaltDestroyed => "can no longer be compared with",
            DigestCheck::Differs => "does not match",
        },
    );
    if response.repeated_submission {
        text += "\n  the same words as before: this is the original receipt";
    }
    if let Some(now) = state_now(response) {
        text += &format!("\n  now: {now}");
    }
    text + "\n"
        + &changes(&response.changes)
        + &pre_decisions(&response.pre_decisions)
        + &findings(&response.findings)
}

/// One of many submissions, on a line.
pub(crate) fn submitted_line(file: &str, submitted: &Submitted) -> String {
    let response = &submitted.response;
    let receipt = response.receipt.clone().unwrap_or_default();
    let corridor = response.pre_decisions.first().map_or("-".into(), corridor);
    let blocking = response.findings.iter().filter(|finding| is_blocking(finding)).count();
    let blocked = if blocking > 0 { format!("  {blocking} blocking") } else { String::new() };
    let now = state_now(response).map(|now| format!("  now: {now}")).unwrap_or_default();
    format!("{corridor:<9} {}  {}{blocked}{now}  {file}", receipt.manifest_reference, receipt.manifest)
}

/// Where the manifest stands now, when that is no longer where its receipt left it.
fn state_now(response: &SubmitManifestResponse) -> Option<&'static str> {
    let then = response.receipt.as_ref().map(proto::v1::Receipt::state);
    let now = response.state();
    (now != ManifestState::Unspecified && then != Some(now))
        .then(|| word(now.as_str_name(), "MANIFEST_STATE_"))
}

/// A report of an inspection.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let found = match (outcome.irregular, outcome.critical) {
        (_, true) => "CRITICAL",
        (true, false) => "irregular",
        (false, false) => "in order",
    };
    let measures: Vec<_> =
        outcome.measures().map(|measure| word(measure.as_str_name(), "CONTROL_MEASURE_")).collect();
    let kinds: Vec<_> = outcome.kinds().map(|kind| word(kind.as_str_name(), "IRREGULARITY_KIND_")).collect();
    let about = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
    format!(
        "{found}{about}  {}  {} (revision {})  {}  by {}  {}",
        outcome.subject,
        outcome.outcome_reference,
        outcome.revision,
        time(outcome.examine_time),
        measures.join(", "),
        outcome.name,
    )
}

/// One message of a document.
pub(crate) fn document_message(
    file: &str,
    format: &str,
    message: &DocumentMessage,
    digest: Option<DigestCheck>,
) -> String {
    let mut text = format!(
        "{file}: {format} message {} ({}) {} {}",
        message.message_number,
        message.kind,
        word(message.intent().as_str_name(), "DOCUMENT_INTENT_").to_lowercase(),
        message.manifest_reference,
    );
    if !message.part.is_empty() {
        text += &format!(" part {}", message.part);
    }
    if message.revision != 0 {
        text += &format!(" revision {}", message.revision);
    }
    text += "\n";
    if let Some(checked) = &message.checked {
        let verdict = if checked.acceptable { "would be recorded" } else { "would be rejected" };
        text += &format!("  {verdict}, {} findings\n{}", checked.findings.len(), findings(&checked.findings));
    }
    if let Some(response) = &message.recorded {
        let response = response.clone();
        text += "  ";
        text += &submitted(&Submitted { response, digest: digest.unwrap_or(DigestCheck::Matches) });
    }
    if let Some(moved) = &message.moved {
        text += &format!("  {}\n", summary(moved));
    }
    text
}

/// A manifest with its pre-decisions.
pub(crate) fn manifest(response: &GetManifestResponse, decisions: &[PreDecision]) -> String {
    let manifest = response.manifest.clone().unwrap_or_default();
    let journey = manifest.journey.clone().unwrap_or_default();
    let persons = if response.persons_held { "" } else { "; persons are no longer held" };
    format!(
        "{}  {} revision {}\n  {}, {} at {} on {}{persons}\n{}{}",
        manifest.name,
        manifest.manifest_reference,
        manifest.revision,
        word(manifest.state().as_str_name(), "MANIFEST_STATE_"),
        manifest.conveyance.clone().unwrap_or_default().registration,
        journey.border_post_code,
        time(journey.arrival_time),
        pre_decisions(decisions),
        findings(&response.findings),
    )
}

/// A manifest of a list, on a line.
pub(crate) fn summary(summary: &ManifestSummary) -> String {
    format!(
        "{:<9} {:<9} {}  {}  rev {}  {} on {}{}",
        word(summary.corridor().as_str_name(), "CORRIDOR_"),
        word(summary.state().as_str_name(), "MANIFEST_STATE_"),
        summary.name,
        summary.manifest_reference,
        summary.revision,
        summary.border_post_code,
        time(summary.arrival_time),
        if summary.test { "  test" } else { "" },
    )
}

/// How long one post takes for one mode of transport, on a line.
pub(crate) fn clearance_times(times: &ClearanceTimes) -> String {
    let minutes = |seconds: i64| format!("{:.1}", seconds as f64 / 60.0);
    format!(
        "{:<18} mode {:<2} {:>7} released   median {:>7} min   90 % {:>7}   95 % {:>7}   longest {:>7}",
        times.border_post_code,
        times.mode_code,
        times.manifest_count,
        minutes(times.median_seconds),
        minutes(times.percentile_90_seconds),
        minutes(times.percentile_95_seconds),
        minutes(times.longest_seconds),
    )
}

/// What a revision says otherwise than the one before.
fn changes(changes: &[Change]) -> String {
    let line = |one: &Change| {
        let kind = word(one.kind().as_str_name(), "CHANGE_KIND_").to_lowercase();
        format!("  {kind} since the revision before: {}\n", one.field_path)
    };
    changes.iter().map(line).collect()
}

/// A message of a watch.
pub(crate) fn decided(decided: &ManifestDecided) -> String {
    format!(
        "{}  {} revision {}  {}  {}\n  {} at {} on {}\n{}{}{}",
        decided.manifest,
        decided.manifest_reference,
        decided.revision,
        word(decided.state().as_str_name(), "MANIFEST_STATE_"),
        decided.partner_id,
        decided.conveyance_registration,
        decided.border_post_code,
        time(decided.arrival_time),
        moved(decided),
        changes(&decided.changes),
        pre_decisions(&decided.pre_decisions),
    )
}

/// When it came and was released, as far as it did.
fn moved(decided: &ManifestDecided) -> String {
    let mut text = String::new();
    for (instant, what) in [
        (decided.announced_arrival_time, "its sender says that it has arrived"),
        (decided.arrive_time, "at the post"),
        (decided.release_time, "released"),
    ] {
        if instant.is_some() {
            text += &format!("  {what}: {}\n", time(instant));
        }
    }
    text
}

/// The conveyance always; its parts where there is something to say or they are few.
fn pre_decisions(decisions: &[PreDecision]) -> String {
    let mut text = String::new();
    let mut silent = 0;
    for (place, one) in decisions.iter().enumerate() {
        if place > 0 && one.reasons.is_empty() && one.officer_view.is_none() && decisions.len() > 6 {
            silent += 1;
            continue;
        }
        let until = one.expire_time.map(|until| format!("  until {}", time(Some(until)))).unwrap_or_default();
        text += &format!("  {:<9} {}{until}\n", corridor(one), one.subject);
        for reason in &one.reasons {
            text += &format!("            {}\n", reason_words(reason));
        }
        if let Some(view) = &one.officer_view {
            if let Some(probability) = view.fraud_probability {
                text += &format!("            officer: irregularity {:.1} %\n", probability * 100.0);
            }
            for reason in view.rules.iter().chain(&view.reasons).chain(&view.changes) {
                text += &format!("            officer: {}\n", officer_words(reason));
            }
        }
    }
    if silent > 0 {
        text += &format!("  and {silent} more without a remark\n");
    }
    text
}

fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for one in findings {
        let place = if one.field_path.is_empty() { "the manifest" } else { &one.field_path };
        text += &format!("  {} {} at {place}\n", word(one.severity().as_str_name(), "SEVERITY_"), one.code);
        if let Some(source) = &one.source_place {
            text += &format!("    in {}{}\n", source.text, of_document(one));
        } else if !one.source_document.is_empty() {
            text += &format!("    in the document of {}\n", one.source_document);
        }
        text += &format!("    {}\n", one.text);
        if !one.original_value.is_empty() {
            text += &format!("    it says: {}\n", one.original_value);
        }
        if !one.remedy.is_empty() {
            text += &format!("    {}\n", one.remedy);
        }
    }
    text
}

/// In which document, where it is another than the manifest's own.
fn of_document(finding: &Finding) -> String {
    match finding.source_document.as_str() {
        "" => String::new(),
        name => format!(" of the document of {name}"),
    }
}

/// A rule, or a share of the score: whether it raises or lowers it, and of which part, for a conveyance has many.
fn officer_words(reason: &Reason) -> String {
    let direction = match reason.contribution {
        Some(share) if share < 0.0 => "↓ ",
        Some(_) => "↑ ",
        None => "", // a rule adds nothing, it decides
    };
    let part = if reason.field_path.is_empty() { "" } else { &format!("{}: ", reason.field_path) };
    format!("{direction}{part}{}", reason_words(reason))
}

fn reason_words(reason: &Reason) -> String {
    if reason.text.is_empty() { reason.code.clone() } else { reason.text.clone() }
}

/// "GREEN", "YELLOW", "RED", or why there is none.
fn corridor(decision: &PreDecision) -> String {
    match (decision.corridor(), decision.withheld_reason()) {
        (Corridor::Unspecified, WithheldReason::Unspecified) => "WITHHELD".into(),
        (Corridor::Unspecified, reason) => {
            format!(
                "WITHHELD ({})",
                word(reason.as_str_name(), "WITHHELD_REASON_").to_lowercase().replace('_', " ")
            )
        }
        (corridor, _) => word(corridor.as_str_name(), "CORRIDOR_").into(),
    }
}

pub(crate) fn word(name: &'static str, prefix: &str) -> &'static str {
    match name.strip_prefix(prefix).unwrap_or(name) {
        "UNSPECIFIED" => "-",
        word => word,
    }
}

/// What was received in a day.
pub(crate) fn day(summary: &DailySummary) -> String {
    let totals = summary.totals.clone().unwrap_or_default();
    format!("day {} - {}: {}", time(summary.from_time), time(summary.before_time), self::totals(&totals))
}

/// The counts of a period.
pub(crate) fn totals(totals: &ReconciliationTotals) -> String {
    let digest: String = totals.received_digests_digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "received {}: green {}, yellow {}, red {}, withheld {}, rejected {} (test traffic {})\n  digest of all receipts' digests {digest}",
        totals.received_count,
        totals.green_count,
        totals.yellow_count,
        totals.red_count,
        totals.withheld_count,
        totals.rejected_count,
        totals.test_count,
    )
}

/// One received manifest, on a line.
pub(crate) fn reconciled(manifest: &ReconciledManifest) -> String {
    let state = word(manifest.state().as_str_name(), "MANIFEST_STATE_");
    let ReconciledManifest { manifest_reference, revision, name, receive_time, .. } = manifest;
    format!("{}  {manifest_reference} revision {revision}  {state}  {name}", time(*receive_time))
}

fn time(instant: Option<prost_types::Timestamp>) -> String {
    instant.map_or("-".into(), |instant| {
        prost_types::Timestamp { nanos: 0, ..instant }.to_string() // RFC 3339, whole seconds
    })
}

#[cfg(test)]
mod tests {
    use proto::v1::OfficerView;

    use super::*;

    #[test]
    fn an_officer_reads_which_way_a_reason_speaks_and_about_which_item() {
        let reason = |text: &str, place: &str, contribution| Reason {
            text: text.into(),
            field_path: place.into(),
            contribution,
            ..Reason::default()
        };
        let item = "cargo.consignments[0].goods_items[1]";
        let view = OfficerView {
            rules: vec![
                reason("drawn", "", None),
                reason("over the threshold", "cargo.consignments[0]", None),
            ],
            reasons: vec![reason("the mass", item, Some(0.4)), reason("the origin", item, Some(-0.2))],
            changes: vec![reason("to check first: mass", item, None)],
            ..OfficerView::default()
        };
        let text = pre_decisions(&[PreDecision {
            subject: "conveyance".into(),
            officer_view: Some(view),
            ..PreDecision::default()
        }]);
        let told: Vec<_> = text.lines().skip(1).map(str::trim).collect();
        assert_eq!(
            told,
            [
                "officer: drawn",
                "officer: cargo.consignments[0]: over the threshold",
                &format!("officer: ↑ {item}: the mass"),
                &format!("officer: ↓ {item}: the origin"),
                &format!("officer: {item}: to check first: mass"),
            ]
        );
    }
}
