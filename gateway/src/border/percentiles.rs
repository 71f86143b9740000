//! Clearance times by post and mode.

use std::collections::BTreeMap;

use proto::v1;

use crate::persist::Clearance;

/// How long each post takes for each mode, in order of their codes.
pub(super) fn by_post_and_mode(clearances: &[Clearance]) -> Vec<v1::ClearanceTimes> {
    let mut groups: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for one in clearances {
        let seconds = one.release_time.duration_since(one.arrive_time).as_secs().max(0);
        groups.entry((&one.border_post_code, &one.mode_code)).or_default().push(seconds);
    }
    let times = groups.into_iter().map(|((post, mode), mut seconds)| {
        seconds.sort_unstable();
        v1::ClearanceTimes {
            border_post_code: post.to_owned(),
            mode_code: mode.to_owned(),
            manifest_count: i32::try_from(seconds.len()).unwrap_or(i32::MAX),
            median_seconds: at_most(&seconds, 50),
            percentile_90_seconds: at_most(&seconds, 90),
            percentile_95_seconds: at_most(&seconds, 95),
            longest_seconds: seconds.last().copied().unwrap_or(0),
        }
    });
    times.collect()
}

/// The smallest time that so many percent took no longer than (nearest rank).
fn at_most(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let of = |mode: &str, seconds: i64| Clearance {
            border_post_code: "UZ-OYBEK".into(),
            mode_code: mode.into(),
            arrive_time: at(1_000),
            release_time: at(1_000 + seconds),
        };
        let mut road: Vec<_> = (1..=20).map(|n| of("3", n * 60)).collect();
        road.push(of("2", 7));
        let times = by_post_and_mode(&road);
        assert_eq!(
            (times[0].mode_code.as_str(), times[0].manifest_count, times[0].median_seconds),
            ("2", 1, 7)
        );
        let road = &times[1];
        assert_eq!((road.manifest_count, road.median_seconds), (20, 600));
        assert_eq!((road.percentile_90_seconds, road.percentile_95_seconds), (1_080, 1_140));
        assert_eq!(road.longest_seconds, 1_200);
        assert!(by_post_and_mode(&[]).is_empty());
    }
}
