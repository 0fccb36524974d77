//! Which records a list shows, as SQL over the alias `r` of `record`.

use steward_condition::Args;
use steward_database::Value;

use crate::actor::Actor;
use crate::permission::Visibility;

/// The condition for records of `kind` that `seen` allows: the SQL twin of
/// [`crate::allowed`] for the kinds of this crate.
pub fn visible_sql(seen: &Visibility, actor: &Actor, kind: &str, args: &mut Args) -> String {
    if seen.all {
        return "true".into();
    }
    let mut parts = Vec::new();
    if !seen.organisations.is_empty() {
        let places = args.push_all(seen.organisations.iter().copied().map(Value::Id));
        parts.push(format!("r.organisation in ({places})"));
    }
    if seen.own {
        match kind {
            "person" => parts.push(format!("r.id = {}", args.push(actor.id))),
            "organisation" => parts.push(format!("r.id = {}", args.push(actor.organisation))),
            "team" if !actor.teams.is_empty() => {
                let places = args.push_all(actor.teams.iter().copied().map(Value::Id));
                parts.push(format!("r.id in ({places})"));
            }
            "configuration_item" => parts.push(format!(
                "r.id in (select i.id from item i where i.owner = {})",
                args.push(actor.id)
            )),
            _ => {}
        }
    }
    if parts.is_empty() { "false".into() } else { format!("({})", parts.join(" or ")) }
}
