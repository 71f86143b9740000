//! `gateway history import`: past outcomes in the columns of the published data set become counters.

use std::path::{Path, PathBuf};

use scoring::dataset::{LineFeeds, numbered};

use super::{Configured, DataRefused, block_on, load};
use crate::{
    clock::Clock,
    config::Config,
    judging,
    persist::{HistoryRow, Secrets, Store},
};
use clap::Subcommand;

/// The column that names a declaration; the crate `scoring` has no use for it.
const DECLARATION: &str = "Declaration ID";

/// Rows in one call of the store.
const CHUNK: usize = 2_000;

/// Problems that are told; a file of the wrong kind has as many as lines.
const MAX_PROBLEMS: usize = 20;

/// The commands of `gateway history`.
#[derive(Debug, Subcommand)]
pub(super) enum HistoryCommand {
    /// Counts past outcomes from a CSV file with the columns of the published customs data set. Repeating is safe:
    /// a declaration counts once.
    Import {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
}

/// Runs one of them.
pub(super) fn run(command: HistoryCommand, clock: &Clock) -> anyhow::Result<()> {
    let HistoryCommand::Import { file, configured } = command;
    block_on(import(&file, &load(&configured)?, clock))?
}

/// Imports a file: nothing at all when one row of it cannot be read.
async fn import(file: &Path, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let text = std::fs::read(file).map_err(|error| refused(file, error))?;
    let scorer = judging::load(config, None)?;
    let rows = rows(&text, &scorer).map_err(|problems| {
        DataRefused(problems.iter().map(|problem| format!("{}: {problem}", file.display())).collect())
    })?;
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let (mut counted, mut known, mut changed) = (0_u64, 0_u64, 0_u64);
    let mut rest = rows.into_iter();
    loop {
        let chunk: Vec<HistoryRow> = rest.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let imported = store.import_history(chunk, clock.now()).await?;
        counted = counted.saturating_add(imported.counted);
        known = known.saturating_add(imported.repeated);
        changed = changed.saturating_add(imported.changed);
    }
    store.close().await;
    println!("outcomes: {counted} counted, {known} counted before");
    if changed > 0 {
        eprintln!(
            "warning: {changed} of those that were counted before say otherwise now: what was counted stands; a border post \
             corrects its own reports"
        );
    }
    Ok(())
}

fn rows(text: &[u8], scorer: &scoring::Scorer) -> Result<Vec<HistoryRow>, Vec<String>> {
    let one = |problem: String| vec![problem];
    let mut reader = csv::Reader::from_reader(LineFeeds::new(text));
    let header = reader.headers().map_err(|error| one(error.to_string()))?;
    let place = header.iter().position(|name| name == DECLARATION);
    let place = place.ok_or_else(|| one(format!("column {DECLARATION:?} is missing from the header")))?;
    let outcomes = scoring::dataset::outcomes(text).map_err(|error| one(error.to_string()))?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for ((line, record), outcome) in numbered(reader).zip(outcomes) {
        let row = outcome.map_err(|error| error.to_string()).and_then(|outcome| {
            let record = record.map_err(|error| error.to_string())?;
            let source_id = record.get(place).map(str::trim).filter(|id| !id.is_empty());
            let source_id =
                source_id.ok_or_else(|| format!("line {line}, column {DECLARATION:?}: is empty"))?;
            Ok(HistoryRow {
                source_id: source_id.to_owned(),
                date: outcome.subject.date,
                updates: scorer.updates(&outcome),
            })
        });
        match row {
            Ok(row) => rows.push(row),
            Err(problem) => problems.push(problem),
        }
        if problems.len() >= MAX_PROBLEMS {
            problems.push("and perhaps more".to_owned());
            break;
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn refused(file: &Path, error: std::io::Error) -> DataRefused {
    DataRefused(vec![format!("{}: {error}", file.display())])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Declaration ID,Date,Office ID,Mode of Transport,Declarant ID,Importer ID,Seller ID,\
        Courier ID,HS6 Code,Country of Departure,Country of Origin,Net Mass,Item Price,Fraud,Critical Fraud";

    fn problems(lines: &[&str]) -> Vec<String> {
        let text = format!("{HEADER}\n{}\n", lines.join("\n"));
        rows(text.as_bytes(), &scoring::Scorer::shipped().unwrap()).err().unwrap_or_default()
    }

    #[test]
    fn a_good_row_becomes_counters() {
        let text = format!("{HEADER}\n7,2026-01-02,UZ-OYBEK,30,d,i,s,,070200,KZ,KZ,100.0,5000.0,1,2\n");
        let rows = rows(text.as_bytes(), &scoring::Scorer::shipped().unwrap()).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].source_id, "7");
        assert!(rows[0].updates.iter().all(|(_, counter)| counter.critical == 1));
    }

    #[test]
    fn bad_rows_are_told_with_their_place() {
        let found = problems(&[
            "1,2026-01-02,o,30,d,i,s,,070200,KZ,KZ,100.0,5000.0,0,0",
            "2,yesterday,o,30,d,i,s,,070200,KZ,KZ,100.0,5000.0,0,0",
            ",2026-01-02,o,30,d,i,s,,070200,KZ,KZ,100.0,5000.0,0,0",
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("line 3") && found[0].contains("Date"), "{}", found[0]);
        assert!(found[1].contains("line 4") && found[1].contains(DECLARATION), "{}", found[1]);
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let scorer = scoring::Scorer::shipped().unwrap();
        assert!(rows(b"a,b\n1,2\n", &scorer).unwrap_err()[0].contains(DECLARATION));
        assert!(rows(b"", &scorer).is_err());
    }
}
