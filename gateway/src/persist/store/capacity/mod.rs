//! A post's inspection budget: read at the beginning of a commit, given away decision by decision, written at its end.
//! Nothing of it is read while no capacity was ever imported.

mod import;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use manifest::{State, border_post::local_date};
use scoring::Capacity;
use scoring::selection::{Budget, Scores, Seed, Shift};
use uuid::Uuid;

use super::row::micros;
use crate::persist::{
    Digests, Error, Finished, Outcome, Secrets,
    database::{Connection, query, sql},
};

/// A shift: post, day, name.
type ShiftKey = (String, String, String);

/// The budgets that a commit is about.
pub(super) struct Budgets {
    digests: Digests,
    shifts: HashMap<(String, String), Vec<Known>>,
    scores: BTreeMap<String, (Scores, bool)>,
    /// What conveyances on their journeys were given before this commit, and in it; none where it was given back.
    journeys: BTreeMap<String, Option<Given>>,
    given: BTreeMap<ShiftKey, (i64, f64)>,
}

/// What a conveyance on its journey was given.
struct Given {
    shift: ShiftKey,
    minutes: f64,
    /// The manifest, where it is one of this commit.
    manifest: Option<Uuid>,
}

/// One shift with its instants.
struct Known {
    name: String,
    /// Its Monday.
    week: String,
    /// It ended before this commit.
    over: bool,
    begin_us: i64,
    end_us: i64,
    shift: Shift,
}

/// Whether and where a conveyance takes part: live, and judged. To declare the loading over is no way around it.
fn place(outcome: &Outcome) -> Option<(String, String, i64)> {
    let judged = matches!(outcome.state, State::Submitted | State::Closed);
    let arrival = outcome.arrival_time.filter(|_| judged && !outcome.test)?;
    Some((outcome.border_post_code.clone()?, local_date(arrival).to_string(), micros(arrival)))
}

impl Budgets {
    /// What the store knows about the posts and days of some outcomes; `None` where none has a capacity.
    pub(super) async fn load(
        connection: &mut Connection,
        secrets: &Secrets,
        outcomes: impl Iterator<Item = &Outcome> + Clone,
    ) -> Result<Option<Self>, Error> {
        let pairs: BTreeSet<(String, String)> =
            outcomes.clone().filter_map(place).map(|(post, day, _)| (post, day)).collect();
        let now = outcomes.clone().map(|outcome| micros(outcome.receive_time)).max();
        let (false, Some(now)) = (pairs.is_empty(), now) else { return Ok(None) };
        let rows = query(sql!(each "capacity_load"))
            .bind(json(&pairs)?)
            .bind(now)
            .fetch_all(&mut *connection)
            .await?;
        let mut budgets = Self {
            digests: secrets.digests(),
            shifts: HashMap::new(),
            scores: BTreeMap::new(),
            journeys: BTreeMap::new(),
            given: BTreeMap::new(),
        };
        for row in &rows {
            let (post, day): (String, String) = (row.try_get("border_post_code")?, row.try_get("day")?);
            let shift = Shift {
                minutes: row.try_get("minutes")?,
                carried: row.try_get("carried")?,
                earlier_minutes: row.try_get("earlier_minutes")?,
                last_level: row.try_get("last_level")?,
                elsewhere_left: row.try_get("elsewhere_left")?,
                elsewhere_to_come: row.try_get("elsewhere_to_come")?,
                minutes_per_control: row.try_get("minutes_per_control")?,
                expected_arrivals: row.try_get("expected_arrivals")?,
                arrivals: row.try_get::<i64>("arrivals")? as f64,
                used: row.try_get("used")?,
                cut: row.try_get("cut")?,
            };
            let known = Known {
                name: row.try_get("shift")?,
                week: row.try_get("week")?,
                over: row.try_get::<i64>("end_us")? <= now,
                begin_us: row.try_get("begin_us")?,
                end_us: row.try_get("end_us")?,
                shift,
            };
            if let Some(counts) = row.try_get::<Option<&[u8]>>("counts")? {
                let scores =
                    Scores::from_bytes(counts).ok_or_else(|| Error::Corrupt("scores are damaged".into()))?;
                budgets.scores.insert(post.clone(), (scores, false));
            }
            budgets.shifts.entry((post, day)).or_default().push(known);
        }
        let keys: BTreeSet<&String> = outcomes.filter_map(|outcome| outcome.journey_key.as_ref()).collect();
        let rows = query(sql!(each "capacity_journeys"))
            .bind(keys.into_iter().cloned().collect::<Vec<_>>())
            .fetch_all(connection)
            .await?;
        for row in &rows {
            let shift = (row.try_get("border_post_code")?, row.try_get("day")?, row.try_get("shift")?);
            let given = Given { shift, minutes: row.try_get("minutes")?, manifest: None };
            budgets.journeys.insert(row.try_get("journey_key")?, Some(given));
        }
        let nothing = budgets.shifts.is_empty() && budgets.journeys.is_empty();
        Ok((!nothing).then_some(budgets))
    }

    /// What a decision about this conveyance is taken under.
    pub(super) fn capacity(&mut self, outcome: &Outcome) -> Capacity {
        self.give_back(outcome);
        let Some((key, at)) = self.shift_of(outcome) else { return Capacity::default() };
        let post = key.0.clone();
        let Ok(day) = key.1.parse::<Date>() else { return Capacity::default() };
        let seed = self.digests.draw_seed(day);
        let scores = self.scores.entry(post.clone()).or_default();
        let Some(known) = self.shifts.get(&(post.clone(), key.1)).and_then(|shifts| shifts.get(at)) else {
            return Capacity::default();
        };
        let registration = outcome.conveyance_registration.as_deref().unwrap_or_default();
        let draw = seed.draw(&post, day, registration);
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
        self.tell_the_week(&key, 1.0, minutes);
        let given = self.given.entry(key.clone()).or_default();
        *given = (given.0 + 1, given.1 + minutes);
        let scores = self.scores.entry(key.0.clone()).or_default();
        scores.0.add(finished.fraud_probability.map(f64::from), finished.always);
        scores.1 = true;
        if let Some(journey) = &outcome.journey_key {
            let given = Given { shift: key, minutes, manifest: Some(outcome.id) };
            self.journeys.insert(journey.clone(), Some(given));
        }
    }

    /// A later revision of a journey takes the place of the earlier one, wherever it is bound for now.
    fn give_back(&mut self, outcome: &Outcome) {
        let journey = outcome.journey_key.as_ref().filter(|_| place(outcome).is_some());
        let Some(Given { shift, minutes, .. }) =
            journey.and_then(|journey| self.journeys.get_mut(journey)).and_then(Option::take)
        else {
            return;
        };
        if let Some(shifts) = self.shifts.get_mut(&(shift.0.clone(), shift.1.clone()))
            && let Some(known) = shifts.iter_mut().find(|known| known.name == shift.2)
        {
            known.shift.arrivals -= 1.0;
            known.shift.used -= minutes;
        }
        self.tell_the_week(&shift, -1.0, -minutes);
        let given = self.given.entry(shift).or_default();
        *given = (given.0 - 1, given.1 - minutes);
    }

    /// The other shifts of the same week at the post, as far as they are of this commit, see what one of them was given.
    fn tell_the_week(&mut self, (post, day, name): &ShiftKey, arrivals: f64, minutes: f64) {
        let at = |known: &&Known| known.name == *name;
        let Some(changed) = self.shifts.get(&(post.clone(), day.clone())).and_then(|all| all.iter().find(at))
        else {
            return;
        };
        let (week, over, end_us) = (changed.week.clone(), changed.over, changed.end_us);
        let same_post = self.shifts.iter_mut().filter(|((of, _), _)| of == post);
        for ((_, on), shifts) in same_post {
            for other in shifts.iter_mut().filter(|other| other.week == week) {
                if on == day && other.name == *name {
                    continue;
                }
                if !over {
                    other.shift.elsewhere_left -= minutes;
                    other.shift.elsewhere_to_come = (other.shift.elsewhere_to_come - arrivals).max(0.0);
                } else if end_us <= other.begin_us {
                    other.shift.carried -= minutes;
                }
            }
        }
    }

    /// The shift that a conveyance falls to. A declared hour costs nothing to change, so on a day with shifts there is one for
    /// every hour: who comes between two is met by the next, who comes after the last, by the last.
    fn shift_of(&self, outcome: &Outcome) -> Option<(ShiftKey, usize)> {
        let (post, day, arrival) = place(outcome)?;
        let shifts = self.shifts.get(&(post.clone(), day.clone()))?;
        let numbered = || shifts.iter().enumerate();
        let (at, known) = numbered()
            .filter(|(_, known)| known.end_us > arrival)
            .min_by_key(|(_, known)| known.begin_us)
            .or_else(|| numbered().max_by_key(|(_, known)| known.end_us))?;
        Some(((post, day, known.name.clone()), at))
    }

    /// Writes what changed, inside the transaction that is open.
    pub(super) async fn put(&self, connection: &mut Connection) -> Result<(), Error> {
        for (shift, (arrivals, minutes)) in &self.given {
            add_use(connection, shift, *arrivals, *minutes).await?;
        }
        for (post, (scores, _)) in self.scores.iter().filter(|(_, (_, changed))| *changed) {
            query(sql!(both "capacity_scores_put"))
                .bind(post)
                .bind(scores.to_bytes())
                .execute(&mut *connection)
                .await?;
        }
        for (journey, given) in &self.journeys {
            match given {
                None => {
                    query(sql!(both "capacity_journeys_remove"))
                        .bind(journey)
                        .execute(&mut *connection)
                        .await?;
                }
                Some(Given { shift: (post, day, shift), minutes, manifest: Some(id) }) => {
                    query(sql!(both "capacity_journeys_put"))
                        .bind(journey)
                        .bind(post)
                        .bind(day)
                        .bind(shift)
                        .bind(*minutes)
                        .bind(id.as_bytes().as_slice())
                        .execute(&mut *connection)
                        .await?;
                }
                Some(Given { manifest: None, .. }) => {}
            }
        }
        Ok(())
    }
}

/// What a manifest was given that is withdrawn, or never came, goes back to its shift, inside the transaction that is open.
/// The draw stays what it is: whoever files anew is drawn again exactly if it was drawn before.
pub(super) async fn release(
    connection: &mut Connection,
    journey_key: Option<&str>,
    manifest_id: &[u8],
) -> Result<(), Error> {
    let released = query(sql!(both "capacity_journeys_release"))
        .bind(journey_key)
        .bind(manifest_id)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = released else { return Ok(()) };
    let shift = (row.try_get("border_post_code")?, row.try_get("day")?, row.try_get("shift")?);
    add_use(connection, &shift, -1, -row.try_get::<f64>("minutes")?).await
}

async fn add_use(
    connection: &mut Connection,
    (post, day, shift): &ShiftKey,
    arrivals: i64,
    minutes: f64,
) -> Result<(), Error> {
    query(sql!(both "capacity_use_add"))
        .bind(post)
        .bind(day)
        .bind(shift)
        .bind(arrivals)
        .bind(minutes)
        .execute(connection)
        .await?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Corrupt(error.to_string()))
}

impl Digests {
    /// The seed of a day's draws: of the store's digest secret, so that it lies nowhere before it is revealed.
    pub(super) fn draw_seed(&self, day: Date) -> Seed {
        Seed(self.draw_seed_bytes(&day.to_string()))
    }
}
