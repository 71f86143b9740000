//! What is sent: manifests encoded beforehand, of which only the key changes from request to request.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Result, ensure};
use jiff::Timestamp;
use prost::{
    Message as _,
    bytes::{BufMut, Bytes},
};

use crate::raw::Encoded;

/// Keeps these keys apart from those of other users of the generator.
pub(crate) const RUN: u64 = 0xB;
/// Digits of the counter at the end of a reference.
const DIGITS: usize = 7;

/// Which of the two payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Kind {
    /// A lorry with ten goods items.
    Cargo,
    /// A coach with fifty travellers.
    Coach,
}

impl Kind {
    /// The word in keys and tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Cargo => "cargo",
            Kind::Coach => "coach",
        }
    }
}

/// Encoded manifests and the counter that makes every key new.
pub(crate) struct Payload {
    templates: Vec<Template>,
    next: AtomicU64,
}

#[derive(Clone)]
struct Template {
    bytes: Bytes,
    /// Where the reference's counter stands; the request id and the journey name it too.
    counters: Arc<[usize]>,
}

/// One request: a template and the number to write into it.
pub(crate) struct Submission {
    template: Template,
    number: u64,
}

impl Payload {
    /// Encodes so many distinct manifests.
    #[allow(clippy::disallowed_methods)] // a program's beginning: arrivals lie some hours from now
    pub(crate) fn encode(kind: Kind, manifests: u64) -> Result<Self> {
        let now = Timestamp::now();
        let templates: Result<Vec<_>> = (0..manifests.max(1))
            .map(|n| {
                let request = match kind {
                    Kind::Cargo => testkit::many::cargo(RUN, n, now),
                    Kind::Coach => testkit::many::coach(RUN, n, now),
                };
                let reference = &request.request_id;
                ensure!(
                    reference.len() > DIGITS,
                    "the generator's references end in a counter of {DIGITS} digits"
                );
                let bytes = request.encode_to_vec();
                let last = reference.len() - DIGITS;
                let counters: Arc<[usize]> = bytes
                    .windows(reference.len())
                    .enumerate()
                    .filter(|(_, window)| *window == reference.as_bytes())
                    .map(|(at, _)| at + last)
                    .collect();
                ensure!(!counters.is_empty(), "the generator's references stand in what it encodes");
                Ok(Template { bytes: bytes.into(), counters })
            })
            .collect();
        Ok(Self { templates: templates?, next: AtomicU64::new(0) })
    }

    /// The next request, with a key that none before had.
    pub(crate) fn next(&self) -> Submission {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let template = self.templates[number as usize % self.templates.len()].clone();
        Submission { template, number }
    }

    /// Bytes of a request, on average.
    pub(crate) fn mean_bytes(&self) -> usize {
        self.templates.iter().map(|template| template.bytes.len()).sum::<usize>() / self.templates.len()
    }
}

impl Submission {
    /// How many bytes [`Submission::write`] writes.
    pub(crate) fn length(&self) -> usize {
        self.template.bytes.len()
    }
}

impl Encoded for Submission {
    fn write(&self, buffer: &mut impl BufMut) {
        let digits = format!("{:0width$}", self.number % 10_u64.pow(DIGITS as u32), width = DIGITS);
        let mut written = 0;
        for &at in self.template.counters.iter() {
            buffer.put_slice(&self.template.bytes[written..at]);
            buffer.put_slice(digits.as_bytes());
            written = at + DIGITS;
        }
        buffer.put_slice(&self.template.bytes[written..]);
    }
}
