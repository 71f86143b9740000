//! Both databases have texts of their own for a week's budget: they must mean the same.

use crate::persist::{
    Config, Store,
    database::{Connection, query, sql},
};

/// Monday to Sunday at one post, the last Sunday before, and what was given away.
const WEEK: &str = "
    insert into capacity
        (border_post_code, day, shift, week, begin_us, end_us, minutes, minutes_per_control, expected_arrivals)
    values ('UZ-YALLAMA', '2026-11-22', 'day', '2026-11-16', -100, 0, 700, 30, 10),
           ('UZ-YALLAMA', '2026-11-23', 'day', '2026-11-23', 0, 100, 600, 30, 50),
           ('UZ-YALLAMA', '2026-11-23', 'night', '2026-11-23', 100, 200, 300, 30, 20),
           ('UZ-YALLAMA', '2026-11-24', 'day', '2026-11-23', 200, 300, 500, 30, 40),
           ('UZ-YALLAMA', '2026-11-24', 'night', '2026-11-23', 300, 400, 200, 30, 25),
           ('UZ-YALLAMA', '2026-11-29', 'day', '2026-11-23', 900, 1000, 400, 30, 30),
           ('UZ-DUSTLIK', '2026-11-24', 'day', '2026-11-23', 0, 100, 900, 30, 90);
    insert into capacity_use (border_post_code, day, shift, arrivals, minutes)
    values ('UZ-YALLAMA', '2026-11-22', 'day', 9, 690),
           ('UZ-YALLAMA', '2026-11-23', 'day', 20, 90),
           ('UZ-YALLAMA', '2026-11-23', 'night', 5, 60),
           ('UZ-YALLAMA', '2026-11-24', 'day', 60, 30),
           ('UZ-YALLAMA', '2026-11-29', 'day', 10, 120);
    insert into capacity_days (border_post_code, day, cut)
    values ('UZ-YALLAMA', '2026-11-23', 0.1), ('UZ-YALLAMA', '2026-11-24', 0.2);
";

/// Tuesday, while its first shift goes on.
const NOW: i64 = 250;

#[tokio::test]
async fn a_weeks_budget_is_the_same_on_sqlite() {
    let home = tempfile::tempdir().unwrap();
    a_weeks_budget(Config { path: home.path().join("store.db"), ..Config::default() }).await;
}

#[tokio::test]
async fn a_weeks_budget_is_the_same_on_postgres() {
    let database = testkit::postgres::database().unwrap();
    a_weeks_budget(Config { url: database.url.clone(), ..Config::default() }).await;
}

async fn a_weeks_budget(config: Config) {
    Store::migrate(&config).await.unwrap();
    let mut connection = Connection::writer(&config, false).await.unwrap();
    connection.plainly(WEEK).await.unwrap();
    let rows = query(sql!(each "capacity_load"))
        .bind(r#"[["UZ-YALLAMA", "2026-11-23"], ["UZ-YALLAMA", "2026-11-24"]]"#)
        .bind(NOW)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let mut found = Vec::new();
    for row in &rows {
        let shift = [row.try_get::<&str>("day").unwrap(), row.try_get("shift").unwrap()].join(" ");
        let number = |column| row.try_get::<f64>(column).unwrap();
        let earlier = (number("carried"), number("earlier_minutes"), row.try_get("last_level").unwrap());
        found.push((shift, earlier, (number("elsewhere_left"), number("elsewhere_to_come"))));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let is =
        |shift: &str, earlier: (f64, f64, Option<f64>), elsewhere| (shift.to_owned(), earlier, elsewhere);
    // Of Tuesday, which saw more than was expected, nobody is to come any more; Monday is over, so nothing of it is left.
    let of_monday = (470.0 + 200.0 + 280.0, 25.0 + 20.0);
    assert_eq!(
        found,
        [
            is("2026-11-23 day", (0.0, 0.0, None), of_monday),
            is("2026-11-23 night", (510.0, 600.0, Some(0.4)), of_monday),
            is("2026-11-24 day", (750.0, 900.0, Some(0.25)), (200.0 + 280.0, 45.0)),
            is("2026-11-24 night", (750.0, 900.0, Some(0.25)), (470.0 + 280.0, 20.0)),
        ]
    );
    for (day, arrivals) in [("2026-11-30", &[20][..]), ("2026-12-02", &[10, 60, 20, 9])] {
        let rows = query(sql!(each "capacity_expected"))
            .bind("UZ-YALLAMA")
            .bind("day")
            .bind(day)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let seen: Vec<i64> = rows.iter().map(|row| row.try_get("arrivals").unwrap()).collect();
        assert_eq!(seen, arrivals, "{day}: of its weekday, or of all where it had none");
    }
}
