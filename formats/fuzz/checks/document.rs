//! What holds for every document, whatever its bytes: it is read or refused with a reason, within the limits, and what was
//! read can be normalized, validated, looked up in the source and answered in its own kind.

use std::sync::OnceLock;

use formats::{Answer, AnswerHead, Document, Format, Given, Limits, Message, answer, read, recognise};
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
    if bytes.len() % 32 == 0 {
        // Now and then: the signs of all formats are looked for, which takes ten times as long as reading one.
        let _ = recognise(bytes);
    }
    let Ok(document) = read(bytes, Some(format), &given, &limits()) else { return };
    assert!(!document.messages.is_empty() && document.messages.len() <= limits().max_messages);
    for message in document.messages.clone() {
        in_kind(&document, &message, received_time);
        understood(message, received_time);
    }
}

/// What was read goes all the way.
fn understood(message: Message, now: Timestamp) {
    static LISTS: OnceLock<CodeLists> = OnceLock::new();
    let Ok(mut declared) = message.content else { return };
    let mut length = 0_usize;
    declared.canonical(&mut |piece| length = length.saturating_add(piece.len()));
    assert!(length > 0);
    if let Some(Load::Cargo(cargo)) = &declared.load {
        assert!(cargo.consignments.len() <= limits().max_consignments);
        let items: usize = cargo.consignments.iter().map(|consignment| consignment.goods_items.len()).sum();
        assert!(items <= limits().max_goods_items);
    }
    let place = declared.source.place_of(&"cargo.consignments[0].goods_items[0].description".into());
    assert!(place.is_some_and(|place| !place.to_string().is_empty()), "a message has a place at least");
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(declared, LISTS.get_or_init(CodeLists::built_in), &settings);
    let _ = validate(manifest, now, &settings, &mut findings);
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
