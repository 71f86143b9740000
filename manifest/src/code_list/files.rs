//! The lists' files, and how a row is read.

/// The lists' files in a fixed order: name and text.
pub(super) const FILES: &[(&str, &str)] = &[
    ("border_posts.csv", include_str!("../../code_lists/border_posts.csv")),
    ("countries.csv", include_str!("../../code_lists/countries.csv")),
    ("countries_retired.csv", include_str!("../../code_lists/countries_retired.csv")),
    ("currencies.csv", include_str!("../../code_lists/currencies.csv")),
    ("currencies_retired.csv", include_str!("../../code_lists/currencies_retired.csv")),
    ("hs2022.csv", include_str!("../../code_lists/hs2022.csv")),
    ("hs_retired.csv", include_str!("../../code_lists/hs_retired.csv")),
    ("icao_states.csv", include_str!("../../code_lists/icao_states.csv")),
    ("packages.csv", include_str!("../../code_lists/packages.csv")),
    ("un_locode.csv", include_str!("../../code_lists/un_locode.csv")),
    ("un_numbers.csv", include_str!("../../code_lists/un_numbers.csv")),
    ("units.csv", include_str!("../../code_lists/units.csv")),
    ("units_retired.csv", include_str!("../../code_lists/units_retired.csv")),
];

/// The rows of a list that can be read. They all can: a test holds the files to it.
pub(super) fn rows<T>(file: &str, read: impl Fn(&csv::StringRecord) -> Option<T>) -> impl Iterator<Item = T> {
    let text = FILES.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text);
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.into_records().filter_map(move |row| read(&row.ok()?))
}

/// The rows of a list in order.
pub(super) fn sorted<T: Ord>(file: &str, read: impl Fn(&csv::StringRecord) -> Option<T>) -> Vec<T> {
    let mut list: Vec<T> = rows(file, read).collect();
    list.sort();
    list
}
