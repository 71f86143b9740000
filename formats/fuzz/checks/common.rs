//! What the checks of all readers share: small limits, so that the fuzzer meets them, and the way of what was read.

use std::sync::OnceLock;

use formats::Limits;
use jiff::Timestamp;
use manifest::code_list::CodeLists;
use manifest::declared::Declared;
use manifest::{RuleSettings, normalize, validate};

/// Small, so that the fuzzer meets them.
pub(crate) fn limits() -> Limits {
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

/// When every document of a check is received.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_763_800_000).unwrap_or_default()
}

/// What was read goes all the way: it has a canonical form and is normalized and validated.
pub(crate) fn understood(declared: Declared) {
    static LISTS: OnceLock<CodeLists> = OnceLock::new();
    let mut length = 0_usize;
    declared.canonical(&mut |piece| length = length.saturating_add(piece.len()));
    assert!(length > 0);
    let settings = RuleSettings::default();
    let (manifest, mut findings) = normalize(declared, LISTS.get_or_init(CodeLists::built_in), &settings);
    let _ = validate(manifest, now(), &settings, &mut findings);
}
