//! What a simulation found, as a table or as JSON.

use std::collections::BTreeMap;

use scoring::PastOutcome;
use scoring::selection::Budget;
use serde_json::{Map, Value, json};

use super::Lived;

/// A week keeps its budget within this.
const WITHIN: f64 = 0.02;

/// What came of some days.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) arrivals: f64,
    planned: f64,
    pub(super) examined: f64,
    found: f64,
    irregular: f64,
    drawn: f64,
    drawn_found: f64,
    critical: f64,
    critical_found: f64,
    /// Examined because a draw, a rule or the critical head asked for it, whatever was left.
    asked: f64,
    /// Of these, when nothing was left.
    asked_after: f64,
    /// Arrivals who were all examined, since more was left than would come.
    all_taken: f64,
}

impl Sum {
    /// Days for which so many controls are planned.
    pub(super) fn planned(controls: f64) -> Self {
        Self { planned: controls, ..Self::default() }
    }

    /// Counts an arrival.
    pub(super) fn count(&mut self, row: &PastOutcome, examined: bool, drawn: bool) {
        let one = |yes: bool| f64::from(u8::from(yes));
        self.arrivals += 1.0;
        self.irregular += one(row.fraud);
        self.critical += one(row.critical);
        self.examined += one(examined);
        self.found += one(examined && row.fraud);
        self.critical_found += one(examined && row.critical);
        self.drawn += one(drawn);
        self.drawn_found += one(drawn && row.fraud);
    }

    /// Counts what an arrival was examined for, if it was.
    pub(super) fn count_why(&mut self, examined: bool, asked: bool, budget: &Budget) {
        let one = |yes: bool| f64::from(u8::from(yes));
        self.asked += one(examined && asked);
        self.asked_after += one(examined && asked && budget.threshold.is_infinite());
        self.all_taken += one(!budget.as_policy() && budget.threshold <= 0.0);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.arrivals += other.arrivals;
        self.planned += other.planned;
        self.examined += other.examined;
        self.found += other.found;
        self.irregular += other.irregular;
        self.drawn += other.drawn;
        self.drawn_found += other.drawn_found;
        self.critical += other.critical;
        self.critical_found += other.critical_found;
        self.asked += other.asked;
        self.asked_after += other.asked_after;
        self.all_taken += other.all_taken;
    }

    /// Why a week did not keep its budget; none for one that did.
    fn why_not_kept(&self) -> Option<String> {
        let off = self.examined - self.planned;
        if self.off().abs() <= WITHIN {
            return None;
        }
        let mut why = if off > 0.0 && self.asked > self.planned * (1.0 + WITHIN) {
            format!("draws, rules and the critical head alone asked for {} controls", self.asked)
        } else if off > 0.0 {
            format!(
                "draws, rules and the critical head asked for {} controls after the minutes were spent",
                self.asked_after
            )
        } else if self.all_taken > 0.0 {
            format!(
                "too few arrivals: the last {} were all examined, and minutes for {:.1} controls were left over",
                self.all_taken, -off
            )
        } else {
            format!("nobody came any more when minutes for {:.1} controls were left", -off)
        };
        let one = 1.0 / self.planned;
        if one > WITHIN / 2.0 {
            why += &format!("; one control is {:.1} % of this week's minutes", one * 100.0);
        }
        Some(why)
    }

    fn off(&self) -> f64 {
        self.examined / self.planned - 1.0
    }

    fn cells(&self) -> [String; 9] {
        let figure = |value: f64| if value.is_finite() { format!("{value:.3}") } else { "-".to_owned() };
        [
            self.arrivals.to_string(),
            format!("{:.1}", self.planned),
            self.examined.to_string(),
            format!("{:+.1} %", self.off() * 100.0),
            figure(self.found / self.examined),
            figure(self.found / self.irregular),
            figure(self.critical_found / self.critical),
            self.drawn.to_string(),
            figure(self.drawn_found / self.drawn),
        ]
    }

    fn json(&self) -> Value {
        json!({ "arrivals": self.arrivals, "examined": self.examined, "planned": self.planned, "off": self.off(),
            "precision": self.found / self.examined, "recall": self.found / self.irregular,
            "critical_recall": self.critical_found / self.critical, "drawn": self.drawn,
            "drawn_irregular": self.drawn_found / self.drawn, "irregular": self.irregular / self.arrivals,
            "asked_whatever_is_left": self.asked })
    }
}

impl Lived {
    /// The weeks without the first and the last of the data, which are not whole.
    fn whole_weeks(&self) -> &[(jiff::civil::Date, Sum)] {
        self.weeks.get(1..self.weeks.len().saturating_sub(1)).unwrap_or_default()
    }

    /// The whole weeks that did not keep their budget, each with its reason.
    fn not_kept(&self) -> impl Iterator<Item = (String, f64, String)> {
        let why =
            |(week, sum): &(jiff::civil::Date, Sum)| Some((week.to_string(), sum.off(), sum.why_not_kept()?));
        self.whole_weeks().iter().filter_map(why)
    }

    /// How many whole weeks there are, in how many the budget was kept, and how far the worst was off.
    fn kept(&self) -> (usize, usize, f64) {
        let off = || self.whole_weeks().iter().map(|(_, sum)| sum.off().abs());
        (off().count(), off().filter(|off| *off <= WITHIN).count(), off().fold(0.0, f64::max))
    }
}

/// The weeks that some seeds did not keep, with how many of them.
fn not_kept_over(lived: &[Lived]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for (week, ..) in lived.iter().flat_map(Lived::not_kept) {
        *times.entry(week).or_default() += 1;
    }
    times
}

/// The report, as text that ends with a line break.
pub(super) fn told(lived: &[Lived], as_json: bool) -> String {
    let Some(first) = lived.first() else { return String::new() };
    let mut all = Sum::default();
    first.months.iter().for_each(|(_, sum)| all.add(sum));
    let over_seeds =
        lived.iter().map(Lived::kept).fold((0, 0, 0.0_f64), |(all, good, far), (weeks, kept, worst)| {
            (all + weeks, good + kept, far.max(worst))
        });
    if as_json { json_of(lived, first, &all, over_seeds) } else { table(lived, first, &all, over_seeds) }
}

fn json_of(lived: &[Lived], first: &Lived, all: &Sum, over_seeds: (usize, usize, f64)) -> String {
    let (weeks, kept, worst) = first.kept();
    let months: Map<String, Value> =
        first.months.iter().map(|(month, sum)| (month.clone(), sum.json())).collect();
    let by_week: Map<String, Value> =
        first.whole_weeks().iter().map(|(week, sum)| (week.to_string(), sum.json())).collect();
    let not_kept: Map<String, Value> =
        first.not_kept().map(|(week, _, why)| (week, Value::String(why))).collect();
    let report = json!({
        "all": all.json(), "months": months, "weeks": by_week,
        "whole_weeks": weeks, "weeks_within_2_percent": kept, "worst_week_off": worst,
        "weeks_not_kept": not_kept,
        "over_seeds": { "seeds": lived.len(), "weeks_not_kept": not_kept_over(lived), "whole_weeks": over_seeds.0, "weeks_within_2_percent": over_seeds.1,
            "worst_week_off": over_seeds.2 },
    });
    format!("{report:#}\n")
}

/// Names and widths of the columns.
const COLUMNS: [(&str, usize); 9] = [
    ("arrivals", 9),
    ("planned", 9),
    ("examined", 9),
    ("off", 9),
    ("precision", 10),
    ("recall", 8),
    ("critical", 9),
    ("drawn", 8),
    ("irregular of", 13),
];

fn line(name: &str, cells: [String; 9]) -> String {
    let cells = cells.iter().zip(COLUMNS).map(|(cell, (_, width))| format!("{cell:>width$}"));
    format!("{name:<12}{}\n", cells.collect::<String>())
}

fn table(lived: &[Lived], first: &Lived, all: &Sum, over_seeds: (usize, usize, f64)) -> String {
    let seeds = lived.len();
    let heading = |name| line(name, COLUMNS.map(|(column, _)| column.to_owned()));
    let mut text = "Each row is an arrival; history learns only from those that are examined. The data repeats its rows with\n\
        their outcomes (tier A), so precision here is not what a border would see.\n\n"
        .to_owned();
    text += &heading("month");
    text.extend(first.months.iter().map(|(month, sum)| line(month, sum.cells())));
    text += &line("all", all.cells());
    text += "\n";
    text += &heading("week of");
    text.extend(first.whole_weeks().iter().map(|(week, sum)| line(&week.to_string(), sum.cells())));
    let kept = |(weeks, kept, worst): (usize, usize, f64)| {
        format!("{weeks} whole weeks, budget kept within 2 %: {kept}, worst {:.1} %\n", worst * 100.0)
    };
    text += &format!("\n{}", kept(first.kept()));
    text.extend(first.not_kept().map(|(week, off, why)| format!("{week} {:+.1} %: {why}\n", off * 100.0)));
    if seeds > 1 {
        text += &format!("over {seeds} seeds: {}", kept(over_seeds));
        text.extend(
            not_kept_over(lived).into_iter().map(|(week, times)| format!("{week}: not kept with {times}\n")),
        );
    }
    text
}
