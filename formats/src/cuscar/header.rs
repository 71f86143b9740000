//! The header of a cargo report: its number and purpose, the conveyance, the equipment and the totals.

use jiff::Timestamp;
use manifest::consignment::{CustomsRegime, SealingParty};
use manifest::declared::{
    Container, DeclaredInstant, DeclaredMass, Location, Mark, Party, PathKey, Said, Seal, SourcePlace,
    TirCarnet,
};
use manifest::finding::About;

use super::CARGO;
use crate::edifact::{Century, Head, Keep, Segment, day_of, instant, party};
use crate::{Intent, Naming};

/// What the segments before the first CNI say.
pub(super) struct Header<'t> {
    pub(super) document_code: String,
    pub(super) own_reference: String,
    /// RFF+AFB and its like: for a report without a number in BGM.
    pub(super) manifest_number: String,
    pub(super) function: String,
    /// Where BGM says what the report wants.
    pub(super) purpose: Option<SourcePlace>,
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
    pub(super) trailers: Vec<(String, Mark)>,
    /// The last EQD is a trailer, a container, or something else.
    equipment: Equipment,
    pub(super) legs: Vec<Segment<'t>>,
    pub(super) calls: Vec<Call>,
    pub(super) times: Vec<Time>,
    pub(super) century: Century,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Equipment {
    None,
    Container,
    Trailer,
    Other,
}

/// A place of the journey.
pub(super) struct Call {
    pub(super) qualifier: String,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) mark: Mark,
}

/// A time of the journey: of the place it stands behind, or of the whole of it.
pub(super) struct Time {
    pub(super) qualifier: String,
    pub(super) date: String,
    pub(super) format: String,
    /// A time of day that stands apart (`DTM+132:0700:401`).
    pub(super) clock: String,
    pub(super) mark: Mark,
    pub(super) call: Option<usize>,
}

/// LOC qualifiers (3227) of the place where the conveyance enters: the first that is there counts.
pub(super) const ENTRY: [&str; 6] = ["87", "60", "22", "41", "42", "17"];
/// Places that the conveyance calls at before and after it.
const CALLS: [&str; 12] = ["5", "9", "125", "92", "94", "8", "11", "12", "61", "76", "130", "153"];

impl<'t> Header<'t> {
    pub(super) fn new(received: Timestamp) -> Self {
        Self {
            document_code: String::new(),
            own_reference: String::new(),
            manifest_number: String::new(),
            function: String::new(),
            purpose: None,
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
        self.purpose = Some(segment.place_of(3, 1));
        if self.intent() == Intent::Amend {
            self.revision = [2, 3].into_iter().find_map(|c| segment.get(2, c).parse().ok()).unwrap_or(0);
        }
    }

    pub(super) fn intent(&self) -> Intent {
        match self.function.as_str() {
            "1" | "17" => Intent::Cancel,
            "2" | "3" | "4" | "5" | "18" | "20" | "21" | "36" | "43" => Intent::Amend,
            "22" => Intent::Close,
            _ => Intent::Announce,
        }
    }

    /// How much of the load that was announced it names.
    pub(super) fn naming(&self, consignments: usize) -> Naming {
        match self.function.as_str() {
            "2" | "43" => Naming::Changed,
            "3" => Naming::Leaving,
            "4" | "21" => Naming::Perhaps,
            "20" | "36" if consignments == 0 => Naming::Nothing,
            "20" | "36" => Naming::Perhaps,
            _ => Naming::Everything,
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

    /// Was such a total not said yet?
    pub(super) fn lacks_total(&self, segment: &Segment<'_>) -> bool {
        match segment.get(1, 1).as_ref() {
            "7" | "18" | "26" => self.total_mass.is_none(),
            "8" | "11" => self.total_packages.is_none(),
            _ => self.total_consignments.is_none(),
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
