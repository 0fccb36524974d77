-- The bell: who is told of which fact. No words are stored, only references.
-- The subscriber holds the lock of its cursor, so `no` grows in commit order.
create table notification (
    no {serial},
    id {id} not null unique,
    person {id} not null,
    record {id} not null,
    seq {int} not null,
    kind text not null,
    by_person {id} not null,
    at {time} not null,
    entry {id},
    read_at {time},
    unique (person, record, seq)
) {strict};
create index notification_person on notification (person, no);
create index notification_unread on notification (person, no) where read_at is null;
