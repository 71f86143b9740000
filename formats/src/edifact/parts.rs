//! The parts of one list read as one list: its crew and its journey stand in each of them (docs/decisions/0095).

use manifest::declared::{CrewMember, Declared, FormNote, Load, Mark, PathKey, PersonName, SourcePlace};
use manifest::finding::{About, FieldPath, FindingCode, Severity};

use super::settle::Settling;
use crate::{Half, Intent, Naming};

/// Somebody of the crew, with what was noted about them and where they stand.
struct Known {
    member: CrewMember,
    notes: Vec<FormNote>,
    place: Option<SourcePlace>,
}

/// A list of passengers that says whom it is about, all of them.
fn is_list(one: &Settling) -> bool {
    let message = &one.message;
    message.half == Some(Half::Passengers)
        && message.naming == Naming::Everything
        && matches!(message.intent, Intent::Announce | Intent::Amend | Intent::Close)
}

/// Puts the crew and the journey of all parts into each of them: whoever looks at one part looks at a coach with its
/// drivers. Parts that are about two conveyances share nothing.
pub(super) fn share(messages: &mut [Settling], parts: &[usize]) {
    let lists: Vec<usize> =
        parts.iter().copied().filter(|index| messages.get(*index).is_some_and(is_list)).collect();
    if lists.len() < 2 || !one_conveyance(messages, &lists) {
        return;
    }
    let mut crew: Vec<Known> = Vec::new();
    for index in &lists {
        let Some(declared) = declared_of(messages, *index) else { continue };
        let places: Vec<_> = (0..declared.crew_members.len())
            .map(|at| declared.source.place_of(&FieldPath::root().item("crew_members", at)))
            .collect();
        for (at, (member, place)) in declared.crew_members.iter().zip(places).enumerate() {
            if crew.iter().any(|known| is_same(&known.member, member)) {
                continue;
            }
            let notes = declared.notes.iter().filter(|note| note.about == About::CrewMember(at));
            crew.push(Known { member: member.clone(), notes: notes.cloned().collect(), place });
        }
    }
    let travels: Vec<_> = lists
        .iter()
        .filter_map(|index| messages.get(*index)?.message.content.as_ref().ok())
        .map(|declared| (declared.conveyance.clone(), declared.journey.clone(), declared.carrier.clone()))
        .collect();
    for index in &lists {
        let Some(declared) = declared_of(messages, *index) else { continue };
        for (conveyance, journey, carrier) in &travels {
            complete(declared, conveyance.as_ref(), journey.as_ref());
            declared.carrier = declared.carrier.take().or_else(|| carrier.clone());
        }
        for known in &crew {
            if !declared.crew_members.iter().any(|own| is_same(own, &known.member)) {
                put(declared, known);
            }
        }
    }
}

/// One more of the crew, where they stand in another message, with what is wrong with them.
fn put(declared: &mut Declared, known: &Known) {
    let at = declared.crew_members.len();
    declared.crew_members.push(known.member.clone());
    if let Some(SourcePlace::Segment { number, tag, .. }) = known.place {
        let mark = Mark::Segment { number, tag, element: 0, component: 0 };
        declared.source.mark(PathKey::ROOT.item("crew_members", at), mark);
    }
    for note in &known.notes {
        let field = note.path.as_str().split_once("].").map(|(_, field)| field);
        let path = match field {
            Some(field) => FieldPath::from(format!("crew_members[{at}].{field}").as_str()),
            None => FieldPath::root().item("crew_members", at),
        };
        let place = note.place.clone().or_else(|| known.place.clone());
        declared.notes.push(FormNote { about: About::CrewMember(at), path, place, ..note.clone() });
    }
}

/// How many of the crew all of these messages name together.
pub(super) fn crew_of(messages: &[Settling], parts: &[usize]) -> usize {
    let mut crew: Vec<&CrewMember> = Vec::new();
    let named = parts.iter().filter_map(|index| messages.get(*index)?.message.content.as_ref().ok());
    for member in named.flat_map(|declared| &declared.crew_members) {
        if !crew.iter().any(|known| is_same(known, member)) {
            crew.push(member);
        }
    }
    crew.len()
}

/// A part of a list that is not here in whole, without crew: the drivers may stand in another part. Nothing is decided
/// about a coach whose drivers nobody knows, and it is not red for what may be on its way.
pub(super) fn waits_for_crew(messages: &mut [Settling], parts: &[usize]) {
    for index in parts {
        let Some(one) = messages.get_mut(*index) else { continue };
        let (place, waits) = (one.message.place.clone(), is_list(one) && !one.is_the_list());
        let Ok(declared) = &mut one.message.content else { continue };
        let on_road = declared.conveyance.as_ref().is_some_and(|means| means.mode_code.starts_with('3'));
        if waits && on_road && declared.crew_members.is_empty() {
            // No missing driver: that makes a coach red.
            let note = FormNote::new(FindingCode::ValueMalformed, Severity::Blocking)
                .at(About::Conveyance, "crew_members")
                .original(one.sequence.clone())
                .parameter("form", "all parts of the list in one interchange");
            declared.notes.push(FormNote { place, ..note });
        }
    }
}

fn declared_of(messages: &mut [Settling], index: usize) -> Option<&mut Declared> {
    messages.get_mut(index)?.message.content.as_mut().ok()
}

/// Do all that name a plate, or a journey, name the same? Two lists may number their parts under one reference.
fn one_conveyance(messages: &[Settling], lists: &[usize]) -> bool {
    let named = || lists.iter().filter_map(|index| messages.get(*index)?.message.content.as_ref().ok());
    let one = |words: Vec<&str>| {
        let mut said = words.into_iter().filter(|word| !word.is_empty());
        let first = said.next();
        said.all(|word| Some(word) == first)
    };
    one(named().filter_map(|d| d.conveyance.as_ref()).map(|c| c.registration.as_str()).collect())
        && one(named().filter_map(|d| d.journey.as_ref()).map(|j| j.journey_reference.as_str()).collect())
}

/// The same member of the crew: who is named in each part is on board once.
fn is_same(one: &CrewMember, other: &CrewMember) -> bool {
    let plain = |name: &Option<PersonName>| {
        let name = name.clone().unwrap_or_default();
        format!("{} {}", name.family_name, name.given_name).trim().to_lowercase()
    };
    let shares_document = || {
        let numbers = || one.travel_documents.iter().map(|document| &document.number);
        let has = |number: &String| other.travel_documents.iter().any(|document| document.number == *number);
        numbers().filter(|number| !number.is_empty()).any(has)
    };
    let (name, again) = (plain(&one.name), plain(&other.name));
    one == other
        || one.birth_date == other.birth_date && (shares_document() || !name.is_empty() && name == again)
}

/// What one part leaves out about the journey, as another has it.
fn complete(
    declared: &mut Declared,
    conveyance: Option<&manifest::declared::Conveyance>,
    journey: Option<&manifest::declared::Journey>,
) {
    let fill = |now: &mut String, other: &String| {
        if now.is_empty() {
            now.clone_from(other);
        }
    };
    if let Some(other) = conveyance {
        let now = declared.conveyance.get_or_insert_default();
        fill(&mut now.mode_code, &other.mode_code);
        fill(&mut now.registration, &other.registration);
        fill(&mut now.nationality_code, &other.nationality_code);
        fill(&mut now.type_code, &other.type_code);
        if now.trailer_registrations.is_empty() {
            now.trailer_registrations.clone_from(&other.trailer_registrations);
        }
    }
    if let Some(other) = journey {
        let now = declared.journey.get_or_insert_default();
        fill(&mut now.journey_reference, &other.journey_reference);
        fill(&mut now.border_post_code, &other.border_post_code);
        now.arrival_time = now.arrival_time.take().or_else(|| other.arrival_time.clone());
        now.departure_time = now.departure_time.take().or_else(|| other.departure_time.clone());
        if now.stops.is_empty() {
            now.stops.clone_from(&other.stops);
        }
    }
}

/// Passengers that a message names.
pub(super) fn passengers_of(one: &Settling) -> usize {
    match one.message.content.as_ref().ok().and_then(|declared| declared.load.as_ref()) {
        Some(Load::PassengerList(list)) => list.passengers.len(),
        _ => 0,
    }
}
