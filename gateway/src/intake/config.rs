//! Section `[intake]`: how much is taken on at once, how long it may take, and the rules that law may change.

use std::sync::Arc;

use manifest::rule::{self, Conditions, Deadlines, Scope};
use serde::{Deserialize, Serialize};

use super::queue;

/// Settings of the way from `decode` to `reply`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Longest that one call may take, milliseconds; a shorter `grpc-timeout` of the caller counts instead.
    pub call_timeout_ms: u64,
    /// Longest that history and scoring of one manifest may take, milliseconds; after that rules alone decide, and it is
    /// judged again later.
    pub scoring_timeout_ms: u64,
    /// Manifests that are scored at the same time.
    pub scoring_at_once: usize,
    /// How often it is looked for manifests for which rules alone decided, milliseconds.
    pub rescore_every_ms: u64,
    /// Of these, how many are judged again in one look.
    pub rescore_at_once: u32,
    /// For how long no other gateway judges again what one has taken up, milliseconds. So long, too, one waits that still
    /// could not be judged.
    pub rescore_claim_ms: u64,
    /// Goods items up to which a manifest is scored where it stands; a larger one moves to a thread of its own.
    pub inline_goods_items: usize,
    /// Elements of one stream of submissions that are under way at the same time.
    pub elements_at_once: usize,
    /// Calls of all kinds (repeats, dry runs, reads, unreadable messages) for each submission that a partner's quota
    /// allows. Repeats do not count as submissions, but this bounds them.
    pub calls_per_submission: u32,
    /// Dry runs that one partner may make in a minute.
    pub dry_runs_per_minute: u32,
    /// Partners whose minute is counted in memory; above, the one that came last is refused with OVERLOADED.
    pub max_counted_partners: usize,
    /// Different refusals (partner, reason, network) that are counted in a minute; above, they are counted as one.
    pub max_refusals_apart: usize,
    /// Bytes up to which a document is read where it stands; a larger one moves to a thread of its own.
    pub inline_document_bytes: usize,
    /// Documents that are being uploaded and answered at the same time, of all partners; one more is refused with OVERLOADED. Times
    /// `decode.max_document_bytes`, it bounds the memory that uploads take.
    pub uploads_at_once: usize,
    /// Of these, of one partner.
    pub uploads_at_once_per_partner: usize,
    /// Longest that the bytes of one upload may take to come, milliseconds.
    pub upload_timeout_ms: u64,
    /// Changes that are told of one revision; what else changed is not.
    pub max_changes: usize,
    /// How long a pre-decision holds after the expected arrival, hours.
    pub pre_decision_hours: u32,
    /// Longest reason of a cancellation, bytes.
    pub max_cancellation_reason_bytes: usize,
    /// How much is taken on at once, and how much may wait.
    pub queue: queue::Config,
    /// The rules' numbers.
    pub rules: Rules,
}

/// The numbers in the rules of `normalize` and `validate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Most findings that are kept for one manifest.
    pub max_findings: usize,
    /// How far in the past a declared arrival may lie, minutes.
    pub arrival_past_minutes: u32,
    /// How far ahead a declared arrival may lie, days.
    pub arrival_ahead_days: u32,
    /// Under this age a passenger is a minor, years.
    pub minor_age_years: u8,
    /// Over this age a date of birth is implausible, years.
    pub oldest_age_years: u8,
    /// How long before arrival a manifest must be filed; when not empty, instead of the table that is compiled in
    /// (docs/RULES.md).
    pub deadlines: Vec<Deadline>,
}

/// A duty to file early. Of those that fit, the one that says most counts: partner before regime before mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// Name, which a finding tells.
    pub id: String,
    /// Mode of transport, a digit of UN/ECE Recommendation 19; `*` for all.
    #[serde(default = "all")]
    pub mode: String,
    /// Customs regime of the load, for instance `TIR`; `*` for all.
    #[serde(default = "all")]
    pub regime: String,
    /// Id of a partner in the registry; `*` for all.
    #[serde(default = "all")]
    pub partner: String,
    /// First day of arrival for which it holds.
    pub from: String,
    /// First day for which it no longer does; empty while it does.
    #[serde(default)]
    pub to: String,
    /// How long before the expected arrival at the post, minutes.
    pub minutes: u32,
    /// Act or agreement that says so.
    pub source: String,
}

fn all() -> String {
    "*".to_owned()
}

impl Default for Config {
    fn default() -> Self {
        Self {
            call_timeout_ms: 10_000,
            scoring_timeout_ms: 500,
            scoring_at_once: 4,
            rescore_every_ms: 5_000,
            rescore_at_once: 50,
            rescore_claim_ms: 60_000,
            inline_goods_items: 200,
            elements_at_once: 16,
            calls_per_submission: 5,
            dry_runs_per_minute: 600,
            max_counted_partners: 10_000,
            max_refusals_apart: 4_096,
            inline_document_bytes: 16 * 1024,
            uploads_at_once: 16,
            uploads_at_once_per_partner: 4,
            upload_timeout_ms: 60_000,
            max_changes: 200,
            pre_decision_hours: 24,
            max_cancellation_reason_bytes: 500,
            queue: queue::Config::default(),
            rules: Rules::default(),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        let defaults = manifest::RuleSettings::default();
        Self {
            max_findings: defaults.findings_limit,
            arrival_past_minutes: defaults.arrival_past_minutes,
            arrival_ahead_days: defaults.arrival_ahead_days,
            minor_age_years: defaults.minor_age_years,
            oldest_age_years: defaults.oldest_age_years,
            deadlines: Vec::new(),
        }
    }
}

impl Rules {
    /// As the crate `manifest` takes them. A table of deadlines that is no good was told by [`Config::problems`]; the
    /// one that is compiled in stands here then.
    #[must_use]
    pub fn settings(&self) -> manifest::RuleSettings {
        manifest::RuleSettings {
            findings_limit: self.max_findings,
            deadlines: self.deadlines().unwrap_or_else(|_| Deadlines::built_in()),
            partner: "".into(),
            conditions: Conditions::built_in(),
            arrival_past_minutes: self.arrival_past_minutes,
            arrival_ahead_days: self.arrival_ahead_days,
            minor_age_years: self.minor_age_years,
            oldest_age_years: self.oldest_age_years,
        }
    }
}

impl Rules {
    fn deadlines(&self) -> Result<Arc<Deadlines>, String> {
        if self.deadlines.is_empty() {
            return Ok(Deadlines::built_in());
        }
        let rows = self.deadlines.iter().map(|row| {
            let scope = Scope::parse("*", &row.mode, &row.regime, &row.partner, &row.from, &row.to)
                .map_err(|what| format!("{}: {what}", row.id))?;
            let (id, source) = (row.id.clone(), row.source.clone());
            Ok(rule::Deadline { id, scope, minutes: row.minutes, source })
        });
        let table = Deadlines::new(rows.collect::<Result<_, String>>()?);
        table.map(Arc::new).map_err(|error| error.to_string())
    }
}

impl Config {
    /// What is wrong with the section: key and problem.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems: Vec<(String, String)> = [
            ("call_timeout_ms", self.call_timeout_ms > 0),
            ("scoring_timeout_ms", self.scoring_timeout_ms > 0),
            ("scoring_at_once", self.scoring_at_once > 0),
            ("rescore_every_ms", self.rescore_every_ms > 0),
            ("rescore_at_once", self.rescore_at_once > 0),
            ("rescore_claim_ms", self.rescore_claim_ms > 0),
            ("elements_at_once", self.elements_at_once > 0),
            ("calls_per_submission", self.calls_per_submission > 0),
            ("dry_runs_per_minute", self.dry_runs_per_minute > 0),
            ("max_counted_partners", self.max_counted_partners > 0),
            ("max_refusals_apart", self.max_refusals_apart > 0),
            ("uploads_at_once", self.uploads_at_once > 0),
            ("uploads_at_once_per_partner", self.uploads_at_once_per_partner > 0),
            ("upload_timeout_ms", self.upload_timeout_ms > 0),
            ("max_changes", self.max_changes > 0),
            ("pre_decision_hours", self.pre_decision_hours > 0),
            ("rules.max_findings", self.rules.max_findings > 0),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(key, _)| (key.to_owned(), "must be greater than zero".to_owned()))
        .collect();
        let queue = self.queue.problems().into_iter();
        problems.extend(queue.map(|(key, problem)| (key.to_owned(), problem.to_owned())));
        if self.uploads_at_once_per_partner > self.uploads_at_once {
            let problem = "must not be more than uploads_at_once";
            problems.push(("uploads_at_once_per_partner".to_owned(), problem.to_owned()));
        }
        if self.scoring_timeout_ms >= self.call_timeout_ms {
            let problem = "must be shorter than call_timeout_ms, or rules alone never decide in time";
            problems.push(("scoring_timeout_ms".to_owned(), problem.to_owned()));
        }
        if let Err(problem) = self.rules.deadlines() {
            problems.push(("rules.deadlines".to_owned(), problem));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_of_ones_own_take_the_place_of_the_table() {
        let read = |text: &str| toml::from_str::<Rules>(text).unwrap();
        let own = read(
            "[[deadlines]]\nid = \"own\"\nmode = \"3\"\nfrom = \"2027-01-01\"\nminutes = 60\nsource = \"Act 1\"\n",
        );
        let settings = own.settings();
        assert_eq!(settings.deadlines.rows().len(), 1);
        assert_eq!(settings.deadlines.rows()[0].minutes, 60);
        assert_eq!(Rules::default().settings(), manifest::RuleSettings::default());
        let mut config = Config { rules: own, ..Config::default() };
        assert_eq!(config.problems(), []);
        config.rules.deadlines[0].regime = "SMUGGLING".to_owned();
        let [(key, problem)] = &config.problems()[..] else { panic!() };
        assert_eq!(
            (key.as_str(), problem.as_str()),
            ("rules.deadlines", "own: regime is no customs regime and not *")
        );
        let twice = vec![config.rules.deadlines[0].clone(); 2];
        config.rules.deadlines = twice.into_iter().map(|row| Deadline { regime: all(), ..row }).collect();
        assert!(config.problems()[0].1.contains("rows 1 and 2"), "{:?}", config.problems());
    }
}
