//! Codes that were once in a list: whoever writes one meant something, and their list is old.

use super::files::rows;

/// A code that left its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// The year, month or day in which it left, as the source tells it.
    pub since: String,
    /// What says the same today, several with blanks between them; empty when nothing or nobody says.
    pub instead: String,
}

/// The codes that left one list.
#[derive(Debug, Clone)]
pub(super) struct RetiredCodes(Vec<(Box<str>, Retired)>);

impl RetiredCodes {
    /// The codes of a file; `read` gives code, since and instead of a row.
    pub(super) fn read(
        file: &str,
        read: impl Fn(&csv::StringRecord) -> Option<(String, String, String)>,
    ) -> Self {
        Self::of(rows(file, read))
    }

    /// Codes with since and instead. Of a code that left twice, the later time is kept.
    pub(super) fn of(codes: impl Iterator<Item = (String, String, String)>) -> Self {
        let mut list: Vec<_> = codes
            .filter(|(code, ..)| !code.is_empty())
            .map(|(code, since, instead)| (code.into_boxed_str(), Retired { since, instead }))
            .collect();
        list.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.since.cmp(&one.since)));
        list.dedup_by(|(later, _), (kept, _)| later == kept);
        Self(list)
    }

    /// What became of a code.
    pub(super) fn get(&self, code: &str) -> Option<&Retired> {
        let at = self.0.binary_search_by(|(known, _)| (**known).cmp(code)).ok()?;
        self.0.get(at).map(|(_, retired)| retired)
    }

    /// Every code.
    #[cfg(test)]
    pub(super) fn codes(&self) -> impl Iterator<Item = (&str, &Retired)> {
        self.0.iter().map(|(code, retired)| (&**code, retired))
    }
}
