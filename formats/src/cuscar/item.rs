//! One goods item: GID and what stands behind it.

use manifest::declared::{
    DangerousGoods, DeclaredAmount, DeclaredMass, FormNote, GoodsItem, Money, Packages, PathKey, Said,
    SegmentTag, SourcePlace,
};
use manifest::finding::About;

use super::header::{mass, number};
use crate::edifact::{Keep, Segment, tags};

/// Elements of FTX that are looked at for text that an unreleased separator cut.
const MOST_TEXTS: u16 = 9;

/// A goods item as it is being read.
#[derive(Default, PartialEq)]
pub(super) struct Item {
    pub(super) said: GoodsItem,
    marks: String,
    /// Which masses were said (MEA 6313), for what is said twice.
    masses: Vec<(String, DeclaredMass)>,
    /// Which amount was said (MOA 5025).
    amount_kind: String,
    /// PAC was there.
    packed: bool,
    /// Tag of the segments that described it.
    described_by: SegmentTag,
    /// Tag of the last segment.
    behind: SegmentTag,
}

impl Item {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// GID: number, and packages of the outer level. Inner levels count the same goods again.
    pub(super) fn gid(&mut self, segment: &Segment<'_>, at: PathKey, about: About, keep: &mut Keep<'_>) {
        keep.source.mark(at, segment.mark(0, 0));
        let item_number = keep.text(at.field("item_number"), about, segment, 1, 1);
        if !item_number.is_empty() {
            self.said.item_number = Some(number(item_number));
        }
        self.packages(segment, (2, 1), (2, 2), at, about, keep);
    }

    fn packages(
        &mut self,
        segment: &Segment<'_>,
        count: (u16, u16),
        kind: (u16, u16),
        at: PathKey,
        about: About,
        keep: &mut Keep<'_>,
    ) {
        let limit = keep.limits.max_goods_items;
        let at = at.item("packages", self.said.packages.len());
        let package_count = keep.text(at.field("package_count"), about, segment, count.0, count.1);
        let type_code = keep.text(at.field("type_code"), about, segment, kind.0, kind.1);
        if (package_count.is_empty() && type_code.is_empty()) || self.said.packages.len() >= limit {
            return;
        }
        let package_count = (!package_count.is_empty()).then(|| number(package_count));
        self.said.packages.push(Packages { type_code, package_count, marks: String::new() });
    }

    /// Any other segment of the item.
    pub(super) fn detail(&mut self, segment: &Segment<'_>, at: PathKey, about: About, keep: &mut Keep<'_>) {
        let qualifier = segment.get(1, 1);
        // A group goes on, or something of its kind comes again behind others: then it is the next item's.
        let tag = SegmentTag::from(segment.tag());
        let before = std::mem::replace(&mut self.behind, tag);
        let again = before != tag && before != "DGS".into();
        let mut others = |field: &str, place| keep.notes.push(another(about, field, segment, place));
        match (segment.tag(), qualifier.as_ref()) {
            ("PAC" | "FTX" | "IMD", _) if again && self.repeats(segment) => {
                let field = if segment.tag() == "PAC" { "packages" } else { "description" };
                others(field, segment.place());
                keep.not_read(segment, &qualifier);
            }
            ("PAC", _) if self.said.packages.is_empty() => {
                self.packed = true;
                self.packages(segment, (1, 1), (3, 1), at, about, keep)
            }
            // What GID said already, and inner levels.
            ("PAC", _) => {
                self.packed = true;
                keep.not_read(segment, &qualifier);
            }
            ("FTX", "AAA" | "PRD" | "") => {
                self.described_by = tag;
                let text = keep.joined(at.field("description"), about, segment, 4, 1..=5);
                self.describe(&text, keep.limits.max_text_bytes);
                // Behind the text stand two short codes (3453, 4447): anything longer is text again, behind a `+`
                // that was not released.
                for element in 5..=MOST_TEXTS {
                    if segment.get(element.into(), 1).len() > 3 {
                        let text = keep.joined(at.field("description"), about, segment, element, 1..=5);
                        self.describe(&text, keep.limits.max_text_bytes);
                    }
                }
            }
            ("IMD", _) => {
                self.described_by = tag;
                let text = keep.joined(at.field("description"), about, segment, 3, 4..=5);
                self.describe(&text, keep.limits.max_text_bytes);
            }
            ("MEA", _) => self.measurement(segment, at, about, keep),
            ("QTY", _) => {
                // Without a weight the quantity in kilograms is one.
                let unit = segment.get(1, 3);
                if matches!(unit.as_ref(), "KG" | "KGM" | "TNE" | "K") && self.said.gross_mass.is_none() {
                    let amount = keep.text(at.field("gross_mass_mg"), about, segment, 1, 2);
                    self.said.gross_mass = Some(mass(amount, &unit));
                } else {
                    keep.not_read(segment, &qualifier);
                }
            }
            ("MOA", _) if !segment.is_blank(1, 2) => {
                let amount = segment.get(1, 2);
                if let Some(known) = &self.said.declared_value {
                    // Of several kinds of amounts, or currencies, the first is kept.
                    let same = known.amount == Some(DeclaredAmount::Said(amount.into_owned()));
                    if self.amount_kind == qualifier && known.currency_code == segment.get(1, 3) && !same {
                        others("declared_value", segment.place_of(1, 2));
                    }
                    return keep.not_read(segment, &qualifier);
                }
                self.amount_kind = qualifier.into_owned();
                let at = at.field("declared_value");
                let amount = keep.text(at.field("units"), about, segment, 1, 2);
                let currency_code = keep.text(at.field("currency_code"), about, segment, 1, 3);
                self.said.declared_value =
                    Some(Money { currency_code, amount: Some(DeclaredAmount::Said(amount)) });
            }
            ("SGP", _) => {
                // 215 is a licence plate: the goods lie on a trailer, not in a container.
                let known = self.said.container_numbers.len() < keep.limits.max_goods_items;
                if segment.get(1, 2) != "215" && known && !qualifier.is_empty() {
                    let at = at.item("container_numbers", self.said.container_numbers.len());
                    let number = keep.text(at, about, segment, 1, 1);
                    self.said.container_numbers.push(number);
                }
            }
            // The contract has room for one: the first, and a note where the others stand.
            // The contract has room for one: of another, an officer reads in the papers.
            ("DGS", _) if let Some(first) = &self.said.dangerous_goods => {
                let number = segment.get(3, 1);
                if !number.is_empty() && *number != *first.un_number {
                    others("dangerous_goods", segment.place_of(3, 1));
                }
                keep.not_read(segment, "");
            }
            ("DGS", _) => {
                let at = at.field("dangerous_goods");
                self.said.dangerous_goods = Some(DangerousGoods {
                    un_number: keep.text(at.field("un_number"), about, segment, 3, 1),
                    hazard_class: keep.text(at.field("hazard_class"), about, segment, 2, 1),
                    packing_group: packing_group(keep.text(at.field("packing_group"), about, segment, 5, 1)),
                    tunnel_code: String::new(),
                });
            }
            ("PCI", _) => {
                let marks = keep.joined(at.item("packages", 0).field("marks"), about, segment, 2, 1..=10);
                if self.marks.len().saturating_add(marks.len()) < keep.limits.max_text_bytes {
                    if !self.marks.is_empty() && !marks.is_empty() {
                        self.marks.push(' ');
                    }
                    self.marks.push_str(&marks);
                }
            }
            ("CST", _) => {
                // The first element that is a tariff number: the others are procedures and statuses.
                let is_tariff = |element: &u16| {
                    let code = segment.get(usize::from(*element), 1);
                    (6..=12).contains(&code.len())
                        && code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                };
                let mut tariffs = (2..=6_u16).filter(is_tariff);
                let tariff = tariffs.next();
                let code = tariff.map(|element| plain(&segment.get(element.into(), 1)));
                if again && code.is_some_and(|code| !self.may_be(&code)) {
                    others("hs_code", segment.place());
                }
                match tariff.filter(|_| self.said.hs_code.is_empty()) {
                    Some(element) => {
                        self.said.hs_code = keep.text(at.field("hs_code"), about, segment, element, 1);
                        if tariffs.next().is_some() {
                            keep.not_read(segment, "");
                        }
                    }
                    None => keep.not_read(segment, ""),
                }
            }
            ("PIA", _) => {
                let hs = [2_u16, 3].into_iter().find(|element| segment.get(usize::from(*element), 2) == "HS");
                match hs {
                    Some(element) => {
                        if !self.may_be(&segment.get(element.into(), 1)) {
                            others("hs_code", segment.place());
                        }
                        self.said.hs_code = keep.text(at.field("hs_code"), about, segment, element, 1)
                    }
                    None => keep.not_read(segment, ""),
                }
            }
            ("LOC", "27") => {
                let known = &self.said.origin_country_code;
                if !known.is_empty() && *known != segment.get(2, 1) {
                    others("origin_country_code", segment.place());
                }
                self.said.origin_country_code =
                    keep.text(at.field("origin_country_code"), about, segment, 2, 1);
            }
            (_, other) => keep.not_read(segment, other),
        }
    }

    /// Does a kind of segment that stands together say something else, where it comes again behind others?
    fn repeats(&self, segment: &Segment<'_>) -> bool {
        if segment.tag() == "PAC" {
            let said = |packages: &Packages| {
                packages.type_code == segment.get(3, 1)
                    && packages.package_count.clone().unwrap_or(Said::Words(String::new()))
                        == number(segment.get(1, 1).into_owned())
            };
            return self.packed && !self.said.packages.iter().any(said);
        }
        let (element, components) = if segment.tag() == "FTX" { (4, 1..=5) } else { (3, 4..=5) };
        let describes = segment.tag() == "IMD" || matches!(segment.get(1, 1).as_ref(), "AAA" | "PRD" | "");
        let words = components.map(|component| segment.get(element, component));
        let says_more = |word: std::borrow::Cow<'_, str>| !self.said.description.contains(word.as_ref());
        describes && self.described_by == segment.tag().into() && words.into_iter().any(says_more)
    }

    /// Is the item of this commodity, as far as was said?
    pub(super) fn may_be(&self, code: &str) -> bool {
        let (known, code) = (plain(&self.said.hs_code), plain(code));
        known.starts_with(&code) || code.starts_with(&known)
    }

    fn describe(&mut self, text: &str, limit: usize) {
        if !self.said.description.is_empty() && !text.is_empty() {
            self.said.description.push(' ');
        }
        let room = limit.saturating_sub(self.said.description.len());
        self.said.description.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
    }

    /// MEA: weights by what is measured (6311) and which weight it is (6313).
    fn measurement(&mut self, segment: &Segment<'_>, at: PathKey, about: About, keep: &mut Keep<'_>) {
        let (purpose, what) = (segment.get(1, 1), segment.get(2, 1));
        let (component, unit) = if segment.is_blank(3, 2) { (1, "".into()) } else { (2, segment.get(3, 1)) };
        let is_weight = matches!(unit.as_ref(), "" | "KGM" | "KG" | "K" | "GRM" | "TNE" | "LBR" | "L" | "LB");
        let field = match what.as_ref() {
            "N" | "AAA" | "AAC" | "AAF" | "AAL" => "net_mass_mg",
            "T" | "AAW" | "VOL" | "ABJ" | "LN" | "WD" | "HT" => return keep.not_read(segment, &purpose),
            _ => "gross_mass_mg",
        };
        if !matches!(purpose.as_ref(), "WT" | "AAE" | "AAI" | "AAH" | "")
            || !is_weight
            || segment.is_blank(3, component.into())
        {
            return keep.not_read(segment, &purpose);
        }
        let amount = keep.text(at.field(field), about, segment, 3, component);
        let said = mass(amount, &unit);
        match self.masses.iter().find(|(kind, _)| *kind == what) {
            Some((_, known)) if differs(known, &said) => {
                keep.notes.push(another(about, field, segment, segment.place_of(3, component.into())));
            }
            Some(_) => {}
            None => self.masses.push((what.clone().into_owned(), said.clone())),
        }
        let slot = if field == "net_mass_mg" { &mut self.said.net_mass } else { &mut self.said.gross_mass };
        *slot = Some(said);
    }

    /// The item in the contract's form; `origin` is the consignment's country of origin.
    pub(super) fn finish(mut self, origin: &str) -> GoodsItem {
        if !self.marks.is_empty() {
            match self.said.packages.first_mut() {
                Some(packages) => packages.marks = self.marks,
                None => self.said.packages.push(Packages { marks: self.marks, ..Packages::default() }),
            }
        }
        if self.said.origin_country_code.is_empty() {
            origin.clone_into(&mut self.said.origin_country_code);
        }
        self.said
    }
}

/// What can be said of one goods item only once, said otherwise: two items are taken for one.
fn another(about: About, field: &str, segment: &Segment<'_>, place: SourcePlace) -> FormNote {
    let path = match about {
        About::GoodsItem { consignment, item } => {
            format!("cargo.consignments[{consignment}].goods_items[{item}].{field}")
        }
        About::Consignment(consignment) => format!("cargo.consignments[{consignment}].{field}"),
        _ => field.to_owned(),
    };
    tags::said_twice(segment, place, about, path.as_str(), "one value for one goods item")
}

/// Two masses that cannot both be meant: other figures in one unit. Of two units one may be the other rounded.
pub(super) fn differs(one: &DeclaredMass, other: &DeclaredMass) -> bool {
    let figure = |amount: &str| amount.trim().replace(',', ".").parse::<f64>().ok();
    match (one, other) {
        (DeclaredMass::Said { amount, unit }, DeclaredMass::Said { amount: again, unit: also }) => {
            unit == also && amount != again && (figure(amount).is_none() || figure(amount) != figure(again))
        }
        _ => one != other,
    }
}

/// A tariff number without points.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

/// The packing group in the regulations' own numerals (8339 counts 1 to 3).
fn packing_group(code: String) -> String {
    match code.as_str() {
        "1" => "I".to_owned(),
        "2" => "II".to_owned(),
        "3" => "III".to_owned(),
        _ => code,
    }
}
