//! Many submissions on one stream, repeated until each has its answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::stream;
use prost::Message as _;
use proto::v1::{SubmitManifestRequest, SubmitManifestsRequest, submit_manifests_response::Outcome};

use crate::retry::pause;
use crate::{Client, Error, News, Submitted};

impl Client {
    /// Announces many manifests on one stream. `answered` is told of each, by its place, in the order of the answers.
    /// What was not answered, or refused only for now, is sent again; repeating is safe by contract.
    pub async fn submit_many(
        &self,
        requests: Vec<SubmitManifestRequest>,
        mut answered: impl FnMut(usize, Result<Submitted, Error>),
    ) {
        let requests = Arc::new(requests);
        let mut open: BTreeMap<usize, Option<Error>> =
            (0..requests.len()).map(|place| (place, None)).collect();
        let mut failed = 0;
        while !open.is_empty() {
            let before = open.len();
            let end = self.round(&requests, &mut open, &mut answered).await;
            failed = if open.len() < before { 1 } else { failed + 1 };
            let final_end = end.as_ref().is_some_and(|error| !error.is_retryable());
            if open.is_empty() {
                return;
            }
            if final_end || failed >= self.config.attempts {
                let words = end.as_ref().map_or("the stream ended early".to_owned(), ToString::to_string);
                for (place, error) in std::mem::take(&mut open) {
                    let error = error.or_else(|| end.as_ref().map(copy));
                    answered(place, Err(error.unwrap_or_else(|| Error::Unreachable(words.clone()))));
                }
                return;
            }
            let asked = open.values().flatten().chain(&end).filter_map(Error::retry_after).max();
            let pause = pause(failed, asked);
            let early = Error::Unreachable("the stream ended early".to_owned());
            let error = end.as_ref().or_else(|| open.values().flatten().next()).unwrap_or(&early);
            self.listener.tell(&News::Retrying { error, pause });
            tokio::time::sleep(pause).await;
        }
    }

    /// One stream with everything that is open. Takes out what got a final answer; returns why the stream ended, if it
    /// was not because everything was answered.
    async fn round(
        &self,
        requests: &Arc<Vec<SubmitManifestRequest>>,
        open: &mut BTreeMap<usize, Option<Error>>,
        answered: &mut impl FnMut(usize, Result<Submitted, Error>),
    ) -> Option<Error> {
        let places: Vec<usize> = open.keys().copied().collect();
        let all = Arc::clone(requests);
        // Taken from one by one as HTTP/2's flow control lets it: nothing piles up here.
        let elements = stream::iter(places.into_iter().filter_map(move |place| {
            let submission = all.get(place)?.clone();
            Some(SubmitManifestsRequest {
                sequence: i64::try_from(place).ok()?,
                submission: Some(submission),
            })
        }));
        let mut answers = match self.manifests().submit_manifests(elements).await {
            Ok(answers) => answers.into_inner(),
            Err(status) => return Some(Error::from_status(status)),
        };
        loop {
            let answer = match answers.message().await {
                Ok(Some(answer)) => answer,
                Ok(None) => return None,
                Err(status) => return Some(Error::from_status(status)),
            };
            let Some(place) = usize::try_from(answer.sequence).ok().filter(|place| open.contains_key(place))
            else {
                continue; // not ours, or answered before
            };
            let outcome = match answer.outcome {
                Some(Outcome::Accepted(response)) => {
                    Submitted::checked(response, &requests[place].encode_to_vec())
                }
                Some(Outcome::Refusal(refusal)) => Err(Error::from_refusal(refusal)),
                None => Err(Error::AnswerIncomplete("an outcome")),
            };
            match outcome {
                Err(error) if error.is_retryable() => {
                    open.insert(place, Some(error));
                }
                outcome => {
                    open.remove(&place);
                    answered(place, outcome);
                }
            }
        }
    }
}

/// The same end for every element that it left without an answer.
fn copy(error: &Error) -> Error {
    match error {
        Error::Refused(refused) => Error::Refused(refused.clone()),
        Error::Handshake { alert, problem } => {
            Error::Handshake { alert: alert.clone(), problem: problem.clone() }
        }
        Error::Untrusted { problem } => Error::Untrusted { problem: problem.clone() },
        Error::Unreachable(words) => Error::Unreachable(words.clone()),
        other => Error::Unreachable(other.to_string()),
    }
}
