//! `score features`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::ensure;
use scoring::features::{CATALOG, of};
use scoring::{PastOutcome, Policy, walk_by_day};

use crate::past::Past;
use crate::{each_once, outcomes, policy, subjects};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files whose outcomes are known beforehand; what is not older than a row is not known to it. Without any, each day of
    /// the files sees the days before it.
    #[arg(long)]
    history: Vec<PathBuf>,
    /// The outcomes of the files are not known: they have no labels, and the columns of the labels are left blank.
    #[arg(long, requires = "history")]
    unlabelled: bool,
    /// Make features as if these were not declared.
    #[arg(long, value_delimiter = ',')]
    without: Vec<Part>,
    /// Policy file, for its exchange rates.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Only print the fingerprint of the feature catalog.
    #[arg(long)]
    fingerprint: bool,
    /// The files to make features of.
    #[arg(required_unless_present = "fingerprint")]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Value,
    Mass,
    Origin,
    Departure,
    Parties,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if self.fingerprint {
            println!("{}", scoring::features::fingerprint());
            return Ok(());
        }
        let policy = match &self.policy {
            Some(path) => policy(path)?,
            None => Policy::shipped()?,
        };
        each_once("FILES", &self.files)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let names: Vec<&str> = CATALOG.iter().map(|feature| feature.name).collect();
        let mut rows = Vec::new();
        for file in &self.files {
            let unknown = |subject| PastOutcome { subject, fraud: false, critical: false };
            let more = match self.unlabelled {
                true => subjects(file)?.into_iter().map(unknown).collect(),
                false => outcomes(file)?,
            };
            ensure!(!more.is_empty(), "{}: the file has no rows", file.display());
            rows.extend(more);
        }
        // Read before anything is printed, so that what is printed is whole or nothing.
        let past = match self.history.is_empty() {
            true => None,
            false => Some(Past::read(&self.history)?),
        };
        writeln!(out, "date,fraud,critical,{}", names.join(","))?;
        let mut failure = None;
        let mut print = |row: &PastOutcome, history: &scoring::History| {
            let mut subject = row.subject.clone();
            for part in &self.without {
                match part {
                    Part::Value => subject.value = None,
                    Part::Mass => subject.mass_mg = None,
                    Part::Origin => subject.origin_country = None,
                    Part::Departure => subject.departure_country = None,
                    Part::Parties => {
                        (subject.importer, subject.exporter, subject.declarant) = (None, None, None);
                    }
                }
            }
            let vector = of(&subject, history, &policy.rates).vector;
            let label = |label: bool| match (self.unlabelled, label) {
                (true, _) => "",
                (false, true) => "1",
                (false, false) => "0",
            };
            let mut line = format!("{},{},{}", row.subject.date, label(row.fraud), label(row.critical));
            for value in vector.0 {
                line.push(',');
                line += &value.to_string();
            }
            if let Err(error) = writeln!(out, "{line}") {
                failure.get_or_insert(error);
            }
        };
        match past {
            // What a day brought is known on the next.
            None => walk_by_day(&mut rows, &mut scoring::History::new(None), &policy.rates, print),
            Some(mut past) => {
                rows.sort_by_key(|row| row.subject.date);
                rows.iter().for_each(|row| print(row, past.before(row.subject.date, &policy.rates)));
                past.tell_left_out();
            }
        }
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(out.flush()?),
        }
    }
}
