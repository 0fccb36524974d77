create table number_counter (
    prefix text primary key,
    last integer not null
) strict;
create index record_number_folded on record (lower(number));
