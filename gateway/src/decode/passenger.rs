//! People on board: `passenger.proto` field by field.

use manifest::declared::{
    Baggage, CrewMember, DeclaredMass, Passenger, PassengerList, PersonName, Said, TravelDocument,
};
use manifest::person::{CrewRole, PassengerService, Sex, TravelDocumentType};
use proto::v1;

use super::value::{count, date, word};

/// Milligrams in a gram.
const MG_PER_G: i64 = 1_000;

pub(super) fn passenger_list(list: v1::PassengerList) -> PassengerList {
    let service = v1::PassengerService::try_from(list.service).ok().map(|value| value.as_str_name());
    PassengerList {
        passengers: list.passengers.into_iter().map(passenger).collect(),
        declared_passenger_count: count(list.declared_passenger_count),
        counts_all_parts: false,
        service: word(list.service, service, "PASSENGER_SERVICE_", PassengerService::parse),
        route_permit_reference: list.route_permit_reference,
    }
}

fn passenger(passenger: v1::Passenger) -> Passenger {
    Passenger {
        name: name(passenger.name),
        birth_date: date(passenger.birth_date),
        sex: sex(passenger.sex),
        nationality_code: passenger.nationality_code,
        travel_documents: passenger.travel_documents.into_iter().map(travel_document).collect(),
        embark_stop_sequence: count(passenger.embark_stop_sequence),
        debark_stop_sequence: count(passenger.debark_stop_sequence),
        seat: passenger.seat,
        booking_reference: passenger.booking_reference,
        baggage: passenger.baggage.map(|baggage| Baggage {
            piece_count: count(baggage.piece_count),
            mass: baggage.mass_g.map(grams),
            goods_to_declare: baggage.goods_to_declare,
        }),
        guardian_passenger_number: count(passenger.guardian_passenger_number),
        group_leader: passenger.group_leader,
        residence_country_code: passenger.residence_country_code,
        boarded: passenger.boarded,
    }
}

pub(super) fn crew_member(member: v1::CrewMember) -> CrewMember {
    let role = v1::CrewRole::try_from(member.role).ok().map(|value| value.as_str_name());
    CrewMember {
        name: name(member.name),
        birth_date: date(member.birth_date),
        sex: sex(member.sex),
        nationality_code: member.nationality_code,
        travel_documents: member.travel_documents.into_iter().map(travel_document).collect(),
        role: word(member.role, role, "CREW_ROLE_", CrewRole::parse),
    }
}

fn name(name: Option<v1::PersonName>) -> Option<PersonName> {
    name.map(|name| PersonName {
        family_name: name.family_name,
        given_name: name.given_name,
        patronymic: name.patronymic,
        script_code: name.script_code,
        native_full_name: name.native_full_name,
    })
}

fn sex(number: i32) -> Option<Said<Sex>> {
    let name = v1::Sex::try_from(number).ok().map(|value| value.as_str_name());
    word(number, name, "SEX_", Sex::parse)
}

fn travel_document(document: v1::TravelDocument) -> TravelDocument {
    let kind = v1::TravelDocumentType::try_from(document.r#type).ok().map(|value| value.as_str_name());
    TravelDocument {
        document_type: word(document.r#type, kind, "TRAVEL_DOCUMENT_TYPE_", TravelDocumentType::parse),
        number: document.number,
        issuing_state_code: document.issuing_state_code,
        expiry_date: date(document.expiry_date),
        mrz_lines: document.mrz_lines,
        issue_date: date(document.issue_date),
    }
}

/// Grams as declared; what does not fit in milligrams stays words, so that it becomes a finding.
fn grams(grams: i64) -> DeclaredMass {
    grams.checked_mul(MG_PER_G).map_or_else(
        || DeclaredMass::Said { amount: grams.to_string(), unit: "GRM".to_owned() },
        DeclaredMass::Milligrams,
    )
}
