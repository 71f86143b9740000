//! The header of a list: what it is, whose it is, and how many persons it says there are.

use manifest::declared::{DeclaredInstant, FormNote, Journey, Mark, Party, PathKey, SourcePlace};
use manifest::finding::{About, FindingCode, Severity};

use crate::edifact::{Century, Head, Keep, Segment, day_of, instant, party};
use crate::{Half, Intent, Naming};

/// What BGM, the header's references and parties, and CNT say.
#[derive(Default)]
pub(super) struct Header {
    /// BGM 1001: 745 passengers, 250 crew, 336 master crew list, 266 status of the journey.
    pub(super) document_code: String,
    pub(super) is_crew_list: bool,
    /// BGM 1004 as a reference of its own.
    own_reference: String,
    /// BGM 1004 as a word of the guide: what the list is for.
    word: String,
    /// BGM 1225.
    function: String,
    /// Where BGM says what the list wants.
    place: Option<SourcePlace>,
    /// BGM 1056 or 1060.
    version: String,
    /// RFF+TN.
    transaction: String,
    pub(super) route_permit: String,
    pub(super) carrier: Option<Party>,
    pub(super) issue_time: Option<DeclaredInstant>,
    totals: Vec<(String, u64)>,
    pub(super) total_mark: Option<Mark>,
    /// The first total that is no number, or too large for one.
    unreadable_total: Option<(String, SourcePlace)>,
}

/// Words of the WCO/IATA/ICAO guide in BGM 1004: they say what a list is for and name no document.
const WORDS: [&str; 8] = ["CP", "XR", "RP", "CF", "XF", "CL", "CLNB", "CLOB"];

/// Is BGM 1004 a word and no number? Administrations have added letters of their own for crew lists (`C`, `CC`, `G`, `H`,
/// `I`): nobody numbers documents with one or two letters.
fn is_word(number: &str) -> bool {
    WORDS.contains(&number) || matches!(number.len(), 1 | 2) && number.bytes().all(|b| b.is_ascii_uppercase())
}

impl Header {
    pub(super) fn bgm(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        self.document_code = segment.get(1, 1).into_owned();
        self.is_crew_list = matches!(self.document_code.as_str(), "250" | "336");
        let number = segment.get(2, 1);
        if is_word(&number) {
            self.word = number.into_owned();
        } else {
            let path = PathKey::ROOT.field("manifest_reference");
            self.own_reference = keep.text(path, About::Manifest, segment, 2, 1);
        }
        let version = [segment.get(2, 2), segment.get(2, 3)];
        self.version = version.into_iter().find(|text| !text.is_empty()).unwrap_or_default().into_owned();
        self.function = segment.get(3, 1).into_owned();
        self.place = Some(segment.place_of(if self.word.is_empty() { 3 } else { 2 }, 1));
    }

    pub(super) fn rff(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        let text = segment.get(1, 2).into_owned();
        match segment.get(1, 1).as_ref() {
            "TN" => self.transaction = text,
            // Licence or authorisation of the service.
            "LI" | "AHZ" | "AKG" | "ABE" if self.route_permit.is_empty() => {
                let path = super::LIST.field("route_permit_reference");
                self.route_permit = keep.text(path, About::Conveyance, segment, 1, 2);
            }
            other => keep.not_read(segment, other),
        }
    }

    pub(super) fn dtm(&mut self, segment: &Segment<'_>, head: &Head<'_>, keep: &mut Keep<'_>) {
        match segment.get(1, 1).as_ref() {
            "137" | "97" | "171" => {
                let century = Century::Near(day_of(head.received));
                let read = instant(&segment.get(1, 2), &segment.get(1, 3), century, None);
                keep.source.mark(PathKey::ROOT.field("issue_time"), segment.mark(1, 2));
                self.issue_time = Some(read.instant);
            }
            other => keep.not_read(segment, other),
        }
    }

    /// NAD of somebody who is not on board.
    pub(super) fn party(&mut self, segment: &Segment<'_>, keep: &mut Keep<'_>) {
        match segment.get(1, 1).as_ref() {
            "CA" | "CPD" | "TR" if self.carrier.is_none() => {
                let at = PathKey::ROOT.field("carrier");
                self.carrier = Some(party(segment, at, About::Conveyance, keep));
            }
            other => keep.not_read(segment, other),
        }
    }

    pub(super) fn cnt(&mut self, segment: &Segment<'_>) {
        match segment.get(1, 2).parse() {
            Ok(total) => {
                self.totals.push((segment.get(1, 1).into_owned(), total));
                self.total_mark.get_or_insert(segment.mark(1, 2));
            }
            Err(_) => {
                self.unreadable_total.get_or_insert((segment.get(1, 2).into_owned(), segment.place_of(1, 2)));
            }
        }
    }

    /// A total that is no number, or one that nobody can count to: it does not agree with the list, whatever it is.
    pub(super) fn total_beyond(&self, listed: u64) -> Option<FormNote> {
        let (said, place) = self.unreadable_total.clone()?;
        let in_digits = !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit());
        let note = if in_digits {
            let declared: String = said.chars().take(20).collect();
            FormNote::new(FindingCode::CountMismatch, Severity::Warning)
                .parameter("declared", declared)
                .parameter("listed", listed)
        } else {
            FormNote::new(FindingCode::ValueMalformed, Severity::Warning)
                .parameter("form", "whole number in digits: 42")
        };
        let note = note.at(About::Conveyance, "passenger_list.declared_passenger_count");
        Some(note.original(said).place(place))
    }

    /// The control total of this list's persons: 42 counts passengers, 41 crew; any other code is taken for the list's
    /// own when it is the only one.
    pub(super) fn total(&self) -> Option<u64> {
        let of = |code: &str| self.totals.iter().find(|(said, _)| said == code).map(|(_, total)| *total);
        let only = || match self.totals.as_slice() {
            [(_, total)] => Some(*total),
            _ => None,
        };
        if self.is_crew_list {
            return of("41").or_else(|| of("42")).or_else(only);
        }
        let others = |(code, _): &&(String, u64)| !matches!(code.as_str(), "41" | "42");
        let other = || self.totals.iter().find(others).map(|(_, total)| *total);
        of("42").or_else(other)
    }

    /// The total as the contract's count of passengers: one that counts crew too is less by them.
    pub(super) fn total_of_passengers(&self, crew: usize) -> Option<u64> {
        let total = self.total()?;
        let crew = u64::try_from(crew).unwrap_or(u64::MAX);
        Some(if self.counts_crew() { total.saturating_sub(crew) } else { total })
    }

    /// Does the total count everybody on board? A crew list's does, for the same persons.
    pub(super) fn counts_crew(&self) -> bool {
        self.is_crew_list || !self.totals.iter().any(|(code, _)| matches!(code.as_str(), "41" | "42"))
    }

    /// The total of crew in a list of passengers.
    pub(super) fn total_of_crew(&self) -> Option<u64> {
        let said = self.totals.iter().find(|(code, _)| code == "41").map(|(_, total)| *total);
        said.filter(|_| !self.is_crew_list)
    }

    /// A total of crew in a list of passengers, when it disagrees: declared and listed.
    pub(super) fn crew_beside_the_list(&self, crew: usize) -> Option<(u64, u64)> {
        let declared = self.total_of_crew()?;
        let listed = u64::try_from(crew).unwrap_or(u64::MAX);
        (declared != listed).then_some((declared, listed))
    }

    /// Which of a journey's lists it is. A master crew list (336) is about a carrier's people and no journey.
    pub(super) fn half(&self, passengers: usize) -> Option<Half> {
        match self.document_code.as_str() {
            "250" if passengers == 0 => Some(Half::Crew),
            "250" | "336" => None,
            _ => Some(Half::Passengers),
        }
    }

    /// What the list wants, given how many persons it names.
    pub(super) fn intent(&self, persons: usize) -> Intent {
        match (self.word.as_str(), self.function.as_str()) {
            ("XF", _) | (_, "1" | "17") => Intent::Cancel,
            ("CP" | "XR" | "RP" | "CF", _)
            | ("", "2" | "3" | "4" | "5" | "18" | "20" | "21" | "36" | "43") => Intent::Amend,
            ("CL" | "CLNB" | "CLOB", _) | ("", "22") => Intent::Close,
            _ if self.naming(persons) != Naming::Everything => Intent::Amend,
            _ => Intent::Announce,
        }
    }

    /// How much of the list that was announced it names. Lists of changes name only those concerned.
    pub(super) fn naming(&self, persons: usize) -> Naming {
        let nobody_or = |somebody: Naming| if persons == 0 { Naming::Nothing } else { somebody };
        match (self.word.as_str(), self.function.as_str()) {
            ("CP", _) => Naming::Changed,
            ("RP" | "XR" | "CLNB", _) => Naming::Leaving,
            ("CF", _) => nobody_or(Naming::Changed),
            ("CL" | "CLOB", _) => nobody_or(Naming::Everything),
            // Crew letters of an administration by air: a change ends in C, and of a master crew list G adds, I
            // changes, H takes off.
            ("H", _) if self.is_crew_list => Naming::Leaving,
            ("I" | "AC" | "BC" | "CC" | "DC" | "EC" | "FC", _) if self.is_crew_list => Naming::Changed,
            ("", "2" | "43") => Naming::Changed,
            ("", "3") => Naming::Leaving,
            ("", "4" | "21") => Naming::Perhaps,
            ("", "20" | "36") => nobody_or(Naming::Perhaps),
            _ => Naming::Everything,
        }
    }

    /// That it names only some, for whoever reads the findings.
    pub(super) fn names_some(&self, persons: usize) -> Option<FormNote> {
        let naming = self.naming(persons);
        let place = self.place.clone().filter(|_| !matches!(naming, Naming::Everything | Naming::Perhaps))?;
        // Whoever leaves without being named would be everybody, or nobody.
        let nobody_leaves = naming == Naming::Leaving && persons == 0;
        let severity = if nobody_leaves { Severity::Blocking } else { Severity::Note };
        Some(FormNote::new(FindingCode::ListPartial, severity).place(place))
    }

    /// Did the persons of this list board? `CLOB` lists those who did; `CLNB`, `XR` and `RP` those who do not travel.
    pub(super) fn boarded(&self) -> Option<bool> {
        match self.word.as_str() {
            "CLOB" => Some(true),
            "CLNB" | "XR" | "RP" => Some(false),
            "" if self.function == "3" => Some(false),
            "H" if self.is_crew_list => Some(false),
            _ => None,
        }
    }

    pub(super) fn revision(&self, intent: Intent) -> i64 {
        if intent == Intent::Amend { self.version.parse().unwrap_or(0) } else { 0 }
    }

    /// The document's own reference, or the one given, or the best that the message offers: UNH 0068, which the guide
    /// keeps through the life of a list, RFF+TN, the journey and its departure, the envelope's reference. The two lists of
    /// a journey share what is not the document's own, as they are one manifest.
    pub(super) fn reference(&self, head: &Head<'_>, journey: &Journey) -> String {
        if !self.own_reference.is_empty() {
            return self.own_reference.clone();
        }
        if let Some(given) = head.given.filter(|given| !given.trim().is_empty()) {
            return given.to_owned();
        }
        let departure = match &journey.departure_time {
            Some(DeclaredInstant::Instant { timestamp, .. }) => timestamp.strftime("%y%m%d/%H%M").to_string(),
            _ => String::new(),
        };
        let journey = match (journey.journey_reference.as_str(), departure.as_str()) {
            ("", _) | (_, "") => String::new(),
            (number, departure) => format!("{number}/{departure}"),
        };
        let offered = [&head.common_reference, &self.transaction, &journey, &head.transport_reference];
        let offered = offered.into_iter().find(|text| !text.is_empty());
        match offered {
            Some(reference) if self.document_code == "336" => format!("{reference}/CREW"),
            Some(reference) => reference.clone(),
            None => String::new(),
        }
    }
}
