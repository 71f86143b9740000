//! The code lists that come with the crate, and lookups in them. Read once; a lookup is a binary search.

mod dangerous;
mod files;
mod retired;

#[cfg(test)]
mod tests;

pub use dangerous::UnNumber;
pub use retired::Retired;

use files::{FILES, rows, sorted};
use retired::RetiredCodes;

use crate::border_post::BorderPost;
use crate::conveyance::Mode;
use crate::person::StateCode;
use crate::quantity::{Code, CountryCode, CurrencyCode};

/// All code lists, ready for lookups.
#[derive(Debug, Clone)]
pub struct CodeLists {
    border_posts: Vec<BorderPost>,
    countries: Vec<Country>,
    /// Places in `countries` in the order of alpha-3 codes.
    by_alpha3: Vec<(StateCode, usize)>,
    /// Alpha-2 and alpha-3 codes that were withdrawn.
    countries_retired: RetiredCodes,
    currencies: Vec<CurrencyCode>,
    currencies_retired: RetiredCodes,
    hs: Vec<u32>,
    hs_retired: RetiredCodes,
    icao_states: Vec<StateCode>,
    /// Every state by its code of three capital letters, which is what nearly every document says.
    states: Vec<(u32, StateCode)>,
    packages: Vec<Box<str>>,
    un_locodes: Vec<Code<5>>,
    un_numbers: Vec<UnNumber>,
    units: Vec<Box<str>>,
    units_retired: RetiredCodes,
}

/// What a list says of a code that it may not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// It is in the list.
    Listed,
    /// The list covers its like, and it is not there.
    NotListed,
    /// The list does not cover its like.
    NotCovered,
}

#[derive(Debug, Clone)]
struct Country {
    alpha2: CountryCode,
    alpha3: StateCode,
    name: Box<str>,
}

impl Default for CodeLists {
    fn default() -> Self {
        Self::built_in()
    }
}

impl CodeLists {
    /// The lists that come with this version of the crate. Takes some milliseconds: make one and share it.
    #[must_use]
    pub fn built_in() -> Self {
        let mut countries: Vec<_> = rows("countries.csv", country).collect();
        countries.sort_by_key(|country| country.alpha2);
        let places = countries.iter().enumerate();
        let mut by_alpha3: Vec<_> = places.map(|(place, country)| (country.alpha3, place)).collect();
        by_alpha3.sort();
        let mut border_posts: Vec<_> = rows("border_posts.csv", border_post).collect();
        border_posts.sort_by(|a, b| a.code.cmp(&b.code));
        let icao_states: Vec<StateCode> = sorted("icao_states.csv", |row| StateCode::new(row.get(0)?));
        let every = icao_states.iter().copied().chain(countries.iter().map(|country| country.alpha3));
        let mut states: Vec<_> =
            every.filter_map(|state| Some((three_letters(state.as_str())?, state))).collect();
        states.sort();
        Self {
            countries_retired: countries_retired(&countries),
            border_posts,
            countries,
            by_alpha3,
            currencies_retired: RetiredCodes::read("currencies_retired.csv", |row| {
                Some((row.get(0)?.to_owned(), row.get(2)?.to_owned(), row.get(3)?.to_owned()))
            }),
            states,
            icao_states,
            currencies: sorted("currencies.csv", |row| CurrencyCode::new(row.get(0)?)),
            hs: sorted("hs2022.csv", |row| row.get(0)?.parse().ok()),
            hs_retired: RetiredCodes::read("hs_retired.csv", |row| {
                Some((row.get(0)?.to_owned(), row.get(1)?.to_owned(), String::new()))
            }),
            packages: sorted("packages.csv", |row| Some(row.get(0)?.into())),
            un_locodes: sorted("un_locode.csv", |row| Code::new(row.get(0)?)),
            un_numbers: dangerous::un_numbers(),
            units: sorted("units.csv", |row| Some(row.get(0)?.into())),
            // The file says why: deprecated or marked for deletion in the revision of 2012.
            units_retired: RetiredCodes::read("units_retired.csv", |row| {
                Some((row.get(0)?.to_owned(), "2012".to_owned(), String::new()))
            }),
        }
    }

    /// Hands the bytes of all lists to `out` in a fixed order, for the digest that every pre-decision names. Each list
    /// is its file's name, a zero, its length as eight bytes and its text.
    pub fn bytes(&self, out: &mut dyn FnMut(&[u8])) {
        for (name, text) in FILES {
            out(name.as_bytes());
            out(&[0]);
            out(&(text.len() as u64).to_be_bytes());
            out(text.as_bytes());
        }
    }

    /// A country of the trade by alpha-2 or alpha-3 code or by its English short name.
    #[must_use]
    pub fn country(&self, word: &str) -> Option<CountryCode> {
        let word = word.trim();
        self.countries.get(self.place_of_country(word)?).map(|country| country.alpha2)
    }

    /// A state or organization of travel documents by alpha-3 or ICAO code, alpha-2 code or English short name.
    #[must_use]
    pub fn state(&self, word: &str) -> Option<StateCode> {
        let word = word.trim();
        let known = three_letters(word)
            .and_then(|letters| self.states.binary_search_by_key(&letters, |(letters, _)| *letters).ok());
        if let Some((_, state)) = known.and_then(|at| self.states.get(at)) {
            return Some(*state);
        }
        let special = StateCode::new(word).and_then(|code| self.icao_states.binary_search(&code).ok());
        match special {
            Some(at) => self.icao_states.get(at).copied(),
            None => self.countries.get(self.place_of_country(word)?).map(|country| country.alpha3),
        }
    }

    /// What became of a country code of two or three letters that was withdrawn and is not in use again.
    #[must_use]
    pub fn retired_country(&self, word: &str) -> Option<&Retired> {
        let code = word.trim().to_ascii_uppercase();
        self.countries_retired.get(&code).filter(|_| self.country(word).is_none())
    }

    /// What became of a currency code that was withdrawn.
    #[must_use]
    pub fn retired_currency(&self, word: &str) -> Option<&Retired> {
        self.currencies_retired.get(&word.trim().to_ascii_uppercase())
    }

    /// What became of six digits that were in an earlier edition of the Harmonized System; `instead` are the codes that
    /// their heading has today, the first eight of them.
    #[must_use]
    pub fn retired_hs6(&self, hs6: &str) -> Option<Retired> {
        let Retired { since, .. } = self.hs_retired.get(hs6)?;
        let heading = hs6.parse::<u32>().ok()?.checked_div(100)?;
        let first = self.hs.partition_point(|code| code / 100 < heading);
        let today = self.hs.iter().skip(first).take_while(|code| **code / 100 == heading).take(8);
        let instead: Vec<_> = today.map(|code| format!("{code:06}")).collect();
        Some(Retired { since: since.clone(), instead: instead.join(" ") })
    }

    /// What became of a unit code that was withdrawn.
    #[must_use]
    pub fn retired_unit(&self, code: &str) -> Option<&Retired> {
        self.units_retired.get(code)
    }

    /// What the list says of a UN/LOCODE in upper case; it covers the countries of the region only.
    #[must_use]
    pub fn un_locode(&self, code: &str) -> Listing {
        let Some(code) = Code::new(code) else { return Listing::NotCovered };
        match self.un_locodes.binary_search(&code) {
            Ok(_) => Listing::Listed,
            Err(place) => {
                let before = place.checked_sub(1).and_then(|before| self.un_locodes.get(before));
                let beside = [before, self.un_locodes.get(place)];
                let country = |code: &Code<5>| code.as_str().get(..2).map(str::to_owned);
                let covered = beside.into_iter().flatten().any(|other| country(other) == country(&code));
                if covered { Listing::NotListed } else { Listing::NotCovered }
            }
        }
    }

    /// A UN number of dangerous goods, four digits.
    #[must_use]
    pub fn un_number(&self, number: &str) -> Option<&UnNumber> {
        dangerous::find(&self.un_numbers, number)
    }

    fn place_of_country(&self, word: &str) -> Option<usize> {
        match word.len() {
            2 => {
                let code = CountryCode::new_in_any_case(word)?;
                self.countries.binary_search_by_key(&code, |country| country.alpha2).ok()
            }
            3 => {
                let code = StateCode::new_in_any_case(word)?;
                let at = self.by_alpha3.binary_search_by_key(&code, |(alpha3, _)| *alpha3).ok()?;
                self.by_alpha3.get(at).map(|(_, place)| *place)
            }
            _ => self.countries.iter().position(|country| country.name.eq_ignore_ascii_case(word)),
        }
    }

    /// A currency.
    #[must_use]
    pub fn currency(&self, word: &str) -> Option<CurrencyCode> {
        let code = CurrencyCode::new_in_any_case(word.trim())?;
        self.currencies.binary_search(&code).ok().map(|_| code)
    }

    /// True when six digits are a code of the Harmonized System 2022.
    #[must_use]
    pub fn has_hs6(&self, hs6: &str) -> bool {
        hs6.len() == 6 && hs6.parse::<u32>().is_ok_and(|number| self.hs.binary_search(&number).is_ok())
    }

    /// True when a unit code is in UN/ECE Recommendation 20.
    #[must_use]
    pub fn has_unit(&self, code: &str) -> bool {
        self.units.binary_search_by(|unit| (**unit).cmp(code)).is_ok()
    }

    /// True when a package type code is in UN/ECE Recommendation 21.
    #[must_use]
    pub fn has_package(&self, code: &str) -> bool {
        self.packages.binary_search_by(|package| (**package).cmp(code)).is_ok()
    }

    /// A border post by its code.
    #[must_use]
    pub fn border_post(&self, code: &str) -> Option<&BorderPost> {
        let at = self.border_posts.binary_search_by(|post| post.code.as_str().cmp(code)).ok()?;
        self.border_posts.get(at)
    }

    /// Every border post, by code.
    #[must_use]
    pub fn border_posts(&self) -> &[BorderPost] {
        &self.border_posts
    }
}

/// Three letters as one number.
fn three_letters(word: &str) -> Option<u32> {
    let [a, b, c] = word.as_bytes().try_into().ok()?;
    Some(u32::from_be_bytes([0, a, b, c]))
}

fn country(row: &csv::StringRecord) -> Option<Country> {
    Some(Country {
        alpha2: CountryCode::new(row.get(0)?)?,
        alpha3: StateCode::new(row.get(1)?)?,
        name: row.get(3)?.into(),
    })
}

fn border_post(row: &csv::StringRecord) -> Option<BorderPost> {
    Some(BorderPost {
        code: row.get(0)?.to_owned(),
        name: row.get(1)?.to_owned(),
        modes: row.get(2)?.split(' ').filter_map(Mode::from_code).collect(),
    })
}

/// Withdrawn alpha-2 and alpha-3 codes, each with the successor's code of the same length.
fn countries_retired(countries: &[Country]) -> RetiredCodes {
    let of_two = rows("countries_retired.csv", |row| {
        Some((row.get(0)?.to_owned(), row.get(2)?.to_owned(), row.get(3)?.to_owned()))
    });
    let of_three = rows("countries_retired.csv", |row| {
        let successor = countries.iter().find(|country| Some(country.alpha2.as_str()) == row.get(3));
        let instead = successor.map_or_else(String::new, |country| country.alpha3.as_str().to_owned());
        Some((row.get(1)?.to_owned(), row.get(2)?.to_owned(), instead))
    });
    RetiredCodes::of(of_two.chain(of_three))
}

/// The lists by file name with what stands above their rows (standard, source, licence) and the number of rows, for the
/// documents.
pub fn catalogue() -> impl Iterator<Item = (&'static str, String, usize)> {
    FILES.iter().map(|(name, text)| {
        let (head, data): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with('#'));
        let head: Vec<_> = head.into_iter().map(|line| line.trim_start_matches(['#', ' '])).collect();
        (*name, head.join(" "), data.len().saturating_sub(1))
    })
}
