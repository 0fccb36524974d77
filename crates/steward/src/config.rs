//! Options from the command line, the environment and `steward.toml`, in this
//! order.

use std::path::{Path, PathBuf};

use serde::Deserialize;
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
struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    listen: Option<String>,
    public_url: Option<String>,
    demo: Option<bool>,
    sign_in_limit: Option<u32>,
    call_limit: Option<u32>,
    log: Option<LogForm>,
    trusted_proxies: Option<String>,
    webhooks_to_private: Option<bool>,
    keep_days: Option<i64>,
}

/// Options of every command.
pub(crate) struct Config {
    /// Directory of the data.
    pub data: PathBuf,
    /// The URL of PostgreSQL, where that is used.
    pub database: Option<String>,
    /// The first administrator's password, where it is known (demonstrations).
    pub first_password: Option<&'static str>,
    file: File,
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
    pub fn serve(mut self, args: ServeArgs) -> Result<ServeConfig, Failure> {
        let file = std::mem::take(&mut self.file);
        let proxies = args.trusted_proxies.or(file.trusted_proxies).unwrap_or_default();
        let public_url = args.public_url.or(file.public_url);
        if let Some(url) = &public_url
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            return Err(Failure::Usage("--public-url begins with http:// or https://".into()));
        }
        let demo = args.demo.or(file.demo).unwrap_or(false);
        self.first_password = demo.then_some(crate::demo::ADMIN_PASSWORD);
        Ok(ServeConfig {
            config: self,
            listen: args.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".into()),
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            demo,
            sign_in_limit: args.sign_in_limit.or(file.sign_in_limit).unwrap_or(10),
            call_limit: args.call_limit.or(file.call_limit).unwrap_or(0),
            webhooks_to_private: args
                .webhooks_to_private
                .or(file.webhooks_to_private)
                .unwrap_or(false),
            keep_days: args.keep_days.or(file.keep_days).unwrap_or(90),
            log: args.log.or(file.log).unwrap_or(LogForm::Text),
            trusted_proxies: proxies
                .parse()
                .map_err(|words| Failure::Usage(format!("--trusted-proxies: {words}")))?,
        })
    }
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
}
