//! `score evaluate`.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use anyhow::ensure;
use scoring::dataset::Row as DataRow;
use scoring::{Capacity, Case, Corridor, History, Scorer, Verdict, finish};
use serde_json::{Value, json};

use crate::metrics::{Ranked, names};
use crate::{With, each_once, print, rows, same_file, tell_if_empty};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Files whose outcomes are known beforehand. May be repeated.
    #[arg(long, required = true)]
    history: Vec<PathBuf>,
    /// The file to judge.
    #[arg(long)]
    test: PathBuf,
    /// Whether outcomes of the judged file join the history when their day is over.
    #[arg(long, value_enum, default_value = "none")]
    update: Update,
    /// Judge as if no value were declared.
    #[arg(long)]
    without_value: bool,
    /// Print one JSON object with dotted keys, not a table.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Update {
    /// The history is what the history files say.
    None,
    /// Each day's outcomes join it when the day is over, as in service.
    Daily,
}

struct Judged {
    fraud: (f64, bool),
    critical: (f64, bool),
    /// The first of the rows that are copies of one another.
    first: bool,
    /// No row before it is a copy.
    novel: bool,
    verdict: Verdict,
}

/// Every row; rows without a copy in the history; one row of each that are copies of one another.
const GROUPS: [&str; 3] = ["all", "novel", "unique"];

impl Judged {
    fn belongs(&self, group: &str) -> bool {
        match group {
            "novel" => self.novel,
            "unique" => self.first,
            _ => true,
        }
    }
}

/// Does a row's tuple have a tax rate or a tax type?
fn taxed(row: &DataRow) -> bool {
    row.tuple.split('\u{1f}').skip(3).take(2).any(|field| !field.is_empty())
}

fn without_tax(tuple: &str) -> String {
    let fields = tuple.split('\u{1f}').enumerate();
    fields
        .filter(|(place, _)| !(3..5).contains(place))
        .map(|(_, field)| field)
        .collect::<Vec<_>>()
        .join("\u{1f}")
}

type Report = BTreeMap<String, Value>;

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        let (judged, not_past) = self.judge(&scorer)?;
        if not_past > 0 {
            eprintln!(
                "{not_past} rows of the history are not older than the judged ones: no row was judged by them"
            );
        }
        let mut report = Report::new();
        report.insert("history_rows_left_out".into(), json!(not_past));
        let identity = scorer.identity();
        report.insert("bundle".into(), json!(identity.bundle_name));
        report.insert("bundle_digest".into(), json!(identity.bundle_digest));
        report.insert("policy_digest".into(), json!(identity.policy_digest));
        report.insert("update".into(), json!(if self.update == Update::Daily { "daily" } else { "none" }));
        report.insert("value_declared".into(), json!(!self.without_value));
        if let Some(calibration) = &scorer.bundle().calibration {
            report.insert("bundle_calibration.measured_on".into(), json!(calibration.measured_on));
            report.insert("bundle_calibration.fraud_error".into(), json!(calibration.fraud.error));
            report.insert("bundle_calibration.critical_error".into(), json!(calibration.critical.error));
        }
        let thresholds = scorer.bundle().thresholds;
        for name in GROUPS {
            let rows: Vec<&Judged> = judged.iter().filter(|row| row.belongs(name)).collect();
            head(&mut report, &format!("fraud.{name}"), rows.iter().map(|r| r.fraud), thresholds.fraud);
            head(
                &mut report,
                &format!("critical.{name}"),
                rows.iter().map(|r| r.critical),
                thresholds.critical,
            );
            corridors(&mut report, name, &rows);
        }
        print(&if self.json { format!("{:#}\n", json!(report)) } else { table(&report) })
    }

    /// Every row in the order of dates, each under what was known before its day: an outcome of a history file that is not
    /// of an earlier day is not known yet, whatever file it stands in.
    fn judge(&self, scorer: &Scorer) -> anyhow::Result<(Vec<Judged>, usize)> {
        let rates = &scorer.policy().rates;
        let by_date = |rows: &mut Vec<DataRow>| rows.sort_by_key(|row| row.outcome.subject.date);
        each_once("--history", &self.history)?;
        let mut test = rows(&self.test)?;
        ensure!(!test.is_empty(), "{}: the file has no rows", self.test.display());
        let mut past = Vec::new();
        for path in &self.history {
            let more = rows(path)?;
            tell_if_empty(path, more.len());
            if same_file(path, &self.test) {
                // Not refused: nobody sees a row of its own day, so that it is the same as --update daily. But hardly meant.
                eprintln!(
                    "warning: {} is both history and judged: each day is judged by the days before it, so the figures are not \
                     those of a history that was frozen before",
                    path.display()
                );
            }
            past.extend(more);
        }
        by_date(&mut past);
        by_date(&mut test);
        if !(past.iter().any(taxed) && test.iter().any(taxed)) {
            // Or every row would be new that has a tax beside a history that has none.
            past.iter_mut().chain(&mut test).for_each(|row| row.tuple = without_tax(&row.tuple));
            eprintln!(
                "no tax rates and types in the history, or none in the test file: copies are told by HS code, departure, \
                 origin and mass alone, so \"novel\" and \"unique\" are not the published data set's"
            );
        }
        let mut past = past.into_iter().peekable();
        let mut history = History::new(None);
        let mut known: HashSet<String> = HashSet::new();
        let mut seen: HashSet<String> = HashSet::new();
        let mut judged = Vec::with_capacity(test.len());
        for day in test.chunk_by(|a, b| a.outcome.subject.date == b.outcome.subject.date) {
            let today = day[0].outcome.subject.date;
            while let Some(row) = past.next_if(|row| row.outcome.subject.date < today) {
                history.learn(&row.outcome, rates);
                known.insert(row.tuple);
            }
            for DataRow { outcome, tuple } in day {
                let mut subject = outcome.subject.clone();
                if self.without_value {
                    subject.value = None;
                }
                let case = Case::Cargo { consignments: vec![vec![subject]], crew: Vec::new() };
                let decided = finish(scorer.score(&case, Ok(&history), &[]), &Capacity::default());
                let part = &decided.pre_decisions[1];
                let score = |p: Option<f32>| p.map_or(f64::NAN, f64::from);
                judged.push(Judged {
                    fraud: (score(part.officer.fraud_probability), outcome.fraud),
                    critical: (score(part.officer.critical_probability), outcome.critical),
                    first: seen.insert(tuple.clone()),
                    novel: !known.contains(tuple),
                    verdict: part.verdict,
                });
            }
            if self.update == Update::Daily {
                for row in day {
                    history.learn(&row.outcome, rates);
                    known.insert(row.tuple.clone());
                }
            }
        }
        Ok((judged, past.count()))
    }
}

/// One head's figures of one group, each with its interval.
fn head(report: &mut Report, prefix: &str, rows: impl Iterator<Item = (f64, bool)>, threshold: f64) {
    let ranked = Ranked::new(rows.collect());
    report.insert(format!("{prefix}.rows"), json!(ranked.len()));
    report.insert(format!("{prefix}.positives"), json!(ranked.positives()));
    report.insert(format!("{prefix}.threshold"), json!(threshold));
    if ranked.len() == 0 {
        return;
    }
    let (figures, intervals) = (ranked.figures(threshold), ranked.intervals(threshold));
    // What is no number (no irregular row, say) becomes null.
    for ((name, figure), (low, high)) in names().iter().zip(figures).zip(intervals) {
        report.insert(format!("{prefix}.{name}"), json!(figure));
        report.insert(format!("{prefix}.{name}_ci"), json!([low, high]));
    }
}

/// What the policy makes of a group.
fn corridors(report: &mut Report, group: &str, rows: &[&Judged]) {
    for corridor in [Corridor::Green, Corridor::Yellow, Corridor::Red] {
        let of: Vec<_> = rows.iter().filter(|row| row.verdict == Verdict::Corridor(corridor)).collect();
        let prefix = format!("corridor.{group}.{}", corridor.as_str().to_lowercase());
        let irregular = of.iter().filter(|row| row.fraud.1).count();
        let critical = of.iter().filter(|row| row.critical.1).count();
        report.insert(format!("{prefix}.share"), json!(of.len() as f64 / rows.len() as f64));
        report.insert(format!("{prefix}.irregular"), json!(irregular as f64 / of.len() as f64));
        report.insert(format!("{prefix}.critical"), json!(critical));
    }
}

fn table(report: &Report) -> String {
    let mut text = String::new();
    let of_bundle = |key: &str| report.get(&format!("bundle_calibration.{key}"));
    if let (Some(fraud), Some(critical), Some(on)) = (
        of_bundle("fraud_error"),
        of_bundle("critical_error"),
        of_bundle("measured_on").and_then(Value::as_str),
    ) {
        text += &format!(
            "Calibration error that the bundle says of itself: fraud {}, critical {}; {on}.\n\n",
            cell(fraud),
            cell(critical)
        );
    }
    text += "all:    every row. Most recur, label included, in the history of this synthetic data set (tier A).\n";
    text += "novel:  rows whose HS code, route, tax and mass were never seen before (tier A-novel).\n";
    text += "unique: one row of each such tuple; still with its copies in the history, so no tier B.\n";
    text += "Tier B, the honest estimate, is retrained: python -m training --data DIR --tier-b\n\n";
    text += &format!("{:<26}{:>24}{:>24}{:>24}\n", "", "all", "novel", "unique");
    let mut line = |name: &str, keys: [String; 3]| {
        text += &format!("{name:<26}");
        for key in keys {
            let bounds = report.get(&format!("{key}_ci")).and_then(|pair| {
                Some(format!(" ({:.3}-{:.3})", pair.get(0)?.as_f64()?, pair.get(1)?.as_f64()?))
            });
            let value = report.get(&key).map_or("-".into(), cell);
            text += &format!("{:>24}", value + &bounds.unwrap_or_default());
        }
        text.push('\n');
    };
    let of = |head: &str, name: &str| GROUPS.map(|g| format!("{head}.{g}.{name}"));
    for head in ["fraud", "critical"] {
        for name in ["rows", "positives", "threshold"] {
            line(&format!("{head} {name}"), of(head, name));
        }
        for name in names() {
            line(&format!("{head} {name}"), of(head, &name));
        }
    }
    for corridor in ["green", "yellow", "red"] {
        for name in ["share", "irregular", "critical"] {
            let keys = GROUPS.map(|group| format!("corridor.{group}.{corridor}.{name}"));
            line(&format!("{corridor} {name}"), keys);
        }
    }
    text
}

fn cell(value: &Value) -> String {
    match value.as_u64() {
        Some(count) => count.to_string(),
        None => value.as_f64().map_or("-".into(), |figure| format!("{figure:.4}")),
    }
}
