//! When the manifest was filed and when the conveyance arrives. Late or odd times are noted and scored all the same:
//! a late manifest is worth more than none.

use jiff::SignedDuration;

use super::{CONVEYANCE, Rules};
use crate::finding::FindingCode;
use crate::manifest::Manifest;

impl Rules<'_> {
    pub(super) fn timing(&mut self, manifest: &Manifest) {
        let conveyance = CONVEYANCE.field("conveyance");
        if let Some(mode) = manifest.conveyance.mode.filter(|mode| !mode.is_decided()) {
            self.note(FindingCode::ModeNotDecided, conveyance.field("mode_code"))
                .original(mode.code())
                .parameter("mode", mode.code())
                .push();
        }
        let Some(arrival) = manifest.journey.arrival_time() else { return };
        let journey = CONVEYANCE.field("journey");
        let at = journey.field("arrival_time");
        let ahead = arrival.duration_since(self.now);
        let past_limit = minutes(self.settings.arrival_past_minutes);
        let ahead_limit = SignedDuration::from_hours(24 * i64::from(self.settings.arrival_ahead_days));
        if ahead < -past_limit {
            let limit = self.settings.arrival_past_minutes.to_string();
            let finding = self.warn(FindingCode::ArrivalTimeImplausible, at).original(&arrival.to_string());
            finding.parameter("side", "past").parameter("limit", format!("{limit} min")).push();
            return;
        }
        if ahead > ahead_limit {
            let limit = self.settings.arrival_ahead_days.to_string();
            let finding = self.warn(FindingCode::ArrivalTimeImplausible, at).original(&arrival.to_string());
            finding.parameter("side", "ahead").parameter("limit", format!("{limit} d")).push();
        }
        let settings = self.settings;
        let Some(deadline) = settings.deadlines.find(&self.circumstances) else { return };
        if ahead < minutes(deadline.minutes) {
            let left = ahead.as_mins().max(0).to_string();
            let finding = self.warn(FindingCode::FiledLate, at);
            finding
                .original(&arrival.to_string())
                .parameter("deadline_minutes", deadline.minutes.to_string())
                .parameter("minutes_before", left)
                .parameter("rule", deadline.id.as_str())
                .push();
        }
    }
}

fn minutes(number: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(number))
}
