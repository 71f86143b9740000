//! No bytes but those that we sealed open a watch.

use std::sync::OnceLock;

use gateway::{
    persist::{Digests, FeedPosition, Scope, Secrets},
    watch::resume_token,
};

/// Opens the bytes as a token; what is sealed opens for its own scope alone.
pub(crate) fn check(bytes: &[u8]) {
    let Some(digests) = digests() else { return };
    let own = Scope::Partner("synthetic-partner".to_owned());
    let other = Scope::BorderPost("UZ-GISHTKUPRIK".to_owned());
    assert!(resume_token::open(digests, &own, bytes).is_err(), "a token that nobody sealed");
    let mut place = [0; 8];
    place.iter_mut().zip(bytes).for_each(|(byte, given)| *byte = *given);
    let Some(position) = FeedPosition::from_bytes(place) else { return };
    let token = resume_token::seal(digests, &own, position);
    assert!(resume_token::open(digests, &own, &token) == Ok(position));
    assert!(resume_token::open(digests, &other, &token).is_err());
}

fn digests() -> Option<&'static Digests> {
    static DIGESTS: OnceLock<Option<Digests>> = OnceLock::new();
    DIGESTS.get_or_init(|| Some(Secrets::random().ok()?.digests())).as_ref()
}
