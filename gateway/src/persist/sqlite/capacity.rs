//! A post's inspection budget: read at the beginning of a commit, given away decision by decision, written at its end.
//! Nothing of it is read while no capacity was ever imported.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{Timestamp, ToSpan as _, civil::Date};
use manifest::{State, border_post::local_date};
use scoring::Capacity;
use scoring::selection::{Budget, Scores, Seed, Shift, cut, usual};
use sqlx::{Row as _, SqliteConnection};

use super::{Store, audit, row::micros};
use crate::persist::{
    AuditEvent, AuditKind, CapacityRow, Digests, Error, Finished, Imported, Outcome, RevealedDraw, Secrets,
};

/// A shift: post, day, name.
type ShiftKey = (String, String, String);

/// The budgets that a commit is about.
pub(super) struct Budgets {
    digests: Digests,
    shifts: HashMap<(String, String), Vec<Known>>,
    scores: BTreeMap<String, (Scores, bool)>,
    journeys: BTreeMap<String, (ShiftKey, f64, bool)>,
    given: BTreeMap<ShiftKey, (i64, f64)>,
}

/// One shift with its instants.
struct Known {
    name: String,
    begin_us: i64,
    end_us: i64,
    shift: Shift,
}

/// Whether and where a conveyance takes part: live, and not rejected.
fn place(outcome: &Outcome) -> Option<(String, String, i64)> {
    let arrival = outcome.arrival_time.filter(|_| !outcome.test && outcome.state == State::Submitted)?;
    Some((outcome.border_post_code.clone()?, local_date(arrival).to_string(), micros(arrival)))
}

impl Budgets {
    /// What the store knows about the posts and days of some outcomes; `None` where none has a capacity.
    pub(super) async fn load(
        connection: &mut SqliteConnection,
        secrets: &Secrets,
        outcomes: impl Iterator<Item = &Outcome> + Clone,
    ) -> Result<Option<Self>, Error> {
        let pairs: BTreeSet<(String, String)> =
            outcomes.clone().filter_map(place).map(|(post, day, _)| (post, day)).collect();
        let now = outcomes.clone().map(|outcome| micros(outcome.receive_time)).max();
        let (false, Some(now)) = (pairs.is_empty(), now) else { return Ok(None) };
        let rows = sqlx::query(include_str!("../../../queries/sqlite/capacity_load.sql"))
            .bind(json(&pairs)?)
            .bind(now)
            .fetch_all(&mut *connection)
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut budgets = Self {
            digests: secrets.digests(),
            shifts: HashMap::new(),
            scores: BTreeMap::new(),
            journeys: BTreeMap::new(),
            given: BTreeMap::new(),
        };
        for row in &rows {
            let (post, day): (String, String) = (row.try_get("border_post_code")?, row.try_get("day")?);
            let carried: f64 = row.try_get("carried")?;
            let shift = Shift {
                minutes: row.try_get::<f64, _>("minutes")? + carried,
                minutes_per_control: row.try_get("minutes_per_control")?,
                expected_arrivals: row.try_get("expected_arrivals")?,
                arrivals: row.try_get::<i64, _>("arrivals")? as f64,
                used: row.try_get("used")?,
                cut: row.try_get("cut")?,
            };
            let known = Known {
                name: row.try_get("shift")?,
                begin_us: row.try_get("begin_us")?,
                end_us: row.try_get("end_us")?,
                shift,
            };
            if let Some(counts) = row.try_get::<Option<&[u8]>, _>("counts")? {
                let scores =
                    Scores::from_bytes(counts).ok_or_else(|| Error::Corrupt("scores are damaged".into()))?;
                budgets.scores.insert(post.clone(), (scores, false));
            }
            budgets.shifts.entry((post, day)).or_default().push(known);
        }
        let keys: BTreeSet<&String> = outcomes.filter_map(|outcome| outcome.journey_key.as_ref()).collect();
        let rows = sqlx::query(include_str!("../../../queries/sqlite/capacity_journeys.sql"))
            .bind(json(&keys)?)
            .fetch_all(connection)
            .await?;
        for row in &rows {
            let key = (row.try_get("border_post_code")?, row.try_get("day")?, row.try_get("shift")?);
            budgets.journeys.insert(row.try_get("journey_key")?, (key, row.try_get("minutes")?, false));
        }
        Ok(Some(budgets))
    }

    /// What a decision about this conveyance is taken under.
    pub(super) fn capacity(&mut self, outcome: &Outcome) -> Capacity {
        let Some((key, at)) = self.shift_of(outcome) else { return Capacity::default() };
        self.give_back(outcome);
        let post = key.0.clone();
        let Ok(day) = key.1.parse::<Date>() else { return Capacity::default() };
        let seed = self.digests.draw_seed(day);
        let scores = self.scores.entry(post.clone()).or_default();
        let Some(known) = self.shifts.get(&(post.clone(), key.1)).and_then(|shifts| shifts.get(at)) else {
            return Capacity::default();
        };
        let conveyance = outcome.conveyance_key.as_deref().unwrap_or_default();
        let draw = seed.draw(&post, day, conveyance);
        let threshold = known.shift.threshold(&scores.0);
        Capacity { budget: Some(Budget { draw, cut: known.shift.cut, threshold }) }
    }

    /// Takes what the decision gave away from what is left.
    pub(super) fn given(&mut self, outcome: &Outcome, finished: &Finished) {
        let Some((key, at)) = self.shift_of(outcome) else { return };
        let Some(known) =
            self.shifts.get_mut(&(key.0.clone(), key.1.clone())).and_then(|shifts| shifts.get_mut(at))
        else {
            return;
        };
        let minutes = if finished.verdict == "RED" { known.shift.minutes_per_control } else { 0.0 };
        known.shift.arrivals += 1.0;
        known.shift.used += minutes;
        let given = self.given.entry(key.clone()).or_default();
        *given = (given.0 + 1, given.1 + minutes);
        if let Some(probability) = finished.fraud_probability {
            let scores = self.scores.entry(key.0.clone()).or_default();
            scores.0.add(f64::from(probability));
            scores.1 = true;
        }
        if let Some(journey) = &outcome.journey_key {
            self.journeys.insert(journey.clone(), (key, minutes, true));
        }
    }

    /// A later revision of a journey takes the place of the earlier one.
    fn give_back(&mut self, outcome: &Outcome) {
        let Some(journey) = &outcome.journey_key else { return };
        let Some((key, minutes, _)) = self.journeys.remove(journey) else { return };
        if let Some(shifts) = self.shifts.get_mut(&(key.0.clone(), key.1.clone()))
            && let Some(known) = shifts.iter_mut().find(|known| known.name == key.2)
        {
            known.shift.arrivals -= 1.0;
            known.shift.used -= minutes;
        }
        let given = self.given.entry(key).or_default();
        *given = (given.0 - 1, given.1 - minutes);
    }

    fn shift_of(&self, outcome: &Outcome) -> Option<(ShiftKey, usize)> {
        let (post, day, arrival) = place(outcome)?;
        let shifts = self.shifts.get(&(post.clone(), day.clone()))?;
        let at = shifts.iter().position(|known| (known.begin_us..known.end_us).contains(&arrival))?;
        Some(((post, day, shifts[at].name.clone()), at))
    }

    /// Writes what changed, inside the transaction that is open.
    pub(super) async fn put(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        for ((post, day, shift), (arrivals, minutes)) in &self.given {
            sqlx::query(include_str!("../../../queries/sqlite/capacity_use_add.sql"))
                .bind(post)
                .bind(day)
                .bind(shift)
                .bind(arrivals)
                .bind(minutes)
                .execute(&mut *connection)
                .await?;
        }
        for (post, (scores, _)) in self.scores.iter().filter(|(_, (_, changed))| *changed) {
            sqlx::query(include_str!("../../../queries/sqlite/capacity_scores_put.sql"))
                .bind(post)
                .bind(scores.to_bytes())
                .execute(&mut *connection)
                .await?;
        }
        for (journey, ((post, day, shift), minutes, _)) in self.journeys.iter().filter(|(_, j)| j.2) {
            sqlx::query(include_str!("../../../queries/sqlite/capacity_journeys_put.sql"))
                .bind(journey)
                .bind(post)
                .bind(day)
                .bind(shift)
                .bind(minutes)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Corrupt(error.to_string()))
}

/// Of arrivals, when nothing else is known: the share that the country means to examine.
const ASSUMED_SHARE: f64 = 0.15;

impl Store {
    pub(in crate::persist) async fn import_capacity(
        &self,
        rows: Vec<CapacityRow>,
        floor_share: f64,
        now: Timestamp,
    ) -> Result<Imported, Error> {
        let digests = self.secrets.digests();
        self.transact(move |connection| {
            Box::pin(async move { import(connection, &rows, floor_share, &digests, now).await })
        })
        .await
    }

    pub(in crate::persist) async fn reveal_draws(
        &self,
        before: Date,
        now: Timestamp,
    ) -> Result<Vec<RevealedDraw>, Error> {
        let digests = self.secrets.digests();
        self.transact(move |connection| {
            Box::pin(async move {
                let rows = sqlx::query(include_str!("../../../queries/sqlite/draw_unrevealed.sql"))
                    .bind(before.to_string())
                    .fetch_all(&mut *connection)
                    .await?;
                let mut revealed = Vec::with_capacity(rows.len());
                for row in &rows {
                    let day: Date = row
                        .try_get::<&str, _>("day")?
                        .parse()
                        .map_err(|_| Error::Corrupt("the day of a draw is no date".into()))?;
                    let seed = digests.draw_seed(day);
                    let commitment: String = row.try_get("commitment")?;
                    if seed.commitment() != commitment {
                        return Err(Error::Corrupt(
                            "a draw's seed is not the one that was committed to".into(),
                        ));
                    }
                    sqlx::query(include_str!("../../../queries/sqlite/draw_reveal.sql"))
                        .bind(day.to_string())
                        .bind(&seed.0[..])
                        .bind(micros(now))
                        .execute(&mut *connection)
                        .await?;
                    let event = AuditEvent::new(AuditKind::DrawRevealed, now).reason(&commitment);
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
    connection: &mut SqliteConnection,
    rows: &[CapacityRow],
    floor_share: f64,
    digests: &Digests,
    now: Timestamp,
) -> Result<Imported, Error> {
    let mut days: BTreeSet<(&str, Date)> = BTreeSet::new();
    for row in rows {
        let past = sqlx::query(include_str!("../../../queries/sqlite/capacity_expected.sql"))
            .bind(&row.border_post_code)
            .bind(&row.shift)
            .bind(row.day.to_string())
            .fetch_all(&mut *connection)
            .await?;
        let past = past.iter().map(|row| Ok(row.try_get::<i64, _>("arrivals")? as f64));
        let past = usual(&past.collect::<Result<Vec<f64>, Error>>()?);
        let assumed = row.minutes / row.minutes_per_control / ASSUMED_SHARE;
        let expected = row.expected_arrivals.or(past).unwrap_or(assumed).max(1.0);
        let monday = i64::from(row.day.weekday().to_monday_zero_offset());
        let week = row.day.checked_sub(monday.days()).unwrap_or(row.day);
        sqlx::query(include_str!("../../../queries/sqlite/capacity_import.sql"))
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
        let sums = sqlx::query(include_str!("../../../queries/sqlite/capacity_day.sql"))
            .bind(post)
            .bind(day.to_string())
            .fetch_one(&mut *connection)
            .await?;
        let cut = cut(sums.try_get("controls")?, 1.0, sums.try_get("expected")?, floor_share);
        sqlx::query(include_str!("../../../queries/sqlite/capacity_day_put.sql"))
            .bind(post)
            .bind(day.to_string())
            .bind(cut)
            .execute(&mut *connection)
            .await?;
    }
    for day in days.iter().map(|(_, day)| *day).collect::<BTreeSet<Date>>() {
        let commitment = digests.draw_seed(day).commitment();
        let new = sqlx::query(include_str!("../../../queries/sqlite/draw_commit.sql"))
            .bind(day.to_string())
            .bind(&commitment)
            .bind(micros(now))
            .fetch_optional(&mut *connection)
            .await?;
        if new.is_some() {
            let event = AuditEvent::new(AuditKind::DrawCommitted, now).reason(&commitment);
            audit::insert(connection, [&event]).await?;
        }
    }
    sqlx::query(include_str!("../../../queries/sqlite/capacity_version_grow.sql"))
        .execute(&mut *connection)
        .await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    audit::insert(connection, [&AuditEvent::new(AuditKind::CapacityImported, now).count(count)]).await?;
    Ok(Imported { added: rows.len(), ..Imported::default() })
}

impl Digests {
    /// The seed of a day's draws: of the store's digest secret, so that it lies nowhere before it is revealed.
    pub(super) fn draw_seed(&self, day: Date) -> Seed {
        Seed(self.draw_seed_bytes(&day.to_string()))
    }
}
