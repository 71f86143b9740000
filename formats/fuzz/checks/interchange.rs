//! What holds for every text that may be EDIFACT: it is read or refused within the limits, reading it again gives the
//! same, and what was read can be looked up in the source, normalized and validated.

use formats::{Format, Given, Message, read, recognise};
use manifest::declared::Load;

use crate::common::{self, limits};

/// Reads the bytes as a format and looks at what came of it.
pub(crate) fn check(bytes: &[u8], format: Format) {
    let given = Given { reference: Some("given"), received_time: common::now() };
    let recognised = recognise(bytes);
    let Ok(document) = read(bytes, Some(format), &given, &limits()) else { return };
    assert!(!document.messages.is_empty() && document.messages.len() <= limits().max_messages);
    // What is recognised as the format is read alike without its name.
    if recognised == Some(format) {
        let again = read(bytes, None, &given, &limits());
        assert!(again.is_ok_and(|again| again.messages.len() == document.messages.len()));
    }
    for message in document.messages {
        understood(message);
    }
}

/// What was read goes all the way.
fn understood(message: Message) {
    let mut declared = match message.content {
        Ok(declared) => declared,
        Err(unreadable) => {
            assert!(unreadable.place.is_some(), "a refused message has a place");
            return;
        }
    };
    match &declared.load {
        Some(Load::Cargo(cargo)) => {
            assert!(cargo.consignments.len() <= limits().max_consignments);
            let items: usize =
                cargo.consignments.iter().map(|consignment| consignment.goods_items.len()).sum();
            // What stands before the first GID may be an item too, one for each consignment.
            assert!(items <= limits().max_goods_items + limits().max_consignments);
        }
        Some(Load::PassengerList(list)) => {
            assert!(list.passengers.len() + declared.crew_members.len() <= limits().max_persons);
        }
        None => unreachable!("both readers declare a load"),
    }
    let place = declared.source.place_of(&"conveyance.registration".into());
    assert!(place.is_some(), "a message has a place at least");
    common::understood(declared);
}
