//! Revocation: in the handshake, and on connections that are already open.

use jiff::SignedDuration;

use super::*;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn a_revoked_certificate_dies_in_the_handshake() {
    let mut world = World::new().await;
    let (bad, good) = (world.kz.client("kz-customs").unwrap(), world.kz.client("kz-customs").unwrap());
    world.kz.revoke(&bad);
    world.partners[0].crls_pem = world.kz.crl_pem().unwrap();
    world.publish();
    assert_eq!(world.say(Some(&bad)).await, Err(Some(AlertDescription::CertificateRevoked)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::Revoked]);
    assert_eq!(world.say(Some(&good)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn a_new_list_refuses_new_connections_and_the_next_call_of_live_ones() {
    let mut world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let mut live = world.connect(Some(&client)).await.unwrap();
    assert_eq!(live.ask().await.unwrap(), "partner kz-customs");

    world.kz.revoke(&client);
    world.partners[0].crls_pem = world.kz.crl_pem().unwrap();
    world.publish();

    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateRevoked)));
    assert_eq!(live.ask().await.unwrap(), "Revoked");
}

#[tokio::test]
async fn a_denied_certificate_is_refused_like_a_revoked_one() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let mut live = world.connect(Some(&client)).await.unwrap();
    live.ask().await.unwrap();

    let der = CertificateDer::from_pem_slice(client.certificate_pem.as_bytes()).unwrap();
    let digest: String = anchor::sha256(&der).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut entries = world.entries();
    let mut settings: Settings = serde_json::from_str(&entries[0].settings_json).unwrap();
    settings.denied_certificates.insert(digest);
    entries[0].settings_json = serde_json::to_string(&settings).unwrap();
    world.registry.publish(prove(entries).unwrap());

    assert_eq!(live.ask().await.unwrap(), "Revoked");
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateRevoked)));
}

#[tokio::test]
async fn a_revoked_intermediate_takes_its_clients_with_it() {
    let mut world = World::new().await;
    let issuing = world.kz.intermediate("KZ customs issuing CA").unwrap();
    let client = issuing.client("kz-customs").unwrap();
    world.partners[0].crls_pem = world.kz.crl_pem().unwrap() + &issuing.crl_pem().unwrap();
    world.publish();
    let mut live = world.connect(Some(&client)).await.unwrap();
    assert_eq!(live.ask().await.unwrap(), "partner kz-customs");

    world.kz.revoke_authority(&issuing);
    world.partners[0].crls_pem = world.kz.crl_pem().unwrap() + &issuing.crl_pem().unwrap();
    world.publish();
    assert_eq!(live.ask().await.unwrap(), "Revoked");
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateRevoked)));
}

#[tokio::test]
async fn an_issuer_on_which_no_list_speaks_is_refused() {
    let mut world = World::new().await;
    let client = world.kz.intermediate("KZ customs issuing CA").unwrap().client("kz-customs").unwrap();
    world.partners[0].crls_pem = world.kz.crl_pem().unwrap(); // the root's list only
    world.publish();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateUnknown)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::RevocationUnknown]);
}

#[tokio::test]
async fn a_list_is_honoured_for_its_grace_and_not_a_moment_longer() {
    let mut world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let now = Clock::System.now();
    world.partners[0].crls_pem = world.kz.crl_pem_between(now - hours(72), now - hours(23)).unwrap();
    world.publish();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
    let expiries = world.registry.snapshot().expiries();
    assert_eq!(expiries[0].kind, registry::ExpiryKind::RevocationList);
    assert_eq!(expiries[0].at_seconds, (now - hours(23)).as_second());

    world.partners[0].crls_pem = world.kz.crl_pem_between(now - hours(72), now - hours(25)).unwrap();
    world.publish();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateUnknown)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::CrlStale]);

    // Strangers are strangers still, and another administration does not suffer.
    let stranger = Authority::new("Nobody's root", now).unwrap().client("kz-customs").unwrap();
    assert_eq!(world.say(Some(&stranger)).await, Err(Some(AlertDescription::UnknownCA)));
    assert_eq!(world.say(Some(&world.tj.client("tj-customs").unwrap())).await.unwrap(), "partner tj-customs");
}

#[tokio::test]
async fn the_newest_list_counts_whatever_the_order() {
    let mut world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let now = Clock::System.now();
    let old = world.kz.crl_pem_between(now - hours(200), now - hours(100)).unwrap();
    world.kz.revoke(&client);
    let new = world.kz.crl_pem().unwrap();
    for lists in [format!("{old}{new}"), format!("{new}{old}")] {
        world.partners[0].crls_pem = lists;
        world.publish();
        assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateRevoked)));
    }
}

#[tokio::test]
async fn one_administrations_list_says_nothing_about_anothers_clients() {
    let mut world = World::new().await;
    let now = Clock::System.now();
    // A root of the same name as TJ's, in KZ's hands: its list must not reach TJ's clients of the same serial.
    let impostor = Authority::new("TJ customs root", now).unwrap();
    let client = world.tj.client("tj-customs").unwrap();
    impostor.revoke(&client);
    world.partners[0].crls_pem = world.kz.crl_pem().unwrap() + &impostor.crl_pem().unwrap();
    world.publish();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner tj-customs");
}

#[tokio::test]
async fn validity_that_ends_on_a_live_connection_ends_its_calls() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let snapshot = world.registry.snapshot();
    let der = CertificateDer::from_pem_slice(client.certificate_pem.as_bytes()).unwrap();
    let now = rustls_pki_types::UnixTime::now();
    let identity = snapshot.identify(&der, &[], now, 0).unwrap();
    let not_after = identity.not_after_seconds;
    let peer = Peer { identity: Arc::new(identity), address: world.address };
    assert_eq!(snapshot.partner(&peer, not_after).unwrap().id, "kz-customs");
    assert_eq!(snapshot.partner(&peer, not_after + 1).unwrap_err(), Refused::Expired);
}

#[tokio::test]
async fn an_anchor_past_its_own_validity_vouches_for_nobody() {
    let mut world = World::new().await;
    let now = Clock::System.now();
    let old = Authority::new("Old root", now - hours(24 * 3_651)).unwrap(); // it ended a day ago
    let mut profile = old.client_profile("kz-customs");
    (profile.not_before, profile.not_after) = (now - hours(1), now + hours(1));
    let client = old.issue(&profile).unwrap();
    world.partners[0].anchors_pem = old.certificate_pem();
    world.publish();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateExpired)));
}

#[tokio::test]
async fn no_flipped_byte_of_a_certificate_is_believed() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let snapshot = world.registry.snapshot();
    let good = CertificateDer::from_pem_slice(client.certificate_pem.as_bytes()).unwrap();
    let now = rustls_pki_types::UnixTime::now();
    assert!(snapshot.identify(&good, &[], now, 0).is_ok());
    for position in 0..good.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut bad = good.to_vec();
            bad[position] ^= mask;
            let bad = CertificateDer::from(bad);
            assert!(snapshot.identify(&bad, &[], now, 0).is_err(), "byte {position} ^ {mask:#x}");
            // As an intermediate it may be anything: it changes nothing, and above all it does not panic.
            assert!(snapshot.identify(&good, &[bad], now, 0).is_ok(), "byte {position} ^ {mask:#x}");
        }
    }
    for length in 0..good.len() {
        let short = CertificateDer::from(good[..length].to_vec());
        assert!(snapshot.identify(&short, &[], now, 0).is_err());
    }
}
