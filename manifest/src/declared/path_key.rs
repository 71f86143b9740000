//! A field's path in the contract as a number, made without allocation: what places in a source are kept under.

use crate::field_path::FieldPath;

/// A path of the contract as a number: the FNV-1a hash of its text. Two paths of one manifest that share a hash would
/// share a place in an answer, nothing worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathKey(u64);

impl PathKey {
    /// The manifest itself.
    pub const ROOT: PathKey = PathKey(0xcbf2_9ce4_8422_2325);

    /// One field further: `PathKey::ROOT.field("journey").field("arrival_time")`.
    #[must_use]
    pub const fn field(self, name: &str) -> Self {
        let dotted = if self.0 == Self::ROOT.0 { self } else { self.byte(b'.') };
        dotted.text(name)
    }

    /// One element of a repeated field further: `.item("crew_members", 0)`.
    #[must_use]
    pub fn item(self, name: &str, index: usize) -> Self {
        let mut digits = [0_u8; 20];
        let mut rest = index;
        let mut length = 0;
        for digit in &mut digits {
            *digit = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or_default());
            rest /= 10;
            length += 1;
            if rest == 0 {
                break;
            }
        }
        let number = digits.iter().take(length).rev();
        number.fold(self.field(name).byte(b'['), |key, digit| key.byte(*digit)).byte(b']')
    }

    const fn text(self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut key = self;
        let mut at = 0;
        while at < bytes.len() {
            key = key.byte(bytes[at]);
            at += 1;
        }
        key
    }

    const fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

impl From<&FieldPath> for PathKey {
    fn from(path: &FieldPath) -> Self {
        Self::ROOT.text(path.as_str())
    }
}

impl From<&str> for PathKey {
    fn from(path: &str) -> Self {
        Self::ROOT.text(path)
    }
}
