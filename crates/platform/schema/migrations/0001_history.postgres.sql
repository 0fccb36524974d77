create sequence number_inc;
create index record_number_folded on record ((lower(number) collate "C"));
