//! What transit messages of phase 4 and entry summary declarations share: names such as `GOOITEGDS`, whose last letters and
//! digits differ from group to group (`NamCO17`, `NamTRACARENT604`), so that they are known by how they begin.

use std::collections::HashMap;

use manifest::About;
use manifest::declared::{
    Consignment, Container, DangerousGoods, GoodsItem, Location, Packages, Party, Seal, SupportingDocument,
};

use super::house::is_mrn;
use super::party::{EORI, TIR_HOLDER, identifier, said};
use crate::xml::{At, Element, Scribe};
use crate::{Cause, Limits};

/// Children among which a name is looked for by its beginning; groups of these messages have fewer.
const LOOKED_AT: usize = 64;

/// The child whose name begins so; language codes (`…LNG`) are none.
pub(crate) fn beginning(scribe: &mut Scribe<'_>, of: Option<Element>, beginnings: &[&str]) -> String {
    element_beginning(scribe, of, beginnings)
        .map(|element| scribe.tree.name(element).to_owned())
        .unwrap_or_default()
}

fn element_beginning(scribe: &Scribe<'_>, of: Option<Element>, beginnings: &[&str]) -> Option<Element> {
    let is_it = |child: &Element| {
        let name = scribe.tree.name(*child);
        !name.ends_with("LNG") && beginnings.iter().any(|beginning| name.starts_with(beginning))
    };
    scribe.tree.children(of?).take(LOOKED_AT).find(is_it)
}

/// Text of the child whose name begins so.
pub(crate) fn text(scribe: &mut Scribe<'_>, of: Option<Element>, beginnings: &[&str], at: &At<'_>) -> String {
    let name = beginning(scribe, of, beginnings);
    scribe.text(of, &name, at)
}

/// A party.
pub(crate) fn party(scribe: &mut Scribe<'_>, of: Option<Element>, at: &At<'_>) -> Option<Party> {
    let element = of?;
    let mut identifiers = Vec::new();
    for (name, scheme) in [("TIN", EORI), ("HIT", TIR_HOLDER)] {
        let identifier_at = at.item("identifiers", identifiers.len());
        let value = text(scribe, of, &[name], &identifier_at.field("value"));
        identifiers.extend(identifier(scheme, value));
    }
    let party = Party {
        identifiers,
        name: text(scribe, of, &["Nam"], &at.field("name")),
        street_address: text(scribe, of, &["Str"], &at.field("street_address")),
        city: text(scribe, of, &["Cit", "Cty"], &at.field("city")),
        postal_code: text(scribe, of, &["PosCod", "PstCod"], &at.field("postal_code")),
        country_code: text(scribe, of, &["Cou"], &at.field("country_code")),
        ..Party::default()
    };
    said(party).inspect(|_| scribe.mark(at, element))
}

/// A place, in one text: a name, and a UN/LOCODE where it looks like one.
pub(crate) fn location(
    scribe: &mut Scribe<'_>,
    of: Option<Element>,
    names: &[&str],
    at: &At<'_>,
) -> Option<Location> {
    let text = scribe.text_of_any(of, names, at);
    if text.is_empty() {
        return None;
    }
    let bytes = text.as_bytes();
    let is_code = bytes.len() == 5
        && bytes.iter().take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(2).all(|b| b.is_ascii_uppercase() || matches!(b, b'2'..=b'9'));
    // Five capitals may be a town as well (DOVER), so the text is kept as a name too.
    let un_locode = if is_code { text.clone() } else { String::new() };
    Some(Location { un_locode, name: text, ..Location::default() })
}

/// Seals: the children of an element whose names begin with `SeaId`.
pub(crate) fn seals(scribe: &mut Scribe<'_>, groups: &[Element], at: &At<'_>) -> Vec<Seal> {
    let mut seals = Vec::new();
    for group in groups {
        let at = at.item("seals", seals.len());
        let number = text(scribe, Some(*group), &["SeaId"], &at.field("number"));
        scribe.mark(&at, *group);
        seals.push(Seal { number, sealing_party: None });
    }
    seals
}

/// What the header says for all consignments.
pub(crate) struct Header<'n> {
    /// The message.
    pub(crate) message: Element,
    /// `HEAHEA`.
    pub(crate) header: Option<Element>,
    /// Names of the place of loading in the header, and of unloading.
    pub(crate) loading: &'n [&'n str],
    /// See `loading`.
    pub(crate) unloading: &'n [&'n str],
}

/// The goods of a message: items that go from one party to another are a consignment of their own.
pub(crate) struct Goods {
    pub(crate) consignments: Vec<Consignment>,
    pub(crate) containers: Vec<Container>,
    /// The items as they stand, for counts.
    pub(crate) items: Vec<Element>,
}

/// Reads the goods items of a message and groups them by their parties.
pub(crate) fn goods(
    scribe: &mut Scribe<'_>,
    header: &Header<'_>,
    at: &At<'_>,
    limits: &Limits,
) -> Result<Goods, Cause> {
    let message = Some(header.message);
    let items = scribe.children(message, "GOOITEGDS");
    if items.len() > limits.max_goods_items {
        return Err(Cause::TooMany { what: "goods items", limit: limits.max_goods_items });
    }
    let mut groups: Vec<Vec<Element>> = Vec::new();
    let mut group_of: HashMap<String, usize> = HashMap::new();
    for item in &items {
        let group = *group_of.entry(parties_of(scribe, *item)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(items) => items.push(*item),
            None => groups.push(vec![*item]),
        }
    }
    if groups.len() > limits.max_consignments {
        return Err(Cause::TooMany { what: "consignments", limit: limits.max_consignments });
    }
    let mut goods = Goods { consignments: Vec::new(), containers: Vec::new(), items };
    let is_alone = groups.len() == 1;
    let mut containers = HashMap::new();
    for (i, items) in groups.into_iter().enumerate() {
        let at = at.item("consignments", i).about(About::Consignment(i));
        let consignment = consignment(scribe, header, &items, is_alone, i, &at);
        goods.consignments.push(consignment);
    }
    let items = goods.items.clone();
    for item in items.into_iter().chain(std::iter::once(header.message)) {
        for group in scribe.tree.children(item).filter(|child| scribe.tree.name(*child).starts_with("CONNR"))
        {
            let Some(element) = element_beginning(scribe, Some(group), &["ConNum"]) else { continue };
            let number = scribe.tree.text_of(element).to_owned();
            let place = containers.len();
            if !number.is_empty() && containers.insert(number.clone(), ()).is_none() {
                let at = at.item("containers", place);
                scribe.mark(&at.field("number"), element);
                goods.containers.push(Container { number, ..Container::default() });
            }
        }
    }
    Ok(goods)
}

/// The parties of an item as one text: equal for equal parties, empty where the header's are meant.
fn parties_of(scribe: &Scribe<'_>, item: Element) -> String {
    let mut parties = String::new();
    for group in ["TRACONCO2", "TRACONCE2"] {
        parties.push('\u{1}');
        for element in scribe.tree.all(item, group).take(1).flat_map(|party| scribe.tree.children(party)) {
            parties.push_str(scribe.tree.text_of(element));
            parties.push('\u{2}');
        }
    }
    parties
}

fn consignment(
    scribe: &mut Scribe<'_>,
    header: &Header<'_>,
    items: &[Element],
    is_alone: bool,
    place: usize,
    at: &At<'_>,
) -> Consignment {
    let message = Some(header.message);
    let first = items.first().copied();
    let mut consignment = Consignment::default();
    for (own, all, field) in
        [("TRACONCO2", "TRACONCO1", "consignor"), ("TRACONCE2", "TRACONCE1", "consignee")]
    {
        let at = at.field(field);
        let element = scribe.child(first, own);
        let mut found = party(scribe, element, &at);
        for item in items {
            // The same words again: the group was made by them.
            let same = scribe.child(Some(*item), own);
            scribe.take_all(same);
        }
        if found.is_none() {
            let element = scribe.child(message, all);
            found = party(scribe, element, &at);
        }
        if field == "consignor" {
            consignment.consignor = found;
        } else {
            consignment.consignee = found;
        }
    }
    let loading_at = at.field("loading_location");
    let unloading_at = at.field("unloading_location");
    consignment.loading_location = location(scribe, first, &["PlaLoaGOOITE333"], &loading_at)
        .or_else(|| location(scribe, header.header, header.loading, &loading_at));
    consignment.unloading_location = location(scribe, first, &["PlaUnlGOOITE333"], &unloading_at)
        .or_else(|| location(scribe, header.header, header.unloading, &unloading_at));
    for (j, item) in items.iter().enumerate() {
        let about = About::GoodsItem { consignment: place, item: j };
        let item_at = at.item("goods_items", j).about(about);
        consignment.goods_items.push(goods_item(scribe, *item, &item_at));
        documents(scribe, *item, at, &mut consignment);
    }
    let ucr_at = at.field("ucr");
    consignment.ucr = scribe.text(header.header, "ComRefNumHEA", &ucr_at);
    let reference_at = at.field("consignment_reference");
    if consignment.consignment_reference.is_empty() && is_alone {
        let names = ["ComRefNumHEA", "RefNumHEA4", "DocNumHEA5"];
        consignment.consignment_reference = scribe.text_of_any(header.header, &names, &reference_at);
    }
    if consignment.consignment_reference.is_empty() {
        consignment.consignment_reference =
            scribe.text_of_any(first, &["ComRefNumGIM1", "IteNumGDS7"], &reference_at);
    }
    consignment
}

fn goods_item(scribe: &mut Scribe<'_>, item: Element, at: &At<'_>) -> GoodsItem {
    let of = Some(item);
    scribe.mark(at, item);
    let commodity = scribe.child(of, "COMCODGODITM");
    let hs_at = at.field("hs_code");
    let hs_code = match scribe.text(of, "ComCodTarCodGDS10", &hs_at) {
        code if code.is_empty() => scribe.text(commodity, "ComNomCMD1", &hs_at),
        code => code,
    };
    let packages = scribe.children(of, "PACGS2").into_iter().enumerate();
    let packages = packages
        .map(|(i, packaging)| {
            let at = at.item("packages", i);
            let count_at = at.field("package_count");
            scribe.mark(&at, packaging);
            let of = Some(packaging);
            let count = scribe.number(of, "NumOfPacGS24", &count_at);
            Packages {
                type_code: scribe.text(of, "KinOfPacGS23", &at.field("type_code")),
                // Goods that are not packed are counted in pieces.
                package_count: count.or_else(|| scribe.number(of, "NumOfPieGS25", &count_at)),
                marks: text(scribe, of, &["MarNumOfPac"], &at.field("marks")),
            }
        })
        .collect();
    let dangerous_at = at.field("dangerous_goods");
    let un_number = scribe.text(of, "UNDanGooCodGDI1", &dangerous_at.field("un_number"));
    let containers = scribe.children(of, "CONNR2").into_iter().enumerate();
    let container_numbers = containers
        .map(|(i, group)| text(scribe, Some(group), &["ConNum"], &at.item("container_numbers", i)))
        .collect();
    GoodsItem {
        item_number: scribe.number(of, "IteNumGDS7", &at.field("item_number")),
        description: scribe.text(of, "GooDesGDS23", &at.field("description")),
        hs_code,
        gross_mass: scribe.mass(of, "GroMasGDS46", &at.field("gross_mass_mg")),
        net_mass: scribe.mass(of, "NetMasGDS48", &at.field("net_mass_mg")),
        packages,
        dangerous_goods: (!un_number.is_empty())
            .then(|| DangerousGoods { un_number, ..DangerousGoods::default() }),
        container_numbers,
        ucr: scribe.text(of, "ComRefNumGIM1", &at.field("ucr")),
        ..GoodsItem::default()
    }
}

/// Documents of an item, which the contract keeps with its consignment; each once.
fn documents(scribe: &mut Scribe<'_>, item: Element, at: &At<'_>, consignment: &mut Consignment) {
    let groups = [("PRODOCDC2", "DocTyp", "DocRef"), ("PREADMREFAR2", "PreDocTyp", "PreDocRef")];
    for (group, kind, number) in groups {
        for element in scribe.children(Some(item), group) {
            let of = Some(element);
            let names = (beginning(scribe, of, &[kind]), beginning(scribe, of, &[number]));
            let type_code = scribe.word(of, &names.0).to_owned();
            let reference = scribe.word(of, &names.1).to_owned();
            if is_transport(&type_code) && consignment.consignment_reference.is_empty() {
                consignment.consignment_reference =
                    scribe.text(of, &names.1, &at.field("consignment_reference"));
            }
            if group == "PREADMREFAR2" && consignment.previous_mrn.is_empty() && is_mrn(&reference) {
                consignment.previous_mrn = scribe.text(of, &names.1, &at.field("previous_mrn"));
                continue;
            }
            let mut known = consignment.supporting_documents.iter().rev().take(64);
            if known.any(|known| known.type_code == type_code && known.reference == reference) {
                continue;
            }
            let at = at.item("supporting_documents", consignment.supporting_documents.len());
            scribe.mark(&at, element);
            let document = SupportingDocument {
                type_code: scribe.text(of, &names.0, &at.field("type_code")),
                reference: scribe.text(of, &names.1, &at.field("reference")),
                issue_date: None,
            };
            consignment.supporting_documents.push(document);
        }
    }
}

/// Transport documents have a seven in front: 730 is a road consignment note, 705 a bill of lading, 740 an air waybill.
fn is_transport(type_code: &str) -> bool {
    let digits = type_code.strip_prefix('N').unwrap_or(type_code);
    digits.len() == 3 && digits.starts_with('7') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// When the message was made: `DatOfPreMES9` (six or eight digits) and `TimOfPreMES10`.
pub(crate) fn made(
    scribe: &mut Scribe<'_>,
    message: Element,
    received_time: jiff::Timestamp,
) -> Option<manifest::declared::DeclaredInstant> {
    let at = At::ROOT;
    let at = at.field("issue_time");
    let of = Some(message);
    let mut text = scribe.text(of, "DatOfPreMES9", &at);
    if text.is_empty() {
        return None;
    }
    if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        // Nobody makes a message in the future; the century is the last one in which it was.
        let received = received_time.to_zoned(jiff::tz::TimeZone::UTC).date().tomorrow().unwrap_or_default();
        let century = i32::from(received.year()).div_euclid(100);
        let candidate = format!("{century:02}{text}");
        let is_ahead = candidate > received.strftime("%Y%m%d").to_string();
        text = if is_ahead { format!("{:02}{text}", century.saturating_sub(1)) } else { candidate };
    }
    text.push_str(scribe.word(of, "TimOfPreMES10"));
    Some(crate::xml::instant(text))
}
