-- Full text: one document for each record and audience, by row number. The
-- words are cut by our own function; the engine only splits at spaces.
create virtual table text_public using fts5 (
    short_description, description, close_notes, other,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
create virtual table text_internal using fts5 (
    other, content = '', contentless_delete = 1, tokenize = 'ascii'
);
