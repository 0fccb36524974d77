-- Triggers of the marks.
create function draw_mark() returns trigger language plpgsql as $$
begin
    execute format('update memory_mark set %I = (random() * 9007199254740992)::bigint', tg_argv[0]);
    return null;
end $$;
-- Who somebody is.
create trigger person_access after update of id, active, login, zone, kind or delete on person for each row
execute function draw_mark('access');
create trigger record_access after update of id, name, organisation, kind on record for each row
when (old.kind = 'person')
execute function draw_mark('access');
create trigger organisation_access after insert or update or delete on organisation for each row
execute function draw_mark('access');
-- What they hold.
create trigger team_member_access after insert or update or delete on team_member for each row
execute function draw_mark('access');
create trigger grant_access after insert or update or delete on grant_row for each row
execute function draw_mark('access');
-- What they sign in with; a use that is noted is no change.
create trigger session_access after update of id, hash, person, expires_at or delete on session for each row
execute function draw_mark('access');
create trigger token_access after update of id, hash, person, scopes, expires_at, revoked_at or delete on token for each row
execute function draw_mark('access');
-- What records without a number are called.
create trigger record_names after update of id, name, kind, number or delete on record for each row
when (old.number is null)
execute function draw_mark('names');
create trigger person_names after insert or update of id, login or delete on person for each row
execute function draw_mark('names');
-- Fields, choices and settings.
create trigger choice_registry after insert or update or delete on choice for each row
execute function draw_mark('registry');
create trigger custom_field_registry after insert or update or delete on custom_field for each row
execute function draw_mark('registry');
create trigger setting_registry after insert or update or delete on setting for each row
execute function draw_mark('registry');
