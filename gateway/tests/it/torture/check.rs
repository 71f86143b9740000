//! What everybody was told against what is stored.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use gateway::{
    config::Config,
    persist::{FeedEvent, FeedPosition, FeedRow, ManifestKey, Persons, Scope, Sealed, Secrets, State, Store},
    reply::{self, Audience, Language},
};
use prost::Message as _;
use proto::v1::{Corridor, PreDecision};
use uuid::Uuid;

use super::{
    coach::{self, Journeys, is_of_coach},
    partner::{Fate, History, Known},
    watcher::{Seen, which},
};
use crate::database::Beside;

#[derive(Default)]
pub(super) struct Found {
    pub(super) manifests: usize,
    /// Of them, those of coaches.
    pub(super) lists: usize,
    rows: usize,
    told: usize,
    pub(super) problems: Vec<String>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} revisions stored ({} of coaches), {} rows in the feed, {} told to watchers",
            self.manifests, self.lists, self.rows, self.told
        )
    }
}

/// A stored revision.
struct Stored {
    name: String,
    receipt: Vec<u8>,
    received: Vec<u8>,
    state: State,
    /// Its pre-decisions as its partner is told them: as recorded, and what was decided later.
    decided: Vec<Vec<PreDecision>>,
}

pub(super) async fn check(
    config: &Config,
    histories: &[History],
    journeys: &Journeys,
    seen: &[Arc<Mutex<Seen>>],
    patience: Duration,
) -> Found {
    let store = Store::open(&config.persist, &Secrets::load(&config.persist).unwrap()).await.unwrap();
    let feed = whole_feed(&store).await;
    let mut found = Found { rows: feed.len(), ..Found::default() };
    let stored = revisions(&store, &feed, &mut found).await;
    let lists = coach::check(&store, &feed, journeys, &mut found.problems).await;
    found.manifests = stored.len() + lists;
    found.lists = lists;
    for history in histories {
        found.problems.extend(history.problems.iter().cloned());
        for (reference, known) in &history.manifests {
            of_one(reference, known, &stored, &mut found.problems);
        }
    }
    let sent: BTreeSet<(&str, u32)> = histories
        .iter()
        .flat_map(|history| &history.manifests)
        .flat_map(|(reference, known)| {
            (0..known.revisions.len() as u32).map(|number| (reference.as_str(), number))
        })
        .collect();
    for (reference, number) in stored.keys().filter(|key| !sent.contains(&(key.0.as_str(), key.1))) {
        found.problems.push(format!("{reference} revision {number} is stored and nobody sent it"));
    }
    let counts = "select (select count(*) from manifests), (select count(*) from manifest_keys),
        (select count(*) from feed where event = 'RECORDED'), (select count(*) from audit where event = 'SUBMITTED')";
    let counts = Beside::open(&config.persist).await.numbers(counts).await;
    if counts.iter().any(|count| *count != found.manifests as i64) {
        found.problems.push(format!("tables disagree: {counts:?} beside {}", found.manifests));
    }
    store.close().await;

    // Told once, and before anybody is waited for: making it of thousands of rows takes longer than a watcher needs to catch up.
    let expected = expected(&feed);
    let began = Instant::now();
    for (number, seen) in seen.iter().enumerate() {
        loop {
            let problem = told_in_order(&expected, &seen.lock().unwrap());
            match problem {
                None => break,
                Some(_) if began.elapsed() < patience => tokio::time::sleep(Duration::from_millis(200)).await,
                Some(problem) => break found.problems.push(format!("watcher {number}: {problem}")),
            }
        }
        found.told += seen.lock().unwrap().len();
    }
    found
}

async fn whole_feed(store: &Store) -> Vec<FeedRow> {
    let mut rows: Vec<FeedRow> = Vec::new();
    loop {
        let after = rows.last().map_or(FeedPosition::START, |row| row.position);
        let page = store.feed_after(&Scope::All, after, 1_000).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

/// Every stored revision of a lorry once, whole and readable.
async fn revisions(store: &Store, feed: &[FeedRow], found: &mut Found) -> BTreeMap<(String, u32), Stored> {
    let mut stored = BTreeMap::new();
    let mut by_manifest: HashMap<Uuid, Vec<&FeedRow>> = HashMap::new();
    for row in feed {
        by_manifest.entry(row.manifest.id).or_default().push(row);
    }
    for row in feed.iter().filter(|row| row.event == FeedEvent::Recorded && !is_of_coach(row)) {
        let ManifestKey { manifest_reference, revision, .. } = &row.manifest.key;
        let id = row.manifest.id;
        let manifest = store.manifest(id, Persons::With).await.unwrap().unwrap();
        if !matches!(manifest.sealed, Sealed::Open { persons: Some(_), .. }) || row.decisions.is_empty() {
            found.problems.push(format!("{manifest_reference} is not whole"));
        }
        let one = Stored {
            name: format!("manifests/{id}"),
            receipt: manifest.receipt,
            received: store.received(id).await.unwrap().unwrap().bytes,
            state: manifest.summary.state,
            decided: decided(&by_manifest[&id]),
        };
        if stored.insert((manifest_reference.clone(), revision.number()), one).is_some() {
            found.problems.push(format!("{manifest_reference} revision {} is doubled", revision.number()));
        }
    }
    stored
}

/// What was decided of a manifest, one after the other.
fn decided(of_it: &[&FeedRow]) -> Vec<Vec<PreDecision>> {
    let decides = |row: &&&FeedRow| matches!(row.event, FeedEvent::Recorded | FeedEvent::Redecided);
    let told = |row: &&FeedRow| {
        let id = row.manifest.id;
        let mut told =
            reply::pre_decisions(id, &row.decisions, Audience::Submitter, Language::default()).unwrap();
        // An answer to a submission says once, with the conveyance, what made all of them.
        told.iter_mut().skip(1).for_each(|one| one.digests = None);
        told
    };
    of_it.iter().filter(decides).map(told).collect()
}

/// One manifest as its partner knows it.
fn of_one(
    reference: &str,
    known: &Known,
    stored: &BTreeMap<(String, u32), Stored>,
    problems: &mut Vec<String>,
) {
    let there: Vec<Option<&Stored>> =
        (0..).zip(&known.revisions).map(|(number, _)| stored.get(&(reference.to_owned(), number))).collect();
    for (number, row) in there.iter().enumerate() {
        let decided = row.iter().flat_map(|row| row.decided.iter().flatten());
        if decided.into_iter().any(|one| one.rules_only && one.corridor() == Corridor::Green) {
            problems.push(format!("{reference} revision {number} is green by rules alone"));
        }
    }
    for ((number, revision), row) in known.revisions.iter().enumerate().zip(&there) {
        let mut problem = |what: &str| problems.push(format!("{reference} revision {number} {what}"));
        match (&revision.answer, row) {
            (Some(_), None) => problem("was acknowledged and is lost"),
            (Some(answer), Some(row)) => {
                let receipt = answer.receipt.as_ref().unwrap();
                if receipt.manifest != row.name || receipt.encode_to_vec() != row.receipt {
                    problem("was acknowledged with another receipt");
                }
                // Who repeats what was never acknowledged may be told what was decided meanwhile.
                let told = if answer.repeated_submission { &row.decided[..] } else { &row.decided[..1] };
                if !told.contains(&answer.pre_decisions) {
                    problem("was acknowledged with other pre-decisions");
                }
                if revision.later.as_ref().is_some_and(|later| !row.decided[1..].contains(later)) {
                    problem("was decided again as the feed does not say");
                }
            }
            (None, _) => {}
        }
        if row.is_some_and(|row| row.received != revision.sent.encode_to_vec()) {
            problem("is stored with other words");
        }
    }
    let highest = there.iter().rposition(Option::is_some);
    for (number, row) in there.iter().enumerate() {
        let Some(row) = row else { continue };
        let withdrawn =
            known.withdrawal.as_ref().filter(|(name, _)| *name == row.name).map(|(_, fate)| *fate);
        let expected: &[State] = match (highest == Some(number), withdrawn) {
            (false, _) => &[State::Amended],
            (true, None) => &[State::Submitted],
            (true, Some(Fate::Acknowledged)) => &[State::Cancelled],
            (true, Some(Fate::Unknown)) => &[State::Submitted, State::Cancelled],
        };
        if !expected.contains(&row.state) {
            problems.push(format!("{reference} revision {number} is {:?}, not {expected:?}", row.state));
        }
    }
}

/// A row of the feed as watchers are told it: name, state, which decisions; and whose it is.
type Told = (String, &'static str, String, String);

fn expected(feed: &[FeedRow]) -> Vec<Told> {
    let told = |row: &FeedRow| {
        let name = format!("manifests/{}", row.manifest.id);
        let id = row.manifest.id;
        let told = reply::pre_decisions(id, &row.decisions, Audience::Officer, Language::default()).unwrap();
        // Of the conveyance, where there is one: all revisions of its manifests.
        let whose = row.journey_key.clone().unwrap_or_else(|| name.clone());
        (name, row.manifest.state.as_str(), which(&told), whose)
    };
    feed.iter().map(told).collect()
}

/// Is every row told, and each conveyance's in order? Rows may be told again after a stream ended.
fn told_in_order(feed: &[Told], seen: &Seen) -> Option<String> {
    let mut first: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for (place, (name, state, which)) in seen.iter().enumerate() {
        first.entry((name, state, which)).or_insert(place);
    }
    let (mut newest, mut missing): (BTreeMap<&String, usize>, usize) = Default::default();
    let mut order = None;
    for (name, state, which, whose) in feed {
        let Some(place) = first.get(&(name.as_str(), *state, which.as_str())) else {
            missing += 1;
            continue;
        };
        let before = newest.insert(whose, *place);
        if before.is_some_and(|before| before > *place) {
            order = Some(format!("{name} {state} was told before what came before it"));
        }
    }
    (missing > 0).then(|| format!("{missing} of {} rows were not told", feed.len())).or(order)
}

/// A checker that finds nothing is no checker.
mod tests {
    use testkit::many;

    use super::*;
    use crate::torture::partner::Revision;

    fn rows() -> Vec<(String, &'static str, String, String)> {
        let row =
            |name: &str, state, whose: &str| (name.to_owned(), state, "false 1".to_owned(), whose.to_owned());
        vec![
            row("a", "SUBMITTED", "1"),
            row("b", "SUBMITTED", "2"),
            row("a", "AMENDED", "1"),
            row("c", "SUBMITTED", "1"),
        ]
    }

    fn seen(of: &[(&str, &str)]) -> Seen {
        of.iter()
            .map(|(name, state)| ((*name).to_owned(), (*state).to_owned(), "false 1".to_owned()))
            .collect()
    }

    #[test]
    fn a_row_that_is_missed_or_told_out_of_order_is_found_and_a_repetition_is_none() {
        let (a, b, amended, c) =
            (("a", "SUBMITTED"), ("b", "SUBMITTED"), ("a", "AMENDED"), ("c", "SUBMITTED"));
        let told = |of: &[(&str, &str)]| told_in_order(&rows(), &seen(of));
        assert_eq!(told(&[a, b, amended, c]), None);
        assert_eq!(told(&[b, a, amended, c]), None, "of another conveyance");
        assert_eq!(told(&[a, b, amended, a, b, amended, c]), None, "told again");
        assert!(told(&[a, b, c]).is_some());
        assert!(told(&[a, b, c, amended]).is_some());
        assert!(told(&[]).is_some());
    }

    #[test]
    fn a_later_decision_that_is_missed_or_comes_first_is_found() {
        let row = |which: &str| ("a".to_owned(), "SUBMITTED", which.to_owned(), "1".to_owned());
        let rows = [row("true 1"), row("false 2")];
        let told = |of: &[&str]| {
            let seen = of.iter().map(|which| ("a".to_owned(), "SUBMITTED".to_owned(), (*which).to_owned()));
            told_in_order(&rows, &seen.collect())
        };
        assert_eq!(told(&["true 1", "false 2"]), None);
        assert_eq!(told(&["true 1", "false 2", "true 1", "false 2"]), None, "told again");
        assert!(told(&["true 1"]).is_some(), "the later one is missed");
        assert!(told(&["true 1", "true 1"]).is_some(), "however often the first is told");
        assert!(told(&["false 2"]).is_some(), "the first one is missed");
        assert!(told(&["false 2", "true 1"]).is_some());
        assert!(told(&["true 1", "false 3"]).is_some(), "not as it is stored");
    }

    #[test]
    fn what_a_partner_was_told_otherwise_than_the_feed_says_is_found() {
        let one = |rules_only, second| {
            let time = prost_types::Timestamp { seconds: second, nanos: 0 };
            vec![PreDecision { rules_only, decide_time: Some(time), ..PreDecision::default() }]
        };
        let problems = |stored: Vec<Vec<PreDecision>>, told, repeated, later| {
            let sent = many::cargo(1, 1, crate::harness::now());
            let receipt = proto::v1::Receipt { manifest: "manifests/1".into(), ..Default::default() };
            let answer = proto::v1::SubmitManifestResponse {
                receipt: Some(receipt),
                pre_decisions: told,
                repeated_submission: repeated,
                ..Default::default()
            };
            let revision = Revision { sent, answer: Some(answer), later };
            let row = Stored { decided: stored, ..stored_as(State::Submitted, &revision) };
            let known = Known { revisions: vec![revision], withdrawal: None };
            let mut problems = Vec::new();
            of_one("A", &known, &BTreeMap::from([(("A".to_owned(), 0), row)]), &mut problems);
            problems.len()
        };
        let (first, later) = (one(true, 1), one(false, 2));
        let both = || vec![first.clone(), later.clone()];
        assert_eq!(problems(both(), first.clone(), false, None), 0);
        assert_eq!(problems(both(), first.clone(), false, Some(later.clone())), 0);
        assert_eq!(problems(both(), later.clone(), true, None), 0, "its first answer was lost");
        assert_eq!(problems(both(), later.clone(), false, None), 1, "before anybody could know");
        assert_eq!(problems(vec![first.clone()], first.clone(), false, Some(later.clone())), 1, "not stored");
        assert_eq!(problems(both(), first.clone(), false, Some(one(false, 3))), 1, "another is stored");
        assert_eq!(problems(both(), one(false, 1), true, None), 1);
        let mut green = one(true, 1);
        green[0].set_corridor(Corridor::Green);
        assert_eq!(problems(vec![green.clone()], green, false, None), 1, "nobody knows enough for that");
    }

    fn stored_as(state: State, sent: &Revision) -> Stored {
        let receipt = sent.answer.as_ref().unwrap().receipt.as_ref().unwrap();
        let (name, receipt) = (receipt.manifest.clone(), receipt.encode_to_vec());
        let decided = vec![sent.answer.as_ref().unwrap().pre_decisions.clone()];
        Stored { name, receipt, received: sent.sent.encode_to_vec(), state, decided }
    }

    #[test]
    fn what_contradicts_an_answer_is_found() {
        let sent = many::cargo(1, 1, crate::harness::now());
        let receipt = proto::v1::Receipt { manifest: "manifests/1".into(), ..Default::default() };
        let answer = proto::v1::SubmitManifestResponse { receipt: Some(receipt), ..Default::default() };
        let mut known =
            Known { revisions: vec![Revision { sent, answer: Some(answer), later: None }], withdrawal: None };
        let problems = |known: &Known, rows: Vec<Stored>| {
            let mut problems = Vec::new();
            let rows = (0..).zip(rows).map(|(number, row)| (("A".to_owned(), number), row)).collect();
            of_one("A", known, &rows, &mut problems);
            problems.len()
        };
        let row = |known: &Known, state| stored_as(state, &known.revisions[0]);
        assert_eq!(problems(&known, vec![row(&known, State::Submitted)]), 0);
        assert_eq!(problems(&known, vec![]), 1, "lost");
        assert_eq!(problems(&known, vec![row(&known, State::Cancelled)]), 1, "nobody withdrew it");
        let other = Stored { receipt: b"another".to_vec(), ..row(&known, State::Submitted) };
        assert_eq!(problems(&known, vec![other]), 1);
        let other = Stored { received: b"another".to_vec(), ..row(&known, State::Submitted) };
        assert_eq!(problems(&known, vec![other]), 1);
        known.withdrawal = Some(("manifests/1".into(), Fate::Unknown));
        for (state, count) in [(State::Submitted, 0), (State::Cancelled, 0), (State::Expired, 1)] {
            assert_eq!(problems(&known, vec![row(&known, state)]), count);
        }
        known.withdrawal = Some(("manifests/1".into(), Fate::Acknowledged));
        assert_eq!(problems(&known, vec![row(&known, State::Submitted)]), 1, "the withdrawal is lost");
    }
}
