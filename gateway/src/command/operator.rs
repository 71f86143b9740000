//! Who runs a command, for the audit: the name that was given, and the account that it runs under, which nobody can leave away.

use std::os::unix::fs::MetadataExt as _;

/// Longest name, bytes.
const LONGEST: usize = 64;

/// The name of `--operator`: what may stand in one field of one line.
pub(super) fn parse(name: &str) -> Result<String, String> {
    let good = !name.is_empty()
        && name.len() <= LONGEST
        && name.chars().all(|c| c.is_alphanumeric() || "._-@+".contains(c));
    if good {
        Ok(name.to_owned())
    } else {
        Err(format!("is not 1 to {LONGEST} bytes of letters, digits and . _ - @ +"))
    }
}

/// As it stands in the audit: `a.karimova/root`, or the account alone.
pub(super) fn name(given: Option<&str>) -> String {
    let account = account();
    given.map_or_else(|| account.clone(), |given| format!("{given}/{account}"))
}

/// The account of this process: its name, or its number where it has none.
fn account() -> String {
    // The kernel's word on whose process this is; no variable says it, because those can be set by whoever starts it.
    let Ok(process) = std::fs::metadata("/proc/self") else { return "unknown".to_owned() };
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    named(&accounts, process.uid()).unwrap_or_else(|| format!("uid-{}", process.uid()))
}

/// The name of a number in the text of `/etc/passwd` (passwd(5)): name, password and number come first, by colons.
fn named(accounts: &str, uid: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number == uid.to_string()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{account, name, named, parse};

    #[test]
    fn the_account_is_always_told() {
        assert!(!account().is_empty());
        assert_eq!(name(None), account());
        assert_eq!(name(Some("a.karimova")), format!("a.karimova/{}", account()));
        let accounts = "root:x:0:0:root:/root:/bin/sh\ngateway:x:65532:65532::/:/sbin/nologin\n";
        assert_eq!(named(accounts, 65_532).as_deref(), Some("gateway"));
        assert_eq!(named(accounts, 1), None);
    }

    #[test]
    fn a_name_is_one_word() {
        assert!(parse("a.karimova@customs.example").is_ok());
        for bad in ["", "a b", "a/root", "a\nb", &"a".repeat(65)] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
