//! `gateway partner add`.

use std::collections::BTreeSet;

use super::{
    Known, Opened,
    arguments::Add,
    certificate::{Brought, brought, text},
    check_posts, put, refused,
};
use crate::{
    authenticate::{PARTNER_URI_PREFIX, Settings},
    command::registry::{Told, proven},
    persist::{AuditEvent, AuditKind, PartnerRow},
};

/// Registers a partner that is not registered yet.
pub(super) async fn add(opened: &Opened, arguments: &Add) -> anyhow::Result<()> {
    let id = arguments.id.as_str();
    let uri = format!("{PARTNER_URI_PREFIX}{id}");
    let brought = brought(&arguments.identity, (id, &uri), opened.clock.now())?;
    let anchors_pem = match (&arguments.anchors, &brought) {
        (Some(file), _) => text(file)?,
        (None, Some(Brought { signed: Some(signed), .. })) => signed.ca_pem.clone(),
        (None, _) => return Err(refused("--anchors FILE: the roots that may vouch for it are needed").into()),
    };
    let crls_pem = arguments.crl.as_deref().map(text).transpose()?.unwrap_or_default();
    let mut settings = Settings {
        id: id.to_owned(),
        role: arguments.role.into(),
        loads: BTreeSet::new(),
        border_posts: BTreeSet::new(),
        quota_per_minute: crate::authenticate::registry::DEFAULT_QUOTA,
        test: false,
        suspended: false,
        subject_uris: BTreeSet::new(),
        denied_certificates: BTreeSet::new(),
        certificates: Vec::new(),
    };
    arguments.allowed.lay_over(&mut settings);
    if let Some(Brought { certificate, signed }) = &brought {
        if signed.is_none() {
            settings.subject_uris = certificate.subject_uris.iter().cloned().collect();
            if settings.subject_uris.len() != 1 {
                let found = settings.subject_uris.len();
                let problem = "stands in the subject alternative name; one URI must";
                return Err(refused(format!("--certificate: {found} URIs {problem}")).into());
            }
        }
        settings.certificates = vec![certificate.named()];
    }
    opened
        .change(|whole, now| {
            if whole.partners.contains_key(id) {
                let hint = "`gateway partner set` and `rotate` change it";
                return Err(refused(format!("partner {id}: is registered already; {hint}")));
            }
            check_posts(whole, &settings)?;
            let row = PartnerRow {
                id: id.to_owned(),
                settings_json: String::new(),
                anchors_pem: anchors_pem.clone(),
                crls_pem: crls_pem.clone(),
                updated_time: now,
            };
            put(whole, Known { settings: settings.clone(), row })?;
            let mut audit = vec![AuditEvent::new(AuditKind::PartnerAdded, now).partner(id)];
            if let Some(Brought { certificate, signed }) = &brought {
                opened.lets_in(&proven(whole)?, certificate, id, now)?;
                if signed.is_some() {
                    let signed = AuditEvent::new(AuditKind::CertificateSigned, now).partner(id);
                    audit.push(signed.reason(&certificate.sha256));
                }
            }
            Ok(Told { audit, say: () })
        })
        .await?;
    println!("partner {id}: added");
    if let Some(Brought { signed: Some(signed), .. }) = &brought {
        signed.write()?;
    }
    Ok(())
}
