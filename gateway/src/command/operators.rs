//! `gateway operators import`: the register of authorised economic operators.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use manifest::party::{NATURAL_PERSON_SCHEMES, Party, PartyIdentifier};
use manifest::quantity::CountryCode;
use scoring::dataset::{LineFeeds, numbered};
use scoring::reliability::{EntityKey, EntityKind};

use super::{Configured, DataRefused, block_on, load};
use crate::{
    clock::Clock,
    config::Config,
    persist::{AuthorisedOperator, Secrets, Store},
};
use clap::Subcommand;

const COLUMNS: [&str; 6] = ["scheme", "country", "identifier", "reference", "valid_from", "valid_until"];

/// Problems that are told; a file of the wrong kind has as many as lines.
const MAX_PROBLEMS: usize = 20;

/// The commands of `gateway operators`.
#[derive(Debug, Subcommand)]
pub(super) enum OperatorsCommand {
    /// Adds or replaces entries from a CSV file (scheme, country, identifier, reference, valid_from, valid_until). Officers see
    /// them beside the parties' reliability.
    Import {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
}

/// Runs one of them.
pub(super) fn run(command: OperatorsCommand, clock: &Clock) -> anyhow::Result<()> {
    let OperatorsCommand::Import { file, configured } = command;
    block_on(import(&file, &load(&configured)?, clock))?
}

/// Imports a file: nothing at all when one row of it cannot be read.
async fn import(file: &Path, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let refused = |problems: Vec<String>| {
        DataRefused(problems.iter().map(|problem| format!("{}: {problem}", file.display())).collect())
    };
    let text = std::fs::read(file).map_err(|error| refused(vec![error.to_string()]))?;
    let rows = rows(&text).map_err(refused)?;
    let count = rows.len() / EntityKind::ALL.len();
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    store.import_authorised(rows, clock.now()).await?;
    store.close().await;
    println!("authorised operators: {count} imported");
    Ok(())
}

/// A company is authorised in every part that it has.
fn rows(text: &[u8]) -> Result<Vec<(EntityKey, AuthorisedOperator)>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(LineFeeds::new(text));
    let header = reader.headers().map_err(|error| vec![error.to_string()])?.clone();
    if header.iter().collect::<Vec<_>>() != COLUMNS {
        return Err(vec![format!("the header is not {}", COLUMNS.join(","))]);
    }
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (line, record) in numbered(reader) {
        let row = record.map_err(|error| error.to_string()).and_then(|record| {
            row(&record).map_err(|(column, problem)| format!("line {line}, column {column:?}: {problem}"))
        });
        match row {
            Ok((key, entry)) => {
                rows.extend(EntityKind::ALL.iter().map(|kind| (EntityKey::new(*kind, &key), entry.clone())));
            }
            Err(problem) => problems.push(problem),
        }
        if problems.len() >= MAX_PROBLEMS {
            problems.push("and perhaps more".to_owned());
            break;
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn row(record: &csv::StringRecord) -> Result<(String, AuthorisedOperator), (&'static str, &'static str)> {
    let text = |place: usize| record.get(place).unwrap_or_default();
    let day = |place: usize| -> Result<Date, (&'static str, &'static str)> {
        text(place).parse().map_err(|_| (COLUMNS[place], "is not a date, YYYY-MM-DD"))
    };
    let (scheme, identifier) = (text(0).to_uppercase(), text(2).to_uppercase());
    if scheme.is_empty() || NATURAL_PERSON_SCHEMES.contains(&scheme.as_str()) {
        return Err(("scheme", "is empty, or a register of natural persons"));
    }
    if identifier.is_empty() || !identifier.chars().all(char::is_alphanumeric) {
        return Err(("identifier", "is not letters and digits alone"));
    }
    let country = CountryCode::new(text(1)).ok_or(("country", "is not an ISO 3166-1 alpha-2 code"))?;
    let (valid_from, valid_until) = (day(4)?, day(5)?);
    if valid_until < valid_from {
        return Err(("valid_until", "is before valid_from"));
    }
    if text(3).is_empty() {
        return Err(("reference", "is empty"));
    }
    let party = Party {
        identifiers: vec![PartyIdentifier { scheme, value: identifier, country: Some(country) }],
        ..Party::default()
    };
    let key = party.key().ok_or(("identifier", "names nobody"))?;
    Ok((key, AuthorisedOperator { reference: text(3).to_owned(), valid_from, valid_until }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_authorised_in_every_part() {
        let text = "scheme,country,identifier,reference,valid_from,valid_until\n\
                    INN,UZ,300000001,AEO-UZ-0001,2026-01-01,2028-12-31\n";
        let rows = rows(text.as_bytes()).unwrap();
        assert_eq!(rows.len(), EntityKind::ALL.len());
        assert_eq!(rows[0].0, EntityKey::new(EntityKind::Importer, "INN:UZ:300000001"));
    }

    #[test]
    fn what_cannot_be_is_told_with_its_place() {
        for (line, expected) in [
            ("PINFL,UZ,300000001,A,2026-01-01,2028-12-31", "scheme"),
            ("INN,UZB,300000001,A,2026-01-01,2028-12-31", "country"),
            ("INN,UZ,,A,2026-01-01,2028-12-31", "identifier"),
            ("INN,UZ,300000001,,2026-01-01,2028-12-31", "reference"),
            ("INN,UZ,300000001,A,2026-01-01,2025-12-31", "valid_until"),
        ] {
            let text = format!("scheme,country,identifier,reference,valid_from,valid_until\n{line}\n");
            let problems = rows(text.as_bytes()).unwrap_err();
            assert!(problems[0].contains("line 2") && problems[0].contains(expected), "{problems:?}");
        }
    }
}
