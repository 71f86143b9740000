//! JSON renderings of XML messages into the same tree: an object's members are elements, an array repeats its element.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::de::SliceRead;

use super::failure::{Failure, malformed};
use super::tree::{Position, Tree};
use crate::{Cause, Limits};

/// Reads a JSON document into a tree. As with XML, reading stops where it cannot go on.
pub(crate) fn from_json(text: &str, limits: &Limits) -> Tree {
    let building = RefCell::new(Building { tree: Tree::of_json(), refused: None });
    let mut json = serde_json::Deserializer::new(SliceRead::new(text.as_bytes()));
    let whole = Value { building: &building, limits, inside: None, name: "", depth: 0, is_in_array: false };
    let result = whole.deserialize(&mut json).and_then(|()| json.end());
    let Building { mut tree, refused } = building.into_inner();
    if let Err(error) = result {
        let number = |from: usize| u32::try_from(from).unwrap_or(u32::MAX);
        let line = Position { line: number(error.line()), column: number(error.column()) };
        let cause = refused.unwrap_or_else(|| match error.classify() {
            serde_json::error::Category::Eof => Cause::Truncated("the end of the JSON text"),
            _ => malformed("not well-formed JSON"),
        });
        let inside = tree.iter().filter(|element| !tree.is_closed(*element)).last();
        tree.failure = Some(Failure { cause, inside: inside.map(|element| element.0), line });
    } else if tree.len() == 0 {
        tree.failure = Some(Failure {
            cause: Cause::Truncated("its first member"),
            inside: None,
            line: Position { line: 1, column: 1 },
        });
    }
    tree
}

struct Building {
    tree: Tree,
    /// Why we stopped, when it was us and not the tokenizer.
    refused: Option<Cause>,
}

/// A value that becomes the element `name`.
#[derive(Clone, Copy)]
struct Value<'b> {
    building: &'b RefCell<Building>,
    limits: &'b Limits,
    inside: Option<u32>,
    name: &'b str,
    depth: usize,
    is_in_array: bool,
}

impl<'b> Value<'b> {
    fn open<E: serde::de::Error>(&self) -> Result<u32, E> {
        let mut building = self.building.borrow_mut();
        let opened = if self.depth > self.limits.max_depth {
            Err(Cause::TooMany { what: "values inside each other", limit: self.limits.max_depth })
        } else {
            building.tree.open(self.name, self.inside, Position::default(), self.limits)
        };
        if let (true, Ok(element)) = (self.is_in_array, &opened) {
            building.tree.in_array(*element);
        }
        opened.map_err(|cause| {
            building.refused = Some(cause);
            E::custom("refused")
        })
    }

    fn close(&self, element: u32, text: &str) {
        self.building.borrow_mut().tree.close(element, text, self.limits);
    }

    fn leaf<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let element = self.open()?;
        if text.contains(|c: char| c.is_control() && !c.is_whitespace()) {
            self.building.borrow_mut().refused = Some(malformed("a control character"));
            return Err(E::custom("refused"));
        }
        self.close(element, text);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        // The outermost object stands for the document itself.
        let element = if self.depth == 0 { None } else { Some(self.open()?) };
        while let Some(name) = members.next_key::<String>()? {
            // Attributes are marked so, and are not read, as in XML.
            if name.starts_with('@') {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let depth = self.depth.saturating_add(1);
            let value = Value { inside: element, name: &name, depth, is_in_array: false, ..self };
            members.next_value_seed(value)?;
        }
        if let Some(element) = element {
            self.close(element, "");
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let depth = self.depth.saturating_add(1);
        if depth > self.limits.max_depth {
            return Err(A::Error::custom("refused"));
        }
        while values.next_element_seed(Value { depth, is_in_array: true, ..self })?.is_some() {}
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.leaf(text)
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<(), E> {
        // The messages write their flags as 0 and 1.
        self.leaf(if truth { "1" } else { "0" })
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.leaf(&number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.leaf(&number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.leaf(&number.to_string())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}
