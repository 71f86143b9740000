//! `score simulate`.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::civil::Date;
use scoring::selection::{FLOOR_SHARE, Scores, Seed, Shift, cut};
use scoring::{Capacity, Case, Corridor, PastOutcome, Verdict, finish};
use serde_json::json;

use crate::{With, history, outcomes};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Files whose outcomes are known beforehand; their days also say how many arrivals to expect.
    #[arg(long, required = true)]
    history: Vec<PathBuf>,
    /// Files to live through, day by day: one row is one arrival, and its outcome is known only if it is examined.
    #[arg(long, required = true)]
    data: Vec<PathBuf>,
    /// Share of the expected arrivals that inspectors have time for.
    #[arg(long, default_value_t = 0.10)]
    budget: f64,
    /// Share of the budget that goes into random checks; never below a twentieth.
    #[arg(long, default_value_t = FLOOR_SHARE)]
    floor: f64,
    /// Print JSON, not a table.
    #[arg(long)]
    json: bool,
}

/// Minutes of one control; the share is what matters.
const MINUTES: f64 = 30.0;

/// What came of some days.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    arrivals: f64,
    planned: f64,
    examined: f64,
    found: f64,
    irregular: f64,
    drawn: f64,
    drawn_found: f64,
    critical: f64,
    critical_found: f64,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        let rates = &scorer.policy().rates;
        let mut history = history(&self.history, scorer.policy())?;
        let mut known = HashMap::new();
        for path in &self.history {
            count_days(&outcomes(path)?, &mut known);
        }
        let mut rows = Vec::new();
        for path in &self.data {
            rows.extend(outcomes(path)?);
        }
        rows.sort_by_key(|row| row.subject.date);
        let seed = Seed([42; 32]);
        let mut scores = Scores::default();
        let mut months: Vec<(String, Sum)> = Vec::new();
        let mut weeks: Vec<(Date, Sum)> = Vec::new();
        let (mut carry, mut number) = (0.0, 0_u64);
        for day in rows.chunk_by(|a, b| a.subject.date == b.subject.date) {
            let date = day[0].subject.date;
            let monday =
                date.checked_sub(jiff::Span::new().days(i64::from(date.weekday().to_monday_zero_offset())))?;
            if weeks.last().is_none_or(|(week, _)| *week != monday) {
                weeks.push((monday, Sum::default()));
                carry = 0.0; // what a week leaves is gone: inspectors' time does not keep
            }
            let expected = expected(&known, date);
            let planned = expected * self.budget * MINUTES;
            let cut = cut(planned, MINUTES, expected, self.floor);
            let mut sum = Sum { planned: planned / MINUTES, ..Sum::default() };
            for row in day {
                number += 1;
                let shift = Shift {
                    minutes: planned + carry,
                    minutes_per_control: MINUTES,
                    expected_arrivals: expected,
                    arrivals: sum.arrivals,
                    used: sum.examined * MINUTES,
                    cut,
                };
                let draw = seed.draw("SIMULATED", date, &format!("3:ZZ:SYN{number}"));
                let threshold = shift.threshold(&scores);
                let budget = scoring::selection::Budget { draw, cut, threshold };
                let case = Case::Cargo { consignments: vec![vec![row.subject.clone()]], crew: Vec::new() };
                let decided =
                    finish(scorer.score(&case, Ok(&history), &[]), &Capacity { budget: Some(budget) });
                let roll_up = &decided.pre_decisions[0];
                scores.add(roll_up.officer.fraud_probability.map_or(0.0, f64::from));
                let examined = roll_up.verdict == Verdict::Corridor(Corridor::Red);
                let one = |yes: bool| f64::from(u8::from(yes));
                sum.arrivals += 1.0;
                sum.irregular += one(row.fraud);
                sum.critical += one(row.critical);
                sum.examined += one(examined);
                sum.found += one(examined && row.fraud);
                sum.critical_found += one(examined && row.critical);
                sum.drawn += one(budget.drawn());
                sum.drawn_found += one(budget.drawn() && row.fraud);
                if examined {
                    history.learn(row, rates);
                }
            }
            carry += planned - sum.examined * MINUTES;
            let month = format!("{}-{:02}", date.year(), date.month());
            if months.last().is_none_or(|(known, _)| *known != month) {
                months.push((month, Sum::default()));
            }
            for all in
                months.last_mut().map(|(_, sum)| sum).into_iter().chain(weeks.last_mut().map(|(_, sum)| sum))
            {
                all.add(&sum);
            }
            count_days(day, &mut known);
        }
        self.told(&months, &weeks);
        Ok(())
    }

    fn told(&self, months: &[(String, Sum)], weeks: &[(Date, Sum)]) {
        let mut all = Sum::default();
        months.iter().for_each(|(_, sum)| all.add(sum));
        // The first and the last week of the data are not whole.
        let whole = weeks.get(1..weeks.len().saturating_sub(1)).unwrap_or_default();
        let off: Vec<f64> = whole.iter().map(|(_, sum)| sum.examined / sum.planned - 1.0).collect();
        let worst = off.iter().fold(0.0_f64, |worst, off| worst.max(off.abs()));
        let within = off.iter().filter(|off| off.abs() <= 0.02).count();
        if self.json {
            let of = |sum: &Sum| {
                json!({ "arrivals": sum.arrivals, "examined": sum.examined, "planned": sum.planned,
                    "precision": sum.found / sum.examined, "recall": sum.found / sum.irregular,
                    "critical_recall": sum.critical_found / sum.critical, "drawn": sum.drawn,
                    "drawn_irregular": sum.drawn_found / sum.drawn, "irregular": sum.irregular / sum.arrivals })
            };
            let months: serde_json::Map<String, serde_json::Value> =
                months.iter().map(|(month, sum)| (month.clone(), of(sum))).collect();
            let by_week: serde_json::Map<String, serde_json::Value> =
                whole.iter().map(|(week, sum)| (week.to_string(), of(sum))).collect();
            println!(
                "{:#}",
                json!({ "all": of(&all), "months": months, "weeks": by_week, "whole_weeks": whole.len(), "weeks_within_2_percent": within,
                    "worst_week_off": worst })
            );
            return;
        }
        println!(
            "Each row is an arrival; history learns only from those that are examined. The data repeats its rows with"
        );
        println!("their outcomes (tier A), so precision here is not what a border would see.\n");
        println!(
            "{:<10}{:>9}{:>9}{:>9}{:>10}{:>8}{:>9}{:>8}{:>13}",
            "month",
            "arrivals",
            "planned",
            "examined",
            "precision",
            "recall",
            "critical",
            "drawn",
            "irregular of"
        );
        let all = [("all".to_owned(), all)];
        for (month, sum) in months.iter().chain(&all) {
            println!(
                "{month:<10}{:>9}{:>9.0}{:>9}{:>10.3}{:>8.3}{:>9.3}{:>8}{:>13.3}",
                sum.arrivals,
                sum.planned,
                sum.examined,
                sum.found / sum.examined,
                sum.found / sum.irregular,
                sum.critical_found / sum.critical,
                sum.drawn,
                sum.drawn_found / sum.drawn,
            );
        }
        println!(
            "\nwhole weeks: {}, budget kept within 2 %: {within}, worst {:.1} %",
            whole.len(),
            worst * 100.0
        );
    }
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.arrivals += other.arrivals;
        self.planned += other.planned;
        self.examined += other.examined;
        self.found += other.found;
        self.irregular += other.irregular;
        self.drawn += other.drawn;
        self.drawn_found += other.drawn_found;
        self.critical += other.critical;
        self.critical_found += other.critical_found;
    }
}

fn count_days(rows: &[PastOutcome], known: &mut HashMap<Date, f64>) {
    for row in rows {
        *known.entry(row.subject.date).or_default() += 1.0;
    }
}

/// The median of the same weekday in the last four weeks that are known: one holiday or one rush says little.
fn expected(known: &HashMap<Date, f64>, date: Date) -> f64 {
    let same: Vec<f64> = (1..=8_i64)
        .filter_map(|weeks| date.checked_sub(jiff::Span::new().days(7 * weeks)).ok())
        .filter_map(|day| known.get(&day).copied())
        .take(4)
        .collect();
    scoring::selection::usual(&same).unwrap_or(100.0)
}
