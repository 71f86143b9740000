//! Amendments that bring back what was there before, over the real app: each is a revision, and each sent again is a repeat.

use jiff::ToSpan as _;
use proto::v1::{DocumentMessage, SubmitDocumentRequest};

use crate::harness::{Gateway, now};

async fn send(gateway: &Gateway, who: &str, content: &str) -> DocumentMessage {
    let request = SubmitDocumentRequest { content: content.as_bytes().to_vec(), ..Default::default() };
    gateway.manifests(who).submit_document(request).await.unwrap().into_inner().messages.remove(0)
}

/// Revision and whether it was known.
fn taken(message: &DocumentMessage) -> (i32, bool) {
    let recorded = message.recorded.as_ref().unwrap_or_else(|| panic!("{:?}", message.refusal));
    (message.revision, recorded.repeated_submission)
}

/// A list in an interchange with this number.
fn list(interchange: u32, function: u32, names: &[&str]) -> String {
    let arrival = now().checked_add(11.hours()).unwrap().strftime("%Y%m%d%H00");
    let persons: String = names
        .iter()
        .map(|name| {
            format!(
                "NAD+FL+++SYNTHETIC:{name}'ATT+2++F'DTM+329:19900101:102'NAT+2+KAZ'DOC+P+P{name}1'\
                 DTM+36:20400101:102'LOC+91+KAZ'"
            )
        })
        .collect();
    let body = format!(
        "UNH+1+PAXLST:D:17A:UN'BGM+745+BACK-1+{function}'TDT+20+TRIP-1+3+32++++01A777BC:::COACH:KZ'\
         LOC+125+KZALA'LOC+87+UZ-GISHTKUPRIK'DTM+232:{arrival}:203'LOC+130+UZTAS'\
         NAD+FM+++SYNTHETIC:DAMIR'ATT+2++M'DTM+329:19800101:102'NAT+2+KAZ'DOC+P+C0000001'DTM+36:20400101:102'\
         LOC+91+KAZ'{persons}"
    );
    let count = body.matches('\'').count() + 1;
    format!("UNB+UNOA:4+COACH+UZ+261123:1000+I{interchange}'{body}UNT+{count}+1'UNZ+1+I{interchange}'")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_amended_back_and_its_messages_are_repeats_when_they_come_again() {
    let gateway = Gateway::start(&[]).await;
    let send = async |text: &str| taken(&send(&gateway, "silk-coach", text).await);
    let messages = [
        list(1, 9, &["ANNA", "MARY"]),
        list(2, 5, &["ANNA"]),
        list(3, 5, &["ANNA", "MARY"]),
        list(4, 5, &["ANNA"]),
    ];
    for (revision, message) in (0..).zip(&messages) {
        assert_eq!(send(message).await, (revision, false));
    }
    for (revision, message) in (0..).zip(&messages).skip(1) {
        assert_eq!(send(message).await, (revision, true), "late, or lost on its way back");
    }
    // Cut anew: what is in force stays so, and the first of its kind is late under any number.
    assert_eq!(send(&list(9, 5, &["ANNA"])).await, (3, true));
    assert!(send(&list(9, 9, &["ANNA", "MARY"])).await.1);
    assert_eq!(send(&list(10, 5, &["ANNA", "MARY"])).await, (4, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_is_amended_back() {
    let gateway = Gateway::start(&[]).await;
    let send = async |text: &str| taken(&send(&gateway, "kz-customs", text).await);
    let first = crate::withdrawals::declaration();
    let amended = |number: &str| {
        let end = first.find("</messageIdentification>").unwrap();
        let begin = first.find("<messageIdentification>").unwrap();
        let number = format!("<messageIdentification>{number}");
        format!("{}{number}{}", &first[..begin], &first[end..]).replace("CC015C", "CC013C")
    };
    assert_eq!(send(&first).await, (0, false));
    assert_eq!(send(&amended("AM1").replace("Paint", "Varnish")).await, (1, false));
    assert_eq!(send(&amended("AM2")).await, (2, false));
    assert_eq!(send(&amended("AM1").replace("Paint", "Varnish")).await, (1, true));
    assert_eq!(send(&amended("AM2")).await, (2, true));
}
