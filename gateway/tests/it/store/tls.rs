//! A database behind TLS: with `persist.ca_file` its server is known by its certificate.

use std::net::Ipv4Addr;

use gateway::persist::{Config, Error, Store};
use testkit::{identities::Authority, postgres::Server};

use crate::harness::now;

#[tokio::test]
async fn a_server_must_show_a_certificate_of_that_authority_for_its_name() {
    let authority = Authority::new("Database root (synthetic)", now()).unwrap();
    let other = Authority::new("Other root (synthetic)", now()).unwrap();
    // An address of this process alone; the other one has the same certificate, in which it does not stand.
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let (address, misnamed) = (Ipv4Addr::new(127, 78, high, low), Ipv4Addr::new(127, 79, high, low));
    let folder = tempfile::tempdir().unwrap();
    let made = authority.server(&[&address.to_string()]).unwrap();
    let (certificate, key) = made.write_to(folder.path(), "server").unwrap();
    let text = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let try_at = async |listens: Ipv4Addr, root: &Authority| -> Result<i64, Error> {
        let server = Server::start_with_tls(listens, &text(&certificate), &text(&key)).unwrap();
        let database = server.database().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, root.certificate_pem()).unwrap();
        // Whatever the address says.
        let url = database.url_at(listens) + "?sslmode=disable";
        Store::migrate(&Config { url, ca_file, ..Config::default() }).await
    };
    assert!(try_at(address, &authority).await.unwrap() > 0);
    for (listens, root) in [(address, &other), (misnamed, &authority)] {
        let told = try_at(listens, root).await.unwrap_err();
        assert!(matches!(told, Error::Unavailable(_)), "{told}");
        assert!(told.to_string().contains("certificate"), "{told}");
    }
}
