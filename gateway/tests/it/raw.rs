//! Calls whose bytes are sent as they are, whatever they are.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use prost::{
    Message,
    bytes::{Buf, BufMut, Bytes},
};
use testkit::many;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
    transport::Channel,
};

use crate::harness::now;

pub(crate) const SUBMIT: &str = "/customs.prearrival.v1.ManifestService/SubmitManifest";
pub(crate) const SUBMIT_MANY: &str = "/customs.prearrival.v1.ManifestService/SubmitManifests";

/// Sends bytes; reads answers of type `T`.
#[derive(Debug, Clone)]
struct Raw<T>(PhantomData<T>);

impl<T: Message + Default + 'static> Codec for Raw<T> {
    type Encode = Vec<u8>;
    type Decode = T;
    type Encoder = Raw<T>;
    type Decoder = Raw<T>;
    fn encoder(&mut self) -> Raw<T> {
        Raw(PhantomData)
    }
    fn decoder(&mut self) -> Raw<T> {
        Raw(PhantomData)
    }
}

impl<T> Encoder for Raw<T> {
    type Item = Vec<u8>;
    type Error = Status;
    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(item.len());
        buffer.put_slice(&item);
        Ok(())
    }
}

impl<T: Message + Default> Decoder for Raw<T> {
    type Item = T;
    type Error = Status;
    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<T>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        Ok(T::decode(bytes).ok())
    }
}

/// One call. An answer that is not a `T` ends it, too.
pub(crate) async fn send<T: Message + Default + 'static>(
    channel: &Channel,
    path: &str,
    request: Request<Vec<u8>>,
) -> Result<T, Status> {
    let mut client = Grpc::new(channel.clone());
    client.ready().await.unwrap();
    client.unary(request, path_of(path), Raw(PhantomData)).await.map(tonic::Response::into_inner)
}

/// One call that ends inside its message: the frame announces more than comes.
pub(crate) async fn send_half(channel: &Channel, path: &str, announced: u32, sent: usize) -> Status {
    use tower::ServiceExt as _;
    let mut frame = vec![0]; // not compressed
    frame.extend(announced.to_be_bytes());
    frame.extend(vec![0; sent]);
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(tonic::body::Body::new(String::from_utf8(frame).unwrap()))
        .unwrap();
    let response = channel.clone().oneshot(request).await.unwrap();
    Status::from_header_map(response.headers()).unwrap()
}

/// A body that never comes, and never ends.
struct Silence;

impl http_body::Body for Silence {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Status>>> {
        Poll::Pending
    }
}

/// One call that sends nothing and stays open; what it is refused for, if it is.
pub(crate) async fn send_nothing(channel: &Channel, path: &str) -> Status {
    use tower::ServiceExt as _;
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(tonic::body::Body::new(Silence))
        .unwrap();
    let response = channel.clone().oneshot(request).await.unwrap();
    match Status::from_header_map(response.headers()) {
        Some(status) => status,
        None => std::future::pending().await, // open, with the response held
    }
}

/// A stream of elements; every answer, and how it ended.
pub(crate) async fn send_many<T: Message + Default + 'static>(
    channel: &Channel,
    path: &str,
    elements: Vec<Vec<u8>>,
) -> (Vec<T>, Result<(), Status>) {
    let mut client = Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let request = Request::new(tokio_stream::iter(elements));
    let mut answers = match client.streaming(request, path_of(path), Raw(PhantomData)).await {
        Ok(answers) => answers.into_inner(),
        Err(status) => return (Vec::new(), Err(status)),
    };
    let mut received = Vec::new();
    loop {
        match answers.message().await {
            Ok(Some(answer)) => received.push(answer),
            Ok(None) => return (received, Ok(())),
            Err(status) => return (received, Err(status)),
        }
    }
}

fn path_of(path: &str) -> PathAndQuery {
    path.parse().unwrap()
}

/// Appends an unknown field (number 1000) until the message has exactly so many bytes.
pub(crate) fn filled_up(mut encoded: Vec<u8>, bytes: usize, filling: &[u8]) -> Vec<u8> {
    // Length-delimited: two bytes of key, then the length, then the filling.
    let rest = bytes.checked_sub(encoded.len() + 2).expect("larger than the message alone");
    let length_bytes = (1..=4).find(|n| prost::length_delimiter_len(rest - n) == *n).unwrap();
    prost::encoding::encode_key(1000, prost::encoding::WireType::LengthDelimited, &mut encoded);
    prost::encode_length_delimiter(rest - length_bytes, &mut encoded).unwrap();
    let missing = bytes - encoded.len();
    encoded.extend(filling.iter().cycle().take(missing));
    encoded
}

/// A submission whose encoding has exactly so many bytes.
pub(crate) fn of_size(bytes: usize) -> Vec<u8> {
    filled_up(many::cargo(6, bytes as u64, now()).encode_to_vec(), bytes, b"x")
}

/// An element of a stream around the bytes of a submission, as protobuf has it.
pub(crate) fn element(sequence: u8, submission: &[u8]) -> Vec<u8> {
    let mut bytes = vec![8, sequence, 0x12];
    prost::encode_length_delimiter(submission.len(), &mut bytes).unwrap();
    bytes.extend_from_slice(submission);
    bytes
}
