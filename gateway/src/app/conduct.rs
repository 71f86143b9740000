//! Counts how entrepreneurs conduct themselves, from the feed of live manifests: beside the calls, never in their way.

use std::{collections::BTreeMap, time::Duration};

use manifest::{FindingCode, Manifest, record};
use scoring::reliability::EntityKey;

use super::{
    background::{Background, ticks},
    trouble::{Told, Trouble},
};
use crate::{
    persist::{Conduct, ConductPage, Error, FeedEvent, FeedRow, Persons, Scope},
    subjects,
};

/// Rows that are counted together, once a tick: a backlog is worked off at a pace that submissions do not feel.
const PAGE: u32 = 100;

impl Background {
    /// Follows the feed.
    pub(super) async fn count_conduct(self, every: Duration) {
        let mut ticks = ticks(every);
        let mut trouble = Trouble::default();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            match trouble.note(self.conduct_page().await) {
                Told::Nothing => {}
                Told::Failed(error, failures) => {
                    tracing::error!(%error, failures, "conduct is not counted; each look tries again, not all are told");
                }
                Told::Recovered(failures) => tracing::info!(failures, "conduct is counted again"),
            }
        }
    }

    async fn conduct_page(&self) -> Result<(), Error> {
        let after = self.store.conduct_position().await?;
        let rows = self.store.feed_after(&Scope::All, after, PAGE).await?;
        let Some(position) = rows.last().map(|row| row.position) else { return Ok(()) };
        let mut seen: BTreeMap<EntityKey, Conduct> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.event == FeedEvent::Recorded) {
            let Some(stored) = self.store.manifest(row.manifest.id, Persons::Without).await? else {
                continue;
            };
            // What cannot be read any more is not counted.
            let Ok(manifest) = record::decode(&stored.record, None) else { continue };
            let late = record::decode_findings(&stored.findings, None)
                .is_ok_and(|findings| findings.iter().any(|finding| finding.code == FindingCode::FiledLate));
            for (key, conduct) in of(&manifest, row, late) {
                match seen.get_mut(&key) {
                    Some(known) => known.merge(&conduct),
                    None => {
                        seen.insert(key, conduct);
                    }
                }
            }
        }
        self.store.put_conduct(ConductPage { rows: seen.into_iter().collect(), after, position }).await
    }
}

/// What one manifest shows of each entrepreneur that it names; each counts once, in however many consignments.
fn of(manifest: &Manifest, row: &FeedRow, late: bool) -> BTreeMap<EntityKey, Conduct> {
    let blank = Conduct {
        first_seen: row.manifest.receive_time,
        last_seen: row.manifest.receive_time,
        manifests: 1,
        late: i64::from(late),
        amended: i64::from(row.manifest.key.revision.number() > 0),
        chapters: 0,
        origins: std::collections::BTreeSet::new(),
    };
    let mut seen: BTreeMap<EntityKey, Conduct> = BTreeMap::new();
    for key in subjects::entities(manifest, None) {
        seen.insert(key, blank.clone());
    }
    let consignments = manifest.cargo().map_or(&[][..], |cargo| &cargo.consignments);
    for (place, consignment) in consignments.iter().enumerate() {
        for key in subjects::entities(manifest, Some(place)) {
            let conduct = seen.entry(key).or_insert_with(|| blank.clone());
            for item in &consignment.goods_items {
                let chapter =
                    item.hs6().and_then(|code| code.get(..2)).and_then(|code| code.parse::<u32>().ok());
                conduct.chapters |= chapter.and_then(|chapter| 1_u128.checked_shl(chapter)).unwrap_or(0);
                if let Some(origin) = &item.origin_country {
                    conduct.origins.insert(origin.as_str().to_owned());
                }
            }
        }
    }
    seen
}
