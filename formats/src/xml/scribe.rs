//! Takes values out of a message's elements, and writes down where each stood and what was left.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use manifest::declared::{
    DeclaredInstant, DeclaredMass, FormNote, Mark, NameId, NodeId, PathKey, Said, SourceMap, SourcePlace,
};
use manifest::{About, FieldPath, FindingCode, Severity};

use super::tree::Position;
use super::{Element, Tree, places};

/// Different names of elements that are not read and are named in notes; a message of another kind altogether has no more.
const NOT_READ_LIMIT: usize = 32;

/// A place in the contract's form: a borrowed chain of steps, put into words only for a note.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    above: Option<&'a At<'a>>,
    name: &'static str,
    index: Option<usize>,
    key: PathKey,
    about: About,
}

impl<'a> At<'a> {
    /// The manifest's own fields, about the conveyance.
    pub(crate) const ROOT: At<'static> =
        At { above: None, name: "", index: None, key: PathKey::ROOT, about: About::Conveyance };

    /// One field further.
    pub(crate) fn field(&'a self, name: &'static str) -> At<'a> {
        At { above: Some(self), name, index: None, key: self.key.field(name), about: self.about }
    }

    /// One element of a repeated field further.
    pub(crate) fn item(&'a self, name: &'static str, index: usize) -> At<'a> {
        At { above: Some(self), name, index: Some(index), key: self.key.item(name, index), about: self.about }
    }

    /// The same place about another subject.
    pub(crate) const fn about(self, about: About) -> At<'a> {
        At { about, ..self }
    }

    fn path(&self) -> FieldPath {
        let above = self.above.map_or_else(FieldPath::root, At::path);
        match (self.name, self.index) {
            ("", _) => above,
            (name, None) => above.field(name),
            (name, Some(index)) => above.item(name, index),
        }
    }
}

/// Reads one message of a document.
pub(crate) struct Scribe<'t> {
    /// The document.
    pub(crate) tree: &'t Tree,
    /// What was noted so far.
    pub(crate) notes: Vec<FormNote>,
    map: SourceMap,
    nodes: HashMap<Element, NodeId>,
    names: HashMap<&'t str, NameId>,
    taken: HashSet<Element>,
    /// What the elements that are consignments and goods items are about.
    abouts: HashMap<Element, About>,
}

impl<'t> Scribe<'t> {
    /// Nothing read yet.
    pub(crate) fn new(tree: &'t Tree) -> Self {
        Self {
            tree,
            notes: Vec::new(),
            map: SourceMap::default(),
            nodes: HashMap::new(),
            names: HashMap::new(),
            taken: HashSet::new(),
            abouts: HashMap::new(),
        }
    }

    /// The first element of a name inside another, from now on known to have been looked into.
    pub(crate) fn child(&mut self, of: Option<Element>, name: &str) -> Option<Element> {
        let child = self.tree.all(of?, name).next();
        self.taken.extend(child);
        child
    }

    /// All elements of a name inside another.
    pub(crate) fn children(&mut self, of: Option<Element>, name: &str) -> Vec<Element> {
        let Some(of) = of else { return Vec::new() };
        let all: Vec<_> = self.tree.all(of, name).collect();
        self.taken.extend(all.iter().copied());
        all
    }

    /// Elements that say nothing about the manifest: sequence numbers, language codes.
    pub(crate) fn pass_over(&mut self, of: Option<Element>, names: &[&str]) {
        for name in names {
            self.children(of, name);
        }
    }

    /// Everything inside an element, known from elsewhere.
    pub(crate) fn take_all(&mut self, of: Option<Element>) {
        let tree = self.tree;
        let mut ahead: Vec<Element> = of.into_iter().flat_map(|of| tree.children(of)).collect();
        while let Some(element) = ahead.pop() {
            self.taken.insert(element);
            ahead.extend(tree.children(element));
        }
    }

    /// Says that a field of the contract stood in an element.
    pub(crate) fn mark(&mut self, at: &At<'_>, element: Element) {
        let mark = self.mark_of(element);
        self.map.mark(at.key, mark);
        if at.index.is_some() && matches!(at.name, "consignments" | "goods_items") {
            self.abouts.insert(element, at.about);
        }
    }

    /// Text of an element; empty when there is none.
    pub(crate) fn text(&mut self, of: Option<Element>, name: &str, at: &At<'_>) -> String {
        let Some(element) = self.child(of, name) else { return String::new() };
        self.one_value(element, at);
        self.text_of(element, at)
    }

    /// What is said twice with different values, where it stands once, is not known: a consignment waits for an officer, and of
    /// the journey somebody looks at the papers.
    fn one_value(&mut self, element: Element, at: &At<'_>) {
        let tree = self.tree;
        let Some(parent) = tree.parent(element) else { return };
        let is_leaf = |element: Element| tree.children(element).next().is_none();
        let other = tree.all(parent, tree.name(element)).skip(1).find(|other| {
            let text = tree.text_of(*other);
            !text.is_empty() && is_leaf(*other) && text != tree.text_of(element)
        });
        let Some(other) = other.filter(|other| self.taken.insert(*other)) else { return };
        let severity = match at.about {
            About::Manifest | About::Conveyance => Severity::Warning,
            _ => Severity::Blocking,
        };
        let note = self.note_at(FindingCode::ValueMalformed, severity, at);
        let note = note.original(tree.text_of(other)).parameter("form", "one value, not two that differ");
        self.note(note, other);
    }

    /// Text of this element.
    pub(crate) fn text_of(&mut self, element: Element, at: &At<'_>) -> String {
        let text = self.tree.text_of(element);
        if text.is_empty() {
            return String::new();
        }
        self.mark(at, element);
        if self.tree.is_cut(element) {
            self.notes.push(FormNote::text_cut(at.about, at.path(), text.chars().count()));
        }
        text.to_owned()
    }

    /// The first text among several names.
    pub(crate) fn text_of_any(&mut self, of: Option<Element>, names: &[&str], at: &At<'_>) -> String {
        let mut texts = names.iter().map(|name| self.text(of, name, at));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// A text without a field of its own in the contract.
    pub(crate) fn word(&mut self, of: Option<Element>, name: &str) -> &'t str {
        let tree = self.tree;
        self.child(of, name).map_or("", |element| tree.text_of(element))
    }

    /// A number, in words.
    pub(crate) fn number(&mut self, of: Option<Element>, name: &str, at: &At<'_>) -> Option<Said<i64>> {
        let text = self.text(of, name, at);
        (!text.is_empty()).then_some(Said::Words(text))
    }

    /// A mass in kilograms, as these messages have all of theirs.
    pub(crate) fn mass(&mut self, of: Option<Element>, name: &str, at: &At<'_>) -> Option<DeclaredMass> {
        let amount = self.text(of, name, at);
        (!amount.is_empty()).then(|| DeclaredMass::Said { amount, unit: "KGM".to_owned() })
    }

    /// An instant, in words.
    pub(crate) fn instant(
        &mut self,
        of: Option<Element>,
        name: &str,
        at: &At<'_>,
    ) -> Option<DeclaredInstant> {
        let text = self.text(of, name, at);
        (!text.is_empty()).then(|| instant(text))
    }

    /// Adds a note about an element.
    pub(crate) fn note(&mut self, note: FormNote, element: Element) {
        let place = self.place(element);
        self.notes.push(note.place(place));
    }

    /// Adds a note about a field of the contract and the element where it stood.
    pub(crate) fn note_at(&mut self, code: FindingCode, severity: Severity, at: &At<'_>) -> FormNote {
        FormNote::new(code, severity).at(at.about, at.path())
    }

    /// Where an element stands.
    pub(crate) fn place(&mut self, element: Element) -> SourcePlace {
        let mark = self.mark_of(element);
        self.map.in_words(mark)
    }

    /// Notes what stands in the message and was not looked at, once a name, and gives away what was written down. Where goods
    /// are wanted, what looks like goods, and stands where the message has none, withholds what it stands in.
    pub(crate) fn finish(mut self, message: Element, wants_goods: bool) -> (SourceMap, Vec<FormNote>) {
        let mut seen = BTreeSet::new();
        let mut lost = HashSet::new();
        let mut ahead: Vec<Element> = self.tree.children(message).collect();
        ahead.reverse();
        while let Some(element) = ahead.pop() {
            if self.taken.contains(&element) {
                let below: Vec<_> = self.tree.children(element).collect();
                ahead.extend(below.into_iter().rev());
                continue;
            }
            let tree = self.tree;
            let name = tree.name(element);
            let is_empty = tree.text_of(element).is_empty() && tree.children(element).next().is_none();
            if wants_goods && !is_empty && places::is_misplaced(tree, element, message) {
                let about = self.about_of(element);
                if lost.insert((name, about)) {
                    let note = FormNote::new(FindingCode::ElementNotRead, Severity::Blocking);
                    let note = note.parameter("field", name).at(about, places::path_of(about));
                    self.note(note, element);
                }
                continue;
            }
            // Language codes stand beside every text of the older messages.
            if is_empty || says_nothing(name) || seen.len() >= NOT_READ_LIMIT || !seen.insert(name) {
                continue;
            }
            let is_second = name == "TransitOperation"
                && tree.parent(element).is_some_and(|parent| tree.all(parent, name).next() != Some(element));
            let severity = if is_second { Severity::Warning } else { Severity::Note };
            let note = FormNote::new(FindingCode::ElementNotRead, severity).parameter("field", name);
            let note = note.at(About::Conveyance, FieldPath::root());
            self.note(note, element);
        }
        (self.map, self.notes)
    }

    /// What the nearest consignment or item around an element is about.
    fn about_of(&self, element: Element) -> About {
        let way = std::iter::successors(self.tree.parent(element), |element| self.tree.parent(*element));
        way.into_iter().find_map(|around| self.abouts.get(&around).copied()).unwrap_or(About::Conveyance)
    }

    fn mark_of(&mut self, element: Element) -> Mark {
        let node = self.node_of(element);
        let Position { line, column } = self.tree.line(element);
        if self.tree.is_json { Mark::Json { node, line } } else { Mark::Xml { node, line, column } }
    }

    /// The map's node of an element; those above it are made first. Nesting is limited, so the climb is short.
    fn node_of(&mut self, element: Element) -> NodeId {
        let tree = self.tree;
        let way: Vec<_> = std::iter::successors(Some(element), |element| tree.parent(*element)).collect();
        let mut above = NodeId::NONE;
        for element in way.into_iter().rev() {
            if let Some(node) = self.nodes.get(&element) {
                above = *node;
                continue;
            }
            let text = if tree.is_json { tree.label(element) } else { tree.name(element) };
            let name = match self.names.get(text) {
                Some(name) => *name,
                None => self.map.name(text),
            };
            self.names.insert(text, name);
            let node = match (tree.is_json, tree.index(element)) {
                (true, Some(index)) => {
                    let member = self.map.node(above, name, 0);
                    self.map.element(member, index)
                }
                (true, None) => self.map.node(above, name, 0),
                (false, _) => self.map.node(above, name, tree.place_of(element)),
            };
            self.nodes.insert(element, node);
            above = node;
        }
        above
    }
}

/// Names of elements that say nothing about goods or vehicle: the envelope's, language codes, flags of the procedure.
fn says_nothing(name: &str) -> bool {
    const PASSED_OVER: &[&str] = &[
        "additionalDeclarationType",
        "amendmentTypeFlag",
        "bindingItinerary",
        "communicationLanguageAtDeparture",
        "communicationLanguageAtDestination",
        "containerIndicator",
        "correlationIdentifier",
        "incidentFlag",
        "messageIdentification",
        "messageRecipient",
        "messageSender",
        "messageType",
        "reducedDatasetIndicator",
        "security",
        "sequenceNumber",
        "simplifiedProcedure",
        "specificCircumstanceIndicator",
    ];
    let is_envelope = name.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with("MES");
    is_envelope || name.ends_with("LNG") || PASSED_OVER.contains(&name)
}

/// An instant: a point in time where an offset is written, else words on the sender's clock.
pub(crate) fn instant(text: String) -> DeclaredInstant {
    match text.parse::<Timestamp>() {
        Ok(timestamp) => DeclaredInstant::Instant { timestamp, offset_minutes: written_offset(&text) },
        Err(_) => {
            let format = if text.bytes().all(|b| b.is_ascii_digit()) { "203" } else { "ISO8601" };
            DeclaredInstant::Said { format: format.to_owned(), text }
        }
    }
}

/// Minutes of an offset at the end of a text: `Z`, `+05:00`, `-0330`, `+05`.
fn written_offset(text: &str) -> Option<i32> {
    if text.ends_with(['Z', 'z']) {
        return Some(0);
    }
    let start = text.rfind(['+', '-'])?;
    let (sign, digits) = text.split_at_checked(start)?.1.split_at_checked(1)?;
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).unwrap_or("0").parse().ok()?;
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    Some(if sign == "-" { -total } else { total })
}
