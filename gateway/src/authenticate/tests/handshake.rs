//! Who gets in, who does not, and what the other end is told.

use rustls::NamedGroup;

use super::*;

#[tokio::test]
async fn a_valid_partner_is_recognised() {
    let world = World::new().await;
    assert_eq!(world.say(Some(&world.kz.client("kz-customs").unwrap())).await.unwrap(), "partner kz-customs");
    assert_eq!(world.say(Some(&world.tj.client("tj-customs").unwrap())).await.unwrap(), "partner tj-customs");
    assert!(world.counts.drain().is_empty());
}

#[tokio::test]
async fn no_certificate_dies_in_the_handshake() {
    let world = World::new().await;
    assert_eq!(world.say(None).await, Err(Some(AlertDescription::CertificateRequired)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::NoCertificate]);
}

#[tokio::test]
async fn an_unknown_root_dies_in_the_handshake() {
    let world = World::new().await;
    let stranger = Authority::new("Nobody's root", Clock::System.now()).unwrap();
    let client = stranger.client("kz-customs").unwrap();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::UnknownCA)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::UnknownIssuer]);
}

#[tokio::test]
async fn a_root_of_the_same_name_but_another_key_is_unknown() {
    let world = World::new().await;
    let impostor = Authority::new("KZ customs root", Clock::System.now()).unwrap();
    let client = impostor.client("kz-customs").unwrap();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::UnknownCA)));
}

#[tokio::test]
async fn an_expired_certificate_dies_in_the_handshake() {
    let world = World::new().await;
    let client = world.kz.expired("kz-customs").unwrap();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateExpired)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::Expired]);
}

#[tokio::test]
async fn a_certificate_from_the_future_dies_in_the_handshake() {
    let world = World::new().await;
    let mut profile = world.kz.client_profile("kz-customs");
    profile.not_before = Clock::System.now() + jiff::SignedDuration::from_hours(1);
    let client = world.kz.issue(&profile).unwrap();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::CertificateExpired)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::NotYetValid]);
}

#[tokio::test]
async fn a_server_certificate_is_no_client_certificate() {
    let world = World::new().await;
    let client = world.kz.server(&["localhost"]).unwrap();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::UnsupportedCertificate)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::WrongPurpose]);
}

#[tokio::test]
async fn an_administration_cannot_vouch_for_another() {
    let world = World::new().await;
    let forged = world.kz.client("tj-customs").unwrap();
    assert_eq!(world.say(Some(&forged)).await.unwrap(), "VouchedByAnother");
}

#[tokio::test]
async fn an_unregistered_uri_is_refused_at_the_first_call() {
    let world = World::new().await;
    let client = world.kz.client("kz-somebody").unwrap();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "NotRegistered");
}

#[tokio::test]
async fn the_common_name_means_nothing() {
    let world = World::new().await;
    let mut profile = world.kz.client_profile("kz-customs");
    profile.common_name = "urn:customs:partner:kz-customs".to_owned();
    profile.uris.clear();
    let client = world.kz.issue(&profile).unwrap();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "NotRegistered");
}

#[tokio::test]
async fn a_certificate_that_names_two_partners_is_malformed() {
    let world = World::new().await;
    let mut profile = world.kz.client_profile("kz-customs");
    profile.uris.push("urn:customs:partner:tj-customs".to_owned());
    let client = world.kz.issue(&profile).unwrap();
    assert_eq!(world.say(Some(&client)).await, Err(Some(AlertDescription::BadCertificate)));
    assert_eq!(world.reasons().await, [HandshakeRefusal::Malformed]);
}

#[tokio::test]
async fn another_uri_beside_ours_does_no_harm() {
    let world = World::new().await;
    let mut profile = world.kz.client_profile("kz-customs");
    profile.uris.insert(0, "spiffe://kz.example/customs".to_owned());
    let client = world.kz.issue(&profile).unwrap();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn a_suspended_partner_is_refused_at_the_first_call() {
    let mut world = World::new().await;
    world.partners[0].suspended = true;
    world.publish();
    let client = world.kz.client("kz-customs").unwrap();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "Suspended");
}

#[tokio::test]
async fn the_leaf_alone_and_the_leaf_with_its_root_mean_the_same() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    for chain in
        [client.certificate_pem.clone(), client.certificate_pem.clone() + &world.kz.certificate_pem()]
    {
        let config = client_config_with_chain(&world.house, Some((&chain, &client)));
        let mut line = world.connect_with(config).await.unwrap();
        assert_eq!(line.ask().await.unwrap(), "partner kz-customs");
    }
}

#[tokio::test]
async fn an_intermediate_must_be_sent_but_is_not_the_identity() {
    let world = World::new().await;
    let client = world.kz.intermediate("KZ customs issuing CA").unwrap().client("kz-customs").unwrap();
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
    let config = client_config_with_chain(&world.house, Some((&client.certificate_pem, &client)));
    let mut line = world.connect_with(config).await.unwrap();
    assert_eq!(alert_of(&line.ask().await.unwrap_err()), Some(AlertDescription::UnknownCA));
}

#[tokio::test]
async fn more_intermediates_than_we_read_are_malformed() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let chain = |extra: usize| client.certificate_pem.clone() + &world.kz.certificate_pem().repeat(extra);
    for (extra, good) in [(8, true), (9, false)] {
        let config = client_config_with_chain(&world.house, Some((&chain(extra), &client)));
        assert_eq!(world.connect_with(config).await.unwrap().ask().await.is_ok(), good);
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_us_is_counted() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    assert!(world.connect_with(client_config(&world.tj, Some(&client))).await.is_err());
    assert_eq!(world.reasons().await, [HandshakeRefusal::RefusedByPeer]);
}

#[tokio::test]
async fn the_key_exchange_is_post_quantum() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let mut line = world.connect(Some(&client)).await.unwrap();
    line.ask().await.unwrap();
    let group = line.tls().negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, NamedGroup::X25519MLKEM768);
    assert_eq!(line.tls().alpn_protocol(), Some(&b"h2"[..]));
}

#[tokio::test]
async fn a_client_without_post_quantum_still_gets_in() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    for group in [aws_lc_rs::kx_group::X25519, aws_lc_rs::kx_group::SECP256R1] {
        let mut config = client_config(&world.house, Some(&client));
        let mut provider = aws_lc_rs::default_provider();
        provider.kx_groups = vec![group];
        let chain = CertificateDer::pem_slice_iter(client.chain_pem.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(client.key_pem.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(world.house.certificate_pem().as_bytes()).unwrap()).unwrap();
        let alpn = std::mem::take(&mut config.alpn_protocols);
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .unwrap();
        config.alpn_protocols = alpn;
        let mut line = world.connect_with(config).await.unwrap();
        assert_eq!(line.ask().await.unwrap(), "partner kz-customs");
    }
}

#[tokio::test]
async fn tls_1_2_is_refused() {
    let world = World::new().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    // A ClientHello of TLS 1.2 without the extension supported_versions: ECDHE-ECDSA-AES128-GCM, secp256r1.
    let extensions = b"\x00\x0a\x00\x04\x00\x02\x00\x17\x00\x0d\x00\x04\x00\x02\x04\x03";
    let mut hello = b"\x03\x03".to_vec();
    hello.extend([7; 32]);
    hello.extend(b"\x00\x00\x02\xc0\x2b\x01\x00");
    hello.extend([0, extensions.len() as u8]);
    hello.extend(extensions);
    let mut record = vec![22, 3, 1, 0, hello.len() as u8 + 4, 1, 0, 0, hello.len() as u8];
    record.extend(hello);
    stream.write_all(&record).await.unwrap();
    assert_eq!(read_to_end(&mut stream).await, b"\x15\x03\x03\x00\x02\x02\x46", "alert protocol_version");
    assert_eq!(world.reasons().await, [HandshakeRefusal::ProtocolError]);
}

#[tokio::test]
async fn without_http_2_nobody_gets_in() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    for protocols in [vec![b"http/1.1".to_vec()], vec![]] {
        let mut config = client_config(&world.house, Some(&client));
        config.alpn_protocols = protocols;
        let spoken = async { world.connect_with(config).await?.ask().await };
        assert!(spoken.await.is_err());
        assert_eq!(world.reasons().await, [HandshakeRefusal::ProtocolError]);
    }
}

#[tokio::test]
async fn http_1_1_gets_in_where_grpc_web_is_wanted() {
    let world = World::with(Config { grpc_web: true, ..Config::default() }).await;
    let client = world.kz.client("kz-customs").unwrap();
    for (asked, spoken) in [(vec!["http/1.1"], "http/1.1"), (vec!["http/1.1", "h2"], "h2")] {
        let mut config = client_config(&world.house, Some(&client));
        config.alpn_protocols = asked.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let mut line = world.connect_with(config).await.unwrap();
        assert_eq!(line.ask().await.unwrap(), "partner kz-customs");
        assert_eq!(line.tls().alpn_protocol(), Some(spoken.as_bytes()));
    }
    let mut config = client_config(&world.house, Some(&client));
    config.alpn_protocols = Vec::new();
    let spoken = async { world.connect_with(config).await?.ask().await };
    assert!(spoken.await.is_err());
}

#[tokio::test]
async fn plain_text_is_refused() {
    let world = World::new().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(!answer.starts_with(b"HTTP"));
    assert_eq!(world.reasons().await, [HandshakeRefusal::ProtocolError]);
}

#[tokio::test]
async fn sessions_are_never_resumed() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let config = client_config(&world.house, Some(&client));
    for _ in 0..3 {
        let mut line = world.connect_with(config.clone()).await.unwrap();
        line.ask().await.unwrap();
        assert_eq!(line.tls().handshake_kind(), Some(rustls::HandshakeKind::Full));
    }
}
