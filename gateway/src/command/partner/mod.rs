//! `gateway partner`: who may speak, changed beside running gateways, which take it up by themselves.
//!
//! Every command proves the registry as it will stand before it writes anything, and writes only if nobody else changed it
//! meanwhile: [`registry`].

mod add;
mod arguments;
mod certificate;
mod import;
mod rotate;
mod set;
mod show;

use super::{DataRefused, Opened, registry};
use crate::{authenticate::Settings, clock::Clock, persist::PartnerRow};

pub(super) use arguments::PartnerCommand;

/// Does what the command line says.
pub(super) fn run(command: PartnerCommand, clock: &Clock) -> anyhow::Result<()> {
    let config = super::load(command.configured())?;
    super::block_on(async {
        let opened = Opened::new(&config, clock).await?;
        let done = match &command {
            PartnerCommand::Import { folder, .. } => import::import(&opened, folder).await,
            PartnerCommand::Add(arguments) => add::add(&opened, arguments).await,
            PartnerCommand::List { json, .. } => show::list(&opened, *json).await,
            PartnerCommand::Show { id, json, .. } => show::show(&opened, id, *json).await,
            PartnerCommand::Set(arguments) => set::set(&opened, arguments).await,
            PartnerCommand::Allow { id, certificate, .. } => {
                set::allow(&opened, id, certificate.as_deref()).await
            }
            PartnerCommand::Suspend { id, certificate, .. } => {
                set::suspend(&opened, id, certificate.as_deref()).await
            }
            PartnerCommand::Rotate(arguments) => rotate::rotate(&opened, arguments).await,
            PartnerCommand::Remove { id, .. } => set::remove(&opened, id).await,
        };
        opened.store.close().await;
        done
    })?
}

/// A partner's row with its settings read.
struct Known {
    settings: Settings,
    row: PartnerRow,
}

/// The partner of this id, among those that are registered.
fn known(registry: &registry::Whole, id: &str) -> Result<Known, DataRefused> {
    let row = registry
        .partners
        .get(id)
        .ok_or_else(|| refused(format!("partner {id}: is not registered; see `gateway partner list`")))?;
    let settings = serde_json::from_str(&row.settings_json)
        .map_err(|error| refused(format!("partner {id}: settings: {error}")))?;
    Ok(Known { settings, row: row.clone() })
}

/// Puts a partner into the registry as it will stand.
fn put(registry: &mut registry::Whole, known: Known) -> Result<(), DataRefused> {
    let Known { settings, mut row } = known;
    row.settings_json = serde_json::to_string(&settings).map_err(|error| refused(error.to_string()))?;
    registry.partners.insert(row.id.clone(), row);
    Ok(())
}

fn refused(problem: impl Into<String>) -> DataRefused {
    DataRefused(vec![problem.into()])
}

/// Posts that a partner names must be registered, once any is: a misspelled one would never be met.
fn check_posts(registry: &registry::Whole, settings: &Settings) -> Result<(), DataRefused> {
    let unknown: Vec<String> = settings
        .border_posts
        .iter()
        .filter(|code| *code != "*" && !registry.border_posts.is_empty())
        .filter(|code| !registry.border_posts.contains_key(*code))
        .map(|code| {
            format!(
                "partner {}: border post {code} is not registered: `gateway border-post add {code}`",
                settings.id
            )
        })
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(DataRefused(unknown)) }
}
