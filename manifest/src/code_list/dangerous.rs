//! UN numbers of dangerous goods and the classes that they may be declared under.

use super::files::rows;
use super::retired::Retired;

/// A UN number of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnNumber {
    number: u16,
    /// Classes, divisions and compatibility letters, with blanks between them; empty when the number was withdrawn.
    classes: Box<str>,
    retired: Option<Retired>,
}

impl UnNumber {
    /// True when goods of this number may be declared under a class: the list's own (`3`, `1.1D`), a part of it (`1.1`,
    /// `1`), or a division that the number's labels show (`2.1` for `2`).
    #[must_use]
    pub fn has_class(&self, declared: &str) -> bool {
        let declared = declared.trim();
        self.classes.split(' ').any(|class| {
            class == declared
                || class.strip_prefix(declared).is_some_and(|rest| {
                    // "1" and "1.1" of "1.1D", but not "6" of "6.1": those are different dangers.
                    declared.starts_with('1')
                        && (rest.starts_with('.') || rest.chars().all(char::is_alphabetic))
                })
        })
    }

    /// The classes that it may be declared under.
    #[must_use]
    pub fn classes(&self) -> &str {
        &self.classes
    }

    /// What became of a number that was withdrawn.
    #[must_use]
    pub fn retired(&self) -> Option<&Retired> {
        self.retired.as_ref()
    }
}

/// All numbers of the list, in order.
pub(super) fn un_numbers() -> Vec<UnNumber> {
    let mut list: Vec<_> = rows("un_numbers.csv", |row| {
        let since = row.get(2)?.to_owned();
        let instead = row.get(3)?.to_owned();
        Some(UnNumber {
            number: row.get(0)?.parse().ok()?,
            classes: row.get(1)?.into(),
            retired: (!since.is_empty()).then_some(Retired { since, instead }),
        })
    })
    .collect();
    list.sort_by_key(|one| one.number);
    list
}

/// A number of the list.
pub(super) fn find<'l>(list: &'l [UnNumber], number: &str) -> Option<&'l UnNumber> {
    let number: u16 = number.parse().ok()?;
    list.get(list.binary_search_by_key(&number, |one| one.number).ok()?)
}
