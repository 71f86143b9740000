//! What holds for every document, whatever its bytes: it is read or refused with a reason, within the limits, and what was
//! read can be normalized, validated, looked up in the source and answered in its own kind.

use formats::{Answer, AnswerHead, Document, Format, Given, Limits, Message, answer, read, recognise};
use jiff::Timestamp;
use manifest::declared::Load;

use crate::common::{self, limits};

/// Reads the bytes as a format and looks at what came of it.
pub(crate) fn check(bytes: &[u8], format: Format) {
    let received_time = common::now();
    let given = Given { reference: Some("given"), received_time };
    if bytes.len().is_multiple_of(32) {
        let _ = recognise(bytes); // now and then is enough: each reader's own check asks it always
    }
    let Ok(document) = read(bytes, Some(format), &given, &limits()) else { return };
    assert!(!document.messages.is_empty() && document.messages.len() <= limits().max_messages);
    for message in document.messages.clone() {
        in_kind(&document, &message, received_time);
        understood(message);
    }
}

/// What was read goes all the way.
fn understood(message: Message) {
    let Ok(mut declared) = message.content else { return };
    if let Some(Load::Cargo(cargo)) = &declared.load {
        assert!(cargo.consignments.len() <= limits().max_consignments);
        let items: usize = cargo.consignments.iter().map(|consignment| consignment.goods_items.len()).sum();
        assert!(items <= limits().max_goods_items);
    }
    let place = declared.source.place_of(&"cargo.consignments[0].goods_items[0].description".into());
    assert!(place.is_some_and(|place| !place.to_string().is_empty()), "a message has a place at least");
    common::understood(declared);
}

/// An answer in kind is a whole document of its kind.
fn in_kind(document: &Document, message: &Message, receive_time: Timestamp) {
    let outcome = match &message.content {
        Ok(_) => Answer {
            accepted: true,
            answer_reference: "A".to_owned(),
            mrn: String::new(),
            receive_time,
            findings: Vec::new(),
        },
        Err(unreadable) => Answer::unreadable(unreadable, "A".to_owned(), receive_time),
    };
    for answer in answer(document.format, &document.envelope, &[(AnswerHead::of(message), outcome)]) {
        let given = Given { reference: None, received_time: receive_time };
        let again = read(&answer.content, None, &given, &Limits::default());
        assert!(again.is_ok_and(|again| again.notes.is_empty() && again.messages[0].kind == answer.kind));
    }
}
