//! `gateway partner set`, `allow`, `suspend` and `remove`.

use super::{
    Opened,
    arguments::{Allowed, Set},
    certificate::{digest_of, text},
    check_posts, known, put, refused,
};
use crate::{
    authenticate::Settings,
    command::registry::Told,
    persist::{AuditEvent, AuditKind},
};

impl Allowed {
    /// What is named replaces what was.
    pub(super) fn lay_over(&self, settings: &mut Settings) {
        if let Some(loads) = &self.loads {
            settings.loads = loads.iter().map(|word| (*word).into()).collect();
        }
        if let Some(posts) = &self.border_posts {
            settings.border_posts = posts.iter().filter(|code| !code.is_empty()).cloned().collect();
        }
        settings.quota_per_minute = self.quota_per_minute.unwrap_or(settings.quota_per_minute);
        settings.test = self.test.unwrap_or(settings.test);
    }
}

/// Changes what a partner may do, and its revocation lists.
pub(super) async fn set(opened: &Opened, arguments: &Set) -> anyhow::Result<()> {
    let crl = arguments.crl.as_deref().map(text).transpose()?;
    let (imported, ()) = opened
        .change(|whole, now| {
            let mut partner = known(whole, &arguments.id)?;
            let before = (partner.settings.clone(), partner.row.crls_pem.clone());
            arguments.allowed.lay_over(&mut partner.settings);
            if let Some(crl) = &crl {
                partner.row.crls_pem.clone_from(crl);
            }
            if arguments.allowed.border_posts.is_some() {
                check_posts(whole, &partner.settings)?;
            }
            let same = before == (partner.settings.clone(), partner.row.crls_pem.clone());
            put(whole, partner)?;
            let event = AuditEvent::new(AuditKind::PartnerChanged, now).partner(&arguments.id);
            Ok(Told { audit: if same { Vec::new() } else { vec![event] }, say: () })
        })
        .await?;
    let done = if imported.changed > 0 { "changed" } else { "was so already" };
    println!("partner {}: {done}", arguments.id);
    Ok(())
}

/// Refuses a partner, or one of its certificates.
pub(super) async fn suspend(opened: &Opened, id: &str, certificate: Option<&str>) -> anyhow::Result<()> {
    switch(opened, id, certificate, true).await
}

/// Takes that back.
pub(super) async fn allow(opened: &Opened, id: &str, certificate: Option<&str>) -> anyhow::Result<()> {
    switch(opened, id, certificate, false).await
}

async fn switch(opened: &Opened, id: &str, certificate: Option<&str>, suspended: bool) -> anyhow::Result<()> {
    let digest = certificate.map(digest_of).transpose()?;
    let (imported, ()) = opened
        .change(|whole, now| {
            let mut partner = known(whole, id)?;
            let before = partner.settings.clone();
            match &digest {
                Some(digest) if suspended => {
                    partner.settings.denied_certificates.insert(digest.clone());
                }
                Some(digest) => {
                    partner
                        .settings
                        .denied_certificates
                        .retain(|denied| !denied.eq_ignore_ascii_case(digest));
                }
                None => partner.settings.suspended = suspended,
            }
            let same = before == partner.settings;
            put(whole, partner)?;
            let kind = if suspended { AuditKind::PartnerSuspended } else { AuditKind::PartnerAllowed };
            let event = AuditEvent::new(kind, now).partner(id);
            let event = match &digest {
                Some(digest) => event.reason(digest),
                None => event,
            };
            Ok(Told { audit: if same { Vec::new() } else { vec![event] }, say: () })
        })
        .await?;
    let what = digest.map_or_else(String::new, |digest| format!("certificate {digest} "));
    let done = match (imported.changed > 0, suspended) {
        (true, true) => "suspended",
        (true, false) => "allowed",
        (false, _) => "was so already",
    };
    println!("partner {id}: {what}{done}");
    Ok(())
}

/// Takes a partner out of the registry. It must be suspended before, so that a slip stops nobody who is sending.
pub(super) async fn remove(opened: &Opened, id: &str) -> anyhow::Result<()> {
    opened
        .change(|whole, now| {
            if !known(whole, id)?.settings.suspended {
                let hint = "suspend it first: `gateway partner suspend`";
                return Err(refused(format!("partner {id}: is not suspended; {hint}")));
            }
            whole.partners.remove(id);
            let event = AuditEvent::new(AuditKind::PartnerRemoved, now).partner(id);
            Ok(Told { audit: vec![event], say: () })
        })
        .await?;
    println!("partner {id}: removed; its manifests stay under this id");
    Ok(())
}
