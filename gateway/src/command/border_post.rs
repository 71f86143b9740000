//! `gateway border-post`: the posts that partners may name.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Configured, DataRefused, Opened, registry::Told};
use crate::{
    clock::Clock,
    persist::{AuditEvent, AuditKind, BorderPostRow},
};

/// What can be done with border posts.
#[derive(Debug, Subcommand)]
pub(super) enum BorderPostCommand {
    /// Registers a post, or changes its name. Once any post is registered, partners may name registered ones only.
    Add {
        /// Its code, for instance UZ-GISHTKUPRIK.
        code: String,
        /// What it is called.
        #[arg(long, default_value = "")]
        name: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists the posts.
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Takes a post that no partner names out of the registry.
    Remove {
        /// Its code.
        code: String,
        #[command(flatten)]
        configured: Configured,
    },
}

/// Does what the command line says.
pub(super) fn run(command: BorderPostCommand, clock: &Clock) -> anyhow::Result<()> {
    let (BorderPostCommand::Add { configured, .. }
    | BorderPostCommand::List { configured, .. }
    | BorderPostCommand::Remove { configured, .. }) = &command;
    let config = super::load(configured)?;
    super::block_on(async {
        let opened = Opened::new(&config, clock).await?;
        let done = match &command {
            BorderPostCommand::Add { code, name, .. } => add(&opened, code, name).await,
            BorderPostCommand::List { json, .. } => list(&opened, *json).await,
            BorderPostCommand::Remove { code, .. } => remove(&opened, code).await,
        };
        opened.store.close().await;
        done
    })?
}

async fn add(opened: &Opened, code: &str, name: &str) -> anyhow::Result<()> {
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    if !(2..=35).contains(&code.len()) || !code.chars().all(allowed) || name.len() > 200 {
        let problem = "codes are 2 to 35 upper-case letters, digits and hyphens, names up to 200 bytes";
        return Err(DataRefused(vec![format!("border post {code}: {problem}")]).into());
    }
    let (imported, ()) = opened
        .change(|whole, now| {
            let updated_time = whole.border_posts.get(code).map_or(now, |before| before.updated_time);
            let settings_json = json!({ "name": name }).to_string();
            let row = BorderPostRow { code: code.to_owned(), settings_json, updated_time };
            let same = whole.border_posts.insert(code.to_owned(), row.clone()) == Some(row);
            let event = AuditEvent::new(AuditKind::BorderPostChanged, now).reason(code);
            Ok(Told { audit: if same { Vec::new() } else { vec![event] }, say: () })
        })
        .await?;
    let done = match (imported.added, imported.changed) {
        (0, 0) => "was so already",
        (0, _) => "changed",
        _ => "added",
    };
    println!("border post {code}: {done}");
    Ok(())
}

async fn list(opened: &Opened, as_json: bool) -> anyhow::Result<()> {
    let (_, whole) = opened.registry().await?;
    for post in whole.border_posts.values() {
        let settings: Value = serde_json::from_str(&post.settings_json).unwrap_or_default();
        let name = settings["name"].as_str().unwrap_or_default();
        match as_json {
            true => println!("{}", json!({ "code": post.code, "name": name })),
            false => println!("{:<36}{name}", post.code),
        }
    }
    Ok(())
}

async fn remove(opened: &Opened, code: &str) -> anyhow::Result<()> {
    opened
        .change(|whole, now| {
            let refused = |problem: String| DataRefused(vec![format!("border post {code}: {problem}")]);
            let quoted = json!(code).to_string();
            if let Some(partner) = whole.partners.values().find(|row| row.settings_json.contains(&quoted)) {
                return Err(refused(format!("partner {} names it", partner.id)));
            }
            if whole.border_posts.remove(code).is_none() {
                return Err(refused("is not registered".to_owned()));
            }
            let event = AuditEvent::new(AuditKind::BorderPostChanged, now).reason(code);
            Ok(Told { audit: vec![event], say: () })
        })
        .await?;
    println!("border post {code}: removed");
    Ok(())
}
