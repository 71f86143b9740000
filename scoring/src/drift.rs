//! Has the world moved away from what the model learned? Pure: values in, figures out.

/// Fewer values than this say nothing.
pub const FEW: usize = 100;

/// From here on a feature's distribution is another one: the usual reading of a population stability index (below .1 none,
/// to .25 some, above that much).
pub const ALARM: f64 = 0.25;

/// How far the distribution of some values is from that of earlier ones: the population stability index over tenths of the
/// earlier ones. `None` where either has too few.
#[must_use]
pub fn stability_index(reference: &[f32], current: &[f32]) -> Option<f64> {
    let finite =
        |values: &[f32]| -> Vec<f32> { values.iter().copied().filter(|value| value.is_finite()).collect() };
    let (mut reference, current) = (finite(reference), finite(current));
    if reference.len() < FEW || current.len() < FEW {
        return None;
    }
    reference.sort_by(f32::total_cmp);
    // Many features have one value most of the time: equal edges are one edge.
    let mut edges: Vec<f32> = (1..10).map(|tenth| reference[reference.len() * tenth / 10]).collect();
    edges.dedup();
    let shares = |values: &[f32]| -> Vec<f64> {
        let mut counts = vec![0.5; edges.len() + 1];
        for value in values {
            counts[edges.partition_point(|edge| edge <= value)] += 1.0;
        }
        let all: f64 = counts.iter().sum();
        counts.into_iter().map(|count| count / all).collect()
    };
    let (before, now) = (shares(&reference), shares(&current));
    Some(before.iter().zip(&now).map(|(before, now)| (now - before) * (now / before).ln()).sum())
}

/// Is what was found beyond what chance makes of what was predicted? `predicted` is the mean probability of `all` outcomes.
#[must_use]
pub fn miscalibrated(predicted: f64, found: u64, all: u64) -> bool {
    let (low, high) = crate::reliability::share_interval(found, all);
    all >= FEW as u64 && !(low..=high).contains(&predicted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Chance;

    fn normal(count: usize, shift: f64, seed: u64) -> Vec<f32> {
        let mut chance = Chance(seed);
        (0..count).map(|_| (chance.normal() + shift) as f32).collect()
    }

    #[test]
    fn the_same_distribution_is_stable_and_a_moved_one_is_not() {
        let reference = normal(5_000, 0.0, 1);
        let index = |shift| stability_index(&reference, &normal(2_000, shift, 2)).unwrap_or(f64::NAN);
        assert!(index(0.0) < 0.02, "{}", index(0.0));
        assert!(index(0.3) > 0.05 && index(0.3) < ALARM);
        assert!(index(1.0) > ALARM);
    }

    #[test]
    fn constants_are_stable_and_a_new_value_shows() {
        assert!(stability_index(&[1.0; 500], &[1.0; 500]).is_some_and(|index| index < 1e-9));
        let mut half = vec![1.0; 250];
        half.extend(vec![0.0; 250]);
        assert!(stability_index(&[1.0; 500], &half).is_some_and(|index| index > ALARM));
        assert_eq!(stability_index(&[1.0; 50], &half), None);
    }

    #[test]
    fn calibration_is_doubted_only_beyond_chance() {
        assert!(!miscalibrated(0.2, 25, 100));
        assert!(miscalibrated(0.2, 45, 100));
        assert!(!miscalibrated(0.2, 9, 10), "ten outcomes say little");
    }

    #[test]
    fn learning_alone_moves_counters_and_nothing_that_alarms() {
        use crate::features::{CATALOG, of};
        use crate::{History, PastOutcome, Policy, Subject, Value, walk_by_day};
        use jiff::{ToSpan as _, civil::date};

        let mut chance = Chance(7);
        let mut rows = Vec::new();
        for day in 0..84_i64 {
            for _ in 0..60 {
                let good = (chance.uniform() * 20.0) as u32;
                let value = 1e6 * (0.3 * chance.normal()).exp();
                rows.push(PastOutcome {
                    subject: Subject {
                        hs_code: Some(format!("{:06}", 100_000 + 7_919 * good)),
                        origin_country: Some(["TR", "CN", "KZ"][good as usize % 3].into()),
                        departure_country: Some("KZ".into()),
                        mass_mg: Some((1e9 * (0.4 * chance.normal()).exp()) as i64),
                        value: Some(Value { currency: "KRW".into(), units: value as i64, nanos: 0 }),
                        importer: Some(format!("IMP{}", good % 7)),
                        exporter: None,
                        declarant: None,
                        carrier: None,
                        office: Some("40".into()),
                        mode: None,
                        date: date(2026, 1, 1).checked_add(day.days()).unwrap(),
                    },
                    fraud: chance.uniform() < 0.2,
                    critical: false,
                });
            }
        }
        let (now, since) = (date(2026, 3, 19), date(2026, 2, 19));
        let empty = || -> Vec<Vec<f32>> { CATALOG.iter().map(|_| Vec::new()).collect() };
        let (mut before, mut current) = (empty(), empty());
        let rates = Policy::shipped().unwrap().rates;
        walk_by_day(&mut rows, &mut History::new(None), &rates, |row, history| {
            if row.subject.date < since {
                return;
            }
            let to = if row.subject.date < now { &mut before } else { &mut current };
            let vector = of(&row.subject, history, &rates).vector;
            to.iter_mut().zip(vector.0).for_each(|(column, value)| column.push(value));
        });
        let index = |place: usize| stability_index(&before[place], &current[place]).unwrap();
        let alarms = |counted: bool| -> Vec<&str> {
            let of = CATALOG.iter().enumerate().filter(|(_, f)| f.group.counts_outcomes() == counted);
            of.filter(|(place, _)| index(*place) > ALARM).map(|(_, f)| f.name).collect()
        };
        assert_eq!(alarms(false), Vec::<&str>::new());
        assert!(alarms(true).contains(&"n_hs6"), "else the test proves nothing: {:?}", alarms(true));
    }
}
