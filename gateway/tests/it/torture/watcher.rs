//! One watcher, which goes on at the next gateway from where it stopped.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use proto::v1::{PreDecision, WatchPreDecisionsRequest, watch_pre_decisions_response::Event};

use super::World;

/// No message for so long, and the next gateway is asked: heartbeats come every 200 ms.
const SILENCE: Duration = Duration::from_secs(3);

/// What it was told, in order: name, state, and which of the manifest's decisions ([`which`]).
pub(super) type Seen = Vec<(String, String, String)>;

/// Tells apart what rules alone decided first and what was decided later.
pub(super) fn which(decisions: &[PreDecision]) -> String {
    decisions.first().map_or_else(String::new, |one| {
        let time = one.decide_time.unwrap_or_default();
        format!("{} {}.{:09}", one.rules_only, time.seconds, time.nanos)
    })
}

pub(super) async fn run(world: World, number: usize, seen: Arc<Mutex<Seen>>) {
    let addresses = world.cluster.addresses();
    let mut resume_token = Vec::new();
    for place in number.. {
        let mut client = world.site.pre_decisions(addresses[place % addresses.len()], "analyst");
        let request = WatchPreDecisionsRequest { resume_token: resume_token.clone(), ..Default::default() };
        if let Ok(Ok(stream)) = tokio::time::timeout(SILENCE, client.watch_pre_decisions(request)).await {
            let mut stream = stream.into_inner();
            while let Ok(Ok(Some(message))) = tokio::time::timeout(SILENCE, stream.message()).await {
                if let Some(Event::ManifestDecided(decided)) = message.event {
                    let state =
                        decided.state().as_str_name().trim_start_matches("MANIFEST_STATE_").to_owned();
                    let which = which(&decided.pre_decisions);
                    seen.lock().unwrap().push((decided.manifest, state, which));
                }
                resume_token = message.resume_token;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
