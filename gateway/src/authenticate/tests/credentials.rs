//! Certificate and key are proven before they are used.

use std::path::{Path, PathBuf};

use super::*;

struct Files {
    root: Authority,
    folder: TempDir,
}

impl Files {
    fn new() -> Files {
        Files {
            root: Authority::new("UZ gateway root", Clock::System.now()).unwrap(),
            folder: TempDir::new().unwrap(),
        }
    }

    fn write(&self, identity: &Identity, name: &str) -> (PathBuf, PathBuf) {
        identity.write_to(self.folder.path(), name).unwrap()
    }

    fn load(&self, certificate: &Path, key: &Path) -> Result<Credentials, String> {
        Credentials::load(certificate, key, Clock::System).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check(&self, identity: &Identity, expected: &str) {
        let (certificate, key) = self.write(identity, "server");
        let error = self.load(&certificate, &key).unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("server."), "{error} should name the file");
    }
}

#[test]
fn a_chain_with_its_key_is_taken() {
    let files = Files::new();
    let direct = files.root.server(&["localhost"]).unwrap();
    let below =
        files.root.intermediate("UZ issuing CA").unwrap().server(&["localhost", "127.0.0.1"]).unwrap();
    for identity in [direct, below] {
        let (certificate, key) = files.write(&identity, "server");
        let credentials = files.load(&certificate, &key).unwrap();
        let days = (credentials.not_after_seconds() - Clock::System.now().as_second()) / 86_400;
        assert!((88..=90).contains(&days), "{days}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let files = Files::new();
    let good = files.root.server(&["localhost"]).unwrap();
    let other = files.root.server(&["localhost"]).unwrap();
    let with = |change: &dyn Fn(&mut Identity)| {
        let mut identity = good.clone();
        change(&mut identity);
        identity
    };
    files.check(&with(&|it| it.key_pem.clone_from(&other.key_pem)), "not the key of the first certificate");
    files.check(&with(&|it| it.key_pem = "junk".to_owned()), "no readable private key");
    files.check(&with(&|it| it.chain_pem = "junk".to_owned()), "no certificate");
    files.check(&with(&|it| it.chain_pem += &other.chain_pem), "not a chain");
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    files.check(&with(&|it| it.chain_pem += junk), "certificate 2 is not readable X.509");
    files.check(&files.root.client("kz-customs").unwrap(), "names no host");

    let mut profile = files.root.client_profile("server");
    profile.hosts.push("localhost".to_owned());
    let now = Clock::System.now();
    profile.not_after = now - jiff::SignedDuration::from_hours(1);
    files.check(&files.root.issue(&profile).unwrap(), "certificate 1 is expired");
    profile.not_before = now + jiff::SignedDuration::from_hours(1);
    profile.not_after = now + jiff::SignedDuration::from_hours(2);
    files.check(&files.root.issue(&profile).unwrap(), "certificate 1 is not valid yet");
}

#[test]
fn a_missing_file_is_named() {
    let files = Files::new();
    let (certificate, key) = files.write(&files.root.server(&["localhost"]).unwrap(), "server");
    std::fs::remove_file(&key).unwrap();
    let error = files.load(&certificate, &key).unwrap_err();
    assert!(error.contains("server.key.pem") && error.contains("No such file"), "{error}");
}

#[test]
fn a_key_that_everybody_may_read_is_not_taken() {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let files = Files::new();
    let (certificate, key) = files.write(&files.root.server(&["localhost"]).unwrap(), "server");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let error = files.load(&certificate, &key).unwrap_err();
    assert!(error.contains("server.key.pem") && error.contains("everybody may read it"), "{error}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    files.load(&certificate, &key).unwrap();
}

#[test]
fn debug_output_holds_no_key() {
    let files = Files::new();
    let identity = files.root.server(&["localhost"]).unwrap();
    let (certificate, key) = files.write(&identity, "server");
    let shown = format!("{:?} {identity:?}", files.load(&certificate, &key).unwrap());
    assert!(!shown.contains("PRIVATE KEY"));
}
