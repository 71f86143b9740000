//! The stored form of findings: codes, severities, subjects, paths and parameters; the original values and the places in
//! the source apart, for what stood in a field may name a person, and so may a sheet's name or a member of a JSON object.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::declared::SourcePlace;
use crate::field_path::FieldPath;
use crate::finding::{About, Finding, FindingCode, OriginalValue, Severity};
use crate::record::{JSON_VERSION, RecordError, known_version, to_json};

/// Findings as the store keeps them: two JSON texts.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedFindings {
    /// Codes, severities, subjects, paths and parameters.
    pub findings_json: Vec<u8>,
    /// Original values and places in the source, by place in the list; lies under the manifest's key.
    pub originals_json: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Findings<'a> {
    version: u32,
    findings: Vec<FindingForm<'a>>,
}

#[derive(Serialize, Deserialize)]
struct FindingForm<'a> {
    code: Cow<'a, str>,
    severity: Cow<'a, str>,
    about: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    path: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    document: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct Originals<'a> {
    version: u32,
    originals: Vec<(usize, Cow<'a, str>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<(usize, PlaceForm<'a>)>,
}

/// Stored form of [`SourcePlace`]; grows, never shrinks.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlaceForm<'a> {
    Segment {
        number: u32,
        tag: Cow<'a, str>,
        element: u32,
        component: u32,
    },
    Xml {
        xpath: Cow<'a, str>,
        line: u32,
        #[serde(default)]
        column: u32,
    },
    Cell {
        sheet: Cow<'a, str>,
        row: u32,
        column: u32,
    },
    Json {
        pointer: Cow<'a, str>,
        line: u32,
    },
    Line {
        line: u32,
        column: u32,
    },
}

/// The stored form of findings.
#[must_use]
pub fn encode_findings(findings: &[Finding]) -> EncodedFindings {
    let form = Findings { version: JSON_VERSION, findings: findings.iter().map(form).collect() };
    let with_original = findings.iter().enumerate().filter_map(|(i, finding)| {
        let original = finding.original.as_ref()?;
        Some((i, Cow::Borrowed(original.0.as_str())))
    });
    let with_place =
        findings.iter().enumerate().filter_map(|(i, finding)| Some((i, place_form(finding.place.as_ref()?))));
    let originals =
        Originals { version: JSON_VERSION, originals: with_original.collect(), places: with_place.collect() };
    EncodedFindings { findings_json: to_json(&form), originals_json: to_json(&originals) }
}

/// The findings of a stored form; without originals (their key is destroyed) each has neither original value nor place.
///
/// # Errors
/// When the form is not readable, or of a later version.
pub fn decode_findings(
    findings_json: &[u8],
    originals_json: Option<&[u8]>,
) -> Result<Vec<Finding>, RecordError> {
    known_version(findings_json)?;
    let form: Findings<'_> = serde_json::from_slice(findings_json)?;
    let mut findings: Vec<Finding> = form.findings.iter().map(read).collect::<Result<_, _>>()?;
    let Some(originals_json) = originals_json else { return Ok(findings) };
    known_version(originals_json)?;
    let originals: Originals<'_> = serde_json::from_slice(originals_json)?;
    for (place, original) in originals.originals {
        let finding = findings.get_mut(place).ok_or(RecordError::PersonsDoNotFit)?;
        finding.original = Some(OriginalValue(original.into_owned()));
    }
    for (place, form) in originals.places {
        let finding = findings.get_mut(place).ok_or(RecordError::PersonsDoNotFit)?;
        finding.place = Some(place_of(form));
    }
    Ok(findings)
}

fn place_form(place: &SourcePlace) -> PlaceForm<'_> {
    match place {
        SourcePlace::Segment { number, tag, element, component } => PlaceForm::Segment {
            number: *number,
            tag: tag.as_str().into(),
            element: *element,
            component: *component,
        },
        SourcePlace::Xml { xpath, line, column } => {
            PlaceForm::Xml { xpath: xpath.into(), line: *line, column: *column }
        }
        SourcePlace::Cell { sheet, row, column } => {
            PlaceForm::Cell { sheet: sheet.into(), row: *row, column: *column }
        }
        SourcePlace::Json { pointer, line } => PlaceForm::Json { pointer: pointer.into(), line: *line },
        SourcePlace::Line { line, column } => PlaceForm::Line { line: *line, column: *column },
    }
}

fn place_of(form: PlaceForm<'_>) -> SourcePlace {
    match form {
        PlaceForm::Segment { number, tag, element, component } => {
            SourcePlace::Segment { number, tag: tag.as_ref().into(), element, component }
        }
        PlaceForm::Xml { xpath, line, column } => {
            SourcePlace::Xml { xpath: xpath.into_owned(), line, column }
        }
        PlaceForm::Cell { sheet, row, column } => {
            SourcePlace::Cell { sheet: sheet.into_owned(), row, column }
        }
        PlaceForm::Json { pointer, line } => SourcePlace::Json { pointer: pointer.into_owned(), line },
        PlaceForm::Line { line, column } => SourcePlace::Line { line, column },
    }
}

fn form(finding: &Finding) -> FindingForm<'_> {
    let parameters = finding.parameters.iter();
    FindingForm {
        code: finding.code.as_str().into(),
        severity: finding.severity.as_str().into(),
        about: about_text(finding.about).into(),
        path: finding.path.as_str().into(),
        parameters: parameters.map(|(name, value)| ((*name).into(), value.as_str().into())).collect(),
        document: finding.document.as_deref().unwrap_or_default().into(),
    }
}

fn read(form: &FindingForm<'_>) -> Result<Finding, RecordError> {
    let parameters = form.parameters.iter().map(|(name, value)| {
        let name = PARAMETER_NAMES.iter().find(|known| **known == name.as_ref());
        Ok((*name.ok_or(RecordError::Value("a parameter's name"))?, value.clone().into_owned()))
    });
    Ok(Finding {
        code: FindingCode::parse(&form.code).ok_or(RecordError::Value("a finding code"))?,
        severity: Severity::parse(&form.severity).ok_or(RecordError::Value("a severity"))?,
        about: about_of(&form.about).ok_or(RecordError::Value("a subject"))?,
        path: FieldPath::from(form.path.as_ref()),
        place: None,
        document: Some(form.document.clone().into_owned()).filter(|document| !document.is_empty()),
        original: None,
        parameters: parameters.collect::<Result<_, RecordError>>()?,
    })
}

/// Every parameter that a finding can have; grows, never shrinks.
pub(crate) const PARAMETER_NAMES: &[&str] = &[
    "age",
    "arrival_date",
    "border_post",
    "column",
    "deadline_minutes",
    "declared",
    "declared_mg",
    "expected",
    "field",
    "form",
    "found",
    "gross_mg",
    "instead",
    "limit",
    "list",
    "listed",
    "minutes_before",
    "mode",
    "net_mg",
    "other",
    "row",
    "rule",
    "side",
    "since",
    "stop",
    "sum_mg",
];

/// A subject in stored words, zero-based: `consignments/2`, `consignments/2/goodsItems/0`.
fn about_text(about: About) -> String {
    match about {
        About::Manifest => "manifest".to_owned(),
        About::Conveyance => "conveyance".to_owned(),
        About::Consignment(i) => format!("consignments/{i}"),
        About::GoodsItem { consignment, item } => format!("consignments/{consignment}/goodsItems/{item}"),
        About::CrewMember(i) => format!("crewMembers/{i}"),
        About::Passenger(i) => format!("passengers/{i}"),
    }
}

fn about_of(text: &str) -> Option<About> {
    let parts: Vec<&str> = text.split('/').collect();
    Some(match parts.as_slice() {
        ["manifest"] => About::Manifest,
        ["conveyance"] => About::Conveyance,
        ["consignments", i] => About::Consignment(i.parse().ok()?),
        ["consignments", i, "goodsItems", j] => {
            About::GoodsItem { consignment: i.parse().ok()?, item: j.parse().ok()? }
        }
        ["crewMembers", i] => About::CrewMember(i.parse().ok()?),
        ["passengers", i] => About::Passenger(i.parse().ok()?),
        _ => return None,
    })
}
