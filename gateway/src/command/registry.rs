//! Changing the registry: read, changed, proven whole, and written only if it still is what was read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{DataRefused, Opened};
use crate::{
    authenticate::{PartnerEntry, Problem, Snapshot, prove},
    persist::{AuditEvent, BorderPostRow, Imported, PartnerRow, RegistryChange},
};

/// How often a change is tried when others change the registry at the same time.
const ATTEMPTS: usize = 8;

/// The registry as it stands, or as it will stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Whole {
    /// Partners by id.
    pub(super) partners: BTreeMap<String, PartnerRow>,
    /// Border posts by code.
    pub(super) border_posts: BTreeMap<String, BorderPostRow>,
}

/// What a change audits, and what it has to say.
pub(super) struct Told<T> {
    pub(super) audit: Vec<AuditEvent>,
    pub(super) say: T,
}

impl Opened {
    /// The registry with the version that it is at least of.
    pub(super) async fn registry(&self) -> anyhow::Result<(i64, Whole)> {
        // Asked first: what slips in between makes the writing fail, and all of it is done again.
        let version = self.store.registry_version().await?;
        let partners = self.store.partners().await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let posts = self.store.border_posts().await?.into_iter().map(|row| (row.code.clone(), row)).collect();
        Ok((version, Whole { partners, border_posts: posts }))
    }

    /// Makes a change as a whole or not at all; `change` is asked again when somebody else was faster. It is given the
    /// registry, to change it; then the whole must prove.
    pub(super) async fn change<T>(
        &self,
        mut change: impl FnMut(&mut Whole, Timestamp) -> Result<Told<T>, DataRefused>,
    ) -> anyhow::Result<(Imported, T)> {
        for _ in 0..ATTEMPTS {
            let (version, before) = self.registry().await?;
            let mut whole = before.clone();
            let told = change(&mut whole, self.clock.now())?;
            proven(&whole)?;
            let change = difference(&before, whole, told.audit, self.clock.now());
            if let Some(imported) = self.store.change_registry(version, change).await? {
                return Ok((imported, told.say));
            }
        }
        anyhow::bail!("the registry kept changing under this command; nothing was changed, try it again")
    }
}

/// A running gateway must be able to take it up whole.
pub(super) fn proven(whole: &Whole) -> Result<Snapshot, DataRefused> {
    prove(whole.partners.values().map(entry).collect()).map_err(located)
}

pub(super) fn located(problems: Vec<Problem>) -> DataRefused {
    DataRefused(problems.iter().map(ToString::to_string).collect())
}

fn difference(before: &Whole, after: Whole, audit: Vec<AuditEvent>, now: Timestamp) -> RegistryChange {
    let Whole { partners, border_posts } = after;
    let partners_removed = before.partners.keys().filter(|id| !partners.contains_key(*id)).cloned().collect();
    let border_posts_removed =
        before.border_posts.keys().filter(|code| !border_posts.contains_key(*code)).cloned().collect();
    let partners = partners.into_values().filter(|row| before.partners.get(&row.id) != Some(row));
    let posts = border_posts.into_values().filter(|row| before.border_posts.get(&row.code) != Some(row));
    RegistryChange {
        partners: partners.map(|row| PartnerRow { updated_time: now, ..row }).collect(),
        partners_removed,
        border_posts: posts.map(|row| BorderPostRow { updated_time: now, ..row }).collect(),
        border_posts_removed,
        audit,
    }
}

fn entry(row: &PartnerRow) -> PartnerEntry {
    PartnerEntry {
        id: row.id.clone(),
        settings_json: row.settings_json.clone(),
        anchors_pem: row.anchors_pem.clone(),
        crls_pem: row.crls_pem.clone(),
    }
}
