//! Options from the command line, from variables and from `steward.toml`.

use std::process::Command;

use crate::house::{House, Server, said};

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
