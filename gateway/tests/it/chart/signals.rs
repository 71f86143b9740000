//! Alerts and dashboard ask for metrics, labels and values that the gateway really has. An expression that names anything
//! else is well-formed and stays silent for ever.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use gateway::{
    authenticate::{HandshakeRefusal, registry::ExpiryKind},
    observability::{
        Kind, Metrics, Outcome, Step,
        labels::{KINDS, OUTCOMES, STEPS},
    },
    persist::AuditKind,
    reply::Reason,
};
use proto::v1;
use serde_json::Value;

use super::{
    promql::{Matcher, Named, Selector, named},
    rendered, text, yaml,
};

const ALERTS: &str = "helm/customs-gateway/alerts/alerts.yaml";
const ALERT_TESTS: [&str; 2] = ["helm/alerts/alerts.test.yaml", "helm/alerts/silent.test.yaml"];
const DASHBOARD: &str = "helm/customs-gateway/dashboards/customs-gateway.json";
const RUNBOOK: &str = "docs/OPERATIONS.md";

/// Labels that whoever scrapes adds.
const OF_THE_TARGET: [&str; 4] = ["namespace", "pod", "job", "instance"];
/// What the kubelet tells of volumes: the one thing that the gateway cannot know of itself.
const OF_THE_KUBELET: [&str; 2] =
    ["kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"];

/// Every metric with its labels, as the gateway exposes them.
fn metrics() -> BTreeMap<String, BTreeSet<String>> {
    let (metrics, exposition) = Metrics::new().unwrap();
    metrics.step(Step::Persist, Kind::Cargo, Outcome::Ok, Duration::from_millis(3));
    metrics.finding("HS_CODE_UNKNOWN");
    metrics.refusal("INTERNAL");
    metrics.handshake_refusal("EXPIRED", 1);
    metrics.pre_decision("GREEN", &Arc::from("first-1"));
    metrics.withheld("SCORING_FAILED");
    metrics.rules_only("SCORING_FAILED");
    metrics.redecided(1);
    metrics.submission("synthetic-partner", "recorded");
    metrics.reload("registry", "refused");
    metrics.audit_failure("REFUSED");
    metrics.set_expiries(vec![
        ("synthetic-partner".to_owned(), ExpiryKind::Anchor, 1),
        ("synthetic-partner".to_owned(), ExpiryKind::RevocationList, 1),
    ]);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in exposition.text().unwrap().lines().filter(|line| !line.starts_with('#')) {
        let Named { selectors, .. } = named(line.rsplit_once(' ').unwrap().0);
        let series = selectors.into_iter().next().unwrap();
        found
            .entry(series.metric)
            .or_default()
            .extend(series.matchers.into_iter().map(|matcher| matcher.label));
    }
    found
}

/// Labels whose values are a closed list. `partner`, `code` and `bundle` are not.
fn values_of(metric: &str, label: &str) -> Option<BTreeSet<&'static str>> {
    let values: Vec<&'static str> = match (metric.trim_start_matches("customs_gateway_"), label) {
        ("submissions_total", "result") => vec!["recorded", "repeated", "rejected", "refused", "fault"],
        ("audit_failures_total", "kind") => AuditKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        ("reloads_total", "result") => vec!["ok", "refused"],
        ("reloads_total", "what") => vec!["credentials", "registry", "bundle"],
        ("refusals_total", "reason") => Reason::ALL.iter().map(|reason| reason.as_str()).collect(),
        ("handshake_refusals_total", "reason") => {
            HandshakeRefusal::ALL.iter().map(|reason| reason.code()).collect()
        }
        ("pre_decisions_total", "corridor") => {
            (0..9).filter_map(|n| v1::Corridor::try_from(n).ok()).map(verdict_word).collect()
        }
        ("withheld_total", "cause") => {
            (0..99).filter_map(|n| v1::WithheldReason::try_from(n).ok()).map(cause_word).collect()
        }
        (name, "step") if name.starts_with("step_duration") => STEPS.to_vec(),
        (name, "kind") if name.starts_with("step_duration") => KINDS.to_vec(),
        (name, "result") if name.starts_with("step_duration") => OUTCOMES.to_vec(),
        _ => return None,
    };
    Some(values.into_iter().collect())
}

/// What an expression asks for that is not there.
fn problems(expression: &str, metrics: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let Named { selectors, groups } = named(expression);
    let mut problems = Vec::new();
    let mut labels: BTreeSet<String> = OF_THE_TARGET.into_iter().map(str::to_owned).collect();
    for Selector { metric, matchers } in &selectors {
        let kubelet = BTreeSet::from(["persistentvolumeclaim".to_owned()]);
        let Some(own) = metrics.get(metric).or(OF_THE_KUBELET.contains(&metric.as_str()).then_some(&kubelet))
        else {
            problems.push(format!("no metric {metric}"));
            continue;
        };
        labels.extend(own.iter().cloned());
        for Matcher { label, value, .. } in matchers {
            if !own.contains(label) && !OF_THE_TARGET.contains(&label.as_str()) {
                problems.push(format!("{metric} has no label {label}"));
            }
            let Some(known) = values_of(metric, label) else { continue };
            let strange = value.split('|').filter(|each| !known.contains(each));
            problems.extend(strange.map(|each| format!("{metric}: {label} is never {each}")));
        }
    }
    problems.extend(
        groups
            .iter()
            .filter(|label| !labels.contains(*label))
            .map(|label| format!("nothing has the label {label}")),
    );
    if selectors.is_empty() {
        problems.push("names no metric".to_owned());
    }
    problems
}

#[test]
fn what_is_not_there_is_found() {
    let metrics = metrics();
    for (expression, expected) in [
        ("customs_gateway_redy == 0", "no metric customs_gateway_redy"),
        ("sum by (peer) (customs_gateway_submissions_total)", "nothing has the label peer"),
        (
            "customs_gateway_findings_total{reason=\"X\"}",
            "customs_gateway_findings_total has no label reason",
        ),
        (
            "customs_gateway_refusals_total{reason=~\"INTERNAL|FULL\"}",
            "customs_gateway_refusals_total: reason is never FULL",
        ),
        ("sumup(customs_gateway_ready)", "no metric sumup"),
    ] {
        assert_eq!(problems(expression, &metrics), [expected], "{expression}");
    }
}

fn alerts() -> Vec<Value> {
    let groups = yaml(ALERTS)["groups"].as_array().unwrap().clone();
    groups.iter().flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
}

#[test]
fn every_alert_asks_for_what_is_there_and_leads_somewhere() {
    let metrics = metrics();
    let runbook = text(RUNBOOK);
    let sections: BTreeSet<String> = runbook
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
        .collect();
    let tests = ALERT_TESTS.map(text).concat();
    for alert in alerts() {
        let name = alert["alert"].as_str().unwrap();
        assert_eq!(problems(alert["expr"].as_str().unwrap(), &metrics), [""; 0], "{name}");
        let link = alert["annotations"]["runbook_url"].as_str().unwrap();
        let section =
            link.strip_prefix(&format!("{RUNBOOK}#")).unwrap_or_else(|| panic!("{name} leads to {link}"));
        assert!(sections.contains(section), "{name}: {RUNBOOK} has no section {section}");
        assert!(runbook.contains(&format!("`{name}`")), "{RUNBOOK} does not name {name}");
        assert!(tests.contains(&format!("alertname: {name}\n")), "{ALERT_TESTS:?} do not try {name}");
        assert!(
            ["critical", "warning", "info"].iter().any(|one| alert["labels"]["severity"] == **one),
            "{name}"
        );
    }
}

#[test]
fn every_panel_asks_for_what_is_there() {
    let metrics = metrics();
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).unwrap();
    let mut seen = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            assert_eq!(problems(expression, &metrics), [""; 0], "{}: {expression}", panel["title"]);
            seen.extend(named(expression).selectors.into_iter().map(|selector| selector.metric));
        }
    }
    let variable = dashboard["templating"]["list"][1]["query"]["query"].as_str().unwrap();
    assert_eq!(problems(variable, &metrics), [""; 0]);
    let shown = |metric: &str| {
        seen.iter().any(|one| {
            one.trim_end_matches("_bucket").trim_end_matches("_count")
                == metric.trim_end_matches("_sum").trim_end_matches("_bucket").trim_end_matches("_count")
        })
    };
    let hidden: Vec<_> = metrics.keys().filter(|metric| !shown(metric) && *metric != "target_info").collect();
    assert!(hidden.is_empty(), "no panel shows {hidden:?}");
}

#[test]
fn every_metric_is_explained() {
    let page = text("docs/LOGGING.md");
    for metric in metrics().keys().filter(|metric| *metric != "target_info") {
        let name = ["_bucket", "_count", "_sum"]
            .iter()
            .fold(metric.as_str(), |name, end| name.strip_suffix(end).unwrap_or(name));
        assert!(page.contains(&format!("| `{name}` |")), "docs/LOGGING.md has no row for {name}");
    }
}

#[test]
fn the_rendered_rules_are_these() {
    let (_, objects) = rendered().into_iter().find(|(case, _)| case == "monitoring").unwrap();
    let rule = super::object(&objects, "PrometheusRule", "").expect("the case has the API");
    let mut names = BTreeSet::new();
    for group in rule["spec"]["groups"].as_array().unwrap() {
        for rendered in group["rules"].as_array().unwrap() {
            let written = alerts().into_iter().find(|alert| alert["alert"] == rendered["alert"]).unwrap();
            assert_eq!(rendered["expr"], written["expr"]);
            assert_eq!(rendered["annotations"]["summary"], written["annotations"]["summary"]);
            names.insert(rendered["alert"].to_string());
        }
    }
    assert_eq!(names.len() + 1, alerts().len(), "the case leaves one out");
}

/// The word of a corridor in metrics, from its name in the contract.
fn verdict_word(corridor: v1::Corridor) -> &'static str {
    match corridor {
        v1::Corridor::Unspecified => "WITHHELD",
        other => other.as_str_name().trim_start_matches("CORRIDOR_"),
    }
}

/// The word of a cause in metrics, from its name in the contract.
fn cause_word(cause: v1::WithheldReason) -> &'static str {
    cause.as_str_name().trim_start_matches("WITHHELD_REASON_")
}
