//! Persons: NAD and what stands behind it.

use jiff::Timestamp;
use manifest::declared::{
    DeclaredDate, DeclaredMass, FormNote, Mark, PathKey, PersonName, Said, SourcePlace, TravelDocument,
};
use manifest::finding::{About, FieldPath, FindingCode, Severity};
use manifest::person::{CrewRole, Sex};

use super::{LIST, codes, several};
use crate::edifact::{Century, Keep, Segment, date, day_of, tags};
use crate::{Cause, Unreadable};

/// The persons of a list so far.
pub(crate) struct People {
    pub(super) passengers: Vec<Person>,
    pub(super) crew: Vec<Person>,
    /// The last one began among the crew.
    pub(super) in_crew: bool,
    pub(super) births: Century,
    pub(super) near: Century,
    pub(super) short_years: Option<(manifest::declared::SourcePlace, String)>,
}

/// One person as said.
#[derive(Default)]
pub(super) struct Person {
    pub(super) name: PersonName,
    pub(super) birth_date: Option<DeclaredDate>,
    pub(super) sex: Option<Said<Sex>>,
    pub(super) nationality_code: String,
    /// It is the citizenship of today, and not one of birth.
    is_national: bool,
    pub(super) residence_country_code: String,
    pub(super) documents: Vec<TravelDocument>,
    pub(super) embark: Option<(String, Mark)>,
    pub(super) debark: Option<(String, Mark)>,
    pub(super) seat: String,
    pub(super) booking: String,
    pub(super) pieces: Option<Said<i64>>,
    pub(super) tagged: i64,
    pub(super) mass: Option<DeclaredMass>,
    pub(super) role: Option<Said<CrewRole>>,
}

impl People {
    pub(crate) fn new(received: Timestamp) -> Self {
        let day = day_of(received);
        Self {
            passengers: Vec::new(),
            crew: Vec::new(),
            in_crew: false,
            births: Century::Past(day),
            near: Century::Near(day),
            short_years: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.passengers.len().saturating_add(self.crew.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A NAD: true when a person begins, by its qualifier (3035).
    pub(crate) fn begin(
        &mut self,
        nad: &Segment<'_>,
        is_crew_list: bool,
        keep: &mut Keep<'_>,
    ) -> Result<bool, Unreadable> {
        self.in_crew = match nad.get(1, 1).as_ref() {
            // Passenger, and one in transit; a crew list has only crew.
            "FL" | "DDU" => is_crew_list,
            // Crew member, and one in transit; who drives, as road administrations abroad write it.
            "FM" | "DDT" | "DR" | "VW" => true,
            _ => return Ok(false),
        };
        let drives = matches!(nad.get(1, 1).as_ref(), "DR" | "VW");
        let limit = keep.limits.max_persons;
        if self.len() >= limit {
            let cause = Cause::TooMany { what: "persons", limit };
            return Err(Unreadable { place: Some(nad.place()), cause });
        }
        let list = if self.in_crew { &mut self.crew } else { &mut self.passengers };
        list.push(Person::default());
        let at = self.at();
        keep.source.mark(at, nad.mark(0, 0));
        let name = self.name(nad, at.field("name"), keep);
        if let Some((element, component)) = several::named(nad) {
            self.two_in_one(nad, nad.place_of(element, component), "name", keep);
        }
        let country = keep.text(at.field("residence_country_code"), self.about(), nad, 9, 1);
        if (5..=8).any(|element| !nad.is_blank(element, 1)) {
            // Annex 9 asks for no more than the zone of the travel document holds: an address is not kept.
            keep.not_read(nad, "address");
        }
        if !nad.is_blank(2, 1) {
            // A number of the administration that asked for it, of a licence or a register: no travel document's.
            keep.not_read(nad, "number");
        }
        if let Some(person) = self.last() {
            person.name = name;
            person.residence_country_code = country;
            person.role = drives.then_some(Said::Plain(CrewRole::Driver));
        }
        Ok(true)
    }

    fn last(&mut self) -> Option<&mut Person> {
        if self.in_crew { self.crew.last_mut() } else { self.passengers.last_mut() }
    }

    fn about(&self) -> About {
        if self.in_crew {
            About::CrewMember(self.crew.len().saturating_sub(1))
        } else {
            About::Passenger(self.passengers.len().saturating_sub(1))
        }
    }

    /// Who was named last, and where that stands.
    pub(super) fn last_named(&self) -> (About, FieldPath) {
        let root = FieldPath::root();
        let path = match self.about() {
            About::CrewMember(index) => root.item("crew_members", index),
            About::Passenger(index) => root.field("passenger_list").item("passengers", index),
            _ => root,
        };
        (self.about(), path)
    }

    fn at(&self) -> PathKey {
        if self.in_crew {
            PathKey::ROOT.item("crew_members", self.crew.len().saturating_sub(1))
        } else {
            LIST.item("passengers", self.passengers.len().saturating_sub(1))
        }
    }

    /// C080: surname, given name, further given name or patronymic. Older lists write the name in C058, and careless
    /// ones all of it in one component.
    fn name(&self, nad: &Segment<'_>, at: PathKey, keep: &mut Keep<'_>) -> PersonName {
        let about = self.about();
        let element = if (1..=5).all(|component| nad.is_blank(4, component)) { 3 } else { 4 };
        // Some write a number and its dates where further names belong: no name has digits.
        let has_digit = |component: &u16| {
            nad.get(element.into(), (*component).into()).bytes().any(|byte| byte.is_ascii_digit())
        };
        let names_end = (3..=5_u16).find(has_digit).unwrap_or(6);
        if names_end < 6 {
            keep.not_read(nad, "number");
        }
        let mut name = PersonName {
            family_name: keep.text(at.field("family_name"), about, nad, element, 1),
            given_name: keep.text(at.field("given_name"), about, nad, element, 2),
            patronymic: keep.joined(
                at.field("patronymic"),
                about,
                nad,
                element,
                3..=names_end.saturating_sub(1),
            ),
            ..PersonName::default()
        };
        if name.given_name.is_empty() && name.patronymic.is_empty() && !name.family_name.is_empty() {
            let whole = std::mem::take(&mut name.family_name);
            let between = |c: char| matches!(c, '/' | ',');
            let (family, given) = match whole.split_once(between) {
                Some((family, given)) => (family, given),
                None => whole.split_once(char::is_whitespace).unwrap_or((&whole, "")),
            };
            let mut given = given.split(between).flat_map(str::split_whitespace);
            name.given_name = given.next().unwrap_or_default().to_owned();
            name.patronymic = given.collect::<Vec<_>>().join(" ");
            name.family_name = family.trim().to_owned();
            if !name.given_name.is_empty() {
                let place = nad.place_of(u32::from(element), 1);
                let note = FormNote::new(FindingCode::FormRepaired, Severity::Note).at(about, "");
                keep.notes
                    .push(note.original(&whole).parameter("form", "name in one component").place(place));
            }
        }
        name
    }

    /// A segment about the person.
    pub(crate) fn detail(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let (at, about) = (self.at(), self.about());
        let births = self.births;
        let qualifier = segment.get(1, 1);
        let mut short_year = false;
        let mut another = None;
        let mut other_nationality = None;
        let Some(person) = self.last() else { return };
        match (segment.tag(), qualifier.as_ref()) {
            ("ATT", "2") => {
                // The code's place, its words, or, where a separator was forgotten, the element before.
                let places = [(3_u16, 1_u16), (3, 4), (2, 1)];
                let said = places.into_iter().find(|(e, c)| !segment.is_blank((*e).into(), (*c).into()));
                let (element, component) = said.unwrap_or((3, 1));
                let code = keep.text(at.field("sex"), about, segment, element, component);
                if !code.is_empty() {
                    let sex = Some(codes::sex(&code));
                    if person.sex.is_some() && person.sex != sex {
                        another = Some(("sex", segment.place_of(element.into(), component.into())));
                    }
                    person.sex = sex;
                }
            }
            ("DTM", "329") => {
                let value = segment.get(1, 2);
                if !value.is_empty() {
                    keep.source.mark(at.field("birth_date"), segment.mark(1, 2));
                    short_year = value.len() == 6;
                    let birth_date = Some(date(&value, &segment.get(1, 3), births));
                    if person.birth_date.is_some() && person.birth_date != birth_date {
                        another = Some(("birth_date", segment.place_of(1, 2)));
                    }
                    person.birth_date = birth_date;
                }
            }
            ("MEA", "CT") => {
                let component = if segment.is_blank(3, 2) { 1 } else { 2 };
                let pieces =
                    keep.text(at.field("baggage").field("piece_count"), about, segment, 3, component);
                if !pieces.is_empty() {
                    person.pieces = Some(number(pieces));
                }
            }
            ("MEA", "WT") => {
                let path = at.field("baggage").field("mass_g");
                let (component, unit) =
                    if segment.is_blank(3, 2) { (1, "".into()) } else { (2, segment.get(3, 1)) };
                let amount = keep.text(path, about, segment, 3, component);
                if !amount.is_empty() {
                    person.mass = Some(DeclaredMass::Said { amount, unit: unit.into_owned() });
                }
            }
            ("FTX", "BAG") => {
                let tag = segment.get(4, 1);
                if !tag.is_empty() && tag != "NULL" {
                    let count =
                        segment.get(4, 2).parse::<i64>().ok().filter(|count| (1..100).contains(count));
                    person.tagged = person.tagged.saturating_add(count.unwrap_or(1));
                }
            }
            ("LOC", "174") => {
                let path = at.field("residence_country_code");
                let country = keep.text(path, about, segment, 2, 1);
                if !country.is_empty() {
                    person.residence_country_code = country;
                }
            }
            ("LOC", "178") => person.embark = call(segment),
            ("LOC", "179") => person.debark = call(segment),
            ("NAT", kind) => {
                // 2 is the citizenship now; others (birth, before) count where nothing else is said.
                let component = if segment.is_blank(2, 1) { 4_u16 } else { 1 };
                let country = segment.get(2, component.into());
                let now = matches!(kind, "2" | "");
                let counts = person.nationality_code.is_empty() || now && !person.is_national;
                if counts && !country.is_empty() {
                    person.nationality_code =
                        keep.text(at.field("nationality_code"), about, segment, 2, component);
                } else if now && !country.is_empty() && country != person.nationality_code {
                    other_nationality = Some((country.into_owned(), segment.place_of(2, component.into())));
                } else if !now {
                    keep.not_read(segment, kind);
                }
                person.is_national |= now;
            }
            ("RFF", "AVF") => {
                person.booking = keep.text(at.field("booking_reference"), about, segment, 1, 2);
            }
            ("RFF", "ABO" | "TKT" | "ATB") if person.booking.is_empty() => {
                person.booking = keep.text(at.field("booking_reference"), about, segment, 1, 2);
            }
            ("RFF", "ABO") => {}
            ("RFF", "SEA") => person.seat = keep.text(at.field("seat"), about, segment, 1, 2),
            ("EMP", _) => {
                let words = [(3_u16, 1_u16), (3, 4), (2, 1), (2, 4)];
                let said = words.into_iter().find(|(e, c)| !segment.is_blank((*e).into(), (*c).into()));
                if let Some((element, component)) = said {
                    let word = keep.text(at.field("role"), about, segment, element, component);
                    person.role = match word.as_str() {
                        // Who flies or steers: a driver on the road, and nothing of ours in the air.
                        "CR1" => Some(Said::Words(word)),
                        _ => Some(codes::role(&word).map_or(Said::Words(word), Said::Plain)),
                    };
                }
            }
            (_, other) => keep.not_read(segment, other),
        }
        if let Some((field, place)) = another {
            // Nobody is born twice: the next person's own segment is damaged or lost, and these are two people.
            let path = self.last_named().1.field(field);
            keep.notes.push(tags::said_twice(segment, place, about, path, "one value for one person"));
        }
        if let Some((country, place)) = other_nationality {
            // Two citizenships are no mistake, and the contract keeps one.
            let note = FormNote::new(FindingCode::ElementNotRead, Severity::Note);
            let note = note.at(about, self.last_named().1.field("nationality_code")).original(country);
            keep.notes.push(note.parameter("field", "NAT").place(place));
        }
        if short_year && self.short_years.is_none() {
            self.short_years = Some((segment.place_of(1, 2), segment.get(1, 2).into_owned()));
        }
    }

    /// Says that what stands there tells of two people: the second would travel unknown.
    fn two_in_one(&self, segment: &Segment<'_>, place: SourcePlace, field: &str, keep: &mut Keep<'_>) {
        let (about, path) = self.last_named();
        let path = format!("{}.{field}", path.as_str());
        keep.notes.push(tags::said_twice(segment, place, about, path.as_str(), "one value for one person"));
    }

    /// A travel document begins.
    pub(crate) fn doc(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let about = self.about();
        let count = self.last().map_or(0, |person| person.documents.len());
        let at = self.at().item("travel_documents", count);
        keep.source.mark(at, segment.mark(0, 0));
        let code = keep.text(at.field("type"), about, segment, 1, 1);
        let number = keep.text(at.field("number"), about, segment, 2, 1);
        let document = TravelDocument {
            document_type: codes::document_type(&code),
            number,
            ..TravelDocument::default()
        };
        if several::numbers(&document.number) {
            let field = format!("travel_documents[{count}].number");
            self.two_in_one(segment, segment.place_of(2, 1), &field, keep);
        }
        // So many documents nobody carries: the limit on persons bounds them as well.
        let limit = keep.limits.max_persons;
        if let Some(person) = self.last().filter(|person| person.documents.len() < limit) {
            person.documents.push(document);
        }
    }

    /// A segment about the last document.
    pub(crate) fn document_detail(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let about = self.about();
        let near = self.near;
        let at = self.at();
        let qualifier = segment.get(1, 1);
        let Some(person) = self.last() else { return };
        let last = person.documents.len().saturating_sub(1);
        let at = at.item("travel_documents", last);
        let Some(document) = person.documents.last_mut() else { return };
        let value = segment.get(1, 2);
        match (segment.tag(), qualifier.as_ref()) {
            ("DTM", "36" | "192") if !value.is_empty() => {
                keep.source.mark(at.field("expiry_date"), segment.mark(1, 2));
                document.expiry_date = Some(date(&value, &segment.get(1, 3), near));
            }
            ("DTM", "182" | "137" | "181" | "186") if !value.is_empty() => {
                keep.source.mark(at.field("issue_date"), segment.mark(1, 2));
                document.issue_date = Some(date(&value, &segment.get(1, 3), near));
            }
            ("LOC", "91" | "88") => {
                let state = keep.text(at.field("issuing_state_code"), about, segment, 2, 1);
                if !state.is_empty() {
                    document.issuing_state_code = state;
                }
            }
            // What belongs to the person again: directories differ in where they put it.
            ("DTM" | "LOC", "36" | "182") => {}
            ("ATT" | "NAT" | "MEA" | "FTX" | "RFF" | "EMP" | "LOC", _) | ("DTM", "329") => {
                self.detail(segment, keep);
            }
            (_, other) => keep.not_read(segment, other),
        }
    }
}

fn call(segment: &Segment<'_>) -> Option<(String, Mark)> {
    let code = segment.get(2, 1);
    let (code, component) = if code.is_empty() { (segment.get(2, 4), 4) } else { (code, 1) };
    (!code.is_empty()).then(|| (code.into_owned(), segment.mark(2, component)))
}

fn number(text: String) -> Said<i64> {
    text.parse().map_or(Said::Words(text), Said::Plain)
}
