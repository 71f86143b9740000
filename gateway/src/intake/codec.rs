//! The codecs of the calls whose bytes are kept as they were received.

use std::{marker::PhantomData, sync::Arc};

use prost::{Message, bytes::Buf as _};
use tonic::{
    Status,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use tonic_prost::ProstEncoder;

use super::queue::Held;
use crate::{
    decode::{self, Element, Format, Received},
    reply::Answer,
};

/// Yields a whole message as [`Received`]; encodes `E`.
#[derive(Debug)]
pub(super) struct WholeMessage<E> {
    format: Format,
    encodes: PhantomData<E>,
}

impl<E> WholeMessage<E> {
    pub(super) const fn of(format: Format) -> Self {
        Self { format, encodes: PhantomData }
    }
}

impl<E: Message + Default + Send + 'static> Codec for WholeMessage<E> {
    type Encode = E;
    type Decode = Received;
    type Encoder = ProstEncoder<E>;
    type Decoder = ReceivedDecoder;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::new(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        ReceivedDecoder(self.format)
    }
}

/// Yields a whole message as [`Received`]; writes an [`Answer`].
#[derive(Debug)]
pub(super) struct Submitting;

impl Codec for Submitting {
    type Encode = Answer;
    type Decode = Received;
    type Encoder = AnswerEncoder;
    type Decoder = ReceivedDecoder;

    fn encoder(&mut self) -> AnswerEncoder {
        AnswerEncoder
    }

    fn decoder(&mut self) -> ReceivedDecoder {
        ReceivedDecoder(Format::SubmitManifestV1)
    }
}

/// Writes answers.
#[derive(Debug)]
pub(super) struct AnswerEncoder;

impl Encoder for AnswerEncoder {
    type Item = Answer;
    type Error = Status;

    fn encode(&mut self, answer: Answer, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(answer.encoded_len());
        answer.encode(buffer);
        Ok(())
    }
}

/// Takes a message's bytes out of the transport's buffer without copying them.
#[derive(Debug)]
pub(super) struct ReceivedDecoder(Format);

impl Decoder for ReceivedDecoder {
    type Item = Received;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Received>, Status> {
        Ok(Some(Received { bytes: source.copy_to_bytes(source.remaining()), format: self.0 }))
    }
}

/// Bytes before each message: is it compressed, and how long it is.
pub(super) const PREFIX: usize = 5;

/// Yields the elements of a stream of submissions; encodes `E`. An element that cannot be read is an element still,
/// so that it is answered and the stream goes on.
pub(super) struct Elements<E>(Option<Arc<Held>>, PhantomData<E>);

impl<E> Elements<E> {
    /// `held` is told of each element that is whole.
    pub(super) const fn new(held: Option<Arc<Held>>) -> Self {
        Self(held, PhantomData)
    }
}

impl<E: Message + Default + Send + 'static> Codec for Elements<E> {
    type Encode = E;
    type Decode = Element;
    type Encoder = ProstEncoder<E>;
    type Decoder = ElementDecoder;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::new(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        ElementDecoder(self.0.clone())
    }
}

/// Cuts elements open.
pub(super) struct ElementDecoder(Option<Arc<Held>>);

impl Decoder for ElementDecoder {
    type Item = Element;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Element>, Status> {
        let bytes = source.copy_to_bytes(source.remaining());
        if let Some(held) = &self.0 {
            held.whole_for_now(bytes.len().saturating_add(PREFIX));
        }
        Ok(Some(decode::element(&bytes)))
    }
}
