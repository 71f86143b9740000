//! `gateway capacity`: what inspectors have time for, and the seeds of the random checks.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use manifest::border_post::{LOCAL_OFFSET, local_date};
use scoring::{
    dataset::{LineFeeds, numbered},
    selection::LEAST_FLOOR_SHARE,
};

use super::{Configured, DataRefused, block_on, load};
use crate::{
    clock::Clock,
    config::Config,
    persist::{CapacityFile, CapacityRow, Secrets, Store},
};
use clap::Subcommand;

const COLUMNS: [&str; 8] = [
    "border_post_code",
    "day",
    "shift",
    "begin",
    "end",
    "inspector_minutes",
    "minutes_per_control",
    "expected_arrivals",
];

/// Problems that are told; a file of the wrong kind has as many as lines.
const MAX_PROBLEMS: usize = 20;

/// The commands of `gateway capacity`.
#[derive(Debug, Subcommand)]
pub(super) enum CapacityCommand {
    /// Adds or replaces shifts of posts from a CSV file (border_post_code, day, shift, begin, end, inspector_minutes,
    /// minutes_per_control, expected_arrivals), for days after today, and commits to those days' random draws.
    Import {
        /// The file.
        file: PathBuf,
        /// Share of the minutes that goes into random checks, 0 to 1; never below 0.05.
        #[arg(long, value_name = "SHARE", default_value_t = scoring::selection::FLOOR_SHARE,
            value_parser = scoring::selection::parse_floor_share)]
        floor_share: f64,
        #[command(flatten)]
        configured: Configured,
    },
    /// Reveals the seeds of the draws of all days that are over, so that they can be verified: `score verify-draw`.
    Reveal(Configured),
}

/// Runs one of them.
pub(super) fn run(command: CapacityCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        CapacityCommand::Import { file, floor_share, configured } => {
            block_on(import(&file, floor_share, &load(&configured)?, clock))?
        }
        CapacityCommand::Reveal(configured) => block_on(reveal(&load(&configured)?, clock))?,
    }
}

/// Imports a file: nothing at all when one row of it cannot be read.
async fn import(file: &Path, floor_share: f64, config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let refused = |problems: Vec<String>| {
        DataRefused(problems.iter().map(|problem| format!("{}: {problem}", file.display())).collect())
    };
    let text = std::fs::read(file).map_err(|error| refused(vec![error.to_string()]))?;
    let now = clock.now();
    let rows = rows(&text, local_date(now)).map_err(refused)?;
    let gaps = gaps(&rows);
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let file_digest = sha256(&text);
    // What is asked for below the least is not what is done, and that is said.
    let share = floor_share.max(LEAST_FLOOR_SHARE);
    let imported = store.import_capacity(CapacityFile { rows, floor_share: share, file_digest }, now).await?;
    store.close().await;
    println!("shifts: {} imported", imported.shifts);
    if share > floor_share {
        println!("random checks take {share} of the minutes, not {floor_share}: they never take less");
    }
    for gap in gaps.iter().take(MAX_PROBLEMS) {
        eprintln!("warning: {gap}");
    }
    if gaps.len() > MAX_PROBLEMS {
        eprintln!("warning: and {} more", gaps.len() - MAX_PROBLEMS);
    }
    if imported.raised_days > 0 {
        println!(
            "random checks take a larger share on {} days: drift was found lately",
            imported.raised_days
        );
    }
    Ok(())
}

/// As `sha256sum` prints it.
fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reveals the seeds of all days that are over.
async fn reveal(config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let now = clock.now();
    let store = Store::open(&config.persist, &Secrets::load(&config.persist)?).await?;
    let revealed = store.reveal_draws(local_date(now), now).await?;
    store.close().await;
    for draw in revealed {
        let mut seed = String::with_capacity(64);
        for byte in draw.seed {
            write!(seed, "{byte:02x}")?;
        }
        println!("{} seed {seed} commitment {}", draw.day, draw.commitment);
    }
    Ok(())
}

fn rows(text: &[u8], today: Date) -> Result<Vec<CapacityRow>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(LineFeeds::new(text));
    let header = reader.headers().map_err(|error| vec![error.to_string()])?.clone();
    if header.iter().collect::<Vec<_>>() != COLUMNS {
        return Err(vec![format!("the header is not {}", COLUMNS.join(","))]);
    }
    let (mut rows, mut problems): (Vec<CapacityRow>, Vec<String>) = (Vec::new(), Vec::new());
    for (line, record) in numbered(reader) {
        let row = record.map_err(|error| error.to_string()).and_then(|record| {
            row(&record, today)
                .map_err(|(column, problem)| format!("line {line}, column {column:?}: {problem}"))
        });
        match row {
            Ok(row) => {
                let overlaps = |other: &CapacityRow| {
                    other.border_post_code == row.border_post_code
                        && other.begin < row.end
                        && row.begin < other.end
                };
                if rows.iter().any(overlaps) {
                    problems
                        .push(format!("shift {:?} of {} overlaps another of the post", row.shift, row.day));
                }
                rows.push(row);
            }
            Err(problem) => problems.push(problem),
        }
        if problems.len() >= MAX_PROBLEMS {
            problems.push("and perhaps more".to_owned());
            break;
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// What the file leaves uncovered between the first and the last day of each post: hours fall to a neighbouring shift, and on
/// a day without any nobody is drawn.
fn gaps(rows: &[CapacityRow]) -> Vec<String> {
    let mut posts: BTreeMap<&str, BTreeMap<Date, Vec<&CapacityRow>>> = BTreeMap::new();
    for row in rows {
        posts.entry(&row.border_post_code).or_default().entry(row.day).or_default().push(row);
    }
    let mut gaps = Vec::new();
    for (post, days) in posts {
        let mut expected = None;
        for (day, mut shifts) in days {
            if let Some(first) = expected.filter(|first| *first < day) {
                let last = day.yesterday().unwrap_or(first);
                gaps.push(format!("{post} has no shifts from {first} to {last}: nobody is drawn there"));
            }
            expected = day.tomorrow().ok();
            shifts.sort_by_key(|shift| shift.begin);
            let mut covered = instant(day, "00:00");
            let ends = shifts.iter().map(|shift| (shift.begin, shift.end));
            for (begin, end) in ends.chain(instant(day, "24:00").map(|end| (end, end))) {
                if let Some(from) = covered.filter(|from| *from < begin) {
                    gaps.push(format!(
                        "{post} has no shift on {day} from {} to {}: arrivals in these hours are drawn as all of the day, and \
                         use the minutes of the next shift, or the last one's",
                        hour(day, from),
                        hour(day, begin)
                    ));
                }
                covered = Some(end);
            }
        }
    }
    gaps
}

/// The time of day in the posts' calendar.
fn hour(day: Date, instant: Timestamp) -> String {
    let local = LOCAL_OFFSET.to_datetime(instant);
    if local.date() > day { "24:00".into() } else { local.time().strftime("%H:%M").to_string() }
}

fn row(record: &csv::StringRecord, today: Date) -> Result<CapacityRow, (&'static str, &'static str)> {
    let text = |place: usize| record.get(place).unwrap_or_default();
    let number = |place: usize, least: f64| {
        let number = text(place).parse().ok().filter(|n: &f64| n.is_finite() && *n >= least && *n <= 1e6);
        number.ok_or((COLUMNS[place], "is not an amount in range"))
    };
    let named = |place: usize| {
        let good = !text(place).is_empty() && text(place).len() <= 64;
        good.then(|| text(place).to_owned()).ok_or((COLUMNS[place], "is empty or longer than 64 bytes"))
    };
    let day: Date = text(1).parse().map_err(|_| ("day", "is not a date, YYYY-MM-DD"))?;
    if day <= today {
        // Its seed would be committed to after draws were made.
        return Err(("day", "is not after today: a day's draws are committed to before it"));
    }
    let begin = instant(day, text(3)).ok_or(("begin", "is not a time of day, HH:MM"))?;
    let end = instant(day, text(4)).ok_or(("end", "is not a time of day, HH:MM"))?;
    if end <= begin {
        return Err(("end", "is not after begin: a shift through midnight is two"));
    }
    Ok(CapacityRow {
        border_post_code: named(0)?,
        day,
        shift: named(2)?,
        begin,
        end,
        minutes: number(5, 0.0)?,
        minutes_per_control: number(6, 1.0)?,
        expected_arrivals: if text(7).is_empty() { None } else { Some(number(7, 1.0)?) },
    })
}

/// A time of day in the posts' calendar; 24:00 is the day's end.
fn instant(day: Date, text: &str) -> Option<Timestamp> {
    let (day, time) = match text {
        "24:00" => (day.tomorrow().ok()?, Time::midnight()),
        _ => (day, Time::strptime("%H:%M", text).ok()?),
    };
    LOCAL_OFFSET.to_timestamp(day.to_datetime(time)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const HEADER: &str =
        "border_post_code,day,shift,begin,end,inspector_minutes,minutes_per_control,expected_arrivals";

    fn read(lines: &[&str]) -> Result<Vec<CapacityRow>, Vec<String>> {
        rows(format!("{HEADER}\n{}\n", lines.join("\n")).as_bytes(), date(2026, 11, 22))
    }

    #[test]
    fn shifts_are_read_in_the_posts_own_time() {
        let rows = read(&[
            "UZ-OYBEK,2026-11-23,day,08:00,20:00,1200,40,150",
            "UZ-OYBEK,2026-11-23,evening,20:00,24:00,300,40,",
        ])
        .unwrap();
        assert_eq!(rows[0].begin.to_string(), "2026-11-23T03:00:00Z");
        assert_eq!((rows[0].minutes, rows[0].expected_arrivals), (1200.0, Some(150.0)));
        assert_eq!(
            (rows[1].end.to_string().as_str(), rows[1].expected_arrivals),
            ("2026-11-23T19:00:00Z", None)
        );
    }

    #[test]
    fn hours_and_days_that_no_shift_covers_are_told() {
        let whole = read(&[
            "UZ-OYBEK,2026-11-24,night,20:00,24:00,300,40,",
            "UZ-OYBEK,2026-11-24,day,00:00,20:00,300,40,",
            "UZ-OYBEK,2026-11-23,day,00:00,24:00,300,40,",
        ]);
        assert_eq!(gaps(&whole.unwrap()), Vec::<String>::new());
        let gaps = gaps(
            &read(&[
                "UZ-OYBEK,2026-11-23,early,06:00,12:00,300,40,",
                "UZ-OYBEK,2026-11-23,late,13:30,24:00,300,40,",
                "UZ-OYBEK,2026-11-26,day,00:00,22:00,300,40,",
            ])
            .unwrap(),
        );
        let told = |place: usize, what: &str| assert!(gaps[place].contains(what), "{gaps:?}");
        told(0, "2026-11-23 from 00:00 to 06:00");
        told(1, "2026-11-23 from 12:00 to 13:30");
        told(2, "from 2026-11-24 to 2026-11-25: nobody is drawn");
        told(3, "2026-11-26 from 22:00 to 24:00");
        assert_eq!(gaps.len(), 4);
    }

    #[test]
    fn what_cannot_be_is_told_with_its_place() {
        for (line, expected) in [
            ("UZ-OYBEK,2026-11-22,day,08:00,20:00,1200,40,150", "column \"day\""),
            ("UZ-OYBEK,2026-11-23,night,20:00,08:00,1200,40,150", "column \"end\""),
            ("UZ-OYBEK,2026-11-23,day,8 o'clock,20:00,1200,40,150", "column \"begin\""),
            ("UZ-OYBEK,2026-11-23,day,08:00,20:00,-1,40,150", "column \"inspector_minutes\""),
            ("UZ-OYBEK,2026-11-23,day,08:00,20:00,100,0,150", "column \"minutes_per_control\""),
            (",2026-11-23,day,08:00,20:00,100,40,150", "column \"border_post_code\""),
        ] {
            let problems = read(&[line]).unwrap_err();
            assert!(problems[0].contains("line 2") && problems[0].contains(expected), "{problems:?}");
        }
        let twice = ["UZ-OYBEK,2026-11-23,a,08:00,20:00,1,40,9", "UZ-OYBEK,2026-11-23,b,19:00,21:00,1,40,9"];
        assert!(read(&twice).unwrap_err()[0].contains("overlaps"));
        assert!(rows(b"a,b\n", date(2026, 1, 1)).is_err());
    }
}
