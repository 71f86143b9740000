//! `score batch`.

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::civil::Date;
use scoring::policy::{public_text, text};
use scoring::{Capacity, Case, Language, Mode, Subject, Value, dataset, finish};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::{With, history, open};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Files whose outcomes are known beforehand. May be repeated.
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
    fn subject(self) -> Subject {
        Subject {
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
        }
    }
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        let history = history(&self.history, scorer.policy())?;
        let language = match self.language {
            Tongue::En => Language::English,
            Tongue::Ru => Language::Russian,
            Tongue::Uz => Language::Uzbek,
        };
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for (row, subject) in self.subjects()?.into_iter().enumerate() {
            let case = Case::Cargo { consignments: vec![vec![subject]], crew: Vec::new() };
            let decided = finish(scorer.score(&case, Ok(&history), &[]), &Capacity::default());
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
                writeln!(out, "{line}")?;
            }
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
        let mut subjects = Vec::new();
        for (number, line) in file.lines().enumerate() {
            let line = line.with_context(place)?;
            let line = line.trim_start_matches('\u{feff}').trim();
            if !line.is_empty() {
                let read: Line = serde_json::from_str(line)
                    .with_context(|| format!("{}, line {}", place(), number + 1))?;
                subjects.push(read.subject());
            }
        }
        Ok(subjects)
    }
}
