//! The command line, which teaches.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, LogForm};
use crate::{Failure, commands, serve};

#[derive(Parser)]
#[command(
    name = "steward",
    version,
    about = "IT service management in one binary",
    long_about = "IT service management in one binary.\n\n\
        `steward serve` is all it takes: it makes its database under ./steward-data, prints the \
        password of the first administrator (admin) once, and serves http://127.0.0.1:8080.\n\n\
        Every option is also a variable (--public-url is STEWARD_PUBLIC_URL) and a line in \
        steward.toml (public_url = \"...\"). The command line wins over the variable, the \
        variable over the file.\n\n\
        Exit status: 0 done, 1 failed, 2 wrong usage.",
    after_help = "Examples:\n  \
        steward serve\n  \
        steward serve --database postgres://steward:secret@db/steward --listen 0.0.0.0:8080\n  \
        steward token create --person admin --name backup-script\n  \
        steward verify --against \"$(cat /safe/place/seal)\"",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the data is: with every command.
#[derive(Args)]
pub(crate) struct Place {
    /// Directory of the SQLite database steward.db and of attachments [default: ./steward-data]
    #[arg(long, value_name = "DIR", env = "STEWARD_DATA", global = true)]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of SQLite: postgres://user:password@host:port/name
    #[arg(
        long,
        value_name = "URL",
        env = "STEWARD_DATABASE",
        global = true,
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// File with options [default: ./steward.toml, where it exists]
    #[arg(long, value_name = "FILE", env = "STEWARD_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the web pages
    Serve(ServeArgs),
    /// Bring in data from elsewhere; running it again changes nothing
    Import {
        /// What the file holds
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(commands::import::KINDS))]
        kind: String,
        /// CSV in UTF-8 with a header line, plain or .gz; for archive what `export` wrote
        file: PathBuf,
        /// Which column is what: a shipped mapping or a file [default: uci-incident-log]
        #[arg(long, value_name = "NAME|FILE")]
        mapping: Option<String>,
        /// Zone of the file's times, instead of the mapping's, e.g. Europe/Prague
        #[arg(long)]
        zone: Option<String>,
        /// Read, check and report, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// With archive: the list of those erased since it was made
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
    },
    /// Write everything into one file that `import archive` reads, on either engine
    Export {
        /// The file to write; it must not exist; .gz compresses
        file: PathBuf,
    },
    /// Make what is derived anew, while serving: versions, text, or a subscriber by name
    Rebuild {
        /// What: versions, text, notifications, ...
        name: String,
    },
    /// Print who was erased, by id: keep it beside your backups
    Erasures,
    /// Make an API token and print it, alone on a line
    #[command(subcommand)]
    Token(TokenCommand),
    /// Check every chain of facts and every seal
    Verify {
        /// A seal kept outside: the history must still contain it
        #[arg(long, value_name = "SEAL")]
        against: Option<String>,
    },
    /// Seals over the whole history
    #[command(subcommand)]
    Seal(SealCommand),
    /// Copy the database and the attachments into one file, also while serving
    Backup {
        /// The file to write; it must not exist
        file: PathBuf,
    },
    /// Put a backup into an empty data directory, or an empty database of PostgreSQL
    Restore {
        /// A file that `steward backup` wrote
        file: PathBuf,
        /// The list of those erased since [default: erasures.jsonl in the directory]
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
    },
    /// Print the OpenAPI document
    Openapi,
}

/// Options of `serve`.
#[derive(Args, Default)]
pub(crate) struct ServeArgs {
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "STEWARD_LISTEN")]
    pub listen: Option<String>,
    /// How browsers and mails reach it, e.g. https://steward.example.org
    #[arg(long, value_name = "URL", env = "STEWARD_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Fill an empty database with something to see, and show sign-ins: never in production
    #[arg(long, env = "STEWARD_DEMO", num_args = 0..=1, default_missing_value = "true")]
    pub demo: Option<bool>,
    /// Failed sign-ins a minute per account and address before 429; 0 is off [default: 10]
    #[arg(long, value_name = "N", env = "STEWARD_SIGN_IN_LIMIT")]
    pub sign_in_limit: Option<u32>,
    /// Calls of the API a minute for each person or token's person before 429; 0 is no limit [default: 0]
    #[arg(long, value_name = "N", env = "STEWARD_CALL_LIMIT")]
    pub call_limit: Option<u32>,
    /// Form of the log on standard error [default: text]
    #[arg(long, value_name = "FORM", env = "STEWARD_LOG", value_enum)]
    pub log: Option<LogForm>,
    /// Addresses or networks of proxies whose X-Forwarded-For is believed, with commas
    #[arg(long, value_name = "NETS", env = "STEWARD_TRUSTED_PROXIES")]
    pub trusted_proxies: Option<String>,
    /// Let webhooks reach private and local addresses, e.g. 10.0.0.0/8 and localhost
    #[arg(long, env = "STEWARD_WEBHOOKS_TO_PRIVATE", num_args = 0..=1, default_missing_value = "true")]
    pub webhooks_to_private: Option<bool>,
    /// Days to keep ended webhook deliveries and rule runs and read notifications; 0 is for ever
    /// [default: 90]
    #[arg(long, value_name = "DAYS", env = "STEWARD_KEEP_DAYS", value_parser = clap::value_parser!(i64).range(0..=36500))]
    pub keep_days: Option<i64>,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token with its person's rights
    Create {
        /// Login of the person
        #[arg(long, value_name = "LOGIN")]
        person: String,
        /// What it is for
        #[arg(long)]
        name: String,
    },
}

#[derive(Subcommand)]
enum SealCommand {
    /// Seal what has happened and print the newest seal: keep it elsewhere
    Print,
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<(), Failure> {
    let cli = Cli::parse();
    let config = Config::read(cli.place)?;
    // Commands print what they have to say; a log only where one is asked for.
    let serving = matches!(cli.command, Command::Serve(_));
    if !serving && std::env::var_os(serve::LOG_FILTER).is_some() {
        serve::start_log(LogForm::Text);
    }
    match cli.command {
        Command::Serve(args) => serve::run(config.serve(args)?),
        Command::Import { kind, file, mapping, zone, dry_run, erasures } if kind == "archive" => {
            if mapping.is_some() || zone.is_some() || dry_run {
                let words = "--mapping, --zone and --dry-run are not for archive".into();
                return Err(Failure::Usage(words));
            }
            commands::export::import(&config, &file, erasures.as_deref())
        }
        Command::Import { erasures: Some(_), .. } => {
            Err(Failure::Usage("--erasures is for archive".into()))
        }
        Command::Export { file } => commands::export::export(&config, &file),
        Command::Rebuild { name } => commands::rebuild::run(&config, &name),
        Command::Erasures => commands::export::erasures(&config),
        Command::Import { kind, file, mapping, zone, dry_run, .. } => commands::import::run(
            &config,
            &commands::import::Asked {
                kind: &kind,
                file: &file,
                mapping: mapping.as_deref(),
                zone: zone.as_deref(),
                dry_run,
            },
        ),
        Command::Token(TokenCommand::Create { person, name }) => {
            commands::token::create(&config, &person, &name)
        }
        Command::Verify { against } => commands::verify::run(&config, against),
        Command::Seal(SealCommand::Print) => commands::seal::print(&config),
        Command::Backup { file } => commands::backup::backup(&config, &file),
        Command::Restore { file, erasures } => {
            commands::backup::restore(&config, &file, erasures.as_deref())
        }
        Command::Openapi => commands::openapi::print(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
