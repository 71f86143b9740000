//! For which manifests a row of rules holds, and from which day to which.

use jiff::civil::Date;

use crate::consignment::CustomsRegime;
use crate::conveyance::Mode;

/// What kind of load a manifest carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoadKind {
    /// Goods, or an empty conveyance.
    Cargo,
    /// Passengers.
    Passengers,
}

impl LoadKind {
    /// The word in the files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cargo => "CARGO",
            Self::Passengers => "PASSENGERS",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Cargo, Self::Passengers].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What decides which rows hold for a manifest; what is not known fits only rows that do not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances<'a> {
    /// What it carries.
    pub load: Option<LoadKind>,
    /// Mode of transport.
    pub mode: Option<Mode>,
    /// Customs regime of the load or of the consignment.
    pub regime: Option<CustomsRegime>,
    /// The partner's id in the registry; empty when nobody in particular files.
    pub partner: &'a str,
    /// Day of the expected arrival, in the post's calendar.
    pub day: Date,
}

/// For which manifests a row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// One kind of load; `None` for every kind.
    pub load: Option<LoadKind>,
    /// One mode; `None` for every mode.
    pub mode: Option<Mode>,
    /// One regime; `None` for every regime.
    pub regime: Option<CustomsRegime>,
    /// One partner; `None` for every partner.
    pub partner: Option<String>,
    /// First day of arrival for which it holds; the first day of time for a row that always did.
    pub from: Date,
    /// First day for which it no longer does.
    pub to: Option<Date>,
}

impl Scope {
    /// A scope from the words of a file: `*` is everything, for `from` always, and an empty `to` is for ever.
    ///
    /// # Errors
    /// What is wrong with which word.
    pub fn parse(
        load: &str,
        mode: &str,
        regime: &str,
        partner: &str,
        from: &str,
        to: &str,
    ) -> Result<Self, &'static str> {
        let scope = Self {
            load: one_or_all(load, LoadKind::parse).ok_or("load is none of CARGO, PASSENGERS, *")?,
            mode: one_or_all(mode, Mode::from_code)
                .ok_or("mode is no digit of Recommendation 19 and not *")?,
            regime: one_or_all(regime, CustomsRegime::parse)
                .ok_or("regime is no customs regime and not *")?,
            partner: one_or_all(partner, |id| (!id.is_empty()).then(|| id.to_owned()))
                .ok_or("partner is empty; * is every partner")?,
            from: match from {
                "*" => Date::MIN,
                from => from.parse().map_err(|_| "from is no date and not *")?,
            },
            to: match to {
                "" => None,
                to => Some(to.parse().map_err(|_| "to is no date and not empty")?),
            },
        };
        match scope.to {
            Some(to) if to <= scope.from => Err("to is not after from"),
            _ => Ok(scope),
        }
    }

    /// Does the row hold?
    #[must_use]
    pub fn fits(&self, now: &Circumstances<'_>) -> bool {
        self.load.is_none_or(|load| now.load == Some(load))
            && self.mode.is_none_or(|mode| now.mode == Some(mode))
            && self.regime.is_none_or(|regime| now.regime == Some(regime))
            && self.partner.as_deref().is_none_or(|partner| now.partner == partner)
            && self.from <= now.day
            && self.to.is_none_or(|to| now.day < to)
    }

    /// How much a row says: one about a partner counts before one about a regime, a mode, a load.
    #[must_use]
    pub fn weight(&self) -> u8 {
        u8::from(self.partner.is_some()) << 3
            | u8::from(self.regime.is_some()) << 2
            | u8::from(self.mode.is_some()) << 1
            | u8::from(self.load.is_some())
    }

    /// True when both hold for the same manifests on some day, so that neither counts before the other.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        (self.load, self.mode, self.regime, &self.partner)
            == (other.load, other.mode, other.regime, &other.partner)
            && other.to.is_none_or(|to| self.from < to)
            && self.to.is_none_or(|to| other.from < to)
    }
}

/// `None` for a word that is neither `*` nor read by `read`.
fn one_or_all<T>(word: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if word == "*" { Some(None) } else { read(word).map(Some) }
}
