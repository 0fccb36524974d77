//! `steward verify`.

use steward_database::{Db, Options};

use crate::house::House;

#[test]
fn verify_says_what_it_found_and_ends_with_1() {
    let house = House::new();
    assert!(house.run(&["verify"]).contains("all chains and seals hold"));
    let seal = house.run(&["seal", "print"]);
    assert!(seal.starts_with("steward-seal-1:1:"), "{seal}");
    house.run(&["verify", "--against", seal.trim()]);

    let other = House::new();
    other.run(&["verify"]);
    let foreign = other.run(&["seal", "print"]);
    let (status, words) = house.ends(&["verify", "--against", foreign.trim()]);
    assert_eq!(status, 1, "{words}");
    assert!(words.contains(foreign.trim()) && words.contains("1 findings"), "{words}");

    let path = house.dir.join("steward-data/steward.db");
    let db = Db::open(&Options::Sqlite(path)).expect("opens");
    let alter = "update fact set at = at + 1 where position = (select min(position) from fact)";
    db.write_blocking(move |tx| tx.run(alter, &[]).map(drop)).expect("writes");
    drop(db);
    let (status, words) = house.ends(&["verify"]);
    assert_eq!(status, 1, "{words}");
    assert!(!words.contains("all chains and seals hold") && words.contains("findings"), "{words}");
    assert!(words.contains("fact 1 "), "it names the fact: {words}");

    for wrong in [&["verify", "--agains", "x"][..], &["verify", "--against", "not a seal"]] {
        let (status, words) = house.ends(wrong);
        assert_eq!(status, 2, "{words}");
    }
}
