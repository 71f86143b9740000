//! The conformance kit: a fixed set of good, bad, repeated and late manifests, played as test traffic, and what came of each.
//! A partner plays it before going live, and whenever something on the way was changed; both sides can file the report.

mod cases;
mod traffic;

pub use traffic::Load;

use serde_json::{Value, json};

use crate::Client;

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The case's name; it does not change.
    pub case: &'static str,
    /// What the contract promises.
    pub expects: &'static str,
    /// Was it kept?
    pub passed: bool,
    /// What was seen, or what was wrong. Never anything of a person, who are invented here anyway.
    pub seen: String,
}

/// What came of all cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Version of the kit: of this program.
    pub kit: &'static str,
    /// Where it was played.
    pub address: String,
    /// When, RFC 3339.
    pub begin_time: String,
    /// As whom, as the receipts say; empty where there was none.
    pub partner_id: String,
    /// What was announced.
    pub load: Load,
    /// What every reference of the played manifests begins with.
    pub reference_prefix: String,
    /// Case by case.
    pub verdicts: Vec<Verdict>,
}

impl Report {
    /// Did every case pass?
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.verdicts.is_empty() && self.verdicts.iter().all(|verdict| verdict.passed)
    }

    /// As JSON, to be filed.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let verdicts: Vec<_> = self
            .verdicts
            .iter()
            .map(|Verdict { case, expects, passed, seen }| {
                json!({ "case": case, "expects": expects, "passed": passed, "seen": seen })
            })
            .collect();
        json!({
            "kind": "conformance",
            "kit": self.kit,
            "address": self.address,
            "begin_time": self.begin_time,
            "partner_id": self.partner_id,
            "load": self.load.word(),
            "reference_prefix": self.reference_prefix,
            "passed": self.passed(),
            "cases": verdicts,
        })
    }

    /// As a table for people.
    #[must_use]
    pub fn to_table(&self) -> String {
        let Self { kit, address, begin_time, partner_id, load, reference_prefix, verdicts, .. } = self;
        let mut text = format!(
            "corridor {kit} at {address}, {begin_time}\npartner {partner_id}, {} as test traffic, references {reference_prefix}-…\n\n",
            load.word()
        );
        for Verdict { case, expects, passed, seen } in verdicts {
            let word = if *passed { "pass" } else { "FAIL" };
            text += &format!("{word}  {case:<18} {expects}\n      {:<18} {seen}\n", "");
        }
        let failed = verdicts.iter().filter(|verdict| !verdict.passed).count();
        text + &format!("\n{} cases, {failed} failed", verdicts.len())
    }
}

/// Plays all cases, one after the other. What a partner may submit is tried out where it is not said.
pub async fn play(client: &Client, load: Option<Load>, border_post: &str) -> Report {
    cases::play(client, load, border_post).await
}
