//! Options from the command line, the environment and `steward.toml`, in this
//! order.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};
use steward_database::Options;
use steward_http::TrustedProxies;

use crate::Failure;
use crate::cli::{Place, ServeArgs};

const DEFAULT_FILE: &str = "steward.toml";

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogForm {
    /// One JSON object a line.
    Json,
    /// Lines for people.
    Text,
}

/// What `steward.toml` may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    listen: Option<String>,
    public_url: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    demo: Option<bool>,
    sign_in_limit: Option<u32>,
    call_limit: Option<u32>,
    log: Option<LogForm>,
    trusted_proxies: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    webhooks_to_private: Option<bool>,
    keep_days: Option<i64>,
    pub mapping: Option<String>,
    pub zone: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    pub dry_run: Option<bool>,
    pub erasures: Option<PathBuf>,
    pub against: Option<String>,
    pub person: Option<String>,
    pub name: Option<String>,
}

/// What counts as yes and as no, on the command line and in variables.
pub(crate) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err("takes 1, 0, true, false, yes or no".into()),
    }
}

/// The same in the file, where `true` needs no quotes.
fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    let text = match toml::Value::deserialize(from)? {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    yes_or_no(&text).map(Some).map_err(serde::de::Error::custom)
}

/// Whether the file may name this option.
#[cfg(test)]
pub(crate) fn knows(name: &str) -> bool {
    let refused = toml::from_str::<File>(&format!("{name} = [[1]]"));
    refused.is_err_and(|error| !error.to_string().contains("unknown field"))
}

/// Options of every command.
pub(crate) struct Config {
    /// Directory of the data.
    pub data: PathBuf,
    /// The URL of PostgreSQL, where that is used.
    pub database: Option<String>,
    /// The first administrator's password, where it is known (demonstrations).
    pub first_password: Option<&'static str>,
    /// What the file says for single commands.
    pub file: File,
}

/// Options of `serve`.
pub(crate) struct ServeConfig {
    pub config: Config,
    pub listen: String,
    pub public_url: Option<String>,
    pub demo: bool,
    pub sign_in_limit: u32,
    pub call_limit: u32,
    pub log: LogForm,
    pub trusted_proxies: TrustedProxies,
    pub webhooks_to_private: bool,
    /// Days for which what was read or done is kept; 0 is for ever.
    pub keep_days: i64,
}

impl Config {
    /// Merges what the command line and the environment say with the file.
    pub fn read(place: Place) -> Result<Config, Failure> {
        let mut file = read_file(place.config.as_deref())?;
        let data = place.data.or(file.data.take()).unwrap_or_else(|| "steward-data".into());
        let database = place.database.or(file.database.take());
        if let Some(url) = &database
            && !url.starts_with("postgres://")
            && !url.starts_with("postgresql://")
        {
            return Err(Failure::Usage(
                "--database takes a URL such as postgres://user:password@host:5432/name".into(),
            ));
        }
        Ok(Config { data, database, first_password: None, file })
    }

    /// Where the database is.
    pub fn options(&self) -> Options {
        match &self.database {
            Some(url) => Options::Postgres(url.clone()),
            None => Options::Sqlite(self.data.join("steward.db")),
        }
    }

    /// With the options of `serve`.
    pub fn serve(mut self, args: ServeArgs, file: File) -> Result<ServeConfig, Failure> {
        let proxies = args.trusted_proxies.or(file.trusted_proxies).unwrap_or_default();
        let public_url = args.public_url.or(file.public_url);
        if let Some(url) = &public_url
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            return Err(Failure::Usage("--public-url begins with http:// or https://".into()));
        }
        let listen = args.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".into());
        if !is_address(&listen) {
            let words = "--listen takes an address and a port such as 127.0.0.1:8080".into();
            return Err(Failure::Usage(words));
        }
        let keep_days = args.keep_days.or(file.keep_days).unwrap_or(90);
        if !(0..=36_500).contains(&keep_days) {
            return Err(Failure::Usage("--keep-days takes 0 to 36500".into()));
        }
        let demo = args.demo.or(file.demo).unwrap_or(false);
        self.first_password = demo.then_some(crate::demo::ADMIN_PASSWORD);
        Ok(ServeConfig {
            config: self,
            listen,
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            demo,
            sign_in_limit: args.sign_in_limit.or(file.sign_in_limit).unwrap_or(10),
            call_limit: args.call_limit.or(file.call_limit).unwrap_or(0),
            webhooks_to_private: args
                .webhooks_to_private
                .or(file.webhooks_to_private)
                .unwrap_or(false),
            keep_days,
            log: args.log.or(file.log).unwrap_or(LogForm::Text),
            trusted_proxies: proxies
                .parse()
                .map_err(|words| Failure::Usage(format!("--trusted-proxies: {words}")))?,
        })
    }
}

/// Whether this is a host, by name or number, and a port.
fn is_address(text: &str) -> bool {
    if text.parse::<SocketAddr>().is_ok() {
        return true;
    }
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    // What looks like a number is one, and was tried above.
    let is_name = host.chars().any(|c| c.is_ascii_alphabetic()) && host.chars().all(named);
    is_name && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

fn read_file(named: Option<&Path>) -> Result<File, Failure> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(File::default());
        }
        Err(error) => return Err(Failure::Usage(format!("{}: {error}", path.display()))),
    };
    toml::from_str(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_only_known_options() {
        let file: File = toml::from_str("listen = \"0.0.0.0:80\"\nlog = \"json\"").expect("valid");
        assert_eq!((file.listen.as_deref(), file.log), (Some("0.0.0.0:80"), Some(LogForm::Json)));
        assert!(toml::from_str::<File>("listn = \"0.0.0.0:80\"").is_err());
    }

    #[test]
    fn yes_and_no_have_several_words() {
        for (text, expected) in [
            ("true", Some(true)),
            ("1", Some(true)),
            ("\"yes\"", Some(true)),
            ("false", Some(false)),
            ("0", Some(false)),
            ("\"No\"", Some(false)),
            ("2", None),
            ("\"\"", None),
        ] {
            let file = toml::from_str::<File>(&format!("demo = {text}"));
            assert_eq!(file.ok().and_then(|file| file.demo), expected, "{text}");
        }
    }

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for good in ["127.0.0.1:0", "[::1]:8080", "0.0.0.0:80", "localhost:8080", "a-b.c:1"] {
            assert!(is_address(good), "{good}");
        }
        for wrong in ["", "8080", ":8080", "127.0.0.1", "127.0.0:80", "localhost:99999", "a b:1"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
