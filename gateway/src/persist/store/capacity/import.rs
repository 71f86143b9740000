//! Capacities as they are imported, the share of random checks, and the seeds of draws.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, ToSpan as _, civil::Date};
use manifest::border_post::local_date;
use scoring::selection::{cut, floor_share, usual};

use crate::persist::{
    AuditEvent, AuditKind, CapacityFile, CapacityImported, Digests, Error, RevealedDraw,
    database::{Connection, query, sql},
    store::{Store, audit, row::micros},
};

/// Of arrivals, when nothing else is known: the share that the country means to examine.
const ASSUMED_SHARE: f64 = 0.15;

impl Store {
    /// Adds or replaces shifts, fixes each day's cut of random checks, commits to the day's seed by its hash, and audits all
    /// of it. Its share of the minutes goes into random checks, where drift found lately does not ask for more.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was imported then.
    pub async fn import_capacity(
        &self,
        file: CapacityFile,
        now: Timestamp,
    ) -> Result<CapacityImported, Error> {
        let (digests, operator) = (self.secrets.digests(), Arc::clone(&self.operator));
        self.transact(move |connection| {
            Box::pin(async move { import(connection, &file, &digests, &operator, now).await })
        })
        .await
    }

    /// Drift was found: from tomorrow on, and for a quarter, random checks take a larger share of the posts' minutes. Audits
    /// it; says on how many days of posts more is now checked, none when it was noted today already.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was changed then.
    pub async fn note_drift(&self, now: Timestamp) -> Result<Option<usize>, Error> {
        self.transact(move |connection| Box::pin(async move { note_drift(connection, now).await })).await
    }

    /// Reveals the seeds of all days before a day that were not revealed yet, and audits it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a seed is not the one that was committed to; [`Error::Unavailable`].
    pub async fn reveal_draws(&self, before: Date, now: Timestamp) -> Result<Vec<RevealedDraw>, Error> {
        let (digests, operator) = (self.secrets.digests(), Arc::clone(&self.operator));
        self.transact(move |connection| {
            Box::pin(async move {
                let rows = query(sql!(both "draw_unrevealed"))
                    .bind(before.to_string())
                    .fetch_all(&mut *connection)
                    .await?;
                let mut revealed = Vec::with_capacity(rows.len());
                for row in &rows {
                    let day = date(row.try_get("day")?)?;
                    let seed = digests.draw_seed(day);
                    let commitment: String = row.try_get("commitment")?;
                    if seed.commitment() != commitment {
                        return Err(Error::Corrupt(
                            "a draw's seed is not the one that was committed to".into(),
                        ));
                    }
                    query(sql!(both "draw_reveal"))
                        .bind(day.to_string())
                        .bind(&seed.0[..])
                        .bind(micros(now))
                        .execute(&mut *connection)
                        .await?;
                    let event =
                        AuditEvent::new(AuditKind::DrawRevealed, now).reason(&commitment).by(&operator);
                    audit::insert(connection, [&event]).await?;
                    revealed.push(RevealedDraw { day, commitment, seed: seed.0 });
                }
                Ok(revealed)
            })
        })
        .await
    }
}

async fn import(
    connection: &mut Connection,
    file: &CapacityFile,
    digests: &Digests,
    operator: &str,
    now: Timestamp,
) -> Result<CapacityImported, Error> {
    let (rows, configured_share) = (&file.rows, file.floor_share);
    let drift_found = drift_found(connection).await?;
    let mut days: BTreeSet<(&str, Date)> = BTreeSet::new();
    for row in rows {
        let past = query(sql!(each "capacity_expected"))
            .bind(&row.border_post_code)
            .bind(&row.shift)
            .bind(row.day.to_string())
            .fetch_all(&mut *connection)
            .await?;
        let past = past.iter().map(|row| Ok(row.try_get::<i64>("arrivals")? as f64));
        let past = usual(&past.collect::<Result<Vec<f64>, Error>>()?);
        let assumed = row.minutes / row.minutes_per_control / ASSUMED_SHARE;
        let expected = row.expected_arrivals.or(past).unwrap_or(assumed).max(1.0);
        let monday = i64::from(row.day.weekday().to_monday_zero_offset());
        let week = row.day.checked_sub(monday.days()).unwrap_or(row.day);
        query(sql!(both "capacity_import"))
            .bind(&row.border_post_code)
            .bind(row.day.to_string())
            .bind(&row.shift)
            .bind(week.to_string())
            .bind(micros(row.begin))
            .bind(micros(row.end))
            .bind(row.minutes)
            .bind(row.minutes_per_control)
            .bind(expected)
            .execute(&mut *connection)
            .await?;
        days.insert((&row.border_post_code, row.day));
    }
    for (post, day) in &days {
        let cut = cut_of(connection, post, *day, floor_share(configured_share, *day, drift_found)).await?;
        put_cut(connection, post, *day, cut).await?;
    }
    for day in days.iter().map(|(_, day)| *day).collect::<BTreeSet<Date>>() {
        let commitment = digests.draw_seed(day).commitment();
        let new = query(sql!(both "draw_commit"))
            .bind(day.to_string())
            .bind(&commitment)
            .bind(micros(now))
            .fetch_optional(&mut *connection)
            .await?;
        if new.is_some() {
            let event = AuditEvent::new(AuditKind::DrawCommitted, now).reason(&commitment).by(operator);
            audit::insert(connection, [&event]).await?;
        }
    }
    query(sql!(both "capacity_version_grow")).execute(&mut *connection).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let event = AuditEvent::new(AuditKind::CapacityImported, now).count(count).reason(&file.in_short());
    let event = event.by(operator);
    audit::insert(connection, [&event]).await?;
    let raised = |day: &Date| {
        floor_share(configured_share, *day, drift_found) > floor_share(configured_share, *day, None)
    };
    let raised_days = days.iter().map(|(_, day)| *day).filter(raised).collect::<BTreeSet<Date>>().len();
    Ok(CapacityImported { shifts: rows.len(), raised_days })
}

/// Drift was found: random checks take a larger share on the days of the quarter that have not begun. Their seeds stay: who was
/// announced ahead and drawn stays drawn, and with the higher cut more are. Says how many days of posts changed; none when
/// that day is known already.
async fn note_drift(connection: &mut Connection, now: Timestamp) -> Result<Option<usize>, Error> {
    let today = local_date(now);
    if drift_found(connection).await? == Some(today) {
        return Ok(None);
    }
    query(sql!(both "drift_found_put")).bind(today.to_string()).execute(&mut *connection).await?;
    let rows =
        query(sql!(both "capacity_days_after")).bind(today.to_string()).fetch_all(&mut *connection).await?;
    let mut changed = 0;
    for row in &rows {
        let (post, before): (&str, f64) = (row.try_get("border_post_code")?, row.try_get("cut")?);
        let day = date(row.try_get("day")?)?;
        let cut = cut_of(connection, post, day, floor_share(0.0, day, Some(today))).await?;
        if cut > before {
            put_cut(connection, post, day, cut).await?;
            changed += 1;
        }
    }
    let count = i64::try_from(changed).unwrap_or(i64::MAX);
    audit::insert(connection, [&AuditEvent::new(AuditKind::DriftFound, now).count(count)]).await?;
    Ok(Some(changed))
}

/// The number below which conveyances are drawn on a day of a post, when random checks take a share of its minutes.
async fn cut_of(connection: &mut Connection, post: &str, day: Date, share: f64) -> Result<f64, Error> {
    let sums =
        query(sql!(both "capacity_day")).bind(post).bind(day.to_string()).fetch_one(connection).await?;
    Ok(cut(sums.try_get("controls")?, 1.0, sums.try_get("expected")?, share))
}

async fn put_cut(connection: &mut Connection, post: &str, day: Date, cut: f64) -> Result<(), Error> {
    query(sql!(both "capacity_day_put"))
        .bind(post)
        .bind(day.to_string())
        .bind(cut)
        .execute(connection)
        .await?;
    Ok(())
}

async fn drift_found(connection: &mut Connection) -> Result<Option<Date>, Error> {
    let row = query(sql!(both "drift_found")).fetch_one(connection).await?;
    row.try_get::<Option<&str>>("drift_found_day")?.map(date).transpose()
}

fn date(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Corrupt("a day is no date".into()))
}
