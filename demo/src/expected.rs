//! What the stories should come to. `fixtures/` says it in full; this is the conveyance's corridor alone, so that the
//! demo knows by itself whether it went well.

use testkit::stories::Story;

/// The word of the conveyance's verdict.
pub(crate) const fn verdict(story: Story) -> &'static str {
    match story {
        Story::GeneralCargo | Story::Tir | Story::DangerousGoods => "GREEN",
        // A whole train of one kind of goods scores a little above the documentary cut, clean record or not.
        Story::SumsWrong | Story::NoPrecedent | Story::Rail => "YELLOW",
        Story::BadRecord => "RED",
        Story::CoachClean
        | Story::ExpiredDocument
        | Story::WrongCheckDigit
        | Story::TwoDrivers
        | Story::MinorAlone
        | Story::OneBrokenRow => "GREEN",
    }
}
