//! What earlier versions of this program recorded is still known.

use manifest::declared::Load;

use super::{House, asked, in_time, now, partner};
use crate::{
    authenticate::registry::Role,
    decode::{self, Envelope, document::Given},
    intake::{
        document::Taken,
        pipeline::{Beside, Original},
        steps::Steps,
    },
};

const PARTS: &str = "UNB+UNOA:4+COACH+UZ+261122:1200+IC1'\
    UNH+1+PAXLST:D:05B:UN+X+2:F'BGM+745+LIST-1+9'TDT+20+TRIP-7+3+++++:::01 777 SYN'\
    NAD+FL+++NAMUNAVIY:AKMAL'ATT+2++M'DTM+329:900101'NAT+2+UZB'DOC+P:110:111+ZZ0000001'CNT+42:7'UNT+9+1'UNZ+1+IC1'";

#[tokio::test]
async fn a_part_that_was_recorded_without_the_total_of_the_list() {
    let house = House::new().await;
    let partner = partner("silk-coach", Role::Submitter);
    let pipeline = &house.pipeline;
    let given = Given { format: "", reference: "", received_time: now() };
    let document = decode::document::document(PARTS.as_bytes(), &given, &pipeline.limits).unwrap();
    let mut declared = document.messages[0].content.clone().unwrap();
    let Some(Load::PassengerList(list)) = &mut declared.load else { panic!("a list") };
    assert!(list.declared_passenger_count.take().is_some());
    assert_eq!(declared.part, "2");
    let said = decode::Submission { declared, envelope: Envelope::default() };
    let original = Original { format: "PAXLST", digested: PARTS.as_bytes().into(), kept: None };
    let steps = Steps::new(&pipeline.metrics, in_time());
    let beside = Beside { now: now(), withdrawn: false, links: Vec::new(), store: &pipeline.store };
    let recorded = pipeline.announce(&partner, said, original, &steps, beside).await.unwrap().recorded;

    let (_, reading, groups) =
        pipeline.read(&partner, PARTS.as_bytes().into(), asked(), in_time()).await.unwrap();
    let message = groups.into_iter().flatten().next().unwrap();
    let mut heading = message.heading.clone();
    let taken = pipeline.take_up(&partner, &reading, message, &mut heading, in_time()).await.unwrap();
    let Taken::Recorded(submission) = taken else { panic!("recorded") };
    assert_eq!((submission.recorded.id, submission.recorded.repeated), (recorded.id, true));
}
