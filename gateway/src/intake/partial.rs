//! A list of changes put into the list that it changes.
//!
//! Passenger lists of changes (`CP`, `RP`, `XR`, `CLNB`, BGM functions 2 to 4) name only those concerned. Taken for the whole
//! list they would make everybody else disappear. So those named are put into what was announced, and whoever is not
//! named stays as announced. Nobody is ever taken off: who does not travel is marked `boarded = false`.

use std::collections::{HashMap, HashSet};

use manifest::{
    declared::{Consignment, CrewMember, Declared, Load, Passenger, PersonName, Said, Stop, TravelDocument},
    finding::{FindingCode, Severity},
};

use crate::decode::document::Naming;

/// What is said about persons or goods in `changes`, put into `announced`; the rest of it stays. Those that are named come
/// first, so that findings about them still point to where they stand in the message.
pub(super) fn merged(announced: Declared, mut changes: Declared, naming: Naming, closes: bool) -> Declared {
    let stays = Stays {
        stops: Stops::between(&announced, &changes),
        boarded: (closes && naming == Naming::Leaving).then_some(true),
    };
    changes.load = match (announced.load, changes.load.take()) {
        (Some(Load::PassengerList(mut list)), Some(Load::PassengerList(named))) => {
            list.passengers = stays.passengers(list.passengers, named.passengers);
            // A total of the message counts those named, and the announced one those announced.
            list.declared_passenger_count = None;
            if !named.route_permit_reference.is_empty() {
                list.route_permit_reference = named.route_permit_reference;
            }
            Some(Load::PassengerList(list))
        }
        (Some(Load::Cargo(mut cargo)), Some(Load::Cargo(named))) => {
            cargo.consignments = consignments(cargo.consignments, named.consignments);
            cargo.declared_consignment_count = None;
            // Totals of the message are those of what it names.
            (cargo.total_gross_mass, cargo.total_package_count) = (None, None);
            let known: HashSet<String> = cargo.containers.iter().map(|one| one.number.clone()).collect();
            cargo.containers.extend(named.containers.into_iter().filter(|one| !known.contains(&one.number)));
            Some(Load::Cargo(cargo))
        }
        // A list about people changes no goods, and a report about goods no people.
        (announced, named) => announced.or(named),
    };
    changes.crew_members = crew(announced.crew_members, changes.crew_members);
    if changes.journey.as_ref().is_none_or(|journey| journey.stops.is_empty()) {
        changes.journey = announced.journey;
    } else if let (Some(now), Some(before)) = (&mut changes.journey, announced.journey) {
        fill(&mut now.border_post_code, before.border_post_code);
        now.arrival_time = now.arrival_time.take().or(before.arrival_time);
    }
    match (&mut changes.conveyance, announced.conveyance) {
        (Some(now), Some(before)) => {
            fill(&mut now.mode_code, before.mode_code);
            fill(&mut now.registration, before.registration);
            fill(&mut now.nationality_code, before.nationality_code);
            if now.trailer_registrations.is_empty() {
                now.trailer_registrations = before.trailer_registrations;
            }
        }
        (now, before) => *now = now.take().or(before),
    }
    changes.carrier = changes.carrier.or(announced.carrier);
    changes.closed |= announced.closed;
    changes
}

/// A list of changes to which no announced list is known. It is recorded and rejected: taken for a whole list it would
/// stand in the place of one that may still come. What may be a whole list is one, and somebody looks at it.
pub(super) fn stands_alone(declared: &mut Declared, naming: Naming) {
    if naming == Naming::Perhaps {
        return;
    }
    for note in declared.notes.iter_mut().filter(|note| note.code == FindingCode::ListPartial) {
        note.severity = Severity::Blocking;
    }
}

/// How many of those named are on the announced list, and how many there are on it.
pub(super) fn known(announced: &Declared, changes: &Declared) -> (usize, usize) {
    match (&announced.load, &changes.load) {
        (Some(Load::PassengerList(list)), Some(Load::PassengerList(named))) => {
            let passengers = Index::of(list.passengers.iter().map(key));
            let crew = Index::of(announced.crew_members.iter().map(crew_key));
            let found: HashSet<usize> =
                named.passengers.iter().filter_map(|one| passengers.find(&key(one))).collect();
            let found_crew: HashSet<usize> =
                changes.crew_members.iter().filter_map(|one| crew.find(&crew_key(one))).collect();
            (
                found.len().saturating_add(found_crew.len()),
                list.passengers.len().saturating_add(announced.crew_members.len()),
            )
        }
        (Some(Load::Cargo(cargo)), Some(Load::Cargo(named))) => {
            let references: HashSet<&str> =
                named.consignments.iter().map(|one| one.consignment_reference.as_str()).collect();
            let is_named = |one: &&Consignment| {
                !one.consignment_reference.is_empty()
                    && references.contains(one.consignment_reference.as_str())
            };
            (cargo.consignments.iter().filter(is_named).count(), cargo.consignments.len())
        }
        _ => (0, usize::MAX),
    }
}

/// Does a list that may be whole say that it is? Its total of passengers is that of those named, and it names most of the
/// announced passengers, so that a few changed persons who are counted by themselves do not make the others disappear.
/// Drivers, who stand in each list, count for neither.
pub(super) fn restates(announced: &Declared, changes: &Declared) -> bool {
    let (list, named) = match (&announced.load, &changes.load) {
        (Some(Load::PassengerList(list)), Some(Load::PassengerList(named))) => (list, named),
        (Some(Load::Cargo(cargo)), Some(Load::Cargo(named))) => {
            let total = match named.declared_consignment_count {
                Some(Said::Plain(total)) => usize::try_from(total).ok(),
                _ => None,
            };
            let found = known(announced, changes).0;
            return total == Some(named.consignments.len()) && found > cargo.consignments.len() / 2;
        }
        _ => return false,
    };
    let Some(Said::Plain(total)) = named.declared_passenger_count else { return false };
    let index = Index::of(list.passengers.iter().map(key));
    let found: HashSet<usize> = named.passengers.iter().filter_map(|one| index.find(&key(one))).collect();
    usize::try_from(total) == Ok(named.passengers.len()) && found.len() > list.passengers.len() / 2
}

/// Do both name somebody, or a consignment? The drivers of a coach stand in each of its lists: they count where there is
/// nobody else.
pub(super) fn shares_load(announced: &Declared, declared: &Declared) -> bool {
    let passengers = |declared: &Declared| match &declared.load {
        Some(Load::PassengerList(list)) => !list.passengers.is_empty(),
        _ => false,
    };
    match (&announced.load, &declared.load) {
        (Some(Load::PassengerList(list)), Some(Load::PassengerList(named))) if passengers(announced) => {
            let index = Index::of(list.passengers.iter().map(key));
            named.passengers.iter().any(|one| index.find(&key(one)).is_some())
        }
        (Some(Load::PassengerList(_)), Some(Load::PassengerList(_))) if passengers(declared) => false,
        _ => known(announced, declared).0 > 0,
    }
}

/// What becomes of those whom a message does not name.
struct Stays {
    stops: Stops,
    /// A list of those who did not board says that the others did.
    boarded: Option<bool>,
}

impl Stays {
    fn passengers(&self, announced: Vec<Passenger>, named: Vec<Passenger>) -> Vec<Passenger> {
        let index = Index::of(announced.iter().map(key));
        let mut before: Vec<Option<Passenger>> = announced.into_iter().map(Some).collect();
        // Place in the announced list, from 1, and in the new one: guardians are named by place.
        let mut places: HashMap<i64, i64> = HashMap::new();
        let mut merged: Vec<Passenger> = Vec::with_capacity(before.len());
        let number = |place: usize| i64::try_from(place.saturating_add(1)).unwrap_or(i64::MAX);
        let mut from_announced = Vec::new();
        for mut passenger in named {
            let found = index.find(&key(&passenger));
            if let Some((place, other)) = found.and_then(|at| Some((at, before.get_mut(at)?.take()?))) {
                places.insert(number(place), number(merged.len()));
                if passenger.guardian_passenger_number.is_none() {
                    from_announced.push(merged.len());
                }
                self.complete(&mut passenger, other);
            }
            merged.push(passenger);
        }
        for (place, mut passenger) in before.into_iter().enumerate().filter_map(|(i, one)| Some((i, one?))) {
            places.insert(number(place), number(merged.len()));
            from_announced.push(merged.len());
            self.stops.renumber(&mut passenger);
            passenger.boarded = self.boarded.or(passenger.boarded);
            merged.push(passenger);
        }
        for place in from_announced {
            let Some(passenger) = merged.get_mut(place) else { continue };
            if let Some(Said::Plain(guardian)) = &mut passenger.guardian_passenger_number {
                *guardian = places.get(guardian).copied().unwrap_or(*guardian);
            }
        }
        merged
    }

    /// What the message leaves out about somebody whom it names is as it was announced.
    fn complete(&self, now: &mut Passenger, mut before: Passenger) {
        self.stops.renumber(&mut before);
        now.name = now.name.take().or(before.name);
        now.birth_date = now.birth_date.take().or(before.birth_date);
        now.sex = now.sex.take().or(before.sex);
        fill(&mut now.nationality_code, before.nationality_code);
        if now.travel_documents.is_empty() {
            now.travel_documents = before.travel_documents;
        }
        now.embark_stop_sequence = now.embark_stop_sequence.take().or(before.embark_stop_sequence);
        now.debark_stop_sequence = now.debark_stop_sequence.take().or(before.debark_stop_sequence);
        fill(&mut now.seat, before.seat);
        fill(&mut now.booking_reference, before.booking_reference);
        now.baggage = now.baggage.take().or(before.baggage);
        now.guardian_passenger_number =
            now.guardian_passenger_number.take().or(before.guardian_passenger_number);
        now.group_leader |= before.group_leader;
        fill(&mut now.residence_country_code, before.residence_country_code);
        now.boarded = now.boarded.or(before.boarded);
    }
}

/// Those named, and behind them whoever else was announced.
pub(super) fn crew(announced: Vec<CrewMember>, named: Vec<CrewMember>) -> Vec<CrewMember> {
    let index = Index::of(announced.iter().map(crew_key));
    let found: HashSet<usize> = named.iter().filter_map(|one| index.find(&crew_key(one))).collect();
    let others = announced.into_iter().enumerate().filter(|(place, _)| !found.contains(place));
    named.into_iter().chain(others.map(|(_, one)| one)).collect()
}

/// The same people in the order in which they were announced; others as they are. Lists that say the same are the same then,
/// whichever came first.
pub(super) fn in_order(announced: &[CrewMember], crew: Vec<CrewMember>) -> Vec<CrewMember> {
    let index = Index::of(crew.iter().map(crew_key));
    let places: Vec<usize> = announced.iter().filter_map(|one| index.find(&crew_key(one))).collect();
    let found: HashSet<usize> = places.iter().copied().collect();
    if places.len() != announced.len() || found.len() != crew.len() || announced.len() != crew.len() {
        return crew;
    }
    let mut crew: Vec<Option<CrewMember>> = crew.into_iter().map(Some).collect();
    places.into_iter().filter_map(|place| crew.get_mut(place)?.take()).collect()
}

/// Where somebody of the crew stands among others.
pub(super) fn place_of(crew: &[CrewMember], member: &CrewMember) -> Option<usize> {
    let wanted = crew_key(member);
    crew.iter().position(|one| same(&crew_key(one), &wanted))
}

/// Is somebody of the crew among those named?
pub(super) fn names_member(named: &[CrewMember], member: &CrewMember) -> bool {
    let wanted = crew_key(member);
    named.iter().any(|one| same(&crew_key(one), &wanted))
}

fn consignments(announced: Vec<Consignment>, named: Vec<Consignment>) -> Vec<Consignment> {
    let others: Vec<Consignment> = announced
        .into_iter()
        .filter(|other| {
            let reference = &other.consignment_reference;
            reference.is_empty() || !named.iter().any(|one| one.consignment_reference == *reference)
        })
        .collect();
    named.into_iter().chain(others).collect()
}

pub(super) fn fill(now: &mut String, before: String) {
    if now.trim().is_empty() {
        *now = before;
    }
}

/// Numbers of the announced journey's stops in the journey that the message restates.
#[derive(Default)]
struct Stops {
    numbers: HashMap<i64, Option<i64>>,
}

impl Stops {
    fn between(announced: &Declared, changes: &Declared) -> Self {
        let of = |declared: &Declared| {
            declared.journey.as_ref().map(|journey| journey.stops.clone()).unwrap_or_default()
        };
        let (before, now) = (of(announced), of(changes));
        if now.is_empty() {
            return Self::default();
        }
        let number = |stop: &Stop| match stop.stop_sequence {
            Some(Said::Plain(number)) => Some(number),
            _ => None,
        };
        let place = |stop: &Stop| {
            let location = stop.location.clone().unwrap_or_default();
            [location.un_locode, location.local_code, location.name].map(|text| text.to_uppercase())
        };
        let same = |one: &[String; 3], other: &[String; 3]| {
            one.iter().any(|text| !text.is_empty() && other.contains(text))
        };
        let numbers = before.iter().filter_map(|stop| {
            let here = place(stop);
            let there = now.iter().find(|other| same(&here, &place(other))).and_then(number);
            Some((number(stop)?, there))
        });
        Self { numbers: numbers.collect() }
    }

    fn renumber(&self, passenger: &mut Passenger) {
        for stop in [&mut passenger.embark_stop_sequence, &mut passenger.debark_stop_sequence] {
            if let Some(Said::Plain(number)) = stop
                && let Some(now) = self.numbers.get(number)
            {
                *stop = now.map(Said::Plain);
            }
        }
    }
}

/// What people are told apart by: numbers of their documents, and their name with the date of birth.
pub(super) struct Key {
    documents: Vec<String>,
    name: String,
    birth: String,
}

pub(super) fn key(passenger: &Passenger) -> Key {
    key_of(&passenger.travel_documents, passenger.name.as_ref(), format_date(&passenger.birth_date))
}

fn crew_key(member: &CrewMember) -> Key {
    key_of(&member.travel_documents, member.name.as_ref(), format_date(&member.birth_date))
}

fn key_of(documents: &[TravelDocument], name: Option<&PersonName>, birth: String) -> Key {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    };
    let documents = documents.iter().map(|document| plain(&document.number));
    Key {
        documents: documents.filter(|number| !number.is_empty()).collect(),
        name: name.map_or_else(String::new, |name| {
            plain(&format!("{}{}{}", name.family_name, name.given_name, name.patronymic))
        }),
        birth,
    }
}

fn format_date(date: &Option<manifest::declared::DeclaredDate>) -> String {
    use manifest::declared::DeclaredDate;
    match date {
        Some(DeclaredDate::Civil { year, month, day }) => format!("{year}-{month}-{day}"),
        Some(DeclaredDate::Said { text, .. }) => text.clone(),
        None => String::new(),
    }
}

/// Where each person of a list stands, so that long lists are not walked for each name.
struct Index {
    keys: Vec<Key>,
    by_document: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Index {
    fn of(keys: impl Iterator<Item = Key>) -> Self {
        let mut index = Self { keys: Vec::new(), by_document: HashMap::new(), by_name: HashMap::new() };
        for (place, key) in keys.enumerate() {
            for number in &key.documents {
                index.by_document.entry(number.clone()).or_default().push(place);
            }
            if !key.name.is_empty() {
                index.by_name.entry(key.name.clone()).or_default().push(place);
            }
            index.keys.push(key);
        }
        index
    }

    /// Place of the person.
    fn find(&self, wanted: &Key) -> Option<usize> {
        let documents = wanted.documents.iter().filter_map(|number| self.by_document.get(number));
        let names = self.by_name.get(&wanted.name);
        let mut places = documents.chain(names).flatten().copied();
        places.find(|place| self.keys.get(*place).is_some_and(|key| same(wanted, key)))
    }
}

/// The same person, and nobody else: two people may share a name, and a child its parent's passport. A document in
/// common needs the name or the birth as well; a name needs the birth, or a document that nobody says otherwise.
pub(super) fn same(one: &Key, other: &Key) -> bool {
    let document = one.documents.iter().any(|number| other.documents.contains(number));
    let named = !one.name.is_empty() && one.name == other.name;
    let both_born = !one.birth.is_empty() && !other.birth.is_empty();
    let born = both_born && one.birth == other.birth;
    let undocumented = one.documents.is_empty() || other.documents.is_empty();
    document && (named || born) || named && (born || !both_born && undocumented)
}
