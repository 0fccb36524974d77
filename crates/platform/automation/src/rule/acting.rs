//! Whom a rule acts as.

use steward_base::Result;
use steward_database::Tx;
use steward_people::{Actor, EVERYONE, Grant, access, includes};

use super::Rule;

/// The rule's actor with what it holds right now: its roles, as far as whoever
/// last published it holds them, within the rule's organisation. The sentence
/// says why it may not act at all.
pub(crate) fn acting(tx: &mut Tx, rule: &Rule) -> Result<Result<Actor, String>> {
    let Some(mut actor) = access::actor_of(tx, rule.actor)? else {
        return Ok(Err("the rule's own actor is disabled".into()));
    };
    let Some(publisher) = access::actor_of(tx, rule.published_by)? else {
        return Ok(Err("who published the rule is disabled; publish it again".into()));
    };
    actor.grants = grants(rule, &publisher);
    if actor.grants.is_empty() {
        return Ok(Err("who published the rule no longer holds its roles".into()));
    }
    Ok(Ok(actor))
}

/// The rule's roles within what its publisher holds.
pub(crate) fn grants(rule: &Rule, publisher: &Actor) -> Vec<Grant> {
    let mut grants = Vec::new();
    for role in &rule.roles {
        for held in publisher.grants.iter().filter(|held| includes(held.role, *role)) {
            let organisation = match (rule.organisation, held.organisation) {
                (EVERYONE, held) => held,
                (own, None) => Some(own),
                (own, Some(held)) if held == own => Some(own),
                _ => continue,
            };
            let grant = Grant { role: *role, organisation };
            if !grants.contains(&grant) {
                grants.push(grant);
            }
        }
    }
    grants
}

#[cfg(test)]
mod tests {
    use steward_base::{Timestamp, Uuid};
    use steward_people::{Role, system_actor};

    use super::*;
    use crate::rule::When;

    fn rule(organisation: Uuid, roles: &[Role]) -> Rule {
        Rule {
            id: Uuid::nil(),
            name: "r".into(),
            organisation,
            version: 1,
            actor: Uuid::nil(),
            when: When::default(),
            condition: String::new(),
            then: vec![],
            roles: roles.to_vec(),
            active: true,
            published_by: Uuid::nil(),
            published_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_rule_never_holds_more_than_its_publisher() {
        let (north, south) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let one = |role, organisation| Grant { role, organisation };
        let cases = [
            // publisher's grants, rule's organisation, its roles, what it holds
            (
                vec![one(Role::Agent, Some(north))],
                north,
                Role::Agent,
                vec![one(Role::Agent, Some(north))],
            ),
            (vec![one(Role::Agent, Some(south))], north, Role::Agent, vec![]),
            (
                vec![one(Role::Agent, Some(north))],
                EVERYONE,
                Role::Agent,
                vec![one(Role::Agent, Some(north))],
            ),
            (
                vec![one(Role::Administrator, None)],
                north,
                Role::Agent,
                vec![one(Role::Agent, Some(north))],
            ),
            (
                vec![one(Role::Administrator, None)],
                EVERYONE,
                Role::Agent,
                vec![one(Role::Agent, None)],
            ),
            (vec![one(Role::Agent, None)], EVERYONE, Role::Administrator, vec![]),
            (vec![], EVERYONE, Role::Agent, vec![]),
        ];
        for (held, organisation, role, expected) in cases {
            let publisher = Actor { grants: held.clone(), ..system_actor() };
            assert_eq!(grants(&rule(organisation, &[role]), &publisher), expected, "{held:?}");
        }
    }
}
