//! The elements of a document, in document order, as a flat list.

use std::collections::HashMap;

use super::failure::Failure;
use crate::{Cause, Limits};
use manifest::declared::SourcePlace;

/// The longest name of an element, in bytes; those of the messages read here have fewer than 40.
const NAME_BYTES: usize = 128;

/// A place in the text, both from 1; zeros where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// No element.
pub(super) const NONE: u32 = u32::MAX;

/// A document as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    elements: Vec<Node>,
    texts: String,
    names: Vec<String>,
    name_ids: HashMap<String, u32>,
    /// The children of one name that an element has: asking for a name costs the same among a thousand others.
    like_named: HashMap<(u32, u32), LikeNamed>,
    /// Where and why reading stopped before the end.
    pub(crate) failure: Option<Failure>,
    /// Characters outside of any element, and where the first stands.
    pub(crate) outside: (usize, Position),
    /// Where the text with the first ampersand that stands for itself begins.
    pub(crate) bare_ampersand: Option<Position>,
    /// True when the tree was made of JSON: lines are not known and places are pointers.
    pub(crate) is_json: bool,
}

/// Children of one name, by the first and the last of them.
#[derive(Debug)]
struct LikeNamed {
    count: u32,
    first: u32,
    last: u32,
}

#[derive(Debug)]
struct Node {
    name: u32,
    parent: u32,
    first: u32,
    last: u32,
    next: u32,
    /// The next child of the same element with the same name.
    next_like: u32,
    /// The name as it stands, with its prefix: a pointer into JSON names the member itself.
    label: u32,
    /// One of the values of a JSON array.
    is_in_array: bool,
    /// Place among like-named siblings, from 1.
    place: u32,
    line: Position,
    text: (u32, u32),
    is_cut: bool,
    is_closed: bool,
}

/// An element of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Element(pub(super) u32);

impl Tree {
    /// An empty tree that JSON is to fill.
    pub(super) fn of_json() -> Self {
        Self { is_json: true, ..Self::default() }
    }

    /// Adds an element at the end.
    pub(super) fn open(
        &mut self,
        name: &str,
        parent: Option<u32>,
        line: Position,
        limits: &Limits,
    ) -> Result<u32, Cause> {
        if self.elements.len() >= limits.max_parts {
            return Err(Cause::TooMany { what: "elements", limit: limits.max_parts });
        }
        if name.len() > NAME_BYTES {
            return Err(Cause::TooMany { what: "bytes in the name of an element", limit: NAME_BYTES });
        }
        let id = u32::try_from(self.elements.len()).unwrap_or(NONE);
        let label = self.name_id(name);
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        let name = if local.len() == name.len() { label } else { self.name_id(local) };
        let parent = parent.unwrap_or(NONE);
        let like = LikeNamed { count: 0, first: id, last: NONE };
        let like = self.like_named.entry((parent, name)).or_insert(like);
        like.count = like.count.saturating_add(1);
        let place = like.count;
        let before_like = std::mem::replace(&mut like.last, id);
        if let Some(before) = self.node_mut(before_like) {
            before.next_like = id;
        }
        if let Some(above) = self.node_mut(parent) {
            let before = std::mem::replace(&mut above.last, id);
            if above.first == NONE {
                above.first = id;
            }
            if let Some(before) = self.node_mut(before) {
                before.next = id;
            }
        }
        let (first, last, next) = (NONE, NONE, NONE);
        self.elements.push(Node {
            name,
            parent,
            first,
            last,
            next,
            next_like: NONE,
            label,
            is_in_array: false,
            place,
            line,
            text: (0, 0),
            is_cut: false,
            is_closed: false,
        });
        Ok(id)
    }

    /// Closes an element. The text of one that has children is layout and is not kept.
    pub(super) fn close(&mut self, element: u32, text: &str, limits: &Limits) {
        let whole = text.trim();
        let mut end = whole.len().min(limits.max_text_bytes);
        while !whole.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        let kept = whole.get(..end).unwrap_or_default();
        let is_cut = kept.len() < whole.len() || text.len() > limits.max_text_bytes;
        let start = u32::try_from(self.texts.len()).unwrap_or(NONE);
        let Some(node) = self.node_mut(element) else { return };
        node.is_closed = true;
        if node.first != NONE {
            return;
        }
        node.is_cut = is_cut;
        self.texts.push_str(kept);
        let end = u32::try_from(self.texts.len()).unwrap_or(NONE);
        if let Some(node) = self.node_mut(element) {
            node.text = (start, end);
        }
    }

    /// Says that an element is one of the values of a JSON array.
    pub(super) fn in_array(&mut self, element: u32) {
        if let Some(node) = self.node_mut(element) {
            node.is_in_array = true;
        }
    }

    fn name_id(&mut self, name: &str) -> u32 {
        if let Some(id) = self.name_ids.get(name) {
            return *id;
        }
        let id = u32::try_from(self.names.len()).unwrap_or(NONE);
        self.names.push(name.to_owned());
        self.name_ids.insert(name.to_owned(), id);
        id
    }

    fn node(&self, id: u32) -> Option<&Node> {
        self.elements.get(usize::try_from(id).ok()?)
    }

    fn node_mut(&mut self, id: u32) -> Option<&mut Node> {
        self.elements.get_mut(usize::try_from(id).ok()?)
    }

    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    /// The elements in document order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Element> + '_ {
        (0_u32..).take(self.elements.len()).map(Element)
    }

    /// The local name of an element.
    pub(crate) fn name(&self, element: Element) -> &str {
        let name = self.node(element.0).and_then(|node| self.names.get(usize::try_from(node.name).ok()?));
        name.map_or("", String::as_str)
    }

    /// The name of an element as it stands in JSON.
    pub(crate) fn label(&self, element: Element) -> &str {
        let label = self.node(element.0).and_then(|node| self.names.get(usize::try_from(node.label).ok()?));
        label.map_or("", String::as_str)
    }

    /// Index of an element in its JSON array.
    pub(crate) fn index(&self, element: Element) -> Option<u32> {
        self.node(element.0).filter(|node| node.is_in_array).map(|node| node.place.saturating_sub(1))
    }

    /// The text of an element without children, trimmed.
    pub(crate) fn text_of(&self, element: Element) -> &str {
        let range = self.node(element.0).map_or((0, 0), |node| node.text);
        let (Ok(start), Ok(end)) = (usize::try_from(range.0), usize::try_from(range.1)) else { return "" };
        self.texts.get(start..end).unwrap_or_default()
    }

    /// True when the text is longer than is kept.
    pub(crate) fn is_cut(&self, element: Element) -> bool {
        self.node(element.0).is_some_and(|node| node.is_cut)
    }

    /// True when the end of the element was read.
    pub(crate) fn is_closed(&self, element: Element) -> bool {
        self.node(element.0).is_some_and(|node| node.is_closed)
    }

    /// Where the element begins.
    pub(crate) fn line(&self, element: Element) -> Position {
        self.node(element.0).map_or(Position::default(), |node| node.line)
    }

    /// The element around an element.
    pub(crate) fn parent(&self, element: Element) -> Option<Element> {
        let parent = self.node(element.0)?.parent;
        (parent != NONE).then_some(Element(parent))
    }

    /// The elements directly inside an element, in order.
    pub(crate) fn children(&self, element: Element) -> impl Iterator<Item = Element> + '_ {
        let first = self.node(element.0).map_or(NONE, |node| node.first);
        let next = |id: &u32| self.node(*id).map(|node| node.next).filter(|next| *next != NONE);
        std::iter::successors(Some(first).filter(|first| *first != NONE), next).map(Element)
    }

    /// The elements of a name directly inside an element, in order.
    pub(crate) fn all(&self, element: Element, name: &str) -> impl Iterator<Item = Element> + '_ {
        let first = self.like_named(element, name).map(|like| like.first);
        let next = |id: &u32| self.node(*id).map(|node| node.next_like).filter(|next| *next != NONE);
        std::iter::successors(first, next).map(Element)
    }

    /// How many elements of a name are directly inside an element.
    pub(crate) fn count(&self, element: Element, name: &str) -> usize {
        self.like_named(element, name).and_then(|like| usize::try_from(like.count).ok()).unwrap_or_default()
    }

    fn like_named(&self, element: Element, name: &str) -> Option<&LikeNamed> {
        let name = self.name_ids.get(name)?;
        self.like_named.get(&(element.0, *name))
    }

    /// Place among like-named siblings from 1, or 0 where there is only one.
    pub(crate) fn place_of(&self, element: Element) -> u32 {
        let Some(node) = self.node(element.0) else { return 0 };
        let siblings = self.like_named.get(&(node.parent, node.name)).map(|like| like.count);
        if siblings > Some(1) { node.place } else { 0 }
    }

    /// Where an element stands: a path of local names with places among like-named siblings where there are several, or a
    /// pointer into JSON.
    pub(crate) fn place(&self, element: Element, at: Position) -> SourcePlace {
        let way = std::iter::successors(Some(element), |element| self.parent(*element));
        let mut steps: Vec<String> = way
            .map(|element| match (self.is_json, self.index(element), self.place_of(element)) {
                (true, Some(index), _) => format!("/{}/{index}", self.label(element)),
                (true, None, _) => format!("/{}", self.label(element)),
                (false, _, 0) => format!("/{}", self.name(element)),
                (false, _, place) => format!("/{}[{place}]", self.name(element)),
            })
            .collect();
        steps.reverse();
        let steps = steps.concat();
        if self.is_json {
            SourcePlace::Json { pointer: steps, line: at.line }
        } else {
            SourcePlace::Xml { xpath: steps, line: at.line, column: at.column }
        }
    }
}

/// XML 1.0, production 2.
pub(super) const fn is_allowed(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
