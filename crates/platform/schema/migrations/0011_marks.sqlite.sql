-- Triggers of the marks.
-- Who somebody is.
create trigger person_access_update after update of id, active, login, zone, kind on person
begin update memory_mark set access = random(); end;
create trigger person_access_delete after delete on person
begin update memory_mark set access = random(); end;
create trigger record_access_update after update of id, name, organisation, kind on record when old.kind = 'person'
begin update memory_mark set access = random(); end;
create trigger organisation_access_insert after insert on organisation
begin update memory_mark set access = random(); end;
create trigger organisation_access_update after update on organisation
begin update memory_mark set access = random(); end;
create trigger organisation_access_delete after delete on organisation
begin update memory_mark set access = random(); end;
-- What they hold.
create trigger team_member_access_insert after insert on team_member
begin update memory_mark set access = random(); end;
create trigger team_member_access_update after update on team_member
begin update memory_mark set access = random(); end;
create trigger team_member_access_delete after delete on team_member
begin update memory_mark set access = random(); end;
create trigger grant_access_insert after insert on grant_row
begin update memory_mark set access = random(); end;
create trigger grant_access_update after update on grant_row
begin update memory_mark set access = random(); end;
create trigger grant_access_delete after delete on grant_row
begin update memory_mark set access = random(); end;
-- What they sign in with; a use that is noted is no change.
create trigger session_access_update after update of id, hash, person, expires_at on session
begin update memory_mark set access = random(); end;
create trigger session_access_delete after delete on session
begin update memory_mark set access = random(); end;
create trigger token_access_update after update of id, hash, person, scopes, expires_at, revoked_at on token
begin update memory_mark set access = random(); end;
create trigger token_access_delete after delete on token
begin update memory_mark set access = random(); end;
-- What records without a number are called.
create trigger record_names_update after update of id, name, kind, number on record when old.number is null
begin update memory_mark set names = random(); end;
create trigger record_names_delete after delete on record when old.number is null
begin update memory_mark set names = random(); end;
create trigger person_names_insert after insert on person
begin update memory_mark set names = random(); end;
create trigger person_names_update after update of id, login on person
begin update memory_mark set names = random(); end;
create trigger person_names_delete after delete on person
begin update memory_mark set names = random(); end;
-- Fields, choices and settings.
create trigger choice_registry_insert after insert on choice
begin update memory_mark set registry = random(); end;
create trigger choice_registry_update after update on choice
begin update memory_mark set registry = random(); end;
create trigger choice_registry_delete after delete on choice
begin update memory_mark set registry = random(); end;
create trigger custom_field_registry_insert after insert on custom_field
begin update memory_mark set registry = random(); end;
create trigger custom_field_registry_update after update on custom_field
begin update memory_mark set registry = random(); end;
create trigger custom_field_registry_delete after delete on custom_field
begin update memory_mark set registry = random(); end;
create trigger setting_registry_insert after insert on setting
begin update memory_mark set registry = random(); end;
create trigger setting_registry_update after update on setting
begin update memory_mark set registry = random(); end;
create trigger setting_registry_delete after delete on setting
begin update memory_mark set registry = random(); end;
