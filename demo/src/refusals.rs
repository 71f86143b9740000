//! Those who are refused, and what they see.

use cli::{Client, Config, Error};
use serde_json::json;
use testkit::stories::Story;

use crate::cast::Cast;
use crate::report::{Paint, Report};

/// Where a refusal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// As a TLS alert.
    Handshake,
    /// As a status with `ErrorInfo`.
    FirstCall,
}

/// Tries all five and compares what each sees with what it should see.
pub(crate) async fn show(cast: &Cast, address: &str, now: jiff::Timestamp, report: &mut Report) {
    let cases = [
        (
            "no certificate",
            cast.client_without_certificate(address),
            Place::Handshake,
            "certificate_required",
        ),
        ("unknown CA", cast.client("unknown-ca", address), Place::Handshake, "unknown_ca"),
        ("revoked certificate", cast.client("revoked", address), Place::Handshake, "certificate_revoked"),
        ("not registered", cast.client("not-registered", address), Place::FirstCall, "NOT_REGISTERED"),
        (
            "administration A's CA vouches for B",
            cast.client("kz-vouches-for-tj", address),
            Place::FirstCall,
            "VOUCHED_BY_ANOTHER",
        ),
    ];
    for (who, config, place, expected) in cases {
        let Some(error) = attempt(&config, now).await else {
            report.missing(format!("{who}: was not refused"));
            continue;
        };
        let (seen_at, seen) = match &error {
            Error::Handshake { alert, .. } => (Place::Handshake, alert.clone().unwrap_or_default()),
            Error::Refused(refused) => (Place::FirstCall, refused.reason.clone()),
            _ => (Place::FirstCall, String::new()),
        };
        let at = if seen_at == Place::Handshake { "the TLS handshake" } else { "the first call" };
        report.object(&json!({
            "kind": "refusal",
            "who": who,
            "at": at,
            "refusal": seen,
            "message": error.to_string(),
            "remedy": error.remedy(),
        }));
        let words = match &error {
            Error::Handshake { alert: Some(alert), .. } => format!("alert {alert}"),
            error => error.to_string(),
        };
        report.line("");
        report.line(&format!("     {}", report.paint(who, Paint::Bold)));
        report.labelled("at", at);
        report.labelled("sees", &words);
        report.labelled("to do", &error.remedy());
        report.expect(seen_at == place && seen == expected, || {
            format!("{who}: expected {expected}, saw {at}: {error}")
        });
    }
}

/// Connects and announces; nobody here gets so far.
async fn attempt(config: &Config, now: jiff::Timestamp) -> Option<Error> {
    match Client::connect(config).await {
        Ok(client) => client.submit(&Story::GeneralCargo.submission(now)).await.err(),
        Err(error) => Some(error),
    }
}
