//! Refused handshakes are counted, and the counts are bounded.

use std::net::IpAddr;

use super::*;

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap()
}

fn from(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn counts_are_per_reason_network_and_minute() {
    let counts = HandshakeCounts::new(10);
    counts.refused(HandshakeRefusal::Expired, from("192.0.2.1"), at(60));
    counts.refused(HandshakeRefusal::Expired, from("192.0.2.200"), at(119));
    counts.refused(HandshakeRefusal::Expired, from("192.0.3.1"), at(60));
    counts.refused(HandshakeRefusal::Expired, from("192.0.2.1"), at(120));
    counts.refused(HandshakeRefusal::Revoked, from("2001:db8:1:2::3"), at(60));
    let shown: Vec<_> = counts
        .drain()
        .into_iter()
        .map(|each| (each.minute_seconds, each.reason.code(), each.network.unwrap().to_string(), each.count))
        .collect();
    assert_eq!(
        shown,
        [
            (60, "REVOKED", "2001:db8:1::/48".to_owned(), 1),
            (60, "EXPIRED", "192.0.2.0/24".to_owned(), 2),
            (60, "EXPIRED", "192.0.3.0/24".to_owned(), 1),
            (120, "EXPIRED", "192.0.2.0/24".to_owned(), 1),
        ]
    );
    assert!(counts.drain().is_empty());
}

#[test]
fn keys_are_bounded_and_no_refusal_is_lost() {
    let counts = HandshakeCounts::new(2);
    for network in 0..100_u8 {
        let source = IpAddr::from([198, 51, network, 1]);
        counts.refused(HandshakeRefusal::NoCertificate, source, at(60 * i64::from(network)));
    }
    counts.refused(HandshakeRefusal::NoCertificate, from("198.51.0.9"), at(0));
    let drained = counts.drain();
    assert_eq!(drained.len(), 3);
    assert_eq!(drained.iter().map(|each| each.count).sum::<u64>(), 101);
    let rest = drained.iter().find(|each| each.network.is_none()).unwrap();
    assert_eq!((rest.count, rest.minute_seconds), (98, 120));
}

#[test]
fn ipv4_in_ipv6_form_is_the_same_network() {
    assert_eq!(Network::of(from("::ffff:192.0.2.7")), Network::of(from("192.0.2.9")));
}

#[test]
fn every_reason_has_a_code_of_its_own() {
    let codes: std::collections::BTreeSet<_> = HandshakeRefusal::ALL.iter().map(|each| each.code()).collect();
    assert_eq!(codes.len(), HandshakeRefusal::ALL.len());
}
