//! The border posts' own clients: they watch from the beginning, and ask what the officer is told.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use cli::Client;
use proto::v1::{ManifestDecided, watch_pre_decisions_response::Event};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::cast::{Cast, POSTS};

/// How long the last message may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A client at every post, and what their watches brought.
#[derive(Debug)]
pub(crate) struct Watchers {
    clients: BTreeMap<&'static str, Client>,
    messages: mpsc::UnboundedReceiver<(&'static str, ManifestDecided)>,
    tasks: Vec<JoinHandle<()>>,
    /// By resource name: the post that was told, and the message. At least once means that it may come twice.
    received: BTreeMap<String, (&'static str, ManifestDecided)>,
}

impl Watchers {
    /// Connects the posts and opens their watches.
    pub(crate) async fn start(cast: &Cast, address: &str) -> Result<Self> {
        let (sender, messages) = mpsc::unbounded_channel();
        let (mut clients, mut tasks) = (BTreeMap::new(), Vec::new());
        for (post, name) in POSTS {
            let client = Client::connect(&cast.client(name, address))
                .await
                .with_context(|| format!("connecting {name}"))?;
            let mut watch = client.watch(Some(post), Vec::new(), false);
            watch.open().await.with_context(|| format!("opening the watch of {name}"))?;
            let sender = sender.clone();
            tasks.push(tokio::spawn(async move {
                while let Ok(message) = watch.next().await {
                    if let Some(Event::ManifestDecided(decided)) = message.event
                        && sender.send((post, decided)).is_err()
                    {
                        return;
                    }
                }
            }));
            clients.insert(post, client);
        }
        Ok(Self { clients, messages, tasks, received: BTreeMap::new() })
    }

    /// The client of a post.
    pub(crate) fn client(&self, post: &str) -> Option<&Client> {
        self.clients.get(post)
    }

    /// Waits until so many manifests came, or too long; gives what came, by resource name.
    pub(crate) async fn receive(
        &mut self,
        count: usize,
    ) -> &BTreeMap<String, (&'static str, ManifestDecided)> {
        while self.received.len() < count {
            let Ok(Some((post, decided))) = timeout(PATIENCE, self.messages.recv()).await else { break };
            self.received.insert(decided.manifest.clone(), (post, decided));
        }
        &self.received
    }

    /// Ends the watches.
    pub(crate) fn stop(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
