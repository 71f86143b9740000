//! Where the words go: answers to standard output, troubles to standard error; or everything as JSON lines.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::{Error, News};

/// The caller's terminal, or pipe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    json: bool,
    /// Behind the names of what a refusal says in the caller's language: nothing for English.
    language: &'static str,
}

impl Terminal {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json, language: "" }
    }

    /// The same, in the language that a BCP 47 tag names.
    pub(crate) fn speaking(self, tag: &str) -> Self {
        let language = match tag.split(['-', '_']).next().unwrap_or_default() {
            "ru" => "_ru",
            "uz" => "_uz",
            _ => "",
        };
        Self { language, ..self }
    }

    /// What a refusal says under a name, in the caller's language where it does.
    pub(crate) fn said<'m>(&self, metadata: &'m BTreeMap<String, String>, name: &str) -> Option<&'m String> {
        metadata.get(&format!("{name}{}", self.language)).or_else(|| metadata.get(name))
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

    /// The whole on a line, for people: whoever reads JSON counts lines.
    pub(crate) fn summary(&self, line: &str) {
        if !self.json {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }

    /// A trouble, with what to do about it.
    pub(crate) fn error(&self, file: Option<&Path>, error: &Error) {
        if self.json {
            let _ = writeln!(std::io::stdout().lock(), "{}", Self::object(file, error));
        } else {
            let _ = writeln!(std::io::stderr().lock(), "{}", Self::lines(file, error));
        }
    }

    /// What happens while there is no answer, so that a silent program is not taken for a stuck one.
    pub(crate) fn news(self, news: &News<'_>) {
        if self.json {
            let _ = writeln!(std::io::stdout().lock(), "{}", Self::news_object(news));
        } else {
            let _ = writeln!(std::io::stderr().lock(), "{}", Self::news_line(news));
        }
    }

    fn news_line(news: &News<'_>) -> String {
        match news {
            News::Retrying { error, pause } => {
                format!("{error}; trying again in {:.1} s", pause.as_secs_f64())
            }
            News::Disconnected { error, pause } => {
                format!("disconnected: {error}; asking again in {:.1} s", pause.as_secs_f64())
            }
            News::Connected => "connected again".to_owned(),
        }
    }

    fn news_object(news: &News<'_>) -> Value {
        let with = |kind: &str, error: &Error, pause: &std::time::Duration| json!({ "kind": kind, "message": error.to_string(), "again_after_seconds": pause.as_secs_f64() });
        match news {
            News::Retrying { error, pause } => with("retrying", error, pause),
            News::Disconnected { error, pause } => with("disconnected", error, pause),
            News::Connected => json!({ "kind": "connected" }),
        }
    }

    fn lines(file: Option<&Path>, error: &Error) -> String {
        let mut text = file.map(|file| format!("{}: ", file.display())).unwrap_or_default();
        text += &error.to_string();
        if let Error::Refused(refused) = error {
            for (field, problem) in &refused.fields {
                text += &format!("\n  {field}: {problem}");
            }
            let is_of_a_language = |key: &str| key.ends_with("_ru") || key.ends_with("_uz");
            for (key, value) in refused.metadata.iter().filter(|(key, _)| !is_of_a_language(key)) {
                text += &format!("\n  {key} = {value}");
            }
            if let Some(after) = refused.retry_after {
                text += &format!("\n  try again after {:.1} s", after.as_secs_f64());
            }
        }
        text + "\n  what to do: " + &error.remedy()
    }

    fn object(file: Option<&Path>, error: &Error) -> Value {
        let said = match error {
            Error::Refused(refused) => refused.metadata.get("remedy"),
            _ => None,
        };
        let mut object = json!({
            "kind": "error",
            "exit_code": crate::arguments::exit_code(error),
            "message": error.to_string(),
            "remedy": said.cloned().unwrap_or_else(|| error.remedy()),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn news_are_told_in_words_and_as_objects() {
        let error = &Error::Unreachable("gone".into());
        let lost = News::Disconnected { error, pause: Duration::from_secs(2) };
        assert!(Terminal::news_line(&lost).ends_with("gone; asking again in 2.0 s"));
        assert_eq!(Terminal::news_object(&lost)["kind"], "disconnected");
        assert_eq!(Terminal::news_object(&News::Connected)["kind"], "connected");
    }
}
