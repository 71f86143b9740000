//! Findings on their way to the wire: in full to whoever may see what stood there, in short into the receipt.

use manifest::{Finding, finding_text::text_of};
use proto::v1;

use super::{Language, value::severity};

/// A finding in full. Its original value goes out if it is there: whoever must not see it is given findings without.
#[must_use]
pub fn finding(finding: &Finding, language: Language) -> v1::Finding {
    let text = text_of(finding, language.of_findings());
    v1::Finding {
        code: finding.code.as_str().to_owned(),
        severity: severity(finding.severity).into(),
        field_path: finding.path.as_str().to_owned(),
        parameters: finding
            .parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        text: text.text,
        remedy: text.remedy,
        original_value: finding.original.as_ref().map_or_else(String::new, |original| original.0.clone()),
    }
}

/// A finding as the receipt keeps it: code, severity and path.
pub(super) fn in_short(finding: &Finding) -> v1::ReceiptFinding {
    v1::ReceiptFinding {
        code: finding.code.as_str().to_owned(),
        severity: severity(finding.severity).into(),
        field_path: finding.path.as_str().to_owned(),
    }
}
