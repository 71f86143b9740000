//! What a finding asks for, whatever the model says: a table, so that whoever answers for it can read it.

use std::sync::Arc;

use manifest::finding::{FindingCode, Severity};

use crate::pre_decision::Corridor;

/// What a rule may be about. The order is that of the table's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// A consignment, or a goods item in it.
    Consignment,
    /// A truck as a whole.
    Truck,
    /// A bus as a whole: its operator and its list included.
    Coach,
    /// A crew member or passenger.
    Traveller,
}

const N: Option<Corridor> = None;
const Y: Option<Corridor> = Some(Corridor::Yellow);
const R: Option<Corridor> = Some(Corridor::Red);

/// The least corridor that a *warning* asks for, by code: consignment, truck, coach, traveller. There is no yellow
/// for coaches and travellers. Blocking findings withhold before any rule is asked, and notes ask for nothing.
pub const RULES: &[(FindingCode, [Option<Corridor>; 4])] = {
    use FindingCode as F;
    &[
        (F::RequiredFieldMissing, [Y, Y, R, R]),
        // A word that we do not know is more often our list's fault than the partner's.
        (F::CodeUnknown, [Y, Y, N, N]),
        // Nor of a word that was known until lately.
        (F::CodeRetired, [Y, Y, N, N]),
        (F::ValueMalformed, [Y, Y, N, N]),
        // What was not read was not judged.
        (F::TooManyElements, [R, R, R, R]),
        (F::FindingsCut, [R, R, R, R]),
        (F::TextTooLong, [N, N, N, N]),
        // Arithmetic that does not work out is not a slip of the pen.
        (F::SumOverflows, [R, R, R, N]),
        (F::NumberImplausible, [Y, Y, R, N]),
        (F::RegimeDisagrees, [R, R, R, N]),
        (F::ReferenceRepeated, [Y, Y, N, N]),
        // Of an envelope, or of a journey that is said twice: what is written last is not what was meant for certain.
        (F::ReferenceDisagrees, [Y, Y, R, N]),
        (F::TirCarnetExpired, [Y, Y, N, N]),
        (F::ContainerNotListed, [Y, Y, N, N]),
        (F::BorderPostMode, [Y, Y, R, N]),
        (F::GrossMassBelowSum, [Y, Y, N, N]),
        (F::NetMassAboveGross, [Y, Y, N, N]),
        // A bus whose list is not as long as the operator says carries somebody whom we do not know.
        (F::CountMismatch, [Y, Y, R, N]),
        (F::ItemNumbersNotSequential, [N, N, N, N]),
        (F::DescriptionVague, [Y, Y, N, N]),
        (F::DangerousGoodsIncomplete, [R, R, R, N]),
        // Mistyped as often as forged: a person looks at the papers.
        (F::ContainerCheckDigitWrong, [Y, Y, N, N]),
        (F::MrnCheckDigitWrong, [Y, Y, N, N]),
        (F::TirCarnetMalformed, [Y, Y, N, N]),
        (F::SealsDisagree, [R, R, N, N]),
        (F::PartyUnidentified, [Y, Y, R, N]),
        (F::MrzMalformed, [N, N, N, R]),
        (F::MrzCheckDigitWrong, [N, N, N, R]),
        (F::MrzDisagrees, [N, N, N, R]),
        (F::DocumentExpired, [N, N, N, R]),
        (F::DocumentMissing, [N, N, N, R]),
        (F::DocumentRepeated, [N, N, R, R]),
        (F::MinorAlone, [N, N, N, R]),
        (F::DriverMissing, [N, R, R, N]),
        (F::BirthDateImplausible, [N, N, N, R]),
        (F::FiledLate, [Y, Y, N, N]),
        (F::ArrivalTimeImplausible, [Y, Y, R, N]),
        (F::ModeNotDecided, [Y, Y, R, N]),
        (F::StopsDisagree, [N, N, N, N]),
        // What readers of partners' formats say (docs/decisions/0049-what-readers-say-and-corridors.md). Something stands
        // where a list could go on, or could be cut off, and was not read.
        (F::TrailingText, [Y, Y, R, N]),
        (F::EnvelopeIncomplete, [Y, Y, R, N]),
        (F::ElementNotRead, [Y, Y, R, R]),
        // Letters that are no letters: of whom, is said of each traveller apart.
        (F::CharacterSet, [Y, Y, N, R]),
        // Read after a repair of its form, with nothing left out.
        (F::FormRepaired, [Y, Y, N, N]),
        // Somebody, or something, that we do not know: see also [`leaves_unknown`].
        (F::RowUnreadable, [R, R, R, R]),
        // As with codes, more often our list's fault than the partner's.
        (F::HeadingUnknown, [Y, Y, N, N]),
        // The third or the fourth of the month: a birth date or an expiry that may be another; of a journey, another day.
        (F::DateAmbiguous, [Y, Y, R, R]),
        // A name that compares with no other.
        (F::NameScriptsMixed, [Y, Y, N, R]),
        (F::NameNotTransliterated, [Y, Y, N, R]),
        // A list of changes: who else travels was said before, or never.
        (F::ListPartial, [Y, Y, R, R]),
    ]
};

/// What a warning asks for that stands in no rule: somebody looks, until the table says otherwise.
const UNJUDGED: [Option<Corridor>; 4] = [Y, Y, R, R];

/// Does a finding about one traveller leave somebody on the list whom nobody knows? Then the coach is red, whatever the others
/// are: an officer looks who that is. They and nobody else are withheld.
#[must_use]
pub fn leaves_unknown(code: FindingCode) -> bool {
    code == FindingCode::RowUnreadable
}

/// The least corridor that a finding asks for by the table that is compiled in.
#[must_use]
pub fn minimum(code: FindingCode, severity: Severity, about: SubjectKind) -> Option<Corridor> {
    asked(RULES, code, severity, about)
}

fn asked(
    rules: &[(FindingCode, [Option<Corridor>; 4])],
    code: FindingCode,
    severity: Severity,
    about: SubjectKind,
) -> Option<Corridor> {
    match severity {
        Severity::Note => None,
        Severity::Warning | Severity::Blocking => {
            let row = rules.iter().find(|(rule, _)| *rule == code).map_or(UNJUDGED, |(_, row)| *row);
            row[about as usize]
        }
    }
}

/// A table of rules as it was when something was decided by it: the compiled one, or an earlier one from its text. A decision
/// is made again by the table of its time, whatever rows were added since.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTable(Arc<[(FindingCode, [Option<Corridor>; 4])]>);

impl RuleTable {
    /// The table that is compiled in.
    #[must_use]
    pub fn shipped() -> Self {
        Self(RULES.into())
    }

    /// A table from its text; `None` for what no table ever was, or one with a code that this build does not know.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let row = |line: &str| {
            let mut words = line.split(' ');
            let code = FindingCode::parse(words.next()?)?;
            let mut row = [N; 4];
            for corridor in &mut row {
                *corridor = match words.next()? {
                    "-" => N,
                    "Y" => Y,
                    "R" => R,
                    _ => return None,
                };
            }
            words.next().is_none().then_some((code, row))
        };
        text.lines().map(row).collect::<Option<Vec<_>>>().map(|rows| Self(rows.into()))
    }

    /// The least corridor that a finding asks for.
    #[must_use]
    pub fn minimum(&self, code: FindingCode, severity: Severity, about: SubjectKind) -> Option<Corridor> {
        asked(&self.0, code, severity, about)
    }

    /// The table as text: part of the policy's digest.
    #[must_use]
    pub fn text(&self) -> String {
        let letter = |corridor: &Option<Corridor>| {
            corridor.map_or("-", |c| if c == Corridor::Red { "R" } else { "Y" })
        };
        let mut text = String::new();
        for (code, row) in self.0.iter() {
            text += code.as_str();
            for corridor in row {
                text += " ";
                text += letter(corridor);
            }
            text += "\n";
        }
        text
    }
}
