//! Where the gateway is and who we are: a TOML file, or the environment, or both (the environment wins).

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;

/// Settings of the client. In a file, paths are relative to the file's folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Host and port of the gateway, for instance `gateway.customs.example:8443`.
    pub address: String,
    /// Name that the gateway's certificate must carry; the host of `address` when empty.
    pub server_name: String,
    /// PEM file of the root certificates that vouch for the gateway.
    pub ca_file: PathBuf,
    /// PEM file of our certificate, leaf first; without it the gateway ends the handshake.
    pub certificate_file: Option<PathBuf>,
    /// PEM file of our private key.
    pub key_file: Option<PathBuf>,
    /// Language of texts in answers: "en", "ru" or "uz".
    pub language: String,
    /// Longest time for connecting and the TLS handshake, seconds.
    pub connect_timeout_seconds: u64,
    /// Longest time for one call, seconds; streams are not bounded by it.
    pub call_timeout_seconds: u64,
    /// A watched stream that is silent for so long, heartbeats included, is taken for lost, seconds.
    pub watch_silence_seconds: u64,
    /// How often a call is tried in all, the first time included.
    pub attempts: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: String::new(),
            server_name: String::new(),
            ca_file: PathBuf::new(),
            certificate_file: None,
            key_file: None,
            language: "en".into(),
            connect_timeout_seconds: 5,
            call_timeout_seconds: 30,
            watch_silence_seconds: 90,
            attempts: 5,
        }
    }
}

impl Config {
    /// Reads the file (or `corridor.toml` in the current folder, where there is one) and lets variables
    /// `CORRIDOR_<KEY>` override it.
    ///
    /// # Errors
    /// When a named file is absent or a setting is unknown, malformed or missing.
    pub fn load(file: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let usual = Path::new("corridor.toml");
        let mut config = match file {
            Some(path) => Self::read(path)?,
            None if usual.is_file() => Self::read(usual)?,
            None => Self::default(),
        };
        config.overlay(environment)?;
        config.check()?;
        Ok(config)
    }

    fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
        let mut config: Self = toml::from_str(&text).map_err(|error| Error::file(path, error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [Some(&mut config.ca_file), config.certificate_file.as_mut(), config.key_file.as_mut()]
            .into_iter()
            .flatten()
        {
            if !file.as_os_str().is_empty() {
                *file = folder.join(&file);
            }
        }
        Ok(config)
    }

    fn overlay(&mut self, environment: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
        let value = |key: &str| environment(&format!("CORRIDOR_{key}"));
        let number = |key: &str| match value(key) {
            Some(text) => text
                .parse::<u64>()
                .map(Some)
                .map_err(|_| Error::Config(format!("CORRIDOR_{key} is not a whole number"))),
            None => Ok(None),
        };
        let set = |into: &mut String, key: &str| {
            if let Some(text) = value(key) {
                *into = text;
            }
        };
        set(&mut self.address, "ADDRESS");
        set(&mut self.server_name, "SERVER_NAME");
        set(&mut self.language, "LANGUAGE");
        self.ca_file = value("CA_FILE").map_or_else(|| self.ca_file.clone(), Into::into);
        self.certificate_file = value("CERTIFICATE_FILE").map(Into::into).or(self.certificate_file.take());
        self.key_file = value("KEY_FILE").map(Into::into).or(self.key_file.take());
        let mut seconds = [
            (&mut self.connect_timeout_seconds, "CONNECT_TIMEOUT_SECONDS"),
            (&mut self.call_timeout_seconds, "CALL_TIMEOUT_SECONDS"),
            (&mut self.watch_silence_seconds, "WATCH_SILENCE_SECONDS"),
        ];
        for (setting, key) in &mut seconds {
            **setting = number(key)?.unwrap_or(**setting);
        }
        if let Some(attempts) = number("ATTEMPTS")? {
            self.attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        let problem = if self.address.is_empty() {
            "address is missing: where is the gateway? (in the file, or CORRIDOR_ADDRESS)"
        } else if self.address.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            "address needs a port, for instance gateway.customs.example:8443"
        } else if self.ca_file.as_os_str().is_empty() {
            "ca_file is missing: which roots vouch for the gateway? (in the file, or CORRIDOR_CA_FILE)"
        } else if self.certificate_file.is_some() != self.key_file.is_some() {
            "certificate_file and key_file go together"
        } else if self.attempts == 0 {
            "attempts must be 1 or more"
        } else {
            return Ok(());
        };
        Err(Error::Config(problem.into()))
    }

    /// The name that the gateway's certificate must carry.
    pub(crate) fn expected_name(&self) -> &str {
        if !self.server_name.is_empty() {
            return &self.server_name;
        }
        let host = self.address.rsplit_once(':').map_or(self.address.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_then_environment() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("corridor.toml");
        std::fs::write(&file, "address = \"localhost:1\"\nca_file = \"ca.pem\"\nattempts = 2\n").unwrap();
        let config =
            Config::load(Some(&file), |key| (key == "CORRIDOR_LANGUAGE").then(|| "uz".into())).unwrap();
        assert_eq!(config.ca_file, folder.path().join("ca.pem"));
        assert_eq!((config.language.as_str(), config.attempts), ("uz", 2));
        assert_eq!(config.expected_name(), "localhost");
    }

    #[test]
    fn what_is_missing_is_named() {
        for (address, ca, word) in [("", "a", "address"), ("host", "a", "port"), ("host:1", "", "ca_file")] {
            let given = |key: &str| match key {
                "CORRIDOR_ADDRESS" => Some(address.to_owned()),
                "CORRIDOR_CA_FILE" => Some(ca.to_owned()),
                _ => None,
            };
            let error = Config::load(None, given).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn unknown_settings_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.toml");
        std::fs::write(&file, "adress = \"localhost:1\"\n").unwrap();
        assert!(Config::load(Some(&file), |_| None).unwrap_err().to_string().contains("adress"));
    }
}
