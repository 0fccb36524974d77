//! Who hears of what: the rule of lists and records, for live updates.

use steward_api::Caller;
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_fields::Registries;
use steward_people::{Actor, ITEM_KINDS, allowed, items, visibility};
use steward_ticket::{store, target};

use crate::live::News;

/// Whether the caller may see the record an event is about, right now.
pub(crate) async fn may_see(caller: &Caller, news: &News) -> Result<bool> {
    let actor = caller.call.actor.clone();
    let action = if news.internal { "read_work_notes" } else { "read" };
    let seen = visibility(&actor, &news.kind, action);
    if seen.all || seen.organisations.contains(&news.organisation) {
        return Ok(true);
    }
    if !seen.own && !seen.team {
        return Ok(false);
    }
    match news.kind.as_str() {
        "person" => return Ok(news.record == actor.id),
        "organisation" => return Ok(news.record == actor.organisation),
        "team" => return Ok(actor.teams.contains(&news.record)),
        _ => {}
    }
    let registries = caller.app().find_service::<Registries>();
    let ticket = registries.is_some_and(|r| r.knows(&news.kind));
    let news = news.clone();
    caller.app().db().read(move |tx| own(tx, &actor, &news, action, ticket)).await
}

/// Whether the record is the actor's own, or their team's.
fn own(tx: &mut Tx, actor: &Actor, news: &News, action: &str, ticket: bool) -> Result<bool> {
    if ticket {
        let ticket = store::by_id(tx, news.record)?;
        return Ok(allowed(actor, &news.kind, action, &target(tx, actor, &ticket)?));
    }
    let Some(kind) = ITEM_KINDS.into_iter().find(|kind| *kind == news.kind) else {
        return Ok(false);
    };
    match items::get(tx, actor, kind, news.record) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}
