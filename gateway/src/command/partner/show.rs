//! `gateway partner list` and `show`: what is registered, and what of it ends when. Never a name out of a certificate:
//! common names are people's now and then.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Opened, known, registry};
use crate::authenticate::{Settings, Snapshot, registry::ExpiryKind};

const SECONDS_A_DAY: i64 = 86_400;

/// Everybody, on a line each.
pub(super) async fn list(opened: &Opened, as_json: bool) -> anyhow::Result<()> {
    let (_, whole) = opened.registry().await?;
    let snapshot = registry::proven(&whole)?;
    let now = opened.clock.now();
    if !as_json {
        println!(
            "{:<24}{:<14}{:<11}{:>9}  {:<22}{:>8}  border posts",
            "id", "role", "state", "quota", "loads", "ends in"
        );
    }
    for id in whole.partners.keys() {
        let settings = known(&whole, id)?.settings;
        let told = told(&settings, &snapshot, now);
        if as_json {
            println!("{told}");
            continue;
        }
        let words = |key: &str| {
            let listed = told[key].as_array().cloned().unwrap_or_default();
            listed.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        };
        let soonest =
            told["ends_in_days"].as_i64().map_or_else(|| "-".to_owned(), |days| format!("{days} d"));
        println!(
            "{id:<24}{:<14}{:<11}{:>9}  {:<22}{soonest:>8}  {}",
            told["role"].as_str().unwrap_or_default(),
            told["state"].as_str().unwrap_or_default(),
            settings.quota_per_minute,
            words("loads"),
            words("border_posts"),
        );
    }
    Ok(())
}

/// One partner.
pub(super) async fn show(opened: &Opened, id: &str, as_json: bool) -> anyhow::Result<()> {
    let (_, whole) = opened.registry().await?;
    let partner = known(&whole, id)?;
    let told = told(&partner.settings, &registry::proven(&whole)?, opened.clock.now());
    match (as_json, told) {
        (false, Value::Object(keys)) => {
            for (key, value) in keys {
                println!("{key:<20} {}", value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
            }
        }
        (_, told) => println!("{told}"),
    }
    Ok(())
}

fn told(settings: &Settings, snapshot: &Snapshot, now: Timestamp) -> Value {
    let days = |seconds: i64| (seconds.saturating_sub(now.as_second())).div_euclid(SECONDS_A_DAY);
    let expiries: Vec<_> =
        snapshot.expiries().into_iter().filter(|expiry| expiry.partner_id == settings.id).collect();
    let soonest =
        |kind| expiries.iter().find(|expiry| expiry.kind == kind).map(|expiry| days(expiry.at_seconds));
    let certificates: Vec<_> = settings
        .certificates
        .iter()
        .map(|named| {
            let end = named.not_after.parse::<Timestamp>().ok();
            json!({ "sha256": named.sha256, "not_after": named.not_after,
                    "ends_in_days": end.map(|end| days(end.as_second())) })
        })
        .collect();
    // The last certificate that holds is what ends a partner's connections, after it nothing of the roots matters.
    let last = certificates.iter().filter_map(|each| each["ends_in_days"].as_i64()).max();
    let ends = expiries.iter().map(|expiry| days(expiry.at_seconds)).chain(last).min();
    json!({
        "id": settings.id,
        "role": settings.role,
        "state": match (settings.suspended, settings.test) {
            (true, _) => "suspended",
            (false, true) => "test",
            (false, false) => "live",
        },
        "loads": settings.loads,
        "border_posts": settings.border_posts,
        "quota_per_minute": settings.quota_per_minute,
        "subject_uris": settings.subject_uris,
        "certificates": certificates,
        "denied_certificates": settings.denied_certificates,
        "anchor_ends_in_days": soonest(ExpiryKind::Anchor),
        "crl_ends_in_days": soonest(ExpiryKind::RevocationList),
        "ends_in_days": ends,
    })
}
