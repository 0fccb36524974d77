-- People, teams and organisations are records; what only they have stands
-- beside. The name is the record's.
create table organisation (
    id {id} not null primary key,
    zone text
) {strict};

create table person (
    id {id} not null primary key,
    kind text not null,
    login text not null,
    login_key {key} not null unique,
    email text,
    email_key {key},
    phone text,
    location {id},
    zone text,
    language text not null,
    active {bool} not null,
    vip {bool} not null,
    password_hash text,
    erased_no {int} unique
) {strict};
create index person_email on person (email_key) where email_key is not null;

create table team (
    id {id} not null primary key,
    email text,
    email_key {key}
) {strict};

create table team_member (
    team {id} not null,
    person {id} not null,
    primary key (team, person)
) {strict};
create index team_member_person on team_member (person, team);

-- A role held by a person or a team, for one organisation or (null) for all.
create table grant_row (
    id {id} not null primary key,
    holder {id} not null,
    holder_kind text not null,
    role text not null,
    organisation {id},
    created_at {time} not null
) {strict};
create index grant_holder on grant_row (holder, role, organisation);
create unique index grant_for_one on grant_row (holder, role, organisation) where organisation is not null;
create unique index grant_for_all on grant_row (holder, role) where organisation is null;

-- Only the digest of a secret is kept: who reads the database cannot sign in.
create table session (
    id {id} not null primary key,
    hash {bytes} not null unique,
    person {id} not null,
    created_at {time} not null,
    last_used_at {time} not null,
    expires_at {time} not null,
    address text,
    user_agent text
) {strict};
create index session_person on session (person, created_at);
create index session_expires on session (expires_at);

create table token (
    id {id} not null primary key,
    hash {bytes} not null unique,
    person {id} not null,
    name text not null,
    scopes text not null,
    created_at {time} not null,
    expires_at {time},
    revoked_at {time},
    last_used_at {time}
) {strict};
create index token_person on token (person, created_at);

create table password_reset (
    hash {bytes} not null primary key,
    person {id} not null,
    created_at {time} not null,
    expires_at {time} not null
) {strict};
create index password_reset_person on password_reset (person);

-- Services, service offerings, configuration items and locations, until they
-- move into rooms of their own.
create table item (
    id {id} not null primary key,
    class text not null,
    class_key {key} not null,
    life_cycle_status text not null,
    owner {id}
) {strict};
create index item_owner on item (owner) where owner is not null;

-- The words of names, logins and e-mails, in order: what people type to find
-- somebody or something.
create table record_word (
    record {id} not null,
    field text not null,
    place {int} not null,
    word {key} not null,
    primary key (record, field, place)
) {strict};
create index record_word_word on record_word (word, record, field, place);
