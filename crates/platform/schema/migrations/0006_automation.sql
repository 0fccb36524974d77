-- Rules: when a fact or a time, if a condition, then commands. The name is the
-- record's.
create table automation_rule (
    id {id} not null primary key,
    actor {id} not null unique,
    trigger_on {json} not null,
    condition text not null,
    commands {json} not null,
    roles {json} not null,
    active {bool} not null,
    deleted {bool} not null,
    published_by {id} not null,
    published_at {time} not null
) {strict};

-- Each run of a rule on a record: written as pending by the reader of the log,
-- done in a transaction of its own. `origin` says what set it off (a fact's
-- place, a timer's due time), so that nothing sets it off twice.
create table automation_run (
    no {serial},
    id {id} not null unique,
    rule {id} not null,
    actor {id} not null,
    record {id} not null,
    origin text not null,
    chain_record {id},
    chain_seq {int},
    depth {int} not null,
    state text not null,
    error text,
    attempts {int} not null,
    created_at {time} not null,
    try_at {time} not null,
    finished_at {time},
    unique (rule, record, origin)
) {strict};
create index automation_run_pending on automation_run (try_at, no) where state = 'pending';
create index automation_run_rule on automation_run (rule, no);
create index automation_run_chain on automation_run (chain_record, chain_seq, rule) where chain_record is not null;

-- Webhooks out. The secret signs what is sent, so it is kept as it is.
create table webhook (
    id {id} not null primary key,
    url text not null,
    facts {json} not null,
    condition text not null,
    active {bool} not null,
    deleted {bool} not null,
    owner {id} not null,
    secret {bytes} not null
) {strict};

create table webhook_delivery (
    no {serial},
    id {id} not null unique,
    webhook {id} not null,
    record {id} not null,
    seq {int} not null,
    fact_kind text not null,
    state text not null,
    attempts {int} not null,
    next_at {time} not null,
    locked_until {time},
    created_at {time} not null,
    finished_at {time},
    status {int},
    error text,
    response text,
    unique (webhook, record, seq)
) {strict};
create index webhook_delivery_pending on webhook_delivery (next_at, no) where state = 'pending';
create index webhook_delivery_due on webhook_delivery (webhook, next_at, no) where state = 'pending';
create index webhook_delivery_webhook on webhook_delivery (webhook, no);
