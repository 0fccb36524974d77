-- Answers of writes, kept 24 hours for requests that are sent again.
create table idempotency (
    actor {id} not null,
    route text not null,
    key text not null,
    digest {bytes} not null,
    at {time} not null,
    status {int} not null,
    location text,
    version {int},
    body {bytes} not null,
    primary key (actor, route, key)
) {strict};
create index idempotency_at on idempotency (at);
