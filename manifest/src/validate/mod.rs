//! Rules across fields. The only place that can make a [`Validated`].

mod arithmetic;
mod check_digits;
mod documents;
mod goods;
mod mrz;
mod parties;
mod people;
mod settings;
mod timing;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_goods;
#[cfg(test)]
mod tests_kinds;
#[cfg(test)]
mod tests_people;

pub(crate) use goods::{is_hazard_class, is_un_number};
pub use mrz::{Mrz, MrzError};
pub use settings::RuleSettings;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::border_post::local_date;
use crate::consignment::CustomsRegime;
use crate::conveyance::Mode;
use crate::finding::{About, FindingCode, Severity};
use crate::findings::{Findings, Note, Spot};
use crate::manifest::{Load, Manifest};
use crate::rule::{Circumstances, Required};

/// A manifest fit to be scored: it has a mode of transport and a load, and by road and rail, where there is something to
/// decide, a conveyance, a border post and an arrival time. Its subjects may still be blocked by findings. Only
/// [`validate`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Validated {
    manifest: Manifest,
    mode: Mode,
    border_post_code: Option<String>,
    arrival_time: Option<Timestamp>,
    arrival_date: Date,
}

/// A manifest that a finding about the manifest itself blocks: recorded, never scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    manifest: Box<Manifest>,
}

/// Applies the rules and adds what they note to `findings`.
///
/// # Errors
/// [`Rejected`] when a blocking finding, of this step or of an earlier one, is about the manifest itself.
pub fn validate(
    manifest: Manifest,
    now: Timestamp,
    settings: &RuleSettings,
    findings: &mut Findings,
) -> Result<Validated, Rejected> {
    // Rules that ask "on the day of arrival" fall back to today when the arrival could not be read.
    let arrival = manifest.journey.arrival_time();
    let arrival_date = local_date(arrival.unwrap_or(now));
    let circumstances = Circumstances {
        load: manifest.load.as_ref().map(Load::kind),
        mode: manifest.conveyance.mode,
        regime: manifest.cargo().and_then(|cargo| cargo.customs_regime),
        partner: &settings.partner,
        day: arrival_date,
    };
    let mut rules = Rules {
        required: settings.conditions.required(&circumstances),
        circumstances,
        settings,
        findings,
        now,
        arrival_date,
        youngest_adult: people::years_before(arrival_date, settings.minor_age_years),
        oldest: people::years_before(arrival_date, settings.oldest_age_years),
    };
    rules.timing(&manifest);
    rules.parties(&manifest);
    if let Some(Load::Cargo(cargo)) = &manifest.load {
        rules.arithmetic(cargo);
        rules.goods(cargo);
    }
    rules.people(&manifest);
    rules.documents(&manifest);

    let mode = manifest.conveyance.mode;
    let has_conveyance = manifest.conveyance.registration.is_some();
    let post = manifest.journey.border_post_code.clone();
    // Of a mode for which nothing is decided neither plate nor post nor arrival there is asked for.
    let is_whole = |mode: Mode| !mode.is_decided() || (has_conveyance && post.is_some() && arrival.is_some());
    match (mode, &manifest.load) {
        (Some(mode), Some(_)) if is_whole(mode) && !findings.reject() => {
            Ok(Validated { manifest, mode, border_post_code: post, arrival_time: arrival, arrival_date })
        }
        _ => Err(Rejected { manifest: Box::new(manifest) }),
    }
}

/// What every rule needs.
struct Rules<'s> {
    settings: &'s RuleSettings,
    /// What decides which rows of the tables hold.
    circumstances: Circumstances<'s>,
    /// What the manifest must say.
    required: Required,
    findings: &'s mut Findings,
    now: Timestamp,
    arrival_date: Date,
    /// Who is born later is a minor on the day of arrival.
    youngest_adult: Date,
    /// Nobody alive is born earlier.
    oldest: Date,
}

impl Rules<'_> {
    /// What a consignment under a regime of its own must say.
    fn required_under(&self, regime: Option<CustomsRegime>) -> Required {
        match regime {
            Some(_) if regime != self.circumstances.regime => {
                self.settings.conditions.required(&Circumstances { regime, ..self.circumstances })
            }
            _ => self.required,
        }
    }

    fn blocking(&mut self, code: FindingCode, at: Spot<'_>) -> Note<'_> {
        self.findings.note(code, Severity::Blocking, at)
    }

    fn warn(&mut self, code: FindingCode, at: Spot<'_>) -> Note<'_> {
        self.findings.note(code, Severity::Warning, at)
    }

    fn note(&mut self, code: FindingCode, at: Spot<'_>) -> Note<'_> {
        self.findings.note(code, Severity::Note, at)
    }
}

/// Where the rules about the conveyance and the whole load stand.
const CONVEYANCE: Spot<'static> = Spot::MANIFEST.about(About::Conveyance);
const CARGO: Spot<'static> = CONVEYANCE.field("cargo");
const PASSENGER_LIST: Spot<'static> = CONVEYANCE.field("passenger_list");

impl Validated {
    /// The manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest, given away.
    #[must_use]
    pub fn into_manifest(self) -> Manifest {
        self.manifest
    }

    /// Mode of transport.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Code of the border post of arrival; always there by road and rail.
    #[must_use]
    pub fn border_post_code(&self) -> Option<&str> {
        self.border_post_code.as_deref()
    }

    /// Expected arrival at the post; always there by road and rail.
    #[must_use]
    pub const fn arrival_time(&self) -> Option<Timestamp> {
        self.arrival_time
    }

    /// Expected day of arrival in the post's own calendar (+05:00); today where no arrival is said.
    #[must_use]
    pub const fn arrival_date(&self) -> Date {
        self.arrival_date
    }
}

impl Rejected {
    /// The manifest as far as it was understood.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest, given away.
    #[must_use]
    pub fn into_manifest(self) -> Manifest {
        *self.manifest
    }
}
