//! Fields of a request onto an incident: references resolved, choices and
//! lengths checked, each error under the field's name.

use steward_api::Patch;
use steward_base::{Error, Gathered, Result};
use steward_database::Tx;
use steward_fields::Registry;
use steward_people::Call;
use steward_practice::Loaded;
use steward_practice::edit::{self, given, person, reference};
use steward_ticket::Ticket;

use crate::body::{CreateIncident, PriorityOverridePatch, UpdateIncident};
use crate::fields::Settings;
use crate::rules;

/// What an edit needs to know.
pub(crate) struct Edits<'a> {
    pub call: &'a Call,
    pub loaded: &'a Loaded,
}

impl Edits<'_> {
    /// Applies a merge patch.
    pub fn apply(&self, tx: &mut Tx, after: &mut Ticket, body: &UpdateIncident) -> Result<()> {
        let mut wrong = Gathered::default();
        self.check(tx, after, body, &mut wrong)?;
        wrong.end()
    }

    /// The same, with what is wrong gathered by the caller.
    pub fn check(
        &self,
        tx: &mut Tx,
        after: &mut Ticket,
        body: &UpdateIncident,
        wrong: &mut Gathered,
    ) -> Result<()> {
        edit::texts(after, &body.short_description, &body.description, wrong)?;
        for (field, patch, place) in [
            ("contact_type", &body.contact_type, &mut after.contact_type),
            ("category", &body.category, &mut after.category),
            ("subcategory", &body.subcategory, &mut after.subcategory),
        ] {
            edit::choice(self.loaded, field, patch, place, wrong)?;
        }
        self.references(tx, after, body, wrong)?;
        self.priority(after, body, wrong)?;
        edit::custom(tx, self.call, self.loaded, after, &body.custom, wrong)
    }

    fn references(
        &self,
        tx: &mut Tx,
        after: &mut Ticket,
        body: &UpdateIncident,
        wrong: &mut Gathered,
    ) -> Result<()> {
        let call = self.call;
        let named = (&body.assignment_group, &body.assigned_to);
        edit::assignment(tx, call, self.loaded, after, named, wrong)?;
        let caller = person(tx, call, "caller", &body.caller);
        if let Some(caller) = wrong.take(caller)?.flatten() {
            after.caller = caller;
        }
        let requested_for = person(tx, call, "requested_for", &body.requested_for);
        if let Some(requested_for) = wrong.take(requested_for)?.flatten() {
            after.requested_for = requested_for;
        }
        for (kind, patch, place) in [
            ("service", &body.service, &mut after.service),
            ("service_offering", &body.service_offering, &mut after.service_offering),
            ("configuration_item", &body.configuration_item, &mut after.configuration_item),
            ("location", &body.location, &mut after.location),
        ] {
            let id = reference(tx, call, kind, kind, patch);
            if let Some(id) = wrong.take(id)?.flatten() {
                *place = id;
            }
        }
        if let Some(parent) = given(&body.parent) {
            let parent = parent.map(|p| edit::parent(tx, call, self.loaded, &p)).transpose();
            if let Some(parent) = wrong.take(parent)? {
                after.parent = parent;
            }
        }
        Ok(())
    }

    fn priority(
        &self,
        after: &mut Ticket,
        body: &UpdateIncident,
        wrong: &mut Gathered,
    ) -> Result<()> {
        for (field, patch, place) in [
            ("impact", &body.impact, &mut after.impact),
            ("urgency", &body.urgency, &mut after.urgency),
        ] {
            edit::level(field, patch, place, wrong)?;
        }
        if let Some(given) = given(&body.priority_override) {
            self.loaded.check(self.call, "override_priority")?;
            self.by_hand(after, given, wrong)?;
        }
        rules::prioritise(after, &Settings::of(&self.loaded.registry));
        Ok(())
    }

    /// The priority by hand, merged over one that stands.
    fn by_hand(
        &self,
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
}

/// A creation as the patch that fills the new incident.
pub(crate) fn as_patch(body: &CreateIncident) -> UpdateIncident {
    fn set<T: Clone>(value: &Option<T>) -> Patch<T> {
        value.clone().map_or(Patch::Keep, Patch::Set)
    }
    UpdateIncident {
        short_description: Patch::Set(body.short_description.clone()),
        description: set(&body.description),
        caller: Patch::Keep,
        impact: set(&body.impact),
        urgency: set(&body.urgency),
        priority_override: set(&body.priority_override.clone().map(Into::into)),
        contact_type: set(&body.contact_type),
        category: set(&body.category),
        subcategory: set(&body.subcategory),
        assignment_group: set(&body.assignment_group),
        assigned_to: set(&body.assigned_to),
        service: set(&body.service),
        service_offering: set(&body.service_offering),
        configuration_item: set(&body.configuration_item),
        location: set(&body.location),
        parent: set(&body.parent),
        requested_for: set(&body.requested_for),
        custom: set(&body.custom),
    }
}

/// Fields that only those who work on incidents may set at the start.
pub(crate) fn beyond_requester(body: &CreateIncident, registry: &Registry) -> Option<String> {
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
