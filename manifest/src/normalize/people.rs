//! Crew and passengers. Names stay in the sender's own words, with Latin forms beside them.

use super::names::{self, Practice};
use super::{Step, words};
use crate::declared;
use crate::finding::{About, FindingCode, Severity};
use crate::findings::Spot;
use crate::person::{
    Baggage, CrewMember, CrewRole, Passenger, PassengerList, PassengerService, Person, PersonName, Sex,
    StateCode, TravelDocument, TravelDocumentType,
};
use crate::rule::Element;

/// What crew and passengers have in common, as declared.
struct Said {
    name: Option<declared::PersonName>,
    birth_date: Option<declared::DeclaredDate>,
    sex: Option<declared::Said<Sex>>,
    nationality_code: String,
    travel_documents: Vec<declared::TravelDocument>,
}

impl Step<'_> {
    pub(super) fn crew(&mut self, said: Vec<declared::CrewMember>) -> Vec<CrewMember> {
        let each = said.into_iter().enumerate();
        each.map(|(i, member)| {
            let at = Spot::MANIFEST.about(About::CrewMember(i));
            let at = at.item("crew_members", i);
            if member.role.is_none() {
                self.absent(Element::CrewRole, "role", at.field("role"));
            }
            CrewMember {
                role: self.word(member.role, CrewRole::parse, at.field("role")),
                person: self.person(
                    Said {
                        name: member.name,
                        birth_date: member.birth_date,
                        sex: member.sex,
                        nationality_code: member.nationality_code,
                        travel_documents: member.travel_documents,
                    },
                    at,
                ),
            }
        })
        .collect()
    }

    pub(super) fn passenger_list(&mut self, said: declared::PassengerList) -> PassengerList {
        let at = Spot::CONVEYANCE.field("passenger_list");
        if said.service.is_none() {
            self.absent(Element::Service, "service", at.field("service"));
        }
        let passengers = said.passengers.into_iter().enumerate();
        PassengerList {
            passengers: passengers
                .map(|(i, passenger)| {
                    self.passenger(passenger, at.item("passengers", i).about(About::Passenger(i)))
                })
                .collect(),
            // Of one part alone the total of all of them says nothing.
            declared_passenger_count: self.count(
                said.declared_passenger_count.filter(|_| !said.counts_all_parts),
                at.field("declared_passenger_count"),
            ),
            service: self.word(said.service, PassengerService::parse, at.field("service")),
            route_permit_reference: words::text(said.route_permit_reference),
        }
    }

    fn passenger(&mut self, said: declared::Passenger, at: Spot<'_>) -> Passenger {
        let guardian_at = at.field("guardian_passenger_number");
        Passenger {
            embark_stop_sequence: self.count(said.embark_stop_sequence, at.field("embark_stop_sequence")),
            debark_stop_sequence: self.count(said.debark_stop_sequence, at.field("debark_stop_sequence")),
            seat: words::text(said.seat),
            booking_reference: words::text(said.booking_reference),
            baggage: said.baggage.map(|baggage| self.baggage(baggage, at.field("baggage"))),
            guardian_passenger_number: self.count(said.guardian_passenger_number, guardian_at),
            group_leader: said.group_leader,
            residence: self.state(
                &said.residence_country_code,
                Severity::Note,
                at.field("residence_country_code"),
            ),
            boarded: said.boarded,
            person: self.person(
                Said {
                    name: said.name,
                    birth_date: said.birth_date,
                    sex: said.sex,
                    nationality_code: said.nationality_code,
                    travel_documents: said.travel_documents,
                },
                at,
            ),
        }
    }

    /// A traveller who cannot be told from others is blocked: no name, no date of birth, no nationality, no document.
    fn person(&mut self, said: Said, at: Spot<'_>) -> Person {
        // One finding says that the row could not be read; that it names nobody goes without saying.
        if self.unreadable.contains(&at.about) {
            return Person::default();
        }
        let nationality_at = at.field("nationality_code");
        let nationality = self.state(&said.nationality_code, Severity::Warning, nationality_at);
        let name = said.name.and_then(name).map(|name| self.name(name, nationality, at.field("name")));
        if name.is_none() {
            self.absent(Element::PersonName, "name", at.field("name"));
        }
        let birth_date_at = at.field("birth_date");
        // Of whom the list gives no more than a name, the reader has said so.
        if !self.named_only.contains(&at.about) {
            if said.birth_date.is_none() {
                self.absent(Element::PersonBirthDate, "birth_date", birth_date_at);
            }
            if said.nationality_code.trim().is_empty() {
                self.absent(Element::PersonNationality, "nationality_code", nationality_at);
            }
            let weight = self.required.weight(Element::PersonDocuments);
            if let Some(weight) = weight.filter(|_| said.travel_documents.is_empty()) {
                self.findings.note(FindingCode::DocumentMissing, weight, at.field("travel_documents")).push();
            }
        }
        // A traveller's own state tells who issued their document, but for those who have none, refugees and words that we
        // do not know. Where no nationality is said at all, that is the finding.
        let issuer_told = said.nationality_code.trim().is_empty()
            || nationality.is_some_and(|state| !state.as_str().starts_with("XX"));
        let documents = said.travel_documents.into_iter().enumerate();
        Person {
            name,
            birth_date: self.date(said.birth_date, Severity::Blocking, birth_date_at),
            sex: self.word(said.sex, Sex::parse, at.field("sex")),
            nationality,
            travel_documents: documents
                .map(|(i, document)| {
                    self.travel_document(document, issuer_told, at.item("travel_documents", i))
                })
                .collect(),
        }
    }

    /// The name with its Latin forms, by the practice of the traveller's own state.
    fn name(&mut self, mut name: PersonName, nationality: Option<StateCode>, at: Spot<'_>) -> PersonName {
        let said = [Some(name.family_name.as_str()), name.given_name.as_deref(), name.patronymic.as_deref()];
        let said: Vec<_> = said.into_iter().chain([name.native_full_name.as_deref()]).flatten().collect();
        let said = said.join(" ").trim().to_owned();
        let noted = names::complete(&mut name, Practice::of_state(nationality));
        if noted.mixed {
            self.note(FindingCode::NameScriptsMixed, at).original(&said).push();
        }
        if noted.without_latin {
            self.warn(FindingCode::NameNotTransliterated, at).original(&said).push();
        }
        name
    }

    /// A document; `issuer_told` when something else on the list tells who issued it.
    fn travel_document(
        &mut self,
        said: declared::TravelDocument,
        issuer_told: bool,
        at: Spot<'_>,
    ) -> TravelDocument {
        let number = self.document_number(&said.number, at.field("number"));
        if number.is_none() {
            self.absent(Element::DocumentNumber, "number", at.field("number"));
        }
        if said.document_type.is_none() && !self.types_not_held {
            self.absent(Element::DocumentType, "type", at.field("type"));
        }
        let issuer_at = at.field("issuing_state_code");
        if said.issuing_state_code.trim().is_empty() && !issuer_told {
            self.absent(Element::DocumentIssuer, "issuing_state_code", issuer_at);
        }
        TravelDocument {
            number,
            document_type: self.word(said.document_type, TravelDocumentType::parse, at.field("type")),
            issuing_state: self.state(&said.issuing_state_code, Severity::Warning, issuer_at),
            expiry_date: self.date(said.expiry_date, Severity::Warning, at.field("expiry_date")),
            mrz_lines: said.mrz_lines.into_iter().map(mrz_line).filter(|line| !line.is_empty()).collect(),
            issue_date: self.date(said.issue_date, Severity::Note, at.field("issue_date")),
        }
    }

    fn baggage(&mut self, said: declared::Baggage, at: Spot<'_>) -> Baggage {
        Baggage {
            piece_count: self.count(said.piece_count, at.field("piece_count")),
            mass: self.mass(said.mass, at.field("mass_g")),
            goods_to_declare: said.goods_to_declare,
        }
    }
}

/// A name; one without a family name is none, unless the native form carries it whole.
fn name(said: declared::PersonName) -> Option<PersonName> {
    let family_name = words::text(said.family_name);
    let native_full_name = words::text(said.native_full_name);
    if family_name.is_none() && native_full_name.is_none() {
        return None;
    }
    Some(PersonName {
        family_name: family_name.unwrap_or_default(),
        given_name: words::text(said.given_name),
        patronymic: words::text(said.patronymic),
        script_code: words::text(said.script_code),
        native_full_name,
        ..PersonName::default()
    })
}

/// A line of the machine readable zone in upper case without blanks.
fn mrz_line(mut line: String) -> String {
    line.retain(|c| !c.is_whitespace());
    line.make_ascii_uppercase();
    line
}
