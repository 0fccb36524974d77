//! What people do to an incident: the actions that every ticket has, and those
//! that move others along with it.

use steward_base::Result;
use steward_database::Tx;
use steward_people::Call;
use steward_practice::act::look_no_further;
use steward_practice::standard::{self, Nothing, Resolve, comment, look_at_resolution, resolved};
use steward_practice::{Action, Decision, Loaded, said_under};

use crate::body::{Duplicate, Reopen};
use crate::fields::Settings;
use crate::{family, merge, rules};

/// All of them, in the order of the document.
pub(crate) fn all() -> Vec<Action> {
    vec![
        standard::assign(),
        standard::hold(),
        standard::resume(),
        Action::new("resolve", "Resolve it", resolve, look_at_resolution),
        standard::close(),
        Action::new("reopen", "Take it up again", reopen, look_no_further),
        standard::cancel(),
        Action::new("duplicate", "Mark it as a duplicate", duplicate, look_no_further),
        Action::new("unmerge", "Take a duplicate apart again", unmerge, look_no_further).by_hand(),
        standard::work_time(),
    ]
}

/// Resolves it, its open children and, for those who called there, tells its
/// duplicates.
fn resolve(tx: &mut Tx, call: &Call, loaded: &Loaded, body: &Resolve) -> Result<Decision> {
    let mut decision = resolved(tx, call, loaded, body)?;
    let children = family::children(tx, call, &loaded.ticket)?;
    decision.effect.extra.extend(children.left());
    Ok(decision.then(move |tx, call, registries, after| {
        family::resolve(tx, call, registries, after, &children)?;
        merge::resolved(tx, call, registries, after)
    }))
}

fn reopen(tx: &mut Tx, call: &Call, loaded: &Loaded, body: &Reopen) -> Result<Decision> {
    let settings = Settings::of(&loaded.registry);
    let after = rules::reopen(&loaded.ticket, &settings, call.now)?;
    let mut effect = loaded.effect("reopened");
    let said = comment(tx, call, &body.comment).map_err(|e| said_under(e, "comment"))?;
    effect.entries.push(said);
    Ok(Decision::new(after, effect))
}

fn duplicate(tx: &mut Tx, call: &Call, loaded: &Loaded, body: &Duplicate) -> Result<Decision> {
    let (after, effect) = merge::duplicate(tx, call, &loaded.ticket, &body.of)?;
    Ok(Decision::new(after, effect).then(merge::merged))
}

fn unmerge(tx: &mut Tx, _: &Call, loaded: &Loaded, _: &Nothing) -> Result<Decision> {
    let (after, effect) = merge::unmerge(tx, &loaded.ticket)?;
    let before = loaded.ticket.clone();
    Ok(Decision::new(after, effect)
        .then(move |tx, call, registries, _| merge::unmerged(tx, call, registries, &before)))
}
