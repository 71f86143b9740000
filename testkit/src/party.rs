//! Invented companies with invented registration numbers.

use proto::v1::{Party, PartyIdentifier};

/// A company of the invented trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Company {
    /// Name, with the synthetic marker.
    pub name: &'static str,
    /// Register of the number.
    pub scheme: &'static str,
    /// The number in that register.
    pub number: &'static str,
    /// ISO 3166-1 alpha-2 code of its country.
    pub country: &'static str,
    /// Where it is.
    pub city: &'static str,
}

/// Exports textiles machinery and foodstuffs from Almaty.
pub const ALATAU_TRADE: Company =
    company("Alatau Trade TOO (synthetic)", "BIN", "990140000017", "KZ", "Almaty");
/// Sends fertiliser, paint and chemicals from Shymkent.
pub const SHYMKENT_CHEM: Company =
    company("Shymkent Chem TOO (synthetic)", "BIN", "990140000025", "KZ", "Shymkent");
/// Sends consumer electronics from Urumqi through Khorgos.
pub const TIANSHAN_EXPORT: Company =
    company("Tianshan Export Co. (synthetic)", "USCC", "91650100SYNTH0001X", "CN", "Urumqi");
/// Sends dried fruit and aluminium ware from Khujand.
pub const SUGHD_SAMAR: Company = company("Sughd Samar MChS (synthetic)", "INN", "990000041", "TJ", "Khujand");
/// Imports household goods to Tashkent; a clean record.
pub const REGISTON_SAVDO: Company =
    company("Registon Savdo MChJ (synthetic)", "TIN", "990000017", "UZ", "Tashkent");
/// Imports chemicals to Chirchiq; a clean record.
pub const CHIRCHIQ_BOYOQ: Company =
    company("Chirchiq Boyoq MChJ (synthetic)", "TIN", "990000025", "UZ", "Chirchiq");
/// Imports electronics to Tashkent; outcomes of its consignments were mostly irregular.
pub const SOYA_IMPEKS: Company =
    company("Soya Impeks MChJ (synthetic)", "TIN", "990000033", "UZ", "Tashkent");
/// Imports for the first time.
pub const YANGI_YOL: Company =
    company("Yangi Yo'l Savdo MChJ (synthetic)", "TIN", "990000041", "UZ", "Samarkand");
/// Carries goods by road.
pub const DALA_LOGISTIC: Company =
    company("Dala Logistic TOO (synthetic)", "BIN", "990140000033", "KZ", "Almaty");
/// Carries goods by road under TIR.
pub const POMIR_TRANS: Company =
    company("Pomir Trans MChS (synthetic)", "INN", "990000058", "TJ", "Dushanbe");
/// Runs trains.
pub const STEPPE_RAIL: Company =
    company("Steppe Rail Freight AO (synthetic)", "BIN", "990140000041", "KZ", "Astana");
/// Runs coaches between Almaty, Shymkent and Tashkent.
pub const SILK_COACH: Company =
    company("Silk Coach Lines MChJ (synthetic)", "TIN", "990000066", "UZ", "Tashkent");
/// Lodges declarations in Tashkent.
pub const BROKER: Company =
    company("Tashkent Customs Broker MChJ (synthetic)", "TIN", "990000074", "UZ", "Tashkent");

const fn company(
    name: &'static str,
    scheme: &'static str,
    number: &'static str,
    country: &'static str,
    city: &'static str,
) -> Company {
    Company { name, scheme, number, country, city }
}

impl Company {
    /// The company as the contract's party.
    #[must_use]
    pub fn party(&self) -> Party {
        Party {
            identifiers: vec![PartyIdentifier {
                scheme: self.scheme.into(),
                value: self.number.into(),
                country_code: self.country.into(),
            }],
            name: self.name.into(),
            street_address: "Sample street 1".into(),
            city: self.city.into(),
            country_code: self.country.into(),
            ..Party::default()
        }
    }
}
