//! `cargo xtask certs`: a development PKI from certs/profiles.toml, in a folder that git ignores.
//!
//! Each authority named there becomes a root of its own, because that is what partners have: one administration's
//! root never vouches for another. Keys are made anew each time and never leave the folder. A folder in which a gateway
//! keeps its store is not cleared without `--force`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use testkit::identities::{Authority, GATEWAY_URI, Profile, RegisteredPartner, Usage};
use xtask::tree::workspace_root;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    gateway: Gateway,
    partner: Vec<Partner>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gateway {
    hosts: Vec<String>,
    authority: String,
    days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Partner {
    id: String,
    role: String,
    #[serde(default)]
    loads: Vec<String>,
    #[serde(default)]
    border_posts: Vec<String>,
    authority: String,
    days: i64,
}

#[allow(clippy::disallowed_methods)] // a program's beginning: certificates are valid from now on
fn main() -> Result<()> {
    let now = Timestamp::now();
    let certs = workspace_root().join("certs");
    let text = fs::read_to_string(certs.join("profiles.toml")).context("cannot read certs/profiles.toml")?;
    let profiles: Profiles = toml::from_str(&text).context("certs/profiles.toml is not as expected")?;
    let folder = certs.join("dev");
    if folder.exists() {
        let force = std::env::args_os().skip(1).any(|argument| argument == "--force");
        let precious = if force { Vec::new() } else { precious(&folder)? };
        ensure!(
            precious.is_empty(),
            "{} holds a store or its secrets ({}), which would be removed with it; keep them elsewhere, or say \
             `cargo xtask certs --force`",
            folder.display(),
            precious.join(", ")
        );
        fs::remove_dir_all(&folder).context("cannot clear certs/dev")?;
    }
    let mut authorities = Authorities { folder: folder.join("authorities"), now, made: BTreeMap::new() };

    ensure!(
        !profiles.gateway.hosts.is_empty(),
        "certs/profiles.toml: gateway.hosts is empty, so nobody could connect"
    );
    let authority = authorities.named(&profiles.gateway.authority)?;
    let profile = Profile {
        common_name: "Customs gateway (synthetic)".to_owned(),
        uris: vec![GATEWAY_URI.to_owned()],
        hosts: profiles.gateway.hosts.clone(),
        usage: Usage::Server,
        not_after: now + days(profiles.gateway.days),
        ..authority.client_profile("")
    };
    authority.issue(&profile)?.write_to(&folder, "server")?;

    for partner in &profiles.partner {
        let authority = authorities.named(&partner.authority)?;
        let profile =
            Profile { not_after: now + days(partner.days), ..authority.client_profile(&partner.id) };
        authority.issue(&profile)?.write_to(&folder.join("partners"), &partner.id)?;
        let loads: Vec<_> = partner.loads.iter().map(String::as_str).collect();
        RegisteredPartner {
            role: partner.role.clone(),
            border_posts: partner.border_posts.clone(),
            // As long as the certificates, so that a development PKI does not stop working within days.
            crls_pem: authority.crl_pem_between(now - days(1), now + days(partner.days))?,
            ..RegisteredPartner::submitter(&partner.id, &loads, authority)
        }
        .write_to(&folder.join("registry"))?;
    }
    write(&folder.join("gateway.toml"), &gateway_toml(&folder))?;
    let submitter = profiles.partner.iter().find(|partner| partner.role == "submitter");
    if let Some(partner) = submitter {
        write(&folder.join("corridor.toml"), &corridor_toml(&profiles.gateway.authority, &partner.id))?;
    }
    println!("made {} with {} partners:", folder.display(), profiles.partner.len());
    println!("  server.pem, server.key.pem      the gateway's ([authenticate] certificate_file, key_file)");
    println!("  authorities/<name>.pem          roots; clients trust {}.pem", profiles.gateway.authority);
    println!("  partners/<id>.pem, .key.pem     what a client connects with");
    println!("  registry/                       for `gateway partner import`");
    println!("  gateway.toml                    a gateway on loopback, its store in this folder");
    println!(
        "  corridor.toml                   a client that speaks as {}",
        submitter.map_or("", |one| &one.id)
    );
    Ok(())
}

/// What was not made here: anything that a gateway keeps in the folder when it is run from the `gateway.toml` there.
fn precious(folder: &Path) -> Result<Vec<String>> {
    const OURS: [&str; 7] = [
        "authorities",
        "partners",
        "registry",
        "server.pem",
        "server.key.pem",
        "gateway.toml",
        "corridor.toml",
    ];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).context("cannot read certs/dev")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !OURS.contains(&name.as_str()) {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

/// A gateway on loopback with everything in one folder; paths are absolute, because the gateway reads them from where
/// it is started.
fn gateway_toml(folder: &Path) -> String {
    let file = |name: &str| format!("{:?}", folder.join(name));
    format!(
        "# Development only; made by `cargo xtask certs`.\n\n\
         [authenticate]\nlisten = \"127.0.0.1:8443\"\ncertificate_file = {}\nkey_file = {}\n\n\
         [persist]\npath = {}\nwrapping_keys_file = {}\ndigest_secret_file = {}\n\n\
         [observability]\nlog_format = \"pretty\"\n",
        file("server.pem"),
        file("server.key.pem"),
        file("store.db"),
        file("wrapping-keys"),
        file("digest-secret"),
    )
}

/// A client's settings; its paths are relative to the file.
fn corridor_toml(server_authority: &str, partner: &str) -> String {
    format!(
        "# Development only; made by `cargo xtask certs`.\n\n\
         address = \"127.0.0.1:8443\"\nserver_name = \"localhost\"\nca_file = \"authorities/{server_authority}.pem\"\n\
         certificate_file = \"partners/{partner}.pem\"\nkey_file = \"partners/{partner}.key.pem\"\n"
    )
}

/// Roots by name, made when first asked for.
struct Authorities {
    folder: PathBuf,
    now: Timestamp,
    made: BTreeMap<String, Authority>,
}

impl Authorities {
    fn named(&mut self, name: &str) -> Result<&Authority> {
        if !self.made.contains_key(name) {
            let authority = Authority::new(&format!("{name} (synthetic)"), self.now)?;
            write(&self.folder.join(format!("{name}.pem")), &authority.certificate_pem())?;
            self.made.insert(name.to_owned(), authority);
        }
        self.made.get(name).context("an authority that was just made")
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}
