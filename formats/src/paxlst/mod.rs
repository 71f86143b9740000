//! PAXLST, passenger list message: directories D.95B to D.17A and later, as carriers by air write it and as our profile
//! writes it for the road (`docs/formats/paxlst-road.md`).
//!
//! A list has a header, the legs of the journey (TDT with the LOC of its stops) and persons (NAD with what is known of
//! them). Segments are read by their tag and by what they stand behind, never by their exact place in a segment table:
//! the tables differ from directory to directory, and senders from both.

mod board;
mod codes;
mod header;
mod journey;
mod leg;
mod person;
mod several;

#[cfg(test)]
mod tests;

use manifest::declared::{Declared, FormNote, Load, PassengerList, PathKey, Said};
use manifest::finding::{About, FindingCode, Severity};

use crate::edifact::{Content, Head, Keep, Segment, tags};
use crate::{Cause, Intent, Limits, Unreadable};
pub(crate) use codes::mode_of_means;
use header::Header;
use journey::Route;
pub(crate) use person::People;

/// What the segments that follow belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Header,
    Party,
    Transport,
    Person,
    Document,
    Trailer,
}

/// Where the list of passengers stands in the contract.
const LIST: PathKey = PathKey::ROOT.field("passenger_list");

/// Reads one message.
pub(crate) fn message(
    segments: &[Segment<'_>],
    head: &Head<'_>,
    limits: &Limits,
) -> Result<Content, Unreadable> {
    let mut keep = Keep::new(limits);
    let mut header = Header::default();
    let mut route = Route::new(head.received);
    let mut people = People::new(head.received);
    let mut under = Under::Header;
    if let Some(first) = segments.first() {
        keep.source.mark(PathKey::ROOT, first.mark(0, 0));
    }
    // The last party that is no person, until it is found to be one.
    let mut party = None;
    for segment in segments {
        let tag = segment.tag();
        if tag == "DTM" {
            keep.date_form(segment);
        }
        match (tag, under) {
            ("UNH" | "UNT", _) => {}
            ("BGM", _) => header.bgm(segment, &mut keep),
            // What follows would be put to whoever stands before it.
            (unknown, _) if !tags::is_known(unknown) => {
                let (about, path) = match under {
                    Under::Person | Under::Document => people.last_named(),
                    _ => (About::Conveyance, "passenger_list".into()),
                };
                keep.notes.push(tags::unknown(segment, about, path));
                keep.not_read(segment, "");
            }
            ("TDT", _) => {
                under = Under::Transport;
                route.tdt(segment);
            }
            ("NAD", _) => match people.begin(segment, header.is_crew_list, &mut keep)? {
                true => under = Under::Person,
                false => {
                    under = Under::Party;
                    party = Some(segment.place_of(1, 1));
                    header.party(segment, &mut keep);
                }
            },
            // Who has a document, a birth or a citizenship is a person, whatever stands before the name: nobody
            // may be left out of a list because of one letter.
            ("DOC" | "NAT" | "ATT", Under::Party) => {
                if let Some(place) = party.take() {
                    let note = FormNote::new(FindingCode::ValueMalformed, Severity::Blocking);
                    let note = note.at(About::Conveyance, "passenger_list").place(place);
                    keep.notes.push(note.parameter("form", "FL or FM before a person's name"));
                }
                keep.not_read(segment, &segment.get(1, 1));
            }
            ("CNT", _) => {
                under = Under::Trailer;
                header.cnt(segment);
            }
            ("DOC", Under::Person | Under::Document) => {
                under = Under::Document;
                people.doc(segment, &mut keep);
            }
            (_, Under::Person) => people.detail(segment, &mut keep),
            (_, Under::Document) => people.document_detail(segment, &mut keep),
            ("LOC", Under::Transport) => route.loc(segment, &mut keep),
            ("DTM", Under::Transport) => route.dtm(segment, &mut keep),
            ("LOC", Under::Header) => route.header_loc(segment),
            ("RFF", Under::Header | Under::Party) => header.rff(segment, &mut keep),
            ("DTM", Under::Header | Under::Party) => header.dtm(segment, head, &mut keep),
            _ => keep.not_read(segment, &segment.get(1, 1)),
        }
    }
    if route.is_empty() && people.is_empty() && header.intent(0) == Intent::Announce {
        let place = segments.first().map(Segment::place);
        let cause = Cause::Malformed("the message has neither TDT nor NAD of a person".to_owned());
        return Err(Unreadable { place, cause });
    }
    Ok(declare(header, route, people, head, keep))
}

/// Puts the parts together.
fn declare(header: Header, route: Route<'_>, people: People, head: &Head<'_>, mut keep: Keep<'_>) -> Content {
    let mode = route.mode(&head.association);
    let (conveyance, journey, carrier) = route.declare(&mode, &mut keep);
    // The drivers of a coach stand in each of its lists: whom a list is about are its passengers.
    let named = if header.is_crew_list { people.len() } else { people.passengers.len() };
    let intent = header.intent(named);
    let naming = header.naming(named);
    keep.notes.extend(header.names_some(named));
    let boarded = header.boarded();
    let (passengers, crew_members) = people.declare(&mode, boarded, &journey.stops, &mut keep);
    let persons = passengers.len().saturating_add(crew_members.len());
    let listed =
        u64::try_from(if header.is_crew_list { persons } else { passengers.len() }).unwrap_or(u64::MAX);
    let disagrees = |declared: u64, listed: u64| {
        FormNote::new(FindingCode::CountMismatch, Severity::Warning)
            .at(About::Conveyance, "crew_members")
            .original(declared.to_string())
            .parameter("declared", declared)
            .parameter("listed", listed)
    };
    if let Some((declared, listed)) = header.crew_beside_the_list(crew_members.len()) {
        keep.notes.push(disagrees(declared, listed));
    }
    let declared_count = header.total();
    keep.notes.extend(header.total_beyond(listed));
    // The contract counts passengers; the total of a crew list is compared here and kept nowhere.
    let crew_only = passengers.is_empty() && header.is_crew_list;
    if crew_only && let Some(declared) = declared_count.filter(|declared| *declared != listed) {
        keep.notes.push(disagrees(declared, listed));
    }
    let declared_passenger_count =
        if crew_only { None } else { header.total_of_passengers(crew_members.len()) };
    if let Some(mark) = header.total_mark {
        keep.source.mark(LIST.field("declared_passenger_count"), mark);
    }
    let half = header.half(passengers.len());
    let list = PassengerList {
        passengers,
        declared_passenger_count: declared_passenger_count.map(|count| match i64::try_from(count) {
            Ok(count) => Said::Plain(count),
            Err(_) => Said::Words(count.to_string()),
        }),
        counts_all_parts: false,
        service: None,
        route_permit_reference: header.route_permit.clone(),
    };
    let declared = Declared {
        manifest_reference: header.reference(head, &journey),
        part: String::new(),
        revision: header.revision(intent),
        conveyance: Some(conveyance),
        journey: Some(journey),
        load: Some(Load::PassengerList(list)),
        crew_members,
        closed: false,
        draft: false,
        test: head.test,
        issue_time: header.issue_time.clone(),
        carrier: header.carrier.clone().or(carrier),
        source: keep.source,
        notes: keep.notes,
    };
    let (counts_crew, declared_crew) = (header.counts_crew(), header.total_of_crew());
    let document_code = header.document_code;
    Content { intent, naming, half, declared, document_code, declared_count, counts_crew, declared_crew }
}
