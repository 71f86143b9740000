//! The conveyance and its journey. What is missing here rejects the manifest, for nobody would know whom to wait for.

use super::times::OFFSET_LIMIT_MINUTES;
use super::{Step, words};
use crate::conveyance::{Conveyance, Journey, Mode, Stop};
use crate::declared;
use crate::finding::{About, FindingCode, Severity};
use crate::findings::Spot;
use crate::rule::Element;

/// The mode that a word names. Customs' own two-digit forms (30, 20) are the recommendation's digit and a detail.
pub(super) fn mode(word: &str) -> Option<Mode> {
    let word = word.trim();
    Mode::from_code(match word.as_bytes() {
        [_, b'0'..=b'9'] => word.get(..1).unwrap_or(word),
        _ => word,
    })
}

impl Step<'_> {
    pub(super) fn conveyance(&mut self, said: declared::Conveyance, post: Option<&str>) -> Conveyance {
        let at = Spot::CONVEYANCE.field("conveyance");
        let mode = self.mode(&said.mode_code, at.field("mode_code"));
        // By air and sea nothing is decided: what only the road and the rail have is not asked for.
        let is_asked_for = mode.is_none_or(Mode::is_decided);
        let registration = self.plate(&said.registration, at.field("registration"));
        if registration.is_none() && is_asked_for {
            self.missing_for_all("registration", at.field("registration"));
        }
        let nationality_at = at.field("nationality_code");
        let nationality = self.country(&said.nationality_code, Severity::Warning, nationality_at);
        if said.nationality_code.trim().is_empty() && is_asked_for {
            self.absent(Element::ConveyanceNationality, "nationality_code", nationality_at);
        }
        if let (Some(mode), Some(post)) = (mode, post.and_then(|code| self.lists.border_post(code)))
            && mode.is_decided()
            && !post.modes.contains(&mode)
        {
            let finding = self.note(FindingCode::BorderPostMode, at.field("mode_code"));
            let finding = finding.original(mode.code()).parameter("mode", mode.code());
            finding.parameter("border_post", &post.code).push();
        }
        let trailers = said.trailer_registrations.iter().enumerate();
        Conveyance {
            mode,
            registration,
            nationality,
            trailer_registrations: trailers
                .filter_map(|(i, text)| self.plate(text, at.item("trailer_registrations", i)))
                .collect(),
            type_code: self.formed(
                &said.type_code,
                "code of UN/ECE Recommendation 28, up to four letters or digits: 3131",
                |code| code.len() <= 4 && code.bytes().all(|b| b.is_ascii_alphanumeric()),
                Severity::Note,
                at.field("type_code"),
            ),
        }
    }

    fn mode(&mut self, word: &str, at: Spot<'_>) -> Option<Mode> {
        let mode = mode(word);
        if mode.is_none() {
            if word.trim().is_empty() {
                self.missing_for_all("mode_code", at);
            } else {
                self.unknown(word, "UN/ECE Recommendation 19", Severity::Blocking, at.about(About::Manifest));
            }
        }
        mode
    }

    /// The journey of a conveyance of this mode.
    pub(super) fn journey(&mut self, said: declared::Journey, mode: Option<Mode>) -> Journey {
        let at = Spot::CONVEYANCE.field("journey");
        let has_post = mode.is_none_or(Mode::is_decided);
        let offset_at = at.field("local_offset_minutes");
        let offset = said.local_offset_minutes.and_then(|said| self.integer(said, offset_at));
        self.offset_minutes = offset
            .filter(|minutes| (-OFFSET_LIMIT_MINUTES..=OFFSET_LIMIT_MINUTES).contains(minutes))
            .and_then(|minutes| i16::try_from(minutes).ok());
        if let (Some(minutes), None) = (offset, self.offset_minutes) {
            let original = minutes.to_string();
            self.note(FindingCode::NumberImplausible, offset_at).original(&original).push();
        }
        let arrival_at = at.field("arrival_time").about(About::Manifest);
        if said.arrival_time.is_none() && has_post {
            self.missing_for_all("arrival_time", arrival_at);
        }
        let weight = if has_post { Severity::Blocking } else { Severity::Warning };
        let stops = said.stops.into_iter().enumerate();
        Journey {
            journey_reference: words::text(said.journey_reference),
            border_post_code: self.border_post(
                &said.border_post_code,
                has_post,
                at.field("border_post_code"),
            ),
            arrival: self.instant_weighing(said.arrival_time, weight, arrival_at),
            departure: self.instant(said.departure_time, at.field("departure_time")),
            local_offset_minutes: self.offset_minutes,
            stops: stops.map(|(i, stop)| self.stop(stop, at.item("stops", i))).collect(),
            itinerary_countries: self.countries(&said.itinerary_country_codes, "itinerary_country_codes", at),
        }
    }

    /// The border post; `needed` where nothing can be decided without. A ship's or aeroplane's place of arrival is
    /// no border post, and no mistake either.
    fn border_post(&mut self, word: &str, needed: bool, at: Spot<'_>) -> Option<String> {
        let code = word.trim().to_uppercase();
        if code.is_empty() {
            if needed {
                self.missing_for_all("border_post_code", at);
            }
            return None;
        }
        if self.lists.border_post(&code).is_none() {
            let severity = if needed { Severity::Blocking } else { Severity::Note };
            self.unknown(word, "border posts", severity, at.about(About::Manifest));
            return None;
        }
        Some(code)
    }

    fn stop(&mut self, said: declared::Stop, at: Spot<'_>) -> Stop {
        Stop {
            stop_sequence: self.count(said.stop_sequence, at.field("stop_sequence")),
            location: self.location(said.location, at.field("location")),
            arrival: self.instant(said.arrival_time, at.field("arrival_time")),
            departure: self.instant(said.departure_time, at.field("departure_time")),
        }
    }

    fn missing_for_all(&mut self, field: &'static str, at: Spot<'_>) {
        let at = at.about(About::Manifest);
        self.blocking(FindingCode::RequiredFieldMissing, at).parameter("field", field).push();
    }
}
