//! XML text of answers: a tag opened is a tag closed, and what stands between is escaped.

use std::fmt::Write as _;

/// The longest free text of an answer, in characters; the messages' own limit.
const TEXT_LIMIT: usize = 512;

/// A text of XML that is being written.
#[derive(Debug)]
pub(crate) struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    /// A document whose root has a prefix and a namespace, or neither.
    pub(crate) fn document(
        name: &str,
        namespace: Option<(&str, &str)>,
        attributes: &str,
        content: impl FnOnce(&mut Self),
    ) -> Vec<u8> {
        let mut writer = Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), depth: 1 };
        let (full, bound) = match namespace {
            Some((prefix, uri)) => (format!("{prefix}:{name}"), format!(" xmlns:{prefix}=\"{uri}\"")),
            None => (name.to_owned(), String::new()),
        };
        let _ = writeln!(writer.text, "<{full}{bound}{attributes}>");
        content(&mut writer);
        let _ = writeln!(writer.text, "</{full}>");
        writer.text.into_bytes()
    }

    /// An element that holds others.
    pub(crate) fn group(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.indent();
        let _ = writeln!(self.text, "<{name}>");
        self.depth = self.depth.saturating_add(1);
        content(self);
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        let _ = writeln!(self.text, "</{name}>");
    }

    /// An element that holds text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.indent();
        let _ = write!(self.text, "<{name}>");
        for c in text.chars().take(TEXT_LIMIT) {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                c if super::tree::is_allowed(c) => self.text.push(c),
                _ => self.text.push('\u{fffd}'),
            }
        }
        let _ = writeln!(self.text, "</{name}>");
    }

    /// An element that holds text, unless there is none.
    pub(crate) fn said(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.text(name, text);
        }
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }
}
