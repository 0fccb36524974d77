-- What an import knows of a record: which updates of which source it holds,
-- each by its digest (32 bytes, in order), and where its history stood then.
create table import_update (
    source {key} not null,
    number {key} not null,
    record {id} not null,
    history_seq {int} not null,
    digests {bytes} not null,
    primary key (source, number)
) {strict};
create index import_update_record on import_update (record);
