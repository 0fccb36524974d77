-- Two kinds that can never be confused: comments (public), work notes
-- (internal). The words stand in content; the entry points there.
create table entry (
    id {id} primary key,
    record {id} not null,
    kind text not null,
    format text not null,
    author {id} not null,
    at {time} not null,
    recorded_at {time} not null,
    door text not null,
    seq {int} not null,
    retracted_at {time},
    retracted_by {id}
) {strict};
create index entry_record on entry (record, at, id);

create table attachment (
    id {id} primary key,
    record {id} not null,
    entry {id},
    audience text not null,
    file_name text not null,
    content_type text not null,
    size {int} not null,
    sha256 {bytes} not null,
    by_person {id} not null,
    at {time} not null,
    seq {int} not null,
    removed_at {time}
) {strict};
create index attachment_record on attachment (record, at, id);
create index attachment_content on attachment (sha256);
create index attachment_person on attachment (by_person);

-- The bytes of attachments stand in an object store, each content once.
create table file_content (
    sha256 {bytes} primary key,
    object text not null unique,
    size {int} not null,
    at {time} not null
) {strict};

create table watcher (
    record {id} not null,
    person {id} not null,
    at {time} not null,
    primary key (record, person)
) {strict};
create index watcher_person on watcher (person, record);

create table relation (
    id {id} primary key,
    type text not null,
    from_record {id} not null,
    to_record {id} not null,
    by_person {id} not null,
    at {time} not null,
    unique (from_record, type, to_record)
) {strict};
create index relation_to on relation (to_record, type);
