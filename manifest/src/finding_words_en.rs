//! Findings in English: what is the matter, what to do.

use crate::finding::FindingCode;

/// Text and remedy of a code, with `{parameter}` where its parameters go.
pub(crate) const fn words(code: FindingCode) -> (&'static str, &'static str) {
    use FindingCode as C;
    match code {
        C::RequiredFieldMissing => ("The required field {field} is empty.", "Fill the field in."),
        C::CodeUnknown => ("The value is not in the list: {list}.", "Use a code of that list."),
        C::ValueMalformed => {
            ("The value is not in the form asked for: {form}.", "Write the value in this form: {form}.")
        }
        C::TooManyElements => (
            "The list has {found} elements; {limit} are read and the rest was not looked at.",
            "Split the manifest into parts.",
        ),
        C::TextTooLong => ("The text is longer than {limit} characters and was cut.", "Shorten the text."),
        C::FindingsCut => (
            "More than {limit} things were noted; not all of those about this subject are kept.",
            "Correct what is listed and submit a new revision.",
        ),
        C::SumOverflows => {
            ("The parts cannot be summed up: the numbers are too large.", "Check the numbers of the parts.")
        }
        C::NumberImplausible => {
            ("The number is negative, zero or beyond anything plausible.", "Check the number.")
        }
        C::GrossMassBelowSum => (
            "The declared gross mass {declared_mg} is less than the sum of its parts {sum_mg}.",
            "Correct the total or the masses of the items.",
        ),
        C::NetMassAboveGross => {
            ("The net mass {net_mg} exceeds the gross mass {gross_mg}.", "Correct the net or the gross mass.")
        }
        C::CountMismatch => {
            ("Declared are {declared}, listed are {listed}.", "Correct the count or the list.")
        }
        C::ItemNumbersNotSequential => (
            "Goods items are not numbered from 1 without gaps; number {expected} is expected here.",
            "Number the items 1, 2, 3 and so on.",
        ),
        C::DescriptionVague => (
            "The description says nothing about the goods.",
            "Say in plain words what the goods are and what they are made of or for.",
        ),
        C::DangerousGoodsIncomplete => (
            "The dangerous goods particulars are incomplete or wrong: {field}.",
            "Give UN number and class as in the dangerous goods note.",
        ),
        C::ContainerCheckDigitWrong => (
            "The check digit of the container number is wrong.",
            "Compare the number with the one on the container's door.",
        ),
        C::MrnCheckDigitWrong => (
            "The check digit of the movement reference number is wrong.",
            "Compare the number with the export or transit declaration.",
        ),
        C::TirCarnetMalformed => (
            "The TIR carnet number is missing or not of the published form.",
            "Copy the number from the carnet: two letters and eight or nine digits.",
        ),
        C::SealsDisagree => (
            "The seals do not agree with their declared number, or a seal has no number.",
            "List each seal with its number.",
        ),
        C::PartyUnidentified => (
            "Neither a name nor an identifier is given for the party.",
            "Give a registration identifier, or the name as registered.",
        ),
        C::MrzMalformed => (
            "The machine readable zone is not of a known size or alphabet.",
            "Read the zone again, or leave it out.",
        ),
        C::MrzCheckDigitWrong => (
            "A check digit in the machine readable zone is wrong: {field}.",
            "Read the zone again, or leave it out.",
        ),
        C::MrzDisagrees => (
            "The machine readable zone and the typed field disagree: {field}.",
            "Correct the field, or read the zone again.",
        ),
        C::DocumentExpired => (
            "The travel document is expired on the day of arrival, {arrival_date}.",
            "Give a valid document, or correct the date of expiry.",
        ),
        C::DocumentMissing => {
            ("The traveller has no travel document.", "Give the document to be shown at the border.")
        }
        C::DocumentRepeated => (
            "The same travel document stands on another traveller: {other}.",
            "Give each traveller their own document.",
        ),
        C::MinorAlone => (
            "A traveller under {age} has no adult on the list who answers for them.",
            "Name the guardian by their number in the list.",
        ),
        C::DriverMissing => ("No driver is on the crew list of the coach.", "List every driver."),
        C::BirthDateImplausible => (
            "The date of birth lies after the arrival or implausibly far back.",
            "Correct the date of birth.",
        ),
        C::FiledLate => (
            "The manifest was filed {minutes_before} minutes before arrival; {deadline_minutes} are required.",
            "File earlier next time; this manifest is decided all the same.",
        ),
        C::ArrivalTimeImplausible => (
            "The expected arrival lies in the past or too far ahead (limit: {limit}).",
            "Correct the time of arrival at the border post, with its offset from UTC.",
        ),
        C::ModeNotDecided => (
            "No pre-decisions are given for mode of transport {mode}.",
            "Nothing to do: an officer will look at the manifest.",
        ),
        C::RegimeDisagrees => (
            "The customs regime says that the conveyance is empty, but goods are listed.",
            "Correct the regime or the list.",
        ),
        C::ReferenceRepeated => (
            "Another consignment of the manifest has the same reference.",
            "Give each consignment a reference of its own.",
        ),
        C::TirCarnetExpired => (
            "The TIR carnet is expired on the day of arrival, {arrival_date}.",
            "Check the carnet's last day of validity.",
        ),
        C::ContainerNotListed => (
            "The goods item names a container that is not in the list of containers.",
            "List the container, or correct its number.",
        ),
        C::BorderPostMode => (
            "Mode of transport {mode} does not cross at {border_post} as far as the list knows.",
            "Check the border post and the mode of transport.",
        ),
        C::StopsDisagree => (
            "The stops are not in order, or stop {stop} is not among them.",
            "Number the stops in the order of travel and name those that exist.",
        ),
        C::CodeRetired => (
            "The code left the list in {since} and is no longer valid: {list}.",
            "Use what is valid today: {instead}.",
        ),
        C::ReferenceDisagrees => {
            ("References that must be the same differ: {field}.", "Write the same reference in both places.")
        }
        C::TrailingText => (
            "Text after the end of the message was not read: {found} characters.",
            "Send one complete interchange or document without text around it.",
        ),
        C::EnvelopeIncomplete => (
            "A part of the envelope is missing: {field}.",
            "Send the message with its complete envelope; it was read all the same.",
        ),
        C::ElementNotRead => (
            "A part of the source has no place in the manifest and was not read: {field}.",
            "Nothing to do if it does not matter to customs.",
        ),
        C::CharacterSet => (
            "Characters lie outside of the declared character set: {declared}.",
            "Declare the character set that is used, or write in the declared one.",
        ),
        C::FormRepaired => (
            "The form was not as its standard asks and was put right: {form}.",
            "Correct the program that makes the file.",
        ),
        C::ListPartial => (
            "The message names only those whom it changes; the others stay as they were announced.",
            "Announce the whole list first, or send it whole (BGM function 9 or 5).",
        ),
        C::RowUnreadable => (
            "Row {row} could not be read as one person; the others were.",
            "Correct the row, one person in a row, and submit a new revision.",
        ),
        C::HeadingUnknown => (
            "The heading of column {column} is not known; the column was not read.",
            "Use one of the headings in the documentation, or leave the column if it does not matter.",
        ),
        C::DateAmbiguous => (
            "The date or time can be read in more than one way; it was read as {form}.",
            "Write the date as year, month, day: 2026-11-22.",
        ),
        C::NameScriptsMixed => (
            "The name mixes letters of different scripts that look alike.",
            "Write the whole name in one script, as in the travel document.",
        ),
        C::NameNotTransliterated => (
            "The name has no form in Latin letters.",
            "Give the name as in the machine readable zone of the travel document.",
        ),
    }
}
