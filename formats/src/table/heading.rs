//! What a heading or a word before a value means, in English, Russian and Uzbek in both scripts.

use std::sync::LazyLock;

use super::fold::{fold, nearly};
use super::words::{COLUMNS, FACTS};

/// A closed set of names that the tables of words use.
macro_rules! names {
    ($(#[doc = $doc:literal])+ $type:ident { $( $name:ident = $word:literal, )+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum $type { $( $name, )+ }

        impl $type {
            /// What the tables of words call it.
            pub(super) const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $word, )+ }
            }

            pub(super) fn parse(word: &str) -> Option<Self> {
                match word { $( $word => Some(Self::$name), )+ _ => None }
            }
        }
    };
}

names! {
    /// A column about a person.
    Column {
        Number = "number",
        Surname = "surname",
        GivenName = "given_name",
        Patronymic = "patronymic",
        GivenAndPatronymic = "given_and_patronymic",
        FullName = "full_name",
        LatinFullName = "latin_full_name",
        NativeFullName = "native_full_name",
        BirthDate = "birth_date",
        BirthPlace = "birth_place",
        Sex = "sex",
        Nationality = "nationality",
        Residence = "residence",
        DocumentType = "document_type",
        DocumentSeries = "document_series",
        DocumentNumber = "document_number",
        Document = "document",
        DocumentExpiry = "document_expiry",
        DocumentIssued = "document_issued",
        DocumentIssuer = "document_issuer",
        VisaNumber = "visa_number",
        Boarding = "boarding",
        Alighting = "alighting",
        Seat = "seat",
        Ticket = "ticket",
        BaggagePieces = "baggage_pieces",
        BaggageMass = "baggage_mass",
        GoodsToDeclare = "goods_to_declare",
        Role = "role",
        Guardian = "guardian",
        GroupLeader = "group_leader",
        Boarded = "boarded",
        MrzLine1 = "mrz_line_1",
        MrzLine2 = "mrz_line_2",
        MrzLine3 = "mrz_line_3",
        Phone = "phone",
        Email = "email",
        Address = "address",
        PersonalNumber = "personal_number",
        Price = "price",
        Remarks = "remarks",
        Signature = "signature",
        Age = "age",
    }
}

names! {
    /// A fact of the journey.
    Fact {
        Reference = "reference",
        Revision = "revision",
        State = "state",
        Test = "test",
        Mode = "mode",
        Registration = "registration",
        Train = "train",
        RegistrationCountry = "registration_country",
        Trailer = "trailer",
        VehicleModel = "vehicle_model",
        Carrier = "carrier",
        CarrierTaxNumber = "carrier_tax_number",
        CarrierCountry = "carrier_country",
        BorderPost = "border_post",
        Arrival = "arrival",
        ArrivalDate = "arrival_date",
        ArrivalClock = "arrival_clock",
        Departure = "departure",
        DepartureDate = "departure_date",
        DepartureClock = "departure_clock",
        Offset = "offset",
        From = "from",
        To = "to",
        Route = "route",
        JourneyReference = "journey_reference",
        Service = "service",
        Permit = "permit",
        PassengerCount = "passenger_count",
        CrewCount = "crew_count",
        Driver = "driver",
        Itinerary = "itinerary",
    }
}

/// What stands over a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    /// Something of a person.
    Person(Column),
    /// Something of the journey, the same in every row.
    Journey(Fact),
}

impl Column {
    /// Does a column of this kind tell persons from one another? A list without any is not a passenger list.
    pub(super) const fn identifies(self) -> bool {
        matches!(
            self,
            Self::Surname
                | Self::FullName
                | Self::LatinFullName
                | Self::NativeFullName
                | Self::DocumentNumber
                | Self::Document
        )
    }

    /// Columns that are known and have no place in the contract.
    pub(super) const fn is_not_read(self) -> bool {
        matches!(
            self,
            Self::BirthPlace
                | Self::Phone
                | Self::Email
                | Self::Address
                | Self::PersonalNumber
                | Self::Price
                | Self::Remarks
                | Self::Signature
                | Self::Age
        )
    }
}

/// The longest heading that is looked at, in bytes.
const LONGEST: usize = 300;

/// What a heading means, as the tables of words have it or without its additions; `None` when it is not known.
pub(super) fn heading(text: &str) -> Option<Heading> {
    let column = |folded: &str| COLUMNS.get(folded).copied().map(Heading::Person);
    let fact =
        |folded: &str| FACTS.get(folded).copied().filter(|fact| in_columns(*fact)).map(Heading::Journey);
    in_parts(text, |folded| column(folded).or_else(|| fact(folded)))
}

/// What a word before a value means; `None` when it is not known.
pub(super) fn fact(text: &str) -> Option<Fact> {
    in_parts(text, |folded| FACTS.get(folded).copied())
}

/// Is a cell's text a heading exactly as the tables have it? Cheap, for recognising.
pub(super) fn is_heading(text: &str) -> bool {
    text.len() <= LONGEST && in_parts(text, |folded| COLUMNS.get(folded)).is_some()
}

/// Facts that stand as columns of their own in lists that repeat the journey in every row. The others would take words
/// such as `from` or `status` away from the person.
const fn in_columns(fact: Fact) -> bool {
    !matches!(fact, Fact::Driver | Fact::PassengerCount | Fact::CrewCount | Fact::Test | Fact::State)
}

/// Asks for the whole text, then for it without what stands in brackets, then for its parts between strokes and line
/// breaks, without the usual additions, and at last for two names of one thing side by side.
fn in_parts<T: Copy + PartialEq>(text: &str, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    if text.len() > LONGEST || !may_be_words(text) {
        return None;
    }
    let whole = fold(text);
    if whole.is_empty() {
        return None;
    }
    let folded_known = |folded: &str| {
        let shorter = without_additions(folded);
        let found = known(folded).or_else(|| if shorter == folded { None } else { known(shorter) });
        found.or_else(|| if folded.contains('№') { known(&folded.replace('№', "номер")) } else { None })
    };
    let plain = |part: &str| folded_known(&fold(part));
    // A text without any of these signs is one part, which was asked for already.
    let parted = text.contains(['/', '\n', '|', ';', '(', ')', '\\']);
    let outside = || if parted { text.split('(').next().and_then(plain) } else { None };
    let parts =
        || if parted { text.split(['/', '\n', '|', ';', '(', ')', '\\']).find_map(plain) } else { None };
    let side_by_side = || {
        let blanks = whole.match_indices(' ').map(|(at, _)| at).take(8);
        blanks.filter_map(|at| whole.split_at_checked(at)).find_map(|(left, right)| {
            let left = known(left)?;
            (known(right.trim_start()) == Some(left)).then_some(left)
        })
    };
    folded_known(&whole).or_else(outside).or_else(parts).or_else(side_by_side)
}

/// Headings are words: what has no letters is a value, and so is a number with hardly any, such as a document's. Most
/// cells of a list are told from headings by this alone.
fn may_be_words(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic() || *c == '№').take(4).count();
    letters > 0 && (letters > 3 || text.bytes().filter(u8::is_ascii_digit).count() < 5)
}

/// A heading without the words that add nothing.
fn without_additions(folded: &str) -> &str {
    const BEFORE: [&str; 8] =
        ["пассажира ", "passenger ", "passengers ", "yolovchi ", "йуловчи ", "traveller ", "the ", "ваш "];
    const AFTER: [&str; 12] = [
        " пассажира",
        " of passenger",
        " of the passenger",
        " passenger",
        " персонала",
        " водителя",
        " дд мм гггг",
        " yyyy mm dd",
        " dd mm yyyy",
        " кк оо йййй",
        " при наличии",
        " if any",
    ];
    let folded = BEFORE.iter().find_map(|word| folded.strip_prefix(word)).unwrap_or(folded);
    AFTER.iter().find_map(|word| folded.strip_suffix(word)).unwrap_or(folded)
}

/// The one column whose name differs by a slip of the finger: a letter in six, two in twelve. Compares with every heading
/// there is: not for every cell of a stranger's sheet.
pub(super) fn slip(text: &str) -> Option<Heading> {
    let folded = fold(text);
    let length = folded.chars().count();
    if !(6..=64).contains(&length) {
        return None;
    }
    let most: u32 = if length >= 12 { 2 } else { 1 };
    let own = letters(&folded);
    let mut found = None;
    for (word, mask, column) in WORDS.iter() {
        // A letter changed takes one letter away and brings one: most words are told apart by that alone.
        let apart = (own ^ mask).count_ones() > most.saturating_mul(2);
        if !apart && found != Some(*column) && nearly(word, &folded, usize::try_from(most).unwrap_or(1)) {
            if found.is_some() {
                return None;
            }
            found = Some(*column);
        }
    }
    found.map(Heading::Person)
}

/// Words long enough for a slip, with the letters that they hold.
static WORDS: LazyLock<Vec<(&'static str, u64, Column)>> = LazyLock::new(|| {
    let long = COLUMNS.iter().filter(|(word, _)| word.len() >= 6);
    long.map(|(word, column)| (word.as_str(), letters(word), *column)).collect()
});

/// The letters of a word as bits; letters that share a bit count as one.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |mask, letter| mask | (1 << (u32::from(letter) % 64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_four_forms() {
        use Column::*;
        for (text, column) in [
            ("Фамилия", Surname),
            ("ФАМИЛИЯ / SURNAME", Surname),
            ("Surname\nФамилия", Surname),
            ("Фамилия Surname", Surname),
            ("Familiyasi", Surname),
            ("Фамилияси", Surname),
            ("Имя пассажира", GivenName),
            ("Отчество (при наличии)", Patronymic),
            ("Otasining ismi", Patronymic),
            ("Ф.И.О.", FullName),
            ("F.I.Sh.", FullName),
            ("Yoʻlovchi F.I.Sh.", FullName),
            ("Дата рождения (дд.мм.гггг)", BirthDate),
            ("Tugʻilgan sana", BirthDate),
            ("Туғилган санаси", BirthDate),
            ("Дата рожденя", BirthDate),
            ("DOB", BirthDate),
            ("Гражданство/подданство", Nationality),
            ("Fuqaroligi", Nationality),
            ("Фуқаролиги", Nationality),
            ("Вид документа, удостоверяющего личность", DocumentType),
            ("Серия и № документа", DocumentNumber),
            ("Pasport raqami", DocumentNumber),
            ("№ п/п", Number),
            ("T/r", Number),
            ("Пункт отправления", Boarding),
            ("Пункт назначения", Alighting),
            ("Телефон", Phone),
            ("Жинси", Sex),
        ] {
            assert_eq!(heading(text).or_else(|| slip(text)), Some(Heading::Person(column)), "{text}");
        }
        assert_eq!(heading("Гос. номер"), Some(Heading::Journey(Fact::Registration)));
        for text in ["", "Примерный столбец", "123", "Иванов", "Любимый цвет"]
        {
            assert_eq!(heading(text).or_else(|| slip(text)), None, "{text}");
        }
    }

    #[test]
    fn facts_in_four_forms() {
        for (text, expected) in [
            ("Гос. номер", Fact::Registration),
            ("Davlat raqami", Fact::Registration),
            ("Давлат рақами", Fact::Registration),
            ("Border post", Fact::BorderPost),
            ("Chegara posti", Fact::BorderPost),
            ("Дата и время прибытия на пост", Fact::Arrival),
            ("Arrival (local time)", Fact::Arrival),
            ("Маршрут", Fact::Route),
        ] {
            assert_eq!(fact(text), Some(expected), "{text}");
        }
        assert_eq!(fact("Гос. номер 01A123BC"), None);
    }
}
