//! What can be written, and where it is wrong.

use proptest::prelude::*;
use steward_condition::{At, ErrorKind, Expr, FieldTerm, Item, MAX_BYTES, Op, Text, parse};

mod support;

#[track_caller]
fn check(written: &str, canonical: &str) {
    let tree = parse(written).unwrap_or_else(|e| panic!("{written}: {e:?}"));
    assert_eq!(tree.to_string(), canonical, "{written}");
    assert_eq!(parse(canonical).as_ref(), Ok(&tree), "{canonical}");
}

#[test]
fn terms_are_read() {
    check("", "");
    check(" \n\t ", "");
    check("state:open", "state:open");
    check("state:open priority<=2", "state:open priority<=2");
    check("  state:open   or(a)b ", "state:open or a b");
    check("a OR b", "a or b");
    check("a b or c d", "a b or c d");
    check("a (b or c) d", "a (b or c) d");
    check("((a b)) c", "a b c");
    check("(a or b) or c", "a or b or c");
    check("-a", "-a");
    check("-(a b)", "-(a b)");
    check("-(a)", "-a");
    check("--a", "--a");
    check("-(a or -b:c)", "-(a or -b:c)");
    check("\"or\"", "\"or\"");
    check("organ or2 oraNge", "organ or2 oraNge");
    check("e-mail node.js 08:00 a,b a..b", "e-mail node.js 08:00 a,b a..b");
    check("a=\"x (y) or z\"", "a=\"x (y) or z\"");
    check(r#"a="say \"hi\" C:\\x C:\y""#, r#"a="say \"hi\" C:\\x C:\\y""#);
    check("a:1,2,\"3 4\",5..6", "a:1,2,\"3 4\",5..6");
    check("a:-7d..today", "a:-7d..today");
    check("a:1.5..2.5", "a:1.5..2.5");
    check("a>2026-11-24T08:00Z b>=-1", "a>2026-11-24T08:00Z b>=-1");
    check("größe:any _x.y-z:none", "größe:any _x.y-z:none");
    check("print* \"paper ja*\"", "print* \"paper ja*\"");
    check("<b> => &", "<b> => &");
}

#[track_caller]
fn wrong(written: &str, position: usize) {
    match parse(written) {
        Err(error) => assert_eq!(
            (error.kind, error.position),
            (ErrorKind::Syntax, position),
            "{written}: {error}"
        ),
        Ok(tree) => panic!("{written} was read as {tree:?}"),
    }
}

#[test]
fn errors_point_at_the_character() {
    wrong("(", 1);
    wrong("()", 1);
    wrong("(a", 0);
    wrong("ö (a or (b)", 2);
    wrong("a)", 1);
    wrong("or a", 0);
    wrong("a or", 4);
    wrong("a or or b", 5);
    wrong("(a or )", 6);
    wrong("-", 1);
    wrong("a - b", 3);
    wrong("-)", 1);
    wrong("ärger=\"x", 6);
    wrong("\"x", 0);
    wrong("\"x\"y", 3);
    wrong("x\"y\"", 1);
    wrong("a:", 2);
    wrong("a: b", 2);
    wrong("a:b,", 4);
    wrong("a:,b", 2);
    wrong("a:1..", 5);
    wrong("a:..1", 2);
    wrong("a:1..2..3", 6);
    wrong("a<1,2", 3);
    wrong("a>1..2", 3);
    wrong("a=f(x)", 3);
    wrong("a=\"b\"c", 5);
    wrong("a!=b", 1);
    wrong("a\0", 1);
}

#[test]
fn size_and_depth_have_limits() {
    let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&deep(50)).is_ok());
    wrong(&deep(51), 50);
    wrong(&"-".repeat(60_000), 51);
    wrong(&"(".repeat(60_000), 50);
    assert!(parse(&"a ".repeat(1000)).is_ok());
    wrong(&"a ".repeat(1001), 2000);
    wrong(&format!("a:{}", vec!["1"; 1001].join(",")), 2002);
    assert!(parse(&format!("\"{}\"", "x".repeat(MAX_BYTES - 2))).is_ok());
    wrong(&format!("\"{}\"", "x".repeat(MAX_BYTES - 1)), 0);
}

fn text() -> impl Strategy<Value = Text> {
    let plain = "[a-zß0-9_.+*-]{1,6}".prop_filter("is more than dots", |t| {
        !t.contains("..") && !t.ends_with('.') && !t.starts_with('.')
    });
    prop_oneof![
        plain.prop_map(|text| (text, false)),
        "[ -~é漢]{0,8}".prop_map(|text| (text, true)),
    ]
    .prop_map(|(text, quoted)| Text { text, quoted, at: At(0) })
}

fn tree() -> impl Strategy<Value = Expr> {
    let ops = prop_oneof![Just(Op::Has), Just(Op::Is)];
    let orders = prop_oneof![Just(Op::Below), Just(Op::AtMost), Just(Op::Above), Just(Op::AtLeast)];
    let item = prop_oneof![
        text().prop_map(Item::One),
        (text(), text()).prop_map(|(a, b)| Item::Range(a, b)),
    ];
    let name = "[a-zé_][a-z0-9_.-]{0,6}";
    let field = prop_oneof![
        (name, ops, prop::collection::vec(item, 1..4)),
        (name, orders, text().prop_map(|t| vec![Item::One(t)])),
    ];
    let leaf = prop_oneof![
        text()
            .prop_filter("is no operator", |t| {
                t.quoted || t.text != "or" && !t.text.starts_with('-')
            })
            .prop_map(Expr::Words),
        field.prop_map(|(name, op, items)| {
            Expr::Field(FieldTerm { name, op, items, at: At(0) })
        }),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::all),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::any),
            inner.prop_map(|part| Expr::Not(Box::new(part))),
        ]
    })
}

/// Texts made of the pieces that mean something, in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[-()\"\\\\:=<>,.* ]{1,3}",
        "\\PC{0,4}",
        prop::sample::select(vec![
            "or",
            "state",
            "priority",
            "opened_at",
            "caller",
            "short_description",
            "description",
            "vip",
            "none",
            "any",
            "me",
            "today",
            "-7d",
            "2026-11-24",
            "9999-12-31",
            "1",
            "1.5",
            "99999999999999999999",
            "open",
            "..",
            "effort",
            "floor",
            "\"",
            "\u{0}",
            "é",
            "漢字",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_printed_is_what_was_read(tree in tree()) {
        prop_assert_eq!(parse(&tree.to_string()), Ok(tree));
    }

    #[test]
    fn nothing_panics(written in prop_oneof![soup(), any::<String>()]) {
        match parse(&written) {
            Ok(tree) => {
                let printed = tree.to_string();
                prop_assert_eq!(parse(&printed), Ok(tree), "{}", printed);
            }
            Err(error) => prop_assert!(error.position <= written.chars().count()),
        }
        if let Err(error) = support::read(&written) {
            prop_assert!(error.position <= written.chars().count());
        }
    }
}

/// The page for users, so that its examples stay true.
const PAGE: &str = include_str!("../../../../docs/condition-language.md");

#[test]
fn every_example_of_the_page_can_be_read() {
    let mut inside = false;
    let mut read = 0;
    for line in PAGE.lines() {
        inside = line.starts_with('|')
            && (inside || line.starts_with("| you write") || line.starts_with("| what for"));
        let cells: Vec<&str> = line.split(" | ").collect();
        if !inside || cells.len() != 2 {
            continue;
        }
        let cell = if cells[0].contains('`') { cells[0] } else { cells[1] };
        for example in cell.split('`').skip(1).step_by(2).filter(|e| !e.starts_with('…')) {
            assert!(parse(example).is_ok(), "{example}");
            read += 1;
        }
    }
    assert!(read >= 45, "{read} examples");
}
