//! The order of the play.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;
use testkit::stories::Story;

use crate::Options;
use crate::gateway_process::Gateway;
use crate::report::Report;
use crate::stage::Stage;
use crate::submissions::{self, Told, verdict};
use crate::watchers::Watchers;
use crate::{keep, refusals, repeat};

/// How many of the things that did not happen are said to people.
const SAID: usize = 20;

/// Plays it all; true when everything happened that should.
pub(crate) async fn play(options: Options) -> Result<bool> {
    #[allow(clippy::disallowed_methods)] // a program starts here: its stories are told about this moment
    let now = Timestamp::now();
    let mut report = Report::new(options.json);
    report.line("Corridor: manifests announced before arrival, answered with a receipt and an explained pre-decision.");
    report.line("All people, companies and goods are invented (synthetic).");
    let stage = Stage::set(now).await?;
    let gateway = Gateway::start(&stage.config_file, stage.folder()).await?;
    started(&stage, &gateway, &report);
    let mut watchers = Watchers::start(&stage.cast, &gateway.address).await?;
    let clients = submissions::connect(&stage.cast, &gateway.address).await?;

    report.heading("Manifests");
    report.line(&format!(
        "{:>3}  {:<8}  {:<31}  {:<10}  {:<14}  {:>10}",
        "no", "corridor", "manifest", "partner", "post", "latency"
    ));
    let told = submissions::submit(&clients, &watchers, now, &mut report).await;
    corridors(&told, &mut report);

    report.heading("Refusals");
    refusals::show(&stage.cast, &gateway.address, now, &mut report).await;

    report.heading("A repeat");
    match told.first() {
        Some(first) => repeat::show(&clients, first, &mut report).await,
        None => report.missing("there was nothing to repeat"),
    }

    report.heading("The border posts' watches");
    watched(&mut watchers, &told, &mut report).await;
    watchers.stop();
    drop(clients);

    if options.keep {
        report.object(&json!({
            "kind": "kept",
            "folder": stage.folder(),
            "address": gateway.address,
            "admin": gateway.admin,
            "process": gateway.id(),
        }));
        keep::write(stage.folder(), &stage.cast, &gateway, now, &report)?;
        gateway.leave();
        stage.keep();
    } else {
        let drained = gateway.stop().await?;
        report.line("");
        report.line(&format!(
            "SIGTERM: drained and ended in {:.2} s; the state folder is gone.",
            drained.as_secs_f64()
        ));
    }
    Ok(ended(&told, &report))
}

fn started(stage: &Stage, gateway: &Gateway, report: &Report) {
    report.object(&json!({
        "kind": "started",
        "synthetic": true,
        "folder": stage.folder(),
        "address": gateway.address,
        "ready_ms": gateway.ready_after.as_millis(),
        "history_outcomes": testkit::history::outcomes(),
    }));
    report.line(&format!(
        "The gateway listens on {} with mutual TLS, ready {:.2} s after its start; {} past outcomes were imported.",
        gateway.address,
        gateway.ready_after.as_secs_f64(),
        testkit::history::outcomes(),
    ));
    report.line("Four CAs: Uzbekistan's (gateway and posts), Kazakhstan's, Tajikistan's, and the carriers'.");
}

fn corridors(told: &[Told], report: &mut Report) {
    let seen: BTreeSet<&str> =
        told.iter().filter_map(|told| told.submitted.response.pre_decisions.first()).map(verdict).collect();
    for corridor in ["GREEN", "YELLOW", "RED"] {
        report.expect(seen.contains(corridor), || format!("no manifest was {corridor}"));
    }
    report.expect(told.len() == Story::ALL.len(), || {
        format!("{} of {} manifests were answered", told.len(), Story::ALL.len())
    });
}

/// Every manifest reached its post's watch, with all its pre-decisions and the officer's view.
async fn watched(watchers: &mut Watchers, told: &[Told], report: &mut Report) {
    let received = watchers.receive(told.len()).await;
    for told in told {
        let story = told.story.name();
        let Some((post, decided)) = received.get(told.name()) else {
            report.missing(format!("{story}: no post's watch received it"));
            continue;
        };
        report.object(&json!({
            "kind": "watch",
            "story": story,
            "manifest": decided.manifest,
            "border_post": post,
            "partner": decided.partner_id,
            "corridor": decided.pre_decisions.first().map(verdict),
            "pre_decisions": decided.pre_decisions.len(),
        }));
        let (sent, came) = (told.submitted.response.pre_decisions.len(), decided.pre_decisions.len());
        report.expect(*post == told.post(), || format!("{story}: came to {post}"));
        report.expect(sent == came, || format!("{story}: {came} of {sent} pre-decisions came to the post"));
        report.expect(decided.pre_decisions.iter().all(|one| one.officer_view.is_some()), || {
            format!("{story}: the watch lacks the officer's view")
        });
    }
    report.expect(received.len() == told.len(), || {
        format!("the posts received {} manifests of {}", received.len(), told.len())
    });
    let parts: usize = received.values().map(|(_, decided)| decided.pre_decisions.len()).sum();
    report
        .labelled("watch", &format!("{} of {} manifests, {parts} pre-decisions", received.len(), told.len()));
}

fn ended(told: &[Told], report: &Report) -> bool {
    let good = report.problems().is_empty();
    let count = |corridor: &str| {
        let firsts = told.iter().filter_map(|told| told.submitted.response.pre_decisions.first());
        firsts.filter(|one| verdict(one) == corridor).count()
    };
    report.object(&json!({
        "kind": "summary",
        "good": good,
        "manifests": told.len(),
        "green": count("GREEN"),
        "yellow": count("YELLOW"),
        "red": count("RED"),
        "withheld": count("WITHHELD"),
        "missing": report.problems(),
    }));
    if good {
        report.heading("Everything happened that should.");
    } else {
        report.heading("Not everything happened that should:");
        for problem in report.problems().iter().take(SAID) {
            report.labelled("missing", problem);
        }
        if let Some(more) = report.problems().len().checked_sub(SAID).filter(|more| *more > 0) {
            report.labelled("", &format!("and {more} more; --json says them all"));
        }
    }
    good
}
