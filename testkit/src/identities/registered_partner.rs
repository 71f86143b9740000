//! A registry folder, as `gateway partner import` reads it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{Authority, PARTNER_URI_PREFIX};

/// One partner as the folder of `gateway partner import` holds it.
#[derive(Debug, Clone)]
pub struct RegisteredPartner {
    /// Its id, and the name of its folder.
    pub id: String,
    /// `submitter`, `border_post`, `analyst` or `administrator`.
    pub role: String,
    /// `cargo`, `passengers`.
    pub loads: Vec<String>,
    /// Codes of border posts; `*` is all, for submitters.
    pub border_posts: Vec<String>,
    /// Submissions a minute.
    pub quota_per_minute: u32,
    /// Is all its traffic test traffic?
    pub test: bool,
    /// Is it suspended?
    pub suspended: bool,
    /// URIs in its certificates.
    pub subject_uris: Vec<String>,
    /// CA certificates that may vouch for it, PEM.
    pub anchors_pem: String,
    /// Revocation lists, PEM; no file is written when empty.
    pub crls_pem: String,
}

impl RegisteredPartner {
    /// An administration or operator that submits `loads`, vouched for by `authority`, with a generous quota, for every
    /// border post.
    #[must_use]
    pub fn submitter(id: &str, loads: &[&str], authority: &Authority) -> Self {
        RegisteredPartner {
            id: id.to_owned(),
            role: "submitter".to_owned(),
            loads: loads.iter().map(|&load| load.to_owned()).collect(),
            border_posts: vec!["*".to_owned()],
            quota_per_minute: 1_000_000,
            test: false,
            suspended: false,
            subject_uris: vec![format!("{PARTNER_URI_PREFIX}{id}")],
            anchors_pem: authority.certificate_pem(),
            crls_pem: String::new(),
        }
    }

    /// A border post, for instance `UZ-GISHTKUPRIK`.
    #[must_use]
    pub fn border_post(id: &str, code: &str, authority: &Authority) -> Self {
        RegisteredPartner {
            role: "border_post".to_owned(),
            border_posts: vec![code.to_owned()],
            ..RegisteredPartner::submitter(id, &[], authority)
        }
    }

    /// A risk analyst.
    #[must_use]
    pub fn analyst(id: &str, authority: &Authority) -> Self {
        RegisteredPartner {
            role: "analyst".to_owned(),
            border_posts: Vec::new(),
            ..RegisteredPartner::submitter(id, &[], authority)
        }
    }

    /// Writes `<root>/<id>/partner.toml`, `anchors.pem` and, when there is a list, `crl.pem`; replaces what is there.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn write_to(&self, root: &Path) -> Result<PathBuf> {
        let folder = root.join(&self.id);
        let write = || -> io::Result<()> {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("partner.toml"), self.settings_toml())?;
            fs::write(folder.join("anchors.pem"), &self.anchors_pem)?;
            let crl = folder.join("crl.pem");
            match (self.crls_pem.is_empty(), crl.exists()) {
                (false, _) => fs::write(crl, &self.crls_pem),
                (true, true) => fs::remove_file(crl),
                (true, false) => Ok(()),
            }
        };
        write().with_context(|| format!("writing {}", folder.display()))?;
        Ok(folder)
    }

    /// The text of `partner.toml`.
    #[must_use]
    pub fn settings_toml(&self) -> String {
        // Strings here are ids, codes and URIs, whose Rust form is also their TOML form.
        format!(
            "id = {:?}\nrole = {:?}\nloads = {:?}\nborder_posts = {:?}\nquota_per_minute = {}\ntest = {}\n\
             suspended = {}\nsubject_uris = {:?}\n",
            self.id,
            self.role,
            self.loads,
            self.border_posts,
            self.quota_per_minute,
            self.test,
            self.suspended,
            self.subject_uris
        )
    }
}
