//! What lists of this crate can be asked for, and where it stands.

use steward_condition::{Column, FieldInfo, FieldType, Schema};

use crate::actor::Role;

/// The fields of one kind.
pub(crate) struct Fields(Vec<(FieldInfo, Column)>, &'static str);

/// The fields of `kind`.
pub(crate) fn fields(kind: &'static str) -> Fields {
    let mut fields = vec![
        text("name", "r.name", "r.name_key"),
        reference("organisation", "organisation", Column::new("r.organisation")),
    ];
    match kind {
        "person" => fields.extend(person()),
        "team" => {
            fields.push(text("email", "t.email", "t.email_key"));
            let member = Column::new("m.person")
                .within("r.id in (select m.team from team_member m where ", ")");
            fields.push(reference("member", "person", member));
        }
        "organisation" => {}
        _ => {
            fields.push((
                FieldInfo::new("class", FieldType::Choice),
                Column::new("i.class").keyed("i.class_key"),
            ));
            let status = FieldInfo::new("life_cycle_status", FieldType::Choice);
            fields.push((status, Column::new("i.life_cycle_status").keyed("i.life_cycle_status")));
            fields.push(reference("owner", "person", Column::new("i.owner")));
        }
    }
    Fields(fields, kind)
}

fn person() -> Vec<(FieldInfo, Column)> {
    let team =
        Column::new("m.team").within("r.id in (select m.person from team_member m where ", ")");
    let role = Column::new("h.role").within(
        "r.id in (select h.person from (select g.holder as person, g.role from grant_row g \
         union all select m.person, g.role from team_member m join grant_row g \
         on g.holder = m.team) h where ",
        ")",
    );
    let roles = Role::ALL.map(|r| (r.as_str(), r.as_str().replace('_', " ")));
    let kinds = [("person", "Person"), ("service", "Service")];
    vec![
        text("login", "p.login", "p.login_key"),
        text("email", "p.email", "p.email_key"),
        reference("location", "location", Column::new("p.location")),
        reference("team", "team", team),
        (FieldInfo::new("role", FieldType::Choice).with_choices(roles), role),
        (FieldInfo::new("kind", FieldType::Choice).with_choices(kinds), Column::new("p.kind")),
        (FieldInfo::new("active", FieldType::Boolean), Column::new("p.active")),
        (FieldInfo::new("vip", FieldType::Boolean), Column::new("p.vip")),
    ]
}

fn text(name: &str, column: &str, key: &str) -> (FieldInfo, Column) {
    (FieldInfo::new(name, FieldType::Text), Column::new(column).keyed(key))
}

fn reference(name: &str, target: &str, column: Column) -> (FieldInfo, Column) {
    (FieldInfo::new(name, FieldType::Reference { target: target.into() }), column)
}

impl Fields {
    /// The column a list is sorted by.
    pub fn order(&self, name: &str) -> Option<&'static str> {
        match (name, self.1) {
            ("name", _) => Some("r.name_key"),
            ("login", "person") => Some("p.login_key"),
            _ => None,
        }
    }

    /// The column of a field.
    pub fn sql_column(&self, name: &str) -> Option<Column> {
        self.0.iter().find(|(info, _)| info.name == name).map(|(_, column)| column.clone())
    }
}

impl Schema for Fields {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        self.0.iter().map(|(info, _)| info).find(|info| info.name == name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(info, _)| info.name.clone()).collect()
    }
}
