//! What came of a document, told message by message.

use std::path::Path;

use proto::v1::{DocumentMessage, ManifestState, Refusal};
use serde_json::{Map, Value, json};

use super::Terminal;
use crate::arguments::exit_code;
use crate::{Answered, DigestCheck, Error, json::to_json, show};

/// What came of one or several documents, for the summary and the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Documents that were sent.
    pub(crate) documents: usize,
    /// Messages in them.
    pub(crate) messages: usize,
    /// Messages, or whole documents, that need correcting.
    pub(crate) correct: usize,
    /// Messages, or whole documents, that were refused or failed for another reason than what they say.
    pub(crate) refused: usize,
    /// The gravest exit code of those.
    pub(crate) gravest: u8,
}

impl Tally {
    /// How the whole ended.
    pub(crate) fn done(&self) -> super::Done {
        match (self.gravest, self.correct) {
            (0, 0) => super::Done::Clean,
            (0, _) => super::Done::NeedsCorrecting,
            (code, _) => super::Done::Failed(code),
        }
    }

    /// The whole on a line.
    pub(crate) fn line(&self) -> String {
        let Self { documents, messages, correct, refused, .. } = self;
        format!(
            "{documents} documents, {messages} messages; {correct} to correct, {refused} refused or failed"
        )
    }

    /// A refusal or failure that was told.
    fn failed(&mut self, error: &Error) {
        if is_about_the_document(error) {
            self.correct += 1;
        } else {
            self.refused += 1;
            self.gravest = self.gravest.max(exit_code(error));
        }
    }
}

/// Is it what the document says that is wrong (rather than who sends it, or when)?
fn is_about_the_document(error: &Error) -> bool {
    matches!(error, Error::Refused(refused) if refused.reason.starts_with("DOCUMENT_"))
}

/// Tells of a document that was answered, or was not. `sent` is what was sent, when it was to be recorded.
pub(crate) fn tell(
    file: &str,
    answered: &Result<Answered, Error>,
    sent: Option<&[u8]>,
    terminal: &Terminal,
    tally: &mut Tally,
) {
    tally.documents += 1;
    match answered {
        Ok(answered) => {
            for message in &answered.messages {
                tally.messages += 1;
                tell_message(file, &answered.document.format, message, sent, terminal, tally);
            }
        }
        Err(error) => {
            tally.failed(error);
            terminal.answer(|| whole(file, error), || format!("{file}: {}", refused_lines(error, terminal)));
        }
    }
}

fn tell_message(
    file: &str,
    format: &str,
    message: &DocumentMessage,
    sent: Option<&[u8]>,
    terminal: &Terminal,
    tally: &mut Tally,
) {
    let recorded = message.recorded.as_ref();
    let digest = recorded.zip(sent).map(|(response, sent)| DigestCheck::of(response, sent));
    if let Some(refusal) = &message.refusal {
        tally.failed(&Error::from_refusal(refusal.clone()));
    } else if digest == Some(DigestCheck::Differs) {
        tally.refused += 1;
        tally.gravest = 5;
    } else if needs_correcting(message) {
        tally.correct += 1;
    }
    terminal.answer(
        || object(file, format, message, digest),
        || {
            let refusal = message.refusal.as_ref().map(|refusal| {
                format!("  {}\n", refused_lines(&Error::from_refusal(refusal.clone()), terminal))
            });
            show::document_message(file, format, message, digest) + &refusal.unwrap_or_default()
        },
    );
}

/// Rejected, not acceptable, or with a subject that a finding blocks.
fn needs_correcting(message: &DocumentMessage) -> bool {
    let recorded = message.recorded.as_ref().is_some_and(show::needs_correcting);
    let checked = message
        .checked
        .as_ref()
        .is_some_and(|checked| !checked.acceptable || checked.findings.iter().any(show::is_blocking));
    recorded || checked
}

/// One message as an object. The names are promised: docs of the client list them.
fn object(file: &str, format: &str, message: &DocumentMessage, digest: Option<DigestCheck>) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    put("file", json!(file));
    put("format", json!(format));
    put("message_number", json!(message.message_number));
    put("kind", json!(message.kind));
    put("reference", json!(message.manifest_reference));
    put("part", json!(message.part));
    put("revision", json!(message.revision));
    put("intent", json!(show::word(message.intent().as_str_name(), "DOCUMENT_INTENT_")));
    put("transport_reference", json!(message.transport_reference));
    if let Some(place) = &message.source_place {
        put("place", to_json("SourcePlace", place).unwrap_or_default());
    }
    if let Some(checked) = &message.checked {
        let manifest = checked.normalized_manifest.as_ref();
        put("manifest", manifest.and_then(|it| to_json("Manifest", it).ok()).unwrap_or_default());
        put("findings", findings(&checked.findings));
        put("acceptable", json!(checked.acceptable && message.refusal.is_none()));
    }
    if let Some(recorded) = &message.recorded {
        put("findings", findings(&recorded.findings));
        put(
            "acceptable",
            json!(recorded.receipt.as_ref().is_some_and(|it| it.state() != ManifestState::Rejected)),
        );
        put("digest", json!(digest.map(DigestCheck::word)));
        put("response", to_json("SubmitManifestResponse", recorded).unwrap_or_default());
    }
    if let Some(moved) = &message.moved {
        put("moved", to_json("ManifestSummary", moved).unwrap_or_default());
    }
    if let Some(refusal) = &message.refusal {
        put("refusal", of_refusal(refusal));
        object.entry("manifest").or_insert(Value::Null);
        object.entry("findings").or_insert_with(|| json!([]));
        object.insert("acceptable".to_owned(), json!(false));
    }
    Value::Object(object)
}

fn findings(findings: &[proto::v1::Finding]) -> Value {
    findings.iter().map(|one| to_json("Finding", one).unwrap_or_default()).collect()
}

fn of_refusal(refusal: &Refusal) -> Value {
    let general = Error::from_refusal(refusal.clone()).remedy();
    let said = |key: &str| refusal.metadata.get(key).map(String::as_str);
    json!({
        "reason": refusal.reason,
        "message": refusal.message,
        "cause": said("cause"),
        "problem": said("problem").or(said("field_problem")),
        "place": said("place").or(said("field_path")),
        "remedy": said("remedy").unwrap_or(&general),
        "metadata": refusal.metadata.iter().collect::<std::collections::BTreeMap<_, _>>(),
    })
}

/// A document that was refused as a whole, or of which nothing was heard.
fn whole(file: &str, error: &Error) -> Value {
    let mut object = json!({
        "file": file,
        "format": null,
        "kind": null,
        "reference": null,
        "intent": null,
        "manifest": null,
        "findings": [],
        "acceptable": false,
        "exit_code": if is_about_the_document(error) { 1 } else { exit_code(error) },
    });
    object["refusal"] = match error {
        Error::Refused(refused) => {
            let said = |key: &str| refused.metadata.get(key);
            if let Some(format) = said("format") {
                object["format"] = json!(format);
            }
            let field = refused.fields.first();
            json!({
                "reason": refused.reason,
                "message": refused.message,
                "cause": said("cause"),
                "problem": said("problem").or(field.map(|(_, problem)| problem)),
                "place": said("place").or(field.map(|(path, _)| path)),
                // A gateway of an earlier version says none.
                "remedy": said("remedy").cloned().unwrap_or_else(|| error.remedy()),
                "metadata": refused.metadata,
            })
        }
        other => json!({ "reason": null, "message": other.to_string(), "remedy": other.remedy() }),
    };
    object
}

fn refused_lines(error: &Error, terminal: &Terminal) -> String {
    let mut text = error.to_string();
    if let Error::Refused(refused) = error {
        for key in [
            "format",
            "place",
            "problem",
            "field_path",
            "field_problem",
            "limit",
            "limit_bytes",
            "found_bytes",
            "setting",
            "remedy",
        ] {
            if let Some(value) = terminal.said(&refused.metadata, key) {
                text += &format!("\n  {key}: {value}");
            }
        }
        if !refused.metadata.contains_key("problem") {
            for (field, problem) in &refused.fields {
                text += &format!("\n  {field}: {problem}");
            }
        }
    }
    text + "\n  what to do: " + &error.remedy()
}

/// Writes the answers in the document's own format: `<file>.<number>.<kind>`, each beside the others in the folder.
pub(crate) fn write_answers(folder: &Path, file: &Path, answered: &Answered) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|error| Error::file(folder, error))?;
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    for (number, answer) in (1..).zip(&answered.answers) {
        let kind: String = answer.kind.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = folder.join(format!("{name}.{number}.{kind}"));
        std::fs::write(&path, &answer.content).map_err(|error| Error::file(&path, error))?;
    }
    Ok(())
}
