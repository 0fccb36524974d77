create table number_counter (
    prefix text primary key,
    last integer not null
) strict;
