//! Invented people. Their surnames are made from Uzbek, Russian and Kazakh words for "sample" and "example", so that
//! nobody takes them for real.

use proto::v1::{
    Baggage, CivilDate, CrewMember, CrewRole, Passenger, PersonName, Sex, TravelDocument, TravelDocumentType,
};

use crate::mrz;

const FAMILY: [&str; 10] = [
    "Namunaev",
    "Misolov",
    "Obrazcov",
    "Primerov",
    "Ulgiev",
    "Sinovov",
    "Maketov",
    "Etalonov",
    "Shablonov",
    "Specimenov",
];
const GIVEN_MALE: [&str; 11] =
    ["Akmal", "Botir", "Davron", "Erkin", "Farhod", "Jasur", "Nodir", "Otabek", "Rustam", "Sardor", "Temur"];
const GIVEN_FEMALE: [&str; 11] = [
    "Aziza", "Barno", "Dilnoza", "Feruza", "Gulnora", "Kamola", "Lola", "Madina", "Nargiza", "Saida",
    "Zarina",
];

/// An invented traveller with a passport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traveller {
    /// Surname in Latin letters.
    pub family_name: String,
    /// Given name in Latin letters.
    pub given_name: String,
    /// F rather than M.
    pub female: bool,
    /// ISO 3166-1 alpha-3 code of nationality and of the issuing state.
    pub nationality: String,
    /// Year, month, day.
    pub birth_date: (i32, i32, i32),
    /// Passport number: two letters and seven digits.
    pub document_number: String,
    /// Last day of the passport's validity.
    pub expiry_date: (i32, i32, i32),
}

impl Traveller {
    /// The n-th invented grown-up; every number is another person with another document.
    #[must_use]
    pub fn nth(n: u32) -> Self {
        let pick = |list: &[&str], n: u32| list[n as usize % list.len()].to_owned();
        let female = n % 2 == 1;
        let number = n as i32; // small in every use; only spreads the dates
        Self {
            family_name: pick(&FAMILY, n) + if female { "a" } else { "" },
            given_name: pick(if female { &GIVEN_FEMALE } else { &GIVEN_MALE }, n / 2 + n / 10),
            female,
            nationality: pick(&["UZB", "KAZ", "TJK", "KGZ"], n / 3),
            birth_date: (1960 + number.rem_euclid(40), 1 + number.rem_euclid(12), 1 + number.rem_euclid(28)),
            document_number: format!("ZZ{:07}", u64::from(n) * 7_919 % 10_000_000),
            expiry_date: (
                2031 + number.rem_euclid(4),
                1 + (number / 2).rem_euclid(12),
                1 + number.rem_euclid(27),
            ),
        }
    }

    /// The passport, its machine readable zone included.
    #[must_use]
    pub fn passport(&self) -> TravelDocument {
        TravelDocument {
            r#type: TravelDocumentType::Passport.into(),
            number: self.document_number.clone(),
            issuing_state_code: self.nationality.clone(),
            expiry_date: Some(civil(self.expiry_date)),
            mrz_lines: mrz::passport(self).into(),
            issue_date: None,
        }
    }

    /// This person as a passenger in a seat, going from the first stop to the last.
    #[must_use]
    pub fn passenger(&self, seat: u32, last_stop: i32) -> Passenger {
        Passenger {
            name: Some(self.name()),
            birth_date: Some(civil(self.birth_date)),
            sex: self.sex().into(),
            nationality_code: self.nationality.clone(),
            travel_documents: vec![self.passport()],
            embark_stop_sequence: Some(1),
            debark_stop_sequence: Some(last_stop),
            seat: format!(
                "{}{}",
                (seat.saturating_sub(1)) / 4 + 1,
                ["A", "B", "C", "D"][(seat.saturating_sub(1)) as usize % 4]
            ),
            booking_reference: format!("SYN{seat:03}"),
            baggage: Some(Baggage {
                piece_count: Some(1),
                mass_g: Some(14_500),
                goods_to_declare: Some(false),
            }),
            ..Passenger::default()
        }
    }

    /// This person as a driver.
    #[must_use]
    pub fn driver(&self) -> CrewMember {
        CrewMember {
            name: Some(self.name()),
            birth_date: Some(civil(self.birth_date)),
            sex: self.sex().into(),
            nationality_code: self.nationality.clone(),
            travel_documents: vec![self.passport()],
            role: CrewRole::Driver.into(),
        }
    }

    fn name(&self) -> PersonName {
        PersonName {
            family_name: self.family_name.clone(),
            given_name: self.given_name.clone(),
            script_code: "Latn".into(),
            ..PersonName::default()
        }
    }

    fn sex(&self) -> Sex {
        if self.female { Sex::Female } else { Sex::Male }
    }
}

/// A civil date of the contract from year, month and day.
#[must_use]
pub fn civil((year, month, day): (i32, i32, i32)) -> CivilDate {
    CivilDate { year, month, day }
}
