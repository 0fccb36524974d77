//! Fields of a request onto an incident: references resolved, choices and
//! lengths checked, each error under the field's name.

use serde_json::Value as Json;
use steward_api::Patch;
use steward_base::{Error, Gathered, Result, Uuid};
use steward_database::Tx;
use steward_fields::{FieldType, Registry, parse_custom};
use steward_people::{Call, allowed, check, resolve};
use steward_ticket::{Ticket, store};

use crate::body::{CreateIncident, PriorityOverridePatch, UpdateIncident};
use crate::commands::{Loaded, given};
use crate::fields::KIND;
use crate::{assignee, rules};

/// Most bytes of a description.
const MAX_TEXT: usize = 65_536;

/// A team named in a patch.
pub(crate) fn team(
    tx: &mut Tx,
    call: &Call,
    patch: &Patch<String>,
) -> Result<Option<Option<Uuid>>> {
    reference(tx, call, "team", "assignment_group", patch)
}

/// A person named in a patch; must be active.
pub(crate) fn person(
    tx: &mut Tx,
    call: &Call,
    field: &str,
    patch: &Patch<String>,
) -> Result<Option<Option<Uuid>>> {
    let found = reference(tx, call, "person", field, patch)?;
    if let Some(Some(id)) = found {
        active(tx, field, id)?;
    }
    Ok(found)
}

/// Refuses a person who is disabled or erased.
pub(crate) fn active(tx: &mut Tx, field: &str, person: Uuid) -> Result<()> {
    match steward_people::persons::load(tx, person)?.active {
        true => Ok(()),
        false => Err(Error::invalid(field, "active", "this person is disabled")),
    }
}

fn reference(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    field: &str,
    patch: &Patch<String>,
) -> Result<Option<Option<Uuid>>> {
    Ok(match given(patch) {
        None => None,
        Some(None) => Some(None),
        Some(Some(text)) => Some(Some(resolve(tx, &call.actor, kind, field, &text)?.id)),
    })
}

fn check_text(field: &str, text: &str) -> Result<()> {
    if text.len() > MAX_TEXT {
        return Err(Error::invalid(field, "length", "has more than 64 KiB"));
    }
    if text.contains('\0') {
        return Err(Error::invalid(field, "characters", "holds a null character"));
    }
    Ok(())
}

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
        self.texts(after, body, wrong)?;
        self.choices(after, body, wrong)?;
        self.references(tx, after, body, wrong)?;
        self.priority(after, body, wrong)?;
        match &body.custom {
            Patch::Keep => {}
            Patch::Clear => self.clear_custom(after),
            Patch::Set(custom) => set_custom(tx, self.call, self.loaded, after, custom, wrong)?,
        }
        Ok(())
    }

    /// Empties every custom field that the actor may read.
    fn clear_custom(&self, after: &mut Ticket) {
        let internal = allowed(&self.call.actor, KIND, "read_work_notes", &self.loaded.target);
        for field in self.loaded.registry.custom().filter(|f| internal || f.group != "internal") {
            after.custom.remove(&field.name);
        }
    }

    fn texts(&self, after: &mut Ticket, body: &UpdateIncident, wrong: &mut Gathered) -> Result<()> {
        match given(&body.short_description) {
            None => {}
            Some(text) => {
                let checked = rules::check_short_description(text.as_deref().unwrap_or(""));
                if let Some(text) = wrong.take(checked)? {
                    after.short_description = text;
                }
            }
        }
        if let Some(text) = given(&body.description) {
            wrong.take(check_text("description", text.as_deref().unwrap_or("")))?;
            after.description = text.filter(|t| !t.is_empty());
        }
        Ok(())
    }

    fn choices(
        &self,
        after: &mut Ticket,
        body: &UpdateIncident,
        wrong: &mut Gathered,
    ) -> Result<()> {
        let registry = &self.loaded.registry;
        for (field, patch, place) in [
            ("contact_type", &body.contact_type, &mut after.contact_type),
            ("category", &body.category, &mut after.category),
            ("subcategory", &body.subcategory, &mut after.subcategory),
        ] {
            if let Some(code) = given(patch) {
                let code = code.map(|c| registry.choice(field, &c)).transpose();
                if let Some(code) = wrong.take(code)? {
                    *place = code;
                }
            }
        }
        Ok(())
    }

    fn references(
        &self,
        tx: &mut Tx,
        after: &mut Ticket,
        body: &UpdateIncident,
        wrong: &mut Gathered,
    ) -> Result<()> {
        let call = self.call;
        let group = wrong.take(team(tx, call, &body.assignment_group))?.flatten();
        let to = person(tx, call, "assigned_to", &body.assigned_to);
        let to = wrong.take(to)?.flatten();
        if group.is_some() || to.is_some() {
            check(&call.actor, KIND, "assign", &self.loaded.target)?;
            wrong.take(assignee::check(tx, after, group, to))?;
            rules::set_assignment(after, group, to);
            rules::check_assignment(&self.loaded.ticket, after)?;
        }
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
            let parent = parent.map(|p| self.parent(tx, &p)).transpose();
            if let Some(parent) = wrong.take(parent)? {
                after.parent = parent;
            }
        }
        Ok(())
    }

    /// A parent must be visible, and no ticket may stand above itself.
    fn parent(&self, tx: &mut Tx, number: &str) -> Result<Uuid> {
        let unknown = || {
            Error::invalid("parent", "reference", "no incident that you may see has this number")
        };
        let parent = store::find(tx, KIND, number).map_err(|_| unknown())?;
        let target = steward_ticket::target(tx, &self.call.actor, &parent)?;
        check(&self.call.actor, KIND, "read", &target).map_err(|_| unknown())?;
        let own = self.loaded.ticket.head.id;
        let mut above = Some(parent.head.id);
        for _ in 0..20 {
            match above {
                None => return Ok(parent.head.id),
                Some(id) if id == own => break,
                Some(id) => above = store::by_id(tx, id)?.parent,
            }
        }
        Err(Error::invalid("parent", "circle", "would stand below itself, or over 20 deep"))
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
            if let Some(level) = given(patch) {
                let level = level
                    .ok_or_else(|| Error::invalid(field, "required", "cannot be emptied"))
                    .and_then(|level| rules::check_level(field, level));
                if let Some(level) = wrong.take(level)? {
                    *place = level;
                }
            }
        }
        if let Some(given) = given(&body.priority_override) {
            check(&self.call.actor, KIND, "override_priority", &self.loaded.target)?;
            self.by_hand(after, given, wrong)?;
        }
        rules::prioritise(after, &self.loaded.settings);
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

/// Sets custom fields; `null` empties one.
pub(crate) fn set_custom(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    after: &mut Ticket,
    custom: &std::collections::BTreeMap<String, Json>,
    wrong: &mut Gathered,
) -> Result<()> {
    for (name, value) in custom {
        let read = custom_value(tx, call, loaded, name, value);
        match wrong.take(read)? {
            None => {}
            Some(Json::Null) => drop(after.custom.remove(name)),
            Some(value) => drop(after.custom.insert(name.clone(), value)),
        }
    }
    Ok(())
}

fn custom_value(
    tx: &mut Tx,
    call: &Call,
    loaded: &Loaded,
    name: &str,
    value: &Json,
) -> Result<Json> {
    let path = format!("custom.{name}");
    let unknown = || {
        let names: Vec<&str> = loaded.registry.custom().map(|f| f.name.as_str()).collect();
        let offer = if names.is_empty() {
            "there are no custom fields".to_owned()
        } else {
            format!("is not one of {}", names.join(", "))
        };
        Error::invalid(path.clone(), "unknown_field", offer)
    };
    let field = loaded.registry.field(name).filter(|f| f.custom).ok_or_else(unknown)?;
    if field.group == "internal" {
        check(&call.actor, KIND, "read_work_notes", &loaded.target)?;
    }
    let mut value = parse_custom(&loaded.registry, field, value)?;
    if let (FieldType::Reference(kind), Some(text)) = (&field.ty, value.as_str()) {
        value = resolve(tx, &call.actor, kind, &path, text)?.id.to_string().into();
    }
    Ok(value)
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
