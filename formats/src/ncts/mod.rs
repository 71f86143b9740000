//! EU transit messages (NCTS). Phase 5 has names in words (CC015C), phase 4 has names in letters and numbers (CC015B). Sources: the
//! public message descriptions of both phases, and messages that administrations publish as examples.

mod answer;
mod goods;
mod house;
pub(crate) mod journey;
pub(crate) mod old_answer;
pub(crate) mod old_counts;
pub(crate) mod old_names;
pub(crate) mod party;
mod phase4;
mod phase5;

pub(crate) use answer::answer;
pub(crate) use house::is_mrn;
use manifest::Declared;

use crate::xml::{Element, Scribe};
use crate::{Cause, Given, Intent, Limits};

/// Reads one message.
///
/// # Errors
/// When it holds more consignments or goods items than are read.
pub(crate) fn declare(
    scribe: &mut Scribe<'_>,
    message: Element,
    intent: Intent,
    given: &Given<'_>,
    limits: &Limits,
) -> Result<Declared, Cause> {
    if scribe.tree.all(message, "HEAHEA").next().is_some() {
        phase4::declare(scribe, message, intent, given, limits)
    } else {
        phase5::declare(scribe, message, intent, given, limits)
    }
}
