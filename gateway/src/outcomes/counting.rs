//! What a report counts for, from the manifest as recorded: the same keys under which it was judged.

use manifest::{Manifest, border_post};
use scoring::{Counter, CounterKey, Decided, Head, PastOutcome, Scorer, SubjectRef};

use super::{
    Reach,
    report::{Part, Report},
};
use crate::{
    persist::{Counted, Predicted},
    subjects,
};

/// Why a report cannot be counted: the manifest has no such part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoSuchPart(pub(super) &'static str);

/// What a report counts for.
///
/// - A consignment counts by its examined goods items for the history of goods that the model reads; as a whole, so once, for
///   that of its importer, exporter, declarant and border post, for the records of its parties and of the carrier, and beside what
///   was predicted for it.
/// - The conveyance counts for the carrier, or the bus operator, alone: what is wrong with a vehicle says nothing of
///   goods.
/// - Travellers count for nobody. What a passenger carries is not the operator's doing, and no model judges persons.
///
/// Everything here is read as a share, so it counts as far as the measures could have found everything ([`Reach`]), whether they
/// found something or not: nowhere for papers, images and scales, for the examined goods where some were, and for random checks
/// and beside what was predicted only where the whole was.
///
/// # Errors
/// When the manifest has no such part.
pub(super) fn of(
    report: &Report,
    manifest: &Manifest,
    decided: &Decided,
    scorer: &Scorer,
    random: bool,
) -> Result<Counted, NoSuchPart> {
    let mut counted = Counted { at_seconds: report.examine_time.as_second(), ..Counted::default() };
    let entities =
        |place| subjects::entities(manifest, place).into_iter().map(|key| (key, report.irregular)).collect();
    match report.part {
        Part::Travellers => {}
        Part::Conveyance => {
            let reach = report.reach(0);
            if reach != Reach::Aspect {
                counted.entities = entities(None);
            }
            counted.random = random && reach == Reach::Whole;
        }
        Part::Consignment(place) => {
            let consignment = manifest.cargo().and_then(|cargo| cargo.consignments.get(place));
            let consignment = consignment.ok_or(NoSuchPart("subject"))?;
            let reach = report.reach(consignment.goods_items.len());
            let there = |items: &[usize]| items.iter().all(|item| *item < consignment.goods_items.len());
            if !there(&report.examined_items) {
                return Err(NoSuchPart("examined_items"));
            }
            if !there(&report.irregular_items) {
                return Err(NoSuchPart("irregular_items"));
            }
            if reach == Reach::Aspect {
                return Ok(counted);
            }
            counted.entities = entities(Some(place));
            counted.random = random && reach == Reach::Whole;
            let or_all = |items: &[usize], item: usize| items.is_empty() || items.contains(&item);
            let mut parties = Vec::new();
            for (item, subject) in
                subjects::consignment(manifest, place).unwrap_or_default().into_iter().enumerate()
            {
                if !or_all(&report.examined_items, item) {
                    continue;
                }
                let fraud = report.irregular && or_all(&report.irregular_items, item);
                let outcome = PastOutcome { subject, fraud, critical: fraud && report.critical };
                for (key, counter) in scorer.updates(&outcome) {
                    match key.kind.is_of_goods() {
                        true => counted.counters.push((key, counter)),
                        false => once(&mut parties, key, counter),
                    }
                }
            }
            counted.counters.extend(parties);
            if !counted.counters.is_empty() {
                counted.date = manifest.journey.arrival_time().map(border_post::local_date);
            }
            // Only all of a consignment is comparable with its worst item's probability.
            if reach == Reach::Whole {
                counted.calibration = predicted(decided, place, report);
            }
        }
    }
    Ok(counted)
}

/// A consignment is one to its parties, however many lines it has; irregular when one of them is. Thresholds on an importer's
/// record, and what the model learned of parties from one row a declaration, count consignments.
fn once(parties: &mut Vec<(CounterKey, Counter)>, key: CounterKey, counter: Counter) {
    match parties.iter_mut().find(|(known, _)| *known == key) {
        Some((_, one)) => {
            one.fraud = one.fraud.max(counter.fraud);
            one.critical = one.critical.max(counter.critical);
        }
        None => parties.push((key, counter)),
    }
}

fn predicted(decided: &Decided, place: usize, report: &Report) -> Vec<Predicted> {
    let part = decided.pre_decisions.iter().find(|part| part.subject == SubjectRef::Consignment(place));
    let (Some(part), Some(identity)) = (part, &decided.evidence.identity) else { return Vec::new() };
    let of = |head, probability: Option<f32>, found| {
        probability.map(|probability| Predicted {
            bundle_digest: identity.bundle_digest.clone(),
            head,
            probability: f64::from(probability),
            found,
        })
    };
    [
        of(Head::Fraud, part.officer.fraud_probability, report.irregular),
        of(Head::Critical, part.officer.critical_probability, report.critical),
    ]
    .into_iter()
    .flatten()
    .collect()
}
