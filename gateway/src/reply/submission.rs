//! What was recorded becomes the answer to the one who submitted it, the first time and every time after.

use manifest::{State, record::decode_findings};
use proto::v1;
use scoring::Decided;
use uuid::Uuid;

use super::{
    Audience, Circumstances, Language, Unreadable, finding, manifest_state, pre_decision::told,
    pre_decisions, receipt,
};

/// What stands in the store about one submission, as bytes.
#[derive(Clone, Copy)]
pub struct Recorded<'a> {
    /// The manifest's id.
    pub id: Uuid,
    /// Where the manifest stands now.
    pub state: State,
    /// The receipt as stored.
    pub receipt: &'a [u8],
    /// Salt of its digest, while the manifest's key lives.
    pub received_salt: Option<&'a [u8]>,
    /// Findings without original values.
    pub findings: &'a [u8],
    /// Original values, while the manifest's key lives.
    pub originals: Option<&'a [u8]>,
    /// Pre-decisions.
    pub decisions: Decisions<'a>,
    /// Was it recorded by an earlier submission of the same words?
    pub repeated: bool,
}

/// The pre-decisions of a submission.
#[derive(Clone, Copy)]
pub enum Decisions<'a> {
    /// As made a moment ago, and recorded since.
    Fresh(&'a Circumstances, &'a Decided),
    /// As stored.
    Stored(&'a [u8]),
}

/// The answer to its submitter.
///
/// # Errors
/// [`Unreadable`] when something stored is damaged.
pub fn submission(
    recorded: &Recorded<'_>,
    language: Language,
) -> Result<v1::SubmitManifestResponse, Unreadable> {
    Ok(v1::SubmitManifestResponse {
        receipt: Some(receipt(recorded.receipt)?),
        findings: findings(recorded.findings, recorded.originals, language)?,
        pre_decisions: match recorded.decisions {
            Decisions::Fresh(circumstances, decided) => {
                told(recorded.id, circumstances, decided, Audience::Submitter, language)
            }
            Decisions::Stored(bytes) => pre_decisions(recorded.id, bytes, Audience::Submitter, language)?,
        },
        repeated_submission: recorded.repeated,
        received_digest_salt: recorded.received_salt.map(<[u8]>::to_vec).unwrap_or_default(),
        state: manifest_state(recorded.state.as_str()).into(),
    })
}

/// Stored findings in full; without `originals` they say what, not what stood there.
///
/// # Errors
/// [`Unreadable`] when the bytes are damaged or of a later version.
pub fn findings(
    findings: &[u8],
    originals: Option<&[u8]>,
    language: Language,
) -> Result<Vec<v1::Finding>, Unreadable> {
    let findings =
        decode_findings(findings, originals).map_err(|error| Unreadable::new("findings", error))?;
    Ok(findings.iter().map(|each| finding(each, language)).collect())
}
