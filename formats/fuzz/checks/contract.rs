//! Whatever calls itself JSON of the contract is read or refused with a reason, and what was read goes all the way.

use formats::Format;

use crate::common;
use crate::decode::document::{Given, document};
use crate::decode::{Config, Limits};

/// Reads the bytes and looks at what came of it.
pub(crate) fn check(bytes: &[u8]) {
    let format = Format::ManifestJson.as_str();
    let given = Given { format, reference: "given", received_time: common::now() };
    let Ok(document) = document(bytes, &given, &Limits::from(Config::default())) else { return };
    assert!(!document.messages.is_empty());
    document.messages.into_iter().filter_map(|message| message.content.ok()).for_each(common::understood);
}
