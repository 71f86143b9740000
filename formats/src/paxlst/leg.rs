//! One leg of a journey (TDT): its vehicle and its carrier.

use manifest::declared::{Party, PartyIdentifier, PathKey};
use manifest::finding::About;

use crate::edifact::{Keep, Segment, scheme};

/// One TDT.
pub(super) struct Leg<'t> {
    pub(super) segment: Segment<'t>,
    pub(super) reference: String,
    pub(super) mode: String,
    pub(super) means: String,
    /// C222 8213: plate, train number, mark of an aircraft.
    pub(super) plate: String,
    /// C222 8212: name of a ship, make of a vehicle.
    pub(super) name: String,
    pub(super) nationality: String,
    pub(super) calls: usize,
}

/// What a list of persons is about.
pub(super) const ONE_VEHICLE: &str = "one means of transport for one list";

impl Leg<'_> {
    /// The component of element 8 with what the means is known by. By road and rail that is the plate or number and nothing
    /// else: behind it stands the vehicle's make.
    pub(super) fn component(&self, mode: &str) -> u16 {
        if self.plate.is_empty() && !is_on_land(mode) { 4 } else { 1 }
    }

    pub(super) fn identity(&self, mode: &str) -> &str {
        if self.component(mode) == 4 { &self.name } else { &self.plate }
    }

    pub(super) fn is_anonymous(&self, mode: &str) -> bool {
        self.identity(mode).is_empty()
    }

    pub(super) fn is_like(&self, other: &Leg<'_>, mode: &str) -> bool {
        self.identity(mode) == other.identity(mode)
    }

    /// Is it the main carriage by another vehicle on land? What carries on before or after (10, 30) is another journey's.
    pub(super) fn is_another_vehicle(&self, leg: &Leg<'_>) -> bool {
        let is_main = matches!(self.segment.get(1, 1).as_ref(), "20" | "11" | "");
        is_main
            && matches!(self.mode.as_str(), "" | "2" | "3")
            && !self.plate.is_empty()
            && self.plate != leg.plate
    }
}

/// By road or rail?
pub(super) fn is_on_land(mode: &str) -> bool {
    matches!(mode, "2" | "3")
}

/// The carrier of TDT (C040).
pub(super) fn carrier(leg: &Leg<'_>, keep: &mut Keep<'_>) -> Option<Party> {
    let at = PathKey::ROOT.field("carrier");
    let id = keep.text(at.item("identifiers", 0).field("value"), About::Conveyance, &leg.segment, 5, 1);
    let name = keep.text(at.field("name"), About::Conveyance, &leg.segment, 5, 4);
    if id.is_empty() && name.is_empty() {
        return None;
    }
    let mut party = Party { name, ..Party::default() };
    if !id.is_empty() {
        let said = scheme(&leg.segment.get(5, 2), &leg.segment.get(5, 3));
        // Two characters and nothing else is how airlines are written.
        let scheme = if said == "SENDER" && id.len() == 2 { "IATA".to_owned() } else { said };
        party.identifiers.push(PartyIdentifier { scheme, value: id, country_code: String::new() });
    }
    Some(party)
}
