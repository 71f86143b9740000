//! When a submission's conveyance is expected, read off the wire before anything is decoded: what waits for its turn waits
//! as the bytes that it came as, and whose time runs out meanwhile is never decoded.

use super::{
    Received,
    extent::{Value, Wire},
};

/// Field numbers from the request to the seconds of its arrival: manifest, journey, arrival_time, seconds. The first two
/// are the same in a submission and in a dry run.
const PATH: [u64; 3] = [1, 7, 3];
const SECONDS: u64 = 1;

/// Declared arrival, seconds since 1970; none where it is not said, or where the bytes are damaged (decoding tells how). Of
/// a part that is written twice the last counts, which is how protobuf merges what has one value.
#[must_use]
pub fn arrival_seconds(received: &Received) -> Option<i64> {
    let mut bytes: &[u8] = &received.bytes;
    for number in PATH {
        let mut wire = Wire::new(bytes);
        let mut found = None;
        while let Some((field, value)) = wire.field().ok()? {
            if let (true, Value::Bytes { start, end }) = (field == number, value) {
                found = bytes.get(start..end);
            }
        }
        bytes = found?;
    }
    let mut wire = Wire::new(bytes);
    let mut seconds = None;
    while let Some((field, value)) = wire.field().ok()? {
        if let (SECONDS, Value::Number(number)) = (field, value) {
            seconds = Some(number.cast_signed());
        }
    }
    seconds
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use proto::v1::{Journey, Manifest, SubmitManifestRequest, ValidateManifestRequest};

    use super::*;
    use crate::decode::Format;

    fn manifest(seconds: Option<i64>) -> Manifest {
        let arrival_time = seconds.map(|seconds| prost_types::Timestamp { seconds, nanos: 5 });
        let journey = Journey { border_post_code: "UZ-OYBEK".into(), arrival_time, ..Journey::default() };
        Manifest { manifest_reference: "SYNTHETIC-1".into(), journey: Some(journey), ..Manifest::default() }
    }

    fn read(bytes: Vec<u8>) -> Option<i64> {
        arrival_seconds(&Received { bytes: bytes.into(), format: Format::SubmitManifestV1 })
    }

    #[test]
    fn the_declared_arrival_is_found_and_nothing_else() {
        for seconds in [1_795_000_000, 1, -5] {
            let manifest = Some(manifest(Some(seconds)));
            let submission = SubmitManifestRequest { manifest: manifest.clone(), ..Default::default() };
            assert_eq!(read(submission.encode_to_vec()), Some(seconds));
            let dry_run = ValidateManifestRequest { manifest, ..Default::default() };
            assert_eq!(read(dry_run.encode_to_vec()), Some(seconds));
        }
        let silent = SubmitManifestRequest { manifest: Some(manifest(None)), ..Default::default() };
        assert_eq!(read(silent.encode_to_vec()), None);
    }

    #[test]
    fn damaged_bytes_have_none() {
        let whole = SubmitManifestRequest { manifest: Some(manifest(Some(7))), ..Default::default() };
        let whole = whole.encode_to_vec();
        for cut in 0..whole.len() {
            assert_eq!(read(whole[..cut].to_vec()), None, "{cut}");
        }
        assert_eq!(read(vec![0xff; 40]), None);
        assert_eq!(read(Vec::new()), None);
    }
}
