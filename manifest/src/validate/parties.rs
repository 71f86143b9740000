//! Who is behind the trade: every party that is named can be told from others.

use super::{CARGO, CONVEYANCE, Rules};
use crate::finding::{About, FindingCode};
use crate::findings::Spot;
use crate::manifest::{Load, Manifest};
use crate::party::Party;
use crate::rule::Element;

impl Rules<'_> {
    pub(super) fn parties(&mut self, manifest: &Manifest) {
        if let Some(carrier) = &manifest.carrier {
            self.party(carrier, CONVEYANCE.field("carrier"));
        }
        let Some(Load::Cargo(cargo)) = &manifest.load else { return };
        for (i, consignment) in cargo.consignments.iter().enumerate() {
            let at = CARGO.item("consignments", i).about(About::Consignment(i));
            let required = self.required_under(consignment.customs_regime);
            let asked_for = [
                ("consignor", &consignment.consignor, Element::Consignor),
                ("consignee", &consignment.consignee, Element::Consignee),
            ];
            for (field, party, element) in asked_for {
                match (party, required.weight(element)) {
                    (Some(party), _) => self.party(party, at.field(field)),
                    (None, Some(weight)) => self
                        .findings
                        .note(FindingCode::RequiredFieldMissing, weight, at.field(field))
                        .parameter("field", field)
                        .push(),
                    (None, None) => {}
                }
            }
            let optional = [
                ("importer", &consignment.importer),
                ("exporter", &consignment.exporter),
                ("declarant", &consignment.declarant),
            ];
            for (field, party) in optional {
                if let Some(party) = party {
                    self.party(party, at.field(field));
                }
            }
        }
    }

    fn party(&mut self, party: &Party, at: Spot<'_>) {
        if !party.is_identified() {
            self.warn(FindingCode::PartyUnidentified, at).push();
        }
    }
}
