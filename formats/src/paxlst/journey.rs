//! The journey: legs (TDT) with the places they call at (LOC) and when (DTM), as one row of stops in travel order.

use jiff::Timestamp;
use manifest::declared::{
    Conveyance, DeclaredInstant, FormNote, Journey, Location, Mark, Party, PathKey, Stop,
};
use manifest::finding::{About, FieldPath, FindingCode, Severity};

use super::codes;
use super::leg::{Leg, ONE_VEHICLE, carrier, is_on_land};
use crate::edifact::{Century, Keep, Segment, clock_of, day_of, instant, tags};

/// What the TDT groups of a list say.
pub(super) struct Route<'t> {
    legs: Vec<Leg<'t>>,
    calls: Vec<Call>,
    /// Border post or place of arrival in the header (later directories have LOC there).
    header_arrival: Option<(String, Mark)>,
    century: Century,
    /// Times that stand on a leg and at no place.
    loose: Vec<(bool, DeclaredInstant, Mark)>,
    clock_unknown: Option<(manifest::declared::SourcePlace, String)>,
    /// A time of arrival behind the place where the journey begins.
    early_arrival: Option<Early>,
}

/// A time that is read once its place is known: value, format, where.
type Early = (String, String, Mark, manifest::declared::SourcePlace);

/// One LOC of a leg.
struct Call {
    leg: usize,
    qualifier: String,
    code: String,
    name: String,
    mark: Mark,
    arrival: Option<(DeclaredInstant, Mark)>,
    departure: Option<(DeclaredInstant, Mark)>,
    /// A time of it was read without knowing the place's clock.
    clock_unknown: bool,
    /// The clock of an earlier call of the same place.
    merged: bool,
}

const JOURNEY: PathKey = PathKey::ROOT.field("journey");
const CONVEYANCE: PathKey = PathKey::ROOT.field("conveyance");

impl<'t> Route<'t> {
    pub(super) fn new(received: Timestamp) -> Self {
        Self {
            legs: Vec::new(),
            calls: Vec::new(),
            header_arrival: None,
            century: Century::Near(day_of(received)),
            loose: Vec::new(),
            clock_unknown: None,
            early_arrival: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.legs.is_empty() && self.calls.is_empty()
    }

    pub(super) fn tdt(&mut self, segment: &Segment<'t>) {
        let text = |element, component| segment.get(element, component).into_owned();
        self.legs.push(Leg {
            segment: *segment,
            reference: text(2, 1),
            // Recommendation 19 has one digit; some fill the field to two.
            mode: text(3, 1).trim_start_matches('0').to_owned(),
            means: text(4, 1),
            plate: text(8, 1),
            name: text(8, 4),
            nationality: text(8, 5),
            calls: 0,
        });
    }

    pub(super) fn loc(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        // Whatever its qualifier, a place behind TDT is on the way: guides use 125, 87, 92 and 130, others 22, 5 or 188.
        let qualifier = segment.get(1, 1);
        if segment.is_blank(2, 1) && segment.is_blank(2, 4) {
            keep.not_read(segment, &qualifier);
            return;
        }
        if let Some(leg) = self.legs.last_mut() {
            leg.calls = leg.calls.saturating_add(1);
        }
        self.calls.push(Call {
            leg: self.legs.len().saturating_sub(1),
            qualifier: qualifier.into_owned(),
            code: segment.get(2, 1).into_owned(),
            name: segment.get(2, 4).into_owned(),
            mark: segment.mark(2, 1),
            arrival: None,
            departure: None,
            clock_unknown: false,
            merged: false,
        });
    }

    /// A place in the header: the last one that names an arrival counts.
    pub(super) fn header_loc(&mut self, segment: &Segment<'_>) {
        if matches!(segment.get(1, 1).as_ref(), "87" | "60" | "22" | "41") {
            self.header_arrival = Some((segment.get(2, 1).into_owned(), segment.mark(2, 1)));
        }
    }

    pub(super) fn dtm(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let qualifier = segment.get(1, 1);
        let arrives = match qualifier.as_ref() {
            "232" | "132" | "178" | "252" => true,
            "189" | "133" | "136" | "186" | "253" => false,
            other => return keep.not_read(segment, other),
        };
        if let ([first], true) = (self.calls.as_slice(), arrives)
            && first.qualifier == "125"
        {
            let (value, format) = (segment.get(1, 2).into_owned(), segment.get(1, 3).into_owned());
            self.early_arrival = Some((value, format, segment.mark(1, 2), segment.place_of(1, 2)));
            return;
        }
        let call = self.calls.last_mut();
        let clock = call.as_ref().and_then(|call| clock_of(&call.code));
        let read = instant(&segment.get(1, 2), &segment.get(1, 3), self.century, clock);
        if read.clock_unknown && self.clock_unknown.is_none() {
            self.clock_unknown = Some((segment.place_of(1, 2), segment.get(1, 2).into_owned()));
        }
        let mark = segment.mark(1, 2);
        let on_this_leg = self.legs.last().is_none_or(|leg| leg.calls > 0);
        let mut call = call.filter(|_| on_this_leg);
        if let Some(call) = &mut call {
            call.clock_unknown |= read.clock_unknown;
        }
        match call {
            Some(call) if arrives => call.arrival = Some((read.instant, mark)),
            Some(call) => call.departure = Some((read.instant, mark)),
            None => self.loose.push((arrives, read.instant, mark)),
        }
    }

    /// Mode of transport: as said, or what the means of transport imply, or air for what looks like a flight and
    /// nothing else.
    pub(super) fn mode(&self, association: &str) -> String {
        let legs = || self.legs.iter();
        if let Some(leg) = legs().find(|leg| !leg.mode.is_empty()) {
            return leg.mode.clone();
        }
        if let Some(mode) = legs().find_map(|leg| codes::mode_of_means(&leg.means)) {
            return mode.to_owned();
        }
        let flies = legs().any(|leg| leg.is_anonymous("") && codes::is_flight(&leg.reference));
        let airport = |call: &Call| call.code.len() == 3 && call.code.bytes().all(|b| b.is_ascii_uppercase());
        let between_airports = !self.calls.is_empty() && self.calls.iter().all(airport);
        let without_plate = legs().all(|leg| leg.is_anonymous("")) && !self.legs.is_empty();
        if flies || without_plate && (association == "IATA" || between_airports) {
            return "4".to_owned();
        }
        String::new()
    }

    /// The conveyance, the journey and the carrier that the legs name. The leg that crosses the border is the one that
    /// arrives at LOC+87; without one, the last.
    pub(super) fn declare(mut self, mode: &str, keep: &mut Keep<'_>) -> (Conveyance, Journey, Option<Party>) {
        self.arrival_before_its_place();
        self.in_travel_order();
        self.join_stays();
        let arrival = self.calls.iter().position(|call| call.qualifier == "87" && !call.merged);
        let arrival =
            arrival.or_else(|| self.calls.iter().rposition(|call| call.arrival.is_some() && !call.merged));
        let crossing = arrival.and_then(|index| self.calls.get(index)).map_or(0, |call| call.leg);
        let crossing = if arrival.is_some() { crossing } else { 0 };
        let (vehicle, behind) = self.coupled(crossing);
        let leg = self.legs.get(vehicle).or_else(|| self.legs.first());
        let trailers = self.legs.get(vehicle.saturating_add(1)..behind).unwrap_or_default();
        let conveyance = self.conveyance(mode, leg, trailers, keep);
        let of_it = vehicle..behind;
        let others = self.legs.iter().enumerate().filter(|(place, _)| !of_it.contains(place));
        if let Some(leg) = leg.filter(|_| is_on_land(mode))
            && let Some((_, other)) = others.into_iter().find(|(_, other)| other.is_another_vehicle(leg))
        {
            let place = other.segment.place_of(8, 1);
            let path = FieldPath::root().field("conveyance").field("registration");
            let note = tags::said_twice(&other.segment, place, About::Conveyance, path, ONE_VEHICLE);
            keep.notes.push(note);
        }
        let carrier = leg.and_then(|leg| carrier(leg, keep));
        let mut journey = Journey::default();
        if let Some(leg) = leg.filter(|leg| !leg.reference.is_empty()) {
            journey.journey_reference =
                keep.text(JOURNEY.field("journey_reference"), About::Conveyance, &leg.segment, 2, 1);
        }
        if let Some((place, said)) = &self.clock_unknown {
            let note = FormNote::new(FindingCode::DateAmbiguous, Severity::Note)
                .at(About::Conveyance, "journey")
                .original(said)
                .parameter("form", "UTC")
                .place(place.clone());
            keep.notes.push(note);
        }
        if let Some(call) = arrival.and_then(|index| self.calls.get(index)) {
            if is_border_post(mode, &call.code) {
                journey.border_post_code = call.code.clone();
                keep.source.mark(JOURNEY.field("border_post_code"), call.mark);
            }
            if let Some((instant, mark)) = &call.arrival {
                journey.arrival_time = Some(instant.clone());
                keep.source.mark(JOURNEY.field("arrival_time"), *mark);
            }
        } else if let Some((code, mark)) =
            self.header_arrival.as_ref().filter(|(code, _)| is_border_post(mode, code))
        {
            journey.border_post_code = code.clone();
            keep.source.mark(JOURNEY.field("border_post_code"), *mark);
        }
        if let Some((instant, mark)) = self.calls.iter().find_map(|call| call.departure.as_ref()) {
            journey.departure_time = Some(instant.clone());
            keep.source.mark(JOURNEY.field("departure_time"), *mark);
        }
        for (arrives, instant, mark) in &self.loose {
            let (slot, field) = match arrives {
                true => (&mut journey.arrival_time, "arrival_time"),
                false => (&mut journey.departure_time, "departure_time"),
            };
            if slot.is_none() {
                *slot = Some(instant.clone());
                keep.source.mark(JOURNEY.field(field), *mark);
            }
        }
        for call in self.calls.iter().filter(|call| !call.merged) {
            let at = JOURNEY.item("stops", journey.stops.len());
            journey.stops.push(stop(call, journey.stops.len(), at, keep));
        }
        (conveyance, journey, carrier)
    }

    /// Some write the time of arrival before the place where they arrive, so that it stands behind the place of departure: nobody
    /// arrives where a journey begins.
    fn arrival_before_its_place(&mut self) {
        let Some((value, format, mark, said_at)) = self.early_arrival.take() else { return };
        let place = self.calls.iter().position(|call| call.qualifier == "87" && call.arrival.is_none());
        let Some(call) = self.calls.get_mut(place.unwrap_or(0)) else { return };
        let read = instant(&value, &format, self.century, clock_of(&call.code));
        if read.clock_unknown && self.clock_unknown.is_none() {
            self.clock_unknown = Some((said_at, value));
        }
        call.clock_unknown |= read.clock_unknown;
        call.arrival = Some((read.instant, mark));
    }

    /// Several TDT of one journey before its places are a vehicle and its trailers: the first, and behind the last.
    fn coupled(&self, crossing: usize) -> (usize, usize) {
        let reference = |index: usize| self.legs.get(index).map(|leg| leg.reference.as_str());
        let calls = |index: usize| self.legs.get(index).map_or(0, |leg| leg.calls);
        let (mut vehicle, mut behind) = (crossing, crossing.saturating_add(1));
        while let Some(before) = vehicle.checked_sub(1)
            && calls(before) == 0
            && reference(before) == reference(crossing)
        {
            vehicle = before;
        }
        while behind < self.legs.len() && calls(behind) == 0 && reference(behind) == reference(crossing) {
            behind = behind.saturating_add(1);
        }
        (vehicle, behind)
    }

    /// The vehicle of the leg that crosses, with its trailers.
    fn conveyance(
        &self,
        mode: &str,
        leg: Option<&Leg<'_>>,
        trailers: &[Leg<'_>],
        keep: &mut Keep<'_>,
    ) -> Conveyance {
        let Some(leg) = leg else {
            return Conveyance { mode_code: mode.to_owned(), ..Conveyance::default() };
        };
        if !leg.mode.is_empty() {
            keep.source.mark(CONVEYANCE.field("mode_code"), leg.segment.mark(3, 1));
        } else {
            keep.source.mark(CONVEYANCE.field("mode_code"), leg.segment.mark(0, 0));
        }
        let mut conveyance = Conveyance {
            mode_code: mode.to_owned(),
            nationality_code: leg.nationality.clone(),
            type_code: leg.means.clone(),
            ..Conveyance::default()
        };
        conveyance.registration = keep.text(
            CONVEYANCE.field("registration"),
            About::Conveyance,
            &leg.segment,
            8,
            leg.component(mode),
        );
        keep.source.mark(CONVEYANCE.field("nationality_code"), leg.segment.mark(8, 5));
        keep.source.mark(CONVEYANCE.field("type_code"), leg.segment.mark(4, 1));
        for trailer in
            trailers.iter().filter(|trailer| !trailer.is_anonymous(mode) && !trailer.is_like(leg, mode))
        {
            let at = CONVEYANCE.item("trailer_registrations", conveyance.trailer_registrations.len());
            let plate = keep.text(at, About::Conveyance, &trailer.segment, 8, trailer.component(mode));
            conveyance.trailer_registrations.push(plate);
        }
        conveyance
    }

    /// Senders list the crossing leg first and the way to it behind. When every call has a time that is known for sure,
    /// times order them. Otherwise legs are ordered by when they begin, and the places of a leg stay as they are
    /// listed: whoever flies west may well arrive before departing, by the clocks on the wall.
    fn in_travel_order(&mut self) {
        let time = |call: &Call| match call.departure.as_ref().or(call.arrival.as_ref())? {
            (DeclaredInstant::Instant { timestamp, .. }, _) => Some(*timestamp),
            _ => None,
        };
        let first_time = |call: &Call| match call.arrival.as_ref().or(call.departure.as_ref())? {
            (DeclaredInstant::Instant { timestamp, .. }, _) => Some(*timestamp),
            _ => None,
        };
        if self.calls.iter().all(|call| first_time(call).is_some() && !call.clock_unknown) {
            self.calls.sort_by_key(first_time);
            return;
        }
        let mut begins: Vec<Option<Timestamp>> = vec![None; self.legs.len().max(1)];
        let mut seen = vec![false; begins.len()];
        for call in &self.calls {
            if let (Some(begin), Some(seen)) = (begins.get_mut(call.leg), seen.get_mut(call.leg))
                && !std::mem::replace(seen, true)
            {
                *begin = time(call);
            }
        }
        let known = seen.iter().zip(&begins).all(|(seen, begin)| !seen || begin.is_some());
        if known {
            self.calls.sort_by_key(|call| begins.get(call.leg).copied().flatten());
        }
    }

    /// An arrival and the next departure from the same place are one stop.
    fn join_stays(&mut self) {
        for index in 1..self.calls.len() {
            let Some((before, rest)) = self.calls.split_at_mut_checked(index) else { return };
            let (Some(last), Some(next)) = (before.last_mut(), rest.first_mut()) else { return };
            let stays = last.arrival.is_some() && last.departure.is_none() && !last.merged;
            let leaves = next.arrival.is_none() && next.departure.is_some();
            if stays && leaves && last.code == next.code && !next.code.is_empty() {
                last.departure = next.departure.take();
                next.merged = true;
            }
        }
    }
}

/// Does a place of arrival stand for a border post? By air and sea it is an airport or a port, which is one of the stops.
fn is_border_post(mode: &str, code: &str) -> bool {
    matches!(mode.as_bytes().first(), None | Some(b'2' | b'3')) || code.starts_with("UZ-")
}

fn stop(call: &Call, index: usize, at: PathKey, keep: &mut Keep<'_>) -> Stop {
    keep.source.mark(at, call.mark);
    let mut location = Location { name: call.name.clone(), ..Location::default() };
    // Two letters of a country and three of a place; border posts and airports have other forms.
    let is_locode = call.code.len() == 5 && call.code.bytes().take(2).all(|byte| byte.is_ascii_uppercase());
    match is_locode {
        true => location.un_locode = call.code.clone(),
        false => location.local_code = call.code.clone(),
    }
    let mut take = |time: &Option<(DeclaredInstant, Mark)>, field: &'static str| {
        time.as_ref().map(|(instant, mark)| {
            keep.source.mark(at.field(field), *mark);
            instant.clone()
        })
    };
    Stop {
        stop_sequence: i64::try_from(index.saturating_add(1)).ok().map(Into::into),
        location: Some(location),
        arrival_time: take(&call.arrival, "arrival_time"),
        departure_time: take(&call.departure, "departure_time"),
    }
}
