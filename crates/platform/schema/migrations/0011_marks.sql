-- What is kept in memory is good as long as its mark stands. Triggers draw a
-- new one at random at every change of what it is made of, so that no place in
-- the code can forget it, and a change that is rolled back leaves no mark that
-- a later one takes again. One row, so that one statement reads all of them.
create table memory_mark (
    one {int} not null primary key,
    access {int} not null,
    names {int} not null,
    registry {int} not null
) {strict};
insert into memory_mark (one, access, names, registry) values (1, 0, 0, 0);
