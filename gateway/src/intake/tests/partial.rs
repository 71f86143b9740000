//! Lists of changes: nobody is lost, and nobody taken for somebody else.

use manifest::declared::{
    Cargo, Consignment, Declared, DeclaredDate, Load, Passenger, PassengerList, PersonName, Said,
    TravelDocument,
};

use super::super::partial::{self, key, known, merged};
use crate::decode::document::Naming;

fn person(name: &str, year: i32, document: &str) -> Passenger {
    Passenger {
        name: Some(PersonName { family_name: name.into(), ..PersonName::default() }),
        birth_date: (year > 0).then_some(DeclaredDate::Civil { year, month: 1, day: 1 }),
        travel_documents: vec![TravelDocument { number: document.into(), ..TravelDocument::default() }],
        ..Passenger::default()
    }
}

fn list(passengers: Vec<Passenger>) -> Declared {
    let list = PassengerList { passengers, ..PassengerList::default() };
    Declared { load: Some(Load::PassengerList(list)), ..Declared::default() }
}

fn told(declared: &Declared) -> Vec<(String, String, Option<bool>, Option<i64>)> {
    let Some(Load::PassengerList(list)) = &declared.load else { panic!() };
    let each = list.passengers.iter().map(|one| {
        let guardian = match one.guardian_passenger_number {
            Some(Said::Plain(number)) => Some(number),
            _ => None,
        };
        let document = one.travel_documents.first().map_or("", |document| document.number.as_str());
        (one.name.clone().unwrap().family_name, document.to_owned(), one.boarded, guardian)
    });
    each.collect()
}

#[test]
fn those_who_are_named_change_and_everybody_else_stays() {
    let mut child = person("CHILD", 2015, "C1");
    child.guardian_passenger_number = Some(Said::Plain(1));
    let announced = list(vec![person("ADULT", 1980, "A1"), child, person("OTHER", 1990, "B1")]);
    let mut other = person("OTHER", 1990, "B2");
    other.travel_documents[0].number = "B2".into();
    let changed = list(vec![other, person("NEW", 1970, "N1")]);
    assert_eq!(known(&announced, &changed), (1, 3));
    let merged = merged(announced, changed, Naming::Changed, false);
    let name = |name: &str, number: &str, guardian| (name.to_owned(), number.to_owned(), None, guardian);
    assert_eq!(
        told(&merged),
        [
            name("OTHER", "B2", None),
            name("NEW", "N1", None),
            name("ADULT", "A1", None),
            // The adult stands third now.
            name("CHILD", "C1", Some(3)),
        ]
    );
}

#[test]
fn who_leaves_stays_on_the_list_and_is_marked() {
    let announced = || list(vec![person("ONE", 1980, "A1"), person("TWO", 1990, "B1")]);
    let leaving = || {
        let mut one = person("TWO", 1990, "B1");
        (one.boarded, one.seat) = (Some(false), String::new());
        list(vec![one])
    };
    let boarded = |declared: Declared| {
        told(&declared).into_iter().map(|(name, _, boarded, _)| (name, boarded)).collect::<Vec<_>>()
    };
    let two = ("TWO".to_owned(), Some(false));
    let one = |boarded| ("ONE".to_owned(), boarded);
    let left = merged(announced(), leaving(), Naming::Leaving, false);
    assert_eq!(boarded(left), [two.clone(), one(None)]);
    let closed = merged(announced(), leaving(), Naming::Leaving, true);
    assert_eq!(boarded(closed), [two, one(Some(true))]);
    let nobody = merged(announced(), list(Vec::new()), Naming::Nothing, true);
    assert_eq!(boarded(nobody), [one(None), ("TWO".to_owned(), None)]);
}

#[test]
fn two_people_are_never_taken_for_one() {
    let same = |one: &Passenger, other: &Passenger| partial::same(&key(one), &key(other));
    let one = person("SYNTHETIC", 1980, "A1");
    assert!(same(&one, &person("SYNTHETIC", 1980, "A2")), "a corrected number");
    assert!(same(&one, &person("SYNTHETIK", 1980, "A1")), "a corrected name");
    assert!(!same(&one, &person("SYNTHETIC", 2010, "A2")), "parent and child of one name");
    assert!(!same(&one, &person("CHILD", 2010, "A1")), "a child in its parent's passport");
    assert!(!same(&person("SYNTHETIC", 0, "A1"), &person("SYNTHETIC", 0, "A2")), "namesakes");
    assert!(same(&person("SYNTHETIC", 0, "A1"), &person("SYNTHETIC", 1980, "")), "nothing says otherwise");
}

#[test]
fn goods_are_told_apart_by_their_reference() {
    let cargo = |references: &[&str]| Declared {
        load: Some(Load::Cargo(Cargo {
            consignments: references
                .iter()
                .map(|one| Consignment { consignment_reference: (*one).into(), ..Consignment::default() })
                .collect(),
            ..Cargo::default()
        })),
        ..Declared::default()
    };
    assert_eq!(known(&cargo(&["A", "B"]), &cargo(&["B", "C"])), (1, 2));
    let merged = merged(cargo(&["A", "B", ""]), cargo(&["B", "C"]), Naming::Changed, false);
    let Some(Load::Cargo(cargo)) = merged.load else { panic!() };
    let references: Vec<_> =
        cargo.consignments.iter().map(|one| one.consignment_reference.as_str()).collect();
    assert_eq!(references, ["B", "C", "A", ""]);
}

#[test]
fn what_is_put_together_is_bounded() {
    use super::super::beside::within;
    let limits = crate::decode::Limits::default();
    let most = limits.of_readers().max_persons;
    let people = |count| list((0..count).map(|n| person("ONE", 1980, &format!("A{n}"))).collect());
    assert!(within(&limits, &people(most)).is_ok());
    let merged = merged(people(most), list(vec![person("NEW", 1990, "N1")]), Naming::Changed, false);
    assert!(within(&limits, &merged).is_err());
}
