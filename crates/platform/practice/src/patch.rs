//! A patch onto a ticket: references resolved, choices and lengths checked, each
//! error under the field's name.

use steward_base::{Error, Gathered, Result};
use steward_database::Tx;
use steward_fields::Registry;
use steward_people::Call;
use steward_ticket::Ticket;

use crate::edit::{self, given, person, reference};
use crate::load::Loaded;
use crate::priority::PriorityMatrix;
use crate::ticket_body::{NewTicket, PriorityOverridePatch, TicketPatch};

impl TicketPatch {
    /// Applies a merge patch.
    pub(crate) fn apply(
        &self,
        tx: &mut Tx,
        call: &Call,
        loaded: &Loaded,
        after: &mut Ticket,
    ) -> Result<()> {
        let mut wrong = Gathered::default();
        self.gather(tx, call, loaded, after, &mut wrong)?;
        wrong.end()
    }

    /// The same, with what is wrong gathered by whoever asks.
    pub(crate) fn gather(
        &self,
        tx: &mut Tx,
        call: &Call,
        loaded: &Loaded,
        after: &mut Ticket,
        wrong: &mut Gathered,
    ) -> Result<()> {
        edit::texts(after, &self.short_description, &self.description, wrong)?;
        for (field, patch, place) in [
            ("contact_type", &self.contact_type, &mut after.contact_type),
            ("category", &self.category, &mut after.category),
            ("subcategory", &self.subcategory, &mut after.subcategory),
        ] {
            edit::choice(loaded, field, patch, place, wrong)?;
        }
        self.references(tx, call, loaded, after, wrong)?;
        self.priority(call, loaded, after, wrong)?;
        edit::custom(tx, call, loaded, after, &self.custom, wrong)
    }

    fn references(
        &self,
        tx: &mut Tx,
        call: &Call,
        loaded: &Loaded,
        after: &mut Ticket,
        wrong: &mut Gathered,
    ) -> Result<()> {
        let named = (&self.assignment_group, &self.assigned_to);
        edit::assignment(tx, call, loaded, after, named, wrong)?;
        let caller = person(tx, call, "caller", &self.caller);
        if let Some(caller) = wrong.take(caller)?.flatten() {
            after.caller = caller;
        }
        let requested_for = person(tx, call, "requested_for", &self.requested_for);
        if let Some(requested_for) = wrong.take(requested_for)?.flatten() {
            after.requested_for = requested_for;
        }
        for (kind, patch, place) in [
            ("service", &self.service, &mut after.service),
            ("service_offering", &self.service_offering, &mut after.service_offering),
            ("configuration_item", &self.configuration_item, &mut after.configuration_item),
            ("location", &self.location, &mut after.location),
        ] {
            let id = reference(tx, call, kind, kind, patch);
            if let Some(id) = wrong.take(id)?.flatten() {
                *place = id;
            }
        }
        if let Some(parent) = given(&self.parent) {
            let parent = parent.map(|p| edit::parent(tx, call, loaded, &p)).transpose();
            if let Some(parent) = wrong.take(parent)? {
                after.parent = parent;
            }
        }
        Ok(())
    }

    fn priority(
        &self,
        call: &Call,
        loaded: &Loaded,
        after: &mut Ticket,
        wrong: &mut Gathered,
    ) -> Result<()> {
        for (field, patch, place) in [
            ("impact", &self.impact, &mut after.impact),
            ("urgency", &self.urgency, &mut after.urgency),
        ] {
            edit::level(field, patch, place, wrong)?;
        }
        if let Some(given) = given(&self.priority_override) {
            loaded.check(call, "override_priority")?;
            by_hand(after, given, wrong)?;
        }
        let matrix = PriorityMatrix::of(&loaded.registry);
        let of_matrix = || matrix.priority(after.impact, after.urgency);
        after.priority = after.priority_override.unwrap_or_else(of_matrix);
        Ok(())
    }
}

/// The priority by hand, merged over one that stands.
fn by_hand(
    after: &mut Ticket,
    given: Option<PriorityOverridePatch>,
    wrong: &mut Gathered,
) -> Result<()> {
    let Some(given) = given else {
        (after.priority_override, after.priority_reason) = (None, None);
        return Ok(());
    };
    let invalid = |field: &str, rule: &str, message: &str| {
        Err::<(), _>(Error::invalid(format!("priority_override.{field}"), rule, message))
    };
    let priority = given.priority.over(after.priority_override.map(i64::from));
    let reason = given.reason.over(after.priority_reason.clone());
    let wrong_priority = match priority {
        Some(1..=5) => Ok(()),
        Some(_) => invalid("priority", "range", "is 1 to 5"),
        None => invalid("priority", "required", "is needed"),
    };
    wrong.take(wrong_priority)?;
    let wrong_reason = match reason.as_deref().map(|r| r.trim().chars().count()) {
        Some(1..=4000) => Ok(()),
        Some(_) => invalid("reason", "length", "give 1 to 4000 characters"),
        None => invalid("reason", "required", "is needed"),
    };
    wrong.take(wrong_reason)?;
    after.priority_override = priority.map(|p| p as u8);
    after.priority_reason = reason;
    Ok(())
}

/// Fields that only those who work on tickets may set at the start.
pub(crate) fn beyond_requester(body: &NewTicket, registry: &Registry) -> Option<String> {
    let asked = [
        ("assignment_group", body.assignment_group.is_some()),
        ("assigned_to", body.assigned_to.is_some()),
        ("impact", body.impact.is_some_and(|i| i != 3)),
        ("parent", body.parent.is_some()),
        ("requested_for", body.requested_for.is_some()),
        ("contact_type", body.contact_type.as_deref().is_some_and(|c| c != "self_service")),
    ];
    let shipped = asked.iter().find(|(_, asked)| *asked).map(|(name, _)| (*name).to_owned());
    let internal = body.custom.iter().flatten().find_map(|(name, _)| {
        let field = registry.field(name)?;
        (field.group == "internal").then(|| format!("custom.{name}"))
    });
    shipped.or(internal)
}
