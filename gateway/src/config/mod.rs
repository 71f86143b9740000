//! The root of the configuration; each step owns its own section.
//!
//! One TOML file, overridden by `CUSTOMS_GATEWAY__SECTION__KEY`, parsed and cross-checked whole before a socket or
//! database is opened. Values are handed on; there is no global.

use std::{collections::BTreeMap, fmt, path::Path, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    admin, app, authenticate, border, decode, intake, observability, outcomes, persist, reconcile, watch,
};

/// What every overriding variable begins with.
pub const ENVIRONMENT_PREFIX: &str = "CUSTOMS_GATEWAY__";

/// All settings. A file names only what differs from the defaults.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Start, stop and reload.
    pub app: app::Config,
    /// The gRPC listener: address, TLS, connections.
    pub authenticate: authenticate::Config,
    /// Sizes of what is read.
    pub decode: decode::Config,
    /// Submissions.
    pub intake: intake::Config,
    /// The model.
    pub scoring: Scoring,
    /// The store.
    pub persist: persist::Config,
    /// The feed.
    pub watch: watch::Config,
    /// Reports of inspections.
    pub outcomes: outcomes::Config,
    /// Reports of border posts.
    pub border: border::Config,
    /// Comparing what was sent with what was received.
    pub reconcile: reconcile::Config,
    /// The operators' listener.
    pub admin: admin::Config,
    /// Logs.
    pub observability: observability::Config,
}

/// The section `[scoring]`: the crate `scoring` itself reads no configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scoring {
    /// Folder with the model bundle; empty takes the bundle that is compiled in.
    pub bundle_folder: PathBuf,
    /// Folder with a second bundle that judges beside the effective one, from stored evidence: what it says is kept and
    /// compared, never effective. Empty for none.
    pub challenger_folder: PathBuf,
    /// Policy file: where the corridors begin, and exchange rates. Empty takes the one that is compiled in.
    pub policy_file: PathBuf,
}

/// Why a configuration is refused: every bad key with its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(Vec<(String, String)>);

impl Refused {
    /// Bad keys (`section.key`) and what is wrong with each.
    #[must_use]
    pub fn problems(&self) -> &[(String, String)] {
        &self.0
    }

    fn one(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Refused(vec![(key.into(), problem.into())])
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, problem)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{key}: {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

impl Config {
    /// Reads a file, lays the environment's overrides over it and checks the whole.
    ///
    /// # Errors
    /// Every bad key with its path.
    pub fn load(file: &Path, environment: &BTreeMap<String, String>) -> Result<Self, Refused> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Refused::one(file.display().to_string(), error.to_string()))?;
        Self::parse(&text, environment)
    }

    /// As [`Config::load`], from text.
    ///
    /// # Errors
    /// Every bad key with its path.
    pub fn parse(text: &str, environment: &BTreeMap<String, String>) -> Result<Self, Refused> {
        let mut table: toml::Table =
            toml::from_str(text).map_err(|error| Refused::one(place(text, &error), error.message()))?;
        overlay(&mut table, environment)?;
        let config = sections(table)?;
        let problems = config.problems();
        if problems.is_empty() { Ok(config) } else { Err(Refused(problems)) }
    }

    /// This configuration as a file that names every key.
    ///
    /// # Errors
    /// When a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    fn problems(&self) -> Vec<(String, String)> {
        let mut problems: Vec<(String, String)> = Vec::new();
        let mut add = |key: &str, problem: &str| problems.push((key.to_owned(), problem.to_owned()));
        self.app.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.authenticate.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.decode.problems().iter().for_each(|(key, problem)| add(&format!("decode.{key}"), problem));
        self.intake.problems().iter().for_each(|(key, problem)| add(&format!("intake.{key}"), problem));
        self.persist.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.watch.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.border.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.outcomes.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.reconcile.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.admin.problems().iter().for_each(|(key, problem)| add(key, problem));
        self.observability.problems().iter().for_each(|(key, problem)| add(key, problem));
        if self.authenticate.listen.port() != 0 && self.authenticate.listen == self.admin.listen {
            add("admin.listen", "is the gRPC listener's address; the two must differ");
        }
        if u64::from(self.watch.page_size) > u64::from(self.persist.max_page_size) {
            add(
                "watch.page_size",
                "must not exceed persist.max_page_size: a short page means the feed's end",
            );
        }
        let two = self.decode.max_message_bytes.saturating_mul(4).saturating_add(16);
        if self.intake.queue.incoming_bytes_per_partner < two {
            add(
                "intake.queue.incoming_bytes_per_partner",
                "must hold two whole messages that are too large, four times decode.max_message_bytes and 16 more, or they \
                 are told to come again for ever",
            );
        }
        if self.app.call_backstop_ms <= self.intake.call_timeout_ms {
            add(
                "app.call_backstop_ms",
                "must be longer than intake.call_timeout_ms, which answers with a reason",
            );
        }
        problems
    }
}

/// One section after the other, so that a problem is told with its path.
fn sections(mut table: toml::Table) -> Result<Config, Refused> {
    let mut problems = Vec::new();
    let config = Config {
        app: section(&mut table, "app", &mut problems),
        authenticate: section(&mut table, "authenticate", &mut problems),
        decode: section(&mut table, "decode", &mut problems),
        intake: section(&mut table, "intake", &mut problems),
        scoring: section(&mut table, "scoring", &mut problems),
        persist: section(&mut table, "persist", &mut problems),
        watch: section(&mut table, "watch", &mut problems),
        outcomes: section(&mut table, "outcomes", &mut problems),
        border: section(&mut table, "border", &mut problems),
        reconcile: section(&mut table, "reconcile", &mut problems),
        admin: section(&mut table, "admin", &mut problems),
        observability: section(&mut table, "observability", &mut problems),
    };
    problems.extend(table.keys().map(|name| (name.clone(), "is not a section".to_owned())));
    if problems.is_empty() { Ok(config) } else { Err(Refused(problems)) }
}

fn section<T>(table: &mut toml::Table, name: &str, problems: &mut Vec<(String, String)>) -> T
where
    T: Default + serde::de::DeserializeOwned,
{
    let Some(value) = table.remove(name) else { return T::default() };
    let toml::Value::Table(keys) = value else {
        problems.push((name.to_owned(), "is a section, not a value".to_owned()));
        return T::default();
    };
    // Key by key first: the deserializer alone does not say which key it stumbled over.
    let before = problems.len();
    for (path, alone) in leaves(&keys) {
        if let Err(error) = alone.try_into::<T>() {
            problems.push((format!("{name}.{path}"), one_line(error.message())));
        }
    }
    if problems.len() > before {
        return T::default();
    }
    keys.try_into().unwrap_or_else(|error: toml::de::Error| {
        problems.push((name.to_owned(), one_line(error.message())));
        T::default()
    })
}

/// Every value of a table with its path, each in a table of its own.
fn leaves(table: &toml::Table) -> Vec<(String, toml::Table)> {
    let alone = |key: &String, value| toml::Table::from_iter([(key.clone(), value)]);
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) if !inner.is_empty() => found.extend(
                leaves(inner)
                    .into_iter()
                    .map(|(path, leaf)| (format!("{key}.{path}"), alone(key, toml::Value::Table(leaf)))),
            ),
            _ => found.push((key.clone(), alone(key, value.clone()))),
        }
    }
    found
}

/// `CUSTOMS_GATEWAY__SECTION__KEY=value`: the value is TOML where it reads as such, otherwise text.
fn overlay(table: &mut toml::Table, environment: &BTreeMap<String, String>) -> Result<(), Refused> {
    for (name, value) in environment {
        let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else { continue };
        let path = path.to_ascii_lowercase();
        let segments: Vec<&str> = path.split("__").collect();
        let Some((key, sections)) =
            segments.split_last().filter(|(key, above)| !key.is_empty() && !above.is_empty())
        else {
            return Err(Refused::one(name, format!("is not {ENVIRONMENT_PREFIX}SECTION__KEY")));
        };
        let mut keys = &mut *table;
        for section in sections {
            let entry = keys.entry(*section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            let toml::Value::Table(inner) = entry else {
                return Err(Refused::one(*section, "is a section, not a value"));
            };
            keys = inner;
        }
        keys.insert((*key).to_owned(), typed(value));
    }
    Ok(())
}

fn typed(text: &str) -> toml::Value {
    let line = format!("value = {text}");
    let parsed = toml::from_str::<toml::Table>(&line).ok().and_then(|mut table| table.remove("value"));
    match parsed {
        Some(value @ (toml::Value::Integer(_) | toml::Value::Boolean(_) | toml::Value::Array(_))) => value,
        // A quoted text, a date or anything else is meant as it stands.
        _ => toml::Value::String(text.trim_matches('"').to_owned()),
    }
}

fn place(text: &str, error: &toml::de::Error) -> String {
    let offset = error.span().map_or(0, |span| span.start);
    let line = text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1);
    format!("line {line}")
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
