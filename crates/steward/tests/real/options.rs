//! Options from the command line, from variables and from `steward.toml`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::house::{House, STEWARD, Server, said, until};

#[test]
fn the_line_wins_over_the_variable_and_the_variable_over_the_file() {
    let house = House::new();
    house.write("steward.toml", "data = \"from-file\"\nlog = \"json\"\nlisten = \"127.0.0.1:0\"\n");
    let is_json = |server: &Server| server.log().iter().any(|line| line.starts_with('{'));
    let server = Server::start(house.command(&["serve"]));
    assert!(is_json(&server) && house.dir.join("from-file/steward.db").is_file());
    drop(server);

    let mut command = house.command(&["serve"]);
    command.env("STEWARD_DATA", "from-variable").env("STEWARD_LOG", "text");
    let server = Server::start(command);
    assert!(!is_json(&server) && house.dir.join("from-variable/steward.db").is_file());
    drop(server);

    let mut command = house.command(&["serve", "--data", "from-line", "--log", "json"]);
    command.env("STEWARD_DATA", "from-nowhere").env("STEWARD_LOG", "text");
    let server = Server::start(command);
    assert!(is_json(&server) && house.dir.join("from-line/steward.db").is_file());
    assert!(!house.dir.join("from-nowhere").exists());
    drop(server);

    house.write("other.toml", "listn = \"127.0.0.1:0\"\n");
    let (status, words) = house.ends(&["serve", "--config", "other.toml"]);
    assert_eq!(status, 2, "{words}");
    assert!(words.contains("listn"), "{words}");
}

/// Every option of `serve` says its variable, and the file takes its name.
#[test]
fn every_option_of_serve_is_a_variable_and_a_line_of_the_file() {
    let house = House::new();
    let help = house.run(&["serve", "--help"]);
    let options = help.lines().filter_map(|line| line.trim().strip_prefix("--"));
    let names: Vec<&str> = options.filter_map(|rest| rest.split([' ', '[']).next()).collect();
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        let name = name.trim_end_matches(['=', ',']);
        let variable = format!("STEWARD_{}", name.replace('-', "_").to_uppercase());
        assert!(help.contains(&format!("[env: {variable}")), "{name}: {variable} in {help}");
        if name == "config" {
            continue;
        }
        // A value of a wrong type is refused by its type, not as unknown.
        house.write("wrong.toml", &format!("{} = [[1]]\n", name.replace('-', "_")));
        let mut command: Command = house.command(&["serve", "--config", "wrong.toml"]);
        let (status, words) = said(command.output().expect("runs"));
        assert_eq!(status, 2, "{name}: {words}");
        assert!(
            words.contains("wrong.toml") && !words.contains("unknown field"),
            "{name}: {words}"
        );
    }
}

/// Runs a command with variables: status and words.
fn with(house: &House, args: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let mut command: Command = house.command(args);
    command.envs(variables.iter().copied());
    said(command.output().expect("runs"))
}

#[test]
fn a_seal_in_a_variable_or_in_the_file_counts() {
    let house = House::new();
    house.run(&["verify"]);
    let other = House::new();
    other.run(&["verify"]);
    let (own, foreign) = (house.run(&["seal", "print"]), other.run(&["seal", "print"]));
    let (own, foreign) = (own.trim(), foreign.trim());
    assert_eq!(with(&house, &["verify"], &[("STEWARD_AGAINST", own)]).0, 0);
    let (status, words) = with(&house, &["verify"], &[("STEWARD_AGAINST", foreign)]);
    assert_eq!(status, 1, "{words}");
    assert_eq!(with(&house, &["verify"], &[("STEWARD_AGAINST", "")]).0, 0, "empty is not set");
    house.write("steward.toml", &format!("against = \"{foreign}\"\n"));
    let (status, words) = house.ends(&["verify"]);
    assert_eq!(status, 1, "{words}");
    assert_eq!(with(&house, &["verify"], &[("STEWARD_AGAINST", own)]).0, 0, "it wins");
}

#[test]
fn a_dry_run_and_a_token_by_variables() {
    let house = House::new();
    let file = house.log("log.csv", 31);
    for yes in ["1", "true", "Yes"] {
        let words = with(&house, &["import", "incident-log", &file], &[("STEWARD_DRY_RUN", yes)]);
        assert!(words.1.contains("30 rows: 30 would be written"), "{yes}: {words:?}");
    }
    let maybe = with(&house, &["import", "incident-log", &file], &[("STEWARD_DRY_RUN", "maybe")]);
    assert_eq!(maybe.0, 2, "{maybe:?}");
    let variables = [("STEWARD_DRY_RUN", "no"), ("STEWARD_ZONE", ""), ("STEWARD_MAPPING", "")];
    let words = with(&house, &["import", "incident-log", &file], &variables);
    assert!(words.1.contains("30 rows: 30 written"), "{words:?}");
    // What does not concern a list of people is passed over there.
    let people = house.write("people.csv", "login,name\nrita,Rita\n");
    let variables = [("STEWARD_ZONE", "Europe/Prague"), ("STEWARD_MAPPING", "uci-incident-log")];
    let words = with(&house, &["import", "people", &people], &variables);
    assert_eq!(words.0, 0, "{words:?}");

    let variables = [("STEWARD_PERSON", "rita"), ("STEWARD_NAME", "a script")];
    let (status, token) = with(&house, &["token", "create"], &variables);
    assert!(status == 0 && token.starts_with("stw_"), "{token}");
    let (status, words) = house.ends(&["token", "create", "--person", "rita"]);
    assert!(status == 2 && words.contains("--name"), "{status}: {words}");
}

#[test]
fn what_is_wrong_is_told_before_anything_is_made() {
    let house = House::new();
    let file = house.log("log.csv", 3);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().map(|a| (taken, a.to_string())).expect("an address");
    for (status, wrong) in [
        (2, &["serve", "--listen", "8080"][..]),
        (2, &["serve", "--listen", "127.0.0.1:99999"]),
        (2, &["serve", "--demo=maybe"]),
        (2, &["verify", "--against", "steward-seal-1:"]),
        (2, &["verify", "--against", "steward-seal-1:1:abc"]),
        (2, &["import", "incident-log", &file, "--zone", "Mars/Olympus"]),
        (2, &["import", "incident-log", &file, "--mapping", "absent"]),
        (2, &["token", "create", "--person", "admin"]),
        (1, &["import", "incident-log", "absent.csv"]),
        (1, &["serve", "--demo", "--listen", &taken.1]),
    ] {
        let (ended, words) = house.ends(wrong);
        assert_eq!(ended, status, "{wrong:?}: {words}");
        assert!(!house.dir.join("steward-data").exists(), "{wrong:?} made something");
    }
    let (_, words) = house.ends(&["restore", "/nope"]);
    assert!(words.contains("/nope: No such file") && !words.contains("disk"), "{words}");
    let (status, words) = house.ends(&["rebuild", "webhooks"]);
    assert!(status == 1 && words.contains("stays so"), "{status}: {words}");
}

#[test]
fn a_short_password_of_the_administrator_is_taken_with_a_warning() {
    let house = House::new();
    let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("STEWARD_ADMIN_PASSWORD", "short");
    let server = Server::start(command);
    assert!(server.log().iter().any(|line| line.contains("weak")), "{:?}", server.log());
    let sign_in = r#"{"login":"admin","password":"short"}"#;
    let answer = server.call("", "/api/v1/session", &["-d", sign_in]);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn what_is_written_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new();
    let mode = |path: &str| {
        let found = std::fs::metadata(house.dir.join(path)).expect(path);
        found.permissions().mode() & 0o777
    };
    house.run(&["verify"]);
    house.run(&["backup", "one.backup"]);
    assert_eq!(mode("one.backup"), 0o600);
    house.run(&["restore", "one.backup", "--data", "again"]);
    house.run(&["export", "all.tar.gz"]);
    assert_eq!(mode("all.tar.gz"), 0o600);
    for directory in ["steward-data", "again"] {
        assert_eq!(mode(directory), 0o700);
        assert_eq!(mode(&format!("{directory}/steward.db")), 0o600);
    }

    // In a directory that was there, whatever the umask of who starts it.
    let open = house.dir.join("open");
    std::fs::create_dir(&open).expect("a directory");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).expect("open");
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0; exec \"$@\"", "sh", STEWARD, "serve", "--data", "open"]);
    command.args(["--listen", "127.0.0.1:0"]).current_dir(&house.dir);
    let server = Server::start(command);
    let token = house.token(&["--data", "open"]);
    let call = |path: &str, args: &[&str]| server.call(&token, path, args);
    let made = call("/api/v1/incidents", &["-d", r#"{"short_description":"a file"}"#]);
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let form = format!("file=@{}", house.write("notes.txt", "attached"));
    let files = "/api/v1/incidents/INC0000001/attachments";
    let upload = Command::new("curl")
        .args(["-sSi", "-F", &form, "-H", &format!("Authorization: Bearer {token}")])
        .arg(format!("http://{}{files}", server.address))
        .output();
    let attached = said(upload.expect("curl runs")).1;
    assert!(attached.contains("HTTP/1.1 201"), "{attached}");
    until(Duration::from_secs(10), "a list", || open.join("erasures.jsonl").exists());
    drop(server);
    house.run(&["backup", "two.backup", "--data", "open"]);
    house.run(&["restore", "two.backup", "--data", "third"]);
    for directory in ["open", "third"] {
        let written = below(&house.dir.join(directory));
        assert!(written.len() >= 5, "{written:?}");
        for path in written {
            let found = std::fs::metadata(&path).expect("is there");
            let expected = if found.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(found.permissions().mode() & 0o777, expected, "{}", path.display());
        }
    }
}

/// Everything below a directory.
fn below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
        if entry.path().is_dir() {
            found.extend(below(&entry.path()));
        }
        found.push(entry.path());
    }
    found
}

#[test]
fn a_backup_is_never_written_over() {
    let house = House::new();
    house.run(&["backup", "one.backup"]);
    let before = std::fs::read(house.dir.join("one.backup")).expect("a backup");
    for again in [&["backup", "one.backup"], &["export", "one.backup"]] {
        let (status, words) = house.ends(again);
        assert!(status == 1 && words.contains("one.backup is there already"), "{words}");
        assert!(words.contains("name another file") && !words.contains("disk"), "{words}");
    }
    assert!(std::fs::read(house.dir.join("one.backup")).expect("a backup") == before);
}

#[test]
fn a_disabled_person_gets_no_token() {
    let house = House::new();
    let server = house.serve(&[]);
    let token = house.token(&[]);
    let call = |path: &str, args: &[&str]| server.call(&token, path, args);
    let made = call("/api/v1/people", &["-d", r#"{"login":"rita","name":"Rita"}"#]);
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let gone = call("/api/v1/people/rita/disable", &["-X", "POST"]);
    assert!(gone.starts_with("HTTP/1.1 200"), "{gone}");
    let (status, words) = house.ends(&["token", "create", "--person", "rita", "--name", "x"]);
    assert!(status == 1 && words.contains("Rita is disabled"), "{status}: {words}");
    // A token of the command line reads times in UTC.
    let version = call("/api/v1/people/admin", &[]);
    let tag = version.lines().find(|line| line.to_lowercase().starts_with("etag"));
    let tag = format!("If-Match: {}", tag.and_then(|t| t.split_once(' ')).expect("one").1.trim());
    let zone = ["-X", "PATCH", "-H", &tag, "-d", r#"{"zone":"Asia/Tokyo"}"#];
    let changed = call("/api/v1/people/admin", &zone);
    assert!(changed.contains("Asia/Tokyo"), "{changed}");
    assert!(call("/api/v1/me", &[]).contains("\"zone\":\"UTC\""));
}
