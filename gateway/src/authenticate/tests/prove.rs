//! What is wrong with a registry is said whose, where and what; and nothing half-good is taken.

use super::*;

fn now() -> jiff::Timestamp {
    Clock::System.now()
}

fn kz() -> (Authority, RegisteredPartner) {
    let root = Authority::new("KZ customs root", now()).unwrap();
    let partner = RegisteredPartner::submitter("kz-customs", &["cargo"], &root);
    (root, partner)
}

/// Asserts that these partners are refused, with exactly these (partner, place, part of the problem).
#[track_caller]
fn check(partners: &[RegisteredPartner], expected: &[(&str, &str, &str)]) {
    let problems = prove(partners.iter().map(entry).collect()).unwrap_err();
    let found: Vec<_> = problems.iter().map(|each| (each.partner.as_str(), each.place.as_str())).collect();
    let places: Vec<_> = expected.iter().map(|(partner, place, _)| (*partner, *place)).collect();
    assert_eq!(found, places, "{problems:?}");
    for (problem, (.., part)) in problems.iter().zip(expected) {
        assert!(problem.problem.contains(part), "{problem} should contain {part:?}");
    }
}

#[test]
fn a_good_registry_is_proven() {
    let (root, kz) = kz();
    let post = RegisteredPartner::border_post("gishtkuprik", "UZ-GISHTKUPRIK", &root);
    let snapshot = prove(vec![entry(&post), entry(&kz)]).unwrap();
    let partners = snapshot.partners();
    assert_eq!(
        partners.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(),
        ["gishtkuprik", "kz-customs"]
    );
    assert_eq!(partners[0].role, Role::BorderPost);
    assert!(partners[1].may_submit_cargo && !partners[1].may_submit_passengers);
    assert_eq!(snapshot.anchors.len(), 1, "a shared root is one anchor");
}

#[test]
fn an_empty_registry_is_proven() {
    assert!(prove(Vec::new()).unwrap().partners().is_empty());
}

#[test]
fn every_problem_of_every_partner_is_told() {
    let (_, mut kz) = kz();
    kz.quota_per_minute = 0;
    kz.loads.clear();
    let mut tj = RegisteredPartner { id: "tj-customs".to_owned(), ..kz.clone() };
    tj.anchors_pem = "junk".to_owned();
    tj.loads.push("cargo".to_owned());
    check(
        &[kz, tj],
        &[
            ("kz-customs", "loads", "at least one"),
            ("kz-customs", "quota_per_minute", "greater than zero"),
            ("tj-customs", "anchors.pem", "no usable CA certificate"),
            ("tj-customs", "quota_per_minute", "greater than zero"),
            ("tj-customs", "subject_uris", "names another partner"),
            ("tj-customs", "subject_uris", "already means partner kz-customs"),
        ],
    );
}

#[test]
fn one_uri_means_one_partner() {
    let (root, mut kz) = kz();
    let mut tj = RegisteredPartner::submitter("tj-customs", &["cargo"], &root);
    kz.subject_uris = vec!["spiffe://example/customs".to_owned()];
    tj.subject_uris.clone_from(&kz.subject_uris);
    check(&[kz.clone(), tj], &[("tj-customs", "subject_uris", "already means partner kz-customs")]);
    check(
        &[kz.clone(), kz],
        &[("kz-customs", "id", "registered twice"), ("kz-customs", "subject_uris", "already means")],
    );
}

#[test]
fn ids_posts_and_uris_have_a_form() {
    let (root, kz) = kz();
    for id in ["", "KZ", "-kz", "kz-", "kz customs", "k_z", &"k".repeat(65)] {
        let partner = RegisteredPartner {
            subject_uris: vec!["spiffe://example/kz".to_owned()],
            ..RegisteredPartner::submitter(id, &["cargo"], &root)
        };
        check(&[partner], &[(id, "id", "lower-case letters")]);
    }
    for uri in ["kz", ":kz", "urn:", "urn:a b", &format!("urn:{}", "k".repeat(252))] {
        let partner = RegisteredPartner { subject_uris: vec![uri.to_owned()], ..kz.clone() };
        check(&[partner], &[("kz-customs", "subject_uris", "must be a URI")]);
    }
    let post = RegisteredPartner::border_post("post", "uz gishtkuprik", &root);
    check(&[post], &[("post", "border_posts", "upper-case")]);
    let post = RegisteredPartner {
        border_posts: Vec::new(),
        ..RegisteredPartner::border_post("post", "UZ-1", &root)
    };
    check(&[post], &[("post", "border_posts", "which post")]);
    let posts = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    for (codes, problem) in
        [(&[][..], "for which posts"), (&["*", "UZ-KELES"], "stands alone"), (&["uz-keles"], "upper-case")]
    {
        let partner = RegisteredPartner { border_posts: posts(codes), ..kz.clone() };
        check(&[partner], &[("kz-customs", "border_posts", problem)]);
    }
    let post = RegisteredPartner::border_post("post", "*", &root);
    check(&[post], &[("post", "border_posts", "for submitters")]);
    let edge = RegisteredPartner::submitter(&"k".repeat(64), &["cargo"], &root);
    assert!(prove(vec![entry(&edge)]).is_ok());
}

#[test]
fn only_a_ca_is_an_anchor() {
    let (root, kz) = kz();
    let leaf = root.client("kz-customs").unwrap().certificate_pem;
    let partner = RegisteredPartner { anchors_pem: kz.anchors_pem.clone() + &leaf, ..kz };
    check(&[partner], &[("kz-customs", "anchors.pem, certificate 2", "not a CA")]);
}

#[test]
fn a_list_must_be_readable_and_signed_by_its_issuer() {
    let (_, kz) = kz();
    let with = |crls_pem: String| RegisteredPartner { crls_pem, ..kz.clone() };
    check(&[with("junk".to_owned())], &[("kz-customs", "crl.pem", "holds no revocation list")]);
    let impostor = Authority::new("KZ customs root", now()).unwrap();
    check(&[with(impostor.crl_pem().unwrap())], &[("kz-customs", "crl.pem, list 1", "not signed by")]);
    let junk = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    check(&[with(junk.to_owned())], &[("kz-customs", "crl.pem, list 1", "not a readable")]);
}

#[test]
fn settings_take_no_unknown_keys() {
    let (_, kz) = kz();
    let mut entry = entry(&kz);
    entry.settings_json = entry.settings_json.replacen('{', r#"{"qouta":1,"#, 1);
    let problems = prove(vec![entry.clone()]).unwrap_err();
    assert!(problems[0].problem.contains("qouta"), "{problems:?}");
    entry.settings_json = r#"{"id":"kz-customs","role":"king"}"#.to_owned();
    assert!(prove(vec![entry]).unwrap_err()[0].problem.contains("king"));
}

#[test]
fn absent_settings_mean_the_stricter_side() {
    let settings: Settings = toml::from_str(
        "id = \"kz-customs\"\nrole = \"submitter\"\nloads = [\"cargo\"]\nborder_posts = [\"*\"]\n",
    )
    .unwrap();
    assert!(!settings.test && !settings.suspended && settings.quota_per_minute == 600);
    let (_, kz) = kz();
    let mut entry = entry(&kz);
    entry.settings_json = serde_json::to_string(&settings).unwrap();
    let snapshot = prove(vec![entry]).unwrap();
    assert!(snapshot.partners()[0].subject_uris.contains("urn:customs:partner:kz-customs"));
}

#[test]
fn a_folder_is_read_in_order_and_its_problems_are_located() {
    let (root, kz) = kz();
    let folder = TempDir::new().unwrap();
    assert!(read_folder(folder.path()).unwrap_err()[0].problem.contains("no partner folder"));
    assert!(read_folder(&folder.path().join("none")).is_err());

    let listed = RegisteredPartner { crls_pem: root.crl_pem().unwrap(), ..kz.clone() };
    listed.write_to(folder.path()).unwrap();
    RegisteredPartner::analyst("analyst", &root).write_to(folder.path()).unwrap();
    std::fs::write(folder.path().join("README.md"), "not a partner").unwrap();
    let entries = read_folder(folder.path()).unwrap();
    assert_eq!(entries.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(), ["analyst", "kz-customs"]);
    assert_eq!(entries[1], entry(&listed));
    assert_eq!(prove(entries).unwrap().partners().len(), 2);

    std::fs::write(folder.path().join("kz-customs/partner.toml"), "id = \"kz-customs\"\nrolle = 1\n")
        .unwrap();
    std::fs::remove_file(folder.path().join("analyst/anchors.pem")).unwrap();
    let problems = read_folder(folder.path()).unwrap_err();
    assert_eq!((problems[0].partner.as_str(), problems[0].place.as_str()), ("analyst", "anchors.pem"));
    assert_eq!((problems[1].partner.as_str(), problems[1].place.as_str()), ("kz-customs", "partner.toml"));
    assert!(problems[1].problem.contains("rolle") && problems[1].problem.contains("line 2"), "{problems:?}");
}

#[test]
fn a_folder_under_another_name_than_its_partner_is_refused() {
    let (_, kz) = kz();
    let folder = TempDir::new().unwrap();
    kz.write_to(folder.path()).unwrap();
    std::fs::rename(folder.path().join("kz-customs"), folder.path().join("kz")).unwrap();
    let problems = prove(read_folder(folder.path()).unwrap()).unwrap_err();
    assert!(
        problems.iter().any(|each| each.place == "id" && each.problem.contains("differs")),
        "{problems:?}"
    );
}

#[test]
fn named_certificates_are_two_at_the_most_and_digests_of_something() {
    let (root, kz) = kz();
    let named = |certificates: serde_json::Value| {
        let mut entry = entry(&kz);
        let mut settings: serde_json::Value = serde_json::from_str(&entry.settings_json).unwrap();
        settings["certificates"] = certificates;
        entry.settings_json = settings.to_string();
        let told = |problems: Vec<Problem>| problems.into_iter().map(|each| each.problem).collect::<Vec<_>>();
        prove(vec![entry]).map(|_| ()).map_err(told)
    };
    let own = ClientCertificate::read(root.client("kz-customs").unwrap().chain_pem.as_bytes()).unwrap();
    assert_eq!(own.subject_uris, ["urn:customs:partner:kz-customs"]);
    let good = serde_json::to_value(own.named()).unwrap();
    assert_eq!(named(serde_json::json!([good, good])), Ok(()));
    let refused = |certificates| named(certificates).unwrap_err().concat();
    assert!(refused(serde_json::json!([good, good, good])).contains("more than two"));
    let short = serde_json::json!([{ "sha256": "abc", "not_after": own.named().not_after }]);
    assert!(refused(short).contains("64 hexadecimal digits"));
    let never = serde_json::json!([{ "sha256": own.sha256, "not_after": "soon" }]);
    assert!(refused(never).contains("not an instant"));
    for junk in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert!(ClientCertificate::read(junk.as_bytes()).is_err());
    }
}
