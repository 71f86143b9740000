//! `corridor outcome` and `corridor outcomes`: what inspections found, for border posts.

use std::path::PathBuf;

use proto::v1::ReportOutcomeRequest;
use serde_json::{Map, Value, json};

use super::{Done, Terminal};
use crate::{
    Client, Error,
    json::{from_json, to_json},
    show,
};

/// Largest file that is read: a report has some lines.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// A report in words of the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Resource name of the examined manifest: manifests/{manifest}.
    #[arg(required_unless_present = "file")]
    manifest: Option<String>,
    /// A ReportOutcomeRequest as canonical protobuf JSON, instead of all the words below.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["manifest", "reference", "subject"])]
    file: Option<PathBuf>,
    /// The post's own reference of the inspection.
    #[arg(long, required_unless_present = "file")]
    reference: Option<String>,
    /// What was examined: conveyance, travellers, or consignments/N.
    #[arg(long, required_unless_present = "file")]
    subject: Option<String>,
    /// By which measures: documentary, non_intrusive, physical, weighing, radiation.
    #[arg(long = "measure", value_name = "MEASURE", required_unless_present = "file")]
    measures: Vec<String>,
    /// When the inspection ended, for instance 2026-01-31T10:00:00Z.
    #[arg(long, value_name = "INSTANT", required_unless_present = "file")]
    examined: Option<String>,
    /// An irregularity was found.
    #[arg(long)]
    irregular: bool,
    /// A critical one: a threat to society, not only to revenue.
    #[arg(long, requires = "irregular")]
    critical: bool,
    /// Of which kinds: classification, origin, value, quantity, undeclared_goods, prohibited_goods, concealment,
    /// documents, seals, intellectual_property, other.
    #[arg(long = "kind", value_name = "KIND", requires = "irregular")]
    kinds: Vec<String>,
    /// The goods items that the irregularity is about, from 1; all when not given.
    #[arg(long = "item", value_name = "N", requires = "irregular")]
    items: Vec<i32>,
    /// How long it kept inspectors busy, inspector-minutes.
    #[arg(long, default_value_t = 0)]
    minutes: i32,
    /// 0 for the first report, one more for each correction.
    #[arg(long, default_value_t = 0)]
    revision: i32,
}

impl Report {
    /// The request, read before anybody is called.
    pub(crate) fn request(&self) -> Result<ReportOutcomeRequest, Error> {
        let Some(path) = &self.file else {
            return from_json("ReportOutcomeRequest", self.words()).map_err(Error::Config);
        };
        let size = std::fs::metadata(path).map_err(|error| Error::file(path, error))?.len();
        if size > LARGEST_FILE_BYTES {
            return Err(Error::file(path, format!("is larger than {LARGEST_FILE_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
        let value =
            serde_json::from_str(&text).map_err(|error| Error::file(path, format!("not JSON: {error}")))?;
        from_json("ReportOutcomeRequest", value).map_err(|problem| Error::file(path, problem))
    }

    fn words(&self) -> Value {
        let enumerated = |prefix: &str, words: &[String]| -> Vec<String> {
            words.iter().map(|word| format!("{prefix}{}", word.to_uppercase().replace('-', "_"))).collect()
        };
        let mut outcome = Map::new();
        outcome.insert("outcomeReference".into(), json!(self.reference));
        outcome.insert("revision".into(), json!(self.revision));
        outcome.insert("subject".into(), json!(self.subject));
        outcome.insert("measures".into(), json!(enumerated("CONTROL_MEASURE_", &self.measures)));
        outcome.insert("irregular".into(), json!(self.irregular));
        outcome.insert("critical".into(), json!(self.critical));
        outcome.insert("kinds".into(), json!(enumerated("IRREGULARITY_KIND_", &self.kinds)));
        outcome.insert("irregularItems".into(), json!(self.items));
        outcome.insert("examineTime".into(), json!(self.examined));
        outcome.insert("inspectorMinutes".into(), json!(self.minutes));
        json!({ "parent": self.manifest, "outcome": outcome })
    }
}

/// Reports, or corrects, what an inspection found.
pub(crate) async fn outcome(
    client: &Client,
    request: ReportOutcomeRequest,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let response = client.report_outcome(&request).await?;
    let outcome = response.outcome.clone().unwrap_or_default();
    terminal.answer(
        || json!({ "kind": "reported", "response": to_json("ReportOutcomeResponse", &response).unwrap_or_default() }),
        || {
            let repeated = if response.repeated_report { "\n  the same words as before: nothing new was counted" } else { "" };
            show::outcome(&outcome) + repeated
        },
    );
    Ok(Done::Clean)
}

/// Lists the reports on a manifest, with every revision.
pub(crate) async fn outcomes(client: &Client, manifest: &str, terminal: &Terminal) -> Result<Done, Error> {
    for outcome in client.list_outcomes(manifest).await? {
        terminal.answer(
            || json!({ "kind": "outcome", "outcome": to_json("Outcome", &outcome).unwrap_or_default() }),
            || show::outcome(&outcome),
        );
    }
    Ok(Done::Clean)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use proto::v1::{ControlMeasure, IrregularityKind};

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        report: Report,
    }

    #[test]
    fn words_and_files_give_the_same_request() {
        let line = "x manifests/a --reference R --subject consignments/2 --measure physical --measure non-intrusive \
                    --examined 2026-01-31T10:00:00Z --irregular --kind undeclared_goods --item 3 --minutes 40";
        let request = Line::parse_from(line.split_whitespace()).report.request().unwrap();
        let outcome = request.outcome.clone().unwrap();
        let measures = [ControlMeasure::Physical, ControlMeasure::NonIntrusive].map(i32::from);
        assert_eq!(outcome.measures, measures);
        assert_eq!(outcome.kinds, [i32::from(IrregularityKind::UndeclaredGoods)]);
        assert_eq!((outcome.irregular_items.as_slice(), outcome.inspector_minutes), (&[3][..], 40));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        std::fs::write(&path, to_json("ReportOutcomeRequest", &request).unwrap().to_string()).unwrap();
        let line = ["x", "--file", path.to_str().unwrap()];
        assert_eq!(Line::parse_from(line).report.request().unwrap(), request);
    }

    #[test]
    fn what_is_no_measure_is_told_before_anybody_is_called() {
        let line = "x manifests/a --reference R --subject conveyance --measure sniffing --examined 2026-01-31T10:00:00Z";
        let error = Line::parse_from(line.split_whitespace()).report.request().unwrap_err();
        assert!(error.to_string().contains("CONTROL_MEASURE_SNIFFING"), "{error}");
        assert!(Line::try_parse_from(["x", "manifests/a"]).is_err());
    }
}
