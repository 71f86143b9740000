//! Where the messages have goods and their parties. What looks like goods and stands elsewhere was left out by a slip, and
//! nobody would judge it: a group in the wrong place, once too often, or with its name misspelt.

use manifest::{About, FieldPath};

use super::{Element, Tree};

/// Groups of goods and parties, and inside of which groups the message descriptions of NCTS (phase 5: names in words, phase 4 and
/// ENS: in letters and numbers) have them, each once; an empty name is the message itself. Groups that repeat where they
/// belong are read there.
const PLACES: &[(&str, &[&str])] = &[
    ("Consignment", &[""]),
    ("HouseConsignment", &[]),
    ("ConsignmentItem", &[]),
    ("Commodity", &["ConsignmentItem"]),
    ("CommodityCode", &["Commodity"]),
    ("GoodsMeasure", &["Commodity"]),
    ("DangerousGoods", &[]),
    ("Packaging", &[]),
    ("Consignor", &["Consignment", "HouseConsignment", "ConsignmentItem"]),
    ("Consignee", &["Consignment", "HouseConsignment", "ConsignmentItem"]),
    ("GOOITEGDS", &[]),
    ("PACGS2", &[]),
    ("HEAHEA", &[""]),
];

/// Groups that are goods: whatever stands around them is lost with them.
const GOODS: [&str; 5] = ["Consignment", "HouseConsignment", "ConsignmentItem", "Commodity", "GOOITEGDS"];

/// Names shorter than this are misspelt by their capitals only: two letters of a short name make another one.
const LONG_NAME: usize = 8;

/// Does an element that was not read hold goods that the message description does not have there?
pub(super) fn is_misplaced(tree: &Tree, element: Element, message: Element) -> bool {
    let name = tree.name(element);
    if let Some((_, parents)) = PLACES.iter().find(|(known, _)| *known == name) {
        let Some(parent) = tree.parent(element) else { return true };
        let around = if parent == message { "" } else { tree.name(parent) };
        return !parents.contains(&around) || tree.all(parent, name).next() != Some(element);
    }
    if PLACES.iter().any(|(known, _)| is_near(name, known)) {
        return true;
    }
    let mut ahead: Vec<Element> = tree.children(element).collect();
    while let Some(inside) = ahead.pop() {
        if GOODS.contains(&tree.name(inside)) {
            return true;
        }
        ahead.extend(tree.children(inside));
    }
    false
}

/// Where goods are that something was lost from.
pub(super) fn path_of(about: About) -> FieldPath {
    let cargo = FieldPath::root().field("cargo");
    match about {
        About::Consignment(place) => cargo.item("consignments", place),
        About::GoodsItem { consignment, item } => {
            cargo.item("consignments", consignment).item("goods_items", item)
        }
        _ => cargo,
    }
}

/// The same but for capitals, or, of a long name in words, for two letters.
fn is_near(name: &str, known: &str) -> bool {
    let in_words = known.bytes().any(|b| b.is_ascii_lowercase());
    name.eq_ignore_ascii_case(known)
        || in_words
            && known.len() >= LONG_NAME
            && name.len().abs_diff(known.len()) <= 2
            && distance(name, known) <= 2
}

/// Levenshtein's distance without regard to capitals, of names that are bounded where they are read.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut before = i;
        let mut last = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = last;
        }
        for (cell, right) in row.iter_mut().skip(1).zip(b.bytes()) {
            let change = before.saturating_add(usize::from(!left.eq_ignore_ascii_case(&right)));
            before = *cell;
            last = change.min(before.saturating_add(1)).min(last.saturating_add(1));
            *cell = last;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_nearly_known() {
        let near = |name: &str| PLACES.iter().any(|(known, _)| is_near(name, known));
        for slip in
            ["ConsigmentItem", "consignmentItem", "HouseConsigment", "Comodity", "gooitegds", "Consignes"]
        {
            assert!(near(slip), "{slip}");
        }
        // Names that the messages have, and others that have nothing to do with goods.
        for other in [
            "Guarantee",
            "GoodsReference",
            "TransportEquipment",
            "LocationOfGoods",
            "Carrier",
            "TRACONCO1",
            "GOOITE",
            "AdditionalInformation",
            "CountryOfRoutingOfConsignment",
            "PreviousDocument",
            "combinedNomenclatureCode",
        ] {
            assert!(!near(other), "{other}");
        }
        assert_eq!([distance("", "abc"), distance("abc", "abc"), distance("kitten", "sitting")], [3, 0, 3]);
    }
}
