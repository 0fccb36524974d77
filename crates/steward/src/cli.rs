//! The command line, which teaches.

use std::path::PathBuf;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{Config, LogForm, yes_or_no};
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
    Import(ImportArgs),
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
        #[arg(long, value_name = "SEAL", env = "STEWARD_AGAINST")]
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
        #[arg(long, value_name = "FILE", env = "STEWARD_ERASURES")]
        erasures: Option<PathBuf>,
    },
    /// Print the OpenAPI document
    Openapi,
}

/// Options of `import`.
#[derive(Args)]
struct ImportArgs {
    /// What the file holds
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(commands::import::KINDS))]
    kind: String,
    /// CSV in UTF-8 with a header line, plain or .gz; for archive what `export` wrote
    file: PathBuf,
    /// Which column is what: a shipped mapping or a file [default: uci-incident-log]
    #[arg(long, value_name = "NAME|FILE", env = "STEWARD_MAPPING")]
    mapping: Option<String>,
    /// Zone of the file's times, instead of the mapping's, e.g. Europe/Prague
    #[arg(long, env = "STEWARD_ZONE")]
    zone: Option<String>,
    /// Read, check and report, and write nothing
    #[arg(long, env = "STEWARD_DRY_RUN", value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    dry_run: Option<bool>,
    /// With archive: the list of those erased since it was made
    #[arg(long, value_name = "FILE", env = "STEWARD_ERASURES")]
    erasures: Option<PathBuf>,
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
    #[arg(long, env = "STEWARD_DEMO", value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes", value_parser = yes_or_no)]
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
    #[arg(long, env = "STEWARD_WEBHOOKS_TO_PRIVATE", value_name = "yes|no", num_args = 0..=1, default_missing_value = "yes", value_parser = yes_or_no)]
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
        #[arg(long, value_name = "LOGIN", env = "STEWARD_PERSON")]
        person: Option<String>,
        /// What it is for
        #[arg(long, env = "STEWARD_NAME")]
        name: Option<String>,
    },
}

#[derive(Subcommand)]
enum SealCommand {
    /// Seal what has happened and print the newest seal: keep it elsewhere
    Print,
}

/// An empty variable is one that is not set.
fn without_empty(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|arg| match arg.get_env().and_then(std::env::var_os) {
        Some(value) if value.is_empty() => arg.env(Resettable::Reset),
        _ => arg,
    });
    command.mut_subcommands(without_empty)
}

fn parse() -> (Cli, ArgMatches) {
    let mut command = without_empty(Cli::command());
    let matches = command.get_matches_mut();
    match Cli::from_arg_matches(&matches) {
        Ok(cli) => (cli, matches),
        Err(error) => error.format(&mut command).exit(),
    }
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<(), Failure> {
    let (cli, matches) = parse();
    let mut config = Config::read(cli.place)?;
    // Commands print what they have to say; a log only where one is asked for.
    let serving = matches!(cli.command, Command::Serve(_));
    if !serving && std::env::var_os(serve::LOG_FILTER).is_some_and(|text| !text.is_empty()) {
        serve::start_log(LogForm::Text);
    }
    let file = std::mem::take(&mut config.file);
    match cli.command {
        Command::Serve(args) => serve::run(config.serve(args, file)?),
        Command::Import(mut args) => {
            let on_line = on_line(&matches);
            args.mapping = args.mapping.or(file.mapping);
            args.zone = args.zone.or(file.zone);
            args.dry_run = args.dry_run.or(file.dry_run);
            args.erasures = args.erasures.or(file.erasures);
            import(&config, args, on_line)
        }
        Command::Export { file } => commands::export::export(&config, &file),
        Command::Rebuild { name } => commands::rebuild::run(&config, &name),
        Command::Erasures => commands::export::erasures(&config),
        Command::Token(TokenCommand::Create { person, name }) => {
            let needed = |given: Option<String>, option: &str| {
                given.ok_or_else(|| Failure::Usage(format!("token create needs {option}")))
            };
            let person = needed(person.or(file.person), "--person LOGIN")?;
            let name = needed(name.or(file.name), "--name NAME")?;
            commands::token::create(&config, &person, &name)
        }
        Command::Verify { against } => commands::verify::run(&config, against.or(file.against)),
        Command::Seal(SealCommand::Print) => commands::seal::print(&config),
        Command::Backup { file } => commands::backup::backup(&config, &file),
        Command::Restore { file: backup, erasures } => {
            let erasures = erasures.or(file.erasures);
            commands::backup::restore(&config, &backup, erasures.as_deref())
        }
        Command::Openapi => commands::openapi::print(),
    }
}

/// Options of `import` that stand on the command line itself. A variable or a
/// line of the file that does not concern what is imported is passed over; an
/// option that somebody wrote down is not.
fn on_line(matches: &ArgMatches) -> Vec<&'static str> {
    let Some((_, import)) = matches.subcommand() else { return Vec::new() };
    let given = |name: &&str| import.value_source(name) == Some(ValueSource::CommandLine);
    ["mapping", "zone", "erasures"].into_iter().filter(given).collect()
}

fn import(config: &Config, args: ImportArgs, on_line: Vec<&str>) -> Result<(), Failure> {
    let foreign: &[&str] = match args.kind.as_str() {
        "archive" => &["mapping", "zone"],
        "incident-log" => &["erasures"],
        _ => &["mapping", "zone", "erasures"],
    };
    if let Some(option) = on_line.iter().find(|option| foreign.contains(option)) {
        return Err(Failure::Usage(format!("--{option} is not for {}", args.kind)));
    }
    let dry_run = args.dry_run.unwrap_or(false);
    if args.kind == "archive" {
        let erasures = args.erasures.as_deref();
        return match dry_run {
            true => commands::export::look_over(config, &args.file, erasures),
            false => commands::export::import(config, &args.file, erasures),
        };
    }
    let is_log = args.kind == "incident-log";
    let asked = commands::import::Asked {
        kind: &args.kind,
        file: &args.file,
        mapping: args.mapping.as_deref().filter(|_| is_log),
        zone: args.zone.as_deref().filter(|_| is_log),
        dry_run,
    };
    commands::import::run(config, &asked)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    /// The options of a command and of those below it.
    fn options(command: &clap::Command) -> Vec<clap::Arg> {
        let own = command.get_arguments().filter(|arg| arg.get_long().is_some()).cloned();
        own.chain(command.get_subcommands().flat_map(options)).collect()
    }

    #[test]
    fn every_option_of_every_command_is_a_variable_and_a_line_of_the_file() {
        let options = options(&Cli::command());
        assert!(options.len() >= 19, "{}", options.len());
        for option in options {
            let name = option.get_long().expect("a name").replace('-', "_");
            let variable = option.get_env().map(|env| env.to_string_lossy().into_owned());
            assert_eq!(variable, Some(format!("STEWARD_{}", name.to_uppercase())), "{name}");
            // The file cannot name itself.
            assert!(name == "config" || crate::config::knows(&name), "{name} in steward.toml");
        }
    }
}
