//! `score batch`.

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use jiff::civil::Date;
use manifest::CodeLists;
use scoring::policy::{public_text, text};
use scoring::{Capacity, Case, Language, Mode, Subject, Value, dataset, finish};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::past::Past;
use crate::{With, open};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Files whose outcomes are known beforehand; what is not older than a row is not known to it. May be repeated.
    #[arg(long)]
    history: Vec<PathBuf>,
    /// The language of reasons.
    #[arg(long, value_enum, default_value = "en")]
    language: Tongue,
    /// The file to judge, one consignment of one goods item a row: CSV in the published columns (labels are not looked
    /// at), or lines of JSON.
    file: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Tongue {
    En,
    Ru,
    Uz,
}

/// A goods item as a line of JSON. What is left out is not declared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(deserialize_with = "date")]
    date: Date,
    hs_code: Option<String>,
    origin_country: Option<String>,
    departure_country: Option<String>,
    mass_mg: Option<i64>,
    value: Option<Money>,
    importer: Option<String>,
    exporter: Option<String>,
    declarant: Option<String>,
    carrier: Option<String>,
    office: Option<String>,
    mode: Option<u8>,
}

/// An amount, split as in `google.type.Money`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Money {
    currency: String,
    units: i64,
    #[serde(default)]
    nanos: i32,
}

fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom("date: expected YYYY-MM-DD"))
}

impl Line {
    /// Held to what a row of a CSV file is held to.
    fn subject(self, lists: &CodeLists) -> anyhow::Result<Subject> {
        if let Some(code) = &self.hs_code {
            ensure!(
                code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
                "hs_code: expected six digits"
            );
        }
        for (field, country) in
            [("origin_country", &self.origin_country), ("departure_country", &self.departure_country)]
        {
            // Of its form, listed or not: files of the past hold codes such as ZZ, "not known", and a code that nobody has met
            // says as little in either form.
            let good = |word: &String| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
            ensure!(
                country.as_ref().is_none_or(good),
                "{field}: expected two capital letters, an alpha-2 code of ISO 3166-1"
            );
        }
        ensure!(
            self.mass_mg.is_none_or(|mass| (0..9_000_000_000_000_000_000).contains(&mass)),
            "mass_mg: expected an amount, not negative"
        );
        if let Some(Money { currency, units, nanos }) = &self.value {
            ensure!(
                // In the standard XXX is no currency, and XTS one for tests.
                lists.currency(currency).is_some_and(|code| code.as_str() == currency)
                    && !matches!(currency.as_str(), "XXX" | "XTS"),
                "value.currency: expected a code of ISO 4217"
            );
            ensure!(
                (0..9_000_000_000_000_000).contains(units) && (0..1_000_000_000).contains(nanos),
                "value: expected an amount, not negative"
            );
        }
        ensure!(self.mode.is_none_or(|mode| mode <= 9), "mode: expected a code of UN/ECE Recommendation 19");
        Ok(Subject {
            hs_code: self.hs_code,
            origin_country: self.origin_country,
            departure_country: self.departure_country,
            mass_mg: self.mass_mg,
            value: self.value.map(|Money { currency, units, nanos }| Value { currency, units, nanos }),
            importer: self.importer,
            exporter: self.exporter,
            declarant: self.declarant,
            carrier: self.carrier,
            office: self.office,
            // UN/ECE Recommendation 19.
            mode: self.mode.map(|code| match code {
                1 => Mode::Maritime,
                2 => Mode::Rail,
                3 => Mode::Road,
                4 => Mode::Air,
                _ => Mode::Other,
            }),
            date: self.date,
        })
    }
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        let subjects = self.subjects()?;
        ensure!(!subjects.is_empty(), "{}: the file has no rows", self.file.display());
        let mut past = Past::read(&self.history)?;
        let language = match self.language {
            Tongue::En => Language::English,
            Tongue::Ru => Language::Russian,
            Tongue::Uz => Language::Uzbek,
        };
        let mut subjects: Vec<(usize, Subject)> = subjects.into_iter().enumerate().collect();
        // Judged in the order of days, told in that of the file.
        subjects.sort_by_key(|(_, subject)| subject.date);
        let mut lines: Vec<(usize, String)> = Vec::with_capacity(subjects.len());
        for (row, subject) in subjects {
            let history = past.before(subject.date, &scorer.policy().rates);
            let case = Case::Cargo { consignments: vec![vec![subject]], crew: Vec::new() };
            let decided = finish(scorer.score(&case, Ok(history), &[]), &Capacity::default());
            for decision in &decided.pre_decisions[1..] {
                let officer = &decision.officer;
                let reasons = officer.deciding_items.iter().flat_map(|item| &item.reasons);
                let line = json!({
                    "row": row + 1,
                    "verdict": decision.verdict.as_str(),
                    "fraud": officer.fraud_probability,
                    "critical": officer.critical_probability,
                    "no_precedent": officer.no_precedent,
                    "public": decision.public_reasons.iter()
                        .map(|reason| public_text(*reason, language)).collect::<Vec<_>>(),
                    "rules": officer.rules.iter()
                        .map(|reason| text(reason, language)).collect::<Vec<_>>(),
                    "reasons": reasons
                        .map(|reason| json!([text(reason, language), reason.contribution]))
                        .collect::<Vec<_>>(),
                });
                lines.push((row, line.to_string()));
            }
        }
        past.tell_left_out();
        lines.sort_by_key(|(row, _)| *row);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for (_, line) in lines {
            writeln!(out, "{line}")?;
        }
        Ok(out.flush()?)
    }

    /// The goods items of the file, whichever of the two forms it has; the first bad one ends the program with its place.
    fn subjects(&self) -> anyhow::Result<Vec<Subject>> {
        let place = || self.file.display().to_string();
        let mut file = open(&self.file)?;
        let start = file.fill_buf().with_context(place)?;
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        if start.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return dataset::subjects(file)
                .with_context(place)?
                .collect::<Result<_, _>>()
                .with_context(place);
        }
        let lists = CodeLists::built_in();
        let mut subjects = Vec::new();
        for (number, line) in file.lines().enumerate() {
            let line = line.with_context(place)?;
            let line = line.trim_start_matches('\u{feff}').trim();
            if !line.is_empty() {
                let read = serde_json::from_str::<Line>(line).map_err(anyhow::Error::from);
                let read = read.and_then(|line| line.subject(&lists));
                subjects.push(read.with_context(|| format!("{}, line {}", place(), number + 1))?);
            }
        }
        Ok(subjects)
    }
}
