//! JSON into a tree that knows where everything stood.
//!
//! Written out here because what a stranger sends has to be answered with its place, repeated names have to be seen, and
//! half a surrogate pair in one name must not cost the whole list: parsers that build maps or strings do neither.

use crate::{Cause, Limits};

/// A value and the line on which it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) line: u32,
}

#[derive(Debug)]
pub(super) enum Value {
    /// Members in order; a name may stand more than once.
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    Text(Text),
    /// As it is written: it may be larger than any number.
    Number(String),
    Truth(bool),
    Null,
}

/// A text.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) text: String,
    /// Half a surrogate pair was replaced, or control characters left out.
    pub(super) damaged: bool,
    /// It was longer than is read.
    pub(super) cut: bool,
}

/// Why a document is not read, where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) cause: Cause,
    pub(super) line: u32,
    /// Steps of the way to the place, the innermost first.
    pub(super) way: Vec<String>,
}

/// Reads values one behind another.
pub(super) struct Parser<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    line: u32,
    parts: usize,
    limits: &'t Limits,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, limits: &'t Limits) -> Self {
        Self { bytes: text.as_bytes(), text, at: 0, line: 1, parts: 0, limits }
    }

    /// The next value; `None` at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<Node>, Fault> {
        self.blanks();
        if self.peek().is_none() { Ok(None) } else { self.value(0).map(Some) }
    }

    /// How many characters are left and on which line they begin.
    pub(super) fn rest(&mut self) -> (usize, u32) {
        self.blanks();
        (self.text.get(self.at..).unwrap_or_default().chars().count(), self.line)
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        self.parts = self.parts.saturating_add(1);
        if self.parts > self.limits.max_parts {
            return Err(self.too_many("values", self.limits.max_parts));
        }
        if depth >= self.limits.max_depth {
            return Err(self.too_many("levels of nesting", self.limits.max_depth));
        }
        let line = self.line;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Truth(true))?,
            Some(b'f') => self.word("false", Value::Truth(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return Err(self.malformed("something that is no JSON value")),
            None => return Err(self.truncated("a value")),
        };
        Ok(Node { value, line })
    }

    fn object(&mut self, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        let mut members = Vec::new();
        self.blanks();
        if self.taken(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.blanks();
            match self.peek() {
                Some(b'"') => {}
                Some(_) => return Err(self.malformed("a member without a name in quotation marks")),
                None => return Err(self.truncated("the name of a member")),
            }
            let name = self.string()?.text;
            self.blanks();
            if !self.taken(b':') {
                return Err(self.wanted("the colon behind a name"));
            }
            self.blanks();
            match self.value(depth + 1) {
                Ok(node) => members.push((name, node)),
                Err(fault) => return Err(fault.inside(name)),
            }
            self.blanks();
            if self.taken(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.taken(b',') {
                return Err(self.wanted("the end of an object"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        let mut elements = Vec::new();
        self.blanks();
        if self.taken(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            self.blanks();
            match self.value(depth + 1) {
                Ok(node) => elements.push(node),
                Err(fault) => return Err(fault.inside(elements.len().to_string())),
            }
            self.blanks();
            if self.taken(b']') {
                return Ok(Value::Array(elements));
            }
            if !self.taken(b',') {
                return Err(self.wanted("the end of an array"));
            }
        }
    }

    fn string(&mut self) -> Result<Text, Fault> {
        self.at += 1;
        let mut text = Text::default();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = rest.find(['"', '\\', '\n']).unwrap_or(rest.len());
            let plain = rest.get(..end).unwrap_or_default();
            self.keep(&mut text, plain);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\n') => {
                    // A line break inside of a text is not JSON, and what people's programs write all the same.
                    self.line = self.line.saturating_add(1);
                    self.at += 1;
                    self.keep(&mut text, "\n");
                    text.damaged = true;
                }
                Some(_) => self.escaped(&mut text)?,
                None => return Err(self.truncated("the end of a text")),
            }
        }
    }

    fn escaped(&mut self, text: &mut Text) -> Result<(), Fault> {
        self.at += 1;
        let sign = self.peek().ok_or_else(|| self.truncated("the end of a text"))?;
        self.at += 1;
        let plain = match sign {
            b'"' => "\"",
            b'\\' => "\\",
            b'/' => "/",
            b'n' => "\n",
            b'r' => "\r",
            b't' => "\t",
            b'b' | b'f' => "",
            b'u' => {
                let unit = self.unit()?;
                let letter = self.letter(unit);
                let mut buffer = [0; 4];
                let letter = letter.unwrap_or_else(|| {
                    text.damaged = true;
                    char::REPLACEMENT_CHARACTER
                });
                self.keep(text, letter.encode_utf8(&mut buffer));
                return Ok(());
            }
            _ => return Err(self.malformed("an escape that JSON does not have")),
        };
        self.keep(text, plain);
        Ok(())
    }

    /// The letter of a unit and, where it is the first half of a pair, of the second half behind it.
    fn letter(&mut self, unit: u32) -> Option<char> {
        if !(0xd800..0xdc00).contains(&unit) {
            return char::from_u32(unit);
        }
        if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
            return None;
        }
        let before = self.at;
        self.at += 2;
        let second = self.unit().ok().filter(|second| (0xdc00..0xe000).contains(second));
        let Some(second) = second else {
            self.at = before;
            return None;
        };
        char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00))
    }

    fn unit(&mut self) -> Result<u32, Fault> {
        let Some(digits) = self.bytes.get(self.at..self.at + 4) else {
            return Err(self.truncated("the end of a text"));
        };
        let digits =
            std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.malformed("an escape that JSON does not have"))?;
        self.at += 4;
        Ok(unit)
    }

    /// Adds to a text what fits and can be shown.
    fn keep(&self, text: &mut Text, more: &str) {
        let room = self.limits.max_text_bytes.saturating_sub(text.text.len());
        let mut end = more.len().min(room);
        while !more.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        text.cut |= end < more.len();
        let more = more.get(..end).unwrap_or_default();
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        if more.contains(is_control) {
            text.damaged = true;
            text.text.extend(more.chars().filter(|c| !is_control(*c)));
        } else {
            text.text.push_str(more);
        }
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let number = rest.get(..end).unwrap_or_default();
        if !number.bytes().any(|b| b.is_ascii_digit()) {
            return Err(self.malformed("a number without digits"));
        }
        self.at += end;
        let kept = number.get(..number.len().min(self.limits.max_text_bytes)).unwrap_or_default();
        Ok(Value::Number(kept.to_owned()))
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(value);
        }
        if word.as_bytes().starts_with(rest) {
            Err(self.truncated("a value"))
        } else {
            Err(self.malformed("something that is no JSON value"))
        }
    }

    fn blanks(&mut self) {
        while let Some(blank) = self.peek().filter(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
            self.line = self.line.saturating_add(u32::from(blank == b'\n'));
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn taken(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn wanted(&self, what: &'static str) -> Fault {
        if self.peek().is_none() {
            self.truncated(what)
        } else {
            self.malformed("no comma or bracket where one has to stand")
        }
    }

    fn fault(&self, cause: Cause) -> Fault {
        Fault { cause, line: self.line, way: Vec::new() }
    }

    fn truncated(&self, before: &'static str) -> Fault {
        self.fault(Cause::Truncated(before))
    }

    fn malformed(&self, what: &str) -> Fault {
        self.fault(Cause::Malformed(format!("not JSON: {what}")))
    }

    fn too_many(&self, what: &'static str, limit: usize) -> Fault {
        self.fault(Cause::TooMany { what, limit })
    }
}

impl Fault {
    fn inside(mut self, step: String) -> Self {
        // Names are the sender's words: short ones only, and no more steps than anybody reads.
        if self.way.len() < 16 {
            self.way.push(step.chars().take(40).collect());
        }
        self
    }

    /// RFC 6901 pointer of the place.
    pub(super) fn pointer(&self) -> String {
        let steps = self.way.iter().rev();
        steps.map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (String, u32, String) {
        let limits = Limits { max_depth: 8, max_parts: 100, ..Limits::default() };
        let mut parser = Parser::new(text, &limits);
        let fault = loop {
            match parser.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{text} is read"),
                Err(fault) => break fault,
            }
        };
        (fault.cause.to_string(), fault.line, fault.pointer())
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, cause, line, pointer) in [
            ("{\"a\":\n[1,\n", "it ends before a value", 3, "/a/2"),
            ("{\"a\":1", "it ends before the end of an object", 1, ""),
            ("{\"a\" 1}", "not JSON: no comma or bracket where one has to stand", 1, ""),
            ("{\"a\":tru", "it ends before a value", 1, "/a"),
            ("{\"a\":\"b", "it ends before the end of a text", 1, "/a"),
            ("{a:1}", "not JSON: a member without a name in quotation marks", 1, ""),
            ("[\"\\q\"]", "not JSON: an escape that JSON does not have", 1, "/0"),
            ("[[[[[[[[[[[[[[[[[[", "more than 8 levels of nesting", 1, "/0/0/0/0/0/0/0/0"),
            ("<a/>", "not JSON: something that is no JSON value", 1, ""),
        ] {
            // The last value of the first case stands behind the comma.
            let expected_pointer = if pointer == "/a/2" { "/a/1" } else { pointer };
            assert_eq!(fault(text), (cause.to_owned(), line, expected_pointer.to_owned()), "{text}");
        }
        let many = format!("[{}1]", "1,".repeat(200));
        assert_eq!(fault(&many).0, "more than 100 values");
    }

    #[test]
    fn texts_are_kept_as_far_as_they_are_text() {
        let limits = Limits { max_text_bytes: 8, ..Limits::default() };
        let read = |text: &str| match Parser::new(text, &limits).next().unwrap().unwrap().value {
            Value::Text(text) => (text.text, text.damaged, text.cut),
            other => panic!("{other:?}"),
        };
        assert_eq!(read(r#""A\u0411\n""#), ("AБ\n".into(), false, false));
        assert_eq!(read(r#""\ud83d\ude00""#), ("😀".into(), false, false));
        assert_eq!(read(r#""a\ud800b""#), ("a\u{fffd}b".into(), true, false));
        assert_eq!(read(r#""\ud800\u0041""#), ("\u{fffd}A".into(), true, false));
        assert_eq!(read(r#""a\u0000b""#), ("ab".into(), true, false));
        assert_eq!(read(r#""123456789""#), ("12345678".into(), false, true));
        let big = "1".repeat(400);
        let node = Parser::new(&big, &limits).next().unwrap().unwrap();
        assert!(matches!(node.value, Value::Number(number) if number.len() == 8));
    }
}
