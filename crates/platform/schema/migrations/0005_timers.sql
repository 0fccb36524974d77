-- What must happen later is a row. `due` is when it should; `try_at` is when
-- the next attempt is made, later than `due` only after failures. A parked one
-- has failed too often and waits for a person.
create table timer (
    id {id} not null primary key,
    record {id} not null,
    kind text not null,
    purpose text not null,
    due {time} not null,
    try_at {time} not null,
    payload {json} not null,
    created_at {time} not null,
    cause_record {id},
    cause_seq {int},
    attempts {int} not null,
    last_error text,
    parked_at {time},
    unique (record, kind, purpose)
) {strict};
create index timer_try on timer (try_at, id) where parked_at is null;
create index timer_parked on timer (parked_at) where parked_at is not null;
