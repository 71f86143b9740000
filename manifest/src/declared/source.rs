//! Where each field stood in what was received: cheap to note for every field, put into words only for a finding.
//!
//! A reader of two hundred and sixty persons notes some three thousand places and, with luck, none is ever looked up. So
//! a field's path is a number ([`PathKey`], made without allocation) and a place is a few numbers ([`Mark`]); names stand
//! once in a table, and nothing is sorted or put together before the first question.

use std::fmt::Write as _;

use super::path_key::PathKey;
use super::place::{SegmentTag, SourcePlace};
use crate::field_path::FieldPath;
use crate::finding::Finding;

/// Places in the source by path of the contract. Empty for native protobuf: there the path is the place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceMap {
    marks: Vec<(PathKey, Mark)>,
    sorted: bool,
    nodes: Vec<Node>,
    names: Vec<String>,
    /// What stands elsewhere than its own notes say, by path; the first that fits counts.
    moved: Vec<(String, Origin)>,
    /// Notes of other messages of the same document.
    beside: Vec<SourceMap>,
    /// What was noted about the documents that other parts of this manifest came with.
    earlier: Vec<Finding>,
}

/// Where what stands under a path came from, when it is not of this message or has another place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// From another path of the same message.
    Path(String),
    /// From a path of another message of the document, by its place in `beside`.
    Beside(usize, String),
    /// From another document, by its name.
    Document(String),
}

/// Where something stood: in this document, or in one that came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// In this document, at the place if one is known.
    Here(Option<SourcePlace>),
    /// In the document of that name; its places are known with that document's own findings.
    In(String),
}

/// A place without its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// See [`SourcePlace::Segment`].
    Segment {
        /// Place of the segment in the received text, from 1.
        number: u32,
        /// Tag.
        tag: SegmentTag,
        /// Data element from 1, or 0.
        element: u16,
        /// Component from 1, or 0.
        component: u16,
    },
    /// See [`SourcePlace::Xml`].
    Xml {
        /// The element.
        node: NodeId,
        /// Line, from 1.
        line: u32,
        /// Column in characters, from 1.
        column: u32,
    },
    /// See [`SourcePlace::Cell`].
    Cell {
        /// Name of the sheet, from [`SourceMap::name`]; [`NameId::NONE`] in CSV.
        sheet: NameId,
        /// Row, from 1.
        row: u32,
        /// Column from 1, or 0.
        column: u32,
    },
    /// See [`SourcePlace::Json`].
    Json {
        /// The value.
        node: NodeId,
        /// Line, or 0.
        line: u32,
    },
    /// See [`SourcePlace::Line`].
    Line {
        /// Line, from 1.
        line: u32,
        /// Column from 1, or 0.
        column: u32,
    },
}

/// A name kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameId(u32);

impl NameId {
    /// No name.
    pub const NONE: NameId = NameId(u32::MAX);
}

/// A node of an XML or JSON tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId(u32);

impl NodeId {
    /// Above the document's root.
    pub const NONE: NodeId = NodeId(u32::MAX);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    above: NodeId,
    name: NameId,
    /// XML: place among like-named siblings from 1. JSON: index from 0, when `name` is none.
    place: u32,
}

impl SourceMap {
    /// Notes where the field of a path stood. The first note of a path counts.
    pub fn mark(&mut self, path: PathKey, mark: Mark) {
        self.marks.push((path, mark));
        self.sorted = false;
    }

    /// Keeps a name for [`Mark::Cell`] and [`SourceMap::node`]. Each call keeps another: ask once a name.
    pub fn name(&mut self, name: impl Into<String>) -> NameId {
        let id = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.into());
        NameId(id)
    }

    /// Keeps an element of XML below another ([`NodeId::NONE`] above the root), or a member of a JSON object. `place`:
    /// among like-named siblings from 1, or 0 to leave it unsaid (the root; members of objects).
    pub fn node(&mut self, above: NodeId, name: NameId, place: u32) -> NodeId {
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node { above, name, place });
        NodeId(id)
    }

    /// Keeps an element of a JSON array, by index from 0.
    pub fn element(&mut self, above: NodeId, index: u32) -> NodeId {
        self.node(above, NameId::NONE, index)
    }

    /// Takes over the notes of another message of the same document, after its own: where both noted a path, the own note
    /// counts. For places without names (segments, lines) only; others are left out.
    pub fn append(&mut self, other: SourceMap) {
        let plain = |mark: &Mark| matches!(mark, Mark::Segment { .. } | Mark::Line { .. });
        self.marks.extend(other.marks.into_iter().filter(|(_, mark)| plain(mark)));
        self.sorted = false;
    }

    /// What stands under `path` is of another document, which `document` names.
    pub fn is_of_document(&mut self, path: impl Into<String>, document: impl Into<String>) {
        self.moved.push((path.into(), Origin::Document(document.into())));
    }

    /// What was noted about the documents that [`SourceMap::is_of_document`] names: findings that are made again about what
    /// stands there take their place and original value from these.
    pub fn knows(&mut self, findings: Vec<Finding>) {
        self.earlier.extend(findings);
    }

    /// See [`SourceMap::knows`].
    #[must_use]
    pub fn earlier(&self) -> &[Finding] {
        &self.earlier
    }

    /// What stands under `path` was noted under `from`.
    pub fn is_moved(&mut self, path: impl Into<String>, from: impl Into<String>) {
        self.moved.push((path.into(), Origin::Path(from.into())));
    }

    /// What stands under each first path was noted under the second one of another message of the same document.
    pub fn is_beside(&mut self, paths: impl IntoIterator<Item = (String, String)>, other: SourceMap) {
        let at = self.beside.len();
        self.moved.extend(paths.into_iter().map(|(path, from)| (path, Origin::Beside(at, from))));
        self.beside.push(other);
    }

    /// Where what stands under a path, or at the nearest path above it, stood.
    pub fn whereabouts(&mut self, path: &FieldPath) -> Whereabouts {
        let within = |above: &str| {
            let rest = path.as_str().strip_prefix(above)?;
            matches!(rest.as_bytes().first(), None | Some(b'.' | b'[')).then_some(rest)
        };
        let found = self.moved.iter().find_map(|(above, origin)| Some((within(above)?, origin)));
        match found {
            None => Whereabouts::Here(self.marked(path)),
            Some((_, Origin::Document(name))) => Whereabouts::In(name.clone()),
            Some((rest, Origin::Path(from))) => {
                let from = FieldPath::from(format!("{from}{rest}").as_str());
                Whereabouts::Here(self.marked(&from))
            }
            Some((rest, Origin::Beside(at, from))) => {
                let (at, from) = (*at, FieldPath::from(format!("{from}{rest}").as_str()));
                Whereabouts::Here(self.beside.get_mut(at).and_then(|other| other.marked(&from)))
            }
        }
    }

    /// True when nothing was noted: native protobuf.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The place of a path in this document, or of the nearest path above it that has one.
    pub fn place_of(&mut self, path: &FieldPath) -> Option<SourcePlace> {
        match self.whereabouts(path) {
            Whereabouts::Here(place) => place,
            Whereabouts::In(_) => None,
        }
    }

    /// What was noted itself. Sorts the notes at the first question.
    fn marked(&mut self, path: &FieldPath) -> Option<SourcePlace> {
        if self.marks.is_empty() {
            return None;
        }
        if !self.sorted {
            self.marks.sort_by_key(|(path, _)| *path); // stable: the first note of a path stays first
            self.sorted = true;
        }
        let mut text = path.as_str();
        loop {
            let key = PathKey::from(text);
            let place = self.marks.partition_point(|(path, _)| *path < key);
            if let Some((found, mark)) = self.marks.get(place)
                && *found == key
            {
                return Some(self.in_words(*mark));
            }
            if text.is_empty() {
                return None;
            }
            text = above(text);
        }
    }

    /// A mark as a place of its own: for a note about form that stands where no path of the contract leads.
    #[must_use]
    pub fn in_words(&self, mark: Mark) -> SourcePlace {
        match mark {
            Mark::Segment { number, tag, element, component } => {
                SourcePlace::Segment { number, tag, element: element.into(), component: component.into() }
            }
            Mark::Xml { node, line, column } => SourcePlace::Xml { xpath: self.xpath(node), line, column },
            Mark::Cell { sheet, row, column } => {
                SourcePlace::Cell { sheet: self.name_of(sheet).to_owned(), row, column }
            }
            Mark::Json { node, line } => SourcePlace::Json { pointer: self.pointer(node), line },
            Mark::Line { line, column } => SourcePlace::Line { line, column },
        }
    }

    fn name_of(&self, id: NameId) -> &str {
        usize::try_from(id.0).ok().and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }

    /// The nodes from the root down to this one. A node's parent is always older, so the climb ends.
    fn way_to(&self, node: NodeId) -> Vec<Node> {
        let node_of = |id: NodeId| usize::try_from(id.0).ok().and_then(|at| self.nodes.get(at)).copied();
        let mut way: Vec<Node> = Vec::new();
        let mut at = node;
        while let Some(found) = node_of(at) {
            way.push(found);
            if found.above != NodeId::NONE && found.above.0 >= at.0 {
                break;
            }
            at = found.above;
        }
        way.reverse();
        way
    }

    fn xpath(&self, node: NodeId) -> String {
        let mut xpath = String::new();
        for node in self.way_to(node) {
            xpath.push('/');
            xpath.push_str(self.name_of(node.name));
            if node.place > 0 {
                let _ = write!(xpath, "[{}]", node.place);
            }
        }
        xpath
    }

    fn pointer(&self, node: NodeId) -> String {
        let mut pointer = String::new();
        for node in self.way_to(node) {
            pointer.push('/');
            if node.name == NameId::NONE {
                let _ = write!(pointer, "{}", node.place);
            } else {
                pointer.push_str(&self.name_of(node.name).replace('~', "~0").replace('/', "~1"));
            }
        }
        pointer
    }
}

/// The path one step up. An index is a step of its own, as in [`FieldPath::parent`].
fn above(path: &str) -> &str {
    let end = if path.ends_with(']') { path.rfind('[') } else { path.rfind('.') };
    path.get(..end.unwrap_or(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_hash_of_the_path() {
        let path = FieldPath::root().field("passenger_list").item("passengers", 259).field("name");
        let key = PathKey::ROOT.field("passenger_list").item("passengers", 259).field("name");
        assert_eq!(key, PathKey::from(&path));
        assert_eq!(PathKey::ROOT.item("crew_members", 0), PathKey::from("crew_members[0]"));
        assert_eq!(PathKey::from(&FieldPath::root()), PathKey::ROOT);
    }

    #[test]
    fn the_nearest_place_above_answers() {
        let mut map = SourceMap::default();
        assert_eq!(map.place_of(&"journey".into()), None);
        let person = PathKey::ROOT.field("passenger_list").item("passengers", 1);
        let segment = |number| Mark::Segment { number, tag: "NAD".into(), element: 0, component: 0 };
        map.mark(person.field("name"), segment(9));
        map.mark(person, segment(8));
        map.mark(person, segment(99));
        let place =
            |map: &mut SourceMap, path: &str| map.place_of(&path.into()).map(|place| place.to_string());
        assert_eq!(
            place(&mut map, "passenger_list.passengers[1].name.family_name").unwrap(),
            "segment 9 (NAD)"
        );
        assert_eq!(place(&mut map, "passenger_list.passengers[1].sex").unwrap(), "segment 8 (NAD)");
        assert_eq!(place(&mut map, "passenger_list.passengers[2].sex"), None);
        map.mark(PathKey::ROOT, segment(1));
        assert_eq!(place(&mut map, "passenger_list.passengers[2].sex").unwrap(), "segment 1 (NAD)");
    }

    #[test]
    fn what_came_from_elsewhere_is_said_to_stand_there() {
        let segment = |number| Mark::Segment { number, tag: "NAD".into(), element: 0, component: 0 };
        let (mut map, mut beside) = (SourceMap::default(), SourceMap::default());
        map.mark(PathKey::ROOT, segment(1));
        map.mark(PathKey::ROOT.item("crew_members", 0), segment(5));
        beside.mark(PathKey::ROOT.item("crew_members", 1), segment(40));
        map.is_of_document("passenger_list", "manifests/x");
        map.is_moved("crew_members[2]", "crew_members[0]");
        map.is_beside([("crew_members[1]".to_owned(), "crew_members[1]".to_owned())], beside);
        let mut at = |path: &str| match map.whereabouts(&path.into()) {
            Whereabouts::Here(place) => place.map(|place| place.to_string()).unwrap_or_default(),
            Whereabouts::In(name) => name,
        };
        assert_eq!(at("crew_members[2].sex"), "segment 5 (NAD)");
        assert_eq!(at("crew_members[1].name"), "segment 40 (NAD)");
        assert_eq!(at("crew_members[10].name"), "segment 1 (NAD)");
        assert_eq!(at("passenger_list.passengers[3]"), "manifests/x");
        assert_eq!(at("passenger_list_of_another"), "segment 1 (NAD)");
    }

    #[test]
    fn trees_and_sheets_have_names() {
        let mut map = SourceMap::default();
        let (root, goods) = (map.name("CC015C"), map.name("GoodsItem"));
        let root = map.node(NodeId::NONE, root, 0);
        let second = map.node(root, goods, 2);
        let xml = map.in_words(Mark::Xml { node: second, line: 7, column: 3 });
        assert_eq!(xml, SourcePlace::Xml { xpath: "/CC015C/GoodsItem[2]".into(), line: 7, column: 3 });
        let (list, odd) = (map.name("list"), map.name("a/b~c"));
        let list = map.node(NodeId::NONE, list, 0);
        let third = map.element(list, 3);
        let odd = map.node(third, odd, 0);
        let json = map.in_words(Mark::Json { node: odd, line: 0 });
        assert_eq!(json, SourcePlace::Json { pointer: "/list/3/a~1b~0c".into(), line: 0 });
        let sheet = map.name("Лист1");
        let cell = map.in_words(Mark::Cell { sheet, row: 2, column: 4 });
        assert_eq!(cell, SourcePlace::Cell { sheet: "Лист1".into(), row: 2, column: 4 });
    }
}
