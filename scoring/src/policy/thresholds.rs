//! Where the corridors begin: numbers that change by decree, in a file with a version and a digest.

use std::{str::FromStr as _, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;
use toml::{Table, Value};

use super::rules::RuleTable;
use crate::features::{Rate, Rates};

/// The policy that is compiled in.
const SHIPPED: &str = include_str!("../../policy.toml");

/// Where yellow and red begin, as probabilities of one head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Yellow from here.
    pub yellow: f64,
    /// Red from here.
    pub red: f64,
}

/// When an importer's own record colours its goods, whatever the model says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImporterRecord {
    /// Fewer outcomes than this are no record.
    pub outcomes: i64,
    /// Shrunken irregular rate from which its goods are yellow or red.
    pub rate: Cut,
}

/// Whose goods may be green although their signature has no precedent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrustedImporter {
    /// At least this many outcomes.
    pub outcomes: i64,
    /// And a shrunken irregular rate of this at most.
    pub rate: f64,
}

/// Every number that a pre-decision depends on and that is not the model's.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The version that the file names.
    pub version: String,
    /// SHA-256, in hexadecimal, over the file and the table of rules.
    pub digest: String,
    /// Thresholds of the probability of an irregularity.
    pub fraud: Cut,
    /// Thresholds of the probability of a critical irregularity.
    pub critical: Cut,
    /// When an importer's record colours.
    pub importer_record: ImporterRecord,
    /// Who may be green without precedent.
    pub trusted_importer: TrustedImporter,
    /// More than this share of withheld travellers withholds a coach.
    pub withheld_traveller_share: f64,
    /// Exchange rates into the features' unit of money.
    pub rates: Rates,
    /// What findings ask for.
    pub rules: RuleTable,
    /// What the digest is over: the file, a zero byte, the table of rules. [`Policy::from_source`] makes the policy of it again.
    pub source: Arc<str>,
}

/// Why a policy file is refused.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML.
    #[error("policy is not TOML: {0}")]
    Toml(#[from] toml::de::Error),
    /// A setting is absent, or not what it has to be.
    #[error("policy setting {key}: expected {expected}")]
    Setting {
        /// Path of the setting.
        key: String,
        /// What has to stand there.
        expected: &'static str,
    },
    /// The text of a kept policy is not that of a file and of a table of rules.
    #[error("the kept policy is not a file and a table of rules that this program knows")]
    Source,
    /// A setting that nobody reads: a misspelt one would silently keep its old meaning.
    #[error("policy setting {0} is not known")]
    Unknown(String),
}

impl Policy {
    /// The policy that is compiled in.
    ///
    /// # Errors
    /// Never in a tested build.
    pub fn shipped() -> Result<Self, PolicyError> {
        Self::parse(SHIPPED)
    }

    /// A policy from the text of its file.
    ///
    /// # Errors
    /// When a setting is absent, unknown, or out of range.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::of(text, RuleTable::shipped())
    }

    /// A policy as it was, with the table of rules of its time: from what [`Policy::source`] holds.
    ///
    /// # Errors
    /// As [`Policy::parse`]; [`PolicyError::Source`] when the table is absent, or has a code that this build does not know.
    pub fn from_source(source: &str) -> Result<Self, PolicyError> {
        let (text, rules) = source.split_once('\0').ok_or(PolicyError::Source)?;
        Self::of(text, RuleTable::parse(rules).ok_or(PolicyError::Source)?)
    }

    fn of(text: &str, rules: RuleTable) -> Result<Self, PolicyError> {
        let file = Section { path: String::new(), table: &Table::from_str(text)? };
        file.only(&[
            "version",
            "fraud",
            "critical",
            "importer_record",
            "trusted_importer",
            "coach",
            "rates",
        ])?;
        let importer = file.section("importer_record", &["outcomes", "yellow", "red"])?;
        let trusted = file.section("trusted_importer", &["outcomes", "rate"])?;
        let source: Arc<str> = format!("{text}\0{}", rules.text()).into();
        Ok(Self {
            version: file.get("version", "a text", Value::as_str)?.to_owned(),
            digest: crate::hex::hex(digest(&SHA256, source.as_bytes()).as_ref()),
            fraud: file.section("fraud", &["yellow", "red"])?.cut()?,
            critical: file.section("critical", &["yellow", "red"])?.cut()?,
            importer_record: ImporterRecord { outcomes: importer.count("outcomes")?, rate: importer.cut()? },
            trusted_importer: TrustedImporter {
                outcomes: trusted.count("outcomes")?,
                rate: trusted.share("rate")?,
            },
            withheld_traveller_share: file
                .section("coach", &["withheld_traveller_share"])?
                .share("withheld_traveller_share")?,
            rates: rates(&file)?,
            rules,
            source,
        })
    }
}

fn rates(file: &Section<'_>) -> Result<Rates, PolicyError> {
    let mut rates = Vec::new();
    for entry in file.get("rates", "a list of dated tables", Value::as_array)? {
        let table = entry.as_table().ok_or_else(|| file.wrong("rates", "dated tables"))?;
        let dated = Section { path: "rates.".into(), table };
        dated.only(&["from", "krw_per_unit"])?;
        let from = dated.get("from", "a text, YYYY-MM-DD", Value::as_str)?;
        let from = Date::from_str(from).map_err(|_| dated.wrong("from", "a date, YYYY-MM-DD"))?;
        for (currency, value) in dated.get("krw_per_unit", "a table of currencies", Value::as_table)? {
            let krw = number(value).filter(|rate| *rate > 0.0 && rate.is_finite());
            let krw = krw.ok_or_else(|| dated.wrong(currency, "a positive number"))?;
            rates.push(Rate { from, currency: currency.clone(), krw });
        }
    }
    Ok(Rates::new(rates))
}

struct Section<'a> {
    path: String,
    table: &'a Table,
}

impl<'a> Section<'a> {
    fn only(&self, keys: &[&str]) -> Result<(), PolicyError> {
        match self.table.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(key) => Err(PolicyError::Unknown(format!("{}{key}", self.path))),
            None => Ok(()),
        }
    }

    fn wrong(&self, key: &str, expected: &'static str) -> PolicyError {
        PolicyError::Setting { key: format!("{}{key}", self.path), expected }
    }

    fn get<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<T, PolicyError> {
        self.table.get(key).and_then(read).ok_or_else(|| self.wrong(key, expected))
    }

    fn section(&self, key: &str, keys: &[&str]) -> Result<Section<'a>, PolicyError> {
        let table = self.get(key, "a section", Value::as_table)?;
        let section = Section { path: format!("{}{key}.", self.path), table };
        section.only(keys)?;
        Ok(section)
    }

    fn share(&self, key: &str) -> Result<f64, PolicyError> {
        let share = self.get(key, "a number from 0 to 1", number)?;
        if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(self.wrong(key, "a number from 0 to 1")) }
    }

    fn count(&self, key: &str) -> Result<i64, PolicyError> {
        self.get(key, "a count of 1 or more", |value| value.as_integer().filter(|count| *count >= 1))
    }

    fn cut(&self) -> Result<Cut, PolicyError> {
        let cut = Cut { yellow: self.share("yellow")?, red: self.share("red")? };
        if cut.yellow > cut.red {
            return Err(self.wrong("yellow", "a number not above red"));
        }
        Ok(cut)
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}
