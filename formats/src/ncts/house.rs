//! House consignments of phase 5. What the consignment as a whole says is true of each house that does not say otherwise.

use std::collections::HashMap;

use manifest::About;
use manifest::declared::{Consignment, Location, SupportingDocument};

use super::goods::goods_item;
use super::party::party;
use crate::xml::{At, Element, Scribe};
use crate::{Cause, Limits};

/// How many documents of the whole are repeated over all houses together, so that a thousand of one are not multiplied by a
/// thousand of the other.
const INHERITED_DOCUMENTS: usize = 2_000;

/// The houses, and for each goods item of the declaration where it stands.
#[derive(Default)]
pub(super) struct Houses {
    pub(super) consignments: Vec<Consignment>,
    /// House and item by `declarationGoodsItemNumber`.
    pub(super) item_places: HashMap<String, (usize, usize)>,
}

/// Reads the houses; a consignment without any that holds items itself is its own house.
pub(super) fn houses(
    scribe: &mut Scribe<'_>,
    whole: Option<Element>,
    at: &At<'_>,
    limits: &Limits,
) -> Result<Houses, Cause> {
    let mut elements = scribe.children(whole, "HouseConsignment");
    if elements.is_empty() {
        elements.extend(whole.filter(|whole| scribe.tree.all(*whole, "ConsignmentItem").next().is_some()));
    }
    if elements.len() > limits.max_consignments {
        return Err(Cause::TooMany { what: "consignments", limit: limits.max_consignments });
    }
    let mut houses = Houses::default();
    let mut items_left = limits.max_goods_items;
    let mut parts: Vec<(Element, Vec<Element>, bool)> = Vec::new();
    for element in elements {
        let groups = by_parties(scribe, element);
        let is_split = groups.len() > 1;
        parts.extend(groups.into_iter().map(|items| (element, items, is_split)));
        if parts.len() > limits.max_consignments {
            return Err(Cause::TooMany { what: "consignments", limit: limits.max_consignments });
        }
    }
    let count = parts.len();
    for (i, (element, items, is_split)) in parts.into_iter().enumerate() {
        let at = at.item("consignments", i).about(About::Consignment(i));
        let place = Place { whole, house: Some(element), items, is_split, count, index: i };
        let house = house(scribe, &place, &at, &mut items_left, &mut houses.item_places, limits)?;
        houses.consignments.push(house);
    }
    Ok(houses)
}

/// The items of a house by the parties that they name themselves: what goes from or to somebody else is a consignment of its
/// own, as among the items of older messages. One group, perhaps of nothing, where they name nobody or all the same.
fn by_parties(scribe: &mut Scribe<'_>, house: Element) -> Vec<Vec<Element>> {
    let mut groups: Vec<Vec<Element>> = Vec::new();
    let mut group_of: HashMap<String, usize> = HashMap::new();
    for item in scribe.children(Some(house), "ConsignmentItem") {
        let mut parties = String::new();
        for name in PARTIES {
            parties.push('\u{1}');
            let party = scribe.tree.all(item, name).next();
            let mut ahead: Vec<Element> = party.into_iter().collect();
            while let Some(element) = ahead.pop() {
                parties.push_str(scribe.tree.text_of(element));
                parties.push('\u{2}');
                ahead.extend(scribe.tree.children(element));
            }
        }
        let group = *group_of.entry(parties).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(items) => items.push(item),
            None => groups.push(vec![item]),
        }
    }
    if groups.is_empty() {
        groups.push(Vec::new());
    }
    groups
}

/// Parties that a house, or an item of it, names.
const PARTIES: [&str; 2] = ["Consignor", "Consignee"];

/// Where a house stands.
struct Place {
    whole: Option<Element>,
    house: Option<Element>,
    /// Its items that go from one party to one other.
    items: Vec<Element>,
    /// Other items of the house go elsewhere.
    is_split: bool,
    count: usize,
    index: usize,
}

fn house(
    scribe: &mut Scribe<'_>,
    place: &Place,
    at: &At<'_>,
    items_left: &mut usize,
    item_places: &mut HashMap<String, (usize, usize)>,
    limits: &Limits,
) -> Result<Consignment, Cause> {
    let (whole, house) = (place.whole, place.house);
    if let Some(house) = house {
        scribe.mark(at, house);
    }
    let items = &place.items;
    *items_left = items_left
        .checked_sub(items.len())
        .ok_or(Cause::TooMany { what: "goods items", limit: limits.max_goods_items })?;
    let first_item = items.first().copied();
    // From the most particular to the whole; an item speaks for its house only where nobody else does.
    let levels = [house, whole, first_item];
    let mut said = |name: &str, field: &'static str| {
        let mut texts = levels.iter().map(|level| scribe.text(*level, name, &at.field(field)));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    };
    let departure_country_code = said("countryOfDispatch", "departure_country_code");
    let destination_country_code = said("countryOfDestination", "destination_country_code");
    let ucr = said("referenceNumberUCR", "ucr");
    let mut one_of = |name: &str, field: &'static str| {
        // Whom an item names itself, all items of this consignment do.
        let own = scribe.child(first_item, name);
        let own = party(scribe, own, &at.field(field));
        for item in items {
            let same = scribe.child(Some(*item), name);
            scribe.take_all(same);
        }
        own.or_else(|| {
            [house, whole].iter().find_map(|level| {
                let element = scribe.child(*level, name);
                party(scribe, element, &at.field(field))
            })
        })
    };
    let consignor = one_of("Consignor", "consignor");
    let consignee = one_of("Consignee", "consignee");
    let loading = scribe.child(whole, "PlaceOfLoading");
    let unloading = scribe.child(whole, "PlaceOfUnloading");
    let mass_at = at.field("gross_mass_mg");
    // The mass of a house is that of all its parts.
    let own_mass = scribe.mass(house.filter(|_| !place.is_split), "grossMass", &mass_at);
    if place.is_split {
        scribe.pass_over(house, &["grossMass"]);
    }
    let is_alone = place.count == 1;
    let mut consignment = Consignment {
        ucr,
        consignor,
        consignee,
        departure_country_code,
        destination_country_code,
        loading_location: location(scribe, loading, &at.field("loading_location")),
        unloading_location: location(scribe, unloading, &at.field("unloading_location")),
        gross_mass: own_mass.or_else(|| scribe.mass(whole.filter(|_| is_alone), "grossMass", &mass_at)),
        ..Consignment::default()
    };
    for (j, item) in items.iter().enumerate() {
        let about = About::GoodsItem { consignment: place.index, item: j };
        let number = scribe.word(Some(*item), "declarationGoodsItemNumber").to_owned();
        item_places.entry(number).or_insert((place.index, j));
        consignment.goods_items.push(goods_item(scribe, *item, &at.item("goods_items", j).about(about)));
    }
    documents(scribe, place, items, at, &mut consignment);
    if place.is_split {
        // One transport document covers all parts of the house; a reference is one consignment's.
        let number = scribe.word(first_item, "declarationGoodsItemNumber").to_owned();
        let whole = match consignment.consignment_reference.as_str() {
            "" => scribe.text(house, "sequenceNumber", &at.field("consignment_reference")),
            known => known.to_owned(),
        };
        consignment.consignment_reference = format!("{whole}/{number}");
    }
    if consignment.consignment_reference.is_empty() {
        // The sender's own number of the house within the declaration.
        consignment.consignment_reference =
            scribe.text(house, "sequenceNumber", &at.field("consignment_reference"));
    }
    Ok(consignment)
}

/// Documents of the house, of its items, and of the whole. The first transport document is the reference by which the trade
/// knows the consignment; a preceding declaration's number has a field of its own.
fn documents(
    scribe: &mut Scribe<'_>,
    place: &Place,
    items: &[Element],
    at: &At<'_>,
    consignment: &mut Consignment,
) {
    let count = |whole: Element| DOCUMENTS.iter().map(|name| scribe.tree.count(whole, name)).sum();
    let of_the_whole: usize = place.whole.map(count).unwrap_or_default();
    let is_affordable = of_the_whole.saturating_mul(place.count) <= INHERITED_DOCUMENTS || place.index == 0;
    let whole = place.whole.filter(|whole| is_affordable && Some(*whole) != place.house);
    let levels = place.house.into_iter().chain(items.iter().copied()).chain(whole);
    for level in levels {
        let is_whole = Some(level) == place.whole && place.count > 1;
        for name in DOCUMENTS {
            for element in scribe.children(Some(level), name) {
                document(scribe, element, name, is_whole, at, consignment);
            }
        }
    }
}

/// Elements that name a document.
const DOCUMENTS: [&str; 4] =
    ["TransportDocument", "SupportingDocument", "PreviousDocument", "AdditionalReference"];

fn document(
    scribe: &mut Scribe<'_>,
    element: Element,
    name: &str,
    is_shared: bool,
    at: &At<'_>,
    consignment: &mut Consignment,
) {
    let of = Some(element);
    let reference = scribe.word(of, "referenceNumber").to_owned();
    if name == "TransportDocument" && consignment.consignment_reference.is_empty() && !is_shared {
        consignment.consignment_reference =
            scribe.text(of, "referenceNumber", &at.field("consignment_reference"));
    }
    if name == "PreviousDocument" && consignment.previous_mrn.is_empty() && is_mrn(&reference) {
        consignment.previous_mrn = scribe.text(of, "referenceNumber", &at.field("previous_mrn"));
        scribe.word(of, "type");
        return;
    }
    let type_code = scribe.word(of, "type").to_owned();
    let known = consignment.supporting_documents.iter();
    if (type_code.is_empty() && reference.is_empty())
        || known.rev().take(64).any(|known| known.type_code == type_code && known.reference == reference)
    {
        return;
    }
    let at = at.item("supporting_documents", consignment.supporting_documents.len());
    scribe.mark(&at, element);
    let document = SupportingDocument {
        type_code: scribe.text(of, "type", &at.field("type_code")),
        reference: scribe.text(of, "referenceNumber", &at.field("reference")),
        issue_date: None,
    };
    consignment.supporting_documents.push(document);
}

/// Two digits, two letters, fourteen more: the form of a Movement Reference Number.
pub(crate) fn is_mrn(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 18
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.iter().take(2).all(u8::is_ascii_digit)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_uppercase)
}

fn location(scribe: &mut Scribe<'_>, of: Option<Element>, at: &At<'_>) -> Option<Location> {
    let element = of?;
    let location = Location {
        un_locode: scribe.text(of, "UNLocode", &at.field("un_locode")),
        name: scribe.text(of, "location", &at.field("name")),
        country_code: scribe.text(of, "country", &at.field("country_code")),
        ..Location::default()
    };
    (location != Location::default()).then(|| {
        scribe.mark(at, element);
        location
    })
}
