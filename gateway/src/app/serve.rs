//! A built gateway serves, and stops in order.

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::ServiceBuilder;

use super::{App, Error, background::Background, countdown::Countdown, first_call::Known};
use crate::{
    border,
    calls::Door,
    intake,
    observability::trace::Traced,
    outcomes,
    persist::{AuditEvent, AuditKind},
    places::Places,
    quota::Quota,
    reconcile,
    refusals::Refusals,
    reply::layer::Explain,
    rescore::Pace,
    watch,
};

/// The names under which health is asked for: the whole, and each service of the contract.
const SERVICES: [&str; 6] = [
    "",
    "customs.prearrival.v1.BorderPostService",
    "customs.prearrival.v1.ManifestService",
    "customs.prearrival.v1.OutcomeService",
    "customs.prearrival.v1.PreDecisionService",
    "customs.prearrival.v1.ReconciliationService",
];

pub(super) async fn run(app: App, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
    let settings = app.config.app.clone();
    let millis = Duration::from_millis;
    let (health, health_service) = tonic_health::server::health_reporter();
    let (address, admin_address) = (app.address()?, app.admin_address()?);
    let draining = CancellationToken::new();
    let refusals = Refusals::new(
        app.store.clone(),
        app.registry.clone(),
        app.clock.clone(),
        app.metrics.clone(),
        app.config.intake.max_refusals_apart,
    );
    let quota = if app.config.persist.is_postgres() {
        Quota::agreed(&app.config.intake, &app.store)
    } else {
        Quota::new(&app.config.intake)
    };
    let background = Background {
        store: app.store.clone(),
        clock: app.clock.clone(),
        metrics: app.metrics.clone(),
        reload: app.reload.clone(),
        refusals: refusals.clone(),
        stop: CancellationToken::new(),
    };

    let seats = watch::Seats::new(&app.config.watch, app.metrics.clone());

    // The first answers are true: the store was opened and everything else proven a moment ago.
    let authenticate = &app.config.authenticate;
    announce(&health, true).await;
    app.readiness.set(true);
    app.metrics.set_ready(true);
    let mut tasks = JoinSet::new();
    tasks.spawn(background.clone().refresh_registry(
        app.registry.clone(),
        app.registry_version,
        millis(settings.registry_poll_ms),
    ));
    tasks.spawn(background.clone().reload_credentials(
        app.credentials.clone(),
        [authenticate.certificate_file.clone(), authenticate.key_file.clone()],
        millis(settings.credentials_poll_ms),
    ));
    let reporter = health.clone();
    tasks.spawn(background.clone().probe(
        app.credentials.clone(),
        (app.listener.open_connections(), app.judging.clone(), seats.clone()),
        app.readiness.clone(),
        async move |ready| announce(&reporter, ready).await,
        (millis(settings.readiness_poll_ms), millis(settings.readiness_timeout_ms)),
    ));
    let flush =
        background.clone().flush_handshakes(app.handshakes.clone(), millis(settings.handshake_flush_ms));
    tasks.spawn(flush);
    tasks.spawn(background.clone().write_refusals());
    tasks.spawn(background.clone().give_back_quotas(quota.clone()));
    let fit = Duration::from_secs(u64::from(app.config.outcomes.fit_minutes) * 60);
    tasks.spawn(background.clone().fit_peer_groups(fit));
    tasks.spawn(background.clone().look_for_drift(fit));
    let poll = millis(settings.registry_poll_ms);
    tasks.spawn(background.clone().refresh_bundle(app.scorers, app.config.clone(), app.bundle_number, poll));
    tasks.spawn(background.clone().count_conduct(poll));
    let taken = &app.config.intake;
    let pace = Pace {
        at_once: taken.rescore_at_once,
        claim: millis(taken.rescore_claim_ms),
        patience: millis(taken.scoring_timeout_ms),
    };
    let every = millis(taken.rescore_every_ms);
    tasks.spawn(background.clone().rescore(app.judging.clone(), pace, every));
    if let Some(challenger) = app.challenger {
        tasks.spawn(background.clone().follow_with_challenger(challenger, poll));
    }

    let manifests = intake::service(intake::Intake {
        store: app.store.clone(),
        digests: app.digests.clone(),
        scorer: app.judging.clone(),
        lists: app.lists.clone(),
        registry: app.registry.clone(),
        quota: quota.clone(),
        refusals: refusals.clone(),
        clock: app.clock.clone(),
        metrics: app.metrics.clone(),
        config: app.config.intake.clone(),
        decode: app.config.decode.clone(),
        draining: draining.clone(),
    });
    let border = &app.config.border;
    let after = Duration::from_secs(u64::from(border.expire_after_hours) * 3_600);
    tasks.spawn(background.clone().expire(after, millis(border.expire_poll_ms), border.expire_at_once));
    tasks.spawn(background.clone().make_months());
    let door =
        Door { registry: app.registry.clone(), quota, refusals: refusals.clone(), clock: app.clock.clone() };
    let border_posts = border::Service::new(border::Border {
        store: app.store.clone(),
        door: door.clone(),
        config: border.clone(),
    });
    let outcomes = outcomes::Service::new(outcomes::Outcomes {
        store: app.store.clone(),
        scorer: app.judging.clone(),
        door: door.clone(),
        config: app.config.outcomes.clone(),
    });
    let ledger = reconcile::Ledger::new(app.store.clone(), app.config.reconcile.at_once);
    let reconciliation = reconcile::Service::new(reconcile::Reconciliation {
        store: app.store.clone(),
        door: door.clone(),
        ledger: ledger.clone(),
        config: app.config.reconcile.clone(),
    });
    let feed = watch::Service::new(watch::Feed {
        store: app.store.clone(),
        door,
        digests: app.digests.clone(),
        metrics: app.metrics.clone(),
        judging: app.judging.clone(),
        draining: draining.clone(),
        config: app.config.watch.clone(),
        seats,
        ledger,
    });
    let reflection = if settings.reflection { Some(reflection()?) } else { None };
    // Explain stands outside what may refuse, so that these refusals carry their reason too.
    let layers = ServiceBuilder::new()
        .layer(Countdown(app.clock.clone()))
        .layer(Traced)
        .layer(Explain::new(Arc::new(refusals.clone())))
        .layer(Known {
            registry: app.registry.clone(),
            refusals: refusals.clone(),
            calls: Places::of_each(settings.calls_per_partner),
        })
        .load_shed()
        .concurrency_limit(settings.calls_in_total)
        .into_inner();
    let web = authenticate.grpc_web.then(tonic_web::GrpcWebLayer::new);
    let server = authenticate
        .server()
        .layer(tower::util::option_layer(web)) // outside all others: they speak gRPC only
        .timeout(millis(settings.call_backstop_ms))
        .layer(layers)
        .add_service(manifests)
        .add_service(
            proto::v1::pre_decision_service_server::PreDecisionServiceServer::new(feed)
                .max_decoding_message_size(app.config.watch.max_request_bytes),
        )
        .add_service(
            proto::v1::border_post_service_server::BorderPostServiceServer::new(border_posts)
                .max_decoding_message_size(app.config.border.max_request_bytes),
        )
        .add_service(
            proto::v1::outcome_service_server::OutcomeServiceServer::new(outcomes)
                .max_decoding_message_size(app.config.outcomes.max_request_bytes),
        )
        .add_service(
            proto::v1::reconciliation_service_server::ReconciliationServiceServer::new(reconciliation)
                .max_decoding_message_size(app.config.reconcile.max_request_bytes),
        )
        .add_service(health_service)
        .add_optional_service(reflection);

    let stopped = draining.clone();
    let incoming = app.listener.serve(draining.clone());
    let mut serving = tokio::spawn(server.serve_with_incoming_shutdown(incoming, stopped.cancelled_owned()));
    let admin_stop = CancellationToken::new();
    let admin = tokio::spawn(app.admin.serve(admin_stop.clone().cancelled_owned()));
    audit(&background, AuditKind::Started).await;
    tracing::info!(%address, %admin_address, "listening");

    let failed = tokio::select! {
        () = shutdown => None,
        ended = &mut serving => Some(ended),
    };
    tracing::info!("draining");
    background.stop.cancel();
    while tasks.join_next().await.is_some() {}
    app.readiness.set(false);
    app.metrics.set_ready(false);
    announce(&health, false).await;
    let outcome = match failed {
        Some(ended) => ended,
        None => {
            tokio::time::sleep(millis(settings.drain_notice_ms)).await;
            draining.cancel();
            match timeout(millis(settings.drain_timeout_ms), &mut serving).await {
                Ok(ended) => ended,
                Err(_) => {
                    tracing::warn!("calls in flight did not finish in time; they are given up");
                    serving.abort();
                    Ok(Ok(()))
                }
            }
        }
    };
    draining.cancel();
    background.flush(&app.handshakes).await;
    refusals.close().await;
    audit(&background, AuditKind::Stopped).await;
    app.store.close().await;
    admin_stop.cancel();
    // Operators may read the last metrics; they may not keep the process.
    let _ = timeout(Duration::from_secs(1), admin).await;
    tracing::info!("stopped");
    outcome.map_err(|_| Error::Interrupted)?.map_err(Error::Server)
}

async fn announce(health: &HealthReporter, ready: bool) {
    let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
    for service in SERVICES {
        health.set_service_status(service, status).await;
    }
}

async fn audit(background: &Background, kind: AuditKind) {
    if let Err(error) = background.store.audit(AuditEvent::new(kind, background.clock.now())).await {
        background.metrics.audit_failure(kind.as_str());
        tracing::error!(%error, kind = kind.as_str(), "not audited");
    }
}

fn reflection() -> Result<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
    Error,
> {
    Ok(tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?)
}
