//! JSON as text: how much is in it before anything is allocated for it, and where its elements stand.

use std::{collections::HashSet, fmt};

use formats::{Cause, Limits, Unreadable};
use manifest::declared::SourcePlace;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

/// Measures a text: its values and the depth of their nesting. What is no JSON is measured as far as it looks like it;
/// to refuse it is for the parser.
///
/// # Errors
/// [`Cause::TooMany`] above the limits, with the place where they are passed.
pub(super) fn measure(text: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    let (mut values, mut depth) = (1_usize, 0_usize);
    let (mut quoted, mut escaped, mut fresh) = (false, false, false);
    for (offset, &byte) in text.iter().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        // Commas separate values; the first of a list or an object comes before any.
        let first = std::mem::take(&mut fresh) && !matches!(byte, b']' | b'}');
        values = values.saturating_add(usize::from(first || byte == b','));
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => (depth, fresh) = (depth.saturating_add(1), true),
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        for (count, what, limit) in
            [(depth, "levels of nesting", limits.max_depth), (values, "values", limits.max_parts)]
        {
            if count > limit {
                let place = Position::default().after(text.get(..offset).unwrap_or_default());
                return Err(Unreadable { place: Some(place.place()), cause: Cause::TooMany { what, limit } });
            }
        }
    }
    Ok(())
}

/// A place in a text, both from zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position {
    line: usize,
    column: usize,
}

impl Position {
    /// The place after some more text.
    fn after(self, text: &[u8]) -> Self {
        match text.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => Self {
                line: self.line.saturating_add(text.iter().filter(|byte| **byte == b'\n').count()),
                column: text.len().saturating_sub(last).saturating_sub(1),
            },
            None => Self { column: self.column.saturating_add(text.len()), ..self },
        }
    }

    /// A parser's line and column, from one, in a text that begins here.
    pub(super) fn at(self, line: usize, column: usize) -> Self {
        let column = column.saturating_sub(1);
        match line.saturating_sub(1) {
            0 => Self { column: self.column.saturating_add(column), ..self },
            lines => Self { line: self.line.saturating_add(lines), column },
        }
    }

    /// As the partner is told.
    pub(super) fn place(self) -> SourcePlace {
        let number = |number: usize| u32::try_from(number.saturating_add(1)).unwrap_or(u32::MAX);
        SourcePlace::Line { line: number(self.line), column: number(self.column) }
    }
}

/// Where a name stands a second time in one object: a parser that builds maps keeps the last, and whoever stood under the
/// first would be lost. `None` also where the text is no JSON: to say so is for the parser.
pub(super) fn repeated(text: &[u8], begin: Position) -> Option<SourcePlace> {
    let mut reader = Deserializer::from_slice(text);
    let error = Once.deserialize(&mut reader).err().filter(serde_json::Error::is_data)?;
    Some(begin.at(error.line(), error.column()).place())
}

/// A value in whose objects each name stands once.
#[derive(Clone, Copy)]
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = ();

    fn deserialize<D: serde::de::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(mut name) = members.next_key::<String>()? {
            // The two spellings of protobuf are one name.
            name.retain(|c| c != '_');
            name.make_ascii_lowercase();
            if !seen.insert(name) {
                return Err(A::Error::custom("repeated"));
            }
            members.next_value_seed(self)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while values.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The texts of the elements, each with where it begins: of a list one after the other, of anything else the whole. Only
/// for what was parsed before.
pub(super) fn elements(text: &[u8]) -> Vec<(Position, &[u8])> {
    let skip = |at: usize, separator: Option<u8>| {
        let rest = text.get(at..).unwrap_or_default();
        let skipped = |byte: &u8| byte.is_ascii_whitespace() || Some(*byte) == separator;
        at.saturating_add(rest.iter().take_while(|byte| skipped(byte)).count())
    };
    let begin = skip(0, None);
    if text.get(begin) != Some(&b'[') {
        return vec![(Position::default(), text)];
    }
    let (mut position, mut known, mut at) = (Position::default(), 0, begin.saturating_add(1));
    let mut found = Vec::new();
    loop {
        at = skip(at, Some(b','));
        position = position.after(text.get(known..at).unwrap_or_default());
        known = at;
        let rest = text.get(at..).unwrap_or_default();
        let mut values = Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        let Some(Ok(_)) = values.next() else { return found };
        let length = values.byte_offset();
        found.push((position, rest.get(..length).unwrap_or_default()));
        at = at.saturating_add(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(text: &str, max_parts: usize, max_depth: usize) -> Result<(), String> {
        let limits = Limits { max_parts, max_depth, ..Limits::default() };
        measure(text.as_bytes(), &limits)
            .map_err(|refused| format!("{}: {refused}", refused.place.as_ref().unwrap()))
    }

    #[test]
    fn values_and_depth_are_counted_exactly() {
        let text = "{\"a\": [1, \"x,[\\\"{\", {}],\n \"b\": []}"; // whole, a, 1, text, {}, b
        assert_eq!(measured(text, 6, 3), Ok(()));
        assert_eq!(measured(text, 5, 3).unwrap_err(), "line 1, column 24: more than 5 values");
        assert_eq!(measured(text, 6, 2).unwrap_err(), "line 1, column 21: more than 2 levels of nesting");
        assert_eq!(measured("]]}}", 1, 1), Ok(()));
        assert_eq!(measured("7", 1, 0), Ok(()));
    }

    #[test]
    fn a_name_stands_once_in_an_object() {
        let found = |text: &str| repeated(text.as_bytes(), Position::default()).map(|at| at.to_string());
        assert_eq!(found(r#"[{"a": {"b": 1.5, "c": null}}, {"a": [-1, true, {"b": "b"}]}]"#), None);
        assert_eq!(found("{\"a\": 1,\n \"b\": {}, \"a\": 1}").unwrap(), "line 2, column 13");
        assert_eq!(found(r#"{"a": [{"borderPost": 1, "border_post": 1}]}"#).unwrap(), "line 1, column 38");
        assert_eq!(found("{\"a\": 1, \"a"), None);
    }

    #[test]
    fn elements_are_found_where_they_stand() {
        let found = |text: &'static str| {
            let all = elements(text.as_bytes()).into_iter();
            all.map(|(at, text)| (at.place().to_string(), std::str::from_utf8(text).unwrap()))
                .collect::<Vec<_>>()
        };
        let none: Vec<(String, &str)> = vec![];
        assert_eq!(found(" [ ]"), none);
        let expected: Vec<_> = [
            ("line 1, column 2", "{\"a\": \"]\"}"),
            ("line 2, column 3", "7"),
            ("line 2, column 5", "[\n8]"),
        ]
        .map(|(at, text)| (at.to_owned(), text))
        .into();
        assert_eq!(found("[{\"a\": \"]\"},\n  7,[\n8] ]"), expected);
        assert_eq!(found("{}"), [("line 1, column 1".to_owned(), "{}")]);
        assert_eq!(Position { line: 3, column: 4 }.at(1, 2), Position { line: 3, column: 5 });
        assert_eq!(Position { line: 3, column: 4 }.at(2, 2), Position { line: 4, column: 1 });
    }
}
