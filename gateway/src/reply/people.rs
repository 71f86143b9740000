//! Normalized people on their way to the wire: `passenger.proto` field by field. Whoever must not see them is given a
//! manifest without them.

use manifest::person as noun;
use proto::v1;

use super::manifest::{count, date, text};

/// Milligrams in a gram.
const MG_PER_G: i64 = 1_000;

pub(super) fn passenger_list(list: &noun::PassengerList) -> v1::PassengerList {
    let service = list.service.map_or(v1::PassengerService::Unspecified, |service| match service {
        noun::PassengerService::Regular => v1::PassengerService::Regular,
        noun::PassengerService::Occasional => v1::PassengerService::Occasional,
        noun::PassengerService::Shuttle => v1::PassengerService::Shuttle,
    });
    v1::PassengerList {
        passengers: list.passengers.iter().map(passenger).collect(),
        declared_passenger_count: count(list.declared_passenger_count),
        service: service.into(),
        route_permit_reference: text(&list.route_permit_reference),
    }
}

fn passenger(passenger: &noun::Passenger) -> v1::Passenger {
    let person = &passenger.person;
    v1::Passenger {
        name: person.name.as_ref().map(name),
        birth_date: date(person.birth_date),
        sex: sex(person.sex),
        nationality_code: state(person.nationality),
        travel_documents: person.travel_documents.iter().map(travel_document).collect(),
        embark_stop_sequence: count(passenger.embark_stop_sequence),
        debark_stop_sequence: count(passenger.debark_stop_sequence),
        seat: text(&passenger.seat),
        booking_reference: text(&passenger.booking_reference),
        baggage: passenger.baggage.map(|baggage| v1::Baggage {
            piece_count: count(baggage.piece_count),
            mass_g: baggage.mass.map(|mass| mass.mg() / MG_PER_G),
            goods_to_declare: baggage.goods_to_declare,
        }),
        guardian_passenger_number: count(passenger.guardian_passenger_number),
        group_leader: passenger.group_leader,
        residence_country_code: state(passenger.residence),
        boarded: passenger.boarded,
    }
}

pub(super) fn crew_member(member: &noun::CrewMember) -> v1::CrewMember {
    let role = member.role.map_or(v1::CrewRole::Unspecified, |role| match role {
        noun::CrewRole::Driver => v1::CrewRole::Driver,
        noun::CrewRole::Conductor => v1::CrewRole::Conductor,
        noun::CrewRole::Guide => v1::CrewRole::Guide,
        noun::CrewRole::Other => v1::CrewRole::Other,
    });
    let person = &member.person;
    v1::CrewMember {
        name: person.name.as_ref().map(name),
        birth_date: date(person.birth_date),
        sex: sex(person.sex),
        nationality_code: state(person.nationality),
        travel_documents: person.travel_documents.iter().map(travel_document).collect(),
        role: role.into(),
    }
}

fn name(name: &noun::PersonName) -> v1::PersonName {
    v1::PersonName {
        family_name: name.family_name.clone(),
        given_name: text(&name.given_name),
        patronymic: text(&name.patronymic),
        script_code: text(&name.script_code),
        native_full_name: text(&name.native_full_name),
        latin_family_name: text(&name.latin_family_name),
        latin_given_name: text(&name.latin_given_name),
        latin_patronymic: text(&name.latin_patronymic),
        comparison_key: text(&name.comparison_key),
    }
}

fn sex(sex: Option<noun::Sex>) -> i32 {
    let sex = sex.map_or(v1::Sex::Unspecified, |sex| match sex {
        noun::Sex::Female => v1::Sex::Female,
        noun::Sex::Male => v1::Sex::Male,
        noun::Sex::NotStatedInDocument => v1::Sex::NotStatedInDocument,
    });
    sex.into()
}

fn state(state: Option<noun::StateCode>) -> String {
    state.map_or_else(String::new, |state| state.as_str().to_owned())
}

fn travel_document(document: &noun::TravelDocument) -> v1::TravelDocument {
    use noun::TravelDocumentType as Noun;
    let kind = document.document_type.map_or(v1::TravelDocumentType::Unspecified, |kind| match kind {
        Noun::Passport => v1::TravelDocumentType::Passport,
        Noun::IdentityCard => v1::TravelDocumentType::IdentityCard,
        Noun::Visa => v1::TravelDocumentType::Visa,
        Noun::BirthCertificate => v1::TravelDocumentType::BirthCertificate,
        Noun::ConventionTravelDocument => v1::TravelDocumentType::ConventionTravelDocument,
        Noun::ReturnCertificate => v1::TravelDocumentType::ReturnCertificate,
        Noun::Other => v1::TravelDocumentType::Other,
    });
    v1::TravelDocument {
        r#type: kind.into(),
        number: text(&document.number),
        issuing_state_code: state(document.issuing_state),
        expiry_date: date(document.expiry_date),
        mrz_lines: document.mrz_lines.clone(),
        issue_date: date(document.issue_date),
    }
}
