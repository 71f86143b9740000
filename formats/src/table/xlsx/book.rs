//! The workbook's own part: its sheets and where they are.

use std::collections::HashMap;

use super::malformed;
use super::parts::{Parts, placed};
use super::xml::{Step, Walk, attribute, is_set};
use crate::Unreadable;
use crate::table::encoding;

/// A workbook's table of contents.
pub(super) struct Book {
    pub(super) sheets: Vec<Entry>,
    pub(super) since_1904: bool,
    pub(super) strings: String,
    pub(super) styles: String,
}

pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) hidden: bool,
}

/// The workbook's own part.
const BOOK: &str = "xl/workbook.xml";

/// The part that says where the others are.
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// How many sheets are listed.
const MOST_SHEETS: usize = 256;

pub(super) fn read(parts: &mut Parts<'_>) -> Result<Book, Unreadable> {
    let Some(part) = parts.part(BOOK)? else {
        return Err(placed(BOOK, malformed("it is no workbook: the part xl/workbook.xml is missing")));
    };
    let relations = relations(parts)?;
    let text = encoding::decode(&part).text;
    let mut walk = Walk::new(&text);
    let mut book = Book {
        sheets: Vec::new(),
        since_1904: false,
        strings: by_kind(&relations, "/sharedStrings", "xl/sharedStrings.xml"),
        styles: by_kind(&relations, "/styles", "xl/styles.xml"),
    };
    loop {
        match walk.next().map_err(|unreadable| placed(BOOK, unreadable))? {
            Step::Open(tag) if tag.local_name().as_ref() == "workbookPr" => {
                book.since_1904 = is_set(&tag, "date1904");
            }
            Step::Open(tag) if tag.local_name().as_ref() == "sheet" && book.sheets.len() < MOST_SHEETS => {
                let name = attribute(&tag, "name").unwrap_or_default();
                let id = attribute(&tag, "id").unwrap_or_default();
                let state = attribute(&tag, "state").unwrap_or_default();
                // Charts and macros have relations of other kinds.
                let Some(relation) =
                    relations.get(&id).filter(|relation| relation.kind.ends_with("/worksheet"))
                else {
                    continue;
                };
                let hidden = matches!(state.as_str(), "hidden" | "veryHidden");
                book.sheets.push(Entry { name, path: relation.path.clone(), hidden });
            }
            Step::End => break,
            _ => {}
        }
    }
    Ok(book)
}

struct Relation {
    kind: String,
    path: String,
}

fn relations(parts: &mut Parts<'_>) -> Result<HashMap<String, Relation>, Unreadable> {
    let mut relations = HashMap::new();
    let Some(part) = parts.part(RELATIONS)? else {
        let cause = "it is no workbook: the part xl/_rels/workbook.xml.rels is missing";
        return Err(placed(RELATIONS, malformed(cause)));
    };
    let text = encoding::decode(&part).text;
    let mut walk = Walk::new(&text);
    loop {
        match walk.next().map_err(|unreadable| placed(RELATIONS, unreadable))? {
            Step::Open(tag) if tag.local_name().as_ref() == "Relationship" => {
                let target = attribute(&tag, "Target").unwrap_or_default();
                let path = match target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("xl/{}", target.trim_start_matches("./")),
                };
                let kind = attribute(&tag, "Type").unwrap_or_default();
                relations.insert(attribute(&tag, "Id").unwrap_or_default(), Relation { kind, path });
            }
            Step::End => return Ok(relations),
            _ => {}
        }
    }
}

fn by_kind(relations: &HashMap<String, Relation>, kind: &str, usual: &str) -> String {
    let found = relations.values().find(|relation| relation.kind.ends_with(kind));
    found.map_or_else(|| usual.to_owned(), |relation| relation.path.clone())
}
