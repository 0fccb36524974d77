//! Who hears of what: the rule of lists and records, for live updates.

use steward_api::Caller;
use steward_base::Result;
use steward_people::visibility;

use crate::live::News;

/// Whether the caller may see the record an event is about, right now.
pub(crate) async fn may_see(caller: &Caller, news: &News) -> Result<bool> {
    let actor = &caller.call.actor;
    let action = if news.internal { "read_work_notes" } else { "read" };
    let seen = visibility(actor, &news.kind, action);
    if seen.all || seen.organisations.contains(&news.organisation) {
        return Ok(true);
    }
    if news.kind == "person" {
        return Ok(seen.own && news.record == actor.id);
    }
    Ok(false)
}
