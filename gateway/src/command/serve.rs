//! `gateway serve`.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::block_on;
use crate::{
    app::App,
    clock::Clock,
    config::Config,
    observability::{otlp::Sent, subscriber},
};

/// How long a collector may keep a process that has stopped, for spans and for lines each.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Serves until told to stop. The addresses are printed on standard output once the ports are held, one line for
/// each, so that whoever asked for port 0 learns them.
pub(super) fn serve(config: Config) -> anyhow::Result<()> {
    block_on(async move {
        let sent = Sent::new(&config.observability.otlp)?;
        subscriber::install(&config.observability, &sent);
        // Before the ports: a signal that comes early must not kill us half-way.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let app = App::build(config, Clock::System).await?;
        println!("grpc {}\nadmin {}", app.address()?, app.admin_address()?);
        let reload = app.reload();
        tokio::spawn(async move {
            while hang_up.recv().await.is_some() {
                reload.now();
            }
        });
        let outcome = app
            .run(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            })
            .await;
        // Its last lines, too; not at the price of an orderly end.
        let _ = tokio::task::spawn_blocking(move || sent.close(LAST_WORDS)).await;
        Ok(outcome?)
    })?
}
