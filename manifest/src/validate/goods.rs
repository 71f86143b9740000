//! What the goods are and what holds them: descriptions, dangerous goods, containers, seals, carnets, references.

use std::collections::BTreeSet;

use super::check_digits::{self, Wrong};
use super::{CARGO, Rules};
use crate::consignment::{Cargo, Consignment, DangerousGoods, GoodsItem, Seal, TirCarnet};
use crate::finding::{About, FindingCode, Severity};
use crate::findings::Spot;
use crate::rule::{Element, Required};

/// Descriptions that say nothing, folded to lower case: English, Russian, Uzbek. Real manifests are full of them; a
/// carnet's manual even tells drivers to write "NO".
const VAGUE: &[&str] = &[
    "-",
    "n/a",
    "na",
    "nil",
    "no",
    "none",
    "no marks",
    "no description",
    "as per invoice",
    "as per list",
    "as per packing list",
    "as per attached",
    "see invoice",
    "various",
    "various goods",
    "misc",
    "miscellaneous",
    "mixed goods",
    "goods",
    "general goods",
    "general cargo",
    "cargo",
    "freight",
    "freight all kinds",
    "fak",
    "items",
    "products",
    "merchandise",
    "consolidated",
    "consolidated cargo",
    "groupage",
    "personal effects",
    "personal belongings",
    "household goods",
    "gift",
    "gifts",
    "sample",
    "samples",
    "spare parts",
    "parts",
    "other",
    "others",
    "unknown",
    "test",
    "нет",
    "товар",
    "товары",
    "груз",
    "сборный груз",
    "разное",
    "прочее",
    "прочие",
    "согласно инвойсу",
    "согласно инвойса",
    "согласно счету",
    "по инвойсу",
    "см. инвойс",
    "личные вещи",
    "домашние вещи",
    "подарок",
    "подарки",
    "образцы",
    "запчасти",
    "тнп",
    "товары народного потребления",
    "yoʻq",
    "yo'q",
    "yoq",
    "tovar",
    "tovarlar",
    "yuk",
    "yuklar",
    "mol",
    "turli",
    "har xil",
    "boshqa",
    "boshqalar",
    "shaxsiy buyumlar",
    "sovgʻa",
    "sovg'a",
    "invoys boʻyicha",
    "invoys bo'yicha",
    "ehtiyot qismlar",
    "xalq iste'moli mollari",
];

impl Rules<'_> {
    pub(super) fn goods(&mut self, cargo: &Cargo) {
        self.carnet(cargo);
        self.containers_and_seals(cargo);
        let containers =
            cargo.containers.iter().filter_map(|container| container.number.as_deref()).collect();
        let mut references = BTreeSet::new();
        for (i, consignment) in cargo.consignments.iter().enumerate() {
            let at = CARGO.item("consignments", i).about(About::Consignment(i));
            if let Some(reference) = consignment.consignment_reference.as_deref()
                && !references.insert(reference)
            {
                let finding = self.warn(FindingCode::ReferenceRepeated, at.field("consignment_reference"));
                finding.original(reference).push();
            }
            self.mrn(consignment, at);
            let required = self.required_under(consignment.customs_regime);
            for (j, item) in consignment.goods_items.iter().enumerate() {
                let about = About::GoodsItem { consignment: i, item: j };
                self.goods_item(item, &required, &containers, at.item("goods_items", j).about(about));
            }
        }
    }

    fn goods_item(
        &mut self,
        item: &GoodsItem,
        required: &Required,
        containers: &BTreeSet<&str>,
        at: Spot<'_>,
    ) {
        if let Some(description) = item.description.as_deref().filter(|text| is_vague(text)) {
            self.warn(FindingCode::DescriptionVague, at.field("description")).original(description).push();
        }
        if let Some(dangerous) = &item.dangerous_goods {
            self.dangerous_goods(dangerous, required, at.field("dangerous_goods"));
        }
        for (k, number) in item.container_numbers.iter().enumerate() {
            if !containers.is_empty() && !containers.contains(number.as_str()) {
                let at = at.item("container_numbers", k);
                self.note(FindingCode::ContainerNotListed, at).original(number).push();
            }
        }
    }

    /// ADR and RID ask for a UN number and a class; the packing group only some substances have.
    fn dangerous_goods(&mut self, dangerous: &DangerousGoods, required: &Required, at: Spot<'_>) {
        let number = dangerous.un_number.as_deref();
        self.particular("un_number", number, is_un_number, required.weight(Element::UnNumber), at);
        let class = dangerous.hazard_class.as_deref();
        self.particular("hazard_class", class, is_hazard_class, required.weight(Element::HazardClass), at);
        let group = dangerous.packing_group.as_deref().unwrap_or("I");
        if !matches!(group, "I" | "II" | "III") {
            let finding = self.warn(FindingCode::DangerousGoodsIncomplete, at.field("packing_group"));
            finding.original(group).parameter("field", "packing_group").push();
        }
    }

    /// One of the particulars: in its form when it is said, and said when that weighs something.
    fn particular(
        &mut self,
        field: &'static str,
        said: Option<&str>,
        fits: fn(&str) -> bool,
        absent: Option<Severity>,
        at: Spot<'_>,
    ) {
        let weight = said.map_or(absent, |said| (!fits(said)).then_some(Severity::Warning));
        if let Some(weight) = weight {
            let finding = self.findings.note(FindingCode::DangerousGoodsIncomplete, weight, at.field(field));
            finding.original(said.unwrap_or_default()).parameter("field", field).push();
        }
    }

    fn mrn(&mut self, consignment: &Consignment, at: Spot<'_>) {
        let Some(mrn) = consignment.previous_mrn.as_deref() else { return };
        let at = at.field("previous_mrn");
        match check_digits::mrn(mrn) {
            Ok(()) => {}
            // Outside the Union numbers of other forms are in use under the same name.
            Err(Wrong::Form) => {
                self.note(FindingCode::ValueMalformed, at)
                    .original(mrn)
                    .parameter("form", "MRN, 18 letters and digits: 26UZ0000000000001X")
                    .push();
            }
            Err(Wrong::CheckDigit) => self.warn(FindingCode::MrnCheckDigitWrong, at).original(mrn).push(),
        }
    }

    fn carnet(&mut self, cargo: &Cargo) {
        let at = CARGO.field("tir_carnet");
        let number = cargo.tir_carnet.as_ref().and_then(|carnet: &TirCarnet| carnet.number.as_deref());
        let of_load = std::iter::once(self.required);
        let of_each = cargo.consignments.iter().map(|one| self.required_under(one.customs_regime));
        let asked_for = of_load.chain(of_each).filter_map(|one| one.weight(Element::CarnetNumber)).max();
        let weight = match number {
            // The check algorithm of carnet numbers is not public, so only the form is looked at.
            Some(number) => (!is_carnet_number(number)).then_some(Severity::Warning),
            None => asked_for.or(cargo.tir_carnet.is_some().then_some(Severity::Warning)),
        };
        if let Some(weight) = weight {
            let finding = self.findings.note(FindingCode::TirCarnetMalformed, weight, at.field("number"));
            finding.original(number.unwrap_or_default()).push();
        }
        let expiry = cargo.tir_carnet.as_ref().and_then(|carnet| carnet.expiry_date);
        if let Some(expiry) = expiry.filter(|expiry| expiry.latest() < self.arrival_date) {
            let day = self.arrival_date.to_string();
            self.warn(FindingCode::TirCarnetExpired, at.field("expiry_date"))
                .original(&expiry.to_words())
                .parameter("arrival_date", day)
                .push();
        }
    }

    fn containers_and_seals(&mut self, cargo: &Cargo) {
        let mut seals = cargo.seals.len();
        self.seals(&cargo.seals, CARGO);
        for (i, container) in cargo.containers.iter().enumerate() {
            let at = CARGO.item("containers", i);
            if let Some(number) = container.number.as_deref() {
                match check_digits::container(number) {
                    Ok(()) => {}
                    Err(Wrong::Form) => self
                        .warn(FindingCode::ValueMalformed, at.field("number"))
                        .original(number)
                        .parameter("form", "container number, four letters and seven digits: CSQU3054383")
                        .push(),
                    Err(Wrong::CheckDigit) => {
                        self.warn(FindingCode::ContainerCheckDigitWrong, at.field("number"))
                            .original(number)
                            .push();
                    }
                }
            }
            seals = seals.saturating_add(container.seals.len());
            self.seals(&container.seals, at);
        }
        if let Some(declared) = cargo.declared_seal_count
            && usize::try_from(declared).ok() != Some(seals)
        {
            let finding = self.warn(FindingCode::SealsDisagree, CARGO.field("declared_seal_count"));
            let finding = finding.original(&declared.to_string()).parameter("declared", declared.to_string());
            finding.parameter("listed", seals.to_string()).push();
        }
    }

    fn seals(&mut self, seals: &[Seal], at: Spot<'_>) {
        for (i, _) in seals.iter().enumerate().filter(|(_, seal)| seal.number.is_none()) {
            self.warn(FindingCode::SealsDisagree, at.item("seals", i).field("number")).push();
        }
    }
}

/// True for a description that says nothing about the goods: a stock phrase, or fewer than three letters.
fn is_vague(description: &str) -> bool {
    let folded = description.trim().trim_end_matches(['.', '!', ';']).to_lowercase();
    folded.chars().filter(|c| c.is_alphabetic()).count() < 3 || VAGUE.contains(&folded.as_str())
}

/// Four digits between the first and the last that the United Nations ever gave, with room to grow.
pub(crate) fn is_un_number(number: &str) -> bool {
    number.len() == 4
        && number.bytes().all(|b| b.is_ascii_digit())
        && number.parse::<u16>().is_ok_and(|number| (4..4000).contains(&number))
}

/// A class or division of ADR and RID, with the compatibility letter of class 1.
pub(crate) fn is_hazard_class(class: &str) -> bool {
    let class = class.trim();
    let division = class.strip_suffix(|c: char| c.is_ascii_alphabetic()).unwrap_or(class);
    matches!(
        division,
        "1" | "1.1"
            | "1.2"
            | "1.3"
            | "1.4"
            | "1.5"
            | "1.6"
            | "2"
            | "2.1"
            | "2.2"
            | "2.3"
            | "3"
            | "4.1"
            | "4.2"
            | "4.3"
            | "5.1"
            | "5.2"
            | "6.1"
            | "6.2"
            | "7"
            | "8"
            | "9"
    )
}

/// Two letters and eight or nine digits.
fn is_carnet_number(number: &str) -> bool {
    let bytes = number.as_bytes();
    matches!(bytes.len(), 10 | 11)
        && bytes.iter().take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(2).all(u8::is_ascii_digit)
}
