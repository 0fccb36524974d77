-- Every kind of thing is a record; what happened to it is facts.
create table record (
    row_no {serial},
    id {id} not null unique,
    kind text not null,
    number text unique,
    name text not null,
    name_key {key},
    organisation {id} not null,
    version {int} not null,
    history_seq {int} not null,
    history_hash {bytes} not null,
    created_at {time} not null
) {strict};
create index record_kind_name on record (kind, name_key, id);
create index record_organisation on record (organisation, kind, name_key, id);

create table fact (
    position {serial},
    epoch {int} not null,
    xid {int} not null,
    record {id} not null,
    seq {int} not null,
    kind text not null,
    changes text not null,
    at {time} not null,
    recorded_at {time} not null,
    by_person {id} not null,
    on_behalf_of {id},
    door text not null,
    cause_record {id},
    cause_seq {int},
    hash {bytes} not null
) {strict};
create unique index fact_record_seq on fact (record, seq);
create index fact_order on fact (epoch, xid, position);

-- Free text stands apart from the fact that brought it, so that it can go
-- while the chain of digests stays whole.
create table content (
    record {id} not null,
    seq {int} not null,
    slot {int} not null,
    field text not null,
    subject {id},
    salt {bytes},
    digest {bytes} not null,
    body text,
    primary key (record, seq, slot)
) {strict};
create index content_subject on content (subject) where subject is not null;

create table seal (
    no {int} primary key,
    at {time} not null,
    epoch {int} not null,
    xid {int} not null,
    position {int} not null,
    heads {int} not null,
    root {bytes} not null,
    previous {bytes} not null,
    hash {bytes} not null
) {strict};

create table subscriber (
    name text primary key,
    epoch {int} not null,
    xid {int} not null,
    position {int} not null,
    updated_at {time} not null,
    failures {int} not null,
    last_error text
) {strict};

-- Small facts of the installation itself: epoch, instance id, settings.
create table setting (
    key text primary key,
    value text not null
) {strict};
insert into setting (key, value) values ('epoch', '1');
