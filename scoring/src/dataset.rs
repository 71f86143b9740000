//! Reads past outcomes in the columns of the published *Customs Import Declaration Datasets*; the one form in
//! which history is imported until outcomes arrive by themselves.
//!
//! Columns are found by their names, in any order. A row that cannot be read is an error with its line and
//! column; whether to stop or to go on is the caller's.

use std::io::Read;
use std::str::FromStr;

use jiff::civil::Date;

use crate::history::PastOutcome;
use crate::subject::{Mode, Subject, Value};

/// Currency of the data set's prices.
pub const CURRENCY: &str = "KRW";

/// Why a file or a row of it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The header lacks a column.
    #[error("column {0:?} is missing from the header")]
    ColumnMissing(&'static str),
    /// A field is not what its column asks for.
    #[error("line {line}, column {column:?}: {value:?} is not {expected}")]
    Field {
        /// Line in the file, counted from 1.
        line: u64,
        /// Name of the column.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
    /// The two label columns contradict each other.
    #[error("line {line}: Critical Fraud is {critical:?}, Fraud is {fraud:?}: they contradict each other")]
    LabelsContradict {
        /// Line in the file, counted from 1.
        line: u64,
        /// Fraud column.
        fraud: String,
        /// Critical Fraud column.
        critical: String,
    },
    /// Not CSV, or not readable.
    #[error("not readable as CSV")]
    Csv(#[from] csv::Error),
}

const COLUMNS: [&str; 14] = [
    "Date",
    "Office ID",
    "Mode of Transport",
    "Declarant ID",
    "Importer ID",
    "Seller ID",
    "Courier ID",
    "HS6 Code",
    "Country of Departure",
    "Country of Origin",
    "Net Mass",
    "Item Price",
    "Fraud",
    "Critical Fraud",
];

/// The outcomes of a file, one for each row, in the file's order. `walk_by_day` brings them into that of their
/// dates.
///
/// # Errors
/// When the header lacks a column; each row answers for itself.
pub fn outcomes<R: Read>(file: R) -> Result<impl Iterator<Item = Result<PastOutcome, Error>>, Error> {
    let mut reader = csv::Reader::from_reader(file);
    let header = reader.headers()?.clone();
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = header.iter().position(|name| name == column).ok_or(Error::ColumnMissing(column))?;
    }
    Ok(reader.into_records().map(move |record| {
        let record = record?;
        Row { record: &record, places: &places }.outcome()
    }))
}

struct Row<'a> {
    record: &'a csv::StringRecord,
    places: &'a [usize; COLUMNS.len()],
}

impl Row<'_> {
    fn outcome(&self) -> Result<PastOutcome, Error> {
        let (fraud, critical) = (self.text("Fraud"), self.text("Critical Fraud"));
        // 0 no fraud, 1 fraud that is not critical, 2 critical fraud.
        let critical = match (fraud, critical) {
            ("0", "0") | ("1", "1") => false,
            ("1", "2") => true,
            ("0" | "1", "0" | "1" | "2") => {
                return Err(Error::LabelsContradict {
                    line: self.line(),
                    fraud: fraud.into(),
                    critical: critical.into(),
                });
            }
            ("0" | "1", _) => return Err(self.wrong("Critical Fraud", "a label: 0, 1 or 2")),
            _ => return Err(self.wrong("Fraud", "a label: 0 or 1")),
        };
        let hs_code = self.text("HS6 Code");
        if hs_code.len() != 6 || !hs_code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(self.wrong("HS6 Code", "six digits"));
        }
        let price: f64 = self.amount("Item Price", 9e15)?;
        let mass: f64 = self.amount("Net Mass", 9e12)?;
        let subject = Subject {
            hs_code: Some(hs_code.into()),
            origin_country: self.optional("Country of Origin"),
            departure_country: self.optional("Country of Departure"),
            mass_mg: Some((mass * 1e6).round() as i64),
            value: Some(Value {
                currency: CURRENCY.into(),
                units: price.trunc() as i64,
                nanos: (price.fract() * 1e9) as i32,
            }),
            importer: self.optional("Importer ID"),
            exporter: self.optional("Seller ID"),
            declarant: self.optional("Declarant ID"),
            carrier: self.optional("Courier ID"),
            office: self.optional("Office ID"),
            mode: Some(match self.text("Mode of Transport") {
                "10" => Mode::Maritime,
                "20" => Mode::Rail,
                "30" => Mode::Road,
                "40" => Mode::Air,
                _ => Mode::Other,
            }),
            date: Date::from_str(self.text("Date")).map_err(|_| self.wrong("Date", "a date, YYYY-MM-DD"))?,
        };
        Ok(PastOutcome { subject, fraud: fraud == "1", critical })
    }

    fn text(&self, column: &'static str) -> &str {
        let place = COLUMNS.iter().position(|name| *name == column).map(|n| self.places[n]);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    fn optional(&self, column: &'static str) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn amount(&self, column: &'static str, limit: f64) -> Result<f64, Error> {
        self.text(column)
            .parse()
            .ok()
            .filter(|amount| (0.0..limit).contains(amount))
            .ok_or_else(|| self.wrong(column, "an amount, not negative"))
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn wrong(&self, column: &'static str, expected: &'static str) -> Error {
        Error::Field { line: self.line(), column, value: self.text(column).into(), expected }
    }
}
