//! Large texts that repeat themselves are stored packed: a commit costs by the page.
//!
//! A packed value is one byte that names its form, then the form's bytes. Forms are added, never changed: what is stored
//! is read for ever.

use super::Error;

/// Stored as it is.
pub(in crate::persist) const PLAIN: u8 = 0;
/// The length (four bytes, little-endian), then one LZ4 block.
const LZ4: u8 = 1;

/// Below this, nothing is won.
const WORTH_PACKING_BYTES: usize = 512;

/// More than any value may unpack to: a damaged length must not take the memory.
const LARGEST_BYTES: usize = 256 * 1024 * 1024;

/// The stored form of a value.
#[must_use]
pub fn pack(plain: &[u8]) -> Vec<u8> {
    if plain.len() < WORTH_PACKING_BYTES {
        return as_is(plain);
    }
    let most = lz4_flex::block::get_maximum_output_size(plain.len());
    let mut packed = vec![0; 5 + most];
    let (Ok(length), Ok(written)) =
        (u32::try_from(plain.len()), lz4_flex::block::compress_into(plain, &mut packed[5..]))
    else {
        return as_is(plain);
    };
    packed[0] = LZ4;
    packed[1..5].copy_from_slice(&length.to_le_bytes());
    packed.truncate(5 + written);
    packed
}

/// A value from its stored form.
///
/// # Errors
/// [`Error::Corrupt`]: the form is not one of ours, or is damaged.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, Error> {
    let corrupt = || Error::Corrupt("a packed value is damaged".into());
    match packed.split_first().ok_or_else(corrupt)? {
        (&PLAIN, plain) => Ok(plain.to_vec()),
        (&LZ4, block) => {
            let (length, block) = block.split_first_chunk::<4>().ok_or_else(corrupt)?;
            let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| corrupt())?;
            if length > LARGEST_BYTES {
                return Err(corrupt());
            }
            let plain = lz4_flex::block::decompress(block, length).map_err(|_| corrupt())?;
            if plain.len() == length { Ok(plain) } else { Err(corrupt()) }
        }
        _ => Err(corrupt()),
    }
}

/// The stored form of a value that is compact already: packing it would cost more than the pages that it saves.
#[must_use]
pub fn as_is(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(1 + plain.len());
    packed.push(PLAIN);
    packed.extend_from_slice(plain);
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_went_in() {
        for length in [0, 1, WORTH_PACKING_BYTES - 1, WORTH_PACKING_BYTES, 10_000, 300_000] {
            let repeating: Vec<u8> = (0..length).map(|i| b"{\"name\":1}"[i % 10]).collect();
            let jumbled: Vec<u8> = (0..length).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            for plain in [repeating, jumbled] {
                assert_eq!(unpack(&pack(&plain)).unwrap(), plain);
            }
        }
        assert!(pack(&[b'a'; 10_000]).len() < 200);
    }

    #[test]
    fn damage_is_said_and_bounded() {
        let packed = pack(&[b'a'; 10_000]);
        for cut in 0..packed.len() {
            assert!(unpack(&packed[..cut]).is_err());
        }
        assert!(unpack(&[LZ4, 255, 255, 255, 255, 0]).is_err());
        assert!(unpack(&[7, 1]).is_err());
    }
}
