//! Plain lists: people, teams, services, configuration items. One row is one
//! record, known by its login or name; `docs/import-mapping.md` names the columns.

mod apply;
mod row;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result, Uuid};
use steward_database::{Db, Engine, Tx};
use steward_history::{Change, append, save_head};
use steward_people::Call;

use crate::fact::Unmapped;
use crate::progress::{Progress, Show};
use crate::pump::{Pump, UNDER_WAY};
use crate::reader::{Group, require, survey};
use crate::report::{Report, Summary};
use crate::store::{Known, known, remember, remember_more};
use row::Cells;

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Persons, known by `login`.
    People,
    /// Teams, known by `name`.
    Teams,
    /// Services, known by `name`.
    Services,
    /// Configuration items, known by `name`.
    ConfigurationItems,
}

impl List {
    /// The list of this name on the command line.
    pub fn parse(name: &str) -> Option<List> {
        Some(match name {
            "people" => List::People,
            "teams" => List::Teams,
            "services" => List::Services,
            "configuration-items" => List::ConfigurationItems,
            _ => return None,
        })
    }

    /// Its name on the command line, and the name of its source.
    pub fn as_str(self) -> &'static str {
        match self {
            List::People => "people",
            List::Teams => "teams",
            List::Services => "services",
            List::ConfigurationItems => "configuration-items",
        }
    }

    /// The column its records are known by.
    pub fn key(self) -> &'static str {
        if self == List::People { "login" } else { "name" }
    }

    /// Columns a file must have.
    pub fn required(self) -> &'static [&'static str] {
        if self == List::People { &["login", "name"] } else { &["name"] }
    }

    /// Every column that means something.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            List::People => &[
                "login",
                "name",
                "email",
                "phone",
                "organisation",
                "teams",
                "roles",
                "zone",
                "language",
                "vip",
            ],
            List::Teams => &["name", "email", "organisation", "members"],
            List::Services | List::ConfigurationItems => {
                &["name", "class", "life_cycle_status", "owner", "organisation"]
            }
        }
    }
}

/// How a list is imported.
pub struct Options<'a> {
    /// What the file holds.
    pub list: List,
    /// The file.
    pub file: &'a Path,
    /// Where the report will stand, if there is something to report.
    pub report: &'a Path,
    /// The organisation of new records whose row names none.
    pub organisation: Uuid,
    /// Compute, write nothing.
    pub dry_run: bool,
    /// Where progress is shown.
    pub show: Show,
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Created,
    Changed,
    Known,
    Conflict,
    Refused,
}

/// The answer for the rows of one record.
struct Answer {
    rows: u64,
    became: Became,
    problems: Vec<Unmapped>,
}

/// Imports a list. `call` is by who imports.
///
/// # Errors
/// `Invalid` for a file that cannot be read or lacks columns; what the database
/// says. Rows that break a rule are no error: they are reported.
pub async fn import_list(db: &Db, call: &Call, options: &Options<'_>) -> Result<Summary> {
    let survey = survey(options.file, options.list.key())?;
    require(&survey.columns, options.list.required().iter().copied())?;
    let mut report = Report::new(options.report);
    let mut summary = Summary { rows: survey.rows, dry_run: options.dry_run, ..Summary::default() };
    for column in survey.columns.iter() {
        if !options.list.columns().contains(&&**column) {
            let reason = format!("is no column of {}", options.list.as_str());
            summary.ignored.push((column.to_string(), reason));
        }
    }
    let mut progress = Progress::new(survey.rows, options.show);
    let mut pump = Pump::new(under_way(db));
    let columns = survey.columns.clone();
    let mut take = |answer: Result<Answer>, progress: &mut Progress| -> Result<()> {
        let answer = answer?;
        progress.add(answer.rows);
        count(&mut summary, &answer);
        answer.problems.iter().try_for_each(|p| report.add(p))
    };
    for group in survey.groups()? {
        let (db, call, columns) = (db.clone(), call.clone(), columns.clone());
        let job = Job {
            list: options.list,
            organisation: options.organisation,
            dry_run: options.dry_run,
            group: group?,
        };
        let write = async move { job.write(&db, call, columns).await };
        for answer in pump.push(write).await? {
            take(answer, &mut progress)?;
        }
    }
    while let Some(answer) = pump.next().await? {
        take(answer, &mut progress)?;
    }
    progress.finish();
    if summary.written + summary.unmapped > 0 {
        for (column, reason) in &summary.ignored {
            let (column, reason) = (column.as_str().into(), reason.as_str().into());
            report.add(&Unmapped { row: 1, column, value: "".into(), reason })?;
        }
    }
    summary.report = report.finish()?;
    Ok(summary)
}

/// How many rows are written at once. On PostgreSQL each is a transaction of its
/// own, and all of them move the same mark of what is kept in memory of people:
/// side by side they would only make each other begin again.
fn under_way(db: &Db) -> usize {
    match db.engine() {
        Engine::Sqlite => UNDER_WAY,
        Engine::Postgres => 1,
    }
}

fn count(summary: &mut Summary, answer: &Answer) {
    match answer.became {
        Became::Created => summary.created += 1,
        Became::Changed => summary.changed += 1,
        Became::Known => summary.known += 1,
        Became::Conflict => summary.conflicts += 1,
        Became::Refused => {}
    }
    summary.written += u64::from(matches!(answer.became, Became::Created | Became::Changed));
    summary.unmapped += answer.problems.len() as u64;
}

/// The rows of one record on their way into the database.
struct Job {
    list: List,
    organisation: Uuid,
    dry_run: bool,
    group: Group,
}

impl Job {
    async fn write(self, db: &Db, call: Call, columns: Arc<[Box<str>]>) -> Result<Answer> {
        let rows = self.group.rows.len() as u64;
        let cells = Arc::new(Cells::new(&self.group.rows[0], &columns));
        let mut problems: Vec<Unmapped> = self.group.rows[1..]
            .iter()
            .map(|row| Unmapped {
                row: row.no,
                column: self.list.key().into(),
                value: self.group.number.to_string(),
                reason: format!("stands in row {} already; this row is left out", cells.row),
            })
            .collect();
        if self.group.number.trim().is_empty() {
            problems.push(cells.problem(self.list.key(), "is needed; the row is left out"));
            return Ok(Answer { rows, became: Became::Refused, problems });
        }
        let digest = digest(&cells);
        let dry = self.dry_run.then(|| Arc::new(Mutex::new(None)));
        let (kept, shown) = (dry.clone(), cells.clone());
        let (list, organisation) = (self.list, self.organisation);
        let key = steward_base::text::fold(&self.group.number);
        let answer = db
            .write(move |tx| {
                let done = one(tx, &call, list, organisation, &key, &cells, digest)?;
                match &kept {
                    None => Ok(done),
                    Some(kept) => {
                        // Leaving by an error takes back all that was tried.
                        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
                        Err(Error::Refused("a dry run".into()))
                    }
                }
            })
            .await;
        let tried = dry.and_then(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner).take());
        let (became, found) = match (tried, answer) {
            (Some(tried), _) => tried,
            (None, Ok(done)) => done,
            (None, Err(Error::Invalid(errors))) => {
                let problem = |e: &steward_base::FieldError| {
                    shown.problem(&e.field, &format!("{}; the row is left out", e.message))
                };
                (Became::Refused, errors.iter().map(problem).collect())
            }
            (None, Err(other)) => return Err(other),
        };
        problems.extend(found);
        if became == Became::Known {
            // Told when it was new.
            problems.clear();
        }
        Ok(Answer { rows, became, problems })
    }
}

/// Brings one record in line with its row.
fn one(
    tx: &mut Tx,
    call: &Call,
    list: List,
    organisation: Uuid,
    key: &str,
    cells: &Cells,
    digest: [u8; 32],
) -> Result<(Became, Vec<Unmapped>)> {
    let source = list.as_str();
    let before = known(tx, source, key)?;
    if let Some(before) = &before {
        if before.digests == [digest] {
            return Ok((Became::Known, Vec::new()));
        }
        if before.now_seq != before.history_seq {
            let reason = "was changed here since the last import; it is left as it is";
            return Ok((Became::Conflict, vec![cells.problem(list.key(), reason)]));
        }
    }
    let found = match &before {
        Some(before) => Some(before.record),
        None => apply::find(tx, list, cells.get(list.key()).unwrap_or_default())?,
    };
    let mut problems = Vec::new();
    let record = apply::apply(tx, call, list, organisation, found, cells, &mut problems)?;
    keep(tx, call, record, &problems)?;
    let now_seq = steward_history::head(tx, record)?.seq;
    let after = Known { record, history_seq: now_seq, now_seq, digests: vec![digest] };
    match &before {
        None => remember(tx, source, key, &after)?,
        Some(_) => remember_more(tx, source, key, &after)?,
    }
    let became = if found.is_some() { Became::Changed } else { Became::Created };
    Ok((became, problems))
}

/// Keeps what found no place as text with a fact of the record, as imported
/// incidents keep it: `unmapped.` and the column.
fn keep(tx: &mut Tx, call: &Call, record: Uuid, problems: &[Unmapped]) -> Result<()> {
    let mut kept: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for problem in problems {
        kept.entry(&problem.column).or_default().push(&problem.value);
    }
    if kept.is_empty() {
        return Ok(());
    }
    let mut head = steward_history::head(tx, record)?;
    // What stands in somebody's row goes when they are erased.
    let subject = (head.kind == "person").then_some(record);
    let text = |(column, values): (&str, Vec<&str>)| {
        Change::text(&format!("unmapped.{column}"), values.join("; "), subject)
    };
    let changes: Vec<Change> = kept.into_iter().map(text).collect();
    let fact = format!("{}.imported", head.kind);
    append(tx, &call.entropy, &mut head, &call.stamp(), &fact, &changes)?;
    save_head(tx, &mut head)
}

fn digest(cells: &Cells) -> [u8; 32] {
    let mut sha = Sha256::new();
    for (column, value) in cells.all() {
        sha.update(column.as_bytes());
        sha.update([0x1f]);
        sha.update(value.as_bytes());
        sha.update([0x1e]);
    }
    sha.finalize().into()
}
