//! `score simulate`.

mod table;

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{bail, ensure};
use jiff::{ToSpan as _, civil::Date};
use scoring::selection::{Budget, FLOOR_SHARE, Scores, Seed, Shift, cut, parse_floor_share, usual};
use scoring::{Capacity, Case, Corridor, History, PastOutcome, Scorer, Verdict, finish};

use self::table::Sum;
use crate::past::Past;
use crate::{With, each_once, outcomes, print};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Files whose outcomes are known beforehand, up to the first day of the data; their days also say how many arrivals to
    /// expect.
    #[arg(long, required = true)]
    history: Vec<PathBuf>,
    /// Files to live through, day by day: one row is one arrival, and its outcome is known only if it is examined, from the
    /// next day on.
    #[arg(long, required = true)]
    data: Vec<PathBuf>,
    /// Share of the expected arrivals that inspectors have time for.
    #[arg(long, default_value_t = 0.15, value_parser = budget)]
    budget: f64,
    /// Share of the budget that goes into random checks, 0 to 1; never below a twentieth.
    #[arg(long, default_value_t = FLOOR_SHARE, value_parser = parse_floor_share)]
    floor: f64,
    /// Live through the files so many times, each with draws from another seed: how often a week keeps its budget is a
    /// matter of chance too. Figures other than the weeks' are the first time's.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=100))]
    seeds: u8,
    /// Print JSON, not a table.
    #[arg(long)]
    json: bool,
}

fn budget(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or("expected a share, above 0, at most 1")
}

/// Minutes of one control; the share is what matters.
const MINUTES: f64 = 30.0;

/// What came of the months, and of the weeks by their Mondays.
#[derive(Default)]
struct Lived {
    months: Vec<(String, Sum)>,
    weeks: Vec<(Date, Sum)>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        each_once("--data", &self.data)?;
        let mut rows = Vec::new();
        for path in &self.data {
            let more = outcomes(path)?;
            ensure!(!more.is_empty(), "{}: the file has no rows", path.display());
            rows.extend(more);
        }
        rows.sort_by_key(|row| row.subject.date);
        let Some(first) = rows.first().map(|row| row.subject.date) else { bail!("the files have no rows") };
        // What comes later is known from what was examined, and from nothing else.
        let mut past = Past::read(&self.history)?;
        let history = past.before(first, &scorer.policy().rates).clone();
        past.tell_left_out();
        let mut known = HashMap::new();
        for path in &self.history {
            let mut days = outcomes(path)?;
            days.retain(|row| row.subject.date < first);
            count_days(&days, &mut known);
        }
        let lived =
            (0..self.seeds).map(|seed| self.live(&scorer, &rows, history.clone(), known.clone(), seed));
        print(&table::told(&lived.collect::<anyhow::Result<Vec<Lived>>>()?, self.json))
    }

    /// Day by day, as the gateway does: the same ledger, the same draw, the same decision.
    fn live(
        &self,
        scorer: &Scorer,
        rows: &[PastOutcome],
        mut history: History,
        mut known: HashMap<Date, f64>,
        seed: u8,
    ) -> anyhow::Result<Lived> {
        let seed = Seed([seed; 32]);
        let mut scores = Scores::default();
        let mut lived = Lived::default();
        let (mut carried, mut earlier_minutes, mut last_level, mut number) = (0.0, 0.0, None, 0_u64);
        for day in rows.chunk_by(|a, b| a.subject.date == b.subject.date) {
            let date = day[0].subject.date;
            let monday = date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days())?;
            if lived.weeks.last().is_none_or(|(week, _)| *week != monday) {
                lived.weeks.push((monday, Sum::default()));
                carried = 0.0; // what a week leaves is gone: inspectors' time does not keep
                earlier_minutes = 0.0;
                last_level = None;
            }
            let later =
                (1..7_i64).filter_map(|n| monday.checked_add(n.days()).ok()).filter(|day| *day > date);
            let elsewhere_to_come = later.map(|day| expected(&known, day)).sum::<f64>();
            let expected_arrivals = expected(&known, date);
            let minutes = expected_arrivals * self.budget * MINUTES;
            let cut = cut(minutes, MINUTES, expected_arrivals, self.floor);
            let mut sum = Sum::planned(minutes / MINUTES);
            let mut examined = Vec::new();
            for row in day {
                number += 1;
                let shift = Shift {
                    minutes,
                    carried,
                    earlier_minutes,
                    last_level,
                    elsewhere_left: elsewhere_to_come * self.budget * MINUTES,
                    elsewhere_to_come,
                    minutes_per_control: MINUTES,
                    expected_arrivals,
                    arrivals: sum.arrivals,
                    used: sum.examined * MINUTES,
                    cut,
                };
                let draw = seed.draw("SIMULATED", date, &format!("SYN{number}"));
                let budget = Budget { draw, cut, threshold: shift.threshold(&scores) };
                let case = Case::Cargo { consignments: vec![vec![row.subject.clone()]], crew: Vec::new() };
                let decided =
                    finish(scorer.score(&case, Ok(&history), &[]), &Capacity { budget: Some(budget) });
                let roll_up = &decided.pre_decisions[0];
                let always = decided.selection().is_some_and(|selection| selection.always);
                scores.add(roll_up.officer.fraud_probability.map(f64::from), always);
                let red = roll_up.verdict == Verdict::Corridor(Corridor::Red);
                sum.count(row, red, budget.drawn());
                sum.count_why(red, always || budget.drawn(), &budget);
                if red {
                    examined.push(row);
                }
            }
            // What a day brought is known on the next.
            examined.into_iter().for_each(|row| history.learn(row, &scorer.policy().rates));
            carried += minutes - sum.examined * MINUTES;
            earlier_minutes += minutes;
            last_level = Some(sum.arrivals / expected_arrivals.max(1.0));
            let month = format!("{}-{:02}", date.year(), date.month());
            if lived.months.last().is_none_or(|(known, _)| *known != month) {
                lived.months.push((month, Sum::default()));
            }
            let month = lived.months.last_mut().map(|(_, sum)| sum);
            month.into_iter().chain(lived.weeks.last_mut().map(|(_, sum)| sum)).for_each(|all| all.add(&sum));
            count_days(day, &mut known);
        }
        Ok(lived)
    }
}

fn count_days(rows: &[PastOutcome], known: &mut HashMap<Date, f64>) {
    for row in rows {
        *known.entry(row.subject.date).or_default() += 1.0;
    }
}

/// The median of the same weekday in the last eight weeks, as far as they are known: a holiday or a rush says little.
fn expected(known: &HashMap<Date, f64>, date: Date) -> f64 {
    let same: Vec<f64> = (1..=8_i64)
        .filter_map(|weeks| date.checked_sub((7 * weeks).days()).ok())
        .filter_map(|day| known.get(&day).copied())
        .collect();
    usual(&same).unwrap_or(100.0)
}
