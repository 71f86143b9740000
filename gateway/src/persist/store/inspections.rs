//! What inspections found: recorded once, and counted in the same transaction.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use manifest::State;
use scoring::reliability::{EntityKey, EntityKind, PeerGroup, STRENGTH, TrackRecord};
use scoring::{Counter, CounterKey};
use uuid::Uuid;

use super::{
    Store, audit, history,
    row::{instant, micros, state, uuid},
};
use crate::persist::{
    AuditEvent, AuditKind, CalibrationRow, Counted, Error, Inspection, RecordedInspection, Standing,
    database::{Connection, ManyRows, Row, Rows, many_rows, query, sql},
    inspection::{head_of, head_word},
};

static RECORDS_PUT: ManyRows = many_rows!("track_records_put");

impl Store {
    /// Makes a report of an inspection durable with its audit row, and moves the history counters, track records, peer
    /// groups and calibration by what it counts for: all in one transaction, once. A report of the same words is
    /// handed back with `repeated` set.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such live manifest bound for the post; [`Error::InspectionConflict`] when
    /// other words stand there; [`Error::InspectionRevision`] when a revision is skipped; [`Error::Unavailable`].
    pub async fn report_inspection(&self, inspection: Inspection) -> Result<RecordedInspection, Error> {
        self.transact(move |connection| Box::pin(async move { report(connection, inspection).await })).await
    }

    /// Every report on a manifest with every revision, in the order of their arrival.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn inspections(&self, manifest: Uuid) -> Result<Vec<RecordedInspection>, Error> {
        let rows = query(sql!(both "inspections_of_manifest"))
            .bind(manifest.as_bytes().as_slice())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(recorded).collect()
    }

    /// The track records of some entrepreneurs, and what is usual in each group.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn standing(&self, keys: &[EntityKey]) -> Result<Standing, Error> {
        let mut connection = self.readers.acquire().await?;
        let records = records(&mut connection, keys.iter().copied()).await?;
        let groups = groups(&mut connection).await?;
        Ok(Standing {
            records: records.into_iter().collect(),
            groups: groups.into_iter().map(|g| (g.0, g.1)).collect(),
        })
    }

    /// What was predicted beside what was found, by bundle, question, and whether the check was random.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn calibration(&self) -> Result<Vec<CalibrationRow>, Error> {
        let rows = query(sql!(both "calibration")).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(CalibrationRow {
                    bundle_digest: row.try_get("bundle_digest")?,
                    head: head_of(row.try_get("head")?)
                        .ok_or_else(|| Error::Corrupt("head is unknown".into()))?,
                    drawn_at_random: row.try_get("drawn_at_random")?,
                    bin: row.try_get("bin")?,
                    outcomes: row.try_get("outcomes")?,
                    predicted: row.try_get("predicted")?,
                    found: row.try_get("found")?,
                })
            })
            .collect()
    }

    /// Fits how much each group weighs against an entrepreneur's own record; gives the groups. Walks all records: for a
    /// quiet hour.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn fit_peer_groups(&self, now: Timestamp) -> Result<Vec<(EntityKind, PeerGroup)>, Error> {
        let now_seconds = now.as_second();
        self.transact(move |connection| {
            Box::pin(async move {
                let known: BTreeMap<_, _> =
                    groups(connection).await?.into_iter().map(|(kind, _, random)| (kind, random)).collect();
                let mut fitted = Vec::new();
                for kind in EntityKind::ALL {
                    let rows = query(sql!(both "track_records_all"))
                        .bind(kind.code())
                        .fetch_all(&mut *connection)
                        .await?;
                    let records = rows.iter().map(track_record).collect::<Result<Vec<_>, _>>()?;
                    let random = known.get(kind).copied().unwrap_or_default();
                    let group =
                        PeerGroup::fit(random, records.iter().map(|(_, record)| record.at(now_seconds)));
                    query(sql!(both "peer_groups_fit"))
                        .bind(kind.code())
                        .bind(group.strength)
                        .execute(&mut *connection)
                        .await?;
                    fitted.push((*kind, group));
                }
                Ok(fitted)
            })
        })
        .await
    }
}

/// Records a report and moves what it counts for, or says what stands there.
async fn report(connection: &mut Connection, inspection: Inspection) -> Result<RecordedInspection, Error> {
    let manifest = query(sql!(both "inspection_manifest"))
        .bind(inspection.manifest_id.as_bytes().as_slice())
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(Error::NotFound)?;
    // Asked here too, beside the asker: whatever happens, test traffic is never counted, nor another post's.
    let post: Option<String> = manifest.try_get("border_post_code")?;
    if manifest.try_get("test")? || post.as_deref() != Some(&inspection.border_post_code) {
        return Err(Error::NotFound);
    }
    let revisions = query(sql!(both "inspection_revisions"))
        .bind(&inspection.border_post_code)
        .bind(&inspection.outcome_reference)
        .fetch_all(&mut *connection)
        .await?;
    let conflict = |row: &Row| -> Result<Error, Error> {
        Ok(Error::InspectionConflict { manifest: uuid(row, "id")?, number: row.try_get("number")? })
    };
    for row in &revisions {
        if row.try_get::<i64>("revision")? == i64::from(inspection.revision) {
            let same = row.try_get::<&[u8]>("digest")? == inspection.digest
                && uuid(row, "id")? == inspection.manifest_id;
            return if same {
                Ok(RecordedInspection { repeated: true, ..recorded(row)? })
            } else {
                Err(conflict(row)?)
            };
        }
    }
    let last = revisions.last();
    let next = u32::try_from(revisions.len()).unwrap_or(u32::MAX);
    if inspection.revision != next {
        return Err(Error::InspectionRevision { expected: next });
    }
    let (number, before) = match last {
        Some(row) => {
            if uuid(row, "id")? != inspection.manifest_id
                || row.try_get::<&str>("subject")? != inspection.subject
            {
                return Err(conflict(row)?);
            }
            let counted = Counted::decode(row.try_get("counted")?)
                .ok_or_else(|| Error::Corrupt("what a report counted for is damaged".into()))?;
            (row.try_get("number")?, counted)
        }
        None => {
            in_force(&manifest)?;
            // One part of one manifest is examined once, however often it was restated: a second report, under another
            // reference or of another revision, would count the same goods twice.
            let other = query(sql!(both "inspections_of_part"))
                .bind(inspection.manifest_id.as_bytes().as_slice())
                .bind(&inspection.subject)
                .fetch_all(&mut *connection)
                .await?;
            if let Some(row) = other.last() {
                return Err(conflict(row)?);
            }
            (manifest.try_get::<i64>("last_number")? + 1, Counted::default())
        }
    };
    count(connection, &before, &inspection.counted).await?;
    query(sql!(both "inspection_insert"))
        .bind(manifest.try_get::<i64>("row")?)
        .bind(number)
        .bind(&inspection.border_post_code)
        .bind(&inspection.outcome_reference)
        .bind(i64::from(inspection.revision))
        .bind(&inspection.subject)
        .bind(&inspection.digest[..])
        .bind(&inspection.report)
        .bind(inspection.counted.encode())
        .bind(inspection.irregular)
        .bind(inspection.critical)
        .bind(inspection.drawn_at_random)
        .bind(micros(inspection.examine_time))
        .bind(micros(inspection.report_time))
        .execute(&mut *connection)
        .await?;
    let kind =
        if inspection.revision == 0 { AuditKind::OutcomeReported } else { AuditKind::OutcomeCorrected };
    let event = AuditEvent::new(kind, inspection.report_time)
        .partner(&inspection.partner_id)
        .manifest(inspection.manifest_id)
        .request(inspection.request_id.as_deref());
    audit::insert(connection, [&event]).await?;
    Ok(RecordedInspection {
        manifest_id: inspection.manifest_id,
        number,
        border_post_code: inspection.border_post_code,
        outcome_reference: inspection.outcome_reference,
        revision: inspection.revision,
        subject: inspection.subject,
        report: inspection.report,
        irregular: inspection.irregular,
        critical: inspection.critical,
        drawn_at_random: inspection.drawn_at_random,
        examine_time: inspection.examine_time,
        report_time: inspection.report_time,
        repeated: false,
    })
}

/// What was withdrawn was not examined as announced, and of what was restated the last word is what was examined. Asked of
/// a first report only: a correction is of what stands there already.
fn in_force(manifest: &Row) -> Result<(), Error> {
    match state(manifest.try_get("state")?)? {
        state @ State::Cancelled => Err(Error::StateConflict { state }),
        State::Amended => Err(Error::Restated { by: uuid(manifest, "in_force")? }),
        _ => Ok(()),
    }
}

/// Takes back what was counted before and counts what is so now.
async fn count(connection: &mut Connection, before: &Counted, now: &Counted) -> Result<(), Error> {
    let mut changes: BTreeMap<CounterKey, (Counter, Counter)> = BTreeMap::new();
    for (key, counter) in &before.counters {
        changes.entry(*key).or_default().0.merge(counter);
    }
    for (key, counter) in &now.counters {
        changes.entry(*key).or_default().1.merge(counter);
    }
    history::replace(connection, changes).await?;
    if let Some(date) = now.date {
        history::known_up_to(connection, date).await?;
    }

    let keys: BTreeSet<EntityKey> =
        before.entities.iter().chain(&now.entities).map(|(key, _)| *key).collect();
    let mut records = records(connection, keys.iter().copied()).await?;
    for (key, irregular) in &before.entities {
        records.entry(*key).or_default().unlearn(*irregular, before.at_seconds);
    }
    for (key, irregular) in &now.entities {
        records.entry(*key).or_default().learn(*irregular, now.at_seconds);
    }
    let mut rows = Rows::of(6);
    for (key, record) in &records {
        rows.add(key.hash);
        rows.add(key.kind.code());
        rows.add(record.irregular);
        rows.add(record.regular);
        rows.add(record.outcomes);
        rows.add(record.last_seconds);
    }
    RECORDS_PUT.execute(connection, rows).await?;

    let mut groups: BTreeMap<EntityKind, (i64, i64)> = BTreeMap::new();
    let mut sums: BTreeMap<Tenth<'_>, (i64, f64, i64)> = BTreeMap::new();
    for (counted, sign) in [(before, -1), (now, 1)] {
        if counted.random {
            for (key, irregular) in &counted.entities {
                let group = groups.entry(key.kind).or_default();
                *group = (group.0 + sign, group.1 + sign * i64::from(*irregular));
            }
        }
        for predicted in &counted.calibration {
            let bin = (predicted.probability * 10.0).clamp(0.0, 9.0) as i64;
            let key = (predicted.bundle_digest.as_str(), head_word(predicted.head), counted.random, bin);
            let sum = sums.entry(key).or_default();
            sum.0 += sign;
            sum.1 += sign as f64 * predicted.probability;
            sum.2 += sign * i64::from(predicted.found);
        }
    }
    for (kind, (all, irregular)) in groups {
        query(sql!(both "peer_groups_count"))
            .bind(kind.code())
            .bind(all)
            .bind(irregular)
            .execute(&mut *connection)
            .await?;
    }
    for ((bundle, head, random, bin), (outcomes, predicted, found)) in sums {
        query(sql!(both "calibration_add"))
            .bind(bundle)
            .bind(head)
            .bind(random)
            .bind(bin)
            .bind(outcomes)
            .bind(predicted)
            .bind(found)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Bundle, head, random, tenth of the probability.
type Tenth<'p> = (&'p str, &'p str, bool, i64);

async fn records(
    connection: &mut Connection,
    keys: impl IntoIterator<Item = EntityKey>,
) -> Result<BTreeMap<EntityKey, TrackRecord>, Error> {
    let asked: BTreeSet<EntityKey> = keys.into_iter().collect();
    let hashes: BTreeSet<i64> = asked.iter().map(|key| key.hash).collect();
    let rows = query(sql!(each "track_records"))
        .bind(hashes.into_iter().collect::<Vec<_>>())
        .fetch_all(connection)
        .await?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let (key, record) = track_record(row)?;
        if asked.contains(&key) {
            found.insert(key, record);
        }
    }
    Ok(found)
}

fn entity_kind(row: &Row) -> Result<EntityKind, Error> {
    EntityKind::from_code(row.try_get("kind")?)
        .ok_or_else(|| Error::Corrupt("kind of entrepreneur is unknown".into()))
}

fn track_record(row: &Row) -> Result<(EntityKey, TrackRecord), Error> {
    let key = EntityKey { kind: entity_kind(row)?, hash: row.try_get("hash")? };
    let record = TrackRecord {
        irregular: row.try_get("irregular")?,
        regular: row.try_get("regular")?,
        outcomes: row.try_get("outcomes")?,
        last_seconds: row.try_get("last_seconds")?,
    };
    Ok((key, record))
}

/// Kind, group as fitted last, counts of its random checks.
async fn groups(connection: &mut Connection) -> Result<Vec<(EntityKind, PeerGroup, (i64, i64))>, Error> {
    let rows = query(sql!(both "peer_groups")).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let random = (row.try_get("random_outcomes")?, row.try_get("random_irregular")?);
            let strength: Option<f64> = row.try_get("strength")?;
            let group = PeerGroup { strength: strength.unwrap_or(STRENGTH[1]), ..PeerGroup::fit(random, []) };
            Ok((entity_kind(row)?, group, random))
        })
        .collect()
}

fn recorded(row: &Row) -> Result<RecordedInspection, Error> {
    Ok(RecordedInspection {
        manifest_id: uuid(row, "id")?,
        number: row.try_get("number")?,
        border_post_code: row.try_get("border_post_code")?,
        outcome_reference: row.try_get("outcome_reference")?,
        revision: u32::try_from(row.try_get::<i64>("revision")?)
            .map_err(|_| Error::Corrupt("revision is out of range".into()))?,
        subject: row.try_get("subject")?,
        report: row.try_get("report")?,
        irregular: row.try_get("irregular")?,
        critical: row.try_get("critical")?,
        drawn_at_random: row.try_get("drawn_at_random")?,
        examine_time: instant(row.try_get("examine_time_us")?)?,
        report_time: instant(row.try_get("report_time_us")?)?,
        repeated: false,
    })
}
