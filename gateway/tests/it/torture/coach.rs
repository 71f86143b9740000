//! One bus company: sends the two lists of each journey to whichever gateways, at once or in one document, and each again until
//! it is answered; and what it was told against what is stored.

use std::{
    collections::BTreeMap,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use gateway::persist::{FeedEvent, FeedRow, Persons, Sealed, State, Store};
use manifest::{Manifest, person::Person, record};
use prost::Message as _;
use proto::v1::{
    DocumentMessage, Receipt, SubmitDocumentRequest, manifest_service_client::ManifestServiceClient,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tonic::{Code, Request, Status, transport::Channel};

use super::{
    World,
    partner::{CALL, is_unknown},
};
use crate::journeys::{TRIP, Trip, list, person};

pub(super) const COACH: &str = "silk-coach";
/// What the travel documents of passengers and of the crew begin with.
const PERSONS: [&str; 2] = ["PA", "CD"];
/// How long it may take after the last fault until every list is answered.
const ANSWERED_IN: Duration = Duration::from_secs(60);
/// Journeys of which a list was not answered, at the most: under faults more would be planned than can be ended.
const OPEN: usize = 40;

/// What the company knows.
#[derive(Default)]
pub(super) struct Journeys {
    /// By the number of the trip.
    by_trip: BTreeMap<String, [List; 2]>,
    pub(super) answered: u64,
    pub(super) unanswered: u64,
    problems: Vec<String>,
}

/// Passengers, or crew.
struct List {
    /// A message of an interchange.
    content: String,
    /// The first answer's.
    receipt: Option<Receipt>,
}

pub(super) async fn run(world: World, seed: u64) -> Journeys {
    let addresses = world.cluster.addresses();
    let clients = addresses.iter().map(|address| world.site.manifests(*address, COACH)).collect();
    let mut company = Company { clients, random: StdRng::seed_from_u64(seed), journeys: Journeys::default() };
    while !world.stop.load(Ordering::Relaxed) {
        company.step().await;
    }
    // Nobody is left without an answer once the faults are over: a journey that nobody can take up shows here.
    let begin = Instant::now();
    while begin.elapsed() < ANSWERED_IN
        && let Some(trip) = company.one_of(company.open())
    {
        company.send(&trip).await;
    }
    let Journeys { by_trip, problems, .. } = &mut company.journeys;
    let open = by_trip.iter().filter(|(_, lists)| !all_answered(lists));
    problems.extend(open.map(|(trip, _)| format!("{trip} was not answered in {ANSWERED_IN:?}")));
    company.journeys
}

fn all_answered(lists: &[List; 2]) -> bool {
    lists.iter().all(|list| list.receipt.is_some())
}

struct Company {
    clients: Vec<ManifestServiceClient<Channel>>,
    random: StdRng,
    journeys: Journeys,
}

impl Company {
    async fn step(&mut self) {
        let open = self.open();
        let is_room = open.len() < OPEN;
        let trip = if is_room && self.random.random_bool(0.6) { self.plan() } else { self.any(open) };
        self.send(&trip).await;
    }

    async fn send(&mut self, trip: &str) {
        let both = &self.journeys.by_trip[trip];
        // What was answered is sent again too, now and then.
        let again = self.random.random_bool(0.3);
        let sends = both.each_ref().map(|list| list.receipt.is_none() || again);
        let contents = both.each_ref().map(|list| list.content.clone());
        // Each by itself; or both in one document, beside which either may come by itself too, or both again.
        let documents = if self.random.random_bool(0.25) {
            let beside = [None, Some(vec![0]), Some(vec![1]), Some(vec![0, 1])];
            [Some(vec![0, 1]), beside[self.random.random_range(0..beside.len())].clone()]
        } else {
            [sends[0].then(|| vec![0]), sends[1].then(|| vec![1])]
        };
        let mut send = |places: Option<Vec<usize>>| {
            let client = self.clients[self.random.random_range(0..self.clients.len())].clone();
            let places = places.unwrap_or_default();
            let messages: Vec<String> = places.iter().map(|place| contents[*place].clone()).collect();
            async move {
                let answers = if messages.is_empty() { Vec::new() } else { sent(client, messages).await };
                places.into_iter().zip(answers).collect::<Vec<_>>()
            }
        };
        let [one, other] = documents.map(&mut send);
        let (one, other) = tokio::join!(one, other);
        let mut untold = false;
        for (place, answer) in one.into_iter().chain(other) {
            untold |= self.note(trip, place, answer);
        }
        let pause = if untold { 200 } else { 20 };
        tokio::time::sleep(Duration::from_millis(self.random.random_range(0..pause))).await;
    }

    /// A journey that nobody knows of.
    fn plan(&mut self) -> String {
        let number = self.journeys.by_trip.len();
        let trip = format!("TRIP-{number}");
        // A coach departs once at a time: another journey has another.
        let plate = format!("01{number:05}BC");
        let planned = Trip { plate: &plate, number: &trip, ..TRIP };
        // References of their own, or the same one, as carriers do it.
        let (own, other) = if number.is_multiple_of(2) { ("PAX", "CREW") } else { ("SAME", "SAME") };
        let list = |bgm: &str, unh, kind, name, document: &str| List {
            content: list(bgm, unh, planned, &[person(kind, name, document)]),
            receipt: None,
        };
        let lists = [
            list(
                &format!("BGM+745+{own}-{number}+9"),
                "1+PAXLST:D:05B:UN",
                "FL",
                "ANNA",
                &format!("{}{number}", PERSONS[0]),
            ),
            list(
                &format!("BGM+250+{other}-{number}+9"),
                "2+PAXLST:D:05B:UN",
                "FM",
                "DAMIR",
                &format!("{}{number}", PERSONS[1]),
            ),
        ];
        self.journeys.by_trip.insert(trip.clone(), lists);
        trip
    }

    /// Those of which a list was not answered.
    fn open(&self) -> Vec<String> {
        let lists = self.journeys.by_trip.iter();
        lists.filter(|(_, lists)| !all_answered(lists)).map(|(trip, _)| trip.clone()).collect()
    }

    /// One of which a list was not answered, or any.
    fn any(&mut self, open: Vec<String>) -> String {
        if let Some(open) = self.one_of(open) {
            return open;
        }
        match self.journeys.by_trip.len() {
            0 => self.plan(),
            count => format!("TRIP-{}", self.random.random_range(0..count)),
        }
    }

    fn one_of(&mut self, trips: Vec<String>) -> Option<String> {
        (!trips.is_empty()).then(|| trips[self.random.random_range(0..trips.len())].clone())
    }

    /// Whether nobody knows what became of it.
    fn note(&mut self, trip: &str, place: usize, answer: Result<Receipt, Status>) -> bool {
        let list = &mut self.journeys.by_trip.get_mut(trip).unwrap()[place];
        match answer {
            Ok(receipt) => {
                self.journeys.answered += 1;
                let first = list.receipt.get_or_insert_with(|| receipt.clone());
                if first.manifest_reference != receipt.manifest_reference {
                    self.journeys.problems.push(format!("{trip}: list {place} became another manifest"));
                }
                false
            }
            Err(status) if is_unknown(status.code()) => {
                self.journeys.unanswered += 1;
                true
            }
            Err(status) => {
                self.journeys.problems.push(format!("{trip}: list {place} was refused: {status:?}"));
                false
            }
        }
    }
}

/// Of each message of a document the receipt, or why there is none.
async fn sent(
    mut client: ManifestServiceClient<Channel>,
    messages: Vec<String>,
) -> Vec<Result<Receipt, Status>> {
    let (count, body) = (messages.len(), messages.concat());
    let content = format!("UNB+UNOA:4+COACH+UZ+261123:1000+I1'{body}UNZ+{count}+I1'");
    let mut request =
        Request::new(SubmitDocumentRequest { content: content.into(), ..SubmitDocumentRequest::default() });
    request.set_timeout(CALL);
    let answer = tokio::time::timeout(CALL * 2, client.submit_document(request)).await;
    let answer = match answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer"))) {
        Ok(answer) => answer.into_inner().messages,
        Err(status) => return vec![Err(status); count],
    };
    let told = |message: DocumentMessage| match (
        message.recorded.and_then(|recorded| recorded.receipt),
        message.refusal,
    ) {
        (Some(receipt), None) => Ok(receipt),
        (None, Some(refusal)) => Err(Status::new(Code::from_i32(refusal.code), refusal.reason)),
        other => Err(Status::data_loss(format!("{other:?}"))),
    };
    let told: Vec<_> = answer.into_iter().map(told).collect();
    if told.len() == count { told } else { vec![Err(Status::data_loss("not every message")); count] }
}

/// A stored revision of a coach's manifest.
struct Stored {
    name: String,
    reference: String,
    revision: u32,
    receipt: Vec<u8>,
    state: State,
    manifest: Manifest,
}

/// Every journey is one manifest with all that was answered; how many revisions there are.
pub(super) async fn check(
    store: &Store,
    feed: &[FeedRow],
    journeys: &Journeys,
    problems: &mut Vec<String>,
) -> usize {
    problems.extend(journeys.problems.iter().cloned());
    let mut by_trip: BTreeMap<String, Vec<Stored>> = BTreeMap::new();
    for row in feed.iter().filter(|row| is_of_coach(row) && row.event == FeedEvent::Recorded) {
        let stored = store.manifest(row.manifest.id, Persons::With).await.unwrap().unwrap();
        let Sealed::Open { persons, .. } = &stored.sealed else {
            problems.push(format!("manifests/{} is not whole", row.manifest.id));
            continue;
        };
        let manifest = record::decode(&stored.record, persons.as_deref()).unwrap();
        let trip = manifest.journey.journey_reference.clone().unwrap_or_default();
        by_trip.entry(trip).or_default().push(Stored {
            name: format!("manifests/{}", row.manifest.id),
            reference: row.manifest.key.manifest_reference.clone(),
            revision: row.manifest.key.revision.number(),
            receipt: stored.receipt,
            state: stored.summary.state,
            manifest,
        });
    }
    for trip in by_trip.keys().filter(|trip| !journeys.by_trip.contains_key(*trip)) {
        problems.push(format!("{trip} is stored and nobody sent it"));
    }
    for (trip, lists) in &journeys.by_trip {
        let none = Vec::new();
        let told = of_one(lists, by_trip.get(trip).unwrap_or(&none));
        problems.extend(told.into_iter().map(|problem| format!("{trip}: {problem}")));
    }
    by_trip.values().map(Vec::len).sum()
}

pub(super) fn is_of_coach(row: &FeedRow) -> bool {
    row.manifest.key.partner_id == COACH
}

fn of_one(lists: &[List; 2], stored: &[Stored]) -> Vec<String> {
    let mut problems = Vec::new();
    for (place, receipt) in
        lists.iter().enumerate().filter_map(|(at, list)| Some((at, list.receipt.as_ref()?)))
    {
        match stored.iter().find(|one| one.name == receipt.manifest) {
            None => problems.push(format!("list {place} was acknowledged and is lost")),
            Some(one) if one.receipt != receipt.encode_to_vec() => {
                problems.push(format!("list {place} was acknowledged with another receipt"));
            }
            Some(_) => {}
        }
    }
    let Some(last) = stored.iter().max_by_key(|one| one.revision) else { return problems };
    if stored.iter().any(|one| one.reference != last.reference) {
        problems.push("is more than one manifest".into());
    }
    let mut revisions: Vec<u32> = stored.iter().map(|one| one.revision).collect();
    revisions.sort_unstable();
    if revisions.len() > lists.len() || !revisions.iter().copied().eq(0..revisions.len() as u32) {
        problems.push(format!("has revisions {revisions:?}"));
    }
    for one in stored {
        let expected = if one.name == last.name { State::Submitted } else { State::Amended };
        if one.state != expected {
            problems.push(format!("revision {} is {:?}, not {expected:?}", one.revision, one.state));
        }
    }
    let passengers: Vec<&Person> = last
        .manifest
        .passenger_list()
        .into_iter()
        .flat_map(|list| &list.passengers)
        .map(|one| &one.person)
        .collect();
    let crew = last.manifest.crew_members.iter().map(|one| &one.person).collect();
    for (place, there) in [passengers, crew].into_iter().enumerate() {
        if there.len() > 1 || (there.is_empty() && lists[place].receipt.is_some()) {
            problems.push(format!("list {place} has {} persons in the last revision", there.len()));
        }
        let number = |person: &Person| person.travel_documents.first()?.number.clone();
        if there.iter().any(|person| !number(person).is_some_and(|number| number.starts_with(PERSONS[place])))
        {
            problems.push(format!("list {place} has a person of the other in the last revision"));
        }
    }
    problems
}

/// A checker that finds nothing is no checker.
mod tests {
    use manifest::{
        Load,
        person::{CrewMember, Passenger, PassengerList, TravelDocument},
    };

    use super::*;

    fn stored(name: &str, revision: u32, [passengers, crew]: [usize; 2], state: State) -> Stored {
        let person = |begins: &str| {
            let document = TravelDocument { number: Some(format!("{begins}7")), ..TravelDocument::default() };
            Person { travel_documents: vec![document], ..Person::default() }
        };
        let passenger = Passenger { person: person(PERSONS[0]), ..Passenger::default() };
        let member = CrewMember { person: person(PERSONS[1]), ..CrewMember::default() };
        let list = PassengerList { passengers: vec![passenger; passengers], ..Default::default() };
        let manifest = Manifest {
            load: Some(Load::PassengerList(list)),
            crew_members: vec![member; crew],
            ..Manifest::default()
        };
        let receipt = receipt(name).encode_to_vec();
        Stored { name: name.into(), reference: "PAX-1".into(), revision, receipt, state, manifest }
    }

    fn receipt(name: &str) -> Receipt {
        Receipt { manifest: name.into(), ..Receipt::default() }
    }

    #[test]
    fn a_list_that_is_lost_or_apart_or_doubled_is_found() {
        let lists = |told: [Option<&str>; 2]| {
            told.map(|name| List { content: String::new(), receipt: name.map(receipt) })
        };
        let problems = |told, rows: &[Stored]| of_one(&lists(told), rows).len();
        let (first, last) =
            (stored("a", 0, [1, 0], State::Amended), stored("b", 1, [1, 1], State::Submitted));
        let both = [first, last];
        assert_eq!(problems([Some("a"), Some("b")], &both), 0);
        assert_eq!(problems([None, Some("b")], &both), 0, "an answer was lost");
        assert_eq!(problems([Some("a"), None], &[stored("a", 0, [1, 0], State::Submitted)]), 0);
        assert_eq!(problems([None, None], &[]), 0);
        assert_eq!(problems([Some("a"), None], &[]), 1, "lost");
        let without =
            |crew| [stored("a", 0, [1, 0], State::Amended), stored("b", 1, [1, crew], State::Submitted)];
        assert_eq!(problems([Some("a"), Some("b")], &without(0)), 1, "its crew is lost");
        assert_eq!(problems([Some("a"), Some("b")], &without(2)), 1, "its crew is doubled");
        let mut mixed = [stored("a", 0, [1, 1], State::Submitted)];
        let crew = mixed[0].manifest.crew_members[0].person.clone();
        let Some(Load::PassengerList(list)) = &mut mixed[0].manifest.load else { panic!() };
        list.passengers[0].person = crew;
        assert_eq!(problems([Some("a"), None], &mixed), 1, "a driver among the passengers");
        let mut apart = [stored("a", 0, [1, 0], State::Submitted), stored("b", 0, [1, 1], State::Submitted)];
        apart[1].reference = "CREW-1".into();
        assert!(problems([Some("a"), Some("b")], &apart) >= 1, "two manifests");
        let thrice: Vec<_> = (0..3)
            .map(|n| {
                let state = if n == 2 { State::Submitted } else { State::Amended };
                stored(["a", "b", "c"][n as usize], n, [1, 1], state)
            })
            .collect();
        assert_eq!(problems([Some("a"), Some("b")], &thrice), 1, "a revision too many");
    }
}
