//! What must not be seen of persons, and whether it is.

use std::collections::{BTreeSet, HashMap, HashSet};

use manifest::normalize::{Practice, comparison_key, latin_name};
use proto::v1::{Party, PartyIdentifier, SubmitManifestRequest, manifest::Load};

/// What must not be seen.
#[derive(Default)]
pub(super) struct Needles {
    /// Found wherever they stand.
    pub(super) texts: BTreeSet<String>,
    /// Six digits, which stand in longer numbers by chance: found as words.
    pub(super) words: HashSet<String>,
}

impl Needles {
    /// Everything that names a person of a submission.
    pub(super) fn add(&mut self, submission: &SubmitManifestRequest) {
        let manifest = submission.manifest.as_ref().unwrap();
        let passengers = match &manifest.load {
            Some(Load::PassengerList(list)) => list.passengers.as_slice(),
            _ => &[],
        };
        let travellers =
            passengers.iter().map(|each| (&each.name, &each.birth_date, &each.travel_documents)).chain(
                manifest
                    .crew_members
                    .iter()
                    .map(|each| (&each.name, &each.birth_date, &each.travel_documents)),
            );
        for (name, birth_date, documents) in travellers {
            if let Some(name) = name {
                self.texts.extend(
                    [&name.family_name, &name.given_name, &name.patronymic, &name.native_full_name]
                        .map(Clone::clone),
                );
                self.texts.extend(
                    [&name.family_name, &name.given_name].map(|text| latin_name(text, Practice::Icao)),
                );
                // A short one would be found by chance in base 64.
                self.texts
                    .extend(comparison_key(&name.family_name, &name.given_name).filter(|key| key.len() > 7));
            }
            if let Some(date) = birth_date {
                let (year, month, day) = (date.year, date.month, date.day);
                self.texts.extend([
                    format!("{year:04}-{month:02}-{day:02}"),
                    format!("{year:04}{month:02}{day:02}"),
                    format!("{day:02}.{month:02}.{year:04}"),
                    format!("year: {year}, month: {month}, day: {day}"),
                    format!("\"year\":{year},\"month\":{month},\"day\":{day}"),
                ]);
                self.words.insert(format!("{:02}{month:02}{day:02}", year % 100));
            }
            for document in documents {
                self.texts.insert(document.number.clone());
                self.texts.extend(document.mrz_lines.iter().cloned());
            }
        }
        for party in parties(&mut manifest.clone()).into_iter().flatten().filter(|each| each.natural_person) {
            self.texts.extend([party.name.clone(), party.street_address.clone()]);
            self.texts.extend(party.identifiers.iter().map(|each| each.value.clone()));
        }
        // Shorter ones would be found by chance in identifiers.
        self.texts.retain(|text| text.chars().count() >= 5);
    }

    #[track_caller]
    pub(super) fn assert_none_in(&self, place: &str, text: &str) {
        if let Some((needle, at)) = self.first_in(text.as_bytes()) {
            let begin = text.floor_char_boundary(at.saturating_sub(300));
            let around: String = text[begin..].chars().take(600).collect();
            panic!("{needle:?} is in {place}: {around}");
        }
        // A point belongs to a number, and so do letters: hexadecimal digits and the digits of a time. HTTP/2 counts
        // its windows down from a million.
        for line in text.lines().filter(|line| !line.contains("\"target\":\"h2::")) {
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            let found = words.find(|word| word.len() == 6 && self.words.contains(*word));
            assert!(found.is_none(), "{found:?} is in {place}: {line}");
        }
    }

    /// All needles are looked for at once: there are thousands, and megabytes to search.
    pub(super) fn first_in(&self, text: &[u8]) -> Option<(&str, usize)> {
        let beginning =
            |bytes: &[u8]| usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]);
        let mut begins = vec![false; 1 << 24];
        let mut needles: HashMap<usize, Vec<&str>> = HashMap::new();
        for needle in &self.texts {
            begins[beginning(needle.as_bytes())] = true;
            needles.entry(beginning(needle.as_bytes())).or_default().push(needle);
        }
        for at in 0..text.len().saturating_sub(2) {
            let rest = &text[at..];
            if begins[beginning(rest)] {
                let found =
                    needles[&beginning(rest)].iter().find(|needle| rest.starts_with(needle.as_bytes()));
                if let Some(needle) = found {
                    return Some((needle, at));
                }
            }
        }
        None
    }
}

/// Every party of a manifest that is there or could be.
fn parties(manifest: &mut proto::v1::Manifest) -> Vec<&mut Option<Party>> {
    let mut parties = vec![&mut manifest.carrier];
    if let Some(Load::Cargo(cargo)) = &mut manifest.load {
        for each in &mut cargo.consignments {
            parties.extend([
                &mut each.consignor,
                &mut each.consignee,
                &mut each.importer,
                &mut each.exporter,
                &mut each.declarant,
            ]);
        }
    }
    parties
}

/// SYNTHETIC people who trade under their own names.
pub(super) fn with_natural_persons(mut submission: SubmitManifestRequest) -> SubmitManifestRequest {
    let manifest = submission.manifest.as_mut().unwrap();
    for (n, party) in parties(manifest).into_iter().take(6).enumerate() {
        *party = Some(Party {
            identifiers: vec![PartyIdentifier {
                scheme: "PINFL".to_owned(),
                value: format!("3170519900{n:04}"),
                country_code: "UZ".to_owned(),
            }],
            name: format!("Namunatadbirkor{n} Misoljon"),
            street_address: format!("Misolchilar kochasi {n}7"),
            city: "Tashkent".to_owned(),
            country_code: "UZ".to_owned(),
            natural_person: true,
            ..Party::default()
        });
    }
    submission
}
