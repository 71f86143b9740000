//! `gateway report disparity`: do examinations fall on some countries, partners or posts without cause? WTO Trade
//! Facilitation Agreement, article 7.4.2: risk management must not discriminate arbitrarily or unjustifiably.
//!
//! How often a group is irregular is taken from random checks alone. Whoever is examined more is found more often, so
//! figures from chosen examinations would justify themselves.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use manifest::record;
use scoring::{Corridor, OfficerPart, ReasonCode, SubjectRef, Verdict, reliability::share_interval};
use serde_json::json;

use crate::{
    clock::Clock,
    config::Config,
    drift::before_instant,
    outcomes::{Reach, reach_of},
    persist::{FeedEvent, Persons, Scope, Secrets, Store},
    reply::decode_decisions,
};

/// Rows that are read together.
const PAGE: u32 = 100;

/// What is counted of one group.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Group {
    /// Consignments that were decided.
    consignments: u64,
    /// Of them chosen for full control by score or rule.
    chosen: u64,
    /// Consignments of conveyances that were drawn, with an outcome of a whole, physical examination.
    checked: u64,
    /// Such with an outcome of less: they say nothing of the rate, in either direction.
    otherwise: u64,
    /// Of them irregular.
    irregular: u64,
    /// Sum of what was predicted for these.
    predicted: f64,
}

/// Dimension and value, for instance `origin` and `TR`.
type Groups = BTreeMap<(&'static str, String), Group>;

/// Prints the report over the manifests of the last days.
pub(super) async fn report(days: u32, as_json: bool, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let since = clock.now().checked_sub(i64::from(days).saturating_mul(24).hours())?;
    let mut groups = Groups::new();
    let mut after = before_instant(&store, since).await?;
    loop {
        let rows = store.feed_after(&Scope::All, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.position;
        for row in rows {
            if row.event == FeedEvent::Recorded && row.manifest.receive_time >= since {
                count(&store, &row.manifest, &row.decisions, &mut groups).await?;
            }
        }
    }
    store.close().await;
    println!("{}", if as_json { told_as_json(&groups) } else { table(&groups, days) });
    Ok(())
}

async fn count(
    store: &Store,
    summary: &crate::persist::ManifestSummary,
    decisions: &[u8],
    groups: &mut Groups,
) -> anyhow::Result<()> {
    let (_, decided) = decode_decisions(decisions)?;
    let Some(stored) = store.manifest(summary.id, Persons::Without).await? else { return Ok(()) };
    let manifest = record::decode(&stored.record, None)?;
    let drawn = decided.evidence.budget.is_some_and(|budget| budget.drawn());
    let reports = if drawn { store.inspections(summary.id).await? } else { Vec::new() };
    let by_rules = decided.pre_decisions.first().is_some_and(|conveyance| {
        conveyance.verdict == Verdict::Corridor(Corridor::Red) && red_by_finding(&conveyance.officer)
    });
    for part in &decided.pre_decisions {
        let SubjectRef::Consignment(place) = part.subject else { continue };
        let consignment = manifest.cargo().and_then(|cargo| cargo.consignments.get(place));
        let Some(consignment) = consignment else { continue };
        let mut origins: Vec<String> = consignment
            .goods_items
            .iter()
            .filter_map(|item| item.origin_country.as_ref().map(|country| country.as_str().to_owned()))
            .collect();
        origins.sort();
        origins.dedup();
        let word = format!("consignments/{}", place + 1);
        // The newest revision is the last one.
        let reported = reports.iter().rfind(|report| report.subject == word);
        let items = consignment.goods_items.len();
        let whole = reported.map(|report| reach_of(report, items)).transpose().map_err(anyhow::Error::msg)?;
        let outcome = reported.filter(|_| whole == Some(Reach::Whole));
        let one = Group {
            consignments: 1,
            chosen: u64::from(by_rules || part.verdict == Verdict::Corridor(Corridor::Red)),
            checked: u64::from(outcome.is_some()),
            otherwise: u64::from(reported.is_some() && outcome.is_none()),
            irregular: u64::from(outcome.is_some_and(|report| report.irregular)),
            predicted: outcome.and(part.officer.fraud_probability).map_or(0.0, f64::from),
        };
        let partner = [("partner", summary.key.partner_id.clone())];
        let post = summary.border_post_code.clone().map(|post| ("post", post));
        let keys = origins.into_iter().map(|origin| ("origin", origin)).chain(partner).chain(post);
        for key in keys.chain([("all", String::new())]) {
            groups.entry(key).or_default().add(&one);
        }
    }
    Ok(())
}

/// Did a finding about the conveyance ask for full control? One that asks for less, on a conveyance that was drawn, chose
/// nobody.
fn red_by_finding(conveyance: &OfficerPart) -> bool {
    conveyance.rules.iter().any(|rule| {
        let red = rule.parameters.last().is_some_and(|word| word == Corridor::Red.as_str());
        rule.code == ReasonCode::Finding && red
    })
}

impl Group {
    fn add(&mut self, other: &Self) {
        self.consignments += other.consignments;
        self.chosen += other.chosen;
        self.checked += other.checked;
        self.otherwise += other.otherwise;
        self.irregular += other.irregular;
        self.predicted += other.predicted;
    }

    fn chosen_share(&self) -> f64 {
        self.chosen as f64 / self.consignments.max(1) as f64
    }

    /// Is the group chosen more often than all, although random checks find it irregular no more often than all? Only
    /// said where the interval excludes it.
    fn disparity(&self, all: &Self) -> bool {
        let (_, high) = share_interval(self.irregular, self.checked);
        let (all_low, _) = share_interval(all.irregular, all.checked);
        self.chosen_share() > 1.25 * all.chosen_share() && self.checked > 0 && high < all_low
    }
}

fn told_as_json(groups: &Groups) -> String {
    let all = groups.get(&("all", String::new())).copied().unwrap_or_default();
    let told: Vec<_> = groups
        .iter()
        .map(|((dimension, value), group)| {
            let (low, high) = share_interval(group.irregular, group.checked);
            json!({
                "dimension": dimension, "value": value, "consignments": group.consignments,
                "chosen_share": group.chosen_share(), "random_checks": group.checked, "irregular": group.irregular,
                "checked_otherwise": group.otherwise, "irregular_low": low, "irregular_high": high,
                "predicted": (group.checked > 0).then(|| group.predicted / group.checked as f64),
                "disparity": group.disparity(&all),
            })
        })
        .collect();
    json!({ "groups": told }).to_string()
}

fn table(groups: &Groups, days: u32) -> String {
    let all = groups.get(&("all", String::new())).copied().unwrap_or_default();
    let mut text = format!(
        "Consignments of the last {days} days. Chosen: full control by score or rule. Irregular: found by random checks,\n\
         with the 90 % interval; few checks say little. A star: chosen a quarter more often than all, and found irregular\n\
         less often than all beyond chance. Otherwise: drawn, but not examined physically and whole; left out, whatever was\n\
         found.\n\n{:<10}{:<20}{:>13}{:>9}{:>15}{:>11}{:>20}{:>11}\n",
        "", "", "consignments", "chosen", "random checks", "otherwise", "irregular", "predicted"
    );
    for ((dimension, value), group) in groups {
        let (low, high) = share_interval(group.irregular, group.checked);
        let irregular =
            if group.checked > 0 { format!("{} ({low:.2}-{high:.2})", group.irregular) } else { "-".into() };
        let predicted = if group.checked > 0 {
            format!("{:.2}", group.predicted / group.checked as f64)
        } else {
            "-".into()
        };
        text += &format!(
            "{dimension:<10}{value:<20}{:>13}{:>9.3}{:>15}{:>11}{irregular:>20}{predicted:>11}{}\n",
            group.consignments,
            group.chosen_share(),
            group.checked,
            group.otherwise,
            if group.disparity(&all) { " *" } else { "" },
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use scoring::Reason;

    use super::*;

    fn group(consignments: u64, chosen: u64, checked: u64, irregular: u64) -> Group {
        Group { consignments, chosen, checked, irregular, ..Group::default() }
    }

    #[test]
    fn only_what_chance_does_not_explain_is_called_a_disparity() {
        let all = group(10_000, 1_000, 1_000, 200);
        assert!(
            group(1_000, 300, 200, 10).disparity(&all),
            "chosen three times as often, found far less often"
        );
        assert!(!group(1_000, 300, 200, 60).disparity(&all), "chosen more often, and found more often");
        assert!(!group(1_000, 100, 200, 10).disparity(&all), "chosen as often as all");
        assert!(!group(10, 5, 3, 0).disparity(&all), "three checks say nothing");
        assert!(!group(10, 5, 0, 0).disparity(&all));
    }

    #[test]
    fn a_drawn_lorry_with_a_small_finding_was_not_chosen() {
        let rules = |found: &[(ReasonCode, &[&str])]| {
            let rules = found.iter().map(|(code, parameters)| Reason {
                code: *code,
                parameters: parameters.iter().map(|word| (*word).to_owned()).collect(),
                contribution: None,
            });
            OfficerPart { rules: rules.collect(), ..OfficerPart::default() }
        };
        let drawn: (ReasonCode, &[&str]) = (ReasonCode::DrawnAtRandom, &[]);
        let small: (ReasonCode, &[&str]) = (ReasonCode::Finding, &["VALUE_MALFORMED", "YELLOW"]);
        let large: (ReasonCode, &[&str]) = (ReasonCode::Finding, &["SEALS_DISAGREE", "RED"]);
        assert!(!red_by_finding(&rules(&[drawn])));
        assert!(!red_by_finding(&rules(&[small, drawn])));
        assert!(red_by_finding(&rules(&[small, large, drawn])));
    }

    #[test]
    fn reports_are_written_for_people_and_programs() {
        let groups = Groups::from([
            (("all", String::new()), group(10, 1, 4, 1)),
            (("origin", "TR".into()), group(3, 1, 0, 0)),
        ]);
        assert!(table(&groups, 90).contains("TR"));
        let told: serde_json::Value = serde_json::from_str(&told_as_json(&groups)).unwrap();
        assert_eq!(told["groups"][1]["value"], "TR");
    }
}
