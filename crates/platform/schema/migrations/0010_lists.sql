-- What was resolved last, and the lists of one organisation by age and by the
-- last change, each in the order of an index.
create index ticket_resolved on ticket (kind, resolved_at, id) where resolved_at is not null;
create index ticket_organisation_opened on ticket (organisation, kind, opened_at, id);
create index ticket_open_organisation_opened on ticket (organisation, kind, opened_at, id) where is_open = 1;
create index ticket_open_organisation_updated on ticket (organisation, kind, updated_at, id) where is_open = 1;
-- Without a sort, and where the value sorted by is empty, tickets come by id.
create index ticket_by_id on ticket (kind, id);

-- The facts of a period, over which a rule is tried.
create index fact_at on fact (at, position);
