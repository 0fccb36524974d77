-- Full text: one document for each record and audience, by row number. The
-- words are cut by our own function; weights tell the fields apart (A short
-- description, B description, C close notes, D the rest).
create table text_public (row_no bigint primary key, doc tsvector not null);
create index text_public_doc on text_public using gin (doc) with (fastupdate = off);
create table text_internal (row_no bigint primary key, doc tsvector not null);
create index text_internal_doc on text_internal using gin (doc) with (fastupdate = off);
