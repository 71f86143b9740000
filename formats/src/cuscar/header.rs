//! The header of a cargo report: its number and purpose, the conveyance, the equipment and the totals.

use jiff::Timestamp;
use manifest::consignment::{CustomsRegime, SealingParty};
use manifest::declared::{
    Container, Conveyance, DeclaredInstant, DeclaredMass, FormNote, Journey, Location, Mark, Party,
    PartyIdentifier, PathKey, Said, Seal, Stop, TirCarnet,
};
use manifest::finding::{About, FindingCode, Severity};

use super::CARGO;
use crate::Intent;
use crate::edifact::{Century, Head, Keep, Segment, clock_of, day_of, instant, party, scheme};

/// What the segments before the first CNI say.
pub(super) struct Header<'t> {
    pub(super) document_code: String,
    pub(super) own_reference: String,
    /// RFF+AFB and its like: for a report without a number in BGM.
    pub(super) manifest_number: String,
    function: String,
    pub(super) revision: i64,
    pub(super) issue_time: Option<DeclaredInstant>,
    pub(super) carrier: Option<Party>,
    pub(super) containers: Vec<Container>,
    pub(super) seals: Vec<Seal>,
    pub(super) regime: Option<Said<CustomsRegime>>,
    pub(super) tir_carnet: Option<TirCarnet>,
    pub(super) total_mass: Option<DeclaredMass>,
    pub(super) total_packages: Option<Said<i64>>,
    pub(super) total_consignments: Option<Said<i64>>,
    trailers: Vec<(String, Mark)>,
    /// The last EQD is a trailer, a container, or something else.
    equipment: Equipment,
    legs: Vec<Segment<'t>>,
    calls: Vec<Call>,
    times: Vec<Time>,
    century: Century,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Equipment {
    None,
    Container,
    Trailer,
    Other,
}

/// A place of the journey.
struct Call {
    qualifier: String,
    code: String,
    name: String,
    mark: Mark,
}

/// An instant with its place in the source.
type Placed = (DeclaredInstant, Mark);

/// A time of the journey: of the place it stands behind, or of the whole of it.
struct Time {
    qualifier: String,
    date: String,
    format: String,
    /// A time of day that stands apart (`DTM+132:0700:401`).
    clock: String,
    mark: Mark,
    call: Option<usize>,
}

const JOURNEY: PathKey = PathKey::ROOT.field("journey");
const CONVEYANCE: PathKey = PathKey::ROOT.field("conveyance");

/// LOC qualifiers (3227) of the place where the conveyance enters: the first that is there counts.
const ENTRY: [&str; 6] = ["87", "60", "22", "41", "42", "17"];
/// Places that the conveyance calls at before and after it.
const CALLS: [&str; 12] = ["5", "9", "125", "92", "94", "8", "11", "12", "61", "76", "130", "153"];

impl<'t> Header<'t> {
    pub(super) fn new(received: Timestamp) -> Self {
        Self {
            document_code: String::new(),
            own_reference: String::new(),
            manifest_number: String::new(),
            function: String::new(),
            revision: 0,
            issue_time: None,
            carrier: None,
            containers: Vec::new(),
            seals: Vec::new(),
            regime: None,
            tir_carnet: None,
            total_mass: None,
            total_packages: None,
            total_consignments: None,
            trailers: Vec::new(),
            equipment: Equipment::None,
            legs: Vec::new(),
            calls: Vec::new(),
            times: Vec::new(),
            century: Century::Near(day_of(received)),
        }
    }

    pub(super) fn bgm(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        self.document_code = segment.get(1, 1).into_owned();
        let path = PathKey::ROOT.field("manifest_reference");
        self.own_reference = keep.text(path, About::Manifest, segment, 2, 1);
        self.function = segment.get(3, 1).into_owned();
        if self.intent() == Intent::Amend {
            self.revision = [2, 3].into_iter().find_map(|c| segment.get(2, c).parse().ok()).unwrap_or(0);
        }
    }

    pub(super) fn intent(&self) -> Intent {
        match self.function.as_str() {
            "1" => Intent::Cancel,
            "2" | "3" | "4" | "5" | "20" | "36" => Intent::Amend,
            _ => Intent::Announce,
        }
    }

    pub(super) fn rff(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        match segment.get(1, 1).as_ref() {
            "TI" | "TIR" => {
                let number =
                    keep.text(CARGO.field("tir_carnet").field("number"), About::Conveyance, segment, 1, 2);
                self.tir_carnet.get_or_insert_default().number = number;
            }
            "AFB" | "AFM" | "MF" => self.manifest_number = segment.get(1, 2).into_owned(),
            other => keep.not_read(segment, other),
        }
    }

    pub(super) fn gis(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        match regime(&segment.get(1, 1)) {
            Some(regime) => {
                keep.source.mark(CARGO.field("customs_regime"), segment.mark(1, 1));
                self.regime = Some(regime.into());
            }
            None => keep.not_read(segment, ""),
        }
    }

    pub(super) fn party(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        match segment.get(1, 1).as_ref() {
            "CA" | "TR" | "CPD" if self.carrier.is_none() => {
                self.carrier = Some(party(segment, PathKey::ROOT.field("carrier"), About::Conveyance, keep));
            }
            other => keep.not_read(segment, other),
        }
    }

    pub(super) fn cnt(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let about = About::Conveyance;
        match segment.get(1, 1).as_ref() {
            "7" | "18" | "26" => {
                let amount = keep.text(CARGO.field("total_gross_mass_mg"), about, segment, 1, 2);
                self.total_mass = Some(mass(amount, &segment.get(1, 3)));
            }
            "8" | "11" => {
                self.total_packages =
                    Some(number(keep.text(CARGO.field("total_package_count"), about, segment, 1, 2)));
            }
            "2" | "10" | "15" | "19" => {
                let path = CARGO.field("declared_consignment_count");
                self.total_consignments = Some(number(keep.text(path, about, segment, 1, 2)));
            }
            other => keep.not_read(segment, other),
        }
    }

    pub(super) fn tdt(&mut self, segment: &Segment<'t>) {
        self.legs.push(*segment);
    }

    pub(super) fn loc(&mut self, segment: &Segment<'_>, in_transport: bool, keep: &mut Keep<'_>) {
        let qualifier = segment.get(1, 1);
        let of_journey = ENTRY.contains(&qualifier.as_ref()) || CALLS.contains(&qualifier.as_ref());
        if !of_journey || !in_transport && CALLS.contains(&qualifier.as_ref()) && self.calls.len() > 99 {
            keep.not_read(segment, &qualifier);
            return;
        }
        self.calls.push(Call {
            qualifier: qualifier.into_owned(),
            code: segment.get(2, 1).into_owned(),
            name: segment.get(2, 4).into_owned(),
            mark: segment.mark(2, 1),
        });
    }

    pub(super) fn dtm(&mut self, segment: &Segment<'_>, head: &Head<'_>, keep: &mut Keep<'_>) {
        let qualifier = segment.get(1, 1);
        let (value, format) = (segment.get(1, 2), segment.get(1, 3));
        match qualifier.as_ref() {
            "137" | "97" | "171" => {
                let century = Century::Near(day_of(head.received));
                keep.source.mark(PathKey::ROOT.field("issue_time"), segment.mark(1, 2));
                self.issue_time = Some(instant(&value, &format, century, None).instant);
            }
            "132" | "178" | "232" | "252" | "133" | "136" | "186" | "189" | "253" => {
                if value.is_empty() {
                    return;
                }
                // The time of day of a date that stands before.
                if matches!(format.as_ref(), "401" | "402")
                    && let Some(time) = self.times.iter_mut().rfind(|time| time.qualifier == qualifier)
                {
                    time.clock = value.into_owned();
                    return;
                }
                self.times.push(Time {
                    qualifier: qualifier.into_owned(),
                    date: value.into_owned(),
                    format: format.into_owned(),
                    clock: String::new(),
                    mark: segment.mark(1, 2),
                    call: self.calls.len().checked_sub(1),
                });
            }
            other => keep.not_read(segment, other),
        }
    }

    /// EQD: containers, and trailers by their plate.
    pub(super) fn eqd(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let kind = segment.get(1, 1);
        self.equipment = match kind.as_ref() {
            "CN" | "RF" | "TN" => Equipment::Container,
            "TE" | "TL" | "TF" | "TP" | "SW" | "CH" | "T1" | "T2" | "TR" => Equipment::Trailer,
            _ => Equipment::Other,
        };
        match self.equipment {
            Equipment::Container => {
                let at = CARGO.item("containers", self.containers.len());
                if self.containers.len() >= keep.limits.max_goods_items {
                    return keep.not_read(segment, &kind);
                }
                let number = keep.text(at.field("number"), About::Conveyance, segment, 2, 1);
                let size_type_code = keep.text(at.field("size_type_code"), About::Conveyance, segment, 3, 1);
                self.containers.push(Container { number, size_type_code, seals: Vec::new() });
            }
            Equipment::Trailer => {
                let plate = segment.get(2, 1);
                // 109 is a number of customs' own: the plate follows in RFF+ABZ.
                let plate = if segment.get(2, 2) == "109" { String::new() } else { plate.into_owned() };
                self.trailers.push((plate, segment.mark(2, 1)));
            }
            _ => keep.not_read(segment, &kind),
        }
    }

    pub(super) fn equipment(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let limit = keep.limits.max_goods_items;
        match (segment.tag(), self.equipment) {
            ("SEL", Equipment::Container) => {
                let place = self.containers.len().saturating_sub(1);
                let at = CARGO.item("containers", place);
                if let Some(container) =
                    self.containers.last_mut().filter(|container| container.seals.len() < limit)
                {
                    let at = at.item("seals", container.seals.len());
                    container.seals.push(seal(segment, at, keep));
                }
            }
            ("SEL", _) if self.seals.len() < limit => {
                let at = CARGO.item("seals", self.seals.len());
                self.seals.push(seal(segment, at, keep));
            }
            ("RFF", Equipment::Trailer) if segment.get(1, 1) == "ABZ" => {
                if let Some((plate, mark)) = self.trailers.last_mut() {
                    *plate = segment.get(1, 2).into_owned();
                    *mark = segment.mark(1, 2);
                }
            }
            _ => keep.not_read(segment, &segment.get(1, 1)),
        }
    }

    /// The conveyance, its journey and the carrier that TDT names.
    pub(super) fn transport(&self, keep: &mut Keep<'_>) -> (Conveyance, Journey, Option<Party>) {
        // Stage 20 is the main carriage, 11 the means at the border; several TDT of one stage name one means by several
        // numbers, of which the licence plate (215) is ours.
        let main = |segment: &&Segment<'_>| matches!(segment.get(1, 1).as_ref(), "20" | "11" | "");
        let plated = |segment: &&Segment<'_>| segment.get(8, 2) == "215";
        let named = |segment: &&Segment<'_>| !segment.is_blank(8, 1) || !segment.is_blank(8, 4);
        let legs = || self.legs.iter().filter(main);
        let leg = legs()
            .find(plated)
            .or_else(|| legs().find(named))
            .or_else(|| legs().next())
            .or(self.legs.first());
        let mut conveyance = Conveyance::default();
        let mut journey = Journey::default();
        let about = About::Conveyance;
        if let Some(leg) = leg {
            let with_mode = legs().find(|leg| !leg.is_blank(3, 1)).unwrap_or(leg);
            let mode = keep.text(CONVEYANCE.field("mode_code"), about, with_mode, 3, 1);
            conveyance.mode_code = match mode.trim_start_matches('0') {
                "" => crate::paxlst::mode_of_means(&leg.get(4, 1)).unwrap_or_default().to_owned(),
                mode => mode.to_owned(),
            };
            let component = if leg.is_blank(8, 1) { 4 } else { 1 };
            conveyance.registration = keep.text(CONVEYANCE.field("registration"), about, leg, 8, component);
            conveyance.nationality_code = keep.text(CONVEYANCE.field("nationality_code"), about, leg, 8, 5);
            conveyance.type_code = keep.text(CONVEYANCE.field("type_code"), about, leg, 4, 1);
            let with_reference = legs().find(|leg| !leg.is_blank(2, 1)).unwrap_or(leg);
            journey.journey_reference =
                keep.text(JOURNEY.field("journey_reference"), about, with_reference, 2, 1);
        }
        for (plate, mark) in self.trailers.iter().filter(|(plate, _)| !plate.is_empty()) {
            let at = CONVEYANCE.item("trailer_registrations", conveyance.trailer_registrations.len());
            keep.source.mark(at, *mark);
            conveyance.trailer_registrations.push(plate.clone());
        }
        self.journey(&mut journey, keep);
        (conveyance, journey, leg.and_then(|leg| carrier(leg, keep)))
    }

    fn journey(&self, journey: &mut Journey, keep: &mut Keep<'_>) {
        let entry = ENTRY.iter().find_map(|code| self.calls.iter().position(|call| call.qualifier == *code));
        if let Some(call) = entry.and_then(|index| self.calls.get(index)) {
            journey.border_post_code = call.code.clone();
            keep.source.mark(JOURNEY.field("border_post_code"), call.mark);
        }
        let mut unknown_clock = None;
        let mut calls: Vec<(Option<Placed>, Option<Placed>)> = Vec::new();
        calls.resize_with(self.calls.len(), Default::default);
        for time in &self.times {
            let arrives = matches!(time.qualifier.as_str(), "132" | "178" | "232" | "252");
            // A time behind a place is that place's; one before all places is the entry's or the departure's.
            let call = time.call.or(if arrives { entry } else { None });
            let clock = call.and_then(|index| self.calls.get(index)).and_then(|call| clock_of(&call.code));
            let whole = format!("{}{}", time.date, time.clock);
            let format = if time.clock.is_empty() { time.format.as_str() } else { "" };
            let read = instant(&whole, format, self.century, clock);
            if read.clock_unknown {
                unknown_clock.get_or_insert(time.mark);
            }
            let slot = if arrives { &mut journey.arrival_time } else { &mut journey.departure_time };
            let field = if arrives { "arrival_time" } else { "departure_time" };
            if slot.is_none() || arrives && call == entry && call.is_some() {
                *slot = Some(read.instant.clone());
                keep.source.mark(JOURNEY.field(field), time.mark);
            }
            if let Some((arrival, departure)) = call.and_then(|index| calls.get_mut(index)) {
                let of_call = if arrives { arrival } else { departure };
                of_call.get_or_insert((read.instant, time.mark));
            }
        }
        if let Some(mark) = unknown_clock {
            let note =
                FormNote::new(FindingCode::DateAmbiguous, Severity::Note).at(About::Conveyance, "journey");
            keep.notes.push(note.parameter("form", "UTC").place(keep.source.in_words(mark)));
        }
        for (call, (arrival, departure)) in self.calls.iter().zip(calls) {
            let at = JOURNEY.item("stops", journey.stops.len());
            keep.source.mark(at, call.mark);
            journey.stops.push(Stop {
                stop_sequence: i64::try_from(journey.stops.len().saturating_add(1)).ok().map(Into::into),
                location: Some(place(&call.code, &call.name)),
                arrival_time: arrival.map(|(instant, _)| instant),
                departure_time: departure.map(|(instant, _)| instant),
            });
        }
    }
}

/// A place by its code: a UN/LOCODE, or a code of the sender's.
pub(super) fn place(code: &str, name: &str) -> Location {
    let is_locode = code.len() == 5 && code.bytes().take(2).all(|byte| byte.is_ascii_uppercase());
    let mut location = Location { name: name.to_owned(), ..Location::default() };
    match (is_locode, code.len()) {
        (true, _) => location.un_locode = code.to_owned(),
        (false, 2) => location.country_code = code.to_owned(),
        _ => location.local_code = code.to_owned(),
    }
    location
}

/// Customs procedure as an indicator names it (7365).
pub(super) fn regime(code: &str) -> Option<CustomsRegime> {
    Some(match code {
        "23" => CustomsRegime::Import,
        "24" => CustomsRegime::Transit,
        _ => return None,
    })
}

/// A mass with its unit; `K` and `L` stand for kilograms and pounds.
pub(super) fn mass(amount: String, unit: &str) -> DeclaredMass {
    let unit = match unit {
        "K" => "KGM",
        "L" => "LBR",
        other => other,
    };
    DeclaredMass::Said { amount, unit: unit.to_owned() }
}

/// A count: the number, or what stands there.
pub(super) fn number(text: String) -> Said<i64> {
    text.parse().map_or(Said::Words(text), Said::Plain)
}

fn seal(segment: &Segment<'_>, at: PathKey, keep: &mut Keep<'_>) -> Seal {
    let sealing_party = match segment.get(2, 1).as_ref() {
        "CU" | "AC" => Some(SealingParty::Customs.into()),
        "CA" | "TO" => Some(SealingParty::Carrier.into()),
        "SH" | "CZ" => Some(SealingParty::Consignor.into()),
        _ => None,
    };
    Seal { number: keep.text(at.field("number"), About::Conveyance, segment, 1, 1), sealing_party }
}

/// The carrier of TDT (C040).
fn carrier(leg: &Segment<'_>, keep: &mut Keep<'_>) -> Option<Party> {
    let at = PathKey::ROOT.field("carrier");
    let value = keep.text(at.item("identifiers", 0).field("value"), About::Conveyance, leg, 5, 1);
    let name = keep.text(at.field("name"), About::Conveyance, leg, 5, 4);
    if value.is_empty() && name.is_empty() {
        return None;
    }
    let scheme = scheme(&leg.get(5, 2), &leg.get(5, 3));
    let identifiers = match value.is_empty() {
        true => Vec::new(),
        false => vec![PartyIdentifier { scheme, value, country_code: String::new() }],
    };
    Some(Party { name, identifiers, ..Party::default() })
}
