//! What a command says to somebody who does not listen.

use std::fs::OpenOptions;
use std::process::Stdio;

use crate::house::{House, said};

/// The end of a command whose reader has left: status and standard error.
fn unread(house: &House, args: &[&str]) -> (i32, String) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    said(house.command(args).stdout(Stdio::from(writer)).output().expect("runs"))
}

/// The end of a command that writes to a full device.
fn full(house: &House, args: &[&str]) -> (i32, String) {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    said(house.command(args).stdout(Stdio::from(full)).output().expect("runs"))
}

#[test]
fn a_reader_who_has_left_misses_words_and_nothing_else() {
    let house = House::new();
    let people = house.write("people.csv", "login,name\nrita,Rita\n");
    for done in [&["verify"][..], &["import", "people", &people], &["export", "all.tar"]] {
        let (status, words) = unread(&house, done);
        assert!(status == 0 && !words.contains("steward: "), "{done:?} {status}: {words}");
        assert!(!words.contains("panicked"), "{words}");
    }
    assert!(house.run(&["token", "create", "--person", "rita", "--name", "x"]).starts_with("stw_"));
    // Here the words are the work.
    for asked in [&["openapi"][..], &["seal", "print"]] {
        assert_eq!(unread(&house, asked), (1, String::new()), "{asked:?}");
    }
    let (status, words) = unread(&house, &["token", "create", "--person", "rita", "--name", "y"]);
    assert!(status == 1 && words.contains("could not be printed"), "{status}: {words}");
}

#[test]
fn a_full_device_is_told_in_a_sentence() {
    let house = House::new();
    house.run(&["verify"]);
    for asked in [&["verify"][..], &["openapi"], &["seal", "print"], &["rebuild", "text"]] {
        let (status, words) = full(&house, asked);
        let told = words.starts_with("steward: ") && words.contains("cannot be written");
        assert!(status == 1 && told && words.lines().count() == 1, "{asked:?} {status}: {words}");
    }
    let (status, words) = full(&house, &["token", "create", "--person", "admin", "--name", "x"]);
    assert!(status == 1 && words.contains("could not be printed"), "{status}: {words}");
    assert!(words.contains("revoke"), "{words}");
    // A log that cannot be written stops nothing either.
    let file = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let ended =
        house.command(&["verify", "--against", "no seal"]).stderr(Stdio::from(file)).output();
    assert_eq!(said(ended.expect("runs")).0, 2);
}
