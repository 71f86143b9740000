//! Where the words go: answers to standard output, troubles to standard error; or everything as JSON lines.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::Error;

/// The caller's terminal, or pipe.
#[derive(Debug)]
pub(crate) struct Terminal {
    json: bool,
}

impl Terminal {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// An answer: the object with `--json`, the lines for people without.
    pub(crate) fn answer(&self, object: impl FnOnce() -> Value, lines: impl FnOnce() -> String) {
        let text = if self.json { object().to_string() } else { lines() };
        // A reader that went away is no trouble of ours: the gateway has done its part.
        let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
    }

    /// A trouble, with what to do about it.
    pub(crate) fn error(&self, file: Option<&Path>, error: &Error) {
        if self.json {
            let _ = writeln!(std::io::stdout().lock(), "{}", Self::object(file, error));
        } else {
            let _ = writeln!(std::io::stderr().lock(), "{}", Self::lines(file, error));
        }
    }

    fn lines(file: Option<&Path>, error: &Error) -> String {
        let mut text = file.map(|file| format!("{}: ", file.display())).unwrap_or_default();
        text += &error.to_string();
        if let Error::Refused(refused) = error {
            for (field, problem) in &refused.fields {
                text += &format!("\n  {field}: {problem}");
            }
            for (key, value) in &refused.metadata {
                text += &format!("\n  {key} = {value}");
            }
            if let Some(after) = refused.retry_after {
                text += &format!("\n  try again after {:.1} s", after.as_secs_f64());
            }
        }
        text + "\n  what to do: " + &error.remedy()
    }

    fn object(file: Option<&Path>, error: &Error) -> Value {
        let mut object = json!({
            "kind": "error",
            "exit_code": crate::arguments::exit_code(error),
            "message": error.to_string(),
            "remedy": error.remedy(),
            "retryable": error.is_retryable(),
        });
        if let Some(file) = file {
            object["file"] = json!(file.display().to_string());
        }
        match error {
            Error::Refused(refused) => {
                object["kind"] = json!("refused");
                object["code"] = json!(i32::from(refused.code));
                object["reason"] = json!(refused.reason);
                object["metadata"] = json!(refused.metadata);
                object["fields"] = json!(refused.fields);
            }
            Error::Handshake { alert, .. } => object["alert"] = json!(alert),
            _ => {}
        }
        object
    }
}
