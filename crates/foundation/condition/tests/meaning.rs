//! What each form means, what it is refused for, and the SQL it becomes.

use steward_condition::{Args, Condition, Context, ErrorKind, FieldValue};
use support::store::DeskSql;
use support::{Desk, Row, context, id, read};

mod support;

/// An incident on hold, opened on 24 November at 08:00 in Berlin, not resolved.
fn ticket() -> Row {
    let mut row = Row::default()
        .text("number", "INC0000042")
        .text("short_description", "Printer on floor 2 is down")
        .text("description", "The client says: paper jam. Größe A4!")
        .with("priority", FieldValue::Int(2))
        .with("effort", FieldValue::Float(1.5))
        .text("state", "on_hold")
        .text("category", "Category 2")
        .time("opened_at", "2026-11-24T07:00:00.000500Z")
        .with("vip", FieldValue::Bool(true))
        .with("caller", FieldValue::Id(id(2)))
        .with("assigned_to", FieldValue::Id(id(1)))
        .with("assignment_group", FieldValue::Id(id(11)));
    row.comments = vec!["call the vendor".into(), "printer replaced".into()];
    row
}

#[track_caller]
fn check(written: &str, expected: bool) {
    let condition = read(written).unwrap_or_else(|e| panic!("{written}: {e:?}"));
    assert_eq!(condition.matches(&ticket()), expected, "{written}");
    let negation = read(&format!("-({written})")).expect("a negation");
    assert_eq!(negation.matches(&ticket()), !expected, "-({written})");
}

#[test]
fn terms_combine() {
    check("priority:2 vip:yes", true);
    check("priority:2 vip:no", false);
    check("priority:1 or vip:yes", true);
    check("vip:no priority:2 or vip:yes", true);
    check("vip:no (priority:2 or vip:yes)", false);
    check("vip:yes -priority:1", true);
    check("-vip:no -(priority:1 or priority:3)", true);
    assert!(read("").expect("everything").matches(&ticket()));
    assert!(read("  ").expect("everything").is_everything());
}

#[test]
fn numbers_compare() {
    check("priority:2", true);
    check("priority=2", true);
    check("priority=\"2\"", true);
    check("priority:\"2 - HIGH\"", true);
    check("priority:low", false);
    check("priority:1,2", true);
    check("priority:1,3", false);
    check("priority:1..2", true);
    check("priority:3..1", false);
    check("priority:1,3..5", false);
    check("priority<3", true);
    check("priority<2", false);
    check("priority<=2", true);
    check("priority>1.5", true);
    check("priority>=2.5", false);
    check("priority<2.5", true);
    check("priority=2.0", true);
    check("priority=2.5", false);
    check("priority>-7", true);
    check("effort=1.5", true);
    check("effort:1..1.5", true);
    check("effort>1.5", false);
    check("effort<2", true);
}

#[test]
fn choices_match_by_code_label_or_group() {
    check("state:on_hold", true);
    check("state=\"on hold\"", true);
    check("state:ON_HOLD", true);
    check("state:open", true);
    check("state:active", true);
    check("state:new,resolved", false);
    check("state:resolved,open", true);
    check("category:\"category 2\"", true);
    check("category:\"Category 25\"", false);
}

#[test]
fn empty_fields_are_none_and_every_comparison_with_them_is_false() {
    check("resolved_at:none", true);
    check("resolved_at=none", true);
    check("resolved_at:any", false);
    check("resolved_at>2000-01-01", false);
    check("-resolved_at>2000-01-01", true);
    check("resolved_at<2100-01-01", false);
    check("resolved_at:none,today", true);
    check("caller:none", false);
    check("caller:any", true);
    check("floor:1", false);
    check("-floor:1", true);
    check("room:x", false);
    check("room=x", false);
    check("short_description:\"none\"", false);
}

#[test]
fn times_have_days_and_zones() {
    check("opened_at:2026-11-24", true);
    check("opened_at:today", true);
    check("opened_at:yesterday", false);
    check("opened_at:this_month", true);
    check("opened_at>2026-11-24", false);
    check("opened_at>2026-11-23", true);
    check("opened_at<=2026-11-24", true);
    check("opened_at<2026-11-24", false);
    check("opened_at:2026-11-20..2026-11-24", true);
    check("opened_at:2026-11-24..2026-11-24", true);
    check("opened_at:2026-11-25..2026-11-30", false);
    check("opened_at>2026-11-24T08:00", false);
    check("opened_at>=2026-11-24T08:00", true);
    check("opened_at=2026-11-24T07:00:00.000Z", true);
    check("opened_at<2026-11-24T07:00Z", false);
    check("opened_at>-7d", true);
    check("opened_at>-1h", false);
    check("opened_at:-7d..now", true);
    // 23:30 in Berlin is still the 24th; one zone further it is not.
    let mut context = context();
    context.zone = jiff::tz::TimeZone::get("Asia/Tokyo").expect("a zone");
    let today = Condition::read("opened_at:today", &Desk, &context).expect("a condition");
    assert!(!today.matches(&ticket()));
}

#[test]
fn references_match_by_id_and_by_name() {
    check("assigned_to:me", true);
    check("assigned_to:\"me\"", true);
    check("caller:me", false);
    check("caller:BOB", true);
    check("caller:bob@example.com", true);
    check("caller=\"bob müller\"", true);
    check("caller:Bob", true);
    check("caller:mül", false);
    check("caller:00000000-0000-0000-0000-000000000002", true);
    check("caller:ada,bob", true);
    check("assignment_group:my_teams", true);
    check("assignment_group:\"Group 2\"", true);
    check("assignment_group:\"Group 25\"", false);
    let nobody = Context::at(support::now());
    let mine = Condition::read("assigned_to:me", &Desk, &nobody).expect("a condition");
    assert!(!mine.matches(&ticket()));
}

#[test]
fn words_are_whole_or_prefixes() {
    check("printer", true);
    check("PRINTER", true);
    check("print", false);
    check("print*", true);
    check("printer vendor", true);
    check("printer xyzzy", false);
    check("\"paper jam\"", true);
    check("\"jam paper\"", false);
    check("\"vendor printer\"", false);
    check("inc0000042", true);
    check("groesse", false);
    check("grosse", true);
    check("short_description:printer", true);
    check("short_description:vendor", false);
    check("short_description:\"down printer\"", true);
    check("short_description:xyzzy,floor", true);
    check("short_description:flo*", true);
    check("short_description:\"printer - down\"", true);
    check("description:says.paper", true);
    check("description:paper.says", false);
    check("short_description=\"PRINTER on floor 2 is down\"", true);
    check("short_description=printer", false);
    check("number=inc0000042", true);
    check("number>INC0000041", true);
    check("number=INC0000040..INC0000042", true);
}

#[track_caller]
fn wrong(written: &str, kind: ErrorKind, position: usize, suggestion: Option<&str>) {
    let error = read(written).map(|c| c.to_string()).expect_err(written);
    assert_eq!((error.kind, error.position), (kind, position), "{written}: {error}");
    assert_eq!(error.suggestion.as_deref(), suggestion, "{written}: {error}");
}

#[test]
fn mistakes_point_at_the_character_and_offer_the_nearest() {
    use ErrorKind::{BadValue, NotAllowed, UnknownField};
    wrong("ä priorty:1", UnknownField, 2, Some("priority"));
    wrong("Priority:1", UnknownField, 0, Some("priority"));
    wrong("assignment:x", UnknownField, 0, Some("assignment_group"));
    wrong("xyzzy:1", UnknownField, 0, None);
    wrong("state:opne", BadValue, 6, Some("open"));
    wrong("state:new,\"on hlod\"", BadValue, 10, Some("On Hold"));
    wrong("priority:hihg", BadValue, 9, None);
    wrong("priority:9223372036854775808", BadValue, 9, None);
    wrong("effort:1e3", BadValue, 7, None);
    wrong("vip:perhaps", BadValue, 4, None);
    wrong("opened_at:24.11.2026", BadValue, 10, None);
    wrong("opened_at:2026-11-24..x", BadValue, 22, None);
    wrong("priority<none", BadValue, 9, None);
    wrong("opened_at:\"none\"", BadValue, 10, None);
    wrong("short_description=\"\"", BadValue, 18, None);
    wrong(&format!("number={}", "x".repeat(256)), BadValue, 7, None);
    wrong("&", BadValue, 0, None);
    wrong("pri*er", BadValue, 0, None);
    wrong("description=x", NotAllowed, 12, None);
    wrong("description<x", NotAllowed, 12, None);
    wrong("state>new", NotAllowed, 6, None);
    wrong("caller:a..b", NotAllowed, 7, None);
    wrong("vip<true", NotAllowed, 4, None);
    wrong("short_description:a..b", NotAllowed, 18, None);
}

#[test]
fn errors_become_errors_of_the_house() {
    let error = read("ä priorty:1").expect_err("unknown").into_error("q");
    assert_eq!(
        error.to_string(),
        "there is no field “priorty” (at character 3); did you mean “priority”?"
    );
    let error = read("description=x").expect_err("not allowed").into_error("q");
    assert!(matches!(error, steward_base::Error::Invalid(_)));
}

#[test]
fn a_condition_says_what_it_asks_for() {
    let condition = read("vip:yes room:x (printer or state:open) vip:no").expect("a condition");
    let fields: Vec<_> = condition
        .fields()
        .iter()
        .map(|used| (used.name.as_str(), used.position, used.indexed))
        .collect();
    assert_eq!(fields, [("vip", 0, true), ("room", 8, false), ("state", 27, true)]);
    assert!(condition.has_free_words());
    assert!(!read("short_description:x").expect("a condition").has_free_words());
    let part = condition.indexed_part().map(|part| part.to_string());
    assert_eq!(part.as_deref(), Some("vip:yes (printer or state:open) vip:no"));
    assert_eq!(read("room:x or vip:yes").expect("a condition").indexed_part(), None);
}

#[track_caller]
fn sql(written: &str, expected: &str) {
    let mut args = Args::after(vec![1_i64.into()]);
    let sql = read(written).expect(written).to_sql(&DeskSql, &mut args);
    assert_eq!(sql.as_deref(), Ok(expected), "{written}");
    for n in 1..=args.values().len() {
        assert!(n == 1 || expected.contains(&format!("${n}")), "${n} of {written}");
    }
}

#[test]
fn the_sql_leaves_indexes_usable() {
    sql("", "true");
    sql("priority:1", "t.priority = $2");
    sql("-priority:1", "(t.priority is null or t.priority <> $2)");
    sql("state:open", "t.state in ($2, $3, $4)");
    sql("state:open,new", "t.state in ($2, $3, $4)");
    sql("priority:1..2", "(t.priority >= $2 and t.priority <= $3)");
    sql("-opened_at>today", "(t.opened_at is null or t.opened_at < $2)");
    sql("opened_at:today", "(t.opened_at >= $2 and t.opened_at < $3)");
    sql("number=INC1", "t.number_key = $2");
    sql("assigned_to:me", "t.assigned_to = $2");
    sql("assigned_to:none", "t.assigned_to is null");
    sql("-caller:none", "t.caller is not null");
    sql(
        "-(vip:yes or priority:1,none)",
        "((t.vip is null or t.vip <> $2) and (t.priority is null or t.priority <> $3) \
         and t.priority is not null)",
    );
    sql(
        "floor:1",
        "(t.n in (select v.record from desk_value v where v.field = 'floor' and v.number = $2))",
    );
    sql(
        "-caller:ada",
        "not coalesce((t.caller in (select r.id from desk_name r where r.kind = $2 and r.key in ($3))), false)",
    );
    sql("priority=2.5", "(t.priority >= $2 and t.priority <= $3)");
}

#[test]
fn a_list_refuses_what_it_has_no_column_for() {
    struct Bare;
    impl steward_condition::SqlSchema for Bare {
        fn column(&self, field: &str) -> Option<steward_condition::Column> {
            (field == "number").then(|| steward_condition::Column::new("t.number"))
        }
        fn words(
            &self,
            _: Option<&str>,
            _: &[steward_condition::WordTerm],
            _: &mut Args,
        ) -> Option<String> {
            None
        }
        fn reference(
            &self,
            _: &str,
            _: &[steward_condition::RefValue],
            _: &str,
            _: &mut Args,
        ) -> Option<String> {
            None
        }
    }
    for (written, position) in
        [("vip:yes", 0), ("ö -vip:yes", 0), ("number:any vip:yes", 11), ("number=x", 0)]
    {
        let error =
            read(written).expect(written).to_sql(&Bare, &mut Args::new()).expect_err(written);
        assert_eq!((error.kind, error.position), (ErrorKind::NotAllowed, position), "{written}");
    }
}
