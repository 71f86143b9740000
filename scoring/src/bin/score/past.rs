//! What was known before each day, from files of outcomes.

use std::iter::Peekable;
use std::path::PathBuf;
use std::vec::IntoIter;

use jiff::civil::Date;
use scoring::{History, PastOutcome, Rates};

use crate::{each_once, outcomes, tell_if_empty};

/// A history that grows with the days that are asked for: an outcome that is not of an earlier day is not known yet, whatever
/// file it stands in.
pub(crate) struct Past {
    rows: Peekable<IntoIter<PastOutcome>>,
    history: History,
}

impl Past {
    /// Every outcome of the files.
    pub(crate) fn read(files: &[PathBuf]) -> anyhow::Result<Self> {
        each_once("--history", files)?;
        let mut rows = Vec::new();
        for path in files {
            let more = outcomes(path)?;
            tell_if_empty(path, more.len());
            rows.extend(more);
        }
        rows.sort_by_key(|row| row.subject.date);
        Ok(Self { rows: rows.into_iter().peekable(), history: History::new(None) })
    }

    /// What is known when a day begins. Days are asked for in their order.
    pub(crate) fn before(&mut self, day: Date, rates: &Rates) -> &History {
        while let Some(row) = self.rows.next_if(|row| row.subject.date < day) {
            self.history.learn(&row, rates);
        }
        &self.history
    }

    /// Says on standard error how many rows of the files were used for nothing, if any were not.
    pub(crate) fn tell_left_out(self) {
        let left_out = self.rows.count();
        if left_out > 0 {
            eprintln!(
                "{left_out} rows of the history are not older than the judged ones: no row was judged by them \
                 (history_rows_left_out {left_out})"
            );
        }
    }
}
