//! Who may read, list and withdraw what.

use super::*;
use crate::{
    intake::{NotAllowed, reading},
    persist::AuditKind,
};

fn post(code: &str) -> Partner {
    Partner { border_posts: BTreeSet::from([code.to_owned()]), ..partner("post", Role::BorderPost) }
}

fn get(name: &str) -> v1::GetManifestRequest {
    v1::GetManifestRequest { name: name.to_owned(), ..Default::default() }
}

/// A recorded coach: its resource name and its border post.
async fn recorded(house: &House) -> (String, String) {
    let request = coach();
    let post = request.manifest.as_ref().unwrap().journey.as_ref().unwrap().border_post_code.clone();
    let recorded = house.submit(&submitter(), &request).await.unwrap();
    (reply::manifest_name(recorded.id), post)
}

fn people(response: &v1::GetManifestResponse) -> usize {
    match &response.manifest.as_ref().unwrap().load {
        Some(v1::manifest::Load::PassengerList(list)) => {
            list.passengers.iter().filter(|passenger| passenger.name.is_some()).count()
        }
        _ => 0,
    }
}

#[tokio::test]
async fn what_is_not_yours_does_not_exist() {
    let house = House::new().await;
    let (name, _) = recorded(&house).await;
    let absent = format!("manifests/{}", uuid::Uuid::nil());
    for stranger in
        [partner("tj-customs", Role::Submitter), post("UZ-ELSEWHERE"), partner("admin", Role::Administrator)]
    {
        for name in [&name, &absent] {
            let refused = reading::get(&house.pipeline, &stranger, &get(name)).await;
            assert!(matches!(refused, Err(Failure::ManifestNotFound)), "{stranger:?}");
        }
    }
}

#[tokio::test]
async fn persons_go_to_the_sender_and_to_the_post_which_is_audited() {
    let house = House::new().await;
    let (name, code) = recorded(&house).await;
    let own = reading::get(&house.pipeline, &submitter(), &get(&name)).await.unwrap();
    assert!(people(&own) > 40 && own.persons_held);
    let read = |events: Vec<(i64, persist::AuditEvent)>| {
        events.iter().filter(|(_, event)| event.kind == AuditKind::PersonsRead).count()
    };
    assert_eq!(read(house.store.audit_after(0, 100).await.unwrap()), 0, "one's own words");

    let officer = reading::get(&house.pipeline, &post(&code), &get(&name)).await.unwrap();
    assert_eq!(people(&officer), people(&own));
    assert!(officer.findings.iter().all(|finding| finding.original_value.is_empty()));
    assert_eq!(read(house.store.audit_after(0, 100).await.unwrap()), 1);

    let analyst = partner("analyst", Role::Analyst);
    let analyst = reading::get(&house.pipeline, &analyst, &get(&name)).await.unwrap();
    assert_eq!(people(&analyst), 0);
    assert!(analyst.persons_held && analyst.received_digest_salt.is_empty());
}

#[tokio::test]
async fn lists_hold_what_may_be_read_and_go_on_from_post_to_post() {
    let house = House::new().await;
    for n in 0..3 {
        house.submit(&submitter(), &testkit::many::cargo(1, n, now())).await.unwrap();
    }
    let list = |partner: Partner, page_token: String| {
        let request = v1::ListManifestsRequest { page_size: 2, page_token, ..Default::default() };
        let pipeline = &house.pipeline;
        async move { reading::list(pipeline, &partner, request).await }
    };
    let first = list(submitter(), String::new()).await.unwrap();
    assert_eq!(first.manifests.len(), 2);
    let second = list(submitter(), first.next_page_token).await.unwrap();
    assert_eq!((second.manifests.len(), second.next_page_token.as_str()), (1, ""));
    assert_eq!(list(partner("tj-customs", Role::Submitter), String::new()).await.unwrap().manifests.len(), 0);

    let codes: BTreeSet<String> =
        first.manifests.iter().chain(&second.manifests).map(|each| each.border_post_code.clone()).collect();
    let mut posts = post("AA-NONE");
    posts.border_posts.extend(codes);
    let (mut seen, mut token) = (0, String::new());
    loop {
        let page = list(posts.clone(), token).await.unwrap();
        seen += page.manifests.len();
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, 3);

    let refused = list(partner("admin", Role::Administrator), String::new()).await;
    assert!(matches!(refused, Err(Failure::NotAllowed(NotAllowed::Role))));
    let refused = list(submitter(), "7.".into()).await;
    assert!(matches!(refused, Err(Failure::Request { field: "page_token", .. })));
}

#[tokio::test]
async fn only_the_sender_withdraws_and_repeating_is_safe() {
    let house = House::new().await;
    let (name, code) = recorded(&house).await;
    let cancel = |partner: Partner, reason: usize| {
        let request = v1::CancelManifestRequest {
            name: name.clone(),
            cancellation_reason: "x".repeat(reason),
            ..Default::default()
        };
        let pipeline = &house.pipeline;
        async move { reading::cancel(pipeline, &partner, &request, 10).await }
    };
    assert!(matches!(cancel(post(&code), 1).await, Err(Failure::NotAllowed(NotAllowed::Role))));
    let foreign = cancel(partner("tj-customs", Role::Submitter), 1).await.unwrap_err();
    assert_eq!(reply::Notice::of(&foreign, uuid::Uuid::nil()).reason, reply::Reason::ManifestNotFound);
    assert!(matches!(cancel(submitter(), 11).await, Err(Failure::Request { .. })));
    for _ in 0..2 {
        let cancelled = cancel(submitter(), 10).await.unwrap().manifest.unwrap();
        assert_eq!(cancelled.state(), v1::ManifestState::Cancelled);
    }
}
