//! What the stories should come to. `fixtures/` says it in full; this is the conveyance's corridor alone, so that the
//! demo knows by itself whether it went well.

use testkit::stories::Story;

/// The word of the conveyance's verdict.
pub(crate) const fn verdict(story: Story) -> &'static str {
    match story {
        Story::GeneralCargo | Story::Tir | Story::DangerousGoods | Story::Rail => "GREEN",
        Story::SumsWrong | Story::NoPrecedent => "YELLOW",
        Story::BadRecord => "RED",
        Story::CoachClean
        | Story::ExpiredDocument
        | Story::WrongCheckDigit
        | Story::TwoDrivers
        | Story::MinorAlone
        | Story::OneBrokenRow => "GREEN",
    }
}
