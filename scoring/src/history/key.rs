//! Under which number a counter is kept.

use std::hash::{Hash, Hasher};

use aws_lc_rs::digest::{SHA256, digest};

use super::CounterKind;

/// The key of one counter row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterKey {
    /// What is counted.
    pub kind: CounterKind,
    /// The key's parts as one number.
    ///
    /// - **Packed**, not negative: parts that are short codes stand in it as they are, with the kind's code above
    ///   them. Bits 58 to 62 hold the code. Of HS codes and countries, bits 32 to 51 hold the digits as a number and
    ///   bits 0 to 31 the departure's two letters and the origin's (or only the one that the kind has); of HS codes and
    ///   a band, bits 0 to 31 hold the band in two's complement; of a mass alone, bits 0 to 57 hold the milligrams.
    ///   Two keys are never one.
    /// - **Digested**, negative: names of parties and offices, exact masses beside other parts, and whatever does not
    ///   fit above. The first eight bytes, big-endian, of SHA-256 over the kind's word and the parts, with 0x1F between,
    ///   and the first bit set. SHA-256 and not a hash table's function: partners choose these parts, and one who
    ///   could aim at another's counter could spoil it.
    pub hash: i64,
}

/// Bits below the kind's code.
const BELOW: u32 = 58;

impl CounterKey {
    /// The counter of all outcomes.
    pub const BASE: CounterKey = CounterKey { kind: CounterKind::Base, hash: 0 };

    /// The key of a kind and the parts of its text.
    #[must_use]
    pub fn new(kind: CounterKind, parts: &[&str]) -> Self {
        use CounterKind as K;
        let packed = match (kind, parts) {
            (K::Hs6 | K::Hs4 | K::Hs2, [hs]) => number(hs).map(|hs| Self::of_codes(kind, hs, 0)),
            (K::Hs6Route | K::Hs4Route | K::Hs2Route, [hs, departure, origin]) => number(hs).and_then(|hs| {
                Some(Self::of_codes(
                    kind,
                    hs,
                    u32::from(letters(departure)?) << 16 | u32::from(letters(origin)?),
                ))
            }),
            (K::Hs6Origin | K::Hs2Origin, [hs, origin]) => {
                number(hs).and_then(|hs| Some(Self::of_codes(kind, hs, letters(origin)?.into())))
            }
            (K::Route, [departure, origin]) => letters(departure).and_then(|departure| {
                Some(Self::of_codes(kind, 0, u32::from(departure) << 16 | u32::from(letters(origin)?)))
            }),
            (K::Hs6MassBand | K::Hs4MassBand | K::Hs6UnitValue, [hs, band]) => number(hs)
                .and_then(|hs| Some(Self::of_codes(kind, hs, band.parse::<i32>().ok()?.cast_unsigned()))),
            (K::Mass, [mass]) => mass.parse().ok().and_then(Self::of_mass),
            (K::Origin, [origin]) => letters(origin).map(|origin| Self::of_codes(kind, 0, origin.into())),
            _ => None,
        };
        packed.unwrap_or_else(|| Self::digested(kind, parts))
    }

    /// A packed key of a number of six decimal digits at most, and 32 bits of other codes.
    pub(crate) fn of_codes(kind: CounterKind, hs: u32, rest: u32) -> Self {
        let parts = u64::from(hs & 0xF_FFFF) << 32 | u64::from(rest);
        Self { kind, hash: ((kind as u64) << BELOW | parts).cast_signed() }
    }

    /// The packed key of an exact mass, where it fits.
    pub(crate) fn of_mass(mass_mg: i64) -> Option<Self> {
        let mass = u64::try_from(mass_mg).ok().filter(|mass| *mass < 1 << BELOW)?;
        Some(Self {
            kind: CounterKind::Mass,
            hash: ((CounterKind::Mass as u64) << BELOW | mass).cast_signed(),
        })
    }

    /// The key of parts that are not short codes.
    pub(crate) fn digested(kind: CounterKind, parts: &[&str]) -> Self {
        let mut text = String::with_capacity(96);
        text.push_str(kind.word());
        for part in parts {
            text.push('\u{1f}');
            text.push_str(part);
        }
        let digest = digest(&SHA256, text.as_bytes());
        let mut head = [0; 8];
        head.copy_from_slice(&digest.as_ref()[..8]);
        Self { kind, hash: i64::from_be_bytes(head) | i64::MIN }
    }
}

/// The two letters of a country's code.
pub(crate) fn letters(country: &str) -> Option<u16> {
    let letters: [u8; 2] = country.as_bytes().try_into().ok()?;
    letters.is_ascii().then(|| u16::from_be_bytes(letters))
}

/// Two, four or six digits.
fn number(hs: &str) -> Option<u32> {
    let digits = matches!(hs.len(), 2 | 4 | 6) && hs.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| hs.parse().ok()).flatten()
}

impl Hash for CounterKey {
    /// The kind stands in the packed hash, and seldom decides between digested ones.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_i64(self.hash);
    }
}
