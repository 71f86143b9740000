//! Partners and posts are administered by the gateway's own program, as other processes beside a running gateway.

use std::{path::Path, process::Output};

use gateway::persist::AuditKind;
use proto::v1::{ListManifestsRequest, manifest_service_client::ManifestServiceClient};
use testkit::{
    identities::{Authority, Identity, certificate_request},
    stories::Story,
};
use tokio::task::JoinSet;
use tonic::Status;

use crate::harness::{Gateway, eventually, now, reason};

/// Runs the program; words that begin with `@` name files of the folder.
async fn program(folder: &Path, line: &str) -> Output {
    let words = line.split(' ').map(|word| match word.strip_prefix('@') {
        Some(file) => folder.join(file).into_os_string(),
        None => word.into(),
    });
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_gateway"));
    command.args(words).arg("--config").arg(folder.join("gateway.toml"));
    command.output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// It does what it is told, and says so.
async fn done(gateway: &Gateway, line: &str) -> String {
    let output = program(gateway.folder.path(), line).await;
    assert!(output.status.success(), "{line}: {}", said(&output));
    gateway.reload.now();
    said(&output)
}

/// It refuses, with the exit code for data.
async fn refused(gateway: &Gateway, line: &str) -> String {
    let output = program(gateway.folder.path(), line).await;
    assert_eq!(output.status.code(), Some(65), "{line}: {}", said(&output));
    said(&output)
}

async fn ask(gateway: &Gateway, identity: &Identity) -> Result<(), Status> {
    let mut client = ManifestServiceClient::new(gateway.channel(Some(identity)));
    client.list_manifests(ListManifestsRequest::default()).await.map(|_| ())
}

async fn gets_in(gateway: &Gateway, identity: &Identity) {
    eventually("to be let in", async || ask(gateway, identity).await.is_ok()).await;
}

async fn is_told(gateway: &Gateway, identity: &Identity, expected: &str) {
    eventually(expected, async || match ask(gateway, identity).await {
        Err(status) if status.message().starts_with("transport") => false,
        Err(status) => reason(&status) == expected,
        Ok(()) => false,
    })
    .await;
}

fn write(gateway: &Gateway, name: &str, text: &str) {
    std::fs::write(gateway.folder.path().join(name), text).unwrap();
}

/// All that the commands print of partners and of the audit.
pub(crate) async fn everything_shown(gateway: &Gateway) -> String {
    let mut shown = String::new();
    for line in ["partner list", "partner list --json", "partner show silk-coach", "audit --limit 100000"] {
        shown += &done(gateway, line).await;
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_comes_rotates_and_goes() {
    let gateway = Gateway::start(&[]).await;
    let north = Authority::new("SYNTHETIC northern railways", now()).unwrap();
    let [first, second, third] = [(); 3].map(|()| north.client("north-railways").unwrap());
    write(&gateway, "north.pem", &north.certificate_pem());
    for (name, identity) in [("first.pem", &first), ("second.pem", &second), ("third.pem", &third)] {
        write(&gateway, name, &identity.chain_pem);
    }
    let add = "partner add north-railways --anchors @north.pem --certificate @first.pem --loads cargo --border-posts *";
    done(&gateway, add).await;
    gets_in(&gateway, &first).await;
    is_told(&gateway, &second, "NOT_REGISTERED").await;
    assert!(refused(&gateway, add).await.contains("registered already"));

    // Two overlap; a third waits until one is dropped.
    done(&gateway, "partner rotate north-railways --certificate @second.pem").await;
    gets_in(&gateway, &second).await;
    ask(&gateway, &first).await.unwrap();
    let told = refused(&gateway, "partner rotate north-railways --certificate @third.pem").await;
    assert!(told.contains("two certificates are in force"), "{told}");
    done(&gateway, "partner rotate north-railways --drop @first.pem").await;
    is_told(&gateway, &first, "NOT_REGISTERED").await;
    ask(&gateway, &second).await.unwrap();
    assert!(
        refused(&gateway, "partner rotate north-railways --drop @second.pem").await.contains("the only one")
    );

    let shown: serde_json::Value =
        serde_json::from_str(&done(&gateway, "partner show north-railways --json").await).unwrap();
    assert_eq!((shown["state"].as_str(), shown["certificates"].as_array().unwrap().len()), (Some("live"), 1));
    assert!((89..=90).contains(&shown["ends_in_days"].as_i64().unwrap()), "{shown}");
    assert!(!shown.to_string().contains("SYNTHETIC"), "no name out of a certificate: {shown}");

    done(&gateway, "partner set north-railways --quota-per-minute 1").await;
    assert!(
        done(&gateway, "partner set north-railways --quota-per-minute 1").await.contains("was so already")
    );
    let mut client = ManifestServiceClient::new(gateway.channel(Some(&second)));
    eventually("the quota", async || {
        let answer = client.submit_manifest(Story::GeneralCargo.submission(now())).await;
        answer.is_err_and(|status| reason(&status) == "QUOTA_EXCEEDED")
    })
    .await;

    done(&gateway, "partner set north-railways --quota-per-minute 600").await;

    done(&gateway, "partner suspend north-railways").await;
    is_told(&gateway, &second, "PARTNER_SUSPENDED").await;
    done(&gateway, "partner allow north-railways").await;
    gets_in(&gateway, &second).await;
    assert!(refused(&gateway, "partner remove north-railways").await.contains("suspend it first"));
    done(&gateway, "partner suspend north-railways").await;
    done(&gateway, "partner remove north-railways").await;
    eventually("nobody vouches any more", async || ask(&gateway, &second).await.is_err()).await;

    let kinds: Vec<AuditKind> = gateway.audited().await.iter().map(|event| event.kind).collect();
    for (kind, times) in [
        (AuditKind::PartnerAdded, 1),
        (AuditKind::PartnerRotated, 2),
        (AuditKind::PartnerChanged, 2),
        (AuditKind::PartnerSuspended, 2),
        (AuditKind::PartnerAllowed, 1),
        (AuditKind::PartnerRemoved, 1),
    ] {
        assert_eq!(kinds.iter().filter(|found| **found == kind).count(), times, "{kind:?} in {kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_signed_with_a_ca_that_is_given() {
    let gateway = Gateway::start(&[]).await;
    let ca = Authority::new("SYNTHETIC operators' CA", now()).unwrap();
    write(&gateway, "ca.pem", &ca.certificate_pem());
    write(&gateway, "ca.key.pem", &ca.key_pem());
    let (request, key_pem) = certificate_request("SYNTHETIC somebody else").unwrap();
    write(&gateway, "request.pem", &request);
    let sign = "--csr @request.pem --ca-certificate @ca.pem --ca-key @ca.key.pem --certificate-out @signed.pem --days 30";
    let add = format!("partner add silk-rail {sign} --loads passengers --border-posts UZ-OYBEK");
    done(&gateway, &add).await;
    let signed = std::fs::read_to_string(gateway.folder.path().join("signed.pem")).unwrap();
    gets_in(&gateway, &Identity::of_pem(signed, key_pem.clone())).await;
    assert!(refused(&gateway, &add).await.contains("is there already"), "never over a file");

    let wrong = add.replace("@ca.key.pem", "@request.pem").replace("@signed.pem", "@other.pem");
    assert!(refused(&gateway, &wrong).await.contains("not a readable private key"));
    let stolen = Authority::new("SYNTHETIC another CA", now()).unwrap();
    write(&gateway, "stolen.key.pem", &stolen.key_pem());
    let wrong = add.replace("@ca.key.pem", "@stolen.key.pem").replace("@signed.pem", "@other.pem");
    assert!(refused(&gateway, &wrong).await.contains("does not belong to its certificate"));
    // A request that somebody changed on the way is not proof of holding its key.
    let bad = request.replacen("MI", "MJ", 1);
    write(&gateway, "bad.pem", &bad);
    let wrong = add.replace("@request.pem", "@bad.pem").replace("@signed.pem", "@other.pem");
    assert!(refused(&gateway, &wrong).await.contains("certificate request cannot be used"));
    let kinds: Vec<AuditKind> = gateway.audited().await.iter().map(|event| event.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == AuditKind::CertificateSigned).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_anothers_is_not_taken() {
    let gateway = Gateway::start(&[]).await;
    let stranger = Authority::new("SYNTHETIC stranger", now()).unwrap();
    write(&gateway, "stranger.pem", &stranger.certificate_pem());
    write(&gateway, "kz.pem", &gateway.identity("kz-customs").chain_pem);
    let told = refused(
        &gateway,
        "partner add kz-road --anchors @stranger.pem --certificate @kz.pem --loads cargo --border-posts *",
    )
    .await;
    assert!(told.contains("kz-customs"), "{told}");
    let foreign = stranger.client("foreign").unwrap();
    write(&gateway, "foreign.pem", &foreign.chain_pem);
    write(&gateway, "tj.pem", &gateway.world.tj.certificate_pem());
    let told = refused(
        &gateway,
        "partner add foreign --anchors @tj.pem --certificate @foreign.pem --loads cargo --border-posts *",
    )
    .await;
    assert!(told.contains("UNKNOWN_ISSUER"), "{told}");
    assert!(
        refused(&gateway, "partner add foreign --loads cargo --border-posts *").await.contains("--anchors")
    );
    assert!(refused(&gateway, "partner suspend nobody").await.contains("not registered"));
}

/// What a command forbade, the import of a folder that knows nothing of it does not allow.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_lets_nobody_in_who_was_shut_out() {
    let gateway = Gateway::start(&[]).await;
    let identity = gateway.identity("kz-customs");
    gets_in(&gateway, &identity).await;
    done(&gateway, "partner suspend kz-customs").await;
    is_told(&gateway, &identity, "PARTNER_SUSPENDED").await;
    assert!(done(&gateway, "partner import @registry").await.contains("its suspension stays"));
    is_told(&gateway, &identity, "PARTNER_SUSPENDED").await;
    done(&gateway, "partner allow kz-customs").await;
    gets_in(&gateway, &identity).await;
}

/// Many operators at once, each a process of its own: nobody's change is lost.
#[tokio::test(flavor = "multi_thread")]
async fn changes_at_the_same_time_are_all_made() {
    let gateway = Gateway::start(&[]).await;
    write(&gateway, "kz.pem", &gateway.world.kz.certificate_pem());
    let mut all = JoinSet::new();
    for number in 0..6 {
        let folder = gateway.folder.path().to_owned();
        all.spawn(async move {
            let add = format!("partner add kz-{number} --anchors @kz.pem --loads cargo --border-posts *");
            let output = program(&folder, &add).await;
            assert!(output.status.success(), "{}", said(&output));
        });
    }
    all.join_all().await;
    let ids: Vec<_> = gateway.store.partners().await.unwrap().into_iter().map(|row| row.id).collect();
    assert!((0..6).all(|number| ids.contains(&format!("kz-{number}"))), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_are_registered_and_then_named() {
    let gateway = Gateway::start(&[]).await;
    write(&gateway, "kz.pem", &gateway.world.kz.certificate_pem());
    let add =
        |code: &str| format!("partner add kz-road --anchors @kz.pem --loads cargo --border-posts {code}");
    done(&gateway, "border-post add UZ-YALLAMA --name Yallama").await;
    assert!(refused(&gateway, &add("UZ-YALAMA")).await.contains("UZ-YALAMA is not registered"));
    done(&gateway, &add("UZ-YALLAMA")).await;
    assert!(refused(&gateway, "border-post remove UZ-YALLAMA").await.contains("kz-road names it"));
    assert!(refused(&gateway, "border-post add uz").await.contains("codes are"));
    assert!(done(&gateway, "border-post list").await.contains("Yallama"));
    done(&gateway, "partner set kz-road --border-posts *").await;
    done(&gateway, "border-post remove UZ-YALLAMA").await;
    assert_eq!(done(&gateway, "border-post list").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_is_asked_and_that_is_audited() {
    let gateway = Gateway::start(&[]).await;
    let answer = gateway.manifests("silk-coach").submit_manifest(Story::CoachClean.submission(now())).await;
    let name = answer.unwrap().into_inner().receipt.unwrap().manifest;
    let listed = done(&gateway, "partner list").await;
    assert!(listed.contains("silk-coach") && listed.contains("passengers"), "{listed}");
    let lines = |text: String| text.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
    let found = lines(done(&gateway, &format!("audit --manifest {name} --json")).await);
    assert_eq!(found.len(), 1);
    let event: serde_json::Value = serde_json::from_str(&found[0]).unwrap();
    assert_eq!((event["event"].as_str(), event["partner"].as_str()), (Some("SUBMITTED"), Some("silk-coach")));
    assert_eq!(lines(done(&gateway, "audit --kind SUBMITTED --partner kz-customs").await).len(), 0);
    assert_eq!(lines(done(&gateway, "audit --kind SUBMITTED --before 2020-01-01T00:00:00Z").await).len(), 0);
    let newest = lines(done(&gateway, "audit --newest --limit 1").await);
    assert!(newest.len() == 1 && newest[0].contains("AUDIT_READ"), "{newest:?}");
    assert!(refused(&gateway, "audit --kind NOTHING").await.contains("no audit event"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_tells_who_did_it() {
    let gateway = Gateway::start(&[]).await;
    done(&gateway, "partner suspend silk-coach --operator a.karimova").await;
    done(&gateway, "partner allow silk-coach").await;
    done(&gateway, "purge --before 2020-01-01T00:00:00Z --operator b.aliev").await;
    let told = done(&gateway, "audit --json --from 2020-01-01T00:00:00Z").await;
    let events: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_commands = events.iter().filter(|event| {
        ["PARTNER_SUSPENDED", "PARTNER_ALLOWED", "PURGED"].contains(&event["event"].as_str().unwrap())
    });
    let who: Vec<_> = of_commands.map(|event| event["operator"].as_str().unwrap()).collect();
    let account = who[1];
    assert!(!account.is_empty() && !account.contains('/'), "{told}");
    assert_eq!(who, [&format!("a.karimova/{account}"), account, &format!("b.aliev/{account}")]);
    let added = done(&gateway, "audit --kind PARTNER_ALLOWED").await;
    assert!(added.contains(&format!("operator={account}")), "{added}");
    // What the gateway itself does is nobody's.
    gateway.manifests("kz-customs").submit_manifest(Story::GeneralCargo.submission(now())).await.unwrap();
    let submitted = done(&gateway, "audit --kind SUBMITTED --json").await;
    assert!(submitted.contains("\"operator\":null"), "{submitted}");
    let program = program(gateway.folder.path(), "partner allow silk-coach --operator not/one").await;
    assert_eq!(program.status.code(), Some(2), "{}", said(&program));
}
