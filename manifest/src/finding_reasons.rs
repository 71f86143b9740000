//! Why findings of some codes name no field, or no value that stood there.

use crate::finding::FindingCode;

/// Why a finding of the code may be without the path of a field; `None` where it always has one.
#[must_use]
pub const fn without_path(code: FindingCode) -> Option<&'static str> {
    use FindingCode as C;
    match code {
        C::ReferenceDisagrees | C::CountMismatch => {
            Some("of the envelope (UNB, UNZ, UNT, message header): it is no part of the manifest")
        }
        C::TrailingText => Some("it stands behind the manifest"),
        C::EnvelopeIncomplete => Some("the envelope is no part of the manifest"),
        C::CharacterSet => Some("of the document as a whole, where it is not one value's"),
        C::FormRepaired => Some("of the document as a whole, where it is not one value's"),
        C::FindingsCut => Some("it stands for findings about many fields"),
        _ => None,
    }
}

/// Why a finding of the code may be without what stood there; `None` where it always has it.
#[must_use]
pub const fn without_original(code: FindingCode) -> Option<&'static str> {
    use FindingCode as C;
    match code {
        C::RequiredFieldMissing
        | C::DocumentMissing
        | C::DriverMissing
        | C::MinorAlone
        | C::PartyUnidentified
        | C::EnvelopeIncomplete => Some("nothing stood there"),
        C::DangerousGoodsIncomplete
        | C::TirCarnetMalformed
        | C::SealsDisagree
        | C::ItemNumbersNotSequential
        | C::SumOverflows => Some("nothing stood there, where the number itself is missing"),
        C::TooManyElements | C::FindingsCut => Some("it is about many values"),
        C::TextTooLong => Some("the field holds what was kept of it"),
        C::TrailingText => Some("what stands behind the document is not kept"),
        C::ElementNotRead => {
            Some("what has no place in the manifest is not kept, unless it tells a person of the list apart")
        }
        C::CharacterSet => Some("of the document as a whole: the value is damaged, or not one value's"),
        C::FormRepaired => Some("of the document as a whole, where it is not one value's"),
        C::ListPartial => Some("the kind of message says it, not a value"),
        C::RowUnreadable => Some("of a record of JSON that is no object"),
        _ => None,
    }
}
