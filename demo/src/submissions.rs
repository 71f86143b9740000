//! The stories, submitted one after the other.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use cli::{Client, Submitted};
use jiff::Timestamp;
use proto::v1::{Corridor, PreDecision, Reason, SubmitManifestRequest};
use serde_json::{Value, json};
use testkit::stories::{Sender, Story};

use crate::cast::Cast;
use crate::expected;
use crate::report::{Paint, Report};
use crate::watchers::Watchers;

/// One answered submission.
#[derive(Debug)]
pub(crate) struct Told {
    /// Which story.
    pub(crate) story: Story,
    /// What was sent.
    pub(crate) request: SubmitManifestRequest,
    /// What was answered.
    pub(crate) submitted: Submitted,
}

impl Told {
    /// The manifest's resource name.
    pub(crate) fn name(&self) -> &str {
        self.submitted.response.receipt.as_ref().map_or("", |receipt| &receipt.manifest)
    }

    /// The border post of arrival.
    pub(crate) fn post(&self) -> &str {
        let journey = self.request.manifest.as_ref().and_then(|manifest| manifest.journey.as_ref());
        journey.map_or("", |journey| &journey.border_post_code)
    }
}

/// The partners' clients.
pub(crate) async fn connect(cast: &Cast, address: &str) -> Result<BTreeMap<Sender, Client>> {
    let mut clients = BTreeMap::new();
    for sender in Sender::ALL {
        let config = cast.client(sender.partner_id(), address);
        let client =
            Client::connect(&config).await.with_context(|| format!("connecting {}", sender.partner_id()))?;
        clients.insert(sender, client);
    }
    Ok(clients)
}

/// Submits every story and tells what partner and officer are told.
pub(crate) async fn submit(
    clients: &BTreeMap<Sender, Client>,
    watchers: &Watchers,
    now: Timestamp,
    report: &mut Report,
) -> Vec<Told> {
    let mut all = Vec::new();
    for (number, story) in (1..).zip(Story::ALL) {
        let Some(client) = clients.get(&story.sender()) else { continue };
        let request = story.submission(now);
        let started = Instant::now();
        let submitted = match client.submit(&request).await {
            Ok(submitted) => submitted,
            Err(error) => {
                report.line(&format!("{number:>3}  {}: {error}", story.name()));
                report.missing(format!("{} was not answered: {error}", story.name()));
                continue;
            }
        };
        let latency = started.elapsed();
        let told = Told { story, request, submitted };
        let officer = match watchers.client(told.post()) {
            Some(post) => post.list_pre_decisions(told.name()).await.unwrap_or_else(|error| {
                report.missing(format!("{}: the post was not told: {error}", story.name()));
                Vec::new()
            }),
            None => Vec::new(),
        };
        tell(number, &told, &officer, latency, report);
        check(&told, &officer, report);
        all.push(told);
    }
    all
}

fn tell(number: i32, told: &Told, officer: &[PreDecision], latency: Duration, report: &Report) {
    let response = &told.submitted.response;
    let milliseconds = latency.as_secs_f64() * 1e3;
    report.object(&object(told, officer, milliseconds));
    let verdict = response.pre_decisions.first().map_or("-", verdict);
    report.line("");
    report.line(&format!(
        "{number:>3}  {}  {}  {:<10}  {:<14}  {milliseconds:>7.1} ms",
        report.paint(&format!("{verdict:<8}"), Paint::Corridor),
        report.paint(&format!("{:<31}", told.story.name()), Paint::Bold),
        told.story.sender().partner_id(),
        told.post(),
    ));
    report.labelled("partner", &partner_words(&response.pre_decisions));
    for finding in &response.findings {
        report.labelled("", &finding_words(finding));
    }
    report.labelled("officer", &officer_words(officer));
}

/// What is wrong, where, what stands there (all of it invented), and what to do.
fn finding_words(finding: &proto::v1::Finding) -> String {
    let place = if finding.field_path.is_empty() { "the manifest" } else { &finding.field_path };
    let says = match finding.original_value.as_str() {
        "" => String::new(),
        value => format!(" (it says: {value})"),
    };
    format!("{} at {place}{says}: {} {}", finding.code, finding.text, finding.remedy)
}

/// What should be true of every answer.
fn check(told: &Told, officer: &[PreDecision], report: &mut Report) {
    let story = told.story.name();
    let response = &told.submitted.response;
    let verdict = response.pre_decisions.first().map_or("-", verdict);
    let expected = expected::verdict(told.story);
    report.expect(verdict == expected, || format!("{story}: expected {expected}, was {verdict}"));
    report.expect(told.submitted.digest == cli::DigestCheck::Matches, || {
        format!("{story}: the receipt's digest is not that of what was sent")
    });
    report.expect(!response.pre_decisions.is_empty(), || format!("{story}: no pre-decision"));
    let verdicts = response.receipt.as_ref().map_or(0, |receipt| receipt.verdicts.len());
    report.expect(verdicts == response.pre_decisions.len(), || {
        format!("{story}: {verdicts} verdicts in the receipt, {} pre-decisions", response.pre_decisions.len())
    });
    report.expect(officer.len() == response.pre_decisions.len(), || {
        format!(
            "{story}: the post was told {} pre-decisions of {}",
            officer.len(),
            response.pre_decisions.len()
        )
    });
    for (one, seen) in response.pre_decisions.iter().zip(officer) {
        let subject = &one.subject;
        report.expect(!one.reasons.is_empty(), || format!("{story}, {subject}: no reason"));
        // The conveyance's hold for all of them; the post is told them with each.
        let digests = [&response.pre_decisions[0].digests, &seen.digests];
        report.expect(digests.into_iter().all(|each| each.as_ref().is_some_and(whole)), || {
            format!("{story}, {subject}: digests are missing")
        });
        report.expect(one.officer_view.is_none(), || {
            format!("{story}, {subject}: the partner saw the officer's view")
        });
        report.expect(seen.officer_view.is_some(), || {
            format!("{story}, {subject}: the officer's view is missing")
        });
        report.expect(seen.corridor == one.corridor, || format!("{story}, {subject}: two corridors"));
    }
}

fn whole(digests: &proto::v1::DecisionDigests) -> bool {
    [&digests.model_bundle, &digests.policy, &digests.code_lists].iter().all(|digest| digest.len() == 64)
}

/// "GREEN", "YELLOW", "RED" or "WITHHELD".
pub(crate) fn verdict(decision: &PreDecision) -> &'static str {
    match decision.corridor() {
        Corridor::Green => "GREEN",
        Corridor::Yellow => "YELLOW",
        Corridor::Red => "RED",
        Corridor::Unspecified => "WITHHELD",
    }
}

/// The conveyance's reasons, and those of its parts that somebody will look at though not at the conveyance.
fn partner_words(decisions: &[PreDecision]) -> String {
    let Some((conveyance, parts)) = decisions.split_first() else { return "nothing".into() };
    let mut words = vec![sentence(&conveyance.reasons)];
    for part in parts.iter().filter(|part| !["GREEN", verdict(conveyance)].contains(&verdict(part))) {
        words.push(format!("{} {}: {}", part.subject, verdict(part), sentence(&part.reasons)));
    }
    words.join("; ")
}

fn sentence(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The score and the strongest reasons, in plain words.
fn officer_words(decisions: &[PreDecision]) -> String {
    const STRONGEST: usize = 3;
    let Some(view) = decisions.first().and_then(|one| one.officer_view.as_ref()) else {
        return "nothing".into();
    };
    let mut words: Vec<String> = Vec::new();
    if let (Some(fraud), Some(critical)) = (view.fraud_probability, view.critical_probability) {
        words.push(format!("irregularity {:.1} %, critical {:.1} %", fraud * 100.0, critical * 100.0));
    }
    let views = || decisions.iter().filter_map(|one| one.officer_view.as_ref());
    for (subject, rule) in rules(decisions) {
        let text = match subject {
            "conveyance" => rule.text.clone(),
            part => format!("{part}: {}", rule.text),
        };
        if !words.contains(&text) {
            words.push(text);
        }
    }
    let mut reasons: Vec<&Reason> = views().flat_map(|view| &view.reasons).collect();
    reasons.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let mut told = 0;
    for reason in reasons {
        let arrow = if reason.contribution.unwrap_or(0.0) < 0.0 { '↓' } else { '↑' };
        let text = format!("{arrow} {}", reason.text);
        if told < STRONGEST && !words.contains(&text) {
            words.push(text);
            told += 1;
        }
    }
    if words.is_empty() {
        words.push("no score for travellers; no rule spoke".into());
    }
    words.join("; ")
}

/// Every rule that spoke, under the subject about which it spoke. The conveyance's view repeats, with their paths, those
/// of the parts that decided it; here they stand under their parts only.
fn rules(decisions: &[PreDecision]) -> impl Iterator<Item = (&str, &Reason)> {
    decisions.iter().flat_map(|one| {
        let rules = one.officer_view.iter().flat_map(|view| &view.rules);
        rules.filter(|rule| rule.field_path.is_empty()).map(|rule| (one.subject.as_str(), rule))
    })
}

fn weight(reason: &Reason) -> f64 {
    reason.contribution.unwrap_or(0.0).abs()
}

fn object(told: &Told, officer: &[PreDecision], milliseconds: f64) -> Value {
    let response = &told.submitted.response;
    let conveyance = response.pre_decisions.first().cloned().unwrap_or_default();
    let view = officer.first().and_then(|one| one.officer_view.clone()).unwrap_or_default();
    let digests = conveyance.digests.clone().unwrap_or_default();
    let codes =
        |reasons: &[Reason]| -> Vec<String> { reasons.iter().map(|reason| reason.code.clone()).collect() };
    json!({
        "kind": "decision",
        "synthetic": true,
        "story": told.story.name(),
        "manifest": told.name(),
        "partner": told.story.sender().partner_id(),
        "border_post": told.post(),
        "state": response.receipt.as_ref().map(|receipt| receipt.state().as_str_name()),
        "corridor": verdict(&conveyance),
        "reasons": codes(&conveyance.reasons),
        "digests": {
            "model_bundle": digests.model_bundle,
            "policy": digests.policy,
            "code_lists": digests.code_lists,
            "received": told.submitted.digest.word(),
        },
        "findings": response.findings.iter().map(|finding| json!({
            "code": finding.code,
            "severity": finding.severity().as_str_name(),
            "field_path": finding.field_path,
        })).collect::<Vec<_>>(),
        "pre_decisions": response.pre_decisions.iter().map(|one| json!({
            "subject": one.subject,
            "corridor": verdict(one),
            "reasons": codes(&one.reasons),
        })).collect::<Vec<_>>(),
        "officer": {
            "fraud_probability": view.fraud_probability,
            "critical_probability": view.critical_probability,
            "no_precedent": view.no_precedent,
            "rules": rules(officer).map(|(_, rule)| rule.code.clone()).collect::<Vec<_>>(),
            "words": officer_words(officer),
        },
        "latency_ms": (milliseconds * 1e3).round() / 1e3,
    })
}
