//! The two lists of a journey in one document.

use super::{House, asked, in_time, now, partner};
use crate::{
    authenticate::registry::Role,
    decode::document::Half,
    intake::{document::Taken, links},
};

/// A list of a journey of today.
fn list(number: u8, kind: &str, reference: &str, person: &str) -> String {
    let at = |hours: i64| {
        now().checked_add(jiff::SignedDuration::from_hours(hours)).unwrap().strftime("%Y%m%d%H00").to_string()
    };
    let body = format!(
        "UNH+{number}+PAXLST:D:05B:UN'BGM+{kind}+{reference}+9'TDT+20+TRIP-7+3+32++++01A777BC:::COACH:KZ'\
         LOC+125+KZALA'DTM+189:{}:203'LOC+87+UZ-GISHTKUPRIK'DTM+232:{}:203'NAD+{person}+++SYNTHETIC:ONE'ATT+2++F'\
         DTM+329:19900101:102'NAT+2+KAZ'DOC+P+ZZ000000{number}'",
        at(2),
        at(11)
    );
    format!("{body}UNT+{}+{number}'", body.matches('\'').count() + 1)
}

/// Whoever amends the crew list meanwhile, or after a crash between the two messages, has to find it.
#[tokio::test]
async fn the_crew_list_is_found_as_soon_as_its_crew_is_recorded() {
    let house = House::new().await;
    let (partner, pipeline) = (partner("silk-coach", Role::Submitter), &house.pipeline);
    let lists = [list(1, "745", "PAX-1", "FL"), list(2, "250", "CREW-1", "FM")].concat();
    let document = format!("UNB+UNOA:4+COACH+UZ+261122:1200+IC1'{lists}UNZ+2+IC1'");
    let (_, reading, groups) = pipeline.read(&partner, document.into(), asked(), in_time()).await.unwrap();
    let first = groups.into_iter().flatten().next().unwrap();
    let mut heading = first.heading.clone();
    let taken = pipeline.take_up(&partner, &reading, first, &mut heading, in_time()).await.unwrap();
    let Taken::Recorded(submission) = taken else { panic!("recorded") };
    assert_eq!(submission.recorded.key.manifest_reference, "PAX-1");
    let found = pipeline.linked(&partner, &links::list(Half::Crew, "CREW-1")).await.unwrap();
    assert_eq!(found.as_deref(), Some("PAX-1"));
}
