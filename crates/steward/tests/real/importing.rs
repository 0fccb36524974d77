//! `steward import`.

use std::process::Command;
use std::time::Duration;

use crate::house::{House, STEWARD, said, until};

const MAPPING: &str = include_str!("../../../doors/import/mappings/uci-incident-log.toml");

fn facts(house: &House) -> String {
    let words = house.run(&["verify"]);
    let line = words.lines().find(|line| line.contains(" facts, "));
    line.map(|line| line.split(" seals").next().unwrap_or(line).to_owned()).unwrap_or(words)
}

#[test]
fn an_import_takes_its_options_and_answers_by_its_exit_status() {
    let house = House::new();
    let file = house.log("log.csv", 301);
    let strange =
        house.read("log.csv").replacen(",2 - Medium,2 - Medium,", ",9 - Odd,2 - Medium,", 1);
    house.write("log.csv", &strange);
    let before = facts(&house);
    let said = house.run(&["import", "incident-log", &file, "--dry-run"]);
    assert!(said.contains("300 rows: 300 would be written, 0 known already"), "{said}");
    assert_eq!(facts(&house), before, "a trial leaves everything as it was");

    assert!(Command::new("gzip").args(["-k", &file]).status().expect("gzip").success());
    let mapping = house.write("mine.toml", MAPPING);
    let zipped = format!("{file}.gz");
    let words = ["import", "incident-log", &zipped, "--mapping", &mapping, "--zone", "Asia/Tokyo"];
    let said = house.run(&words);
    assert!(said.contains("300 rows: 300 written, 0 known already"), "{said}");
    assert!(said.contains("rows/s") && !said.contains('\r'), "plain lines: {said}");
    let report = house.read("log-report.csv");
    assert!(report.starts_with("row,column,value,reason"), "{report}");
    assert!(report.contains("2,impact,9 - Odd,"), "{report}");
    let again = house.run(&words);
    assert!(again.contains("0 written, 300 known already"), "{again}");

    for (status, wrong) in [
        (1, &["import", "incident-log", "absent.csv"][..]),
        (2, &["import", "incident-log", &file, "--mapping", "absent"]),
        (2, &["import", "incident-log", &file, "--zone", "Mars/Olympus"]),
        (1, &["import", "archive", &file]),
        (2, &["import", "cats", &file]),
        (2, &["import", "people", &file, "--mapping", &mapping]),
        (1, &["import", "archive", &file, "--dry-run"]),
        (2, &["import", "incident-log"]),
    ] {
        let (ended, words) = house.ends(wrong);
        assert_eq!(ended, status, "{wrong:?}: {words}");
        assert!(!words.trim().is_empty(), "{wrong:?} says why");
    }
}

#[test]
fn a_trial_of_an_archive_reads_it_whole_and_makes_nothing() {
    let house = House::new();
    house.run(&["verify"]);
    house.run(&["export", "all.tar"]);
    let said = house.run(&["import", "archive", "all.tar", "--dry-run", "--data", "new"]);
    assert!(said.contains(" records, ") && said.contains(" would be written"), "{said}");
    assert!(!house.dir.join("new").exists(), "not even the directory");
    let (status, words) = house.ends(&["import", "archive", "all.tar", "--dry-run"]);
    assert!(status == 1 && words.contains("not empty"), "{status}: {words}");
}

#[test]
fn the_zone_of_the_file_counts() {
    let at = |zone: &str| {
        let house = House::new();
        let file = house.log("log.csv", 3);
        house.run(&["import", "incident-log", &file, "--zone", zone]);
        let server = house.serve(&[]);
        let answer = server.call(&house.token(&[]), "/api/v1/incidents/INC0000045", &[]);
        let opened = answer.split("\"opened_at\":\"").nth(1).expect("an incident").to_owned();
        opened.chars().take(16).collect::<String>()
    };
    assert_eq!(at("UTC"), "2016-02-29T01:16");
    assert_eq!(at("Asia/Tokyo"), "2016-02-28T16:16");
}

#[test]
fn progress_is_a_bar_on_a_terminal() {
    let house = House::new();
    let file = house.log("log.csv", 301);
    let import = format!("'{STEWARD}' import incident-log '{file}'");
    let mut command = Command::new("script");
    command.args(["-qec", &import, "/dev/null"]).current_dir(&house.dir).env("TERM", "xterm");
    command.env_remove("STEWARD_DATA").env_remove("STEWARD_DATABASE");
    let (status, words) = said(command.output().expect("script runs"));
    assert_eq!(status, 0, "{words}");
    assert!(words.contains('█') && words.contains("300 of 300 rows"), "{words:?}");
    assert!(words.contains('\r') && !words.contains("300 of 300 rows (100 %)"), "{words:?}");
}

#[test]
fn a_server_sees_within_a_second_what_a_command_wrote() {
    let house = House::new();
    let server = house.serve(&[]);
    let token = house.token(&[]);
    let count = || {
        let answer = server.call(&token, "/api/v1/incidents?count=true&limit=1", &[]);
        let count = answer.split("\"count\":").nth(1).unwrap_or("").to_owned();
        count.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    assert_eq!(count(), "0");
    let file = house.log("log.csv", 301);
    let said = house.run(&["import", "incident-log", &file]);
    let made = said.split("records: ").nth(1).and_then(|rest| rest.split(' ').next());
    let made = made.expect("a count").to_owned();
    until(Duration::from_secs(1), &format!("{made} incidents"), || count() == made);
    // A subscriber too, which waits for nothing but a look.
    until(Duration::from_secs(2), "read to the end", || {
        let state = server.call("", "/readyz", &[]);
        state.contains("\"behind\":0") && !state.contains("\"behind\":1")
    });
}
