//! The conveyance of a cargo report and its journey, from what the header's segments say.

use manifest::declared::{
    Conveyance, DeclaredInstant, FormNote, Journey, Mark, Party, PartyIdentifier, PathKey, Stop,
};
use manifest::finding::{About, FieldPath, FindingCode, Severity};

use super::header::{ENTRY, Header, place};
use crate::edifact::{Keep, Segment, clock_of, instant, scheme, tags};

const JOURNEY: PathKey = PathKey::ROOT.field("journey");
const CONVEYANCE: PathKey = PathKey::ROOT.field("conveyance");

/// An instant with its place in the source.
type Placed = (DeclaredInstant, Mark);

impl Header<'_> {
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
        // By one kind of number (8213's code list) a means has one: another one is another means.
        let another = leg.filter(|leg| !leg.is_blank(8, 1)).and_then(|leg| {
            let alike = |other: &&Segment<'_>| !other.is_blank(8, 1) && other.get(8, 2) == leg.get(8, 2);
            legs().filter(alike).find(|other| other.get(8, 1) != leg.get(8, 1))
        });
        if let Some(other) = another {
            let path = FieldPath::root().field("conveyance").field("registration");
            let form = "one means of transport for one list";
            keep.notes.push(tags::said_twice(other, other.place_of(8, 1), about, path, form));
        }
        if let Some(leg) = leg {
            let with_mode = legs().find(|leg| !leg.is_blank(3, 1)).unwrap_or(leg);
            let mode = keep.text(CONVEYANCE.field("mode_code"), about, with_mode, 3, 1);
            conveyance.mode_code = match mode.trim_start_matches('0') {
                "" => crate::paxlst::mode_of_means(&leg.get(4, 1)).unwrap_or_default().to_owned(),
                mode => mode.to_owned(),
            };
            conveyance.registration = registration(leg, &conveyance.mode_code, keep);
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
                unknown_clock.get_or_insert((time.mark, whole));
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
        if let Some((mark, said)) = unknown_clock {
            let note =
                FormNote::new(FindingCode::DateAmbiguous, Severity::Note).at(About::Conveyance, "journey");
            let note = note.original(said);
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

/// The means' number (C222 8213). Its name (8212) is none: by road it is taken for the plate where it has the shape of one, with a
/// finding, and is told as a name otherwise, so that a missing plate is missing.
fn registration(leg: &Segment<'_>, mode: &str, keep: &mut Keep<'_>) -> String {
    let at = CONVEYANCE.field("registration");
    if !leg.is_blank(8, 1) || mode != "3" {
        let component = if leg.is_blank(8, 1) { 4 } else { 1 };
        return keep.text(at, About::Conveyance, leg, 8, component);
    }
    let name = leg.get(8, 4).into_owned();
    if name.is_empty() {
        return name;
    }
    let path = FieldPath::root().field("conveyance").field("registration");
    let (code, severity, parameter) = if is_plate(&name) {
        (
            FindingCode::FormRepaired,
            Severity::Warning,
            ("form", "plate where the name of the vehicle stands (8212)"),
        )
    } else {
        (
            FindingCode::ElementNotRead,
            Severity::Warning,
            ("field", "name of the vehicle, which is no plate (8212)"),
        )
    };
    let note = FormNote::new(code, severity).at(About::Conveyance, path).original(&name);
    keep.notes.push(note.parameter(parameter.0, parameter.1).place(leg.place_of(8, 4)));
    if is_plate(&name) { keep.text(at, About::Conveyance, leg, 8, 4) } else { String::new() }
}

/// Four to twelve letters and digits in at most four groups, of which two are digits, three where the letters are more: `01 A 123 BC`,
/// `A123BC77`, and not `YUTONG ZK6122H9` or `BORIS`.
fn is_plate(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '/')).collect();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let letters = plain.chars().filter(|c| c.is_alphabetic()).count();
    let longest_word =
        text.split([' ', '-', '/']).map(|part| part.chars().filter(|c| c.is_alphabetic()).count());
    (4..=12).contains(&plain.chars().count())
        && digits + letters == plain.chars().count()
        && digits >= 2
        && letters <= 5
        && longest_word.max().is_some_and(|letters| letters <= 4)
        && text.split(' ').count() <= 4
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
