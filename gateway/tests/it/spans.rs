//! What operators see of a submission's way when they ask for it.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use gateway::observability::{Config, LogFormat, subscriber::subscriber};
use testkit::stories::Story;
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::{GISHTKUPRIK, Gateway, eventually, now};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;
    fn make_writer(&'a self) -> Lines {
        self.clone()
    }
}

impl Lines {
    /// The spans that ended with their durations: name, and the fields of the last of that name.
    fn ended(&self) -> BTreeMap<String, serde_json::Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines
            .filter(|line| line["message"] == "close" && line["time.busy"].is_string())
            .map(|line| (line["span"]["name"].as_str().unwrap_or_default().to_owned(), line["span"].clone()))
            .collect()
    }
}

/// On one thread, which alone listens: other tests' gateways are not heard.
#[tokio::test]
async fn the_steps_of_a_submission_show_with_their_durations_when_asked_for() {
    for asked in [true, false] {
        let lines = Lines::default();
        let config = Config {
            log_format: LogFormat::Json,
            log_filter: "debug".to_owned(),
            span_events: asked,
            ..Config::default()
        };
        let _guard = tracing::subscriber::set_default(subscriber(&config, lines.clone()));
        let gateway = Gateway::start(&[]).await;
        let request = proto::v1::WatchPreDecisionsRequest {
            border_post_code: GISHTKUPRIK.to_owned(),
            ..Default::default()
        };
        let watch = gateway.pre_decisions("post-gishtkuprik").watch_pre_decisions(request).await.unwrap();
        let mut client = gateway.manifests("kz-customs");
        client.submit_manifest(Story::GeneralCargo.submission(now())).await.unwrap();
        drop(watch);
        if !asked {
            assert_eq!(lines.ended(), BTreeMap::new());
            continue;
        }
        eventually("every step", async || {
            let ended = lines.ended();
            ["request", "call", "decode", "normalize", "validate", "score", "persist", "reply", "watch"]
                .iter()
                .all(|name| ended.contains_key(*name))
        })
        .await;
        assert_eq!(lines.ended()["watch"]["border_post.code"], GISHTKUPRIK);
    }
}
