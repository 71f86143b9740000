//! Credentials and registry change under a running listener.

use super::*;

#[tokio::test]
async fn a_rotated_server_certificate_serves_new_connections_and_keeps_the_old() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let mut live = world.connect(Some(&client)).await.unwrap();
    live.ask().await.unwrap();
    let first = live.tls().peer_certificates().unwrap()[0].clone().into_owned();
    assert!(!world.credentials.reload().unwrap(), "nothing has changed yet");

    world.house.server(&["localhost"]).unwrap().write_to(world.folder.path(), "server").unwrap();
    assert!(world.credentials.reload().unwrap());

    let mut fresh = world.connect(Some(&client)).await.unwrap();
    assert_eq!(fresh.ask().await.unwrap(), "partner kz-customs");
    assert_ne!(fresh.tls().peer_certificates().unwrap()[0], first);
    assert_eq!(live.ask().await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn junk_keeps_the_last_good_certificate() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    std::fs::write(world.folder.path().join("server.pem"), "junk").unwrap();
    let error = world.credentials.reload().unwrap_err().to_string();
    assert!(error.contains("server.pem") && error.contains("holds no certificate"), "{error}");
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn a_registry_with_a_problem_keeps_the_last_good_one() {
    let mut world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    world.partners[1].anchors_pem = "junk".to_owned();
    assert!(prove(world.entries()).is_err(), "and so nothing can be published");
    assert_eq!(world.say(Some(&client)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn a_partner_that_is_removed_or_moved_to_another_root_loses_its_live_connections() {
    let mut world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let mut live = world.connect(Some(&client)).await.unwrap();
    assert_eq!(live.ask().await.unwrap(), "partner kz-customs");
    world.partners[0].anchors_pem = world.tj.certificate_pem();
    world.publish();
    assert_eq!(live.ask().await.unwrap(), "VouchedByAnother");
    world.partners.remove(0);
    world.publish();
    assert_eq!(live.ask().await.unwrap(), "NotRegistered");
}

#[tokio::test]
async fn a_partner_may_change_roots_by_having_two_for_a_while() {
    let mut world = World::new().await;
    let new_root = Authority::new("KZ customs root", Clock::System.now()).unwrap(); // even under the same name
    let (old, new) = (world.kz.client("kz-customs").unwrap(), new_root.client("kz-customs").unwrap());
    world.partners[0].anchors_pem = world.kz.certificate_pem() + &new_root.certificate_pem();
    world.partners[0].crls_pem = world.kz.crl_pem().unwrap() + &new_root.crl_pem().unwrap();
    world.publish();
    assert_eq!(world.say(Some(&old)).await.unwrap(), "partner kz-customs");
    assert_eq!(world.say(Some(&new)).await.unwrap(), "partner kz-customs");
}

#[tokio::test]
async fn draining_closes_the_door_and_leaves_those_inside() {
    let world = World::new().await;
    let client = world.kz.client("kz-customs").unwrap();
    let mut live = world.connect(Some(&client)).await.unwrap();
    live.ask().await.unwrap();
    let mut half = TcpStream::connect(world.address).await.unwrap();
    eventually(|| world.open.count() == 2).await;

    world.drain.cancel();

    assert!(read_to_end(&mut half).await.is_empty(), "a handshake under way is given up");
    eventually(|| std::net::TcpStream::connect(world.address).is_err()).await;
    assert_eq!(live.ask().await.unwrap(), "partner kz-customs");
    drop(live);
    eventually(|| world.open.count() == 0).await;
}
