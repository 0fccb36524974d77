//! The permission matrix: printed and complete, and the same for one record
//! and for lists.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use steward_base::{Error, Uuid};
use steward_people::{
    Actor, EVERYONE, Grant, KINDS, Role, Scope, Target, allowed, check, check_create, field_groups,
    has_action, includes, permissions, reach, refusal, rules_of, visibility, watching_matters,
};

const A: Uuid = Uuid::from_u128(0xa);
const B: Uuid = Uuid::from_u128(0xb);

fn actor(grants: Vec<Grant>) -> Actor {
    Actor {
        id: Uuid::from_u128(1),
        login: "ann".into(),
        name: "Ann".into(),
        organisation: A,
        teams: vec![],
        grants,
        zone: "UTC".into(),
        read_only: false,
    }
}

fn holding(role: Role, organisation: Option<Uuid>) -> Actor {
    actor(vec![Grant { role, organisation }])
}

fn other(organisation: Uuid) -> Target {
    Target { organisation, called: false, own: false, team: false }
}

fn own(organisation: Uuid) -> Target {
    Target { organisation, called: true, own: true, team: false }
}

fn every_kind() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    KINDS.iter().map(|rules| (rules.kind, rules.actions))
}

#[test]
fn the_matrix_is_printed() {
    let mut text = String::from(
        "Who may do what, as enforced. A role is held for one organisation or for all;\n\
         \"organisation\" reaches every record of it, \"own\" those one called, asked for,\n\
         opened or watches, \"caller\" those without the ones one only watches.\n\
         Made by the test: UPDATE=1 writes it anew.\n\n",
    );
    let _ = write!(text, "{:<38}", "");
    for role in Role::ALL {
        let _ = write!(text, "{:<18}", role.as_str());
    }
    text = text.trim_end().to_owned() + "\n";
    for (kind, actions) in every_kind() {
        for action in actions {
            let mut line = format!("{:<38}", format!("{kind}.{action}"));
            for role in Role::ALL {
                let _ = write!(
                    line,
                    "{:<18}",
                    match reach(role, kind, action) {
                        "none" => "-",
                        other => other,
                    }
                );
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text += "\nField groups: what one must be allowed to do to read or write them\n";
    for (kind, g) in field_groups() {
        let name = format!("{kind} {}", g.group);
        let _ = writeln!(text, "{name:<38}read: {:<20}write: {}", g.read, g.write);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).expect("the matrix is written");
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (was, is) = (lines(&stored), lines(&text));
    let gone: Vec<&String> = was.difference(&is).collect();
    let come: Vec<&String> = is.difference(&was).collect();
    let message = "the matrix changed: look at it, then run with UPDATE=1";
    assert!(stored == text, "{message}\nno longer: {gone:#?}\nnew: {come:#?}");
}

#[test]
fn the_screen_shows_every_cell() {
    let shown = permissions();
    let cells: usize = every_kind().map(|(_, actions)| actions.len()).sum();
    assert_eq!(shown.rows.len(), cells * Role::ALL.len());
    for row in &shown.rows {
        let role = Role::ALL.into_iter().find(|role| role.as_str() == row.role).expect("a role");
        assert_eq!(row.scope, reach(role, row.kind, row.action));
    }
    let notes = shown.field_groups.iter().filter(|g| g.group == "internal" && g.read);
    assert!(notes.clone().count() > 0 && notes.clone().all(|g| g.role != "requester"));
    assert!(shown.field_groups.iter().all(|g| g.group != "system" || !g.write));
}

#[test]
fn every_rule_names_known_kinds_and_actions_once() {
    let mut seen = BTreeSet::new();
    for (kind, rules) in KINDS.iter().map(|rules| (rules.kind, rules.rules)) {
        for rule in rules {
            assert_ne!(rule.role, Role::Administrator, "the administrator may do everything");
            for action in rule.actions {
                assert!(has_action(kind, action), "{kind}.{action} is no action");
                let first = seen.insert((rule.role, kind, *action));
                assert!(first, "{:?} {kind}.{action} stands twice", rule.role);
            }
        }
    }
    let kinds: BTreeSet<&str> = every_kind().map(|(kind, _)| kind).collect();
    assert_eq!(kinds.len(), KINDS.len(), "a kind stands twice");
    for (kind, group) in field_groups() {
        assert!(has_action(kind, group.read));
        assert!(group.write == "never" || has_action(kind, group.write));
    }
}

#[test]
fn what_roles_may_never_do() {
    for role in [Role::Requester, Role::Auditor] {
        let actor = holding(role, None);
        for target in [own(A), other(A), other(EVERYONE)] {
            assert!(!allowed(&actor, "grant", "create", &target));
            assert!(!allowed(&actor, "incident", "write_work_notes", &target));
        }
    }
    let requester = holding(Role::Requester, None);
    assert!(!allowed(&requester, "incident", "read_work_notes", &own(A)));
    assert!(!allowed(&requester, "incident", "export", &own(A)));
    let auditor = holding(Role::Auditor, None);
    let reads = ["read", "read_name", "read_work_notes", "export"];
    for (kind, actions) in every_kind() {
        for action in actions.iter().filter(|a| !reads.contains(a)) {
            assert!(!allowed(&auditor, kind, action, &own(A)), "auditor {kind}.{action}");
        }
    }
    let administrator = holding(Role::Administrator, None);
    assert!(!allowed(&administrator, "incident", "no_such_action", &own(A)));
}

#[test]
fn a_token_that_may_only_read() {
    let mut actor = holding(Role::Administrator, None);
    actor.read_only = true;
    let reads = ["read", "read_name", "read_work_notes", "export", "try"];
    for (kind, actions) in every_kind() {
        for action in actions {
            let expected = reads.contains(action);
            assert_eq!(allowed(&actor, kind, action, &own(A)), expected, "{kind}.{action}");
        }
    }
    assert_eq!(refusal(&actor, "incident", "resolve"), "this token may only read");
}

#[test]
fn hidden_is_not_found_and_visible_is_forbidden() {
    let agent = holding(Role::Agent, Some(A));
    assert_eq!(check(&agent, "incident", "resolve", &other(A)), Ok(()));
    assert_eq!(check(&agent, "incident", "resolve", &other(B)), Err(Error::NotFound));
    assert_eq!(
        check(&agent, "incident", "retract", &other(A)),
        Err(Error::Forbidden(
            "incident.retract asks for the role incident manager or administrator".into()
        ))
    );
    let requester = holding(Role::Requester, Some(A));
    assert_eq!(check(&requester, "incident", "read", &other(A)), Err(Error::NotFound));
    assert!(matches!(check(&requester, "incident", "assign", &own(A)), Err(Error::Forbidden(_))));
    assert!(matches!(check(&requester, "team", "update", &other(A)), Err(Error::Forbidden(_))));
    assert!(matches!(check_create(&requester, "person", A), Err(Error::Forbidden(_))));
    assert_eq!(check_create(&agent, "person", A), Ok(()));
    assert!(matches!(check_create(&agent, "person", B), Err(Error::Forbidden(_))));
}

#[test]
fn what_is_global_is_read_by_role_alone() {
    let agent = holding(Role::Agent, Some(A));
    assert!(allowed(&agent, "service", "read", &other(EVERYONE)));
    assert!(!allowed(&agent, "incident", "resolve", &other(EVERYONE)));
    assert!(!allowed(&actor(vec![]), "service", "read", &other(EVERYONE)));
}

#[test]
fn which_role_includes_which() {
    let table = [
        (Role::Requester, vec![Role::Requester]),
        (Role::Agent, vec![Role::Agent]),
        (Role::IncidentManager, vec![Role::Agent, Role::IncidentManager]),
        (Role::Auditor, vec![Role::Auditor]),
        (Role::Administrator, Role::ALL.to_vec()),
    ];
    for (role, expected) in table {
        let mut found: Vec<Role> = Role::ALL.into_iter().filter(|r| includes(role, *r)).collect();
        found.retain(|r| {
            *r != Role::Requester || role == Role::Requester || role == Role::Administrator
        });
        assert_eq!(found, expected, "{role:?}");
    }
    assert!(includes(Role::Agent, Role::Requester));
    assert!(!includes(Role::Auditor, Role::Requester));
    assert!(!includes(Role::Requester, Role::Agent));
}

/// To watch is not to have called: the end of an incident is its caller's.
#[test]
fn a_watcher_ends_nothing() {
    let requester = holding(Role::Requester, Some(A));
    let watched = Target { called: false, ..own(A) };
    for action in ["close", "reopen", "cancel"] {
        assert!(allowed(&requester, "incident", action, &own(A)), "{action}");
        assert!(!allowed(&requester, "incident", action, &watched), "{action}");
        assert_eq!(reach(Role::Requester, "incident", action), "caller");
        assert_eq!(
            check(&requester, "incident", action, &watched),
            Err(Error::Forbidden(format!(
                "incident.{action} is the caller's; of others it asks for the role agent or \
                 incident manager or administrator"
            )))
        );
    }
    for action in ["read", "comment", "attach", "watch"] {
        assert!(allowed(&requester, "incident", action, &watched), "{action}");
    }
}

fn any_role() -> impl Strategy<Value = Role> {
    proptest::sample::select(Role::ALL.to_vec())
}

fn any_organisation() -> impl Strategy<Value = Uuid> {
    proptest::sample::select(vec![A, B, Uuid::from_u128(0xc), EVERYONE])
}

fn any_action() -> impl Strategy<Value = (&'static str, &'static str)> {
    let all: Vec<(&str, &str)> =
        every_kind().flat_map(|(kind, actions)| actions.iter().map(move |a| (kind, *a))).collect();
    proptest::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// One record and a list are decided alike.
    #[test]
    fn allowed_and_visibility_agree(
        grants in proptest::collection::vec((any_role(), proptest::option::of(any_organisation())), 0..4),
        (kind, action) in any_action(),
        organisation in any_organisation(),
        called: bool,
        own: bool,
        team: bool,
        read_only: bool,
    ) {
        let grants = grants.into_iter().map(|(role, organisation)| Grant { role, organisation });
        let mut actor = actor(grants.collect());
        actor.read_only = read_only;
        let target = Target { organisation, called, own: own || called, team };
        let seen = visibility(&actor, kind, action);
        let listed = seen.covers(&target);
        prop_assert_eq!(allowed(&actor, kind, action, &target), listed);
        if seen.is_none() {
            prop_assert!(!listed);
        }
    }

    /// A role that includes another may do all that the other may.
    #[test]
    fn what_is_included_is_allowed(
        role in any_role(),
        lesser in any_role(),
        (kind, action) in any_action(),
        organisation in any_organisation(),
        called: bool,
        own: bool,
        team: bool,
    ) {
        let target = Target { organisation, called, own: own || called, team };
        let may = |role| allowed(&holding(role, Some(A)), kind, action, &target);
        if includes(role, lesser) && may(lesser) {
            // Own records of other organisations are own whatever the grant.
            let rules = rules_of(kind).expect("a kind").rules;
            let by_scope = rules.iter().any(|r| {
                r.role == lesser && r.actions.contains(&action) && r.scope == Scope::Organisation
            });
            prop_assert!(may(role) || ((own || called) && !by_scope));
        }
    }
}

#[test]
fn who_watches_is_asked_when_it_decides_something() {
    for role in Role::ALL {
        for organisation in [None, Some(A), Some(B)] {
            let actor = holding(role, organisation);
            for (kind, actions) in every_kind() {
                for team in [false, true] {
                    let plain = Target { team, ..other(A) };
                    let watched = Target { own: true, ..plain };
                    let decides = actions.iter().any(|action| {
                        allowed(&actor, kind, action, &watched)
                            != allowed(&actor, kind, action, &plain)
                    });
                    assert_eq!(
                        watching_matters(&actor, kind, &plain),
                        decides,
                        "{role:?} of {organisation:?}, {kind}, team {team}"
                    );
                }
            }
        }
    }
    assert!(watching_matters(&holding(Role::Requester, None), "incident", &other(A)));
    assert!(!watching_matters(&holding(Role::Agent, None), "incident", &other(A)));
}
