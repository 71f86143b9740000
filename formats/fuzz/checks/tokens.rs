//! Whatever the text and its service characters, the tokenizer cuts it into pieces that lie inside of it, or says that a
//! line is broken.

use formats::edifact::{Separators, Tokens};

/// Takes the service characters from the first bytes and cuts the rest.
pub(crate) fn check(bytes: &[u8]) {
    let Some((service, rest)) = bytes.split_at_checked(6) else { return };
    let [component, element, decimal, release, repetition, terminator] = *service else { return };
    let said = Separators { component, element, decimal, release, repetition, terminator };
    let text = String::from_utf8_lossy(rest);
    for separators in [said, Separators::default()] {
        match Tokens::cut(&text, 0, separators, 1_000) {
            Ok(Some(tokens)) => {
                assert!(tokens.len() <= 1_000 && tokens.pieces() >= tokens.len());
                assert_eq!(tokens.separators(), separators);
            }
            Ok(None) => {}
            Err(unreadable) => assert!(!unreadable.to_string().is_empty()),
        }
    }
}
