//! Going on after the demo: settings for everybody, something new to submit, and the commands.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use testkit::many;
use testkit::stories::{Sender, Story};

use crate::cast::{Cast, POSTS};
use crate::gateway_process::Gateway;
use crate::report::Report;

/// Writes `<identity>.toml` for each identity and `manifests/*.json`, and says how to use them.
pub(crate) fn write(
    folder: &Path,
    cast: &Cast,
    gateway: &Gateway,
    now: Timestamp,
    report: &Report,
) -> Result<()> {
    let names = Sender::ALL.iter().map(|sender| sender.partner_id()).chain(POSTS.map(|(_, name)| name));
    for name in names {
        let config = cast.client(name, &gateway.address);
        let (certificate, key) = cast.files(name);
        let text = format!(
            "address = {:?}\nserver_name = {:?}\nca_file = {:?}\ncertificate_file = {certificate:?}\n\
             key_file = {key:?}\n",
            config.address, config.server_name, config.ca_file,
        );
        fs::write(folder.join(format!("{name}.toml")), text)
            .with_context(|| format!("writing {name}.toml"))?;
    }
    let manifests = folder.join("manifests");
    fs::create_dir_all(&manifests).context("making the folder of manifests")?;
    for story in Story::ALL {
        let text = testkit::submission_json::write(&story.submission(now))?;
        fs::write(manifests.join(format!("{}.json", story.name())), text).context("writing a manifest")?;
    }
    let new = testkit::submission_json::write(&many::cargo(1, 1, now))?;
    fs::write(folder.join("new-lorry.json"), new).context("writing a manifest")?;

    let corridor = |who: &str, rest: &str| {
        format!(
            "  cargo run --release -p cli --bin corridor -- --config {}/{who}.toml {rest}",
            folder.display()
        )
    };
    report.heading("The gateway runs on. To go on:");
    report.line(&corridor("kz-customs", &format!("submit {}/new-lorry.json", folder.display())));
    report.line(&corridor("kz-customs", "list"));
    report.line(&corridor("silk-coach", &format!("validate {}/coach-clean.json", manifests.display())));
    report.line("");
    report.line(
        "Try files of your own (EDIFACT, XML, CSV, workbooks, JSON) or folders of them, without recording:",
    );
    report.line(&corridor("kz-customs", "validate FILE --json   # as customs: cargo"));
    report.line(&corridor("silk-coach", "validate FILE --json   # as a bus operator: passengers"));
    report.line("");
    report.line(&corridor("post-gishtkuprik", "watch --border-post UZ-GISHTKUPRIK"));
    report.line(&format!("  curl http://{}/metrics", gateway.admin));
    report.line(&format!(
        "  kill {}   # stops it; {} is then yours to delete",
        gateway.id(),
        folder.display()
    ));
    Ok(())
}
