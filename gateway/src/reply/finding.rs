//! Findings on their way to the wire: in full to whoever may see what stood there, in short into the receipt.

use manifest::{Finding, declared::SourcePlace, finding_text::text_of};
use proto::v1;

use super::{Language, value::severity};

/// A finding in full. Its original value goes out if it is there: whoever must not see it is given findings without.
#[must_use]
pub fn finding(finding: &Finding, language: Language) -> v1::Finding {
    let text = text_of(finding, language);
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
        source_place: finding.place.as_ref().map(|place| source_place(place, language)),
        source_document: finding.document.clone().unwrap_or_default(),
    }
}

/// A place in the source, in words and in numbers.
pub(super) fn source_place(place: &SourcePlace, language: Language) -> v1::SourcePlace {
    use v1::source_place::Place;
    let numbers = match place {
        SourcePlace::Segment { number, tag, element, component } => Place::Segment(v1::SegmentPlace {
            segment_number: signed(*number),
            segment_tag: tag.as_str().to_owned(),
            element_number: signed(*element),
            component_number: signed(*component),
        }),
        SourcePlace::Xml { xpath, line, column } => Place::Xml(v1::XmlPlace {
            xpath: xpath.clone(),
            line_number: signed(*line),
            column_number: signed(*column),
        }),
        SourcePlace::Cell { sheet, row, column } => Place::Cell(v1::CellPlace {
            sheet: sheet.clone(),
            row_number: signed(*row),
            column_number: signed(*column),
        }),
        SourcePlace::Json { pointer, line } => {
            Place::Json(v1::JsonPlace { pointer: pointer.clone(), line_number: signed(*line) })
        }
        SourcePlace::Line { line, column } => {
            Place::Line(v1::TextPlace { line_number: signed(*line), column_number: signed(*column) })
        }
    };
    v1::SourcePlace { text: place.in_words(language), place: Some(numbers) }
}

/// A number of the contract, where integers are signed.
fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A finding as the receipt keeps it: code, severity and path.
pub(super) fn in_short(finding: &Finding) -> v1::ReceiptFinding {
    v1::ReceiptFinding {
        code: finding.code.as_str().to_owned(),
        severity: severity(finding.severity).into(),
        field_path: finding.path.as_str().to_owned(),
    }
}
