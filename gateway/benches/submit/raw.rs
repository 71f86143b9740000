//! Messages that are encoded already, and answers that are not looked at.

use std::marker::PhantomData;

use prost::bytes::{Buf as _, BufMut, Bytes};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// A message that knows its bytes.
pub(crate) trait Encoded: Send + 'static {
    fn write(&self, out: &mut impl BufMut);
}

/// Sends such messages and hands over answers undecoded.
pub(crate) struct Raw<T>(PhantomData<T>);

impl<T> Raw<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Encoded> Codec for Raw<T> {
    type Encode = T;
    type Decode = Bytes;
    type Encoder = Raw<T>;
    type Decoder = Raw<T>;

    fn encoder(&mut self) -> Raw<T> {
        Raw::new()
    }

    fn decoder(&mut self) -> Raw<T> {
        Raw::new()
    }
}

impl<T: Encoded> Encoder for Raw<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message.write(buffer);
        Ok(())
    }
}

impl<T: Encoded> Decoder for Raw<T> {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}
