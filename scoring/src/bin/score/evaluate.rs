//! `score evaluate`.

use std::path::PathBuf;

use scoring::features::of;
use scoring::{Capacity, Case, Corridor, History, Verdict, finish};
use serde_json::{Value, json};

use crate::metrics::{Row, accuracy_and_macro_f1, at, average_precision, best_threshold, roc_auc};
use crate::{With, history, outcomes};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Files whose outcomes are known beforehand; the history is frozen at their end.
    #[arg(long, required = true)]
    history: Vec<PathBuf>,
    /// The file to judge.
    #[arg(long)]
    test: PathBuf,
    /// Each day's outcomes join the history when the day is over, as in service.
    #[arg(long)]
    daily: bool,
    /// Judge as if no value were declared.
    #[arg(long)]
    without_value: bool,
    /// Probability from which a row counts as irregular, for accuracy and F1; the best one on FILE if not given,
    /// which flatters.
    #[arg(long)]
    threshold: Option<f64>,
    /// Print JSON, not a table.
    #[arg(long)]
    json: bool,
}

struct Judged {
    fraud: Row,
    critical: Row,
    novel: bool,
    verdict: Verdict,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        let rates = &scorer.policy().rates;
        let mut history: History = history(&self.history, scorer.policy())?;
        let mut test = outcomes(&self.test)?;
        test.sort_by_key(|row| row.subject.date);
        let mut judged = Vec::with_capacity(test.len());
        for day in test.chunk_by(|a, b| a.subject.date == b.subject.date) {
            for row in day {
                let mut subject = row.subject.clone();
                if self.without_value {
                    subject.value = None;
                }
                let novel = of(&subject, &history, rates).counters[1].n == 0;
                let case = Case::Cargo { consignments: vec![vec![subject]], crew: Vec::new() };
                let decided = finish(scorer.score(&case, Ok(&history), &[]), &Capacity::default());
                let part = &decided.pre_decisions[1];
                let score = |p: Option<f32>| p.map_or(f64::NAN, f64::from);
                judged.push(Judged {
                    fraud: (score(part.officer.fraud_probability), row.fraud),
                    critical: (score(part.officer.critical_probability), row.critical),
                    novel,
                    verdict: part.verdict,
                });
            }
            if self.daily {
                for row in day {
                    history.learn(row, rates);
                }
            }
        }
        let fraud: Vec<Row> = judged.iter().map(|row| row.fraud).collect();
        let threshold = self.threshold.unwrap_or_else(|| best_threshold(&fraud));
        let all = figures(judged.iter().collect(), threshold);
        let novel = figures(judged.iter().filter(|row| row.novel).collect(), threshold);
        if self.json {
            let identity = scorer.identity();
            let report = json!({
                "bundle": identity.bundle_name, "bundle_digest": identity.bundle_digest,
                "policy_digest": identity.policy_digest, "threshold": threshold,
                "history": if self.daily { "daily" } else { "frozen" },
                "tier_a": all, "tier_a_novel": novel,
            });
            println!("{report:#}");
        } else {
            table(&all, &novel, threshold);
        }
        Ok(())
    }
}

fn figures(rows: Vec<&Judged>, threshold: f64) -> Value {
    let fraud: Vec<Row> = rows.iter().map(|row| row.fraud).collect();
    let critical: Vec<Row> = rows.iter().map(|row| row.critical).collect();
    let (accuracy, macro_f1) = accuracy_and_macro_f1(&fraud, threshold);
    let (p5, p10) = (at(&fraud, 0.05).0, at(&fraud, 0.10).0);
    let corridor = |wanted: Corridor| {
        let of: Vec<_> = rows.iter().filter(|row| row.verdict == Verdict::Corridor(wanted)).collect();
        let irregular = of.iter().filter(|row| row.fraud.1).count();
        let critical = of.iter().filter(|row| row.critical.1).count();
        json!({
            "share": of.len() as f64 / rows.len() as f64,
            "irregular": irregular as f64 / of.len() as f64,
            "critical": critical,
        })
    };
    json!({
        "rows": rows.len(),
        "irregular": fraud.iter().filter(|row| row.1).count(),
        "critical": critical.iter().filter(|row| row.1).count(),
        "accuracy": accuracy, "macro_f1": macro_f1,
        "roc_auc": roc_auc(&fraud), "average_precision": average_precision(&fraud),
        "precision_at_5": p5, "precision_at_10": p10,
        "critical_roc_auc": roc_auc(&critical), "critical_average_precision": average_precision(&critical),
        "critical_recall_at_5": at(&critical, 0.05).1,
        "corridors": {
            "green": corridor(Corridor::Green), "yellow": corridor(Corridor::Yellow), "red": corridor(Corridor::Red),
        },
    })
}

fn table(all: &Value, novel: &Value, threshold: f64) {
    println!("Tier A: most rows recur, label included, in the history of this synthetic data set.");
    println!("Tier A-novel: the rows whose HS code, route and mass were never seen before.");
    println!("Neither is the deduplicated tier B; the bundle's card.md has it.\n");
    println!("{:<28}{:>12}{:>12}", "", "A", "A-novel");
    for name in [
        "rows",
        "irregular",
        "critical",
        "accuracy",
        "macro_f1",
        "roc_auc",
        "average_precision",
        "precision_at_5",
        "precision_at_10",
        "critical_roc_auc",
        "critical_average_precision",
        "critical_recall_at_5",
    ] {
        println!("{name:<28}{:>12}{:>12}", cell(&all[name]), cell(&novel[name]));
    }
    for corridor in ["green", "yellow", "red"] {
        for name in ["share", "irregular", "critical"] {
            let (a, b) = (&all["corridors"][corridor][name], &novel["corridors"][corridor][name]);
            println!("{:<28}{:>12}{:>12}", format!("{corridor} {name}"), cell(a), cell(b));
        }
    }
    println!("\nirregular from {threshold:.2} on, for accuracy and F1");
}

fn cell(value: &Value) -> String {
    match value.as_u64() {
        Some(count) => count.to_string(),
        None => value.as_f64().map_or("-".into(), |figure| format!("{figure:.4}")),
    }
}
