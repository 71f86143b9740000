//! Leaves of the contract as declared values. Zero is protobuf's "not said" where the contract has no presence.

use jiff::Timestamp;
use manifest::declared::{
    DeclaredAmount, DeclaredDate, DeclaredInstant, DeclaredMass, Location, Money, Party, PartyIdentifier,
    Said,
};
use proto::v1;

pub(super) fn count(value: Option<i32>) -> Option<Said<i64>> {
    value.map(|value| Said::Plain(i64::from(value)))
}

/// A number whose contract starts at 1: zero was not said.
pub(super) fn number_from_one(value: i32) -> Option<Said<i64>> {
    (value != 0).then(|| Said::Plain(i64::from(value)))
}

pub(super) fn mass(value: Option<i64>) -> Option<DeclaredMass> {
    value.map(DeclaredMass::Milligrams)
}

/// An enumeration's value by the contract's name without its prefix. A number that the contract does not know (or
/// that we do not know yet) stays as it was said.
pub(super) fn word<T>(
    number: i32,
    name: Option<&'static str>,
    prefix: &str,
    parse: fn(&str) -> Option<T>,
) -> Option<Said<T>> {
    if number == 0 {
        return None;
    }
    let known = name.and_then(|name| name.strip_prefix(prefix)).and_then(parse);
    Some(known.map_or_else(|| Said::Words(number.to_string()), Said::Plain))
}

pub(super) fn instant(value: Option<prost_types::Timestamp>) -> Option<DeclaredInstant> {
    let prost_types::Timestamp { seconds, nanos } = value?;
    // jiff takes negative nanoseconds; protobuf's timestamp does not.
    let timestamp = (nanos >= 0).then(|| Timestamp::new(seconds, nanos).ok()).flatten();
    Some(timestamp.map_or_else(
        || DeclaredInstant::Said { text: format!("{seconds}.{nanos}"), format: "UNIX".to_owned() },
        DeclaredInstant::from,
    ))
}

pub(super) fn date(value: Option<v1::CivilDate>) -> Option<DeclaredDate> {
    value.map(|v1::CivilDate { year, month, day }| DeclaredDate::Civil { year, month, day })
}

pub(super) fn money(value: Option<v1::Money>) -> Option<Money> {
    value.map(|v1::Money { currency_code, units, nanos }| Money {
        currency_code,
        amount: Some(DeclaredAmount::Exact { units, nanos }),
    })
}

pub(super) fn location(value: Option<v1::Location>) -> Option<Location> {
    let degrees = |value: Option<f64>| {
        value.map(|value| if value.is_finite() { Said::Plain(value) } else { Said::Words(value.to_string()) })
    };
    value.map(|value| Location {
        un_locode: value.un_locode,
        local_code: value.local_code,
        name: value.name,
        country_code: value.country_code,
        latitude_degrees: degrees(value.latitude_degrees),
        longitude_degrees: degrees(value.longitude_degrees),
    })
}

pub(super) fn party(value: Option<v1::Party>) -> Option<Party> {
    value.map(|value| Party {
        identifiers: value
            .identifiers
            .into_iter()
            .map(|v1::PartyIdentifier { scheme, value, country_code }| PartyIdentifier {
                scheme,
                value,
                country_code,
            })
            .collect(),
        name: value.name,
        street_address: value.street_address,
        city: value.city,
        postal_code: value.postal_code,
        country_code: value.country_code,
        authorised_operator_reference: value.authorised_operator_reference,
        natural_person: value.natural_person,
    })
}

#[cfg(test)]
mod tests {
    use manifest::consignment::CustomsRegime;

    use super::*;

    #[test]
    fn an_impossible_instant_stays_words() {
        for (seconds, nanos) in [(i64::MAX, 0), (0, -1), (0, i32::MAX)] {
            let said = instant(Some(prost_types::Timestamp { seconds, nanos }));
            assert!(matches!(said, Some(DeclaredInstant::Said { .. })), "{seconds} {nanos}");
        }
        let said = instant(Some(prost_types::Timestamp { seconds: 1, nanos: 0 }));
        assert!(matches!(said, Some(DeclaredInstant::Instant { .. })));
    }

    #[test]
    fn every_word_of_the_contract_is_known() {
        for number in 1..=8 {
            let name = v1::CustomsRegime::try_from(number).unwrap().as_str_name();
            let said = word(number, Some(name), "CUSTOMS_REGIME_", CustomsRegime::parse);
            assert!(matches!(said, Some(Said::Plain(_))), "{name}");
        }
        assert!(word(0, None, "", CustomsRegime::parse).is_none());
        let unknown = word(99, None, "", CustomsRegime::parse);
        assert!(matches!(unknown, Some(Said::Words(words)) if words == "99"));
    }
}
