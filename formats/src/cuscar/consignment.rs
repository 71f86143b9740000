//! Consignments: CNI, and within it each transport document (RFF) that has goods of its own.

use manifest::declared::{Consignment, FormNote, Location, Mark, Party, PathKey, SupportingDocument};
use manifest::finding::{About, FieldPath};

use super::CARGO;
use super::header::{mass, number, place, regime};
use super::item::{Item, differs};
use super::mass::of_items as mass_of_items;
use crate::edifact::{Century, Head, Keep, Segment, date, day_of, party, tags};
use crate::{Cause, Unreadable};

/// The consignments of a report so far.
#[derive(Default)]
pub(super) struct Consignments {
    list: Vec<Open>,
    /// Goods items of all of them.
    items: usize,
}

/// One consignment as it is being read.
#[derive(Default)]
struct Open {
    said: Consignment,
    items: Vec<Item>,
    /// What was said about goods before the first GID.
    before: Item,
    /// Number of the transport document that goods follow.
    document: String,
    /// Place in the report (CNI 1490), for a consignment that names nothing better.
    number: (String, Option<Mark>),
    origin: String,
}

/// References (1153) of transport documents: each may have goods of its own.
const TRANSPORT_DOCUMENTS: [&str; 12] =
    ["BM", "BH", "BN", "HWB", "AWB", "AAM", "AWM", "CMR", "CIM", "FBL", "WB", "AAS"];
/// Those of the document above them.
const MASTER_DOCUMENTS: [&str; 3] = ["MB", "MWB", "AFM"];

impl Consignments {
    fn at(&self) -> PathKey {
        CARGO.item("consignments", self.list.len().saturating_sub(1))
    }

    fn about(&self) -> About {
        About::Consignment(self.list.len().saturating_sub(1))
    }

    /// CNI.
    pub(super) fn begin(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) -> Result<(), Unreadable> {
        self.open(keep, segment)?;
        let (at, about) = (self.at(), self.about());
        let reference = keep.text(at.field("consignment_reference"), about, segment, 2, 1);
        let Some(open) = self.list.last_mut() else { return Ok(()) };
        open.number = (segment.get(1, 1).into_owned(), Some(segment.mark(1, 1)));
        open.said.consignment_reference = reference;
        Ok(())
    }

    /// A further transport document under the same CNI, with goods of its own.
    pub(super) fn begin_house(
        &mut self,
        keep: &mut Keep<'_>,
        segment: &Segment<'_>,
    ) -> Result<(), Unreadable> {
        let master = self.list.last().map(|open| open.said.supporting_documents.clone()).unwrap_or_default();
        self.open(keep, segment)?;
        if let Some(open) = self.list.last_mut() {
            open.said.supporting_documents =
                master.into_iter().filter(|document| document.type_code == "704").collect();
        }
        Ok(())
    }

    fn open(&mut self, keep: &mut Keep<'_>, segment: &Segment<'_>) -> Result<(), Unreadable> {
        let limit = keep.limits.max_consignments;
        if self.list.len() >= limit {
            let cause = Cause::TooMany { what: "consignments", limit };
            return Err(Unreadable { place: Some(segment.place()), cause });
        }
        self.list.push(Open::default());
        keep.source.mark(self.at(), segment.mark(0, 0));
        Ok(())
    }

    /// True for a transport document behind goods: those goods were another document's.
    pub(super) fn reference_begins_another(&self, segment: &Segment<'_>) -> bool {
        let has_goods =
            self.list.last().is_some_and(|open| !open.items.is_empty() && !open.document.is_empty());
        has_goods && TRANSPORT_DOCUMENTS.contains(&segment.get(1, 1).as_ref())
    }

    /// GID.
    pub(super) fn item(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) -> Result<(), Unreadable> {
        let limit = keep.limits.max_goods_items;
        if self.items >= limit {
            let cause = Cause::TooMany { what: "goods items", limit };
            return Err(Unreadable { place: Some(segment.place()), cause });
        }
        if self.list.is_empty() {
            // Goods without CNI: one consignment, named by nothing.
            self.open(keep, segment)?;
        }
        self.items = self.items.saturating_add(1);
        let (at, about) = self.item_place();
        let Some(open) = self.list.last_mut() else { return Ok(()) };
        let mut item = if open.items.is_empty() { std::mem::take(&mut open.before) } else { Item::default() };
        item.gid(segment, at, about, keep);
        open.items.push(item);
        Ok(())
    }

    /// What the last segment was about, and where that stands.
    pub(super) fn last(&self) -> (About, FieldPath) {
        let consignment = self.list.len().saturating_sub(1);
        let at = FieldPath::root().field("cargo").item("consignments", consignment);
        match self.list.last().and_then(|open| open.items.len().checked_sub(1)) {
            Some(item) => (About::GoodsItem { consignment, item }, at.item("goods_items", item)),
            None => (self.about(), at),
        }
    }

    /// Where the next item stands.
    fn item_place(&self) -> (PathKey, About) {
        let consignment = self.list.len().saturating_sub(1);
        let item = self.list.last().map_or(0, |open| open.items.len());
        (self.at().item("goods_items", item), About::GoodsItem { consignment, item })
    }

    /// A reference of the consignment.
    pub(super) fn rff(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let (at, about) = (self.at(), self.about());
        let consignment = self.list.len().saturating_sub(1);
        let Some(open) = self.list.last_mut() else { return };
        let code = segment.get(1, 1);
        let value = segment.get(1, 2);
        if value.is_empty() && !TRANSPORT_DOCUMENTS.contains(&code.as_ref()) {
            return;
        }
        match code.as_ref() {
            code if TRANSPORT_DOCUMENTS.contains(&code) => {
                // SG8 numbers houses behind the master's own number: RFF+BM::2.
                let name = if value.is_empty() { segment.get(1, 3) } else { value };
                if open.document.is_empty() {
                    open.document = name.clone().into_owned();
                    open.said.consignment_reference = name.into_owned();
                    keep.source.mark(at.field("consignment_reference"), segment.mark(1, 2));
                }
                let kind = match code {
                    "HWB" => "703",
                    "AWB" | "AWM" => "740",
                    "CMR" => "730",
                    "CIM" => "720",
                    "AAM" | "WB" => "700",
                    _ => "705",
                };
                document(open, at, about, kind, segment, (1, 2), keep);
            }
            code if MASTER_DOCUMENTS.contains(&code) => {
                document(open, at, about, "704", segment, (1, 2), keep)
            }
            "UCN" | "UCR" => open.said.ucr = keep.text(at.field("ucr"), about, segment, 1, 2),
            // Customs' own numbers of a declaration before this one.
            "ABT" | "AAE" | "MRN" | "ABO" | "ABE" | "AGO"
                if open.said.previous_mrn.is_empty() && value.len() == 18 =>
            {
                open.said.previous_mrn = keep.text(at.field("previous_mrn"), about, segment, 1, 2);
            }
            "ABT" | "AAE" | "EP" | "EX" | "RG" => document(open, at, about, "830", segment, (1, 2), keep),
            "IV" => document(open, at, about, "380", segment, (1, 2), keep),
            "TI" | "TIR" => document(open, at, about, "952", segment, (1, 2), keep),
            "CU" | "PK" => document(open, at, about, "271", segment, (1, 2), keep),
            "HS" | "ABD" => {
                let path = at.item("goods_items", open.items.len().saturating_sub(1)).field("hs_code");
                let item = open.items.last_mut().unwrap_or(&mut open.before);
                if !item.may_be(&value) {
                    keep.notes.push(another(consignment, "goods_items", segment));
                }
                item.said.hs_code = keep.text(path, about, segment, 1, 2);
            }
            other => keep.not_read(segment, other),
        }
    }

    /// Any other segment of a consignment or of its last goods item.
    pub(super) fn detail(&mut self, segment: &Segment<'_>, head: &Head<'_>, keep: &mut Keep<'_>) {
        if self.list.is_empty() {
            return keep.not_read(segment, &segment.get(1, 1));
        }
        let (at, about) = (self.at(), self.about());
        let consignment = self.list.len().saturating_sub(1);
        let Some(open) = self.list.last_mut() else { return };
        let qualifier = segment.get(1, 1);
        let in_item = !open.items.is_empty();
        match (segment.tag(), qualifier.as_ref()) {
            ("RFF", _) => return self.rff(segment, keep),
            ("NAD", code) => {
                let field = match code {
                    "CZ" | "OS" | "CO" | "SF" => "consignor",
                    "CN" | "UC" | "ST" | "DP" => "consignee",
                    "IM" | "BY" => "importer",
                    "EX" | "SE" | "SU" => "exporter",
                    "DT" | "CB" | "AE" | "AG" => "declarant",
                    other => return keep.not_read(segment, other),
                };
                let slot = party_slot(&mut open.said, field);
                let Some(known) = slot else {
                    *slot = Some(party(segment, at.field(field), about, keep));
                    return;
                };
                // A party behind goods, who is another than before them, is the next consignment's.
                let mut aside = Keep::new(keep.limits);
                if in_item && *known != party(segment, at.field(field), about, &mut aside) {
                    keep.notes.push(another(consignment, field, segment));
                }
                keep.not_read(segment, code);
                return;
            }
            ("CNT", "7" | "18" | "26") => {
                let amount = keep.text(at.field("gross_mass_mg"), about, segment, 1, 2);
                let said = mass(amount, &segment.get(1, 3));
                if in_item && open.said.gross_mass.as_ref().is_some_and(|known| differs(known, &said)) {
                    keep.notes.push(another(consignment, "gross_mass_mg", segment));
                }
                open.said.gross_mass = Some(said);
                return;
            }
            ("CNT", "8" | "11") => {
                let said = number(keep.text(at.field("package_count"), about, segment, 1, 2));
                if in_item && open.said.package_count.as_ref().is_some_and(|known| *known != said) {
                    keep.notes.push(another(consignment, "package_count", segment));
                }
                open.said.package_count = Some(said);
                return;
            }
            ("DOC", _) => {
                let kind = segment.get(1, 1).into_owned();
                return document(open, at, about, &kind, segment, (2, 1), keep);
            }
            ("DTM", "137" | "171" | "182") if open.said.supporting_documents.last().is_some() => {
                let century = Century::Near(day_of(head.received));
                if let Some(last) =
                    open.said.supporting_documents.last_mut().filter(|last| last.issue_date.is_none())
                {
                    last.issue_date = Some(date(&segment.get(1, 2), &segment.get(1, 3), century));
                }
                return;
            }
            ("GIS", code) if regime(code).is_some() => {
                keep.source.mark(at.field("customs_regime"), segment.mark(1, 1));
                open.said.customs_regime = regime(code).map(Into::into);
                return;
            }
            ("LOC", "27") if in_item => {}
            ("LOC", _) => return location(open, consignment, segment, keep),
            // The mass of all of it, before its goods.
            ("MEA", _) if !in_item && is_gross(segment) && open.said.gross_mass.is_none() => {
                let component = if segment.is_blank(3, 2) { 1 } else { 2 };
                let amount = keep.text(at.field("gross_mass_mg"), about, segment, 3, component);
                open.said.gross_mass =
                    Some(mass(amount, if component == 2 { segment.get(3, 1) } else { "".into() }.as_ref()));
                return;
            }
            _ => {}
        }
        let item_index = open.items.len().saturating_sub(1);
        let path = at.item("goods_items", item_index);
        let about = if in_item { About::GoodsItem { consignment, item: item_index } } else { about };
        let item = open.items.last_mut().unwrap_or(&mut open.before);
        item.detail(segment, path, about, keep);
    }

    /// The consignments in the contract's form.
    pub(super) fn finish(self, keep: &mut Keep<'_>) -> Vec<Consignment> {
        let each = self.list.into_iter().enumerate();
        each.map(|(index, mut open)| {
            let at = CARGO.item("consignments", index);
            if open.items.is_empty() && !open.before.is_empty() {
                open.items.push(open.before);
            }
            let mut said = open.said;
            if said.consignment_reference.is_empty()
                && let (number, Some(mark)) = open.number
            {
                said.consignment_reference = number;
                keep.source.mark(at.field("consignment_reference"), mark);
            }
            let country = |location: &Option<Location>| {
                let location = location.as_ref()?;
                let code =
                    if location.un_locode.is_empty() { &location.country_code } else { &location.un_locode };
                code.get(..2).map(ToOwned::to_owned)
            };
            if said.departure_country_code.is_empty() {
                // A place of loading names its country; a country of origin is the next best.
                said.departure_country_code = country(&said.loading_location).unwrap_or(open.origin.clone());
            }
            if said.destination_country_code.is_empty() {
                said.destination_country_code = country(&said.unloading_location).unwrap_or_default();
            }
            said.goods_items = open.items.into_iter().map(|item| item.finish(&open.origin)).collect();
            // The directories have a place for masses with the goods: most reports say none above them.
            if said.gross_mass.is_none() {
                said.gross_mass = mass_of_items(&said.goods_items);
            }
            said
        })
        .collect()
    }
}

fn party_slot<'c>(said: &'c mut Consignment, field: &str) -> &'c mut Option<Party> {
    match field {
        "consignor" => &mut said.consignor,
        "consignee" => &mut said.consignee,
        "importer" => &mut said.importer,
        "exporter" => &mut said.exporter,
        _ => &mut said.declarant,
    }
}

/// Total gross weight of a consignment, among the measurements.
fn is_gross(segment: &Segment<'_>) -> bool {
    let what = segment.get(2, 1);
    matches!(segment.get(1, 1).as_ref(), "WT" | "AAE" | "AAI") && matches!(what.as_ref(), "AAD" | "G" | "AAB")
}

fn document(
    open: &mut Open,
    at: PathKey,
    about: About,
    kind: &str,
    segment: &Segment<'_>,
    (element, component): (u16, u16),
    keep: &mut Keep<'_>,
) {
    let at = at.item("supporting_documents", open.said.supporting_documents.len());
    let reference = keep.text(at.field("reference"), about, segment, element, component);
    if reference.is_empty() || open.said.supporting_documents.len() >= keep.limits.max_goods_items {
        return;
    }
    open.said.supporting_documents.push(SupportingDocument {
        type_code: kind.to_owned(),
        reference,
        issue_date: None,
    });
}

/// What stands behind the goods of a consignment and says otherwise than before them: another consignment begins, and the
/// segment that says so is damaged or lost.
fn another(consignment: usize, field: &str, segment: &Segment<'_>) -> FormNote {
    let path = format!("cargo.consignments[{consignment}].{field}");
    let about = About::Consignment(consignment);
    tags::said_twice(segment, segment.place(), about, path.as_str(), "one value for one consignment")
}

/// LOC of a consignment (3227).
fn location(open: &mut Open, consignment: usize, segment: &Segment<'_>, keep: &mut Keep<'_>) {
    let at = CARGO.item("consignments", consignment);
    let behind_goods = !open.items.is_empty();
    let qualifier = segment.get(1, 1);
    let (code, name) = (segment.get(2, 1), segment.get(2, 4));
    let mut set = |slot: &mut Option<Location>, field: &'static str| {
        if behind_goods
            && slot.as_ref().is_some_and(|known| !code.is_empty() && *known != place(&code, &name))
        {
            keep.notes.push(another(consignment, field, segment));
        }
        if slot.is_none() && !(code.is_empty() && name.is_empty()) {
            keep.source.mark(at.field(field), segment.mark(2, 1));
            *slot = Some(place(&code, &name));
        }
    };
    match qualifier.as_ref() {
        "9" | "76" | "88" | "5" | "125" | "4" => set(&mut open.said.loading_location, "loading_location"),
        "11" | "12" | "8" | "7" | "20" | "65" | "83" | "130" => {
            set(&mut open.said.unloading_location, "unloading_location");
        }
        "35" | "30" | "18" if code.len() >= 2 => {
            keep.source.mark(at.field("departure_country_code"), segment.mark(2, 1));
            open.said.departure_country_code = code.get(..2).unwrap_or_default().to_owned();
        }
        "28" | "36" if code.len() >= 2 => {
            keep.source.mark(at.field("destination_country_code"), segment.mark(2, 1));
            open.said.destination_country_code = code.get(..2).unwrap_or_default().to_owned();
        }
        "27" => open.origin = code.into_owned(),
        other => keep.not_read(segment, other),
    }
}
