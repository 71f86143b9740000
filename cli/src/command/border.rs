//! `corridor arrived`, `corridor released` and `corridor clearance-times`: what happens at the border, for border posts.

use proto::v1::{GetClearanceTimesRequest, ManifestSummary};
use serde_json::json;

use super::{Done, Terminal};
use crate::{Client, Error, json::to_json, show};

/// An instant on the command line.
pub(super) fn instant(option: &str, text: &str) -> Result<prost_types::Timestamp, Error> {
    let problem = || Error::Config(format!("--{option} is not an instant such as 2026-01-31T10:00:00Z"));
    text.parse().map_err(|_| problem())
}

/// Reports that a conveyance is at the post.
pub(crate) async fn arrived(
    client: &Client,
    name: &str,
    at: Option<&str>,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let at = at.map(|text| instant("at", text)).transpose()?;
    tell(&client.report_arrival(name, at).await?, terminal);
    Ok(Done::Clean)
}

/// Reports that it was released.
pub(crate) async fn released(
    client: &Client,
    name: &str,
    at: Option<&str>,
    terminal: &Terminal,
) -> Result<Done, Error> {
    let at = at.map(|text| instant("at", text)).transpose()?;
    tell(&client.report_release(name, at).await?, terminal);
    Ok(Done::Clean)
}

fn tell(summary: &ManifestSummary, terminal: &Terminal) {
    terminal.answer(
        || json!({ "kind": "moved", "manifest": to_json("ManifestSummary", summary).unwrap_or_default() }),
        || show::summary(summary),
    );
}

/// Shows how long posts take from arrival to release.
pub(crate) async fn clearance_times(
    client: &Client,
    border_post: Option<String>,
    (from, before): (&str, &str),
    terminal: &Terminal,
) -> Result<Done, Error> {
    let request = GetClearanceTimesRequest {
        border_post_code: border_post.unwrap_or_default(),
        release_time_from: Some(instant("from", from)?),
        release_time_before: Some(instant("before", before)?),
    };
    let answer = client.clearance_times(request).await?;
    for times in &answer.clearance_times {
        terminal.answer(
            || json!({ "kind": "clearance_times", "times": to_json("ClearanceTimes", times).unwrap_or_default() }),
            || show::clearance_times(times),
        );
    }
    if answer.cut {
        terminal.summary("more was released in this time than is counted: ask for a shorter time");
    }
    Ok(Done::Clean)
}
