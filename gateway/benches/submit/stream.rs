//! One bidirectional stream: an answer lets the next element go.

use std::{collections::HashMap, sync::Arc, time::Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use hdrhistogram::Histogram;
use prost::{
    bytes::BufMut,
    encoding::{decode_varint, encode_varint},
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, client::Grpc, transport::Channel};

use crate::{
    load::new_histogram,
    payload::{Payload, Submission},
    raw::{Encoded, Raw},
};

const METHOD: &str = "/customs.prearrival.v1.ManifestService/SubmitManifests";
/// `SubmitManifestsRequest.sequence` and `SubmitManifestsResponse.sequence`: field 1, a varint.
const SEQUENCE: u64 = 1 << 3;
/// `SubmitManifestsRequest.submission` and `SubmitManifestsResponse.accepted`: field 2, a message.
const SUBMISSION: u64 = 2 << 3 | 2;

/// Keeps `window` elements unanswered until `end`.
pub(crate) async fn until(
    channel: Channel,
    payload: Arc<Payload>,
    window: usize,
    end: Instant,
) -> Result<Histogram<u64>> {
    let (send, elements) = mpsc::channel(window);
    let mut sent: HashMap<u64, Instant> = HashMap::with_capacity(window);
    let mut latencies = new_histogram()?;
    for sequence in 1..=window as u64 {
        sent.insert(sequence, Instant::now());
        send.try_send(Element { sequence, submission: payload.next() })?;
    }
    let mut next = window as u64 + 1;
    let mut grpc = Grpc::new(channel);
    grpc.ready().await?;
    let path = http::uri::PathAndQuery::from_static(METHOD);
    let answers = grpc.streaming(Request::new(ReceiverStream::new(elements)), path, Raw::new()).await;
    let mut answers = answers.map_err(|status| anyhow!("a stream was not answered: {status}"))?.into_inner();
    while !sent.is_empty() {
        let mut answer = answers.message().await?.context("the stream ended early")?;
        ensure!(decode_varint(&mut answer)? == SEQUENCE, "an answer says first whose it is");
        let sequence = decode_varint(&mut answer)?;
        ensure!(decode_varint(&mut answer)? == SUBMISSION, "an element was refused");
        let begun = sent.remove(&sequence).context("an answer to nothing that was asked")?;
        latencies.record(u64::try_from(begun.elapsed().as_micros())?)?;
        if Instant::now() < end {
            sent.insert(next, Instant::now());
            send.send(Element { sequence: next, submission: payload.next() }).await?;
            next += 1;
        }
    }
    Ok(latencies)
}

/// One element of the stream.
struct Element {
    sequence: u64,
    submission: Submission,
}

impl Encoded for Element {
    fn write(&self, out: &mut impl BufMut) {
        encode_varint(SEQUENCE, out);
        encode_varint(self.sequence, out);
        encode_varint(SUBMISSION, out);
        encode_varint(self.submission.length() as u64, out);
        self.submission.write(out);
    }
}
