//! The code lists that come with the crate, and lookups in them. Read once; a lookup is a binary search.

use crate::border_post::BorderPost;
use crate::conveyance::Mode;
use crate::person::StateCode;
use crate::quantity::{CountryCode, CurrencyCode};

/// The lists' files in a fixed order: name and bytes.
const FILES: [(&str, &str); 9] = [
    ("border_posts.csv", include_str!("../code_lists/border_posts.csv")),
    ("countries.csv", include_str!("../code_lists/countries.csv")),
    ("countries_retired.csv", include_str!("../code_lists/countries_retired.csv")),
    ("currencies.csv", include_str!("../code_lists/currencies.csv")),
    ("currencies_retired.csv", include_str!("../code_lists/currencies_retired.csv")),
    ("hs2022.csv", include_str!("../code_lists/hs2022.csv")),
    ("icao_states.csv", include_str!("../code_lists/icao_states.csv")),
    ("packages.csv", include_str!("../code_lists/packages.csv")),
    ("units.csv", include_str!("../code_lists/units.csv")),
];

/// All code lists, ready for lookups.
#[derive(Debug, Clone)]
pub struct CodeLists {
    border_posts: Vec<BorderPost>,
    countries: Vec<Country>,
    /// Places in `countries` in the order of alpha-3 codes.
    by_alpha3: Vec<(StateCode, usize)>,
    /// Alpha-2 and alpha-3 codes that were withdrawn.
    countries_retired: Vec<StateCode>,
    currencies: Vec<CurrencyCode>,
    currencies_retired: Vec<CurrencyCode>,
    hs: Vec<u32>,
    icao_states: Vec<StateCode>,
    /// Every state by its code of three capital letters, which is what nearly every document says.
    states: Vec<(u32, StateCode)>,
    packages: Vec<Box<str>>,
    units: Vec<Box<str>>,
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
            border_posts,
            countries,
            by_alpha3,
            countries_retired: {
                let mut codes: Vec<_> = rows("countries_retired.csv", |row| StateCode::new(row.get(0)?))
                    .chain(rows("countries_retired.csv", |row| StateCode::new(row.get(1)?)))
                    .collect();
                codes.sort();
                codes
            },
            currencies_retired: sorted("currencies_retired.csv", |row| CurrencyCode::new(row.get(0)?)),
            states,
            icao_states,
            currencies: sorted("currencies.csv", |row| CurrencyCode::new(row.get(0)?)),
            hs: sorted("hs2022.csv", |row| row.get(0)?.parse().ok()),
            packages: sorted("packages.csv", |row| Some(row.get(0)?.into())),
            units: sorted("units.csv", |row| Some(row.get(0)?.into())),
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

    /// True when a country code of two or three letters was withdrawn and is not in use again.
    #[must_use]
    pub fn is_retired_country(&self, word: &str) -> bool {
        let code = StateCode::new(&word.trim().to_ascii_uppercase());
        code.is_some_and(|code| self.countries_retired.binary_search(&code).is_ok())
            && self.country(word).is_none()
    }

    /// True when a currency code was withdrawn.
    #[must_use]
    pub fn is_retired_currency(&self, word: &str) -> bool {
        let code = CurrencyCode::new_in_any_case(word.trim());
        code.is_some_and(|code| self.currencies_retired.binary_search(&code).is_ok())
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

fn sorted<T: Ord>(file: &str, read: impl Fn(&csv::StringRecord) -> Option<T>) -> Vec<T> {
    let mut list: Vec<T> = rows(file, read).collect();
    list.sort();
    list
}

/// The rows of a list that can be read. They all can: the test below holds the files to it.
fn rows<T>(file: &str, read: impl Fn(&csv::StringRecord) -> Option<T>) -> impl Iterator<Item = T> {
    let text = FILES.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text);
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.into_records().filter_map(move |row| read(&row.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_file_is_read() {
        let lists = CodeLists::built_in();
        for (file, read) in [
            ("border_posts.csv", lists.border_posts.len()),
            ("countries.csv", lists.countries.len()),
            ("countries_retired.csv", lists.countries_retired.len() / 2),
            ("currencies.csv", lists.currencies.len()),
            ("currencies_retired.csv", lists.currencies_retired.len()),
            ("hs2022.csv", lists.hs.len()),
            ("icao_states.csv", lists.icao_states.len()),
            ("packages.csv", lists.packages.len()),
            ("units.csv", lists.units.len()),
        ] {
            let (_, text) = FILES.iter().find(|(name, _)| *name == file).unwrap();
            let rows = text.lines().filter(|line| !line.starts_with('#')).count() - 1;
            assert_eq!(read, rows, "{file}");
            assert!(text.starts_with("# ") && text.contains("\n# Source: "), "{file} names its source");
        }
        assert!(lists.border_posts.iter().all(|post| !post.modes.is_empty()));
    }

    #[test]
    fn words_become_codes() {
        let lists = CodeLists::built_in();
        let country = |word| lists.country(word).map(|code| code.as_str().to_owned());
        for (word, code) in [("UZ", "UZ"), ("uz ", "UZ"), ("KAZ", "KZ"), ("Kazakhstan", "KZ"), ("tjk", "TJ")]
        {
            assert_eq!(country(word).as_deref(), Some(code), "{word}");
        }
        for word in ["", "XX", "ZZZ", "U", "Ўз", "Narnia"] {
            assert_eq!(country(word), None, "{word}");
        }
        let state = |word| lists.state(word).map(|code| code.as_str().to_owned());
        for (word, code) in [("UZB", "UZB"), ("D", "D"), ("XXA", "XXA"), ("KG", "KGZ"), ("uzb", "UZB")] {
            assert_eq!(state(word).as_deref(), Some(code), "{word}");
        }
        assert_eq!(state("UTO"), None, "the specimen's state does not exist");
        assert!(lists.currency("uzs").is_some() && lists.currency("HRK").is_none());
        assert!(lists.is_retired_country("AN") && lists.is_retired_country("ant"));
        assert!(!lists.is_retired_country("SK"), "Sikkim's code is Slovakia's today");
        assert!(!lists.is_retired_country("UZ") && !lists.is_retired_country("XX"));
        assert!(lists.is_retired_currency("hrk") && !lists.is_retired_currency("UZS"));
        assert!(lists.currencies_retired.iter().all(|code| lists.currencies.binary_search(code).is_err()));
        assert!(lists.has_hs6("854143") && !lists.has_hs6("854140") && !lists.has_hs6("8541"));
        assert!(lists.has_unit("LTR") && lists.has_package("CT") && !lists.has_package("XCT"));
        assert_eq!(lists.border_post("UZ-KELES").map(|post| post.modes.as_slice()), Some(&[Mode::Rail][..]));
    }
}
