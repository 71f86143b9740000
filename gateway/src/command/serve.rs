//! `gateway serve`.

use tokio::signal::unix::{SignalKind, signal};

use super::{block_on, observe};
use crate::{app::App, clock::Clock, config::Config};

/// Serves until told to stop. The addresses are printed on standard output once the ports are held, one line for
/// each, so that whoever asked for port 0 learns them.
pub(super) fn serve(config: Config) -> anyhow::Result<()> {
    observe(&config);
    block_on(async move {
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
        app.run(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await?;
        Ok(())
    })?
}
