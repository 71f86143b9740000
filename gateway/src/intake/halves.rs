//! The two lists of one journey, passengers and crew, made one manifest (docs/decisions/0075).
//!
//! Carriers file them as two messages. A list of the one says nothing about the other: whatever is known of that stays.

use std::collections::HashMap;

use jiff::Timestamp;
use manifest::declared::{CrewMember, Declared, DeclaredInstant, Load};

use super::{
    partial::{self, fill},
    traces::{self, Earlier},
};
use crate::decode::document::{Half, Intent, Message, Naming};

/// Parts of a list of passengers that a crew list of the same document is put into.
const MOST_LISTS: usize = 64;

/// Crew lists that are put into one list of passengers in a document: what they come to is copied for each. Others find it in
/// the store.
const MOST_CREWS: usize = 4;

/// By what a journey is found again: departure or arrival, with its number or the plate. The same conveyance cannot depart
/// twice at one time; two coaches may depart under one number, so whoever finds one looks at both.
pub(super) fn trips(declared: &Declared) -> Vec<String> {
    let Some(journey) = &declared.journey else { return Vec::new() };
    let conveyance = declared.conveyance.as_ref();
    let plate = conveyance.map_or_else(String::new, |conveyance| plain(&conveyance.registration));
    let names = [("trip", plain(&journey.journey_reference)), ("plate", plate)];
    let times = [("departs", departure(declared)), ("arrives", instant(&journey.arrival_time))];
    let mut trips = Vec::new();
    for (kind, name) in names.iter().filter(|(_, name)| !name.is_empty()) {
        for (what, time) in times.iter().filter_map(|(what, time)| Some((what, (*time)?))) {
            trips.push(format!("{kind}/{what}/{}/{name}", time.as_second()));
        }
    }
    trips
}

/// One journey, as far as both say: departure before arrival, plate and number.
pub(super) fn same_trip(one: &Declared, other: &Declared) -> bool {
    let same_times = match (departure(one), departure(other)) {
        (Some(one), Some(other)) => one == other,
        _ => arrival(one).is_some() && arrival(one) == arrival(other),
    };
    let plate = |declared: &Declared| declared.conveyance.as_ref().map(|means| plain(&means.registration));
    let number =
        |declared: &Declared| declared.journey.as_ref().map(|journey| plain(&journey.journey_reference));
    let agree = |one: Option<String>, other: Option<String>| {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        said(one).zip(said(other)).map(|(one, other)| one == other)
    };
    let (plates, numbers) = (agree(plate(one), plate(other)), agree(number(one), number(other)));
    // A plate outweighs a number: carriers number the way there and its crew's duty differently.
    same_times && (plates == Some(true) || plates.is_none() && numbers == Some(true))
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn instant(said: &Option<DeclaredInstant>) -> Option<Timestamp> {
    match said {
        Some(DeclaredInstant::Instant { timestamp, .. }) => Some(*timestamp),
        _ => None,
    }
}

/// When the journey begins: said of the journey, or of its first stop.
pub(super) fn departure(declared: &Declared) -> Option<Timestamp> {
    let journey = declared.journey.as_ref()?;
    let first = || instant(&journey.stops.first()?.departure_time);
    instant(&journey.departure_time).or_else(first)
}

fn arrival(declared: &Declared) -> Option<Timestamp> {
    instant(&declared.journey.as_ref()?.arrival_time)
}

/// Does the manifest name passengers?
pub(super) fn has_passengers(declared: &Declared) -> bool {
    matches!(&declared.load, Some(Load::PassengerList(list)) if !list.passengers.is_empty())
}

/// A crew list put into what was announced of its journey. `replaces`: it restates the crew that an earlier crew list
/// named; otherwise those whom the list of passengers named stay as well.
pub(super) fn with_crew(announced: Declared, crew: Declared, replaces: bool, earlier: &Earlier) -> Declared {
    let mut joined = announced;
    let before = joined.crew_members.clone();
    let own = crew.crew_members.clone();
    joined.crew_members =
        if replaces { crew.crew_members } else { partial::crew(joined.crew_members, crew.crew_members) };
    joined.crew_members = partial::in_order(&before, joined.crew_members);
    joined.manifest_reference = crew.manifest_reference;
    (joined.part, joined.revision) = (crew.part, crew.revision);
    joined.test |= crew.test;
    joined.issue_time = crew.issue_time;
    complete(&mut joined, crew.conveyance, crew.journey);
    joined.carrier = joined.carrier.or(crew.carrier);
    (joined.source, joined.notes) = (crew.source, crew.notes);
    traces::of_crew_list(&mut joined, &own, &before, earlier);
    joined
}

/// A list of passengers beside the crew that is known of its journey. `adds`: that crew was filed in a list of its own, and
/// whom the list of passengers names comes to it.
pub(super) fn with_passengers(
    announced: Declared,
    mut list: Declared,
    adds: bool,
    earlier: &Earlier,
) -> Declared {
    let is_crew_list = !has_passengers(&announced);
    let own = list.crew_members.clone();
    if adds || list.crew_members.is_empty() {
        let crew = partial::crew(announced.crew_members.clone(), list.crew_members);
        list.crew_members = partial::in_order(&announced.crew_members, crew);
    }
    if is_crew_list {
        complete(&mut list, announced.conveyance, announced.journey);
        list.carrier = list.carrier.or(announced.carrier);
    }
    traces::of_passengers(&mut list, &own, &announced.crew_members, earlier, is_crew_list);
    list
}

/// Those of the crew whom a withdrawn crew list names are no more of it; all of them where it names nobody.
pub(super) fn without_crew(announced: Declared, withdrawn: Declared, earlier: &Earlier) -> Declared {
    let (named, mut withdrawn) = (withdrawn.crew_members.clone(), withdrawn);
    let mut announced = announced;
    let before = announced.crew_members.clone();
    let all = named.is_empty();
    announced.crew_members.retain(|member| !all && !partial::names_member(&named, member));
    withdrawn.crew_members.clear();
    let (source, notes) = (std::mem::take(&mut withdrawn.source), std::mem::take(&mut withdrawn.notes));
    let mut left = with_crew(announced, withdrawn, false, &Earlier::default());
    (left.source, left.notes) = (source, notes);
    traces::of_crew_list(&mut left, &[], &before, earlier);
    left
}

/// What one list leaves out about the journey, as the other has it.
fn complete(
    joined: &mut Declared,
    conveyance: Option<manifest::declared::Conveyance>,
    journey: Option<manifest::declared::Journey>,
) {
    match (&mut joined.conveyance, conveyance) {
        (Some(now), Some(other)) => {
            fill(&mut now.mode_code, other.mode_code);
            fill(&mut now.registration, other.registration);
            fill(&mut now.nationality_code, other.nationality_code);
            if now.trailer_registrations.is_empty() {
                now.trailer_registrations = other.trailer_registrations;
            }
        }
        (now, other) => *now = now.take().or(other),
    }
    match (&mut joined.journey, journey) {
        (Some(now), Some(other)) => {
            fill(&mut now.journey_reference, other.journey_reference);
            fill(&mut now.border_post_code, other.border_post_code);
            now.arrival_time = now.arrival_time.take().or(other.arrival_time);
            now.departure_time = now.departure_time.take().or(other.departure_time);
        }
        (now, other) => *now = now.take().or(other),
    }
}

/// Where a crew list of a document went: into the list at this place, from 0, and what it declares by itself.
pub(super) struct Joined {
    pub(super) into: usize,
    pub(super) crew: Declared,
}

/// Puts the crew lists of a document into the lists of passengers of the same journey. Both messages of a pair then declare
/// the one manifest, so whichever comes second repeats it. What becomes of each crew list, by its place; and of each list that
/// crews were put into, by its place, their references.
pub(super) fn join(messages: &mut [Message]) -> (HashMap<usize, Joined>, HashMap<usize, Vec<String>>) {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, message) in messages.iter().enumerate() {
        for name in announced(message, Half::Passengers).map(names).unwrap_or_default() {
            by_name.entry(name).or_default().push(place);
        }
    }
    let mut joined: HashMap<usize, Joined> = HashMap::new();
    let mut taken: HashMap<usize, Vec<String>> = HashMap::new();
    for place in 0..messages.len() {
        let Some(crew) = messages.get(place).and_then(|message| announced(message, Half::Crew)) else {
            continue;
        };
        let crew = crew.clone();
        let mut lists: Vec<usize> = Vec::new();
        for name in names(&crew) {
            let found = by_name.get(&name).into_iter().flatten().take(MOST_LISTS).copied();
            let of_it = found.filter(|at| {
                let list = messages.get(*at).and_then(|message| message.content.as_ref().ok());
                list.is_some_and(|list| {
                    list.manifest_reference == crew.manifest_reference || same_trip(list, &crew)
                })
            });
            lists.extend(of_it);
        }
        lists.sort_unstable();
        lists.dedup();
        lists.retain(|at| taken.get(at).is_none_or(|crews| crews.len() < MOST_CREWS));
        lists.truncate(MOST_LISTS);
        for at in &lists {
            taken.entry(*at).or_default().push(crew.manifest_reference.clone());
            let list = messages.get_mut(*at).and_then(|message| message.content.as_mut().ok());
            if let Some(list) = list {
                add(list, crew.clone());
            }
        }
        if let Some(into) = lists.first() {
            joined.insert(place, Joined { into: *into, crew });
        }
    }
    for (place, Joined { into, .. }) in &joined {
        let Some(list) = messages.get(*into).map(|message| (message.content.clone(), message.half)) else {
            continue;
        };
        if let Some(message) = messages.get_mut(*place) {
            (message.content, message.half) = list;
        }
    }
    (joined, taken)
}

/// What a message announces in whole, where it is a list of that kind.
fn announced(message: &Message, half: Half) -> Option<&Declared> {
    let whole = message.naming == Naming::Everything && message.intent == Intent::Announce;
    message.content.as_ref().ok().filter(|_| whole && message.half == Some(half))
}

fn names(declared: &Declared) -> Vec<String> {
    let mut names = trips(declared);
    if !declared.manifest_reference.is_empty() {
        names.push(format!("reference/{}", declared.manifest_reference));
    }
    names
}

/// The crew of a list of its own, put into a list of passengers that came in the same document.
fn add(list: &mut Declared, crew: Declared) {
    let own: Vec<CrewMember> = std::mem::take(&mut list.crew_members);
    let names_none = own.is_empty();
    let known = own.len();
    let named = crew.crew_members.clone();
    list.crew_members = partial::crew(crew.crew_members, own);
    // Whom the crew list alone names stand behind those whom the list of passengers names.
    let at = |member: &CrewMember| {
        list.crew_members
            .iter()
            .position(|one| one == member)
            .or_else(|| partial::place_of(&list.crew_members, member))
    };
    let places: HashMap<usize, usize> =
        named.iter().enumerate().filter_map(|(from, member)| Some((from, at(member)?))).collect();
    let mut notes = crew.notes;
    traces::renumber(&mut notes, &places);
    list.notes.extend(notes);
    if names_none {
        // Places are counted over the whole document, so those of the one list hold beside those of the other.
        list.source.append(crew.source);
    } else {
        let path = |at: usize| format!("crew_members[{at}]");
        let moved = places.into_iter().filter(|(_, at)| *at >= known);
        let moved: Vec<_> = moved.map(|(from, at)| (path(at), path(from))).collect();
        list.source.is_beside(moved, crew.source);
    }
    traces::settled(list);
    complete(list, crew.conveyance, crew.journey);
    list.carrier = list.carrier.take().or(crew.carrier);
}
