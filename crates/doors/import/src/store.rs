//! What an import remembers of its sources, and finding records by name.

use steward_base::text::key;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;

/// What is known of one number of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The record its updates went to.
    pub record: Uuid,
    /// Where the record's history stood after the last import.
    pub history_seq: i64,
    /// Where it stands now.
    pub now_seq: i64,
    /// The digests of its updates, in order.
    pub digests: Vec<[u8; 32]>,
}

/// What is known of a number, if anything.
pub fn known(tx: &mut Tx, source: &str, number: &str) -> Result<Option<Known>> {
    tx.opt(
        "select i.record, i.history_seq, r.history_seq, i.digests from import_update i
         join record r on r.id = i.record where i.source = $1 and i.number = $2",
        &[source.into(), number.into()],
        |r| {
            let bytes: Vec<u8> = r.get(3)?;
            let (digests, rest) = bytes.as_chunks::<32>();
            if !rest.is_empty() {
                return Err(Error::internal("the digests of an import are cut off"));
            }
            Ok(Known {
                record: r.get(0)?,
                history_seq: r.get(1)?,
                now_seq: r.get(2)?,
                digests: digests.to_vec(),
            })
        },
    )
}

/// Remembers the updates of a number that is new.
pub fn remember(tx: &mut Tx, source: &str, number: &str, known: &Known) -> Result<()> {
    tx.later(
        "insert into import_update (source, number, record, history_seq, digests)
         values ($1, $2, $3, $4, $5)",
        &[
            source.into(),
            number.into(),
            known.record.into(),
            known.now_seq.into(),
            known.digests.concat().into(),
        ],
    )
}

/// Remembers all updates of a number that was known.
pub fn remember_more(tx: &mut Tx, source: &str, number: &str, known: &Known) -> Result<()> {
    tx.run_one(
        "update import_update set history_seq = $1, digests = $2
         where source = $3 and number = $4",
        &[known.now_seq.into(), known.digests.concat().into(), source.into(), number.into()],
    )
}

/// The record of this kind and name; of several, one written exactly so, else
/// the oldest.
pub fn by_name(tx: &mut Tx, kind: &str, name: &str) -> Result<Option<Uuid>> {
    let found = tx.rows(
        "select id, name from record where kind = $1 and name_key = $2 order by row_no",
        &[kind.into(), key(name).into()],
        |r| Ok((r.get::<Uuid>(0)?, r.get::<String>(1)?)),
    )?;
    let exact = found.iter().find(|(_, written)| written == name);
    Ok(exact.or(found.first()).map(|(id, _)| *id))
}

/// The person with this login.
pub fn by_login(tx: &mut Tx, login: &str) -> Result<Option<Uuid>> {
    tx.opt("select id from person where login_key = $1", &[key(login).into()], |r| r.get(0))
}
