//! Which texts of a ticket stand apart, and which are gone.

use std::collections::HashMap;

use steward_base::{Result, Uuid};
use steward_database::Tx;

/// Tickets of a kind with a text about or by a person, erased ones too.
pub(crate) fn with_words_of(tx: &mut Tx, kind: &str, person: Uuid) -> Result<Vec<Uuid>> {
    tx.rows(
        "select distinct c.record from content c join ticket t on t.id = c.record
         where c.subject = $1 and t.kind = $2 order by c.record",
        &[person.into(), kind.into()],
        |r| r.get(0),
    )
}

/// For every field that ever had a text: whether its last one is still there.
pub(crate) fn last_texts(tx: &mut Tx, ticket: Uuid) -> Result<HashMap<String, bool>> {
    let texts = tx.rows(
        "select field, case when body is null then 0 else 1 end from content where record = $1
         order by seq, slot",
        &[ticket.into()],
        |r| Ok((r.get::<String>(0)?, r.get::<i64>(1)? == 1)),
    )?;
    Ok(texts.into_iter().collect())
}
