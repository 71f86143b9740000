//! Who is on board: counts, drivers, ages, guardians and stops. One bad row is one traveller's trouble, never the list's.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{CONVEYANCE, PASSENGER_LIST, Rules};
use crate::conveyance::Journey;
use crate::finding::{About, FindingCode, Severity};
use crate::findings::Spot;
use crate::manifest::{Load, Manifest};
use crate::person::{CrewRole, Passenger, PassengerList, Person};
use crate::quantity::PartialDate;
use crate::rule::Element;

impl Rules<'_> {
    pub(super) fn people(&mut self, manifest: &Manifest) {
        for (i, member) in manifest.crew_members.iter().enumerate() {
            let at = Spot::MANIFEST;
            self.birth_date(&member.person, at.item("crew_members", i).about(About::CrewMember(i)));
        }
        let stops = self.stops(&manifest.journey);
        let Some(Load::PassengerList(list)) = &manifest.load else { return };
        if let Some(declared) = list.declared_passenger_count {
            self.listed(declared, list.passengers.len(), PASSENGER_LIST.field("declared_passenger_count"));
        }
        // A crew list that came first, or headings without rows: an empty coach says that it is empty.
        let is_told = !list.passengers.is_empty() || list.declared_passenger_count == Some(0);
        if let Some(weight) = self.required.weight(Element::Passengers).filter(|_| !is_told) {
            let finding = self.findings.note(
                FindingCode::RequiredFieldMissing,
                weight,
                PASSENGER_LIST.field("passengers"),
            );
            finding.parameter("field", "passengers").push();
        }
        // Two drivers who swap are the rule on long lines; none at all is not a coach.
        let has_driver = manifest.crew_members.iter().any(|member| member.role == Some(CrewRole::Driver));
        // Who reads parts of a list may have said that the crew is still to come.
        let is_told = self.findings.iter().any(|finding| {
            finding.severity == Severity::Blocking
                && finding.about == About::Conveyance
                && finding.path.as_str() == "crew_members"
        });
        if let Some(weight) = self.required.weight(Element::Driver).filter(|_| !has_driver && !is_told) {
            self.findings.note(FindingCode::DriverMissing, weight, CONVEYANCE.field("crew_members")).push();
        }
        let families = self.families(list);
        for (i, passenger) in list.passengers.iter().enumerate() {
            let at = PASSENGER_LIST.item("passengers", i).about(About::Passenger(i));
            self.birth_date(&passenger.person, at);
            self.minor(passenger, i, list, &families, at);
            self.passenger_stops(passenger, &stops, at);
        }
    }

    fn birth_date(&mut self, person: &Person, at: Spot<'_>) {
        let Some(date) = person.birth_date else { return };
        if date.earliest() > self.arrival_date || date.latest() < self.oldest {
            let finding = self.warn(FindingCode::BirthDateImplausible, at.field("birth_date"));
            finding.original(&date.to_words()).push();
        }
    }

    /// Family names of the adults on a list, without what tells a man's from a woman's.
    fn families(&self, list: &PassengerList) -> BTreeSet<String> {
        let persons = || list.passengers.iter().map(|passenger| &passenger.person);
        if !persons().any(|person| self.may_be_minor(person.birth_date)) {
            return BTreeSet::new();
        }
        let adults =
            persons().filter(|person| person.birth_date.is_some() && !self.may_be_minor(person.birth_date));
        adults.filter_map(family).map(str::to_owned).collect()
    }

    /// A minor needs an adult on the same list who answers for them. A date of birth that lacks its day counts as young
    /// as it can be: nobody is hurt by a question too many. Where an adult of the family is on the list, or the message has no
    /// place to name one (EDIFACT), that is noted and asks for nothing.
    fn minor(
        &mut self,
        passenger: &Passenger,
        place: usize,
        list: &PassengerList,
        families: &BTreeSet<String>,
        at: Spot<'_>,
    ) {
        if !self.may_be_minor(passenger.person.birth_date) {
            return;
        }
        let number = passenger.guardian_passenger_number.and_then(|number| usize::try_from(number).ok());
        let guardian_place = number.and_then(|number| number.checked_sub(1)).filter(|other| *other != place);
        let guardian = guardian_place.and_then(|other| list.passengers.get(other));
        let is_adult = guardian.is_some_and(|guardian| {
            guardian.person.birth_date.is_some() && !self.may_be_minor(guardian.person.birth_date)
        });
        if !is_adult {
            let age = self.settings.minor_age_years.to_string();
            let names_another = passenger.guardian_passenger_number.is_some();
            let has_family = family(&passenger.person).is_some_and(|family| families.contains(family));
            let cannot_say = self.findings.stands_in_segments(at);
            let severity = match !names_another && (has_family || cannot_say) {
                true => Severity::Note,
                false => Severity::Warning,
            };
            let at = at.field("guardian_passenger_number");
            let finding = self.findings.note(FindingCode::MinorAlone, severity, at);
            let said = passenger.guardian_passenger_number.map(|number| number.to_string());
            finding.original(&said.unwrap_or_default()).parameter("age", age).push();
        }
    }

    fn may_be_minor(&self, birth_date: Option<PartialDate>) -> bool {
        birth_date.is_some_and(|date| date.latest() > self.youngest_adult)
    }

    /// The stops that passengers may name, or none when the journey lists none.
    fn stops(&mut self, journey: &Journey) -> BTreeSet<u32> {
        let mut known = BTreeSet::new();
        let mut last = 0;
        let at = CONVEYANCE.field("journey");
        for (i, stop) in journey.stops.iter().enumerate() {
            let number = stop.stop_sequence.unwrap_or(0);
            if number <= last {
                let finding =
                    self.warn(FindingCode::StopsDisagree, at.item("stops", i).field("stop_sequence"));
                finding.original(&number.to_string()).parameter("stop", number.to_string()).push();
            }
            last = last.max(number);
            known.insert(number);
        }
        known
    }

    fn passenger_stops(&mut self, passenger: &Passenger, stops: &BTreeSet<u32>, at: Spot<'_>) {
        let (embark, debark) = (passenger.embark_stop_sequence, passenger.debark_stop_sequence);
        let named = [("embark_stop_sequence", embark), ("debark_stop_sequence", debark)];
        for (field, number) in named {
            if let Some(number) = number.filter(|number| !stops.contains(number)) {
                let finding = self.warn(FindingCode::StopsDisagree, at.field(field));
                finding.original(&number.to_string()).parameter("stop", number.to_string()).push();
            }
        }
        if let (Some(embark), Some(debark)) = (embark, debark)
            && debark <= embark
        {
            let finding = self.warn(FindingCode::StopsDisagree, at.field("debark_stop_sequence"));
            finding.original(&debark.to_string()).parameter("stop", debark.to_string()).push();
        }
    }
}

/// The same day some years earlier; the first day of time when that is before it.
pub(super) fn years_before(day: Date, years: u8) -> Date {
    day.checked_sub(jiff::Span::new().years(i64::from(years))).unwrap_or(Date::MIN)
}

/// The family name's part of the comparison key.
fn family(person: &Person) -> Option<&str> {
    let (family, _) = person.name.as_ref()?.comparison_key.as_deref()?.split_once('/')?;
    (!family.is_empty()).then_some(family)
}
