//! The stored form of a manifest's pre-decisions: what `scoring` keeps of them, and in front of it what only the
//! gateway knows (times, code lists, the sender's references). Two lines of JSON.

use jiff::Timestamp;
use scoring::Decided;
use serde::{Deserialize, Serialize};

/// Version of the first line; [`scoring::record`] has its own.
const VERSION: u32 = 1;

/// What stands beside the pre-decisions of one manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// When they were made.
    pub decide_time: Timestamp,
    /// Until when they hold; none for a manifest without an arrival.
    pub expire_time: Option<Timestamp>,
    /// SHA-256 of the code lists in force, lower-case hexadecimal.
    pub code_lists: String,
    /// The sender's references of the consignments, in order; they name no person.
    pub consignment_references: Vec<String>,
}

/// Why stored bytes cannot be told to anybody: damaged, or of a later version. Never holds what stood there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored {what} cannot be read: {problem}")]
pub struct Unreadable {
    /// What was to be read.
    pub what: &'static str,
    /// What is the matter.
    pub problem: String,
}

impl Unreadable {
    /// About `what`, for this reason.
    pub(super) fn new(what: &'static str, problem: impl ToString) -> Self {
        Self { what, problem: problem.to_string() }
    }
}

#[derive(Serialize, Deserialize)]
struct FirstLine {
    v: u32,
    decide_time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
    code_lists: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    consignment_references: Vec<String>,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

/// The bytes to store.
#[must_use]
pub fn encode_decisions(circumstances: &Circumstances, decided: &Decided) -> Vec<u8> {
    let first = FirstLine {
        v: VERSION,
        decide_time: circumstances.decide_time.to_string(),
        expire_time: circumstances.expire_time.map(|instant| instant.to_string()),
        code_lists: circumstances.code_lists.clone(),
        consignment_references: circumstances.consignment_references.clone(),
    };
    // Serializing plain owned values into memory has no way to fail; an empty line would be refused when read.
    let mut bytes = serde_json::to_vec(&first).unwrap_or_default();
    bytes.push(b'\n');
    bytes.extend(scoring::record::encode(decided));
    bytes
}

/// What `scoring` keeps of stored bytes, byte for byte: all but the first line.
///
/// # Errors
/// [`Unreadable`] when there is no first line.
pub fn record_of_decisions(bytes: &[u8]) -> Result<&[u8], Unreadable> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| Unreadable::new("pre-decisions", "no first line"))?;
    Ok(&bytes[end + 1..])
}

/// Reads stored bytes.
///
/// # Errors
/// [`Unreadable`] when they are damaged or of a later version.
pub fn decode_decisions(bytes: &[u8]) -> Result<(Circumstances, Decided), Unreadable> {
    const WHAT: &str = "pre-decisions";
    let end =
        bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| Unreadable::new(WHAT, "no first line"))?;
    let (first, rest) = (&bytes[..end], &bytes[end + 1..]);
    let unreadable = |error: serde_json::Error| Unreadable::new(WHAT, error);
    let Version { v } = serde_json::from_slice(first).map_err(unreadable)?;
    if v != VERSION {
        return Err(Unreadable::new(WHAT, format!("version {v} is not known")));
    }
    let first: FirstLine = serde_json::from_slice(first).map_err(unreadable)?;
    let instant = |text: &str| text.parse::<Timestamp>().map_err(|error| Unreadable::new(WHAT, error));
    let circumstances = Circumstances {
        decide_time: instant(&first.decide_time)?,
        expire_time: first.expire_time.as_deref().map(instant).transpose()?,
        code_lists: first.code_lists,
        consignment_references: first.consignment_references,
    };
    let decided = scoring::record::decode(rest).map_err(|error| Unreadable::new(WHAT, error))?;
    Ok((circumstances, decided))
}

#[cfg(test)]
mod tests {
    use scoring::{Capacity, Scored, Withheld, finish};

    use super::*;

    #[test]
    fn what_is_stored_is_read_back() {
        let circumstances = Circumstances {
            decide_time: Timestamp::UNIX_EPOCH,
            expire_time: Some(Timestamp::UNIX_EPOCH),
            code_lists: "00".into(),
            consignment_references: vec!["SYNTHETIC-1".into()],
        };
        let decided = finish(Scored::withheld(Withheld::ManifestRejected, None, &[]), &Capacity::default());
        let bytes = encode_decisions(&circumstances, &decided);
        assert_eq!(decode_decisions(&bytes).unwrap(), (circumstances, decided));
    }

    #[test]
    fn damage_and_later_versions_are_told_apart_from_nothing() {
        for bytes in [&b""[..], b"{}\n{}", b"{\"v\":2,\"decide_time\":\"1970-01-01T00:00:00Z\"}\n{}"] {
            assert!(decode_decisions(bytes).is_err());
        }
    }
}
