//! Codes of the lists: what stood there, or a finding.

use super::{Step, words};
use crate::code_list::{Listing, Retired};
use crate::consignment::HsCode;
use crate::declared::{Location, Said};
use crate::finding::{FindingCode, Severity};
use crate::findings::Spot;
use crate::person::StateCode;
use crate::quantity::{CountryCode, CurrencyCode};
use crate::rule::Element;

impl Step<'_> {
    /// A country of the trade; an unknown word is a finding of the given weight.
    pub(super) fn country(&mut self, word: &str, severity: Severity, at: Spot<'_>) -> Option<CountryCode> {
        if word.trim().is_empty() {
            return None;
        }
        let code = self.lists.country(word);
        if code.is_none() {
            let retired = self.lists.retired_country(word);
            self.not_listed(word, retired, "ISO 3166-1 alpha-2", severity, at);
        }
        code
    }

    /// Countries in order; unknown ones are left out and noted.
    pub(super) fn countries(
        &mut self,
        list: &[String],
        name: &'static str,
        at: Spot<'_>,
    ) -> Vec<CountryCode> {
        let each = list.iter().enumerate();
        each.filter_map(|(i, word)| self.country(word, Severity::Note, at.item(name, i))).collect()
    }

    /// A state of a travel document.
    pub(super) fn state(&mut self, word: &str, severity: Severity, at: Spot<'_>) -> Option<StateCode> {
        if word.trim().is_empty() {
            return None;
        }
        let code = self.lists.state(word);
        if code.is_none() {
            let retired = self.lists.retired_country(word);
            self.not_listed(word, retired, "ISO 3166-1 alpha-3, ICAO Doc 9303", severity, at);
        }
        code
    }

    /// A currency.
    pub(super) fn currency(&mut self, word: &str, at: Spot<'_>) -> Option<CurrencyCode> {
        let code = self.lists.currency(word);
        if code.is_none() {
            let retired = self.lists.retired_currency(word);
            self.not_listed(word, retired, "ISO 4217", Severity::Warning, at);
        }
        code
    }

    /// A Harmonized System code. Ten digits are kept whole. A code that left the list with an earlier edition is
    /// kept, because its heading still says what the goods are; a chapter that never existed is not.
    pub(super) fn hs_code(&mut self, word: &str, at: Spot<'_>) -> Option<HsCode> {
        if word.trim().is_empty() {
            return None;
        }
        let digits: String = word.chars().filter(|c| !matches!(c, ' ' | '.' | '\u{a0}')).collect();
        let Some(code) = HsCode::new(&digits) else {
            self.warn(FindingCode::ValueMalformed, at)
                .original(word)
                .parameter("form", "6, 8 or 10 digits: 870323")
                .push();
            return None;
        };
        if !self.lists.has_hs6(code.hs6()) {
            let retired = self.lists.retired_hs6(code.hs6());
            self.not_listed(word, retired.as_ref(), "Harmonized System 2022", Severity::Warning, at);
            // Chapter 77 is reserved, 98 and 99 are national, and heading 00 does not exist.
            let chapter = code.hs6().get(..2).unwrap_or("00");
            let heading = code.hs6().get(2..4).unwrap_or("00");
            if matches!(chapter, "00" | "77" | "98" | "99") || heading == "00" {
                return None;
            }
        }
        Some(code)
    }

    /// A word of one of the contract's closed sets.
    pub(super) fn word<T>(
        &mut self,
        said: Option<Said<T>>,
        parse: impl Fn(&str) -> Option<T>,
        at: Spot<'_>,
    ) -> Option<T> {
        match said? {
            Said::Plain(value) => Some(value),
            Said::Words(words) => {
                let value = words::upper_snake(&words).and_then(|word| parse(&word));
                if value.is_none() {
                    self.unknown(&words, "customs.prearrival.v1", Severity::Warning, at);
                }
                value
            }
        }
    }

    /// A code that is checked by its form: kept in upper case without blanks, or noted.
    pub(super) fn formed(
        &mut self,
        word: &str,
        form: &'static str,
        fits: impl Fn(&str) -> bool,
        severity: Severity,
        at: Spot<'_>,
    ) -> Option<String> {
        let code = word.trim().to_uppercase();
        if code.is_empty() {
            return None;
        }
        if fits(&code) {
            return Some(code);
        }
        self.findings
            .note(FindingCode::ValueMalformed, severity, at)
            .original(word)
            .parameter("form", form)
            .push();
        None
    }

    /// An identifier: letters and digits, in upper case. What else stood there is left out and said, but for signs between groups.
    pub(super) fn identifier(&mut self, said: &str, at: Spot<'_>) -> Option<String> {
        let identifier = words::identifier(said)?;
        self.say_left_out(said, None, at);
        Some(identifier)
    }

    /// The number of a document: an identifier in which letters that look like Latin ones are Latin ones, and that is said.
    pub(super) fn document_number(&mut self, said: &str, at: Spot<'_>) -> Option<String> {
        let number = words::plate(said)?;
        self.say_left_out(said, Some(Severity::Note), at);
        self.say_lookalikes(said, at);
        // `AA`, `UNKNOWN`, `нет`: nobody is told apart by it.
        let weight = self.required.weight(Element::DocumentNumber);
        if let Some(weight) = weight.filter(|_| !number.contains(char::is_numeric)) {
            let finding = self.findings.note(FindingCode::ValueMalformed, weight, at);
            finding.original(said).parameter("form", "number of a document, with its digits").push();
        }
        Some(number)
    }

    /// The number on a plate, the same way. Plates are written in groups, so the signs between those are not said.
    pub(super) fn plate(&mut self, said: &str, at: Spot<'_>) -> Option<String> {
        let plate = words::plate(said)?;
        self.say_left_out(said, None, at);
        self.say_lookalikes(said, at);
        Some(plate)
    }

    fn say_lookalikes(&mut self, said: &str, at: Spot<'_>) {
        if words::has_lookalikes(said) {
            self.note(FindingCode::FormRepaired, at)
                .original(said)
                .parameter("form", "Cyrillic letters read as the Latin ones that they look like")
                .push();
        }
    }

    /// `separators`: what signs that people write between the parts of a number weigh.
    fn say_left_out(&mut self, said: &str, separators: Option<Severity>, at: Spot<'_>) {
        let severity = match words::left_out(said) {
            words::LeftOut::Nothing => None,
            words::LeftOut::Separators => separators,
            words::LeftOut::Others => Some(Severity::Warning),
        };
        let Some(severity) = severity else { return };
        let finding = self.findings.note(FindingCode::FormRepaired, severity, at);
        finding.original(said).parameter("form", "signs left out of a number").push();
    }

    /// A code that is not in its list: withdrawn, then the finding says since when and what is valid instead; or unknown.
    pub(super) fn not_listed(
        &mut self,
        word: &str,
        retired: Option<&Retired>,
        list: &'static str,
        severity: Severity,
        at: Spot<'_>,
    ) {
        let Some(Retired { since, instead }) = retired else { return self.unknown(word, list, severity, at) };
        let instead = if instead.is_empty() { list } else { instead.as_str() };
        self.findings
            .note(FindingCode::CodeRetired, severity, at)
            .original(word)
            .parameter("list", list)
            .parameter("since", since.as_str())
            .parameter("instead", instead)
            .push();
    }

    /// A word that is in no list.
    pub(super) fn unknown(&mut self, word: &str, list: &'static str, severity: Severity, at: Spot<'_>) {
        self.findings
            .note(FindingCode::CodeUnknown, severity, at)
            .original(word)
            .parameter("list", list)
            .push();
    }

    /// A place.
    pub(super) fn location(
        &mut self,
        said: Option<Location>,
        at: Spot<'_>,
    ) -> Option<crate::conveyance::Location> {
        let said = said?;
        Some(crate::conveyance::Location {
            un_locode: self.un_locode(&said.un_locode.replace(' ', ""), at.field("un_locode")),
            local_code: words::text(said.local_code),
            name: words::text(said.name),
            country: self.country(&said.country_code, Severity::Note, at.field("country_code")),
            latitude_degrees: self.degrees(said.latitude_degrees, 90.0, at.field("latitude_degrees")),
            longitude_degrees: self.degrees(said.longitude_degrees, 180.0, at.field("longitude_degrees")),
        })
    }

    /// A UN/LOCODE. One that the list of its country lacks is kept: the list is of one edition, and places are added.
    fn un_locode(&mut self, word: &str, at: Spot<'_>) -> Option<String> {
        let code = self.formed(
            word,
            "UN/LOCODE, two letters and three letters or digits: UZTAS",
            is_un_locode,
            Severity::Note,
            at,
        )?;
        if self.lists.un_locode(&code) == Listing::NotListed {
            self.unknown(word, "UN/LOCODE 2023-1", Severity::Note, at);
        }
        Some(code)
    }

    fn degrees(&mut self, said: Option<Said<f64>>, limit: f64, at: Spot<'_>) -> Option<f64> {
        let (degrees, words) = match said? {
            Said::Plain(degrees) if degrees.abs() <= limit => return Some(degrees),
            Said::Plain(degrees) => (Some(degrees), degrees.to_string()),
            Said::Words(words) => (words.trim().replace(',', ".").parse().ok(), words),
        };
        let within = degrees.filter(|degrees: &f64| degrees.abs() <= limit);
        if within.is_none() {
            self.note(FindingCode::ValueMalformed, at)
                .original(&words)
                .parameter("form", "degrees of WGS 84 with a decimal point: 41.3111")
                .push();
        }
        within
    }
}

/// Two letters of a country and three letters or digits 2 to 9.
fn is_un_locode(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 5
        && bytes.iter().take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(2).all(|b| b.is_ascii_uppercase() || matches!(b, b'2'..=b'9'))
}
