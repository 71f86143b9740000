//! Where a watcher goes on: opaque to it, authenticated, and bound to what it watches.
//!
//! Form, version 1: version byte, position (8 bytes), tag (32 bytes). The tag covers the scope as well, so that a
//! token of one partner or post opens nothing for another, and a forged position is refused.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::persist::{Digests, FeedPosition, Scope};

const VERSION: u8 = 1;
const POSITION: usize = 8;
const TAG: usize = 32;
const LENGTH: usize = 1 + POSITION + TAG;

/// The token is not one that was given for this scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the resume token is not one that was given for this scope")]
pub struct Invalid;

/// The token for going on after `position` in `scope`.
#[must_use]
pub fn seal(digests: &Digests, scope: &Scope, position: FeedPosition) -> Vec<u8> {
    let mut token = Vec::with_capacity(LENGTH);
    token.push(VERSION);
    token.extend_from_slice(&position.to_bytes());
    token.extend_from_slice(&tag(digests, scope, &token));
    token
}

/// The position that a token carries.
///
/// # Errors
/// [`Invalid`] for whatever was not sealed by this store for this scope.
pub fn open(digests: &Digests, scope: &Scope, token: &[u8]) -> Result<FeedPosition, Invalid> {
    if token.len() != LENGTH || token.first() != Some(&VERSION) {
        return Err(Invalid);
    }
    let (body, given) = token.split_at(LENGTH - TAG);
    verify_slices_are_equal(given, &tag(digests, scope, body)).map_err(|_| Invalid)?;
    let position = body.last_chunk::<POSITION>().ok_or(Invalid)?;
    FeedPosition::from_bytes(*position).ok_or(Invalid)
}

/// Keyed with the store's secret, under a label that no canonical form of a manifest begins with: those begin with
/// their version, which is never zero.
fn tag(digests: &Digests, scope: &Scope, body: &[u8]) -> [u8; TAG] {
    let (kind, name) = match scope {
        Scope::Partner(id) => (b"p", id.as_str()),
        Scope::BorderPost(code) => (b"b", code.as_str()),
        Scope::All => (b"a", ""),
    };
    let bytes = [b"\0resume-token\0".as_slice(), body, kind, name.as_bytes()].concat();
    let mut tag = [0; TAG];
    // The digest has its own version in front of the 32 bytes.
    if let Some(keyed) = digests.content(&bytes).as_bytes().last_chunk::<TAG>() {
        tag = *keyed;
    }
    tag
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::persist::Secrets;

    fn digests() -> Digests {
        Secrets::random().unwrap().digests()
    }

    fn position(number: i64) -> FeedPosition {
        FeedPosition::from_bytes(number.to_be_bytes()).unwrap()
    }

    #[test]
    fn a_token_opens_for_its_own_scope_only() {
        let digests = digests();
        let scopes = [
            Scope::Partner("a".into()),
            Scope::Partner("b".into()),
            Scope::BorderPost("a".into()),
            Scope::BorderPost("UZ-A".into()),
            Scope::All,
        ];
        for sealed_for in &scopes {
            let token = seal(&digests, sealed_for, position(77));
            for opened_for in &scopes {
                let expected = if sealed_for == opened_for { Ok(position(77)) } else { Err(Invalid) };
                assert_eq!(open(&digests, opened_for, &token), expected, "{sealed_for:?} {opened_for:?}");
            }
        }
    }

    #[test]
    fn another_stores_token_is_refused() {
        let token = seal(&digests(), &Scope::All, position(1));
        assert_eq!(open(&digests(), &Scope::All, &token), Err(Invalid));
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let digests = digests();
        let token = seal(&digests, &Scope::All, position(i64::MAX));
        for bit in 0..token.len() * 8 {
            let mut changed = token.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&digests, &Scope::All, &changed), Err(Invalid), "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_refused_without_panic(token in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(open(&digests(), &Scope::All, &token), Err(Invalid));
        }
    }
}
