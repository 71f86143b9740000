//! What the demo says, for people or as JSON lines, and what it found missing.

use std::io::{IsTerminal as _, Write as _};

use serde_json::Value;

/// The voice of the demo.
#[derive(Debug)]
pub(crate) struct Report {
    json: bool,
    colour: bool,
    width: usize,
    problems: Vec<String>,
}

/// How a word is painted on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Stronger.
    Bold,
    /// Weaker.
    Dim,
    /// The colour of a corridor.
    Corridor,
}

impl Report {
    pub(crate) fn new(json: bool) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100);
        Self {
            json,
            colour: terminal && std::env::var_os("NO_COLOR").is_none(),
            width: usize::clamp(width, 60, 140),
            problems: Vec::new(),
        }
    }

    /// One object a line, with `--json`.
    pub(crate) fn object(&self, object: &Value) {
        if self.json {
            say(&object.to_string());
        }
    }

    /// A line for people.
    pub(crate) fn line(&self, text: &str) {
        if !self.json {
            say(text);
        }
    }

    /// A heading for people.
    pub(crate) fn heading(&self, text: &str) {
        self.line("");
        self.line(&self.paint(text, Paint::Bold));
    }

    /// A label and a text that is wrapped beside it, for people.
    pub(crate) fn labelled(&self, label: &str, text: &str) {
        const MARGIN: usize = 15;
        for (place, line) in wrap(text, self.width - MARGIN).iter().enumerate() {
            let label = if place == 0 { label } else { "" };
            self.line(&format!("     {}{line}", self.paint(&format!("{label:<10}"), Paint::Dim)));
        }
    }

    /// A word in its colour, on a terminal.
    pub(crate) fn paint(&self, text: &str, paint: Paint) -> String {
        let code = match paint {
            _ if !self.colour => return text.to_owned(),
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Corridor => match text.trim() {
                "GREEN" => "1;32",
                "YELLOW" => "1;33",
                "RED" => "1;31",
                _ => "1;35",
            },
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Notes that something which should have happened did not.
    pub(crate) fn missing(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }

    /// As [`Report::missing`], unless it holds.
    pub(crate) fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.missing(what());
        }
    }

    /// What did not happen.
    pub(crate) fn problems(&self) -> &[String] {
        &self.problems
    }
}

fn say(text: &str) {
    // A reader that went away, as `head` does, is no failure of the demo's.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Lines of at most so many characters, broken between words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split_whitespace() {
        let letters = word.chars().count();
        if length > 0 && length + 1 + letters > width {
            lines.push(String::new());
            length = 0;
        }
        if let Some(line) = lines.last_mut() {
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += letters;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), [""]);
    }
}
