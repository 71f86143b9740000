//! One element of a stream: its number, and the submission's bytes cut out of the element as they were sent.

use prost::bytes::{Bytes, BytesMut};

use super::{
    Format, Received, Refusal,
    extent::{Value, Wire},
};

/// One element of `SubmitManifests`.
pub struct Element {
    /// The caller's number, as far as it could be read; 0 otherwise.
    pub sequence: i64,
    /// The submission, or why the element cannot be read. An unreadable element is answered; it never ends the stream.
    pub received: Result<Received, Refusal>,
}

const SEQUENCE: u64 = 1;
const SUBMISSION: u64 = 2;

/// Reads the envelope of one element of `SubmitManifests` and leaves the submission as it is.
#[must_use]
pub fn element(bytes: &Bytes) -> Element {
    let mut sequence = 0;
    let mut submission: Option<Bytes> = None;
    let mut wire = Wire::new(bytes);
    loop {
        match wire.field() {
            Ok(Some((SEQUENCE, Value::Number(number)))) => sequence = number.cast_signed(),
            Ok(Some((SUBMISSION, Value::Bytes { start, end }))) => {
                let part = bytes.slice(start..end);
                // A small one does not keep the whole of a large element.
                let part = if part.len() < bytes.len() / 2 { Bytes::copy_from_slice(&part) } else { part };
                // Protobuf merges a message that is written twice, and concatenation is how.
                submission = Some(match submission {
                    None => part,
                    Some(earlier) => {
                        let mut both = BytesMut::from(earlier);
                        both.extend_from_slice(&part);
                        both.freeze()
                    }
                });
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(refusal) => return Element { sequence, received: Err(refusal) },
        }
    }
    let received = submission
        .map(|bytes| Received { bytes, format: Format::SubmitManifestV1 })
        .ok_or(Refusal::NoManifest);
    Element { sequence, received }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use proto::v1::{Manifest, SubmitManifestRequest, SubmitManifestsRequest};

    use super::*;

    fn request() -> SubmitManifestRequest {
        let manifest = Manifest { manifest_reference: "SYNTHETIC-1".into(), ..Manifest::default() };
        SubmitManifestRequest { manifest: Some(manifest), ..SubmitManifestRequest::default() }
    }

    #[test]
    fn the_submission_is_cut_out_as_sent() {
        let mut submission = request().encode_to_vec();
        submission.extend_from_slice(&[0xfa, 0x3f, 1, 7]); // an unknown field 1023
        let mut bytes = vec![8, 42, 0x12, u8::try_from(submission.len()).unwrap()];
        bytes.extend_from_slice(&submission);
        let element = element(&bytes.into());
        assert_eq!(element.sequence, 42);
        assert_eq!(element.received.ok().unwrap().bytes, submission);
    }

    #[test]
    fn negative_and_absent_numbers_are_read_as_protobuf_has_them() {
        for sequence in [-1, 0, i64::MAX, i64::MIN] {
            let message = SubmitManifestsRequest { sequence, submission: Some(request()) };
            assert_eq!(element(&message.encode_to_vec().into()).sequence, sequence);
        }
    }

    #[test]
    fn an_unreadable_element_keeps_its_number() {
        let element = element(&Bytes::from_static(&[8, 7, 0x12, 200, 1]));
        assert_eq!(element.sequence, 7);
        assert!(matches!(element.received, Err(Refusal::Undecodable { offset: Some(5), .. })));
    }

    #[test]
    fn an_element_without_submission_is_refused() {
        assert!(matches!(element(&Bytes::from_static(&[8, 7])).received, Err(Refusal::NoManifest)));
    }

    #[test]
    fn a_submission_written_twice_is_merged() {
        let once = request().encode_to_vec();
        let length = u8::try_from(once.len()).unwrap();
        let mut bytes = vec![];
        for _ in 0..2 {
            bytes.extend_from_slice(&[0x12, length]);
            bytes.extend_from_slice(&once);
        }
        let received = element(&bytes.into()).received.ok().unwrap();
        assert_eq!(received.bytes.len(), 2 * once.len());
        assert_eq!(SubmitManifestRequest::decode(received.bytes).unwrap(), request());
    }
}
