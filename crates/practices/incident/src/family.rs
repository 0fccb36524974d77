//! Parents and children. Resolving a parent resolves its open children with its
//! notes, where the actor may; reopening does not reopen them.

use serde_json::{Value as Json, json};
use steward_base::Result;
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::Change;
use steward_people::{Call, allowed};
use steward_ticket::{Ticket, store, target};

use crate::fields::KIND;
use crate::practice::PRACTICE;

/// The open children of an incident that is being resolved.
#[derive(Debug, Default)]
pub(crate) struct Children {
    follow: Vec<Ticket>,
    left: Vec<Ticket>,
}

impl Children {
    /// What the parent's fact tells of those that stay open, since the actor
    /// may not resolve them.
    pub fn left(&self) -> Vec<Change> {
        let left =
            |child: &Ticket| Change::plain("child_left", Json::Null, child.head.id.to_string());
        self.left.iter().map(left).collect()
    }
}

/// Which open children follow, and which stay.
pub(crate) fn children(tx: &mut Tx, call: &Call, parent: &Ticket) -> Result<Children> {
    let mut found = Children::default();
    let mut after = 0;
    loop {
        let children = store::children(tx, parent.head.id, after)?;
        let Some(last) = children.last() else { return Ok(found) };
        after = last.head.row_no;
        for child in children.into_iter().filter(|c| c.is_open() && c.kind() == KIND) {
            let seen = target(tx, &call.actor, &child)?;
            match allowed(&call.actor, KIND, "resolve", &seen) {
                true => found.follow.push(child),
                false => found.left.push(child),
            }
        }
    }
}

/// Resolves the children that follow, caused by the parent's fact.
pub(crate) fn resolve(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    parent: &Ticket,
    children: &Children,
) -> Result<()> {
    for child in &children.follow {
        let with = json!({"close_code": parent.close_code, "close_notes": parent.close_notes});
        PRACTICE.act(tx, call, registries, child.number(), ("resolve", &with))?;
    }
    Ok(())
}
