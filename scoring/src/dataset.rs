//! Reads goods items and past outcomes in the columns of the published *Customs Import Declaration Datasets*; the one
//! form in which history is imported until outcomes arrive by themselves.
//!
//! Columns are found by their names, in any order; columns that are not known are passed over, and of those that are,
//! only the date, the HS code and (for outcomes) the two labels have to be there. A blank field is a missing value. A row
//! that cannot be read is an error with its line and column; whether to stop or to go on is the caller's.

use std::io::Read;
use std::str::FromStr;

use csv::StringRecord;
use jiff::civil::Date;

use crate::history::PastOutcome;
use crate::subject::{Mode, Subject, Value};

/// Currency of the data set's prices.
pub const CURRENCY: &str = "KRW";

/// Why a file or a row of it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a byte.
    #[error("the file is empty")]
    Empty,
    /// The header lacks a column.
    #[error("column {0:?} is missing from the header")]
    ColumnMissing(&'static str),
    /// The header names a column twice.
    #[error("column {0:?} stands twice in the header")]
    ColumnRepeated(&'static str),
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
    /// A row has more or fewer fields than the header.
    #[error("line {line}: {found} fields, the header has {expected}")]
    Fields {
        /// Line in the file, counted from 1.
        line: u64,
        /// Fields that the row has.
        found: u64,
        /// Fields that the header has.
        expected: u64,
    },
    /// Bytes that are no text.
    #[error("line {line}: not UTF-8; save the file as CSV in UTF-8")]
    NotUtf8 {
        /// Line in the file, counted from 1.
        line: u64,
    },
    /// Not CSV, or not readable.
    #[error("not readable as CSV")]
    Csv(#[source] csv::Error),
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Self {
        let line = |position: &Option<csv::Position>| position.as_ref().map_or(1, csv::Position::line);
        match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                Error::Fields { line: line(pos), found: *len, expected: *expected_len }
            }
            csv::ErrorKind::Utf8 { pos, .. } => Error::NotUtf8 { line: line(pos) },
            _ => Error::Csv(error),
        }
    }
}

impl Error {
    /// The same at another line, where it names one.
    fn on(mut self, at: u64) -> Self {
        if let Error::Fields { line, .. } | Error::NotUtf8 { line } = &mut self {
            *line = at;
        }
        self
    }
}

const COLUMNS: [&str; 16] = [
    "Date",
    "HS6 Code",
    "Fraud",
    "Critical Fraud",
    "Office ID",
    "Mode of Transport",
    "Declarant ID",
    "Importer ID",
    "Seller ID",
    "Courier ID",
    "Country of Departure",
    "Country of Origin",
    "Net Mass",
    "Item Price",
    "Tax Rate",
    "Tax Type",
];

/// The columns that a goods item is the same by in the publisher's generator, label included.
const TUPLE: [&str; 6] =
    ["HS6 Code", "Country of Departure", "Country of Origin", "Tax Rate", "Tax Type", "Net Mass"];

/// How many of [`COLUMNS`], from the first, every file has; and every file of outcomes.
const NEEDED: (usize, usize) = (2, 4);

/// A row: what it says, and what tells it apart from its copies.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The goods item and what was found.
    pub outcome: PastOutcome,
    /// The texts of HS code, departure, origin, tax rate, tax type and mass, with 0x1F between.
    pub tuple: String,
}

/// The outcomes of a file, one for each row, in the file's order. `walk_by_day` brings them into that of their dates.
///
/// # Errors
/// When the header lacks a column; each row answers for itself.
pub fn outcomes<R: Read>(file: R) -> Result<impl Iterator<Item = Result<PastOutcome, Error>>, Error> {
    Ok(rows(file)?.map(|row| row.map(|row| row.outcome)))
}

/// The same with what tells rows apart.
///
/// # Errors
/// As [`outcomes`].
pub fn rows<R: Read>(file: R) -> Result<impl Iterator<Item = Result<Row, Error>>, Error> {
    read(file, NEEDED.1, |record| {
        let (fraud, critical) = record.labels()?;
        let tuple = TUPLE.map(|column| record.text(column)).join("\u{1f}");
        Ok(Row { outcome: PastOutcome { subject: record.subject()?, fraud, critical }, tuple })
    })
}

/// The goods items of a file, whose outcomes need not be known.
///
/// # Errors
/// As [`outcomes`].
pub fn subjects<R: Read>(file: R) -> Result<impl Iterator<Item = Result<Subject, Error>>, Error> {
    read(file, NEEDED.0, |record| record.subject())
}

fn read<R: Read, T>(
    file: R,
    needed: usize,
    of: impl Fn(Record<'_>) -> Result<T, Error>,
) -> Result<impl Iterator<Item = Result<T, Error>>, Error> {
    let mut reader = csv::Reader::from_reader(LineFeeds::new(file));
    let header = reader.headers()?.clone();
    if header.is_empty() {
        return Err(Error::Empty);
    }
    let mut places = [None; COLUMNS.len()];
    for (number, (place, column)) in places.iter_mut().zip(COLUMNS).enumerate() {
        // A byte order mark, as spreadsheets write it.
        let name = |name: &str| name.trim_start_matches('\u{feff}').trim() == column;
        *place = header.iter().position(name);
        if place.is_none() && number < needed {
            return Err(Error::ColumnMissing(column));
        }
        if header.iter().filter(|text| name(text)).count() > 1 {
            return Err(Error::ColumnRepeated(column));
        }
    }
    Ok(numbered(reader).map(move |(line, record)| of(Record { record: &record?, line, places: &places })))
}

/// The records of a file, each with the line at which it begins, blank lines before it counted. The CSV reader takes a record to
/// begin where the one before ended, and so tells the first of those blank lines.
pub fn numbered<R: Read>(
    mut reader: csv::Reader<LineFeeds<R>>,
) -> impl Iterator<Item = (u64, Result<StringRecord, Error>)> {
    std::iter::from_fn(move || {
        let mut record = StringRecord::new();
        let read = reader.read_record(&mut record);
        // The reader stands behind the record's own line feed.
        let inside = record
            .iter()
            .map(|field| field.bytes().filter(|byte| *byte == b'\n').count() as u64)
            .sum::<u64>();
        let line = reader.position().line().saturating_sub(1 + inside);
        match read {
            Ok(true) => Some((line, Ok(record))),
            Ok(false) => None,
            Err(error) => Some((line, Err(Error::from(error).on(line)))),
        }
    })
}

/// Makes every line's end one line feed, the last one's too. The CSV reader takes a record to begin at the line feed that it has
/// not read yet, and so tells lines of files with carriage returns one too low.
#[derive(Debug)]
pub struct LineFeeds<R> {
    file: R,
    after_return: bool,
    /// What was given last; nothing before the first byte, and at the end a line feed.
    last: Option<u8>,
}

impl<R> LineFeeds<R> {
    /// Over a file of any line ends.
    pub fn new(file: R) -> Self {
        Self { file, after_return: false, last: None }
    }
}

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.file.read(into)?;
            let mut kept = 0;
            if read == 0 && self.last.is_some_and(|last| last != b'\n') && !into.is_empty() {
                into[0] = b'\n';
                kept = 1;
            }
            for place in 0..read {
                let byte = into[place];
                if byte == b'\n' && self.after_return {
                    self.after_return = false;
                    continue;
                }
                self.after_return = byte == b'\r';
                into[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
            if kept > 0 {
                self.last = Some(into[kept - 1]);
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

struct Record<'a> {
    record: &'a StringRecord,
    line: u64,
    places: &'a [Option<usize>; COLUMNS.len()],
}

impl Record<'_> {
    /// Irregular, and critically so. In the file 0 is no fraud, 1 fraud that is not critical, 2 critical fraud.
    fn labels(&self) -> Result<(bool, bool), Error> {
        let (fraud, critical) = (self.text("Fraud"), self.text("Critical Fraud"));
        match (fraud, critical) {
            ("0", "0") => Ok((false, false)),
            ("1", "1") => Ok((true, false)),
            ("1", "2") => Ok((true, true)),
            ("0" | "1", "0" | "1" | "2") => Err(Error::LabelsContradict {
                line: self.line,
                fraud: fraud.into(),
                critical: critical.into(),
            }),
            ("0" | "1", _) => Err(self.wrong("Critical Fraud", "a label: 0, 1 or 2")),
            _ => Err(self.wrong("Fraud", "a label: 0 or 1")),
        }
    }

    fn subject(&self) -> Result<Subject, Error> {
        let hs_code = self.optional("HS6 Code");
        if hs_code.as_ref().is_some_and(|code| code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit())) {
            return Err(self.wrong("HS6 Code", "six digits"));
        }
        let price = self.amount("Item Price", 9e15)?;
        let mass = self.amount("Net Mass", 9e12)?;
        Ok(Subject {
            hs_code,
            origin_country: self.optional("Country of Origin"),
            departure_country: self.optional("Country of Departure"),
            mass_mg: mass.map(|kilograms| (kilograms * 1e6).round() as i64),
            value: price.map(|price| Value {
                currency: CURRENCY.into(),
                units: price.trunc() as i64,
                nanos: (price.fract() * 1e9) as i32,
            }),
            importer: self.optional("Importer ID"),
            exporter: self.optional("Seller ID"),
            declarant: self.optional("Declarant ID"),
            carrier: self.optional("Courier ID"),
            office: self.optional("Office ID"),
            mode: self.optional("Mode of Transport").map(|mode| match mode.as_str() {
                "10" => Mode::Maritime,
                "20" => Mode::Rail,
                "30" => Mode::Road,
                "40" => Mode::Air,
                _ => Mode::Other,
            }),
            date: Date::from_str(self.text("Date")).map_err(|_| self.wrong("Date", "a date, YYYY-MM-DD"))?,
        })
    }

    fn text(&self, column: &'static str) -> &str {
        let place = COLUMNS.iter().position(|name| *name == column).and_then(|n| self.places[n]);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    fn optional(&self, column: &'static str) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn amount(&self, column: &'static str, limit: f64) -> Result<Option<f64>, Error> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let amount = text.parse().ok().filter(|amount| (0.0..limit).contains(amount));
        amount.map(Some).ok_or_else(|| self.wrong(column, "an amount, not negative"))
    }

    fn wrong(&self, column: &'static str, expected: &'static str) -> Error {
        Error::Field { line: self.line, column, value: self.text(column).into(), expected }
    }
}
