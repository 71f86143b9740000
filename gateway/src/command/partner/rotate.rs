//! `gateway partner rotate`: what follows a certificate or a root, while the old one still holds.

use jiff::Timestamp;

use super::{
    Opened,
    arguments::Rotate,
    certificate::{Brought, brought, digest_of, text},
    known, put, refused,
};
use crate::{
    authenticate::{PARTNER_URI_PREFIX, Settings},
    command::{
        DataRefused,
        registry::{Told, proven},
    },
    persist::{AuditEvent, AuditKind},
};

/// Brings the next certificate or roots, or drops the old ones.
pub(super) async fn rotate(opened: &Opened, arguments: &Rotate) -> anyhow::Result<()> {
    let id = arguments.id.as_str();
    let uri = {
        let (_, whole) = opened.registry().await?;
        let uris = known(&whole, id)?.settings.subject_uris;
        uris.first().cloned().unwrap_or_else(|| format!("{PARTNER_URI_PREFIX}{id}"))
    };
    let brought = brought(&arguments.identity, (id, &uri), opened.clock.now())?;
    let drop = arguments.drop.as_deref().map(digest_of).transpose()?;
    let beside = arguments.anchors.as_deref().map(text).transpose()?;
    let instead = arguments.anchors_only.as_deref().map(text).transpose()?;
    if brought.is_none() && drop.is_none() && beside.is_none() && instead.is_none() {
        return Err(
            refused("nothing to rotate: name a certificate, a request, roots, or what to drop").into()
        );
    }
    let (_, said) = opened
        .change(|whole, now| {
            let mut partner = known(whole, id)?;
            let rotated =
                |reason: &str| AuditEvent::new(AuditKind::PartnerRotated, now).partner(id).reason(reason);
            let (mut audit, mut said) = (Vec::new(), Vec::new());
            if let Some(roots) = instead.as_ref().or(beside.as_ref()) {
                let present = if instead.is_some() { "" } else { partner.row.anchors_pem.trim_end() };
                partner.row.anchors_pem = format!("{present}\n{}\n", roots.trim()).trim_start().to_owned();
                audit.push(rotated("anchors"));
                said.push(format!("partner {id}: roots taken"));
            }
            if let Some(digest) = &drop {
                let before = partner.settings.certificates.len();
                partner.settings.certificates.retain(|named| !named.sha256.eq_ignore_ascii_case(digest));
                match (before, partner.settings.certificates.len()) {
                    (before, after) if before == after => {
                        return Err(refused(format!("partner {id}: names no certificate {digest}")));
                    }
                    // None named would mean: all that the roots vouch for.
                    (_, 0) if brought.is_none() => {
                        let problem =
                            "it is the only one that is named; bring the next one, or suspend the partner";
                        return Err(refused(format!("partner {id}: {digest}: {problem}")));
                    }
                    _ => {}
                }
                audit.push(rotated(digest));
                said.push(format!("partner {id}: certificate {digest} dropped"));
            }
            if let Some(Brought { certificate, signed }) = &brought {
                said.push(named(&mut partner.settings, certificate, now)?);
                audit.push(rotated(&certificate.sha256));
                if signed.is_some() {
                    let signed = AuditEvent::new(AuditKind::CertificateSigned, now).partner(id);
                    audit.push(signed.reason(&certificate.sha256));
                }
            }
            put(whole, partner)?;
            if let Some(Brought { certificate, .. }) = &brought {
                opened.lets_in(&proven(whole)?, certificate, id, now)?;
            }
            Ok(Told { audit, say: said })
        })
        .await?;
    for line in said {
        println!("{line}");
    }
    if let Some(Brought { signed: Some(signed), .. }) = &brought {
        signed.write()?;
    }
    Ok(())
}

/// Names a certificate beside the one in use; one that has ended makes room. A partner that names none goes on doing so:
/// its roots vouch for the new one as they did for the old.
fn named(
    settings: &mut Settings,
    certificate: &crate::authenticate::ClientCertificate,
    now: Timestamp,
) -> Result<String, DataRefused> {
    let (id, digest) = (settings.id.clone(), &certificate.sha256);
    if settings.certificates.is_empty() {
        return Ok(format!(
            "partner {id}: {digest} is let in by the roots; no certificates are named, none had to be"
        ));
    }
    if settings.certificates.iter().any(|named| named.sha256.eq_ignore_ascii_case(digest)) {
        return Ok(format!("partner {id}: {digest} was named already"));
    }
    let ended = |not_after: &str| not_after.parse::<Timestamp>().is_ok_and(|end| end < now);
    settings.certificates.retain(|named| !ended(&named.not_after));
    settings.certificates.push(certificate.named());
    if settings.certificates.len() > 2 {
        let problem = "two certificates are in force already: --drop the one that is no longer used";
        return Err(refused(format!("partner {id}: {problem}")));
    }
    Ok(format!("partner {id}: certificate {digest} taken, until {}", certificate.not_after))
}
