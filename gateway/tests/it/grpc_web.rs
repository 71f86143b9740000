//! gRPC-Web where it is wanted. `cargo xtask interop web` does the same over HTTP/1.1 with a library of another language.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body as _, Frame};
use prost::{Message as _, bytes::Bytes};
use proto::v1::SubmitManifestResponse;
use testkit::stories::Story;
use tonic::body::Body;
use tower::{Service as _, ServiceExt as _};

use crate::{
    harness::{Gateway, now},
    raw::SUBMIT,
};

struct Once(Option<Bytes>);

impl http_body::Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// A message behind its flag and its length; flag 0x80 marks the trailers, which are a message here.
fn framed(message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap();
    [&[0], length.to_be_bytes().as_slice(), message].concat().into()
}

async fn post(gateway: &Gateway, message: Vec<u8>) -> (http::HeaderMap, Vec<u8>) {
    let mut channel = gateway.channel(Some(&gateway.identity("kz-customs")));
    let request = http::Request::post(format!("https://localhost{SUBMIT}"))
        .header("content-type", "application/grpc-web+proto")
        .body(Body::new(Once(Some(framed(&message)))))
        .unwrap();
    let response = channel.ready().await.unwrap().call(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/grpc-web+proto");
    let (head, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        bytes.extend(frame.unwrap().into_data().unwrap()); // trailers travel in the body
    }
    (head.headers, bytes)
}

#[tokio::test]
async fn a_manifest_is_answered_with_its_trailers_in_the_body_and_a_refusal_told() {
    let gateway = Gateway::start(&[("authenticate.grpc_web", "true")]).await;
    let (_, answer) = post(&gateway, Story::GeneralCargo.submission(now()).encode_to_vec()).await;
    let length = u32::from_be_bytes(answer[1..5].try_into().unwrap()) as usize;
    let (message, trailers) = answer[5..].split_at(length);
    assert!(SubmitManifestResponse::decode(message).unwrap().receipt.is_some());
    assert_eq!(trailers[0], 0x80);
    assert!(String::from_utf8_lossy(&trailers[5..]).contains("grpc-status:0"));

    // A refusal is all head and no body.
    let (head, nothing) = post(&gateway, vec![0xff; 20]).await;
    assert_eq!(head["grpc-status"], "3");
    assert!(head.contains_key("grpc-status-details-bin") && nothing.is_empty());
}
