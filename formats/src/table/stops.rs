//! Stops: from the route when one is written, and otherwise from where people get on and off.

use std::collections::{BTreeSet, HashMap};

use manifest::declared::{DeclaredInstant, Location, PathKey, Said, Stop};

use super::fold::fold;
use super::heading::Fact;
use super::journey::Facts;
use super::page::Page;

/// How many stops a journey has at most here; further names go unlisted and their passengers keep the words.
const MOST_STOPS: usize = 200;

/// Names of stops in the order of travel, with the folded form of each.
#[derive(Debug, Default)]
pub(super) struct Stops {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// The order is the sender's own.
    listed: bool,
}

impl Stops {
    /// The stops of a journey: its route, or its two ends with the places of the passengers between them.
    pub(super) fn of(facts: &Facts, pairs: &[(String, String)]) -> Self {
        let mut stops = Self::default();
        let route = facts.text(Fact::Route);
        let names: Vec<&str> = route_names(route);
        if names.len() >= 2 {
            stops.listed = true;
            names.into_iter().for_each(|name| stops.add(name));
        } else {
            stops.add(facts.text(Fact::From));
            let inner = in_order(pairs);
            let end = fold(facts.text(Fact::To));
            inner.iter().filter(|name| fold(name) != end).for_each(|name| stops.add(name));
            stops.add(facts.text(Fact::To));
        }
        if stops.listed {
            // A place that the route does not name still is a stop; the order check says that something is odd.
            in_order(pairs).iter().for_each(|name| stops.add(name));
        }
        stops
    }

    /// The number of a stop by its name, or by its number when a number is written. Words that are neither stay words.
    pub(super) fn number(&self, text: &str) -> Said<i64> {
        if let Some(place) = self.places.get(&fold(text)) {
            return Said::Plain(i64::try_from(*place).unwrap_or(i64::MAX).saturating_add(1));
        }
        match text.parse::<i64>() {
            Ok(number) => Said::Plain(number),
            Err(_) => Said::Words(text.to_owned()),
        }
    }

    /// The stops for the contract; the journey's departure is the first one's.
    pub(super) fn declared(
        &self,
        facts: &Facts,
        departure: Option<&DeclaredInstant>,
        page: &mut Page,
    ) -> Vec<Stop> {
        let source = [Fact::Route, Fact::From, Fact::To].iter().find_map(|fact| facts.said(*fact));
        if let Some((_, at)) = source {
            page.mark(PathKey::ROOT.field("journey").field("stops"), at);
        }
        let each = self.names.iter().zip(1_i64..);
        each.map(|(name, number)| Stop {
            stop_sequence: Some(Said::Plain(number)),
            location: Some(location(name)),
            arrival_time: None,
            departure_time: if number == 1 { departure.cloned() } else { None },
        })
        .collect()
    }

    fn add(&mut self, name: &str) {
        let key = fold(name);
        // A bare number is a stop's number, not its name.
        if key.is_empty() || key.bytes().all(|b| b.is_ascii_digit()) || self.names.len() >= MOST_STOPS {
            return;
        }
        if !self.places.contains_key(&key) {
            self.places.insert(key, self.names.len());
            self.names.push(name.to_owned());
        }
    }
}

/// `Ташкент - Шымкент - Алматы`, `Tashkent, Shymkent, Almaty`, `Тошкент → Бишкек`.
fn route_names(route: &str) -> Vec<&str> {
    if route.len() > 2048 {
        return Vec::new();
    }
    let signs: &[&str] = &[" - ", " – ", " — ", "→", "->", ">", ";", ",", "\n", "–", "—", "-", "/"];
    let sign = signs.iter().find(|sign| route.contains(**sign));
    let parts = sign.map_or_else(|| vec![route], |sign| route.split(*sign).collect());
    parts.into_iter().map(str::trim).filter(|name| !name.is_empty()).take(MOST_STOPS).collect()
}

/// Places in an order in which everybody gets on before getting off, as far as there is one; otherwise and among equals
/// as they first appear, places of boarding first.
fn in_order(pairs: &[(String, String)]) -> Vec<String> {
    let mut names: Vec<&String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let all = pairs.iter().map(|(on, _)| on).chain(pairs.iter().map(|(_, off)| off));
    for name in all.filter(|name| !name.is_empty()) {
        if names.len() < MOST_STOPS && !places.contains_key(&fold(name)) {
            places.insert(fold(name), names.len());
            names.push(name);
        }
    }
    let place = |name: &str| places.get(&fold(name)).copied();
    let ways: BTreeSet<(usize, usize)> = pairs
        .iter()
        .filter_map(|(on, off)| Some((place(on)?, place(off)?)).filter(|(on, off)| on != off))
        .collect();
    let mut done: Vec<usize> = Vec::new();
    let mut left: BTreeSet<usize> = (0..names.len()).collect();
    while let Some(first) = left.first().copied() {
        let waiting: BTreeSet<usize> =
            ways.iter().filter(|(on, _)| left.contains(on)).map(|(_, off)| *off).collect();
        // A ring has no free place: the one that appeared first breaks it.
        let next = left.iter().copied().find(|stop| !waiting.contains(stop)).unwrap_or(first);
        left.remove(&next);
        done.push(next);
    }
    done.into_iter().filter_map(|place| names.get(place).map(|name| (*name).clone())).collect()
}

/// Countries whose UN/LOCODE is taken for one without a blank in it: NUKUS is a town, not a place on Niue.
const NEAR_BY: [&str; 20] = [
    "UZ", "KZ", "KG", "TJ", "TM", "RU", "AF", "CN", "TR", "IR", "AZ", "GE", "AM", "BY", "UA", "PL", "LT",
    "LV", "DE", "MN",
];

/// A place by code where it looks like one: five capitals that begin with a country are a UN/LOCODE.
pub(super) fn location(name: &str) -> Location {
    let plain = name.replace(' ', "");
    let is_locode = plain.len() == 5
        && plain.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && plain.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && (name.find(' ') == Some(2) || plain.get(..2).is_some_and(|country| NEAR_BY.contains(&country)));
    if is_locode {
        let country_code = plain.get(..2).unwrap_or_default().to_owned();
        return Location { un_locode: plain, country_code, ..Location::default() };
    }
    Location { name: name.to_owned(), ..Location::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_way() {
        let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(on, off)| ((*on).to_owned(), (*off).to_owned())).collect()
        };
        let list = pairs(&[("Алматы", "Ташкент"), ("Шымкент", "Ташкент"), ("Алматы", "Шымкент")]);
        assert_eq!(in_order(&list), ["Алматы", "Шымкент", "Ташкент"]);
        let later = pairs(&[("Шымкент", "Ташкент"), ("Алматы", "Шымкент")]);
        assert_eq!(in_order(&later), ["Алматы", "Шымкент", "Ташкент"]);
        assert_eq!(in_order(&pairs(&[("A", "B"), ("B", "A")])), ["A", "B"], "a ring ends too");
        assert_eq!(route_names("Санкт-Петербург - Ташкент"), ["Санкт-Петербург", "Ташкент"]);
        assert_eq!(route_names("Алматы–Шымкент–Ташкент").len(), 3);
        assert_eq!(
            (location("UZTAS").un_locode, location("UZ TAS").un_locode),
            ("UZTAS".into(), "UZTAS".into())
        );
        assert_eq!((location("TASHKENT").name, location("NUKUS").name), ("TASHKENT".into(), "NUKUS".into()));
    }
}
