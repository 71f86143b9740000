//! Whatever calls itself JSON of the contract is read or refused with a reason, and what was read goes all the way.

use std::sync::OnceLock;

use formats::Format;
use jiff::Timestamp;
use manifest::{CodeLists, RuleSettings, normalize, validate};

use crate::decode::document::{Given, document};
use crate::decode::{Config, Limits};

/// Reads the bytes and looks at what came of it.
pub(crate) fn check(bytes: &[u8]) {
    static LISTS: OnceLock<CodeLists> = OnceLock::new();
    let now = Timestamp::from_second(1_763_800_000).unwrap_or_default();
    let given = Given { format: Format::ManifestJson.as_str(), reference: "given", received_time: now };
    let Ok(document) = document(bytes, &given, &Limits::from(Config::default())) else { return };
    assert!(!document.messages.is_empty());
    for message in document.messages {
        let Ok(declared) = message.content else { continue };
        let mut length = 0_usize;
        declared.canonical(&mut |piece| length = length.saturating_add(piece.len()));
        assert!(length > 0);
        let settings = RuleSettings::default();
        let (manifest, mut findings) = normalize(declared, LISTS.get_or_init(CodeLists::built_in), &settings);
        let _ = validate(manifest, now, &settings, &mut findings);
    }
}
