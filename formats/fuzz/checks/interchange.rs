//! What holds for every text that may be EDIFACT: it is read or refused within the limits, reading it again gives the
//! same, and what was read can be looked up in the source, normalized and validated.

use std::sync::OnceLock;

use formats::{Format, Given, Limits, Message, read, recognise};
use jiff::Timestamp;
use manifest::code_list::CodeLists;
use manifest::declared::Load;
use manifest::{RuleSettings, normalize, validate};

/// Small, so that the fuzzer meets them.
fn limits() -> Limits {
    Limits {
        max_document_bytes: 64 * 1024,
        max_unfolded_bytes: 256 * 1024,
        max_messages: 8,
        max_parts: 4_000,
        max_depth: 16,
        max_text_bytes: 64,
        max_persons: 20,
        max_consignments: 8,
        max_goods_items: 20,
    }
}

/// Reads the bytes as a format and looks at what came of it.
pub(crate) fn check(bytes: &[u8], format: Format) {
    let received_time = Timestamp::from_second(1_763_800_000).unwrap_or_default();
    let given = Given { reference: Some("given"), received_time };
    let recognised = recognise(bytes);
    let Ok(document) = read(bytes, Some(format), &given, &limits()) else { return };
    assert!(!document.messages.is_empty() && document.messages.len() <= limits().max_messages);
    // What is recognised as the format is read alike without its name.
    if recognised == Some(format) {
        let again = read(bytes, None, &given, &limits());
        assert!(again.is_ok_and(|again| again.messages.len() == document.messages.len()));
    }
    for message in document.messages {
        understood(message, received_time);
    }
}

/// What was read goes all the way.
fn understood(message: Message, now: Timestamp) {
    static LISTS: OnceLock<CodeLists> = OnceLock::new();
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
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(declared, LISTS.get_or_init(CodeLists::built_in), &settings);
    let _ = validate(manifest, now, &settings, &mut findings);
}
