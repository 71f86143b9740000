//! Goods: consignments, items and what holds them together.

use super::{Step, words};
use crate::code_list::UnNumber;
use crate::consignment::{
    Cargo, Consignment, Container, ControlMeasure, ControlResult, CustomsRegime, DangerousGoods, GoodsItem,
    Packages, PriorControl, Seal, SealingParty, SupportingDocument, TirCarnet,
};
use crate::declared;
use crate::finding::{About, FindingCode, Severity};
use crate::findings::Spot;
use crate::rule::{Circumstances, Element};
use crate::validate::{is_hazard_class, is_un_number};

impl Step<'_> {
    pub(super) fn cargo(&mut self, said: declared::Cargo) -> Cargo {
        let at = Spot::CONVEYANCE.field("cargo");
        let consignments = said.consignments.into_iter().enumerate();
        let containers = said.containers.into_iter().enumerate();
        Cargo {
            consignments: consignments
                .map(|(i, one)| {
                    let at = at.item("consignments", i).about(About::Consignment(i));
                    self.consignment(one, i, at)
                })
                .collect(),
            total_gross_mass: self.mass(said.total_gross_mass, at.field("total_gross_mass_mg")),
            total_package_count: self.count(said.total_package_count, at.field("total_package_count")),
            declared_consignment_count: self
                .count(said.declared_consignment_count, at.field("declared_consignment_count")),
            customs_regime: self.word(said.customs_regime, CustomsRegime::parse, at.field("customs_regime")),
            tir_carnet: said.tir_carnet.map(|carnet| self.tir_carnet(carnet, at.field("tir_carnet"))),
            containers: containers.map(|(i, one)| self.container(one, at.item("containers", i))).collect(),
            seals: self.seals(said.seals, at),
            declared_seal_count: self.count(said.declared_seal_count, at.field("declared_seal_count")),
            departure_office_code: words::text(said.departure_office_code),
            destination_office_code: words::text(said.destination_office_code),
        }
    }

    fn consignment(&mut self, said: declared::Consignment, place: usize, at: Spot<'_>) -> Consignment {
        let of_load = self.required;
        let regime = regime(said.customs_regime.as_ref());
        if regime.is_some() && regime != self.circumstances.regime {
            self.required =
                self.settings.conditions.required(&Circumstances { regime, ..self.circumstances });
        }
        let consignment = self.consignment_under(said, place, at);
        self.required = of_load;
        consignment
    }

    /// A consignment of which is asked what its regime asks for.
    fn consignment_under(&mut self, said: declared::Consignment, place: usize, at: Spot<'_>) -> Consignment {
        let departure_at = at.field("departure_country_code");
        if said.departure_country_code.trim().is_empty() {
            self.absent(Element::DepartureCountry, "departure_country_code", departure_at);
        }
        if said.gross_mass.is_none() {
            self.absent(Element::ConsignmentMass, "gross_mass_mg", at.field("gross_mass_mg"));
        }
        if said.consignment_reference.trim().is_empty() {
            let reference_at = at.field("consignment_reference");
            self.absent(Element::ConsignmentReference, "consignment_reference", reference_at);
        }
        let items = said.goods_items.into_iter().enumerate();
        let documents = said.supporting_documents.into_iter().enumerate();
        let controls = said.prior_controls.into_iter().enumerate();
        Consignment {
            consignment_reference: words::text(said.consignment_reference),
            ucr: words::text(said.ucr),
            previous_mrn: self.identifier(&said.previous_mrn, at.field("previous_mrn")),
            consignor: self.party(said.consignor, at.field("consignor")),
            consignee: self.party(said.consignee, at.field("consignee")),
            importer: self.party(said.importer, at.field("importer")),
            exporter: self.party(said.exporter, at.field("exporter")),
            declarant: self.party(said.declarant, at.field("declarant")),
            loading_location: self.location(said.loading_location, at.field("loading_location")),
            unloading_location: self.location(said.unloading_location, at.field("unloading_location")),
            departure_country: self.country(&said.departure_country_code, Severity::Warning, departure_at),
            destination_country: self.country(
                &said.destination_country_code,
                Severity::Warning,
                at.field("destination_country_code"),
            ),
            gross_mass: self.mass(said.gross_mass, at.field("gross_mass_mg")),
            package_count: self.count(said.package_count, at.field("package_count")),
            goods_items: items
                .map(|(i, item)| {
                    let about = About::GoodsItem { consignment: place, item: i };
                    self.goods_item(item, at.item("goods_items", i).about(about))
                })
                .collect(),
            supporting_documents: documents
                .map(|(i, one)| self.document(one, at.item("supporting_documents", i)))
                .collect(),
            prior_controls: controls
                .map(|(i, one)| self.prior_control(one, at.item("prior_controls", i)))
                .collect(),
            customs_regime: self.word(said.customs_regime, CustomsRegime::parse, at.field("customs_regime")),
        }
    }

    fn goods_item(&mut self, said: declared::GoodsItem, at: Spot<'_>) -> GoodsItem {
        let description = words::text(said.description);
        if description.is_none() {
            self.absent(Element::Description, "description", at.field("description"));
        }
        if said.hs_code.trim().is_empty() {
            self.absent(Element::HsCode, "hs_code", at.field("hs_code"));
        }
        let packages = said.packages.into_iter().enumerate();
        GoodsItem {
            item_number: self.count(said.item_number, at.field("item_number")),
            description,
            hs_code: self.hs_code(&said.hs_code, at.field("hs_code")),
            origin_country: self.country(
                &said.origin_country_code,
                Severity::Warning,
                at.field("origin_country_code"),
            ),
            gross_mass: self.mass(said.gross_mass, at.field("gross_mass_mg")),
            net_mass: self.mass(said.net_mass, at.field("net_mass_mg")),
            declared_value: self.money(said.declared_value, at.field("declared_value")),
            packages: packages.map(|(i, one)| self.packages(one, at.item("packages", i))).collect(),
            supplementary_quantity: self
                .quantity(said.supplementary_quantity, at.field("supplementary_quantity")),
            dangerous_goods: said
                .dangerous_goods
                .map(|dangerous| self.dangerous_goods(dangerous, at.field("dangerous_goods"))),
            container_numbers: (0..)
                .zip(&said.container_numbers)
                .filter_map(|(i, text)| self.identifier(text, at.item("container_numbers", i)))
                .collect(),
            ucr: words::text(said.ucr),
        }
    }

    fn packages(&mut self, said: declared::Packages, at: Spot<'_>) -> Packages {
        let code = said.type_code.trim().to_ascii_uppercase();
        let known = self.lists.has_package(&code);
        if !known {
            let code_at = at.field("type_code");
            if code.is_empty() {
                self.absent(Element::PackageType, "type_code", code_at);
            } else {
                self.unknown(&said.type_code, "UN/ECE Recommendation 21", Severity::Note, code_at);
            }
        }
        Packages {
            type_code: known.then_some(code),
            package_count: self.count(said.package_count, at.field("package_count")),
            marks: words::text(said.marks),
        }
    }

    fn container(&mut self, said: declared::Container, at: Spot<'_>) -> Container {
        let number = self.identifier(&said.number, at.field("number"));
        if number.is_none() {
            self.absent(Element::ContainerNumber, "number", at.field("number"));
        }
        Container {
            number,
            size_type_code: self.formed(
                &said.size_type_code,
                "size and type of ISO 6346, four letters or digits: 22G1",
                |code| code.len() == 4 && code.bytes().all(|b| b.is_ascii_alphanumeric()),
                Severity::Note,
                at.field("size_type_code"),
            ),
            seals: self.seals(said.seals, at),
        }
    }

    fn seals(&mut self, said: Vec<declared::Seal>, at: Spot<'_>) -> Vec<Seal> {
        let each = said.into_iter().enumerate();
        each.map(|(i, seal)| Seal {
            number: words::text(seal.number),
            sealing_party: self.word(
                seal.sealing_party,
                SealingParty::parse,
                at.item("seals", i).field("sealing_party"),
            ),
        })
        .collect()
    }

    fn tir_carnet(&mut self, said: declared::TirCarnet, at: Spot<'_>) -> TirCarnet {
        TirCarnet {
            number: self.identifier(&said.number, at.field("number")),
            expiry_date: self.date(said.expiry_date, Severity::Warning, at.field("expiry_date")),
            itinerary_countries: self.countries(&said.itinerary_country_codes, "itinerary_country_codes", at),
        }
    }

    fn document(&mut self, said: declared::SupportingDocument, at: Spot<'_>) -> SupportingDocument {
        SupportingDocument {
            type_code: self.formed(
                &said.type_code,
                "code of UN/EDIFACT 1001, up to four letters or digits: 730",
                |code| code.len() <= 4 && code.bytes().all(|b| b.is_ascii_alphanumeric()),
                Severity::Note,
                at.field("type_code"),
            ),
            reference: words::text(said.reference),
            issue_date: self.date(said.issue_date, Severity::Note, at.field("issue_date")),
        }
    }

    fn prior_control(&mut self, said: declared::PriorControl, at: Spot<'_>) -> PriorControl {
        PriorControl {
            country: self.country(&said.country_code, Severity::Note, at.field("country_code")),
            measure: self.word(said.measure, ControlMeasure::parse, at.field("measure")),
            result: self.word(said.result, ControlResult::parse, at.field("result")),
            control_time: self.instant(said.control_time, at.field("control_time")),
            control_reference: words::text(said.control_reference),
        }
    }

    /// Dangerous goods particulars; whether they are complete is for `validate` to say. A number that the list lacks is
    /// kept: the list is of one edition.
    fn dangerous_goods(&mut self, said: declared::DangerousGoods, at: Spot<'_>) -> DangerousGoods {
        let un_number = self.identifier(&said.un_number, at.field("un_number"));
        // "UN 1203" and "1203" are the same number.
        let un_number =
            un_number.map(|number| number.strip_prefix("UN").map(str::to_owned).unwrap_or(number));
        let class = said.hazard_class.trim();
        if let Some(number) = un_number.as_deref().filter(|number| is_un_number(number)) {
            let lists = self.lists;
            match lists.un_number(number) {
                Some(known) if known.retired().is_none() => {
                    if is_hazard_class(class) && !known.has_class(class) {
                        self.warn(FindingCode::DangerousGoodsIncomplete, at.field("hazard_class"))
                            .original(class)
                            .parameter("field", "hazard_class")
                            .parameter("expected", known.classes())
                            .push();
                    }
                }
                known => {
                    let retired = known.and_then(UnNumber::retired);
                    let list = "UN numbers, ADR 3.2 table A";
                    self.not_listed(number, retired, list, Severity::Warning, at.field("un_number"));
                }
            }
        }
        DangerousGoods {
            un_number,
            hazard_class: words::text(said.hazard_class),
            packing_group: self.identifier(&said.packing_group, at.field("packing_group")),
            tunnel_code: words::text(said.tunnel_code),
        }
    }
}

/// The regime that was said, when it is one.
pub(super) fn regime(said: Option<&declared::Said<CustomsRegime>>) -> Option<CustomsRegime> {
    match said? {
        declared::Said::Plain(regime) => Some(*regime),
        declared::Said::Words(words) => {
            words::upper_snake(words).and_then(|word| CustomsRegime::parse(&word))
        }
    }
}
