-- One family of tickets over one row: practices add side tables for columns
-- of their own, never a second ticket table.
create table ticket (
    row_no {int} primary key,
    id {id} not null unique,
    kind text not null,
    organisation {id} not null,
    short_description text not null,
    short_description_key {key},
    description text,
    state {key} not null,
    is_open {int} not null,
    on_hold_reason {key},
    on_hold_until {time},
    impact {int} not null,
    urgency {int} not null,
    priority {int} not null,
    priority_override {int},
    priority_reason text,
    caller {id},
    requested_for {id},
    opened_by {id},
    contact_type {key},
    category {key},
    subcategory {key},
    assignment_group {id},
    assigned_to {id},
    service {id},
    service_offering {id},
    configuration_item {id},
    location {id},
    opened_at {time} not null,
    updated_at {time} not null,
    resolved_at {time},
    resolved_by {id},
    closed_at {time},
    close_code {key},
    close_notes text,
    reassignment_count {int} not null,
    reopen_count {int} not null,
    parent {id},
    duplicate_of {id},
    time_worked_minutes {int} not null,
    external_number text,
    external_problem text,
    external_change text,
    external_cause text,
    external_vendor text,
    custom {json}
) {strict};
create index ticket_priority on ticket (kind, priority, opened_at, id);
create index ticket_opened on ticket (kind, opened_at, id);
create index ticket_updated on ticket (kind, updated_at, id);
create index ticket_state on ticket (kind, state, opened_at, id);
create index ticket_group on ticket (assignment_group, state);
create index ticket_assignee on ticket (assigned_to, state);
create index ticket_caller on ticket (caller);
create index ticket_opened_by on ticket (opened_by);
create index ticket_requested_for on ticket (requested_for) where requested_for is not null;
create index ticket_organisation on ticket (organisation, kind, priority, opened_at, id);
create index ticket_parent on ticket (parent) where parent is not null;
create index ticket_duplicate on ticket (duplicate_of) where duplicate_of is not null;
create index ticket_external on ticket (external_number) where external_number is not null;
create index ticket_open on ticket (kind, priority, opened_at, id) where is_open = 1;
create index ticket_open_updated on ticket (kind, updated_at, id) where is_open = 1;
create index ticket_open_opened on ticket (kind, opened_at, id) where is_open = 1;
create index ticket_open_organisation on ticket (organisation, kind, priority, opened_at, id) where is_open = 1;

-- The tracked fields as they were: one row for each change of any of them.
create table ticket_version (
    ticket {id} not null,
    seq {int} not null,
    valid_from {time} not null,
    valid_to {time},
    recorded_at {time} not null,
    state {key} not null,
    on_hold_reason {key},
    priority {int} not null,
    assignment_group {id},
    assigned_to {id},
    service {id},
    service_offering {id},
    category {key},
    location {id},
    custom {json},
    primary key (ticket, seq)
) {strict};
create index ticket_version_from on ticket_version (valid_from);
create index ticket_version_now on ticket_version (ticket) where valid_to is null;

create table choice (
    kind text not null,
    field text not null,
    code {key} not null,
    label text not null,
    position {int} not null,
    active {int} not null,
    primary key (kind, field, code)
) {strict};

create table custom_field (
    kind text not null,
    name text not null,
    id {id} not null unique,
    label text not null,
    type text not null,
    target text,
    is_indexed {int} not null,
    is_tracked {int} not null,
    field_group text not null,
    is_deleted {int} not null,
    position {int} not null,
    primary key (kind, name)
) {strict};

-- Typed rows for custom fields marked indexed, written with the ticket.
create table field_value (
    record {id} not null,
    field text not null,
    number {float},
    text_key {key},
    words text,
    at {time},
    target {id},
    primary key (record, field)
) {strict};
create index field_value_number on field_value (field, number, record) where number is not null;
create index field_value_text on field_value (field, text_key, record) where text_key is not null;
create index field_value_at on field_value (field, at, record) where at is not null;
create index field_value_target on field_value (field, target, record) where target is not null;
