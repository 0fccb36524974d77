//! Imports an incident log: reads, plans, decides, and keeps many incidents on
//! their way into the database, each in a transaction of its own.

use std::path::Path;
use std::sync::Arc;

use steward_base::{Error, Result, Uuid};
use steward_database::{Db, Tx};
use steward_fields::Registries;
use steward_people::Call;

use crate::decide::{Decision, decide};
use crate::directory::Directory;
use crate::fact::{PlannedFact, Reference, Unmapped, Value};
use crate::mapping::{Mapping, Transform};
use crate::plan::Planner;
use crate::progress::{Progress, Show};
use crate::pump::{Pump, UNDER_WAY};
use crate::reader::{Group, survey};
use crate::report::{Report, Summary};
use crate::store::{Known, known};
use crate::vocabulary::Vocabulary;
use crate::write::{Incident, write};

/// Incidents that are planned and looked up together.
const CHUNK: usize = 256;

/// How a log is imported.
pub struct Options<'a> {
    /// The file.
    pub file: &'a Path,
    /// Which column is what.
    pub mapping: &'a Mapping,
    /// IANA name of the zone of the file's times, instead of the mapping's.
    pub zone: Option<&'a str>,
    /// Where the report will stand, if there is something to report.
    pub report: &'a Path,
    /// The organisation that incidents and what they name will belong to.
    pub organisation: Uuid,
    /// Compute, write nothing.
    pub dry_run: bool,
    /// Where progress is shown.
    pub show: Show,
}

/// Imports an incident log. `call` is by who imports, through another door than
/// that of imports: persons and teams made on the way are acts of today.
///
/// # Errors
/// `Invalid` for a file, mapping or zone that cannot be used; `Forbidden` when
/// the actor may not import; what the database says. Incidents written before
/// stay, and the next run goes on behind them.
pub async fn import_log(
    db: &Db,
    call: &Call,
    registries: &Arc<Registries>,
    options: &Options<'_>,
) -> Result<Summary> {
    let survey = survey(options.file, &options.mapping.row.number)?;
    let planner = Planner::new(options.mapping, &survey.columns, options.zone)?;
    let mut run = Run {
        db,
        call,
        registries,
        options,
        directory: Directory::default(),
        vocabulary: Vocabulary::default(),
        pump: Pump::new(UNDER_WAY),
        report: Report::new(options.report),
        progress: Progress::new(survey.rows, options.show),
        summary: Summary {
            rows: survey.rows,
            dry_run: options.dry_run,
            kept: planner.kept().map(Into::into).collect(),
            ignored: ignored(options.mapping),
            ..Summary::default()
        },
    };
    let mut groups = survey.groups()?;
    loop {
        let chunk: Vec<Group> = groups.by_ref().take(CHUNK).collect::<Result<_>>()?;
        if chunk.is_empty() {
            return run.finish().await;
        }
        run.chunk(chunk, &planner).await?;
    }
}

fn ignored(mapping: &Mapping) -> Vec<(String, String)> {
    mapping.ignored.iter().map(|(column, why)| (column.clone(), why.clone())).collect()
}

/// What one incident's rows became.
struct Answer {
    rows: u64,
    written: u64,
    decision: Decision,
    created: bool,
    problems: Vec<Unmapped>,
}

impl Answer {
    /// The same with its reason.
    fn because(mut self, reason: &str) -> Answer {
        for problem in &mut self.problems {
            reason.clone_into(&mut problem.reason);
        }
        self
    }
}

struct Run<'a> {
    db: &'a Db,
    call: &'a Call,
    registries: &'a Arc<Registries>,
    options: &'a Options<'a>,
    directory: Directory,
    vocabulary: Vocabulary,
    pump: Pump<Result<Answer>>,
    report: Report,
    progress: Progress,
    summary: Summary,
}

impl Run<'_> {
    async fn chunk(&mut self, groups: Vec<Group>, planner: &Planner<'_>) -> Result<()> {
        let before = self.known(&groups).await?;
        let mut work = Vec::with_capacity(groups.len());
        for (group, before) in groups.into_iter().zip(before) {
            let number = group.number.clone();
            if number.trim().is_empty() {
                self.nameless(&group)?;
                continue;
            }
            let facts = planner.plan(&group);
            let decision = decide(before.as_ref(), &facts);
            work.push((number, facts, before, decision));
        }
        self.make_what_they_name(&work).await?;
        for (number, facts, before, decision) in work {
            let answer = match decision {
                Decision::Write(from) if !self.options.dry_run => {
                    self.submit(number, facts, before, from).await?
                }
                decision => vec![Ok(self.settled(&number, &facts, before.as_ref(), decision))],
            };
            self.take(answer)?;
        }
        self.report.flush()
    }

    async fn known(&self, groups: &[Group]) -> Result<Vec<Option<Known>>> {
        let source = self.options.mapping.source.clone();
        let numbers: Vec<Box<str>> = groups.iter().map(|g| g.number.clone()).collect();
        let each = move |tx: &mut Tx| numbers.iter().map(|n| known(tx, &source, n)).collect();
        self.db.read(each).await
    }

    /// Rows without a number belong to no record; the report keeps them.
    fn nameless(&mut self, group: &Group) -> Result<()> {
        for row in &group.rows {
            self.summary.unmapped += 1;
            self.report.add(&Unmapped {
                row: row.no,
                column: self.options.mapping.row.number.clone(),
                value: row.values.join(","),
                reason: "the row has no number; it is left out".into(),
            })?;
        }
        self.progress.add(group.rows.len() as u64);
        Ok(())
    }

    /// Persons, teams, choices and custom fields of the facts to be written.
    async fn make_what_they_name(&mut self, work: &[Work]) -> Result<()> {
        let new = |(_, facts, _, decision): &'_ Work| match decision {
            Decision::Write(from) => *from..facts.len(),
            Decision::Skip | Decision::Conflict(_) => 0..0,
        };
        let facts: Vec<&PlannedFact> = work.iter().flat_map(|w| &w.1[new(w)]).collect();
        if facts.is_empty() {
            return Ok(());
        }
        // An appended fact may have to say again what earlier rows said.
        let states = work.iter().filter(|w| matches!(w.3, Decision::Write(1..)));
        let states = states.flat_map(|w| w.1.iter());
        let mut references: Vec<&Reference> = Vec::new();
        let mut choices: Vec<(&str, &str)> = Vec::new();
        for fact in facts.into_iter().chain(states) {
            references.extend(&fact.author);
            for (field, value) in &fact.changes {
                match value {
                    Value::Record(reference) => references.push(reference),
                    Value::Choice(name) => choices.push((field, name)),
                    _ => {}
                }
            }
        }
        let make_them = !self.options.dry_run;
        let organisation = self.options.organisation;
        self.directory.ensure(self.db, self.call, organisation, references, make_them).await?;
        if make_them {
            let fields = custom_fields(self.options.mapping);
            self.vocabulary.ensure(self.db, self.call, self.registries, fields, choices).await?;
        }
        Ok(())
    }

    async fn submit(
        &mut self,
        number: Box<str>,
        facts: Vec<PlannedFact>,
        before: Option<Known>,
        from: usize,
    ) -> Result<Vec<Result<Answer>>> {
        let answer = self.settled(&number, &facts, before.as_ref(), Decision::Write(from));
        let refused = self.settled(&number, &facts, before.as_ref(), Decision::Conflict(""));
        let incident = Incident::new(
            &self.options.mapping.source,
            self.options.organisation,
            number,
            &facts,
            before,
            from,
            &self.directory,
        )?;
        let (db, call, registries) = (self.db.clone(), self.call.clone(), self.registries.clone());
        let task = async move {
            match write(&db, &call, &registries, incident).await {
                Ok(()) => Ok(answer),
                Err(Error::Refused(reason)) => Ok(refused.because(&reason)),
                Err(error @ Error::Invalid(_)) => {
                    Ok(refused.because(&format!("is left out: {error}")))
                }
                Err(other) => Err(other),
            }
        };
        self.pump.push(task).await
    }

    /// The answer for an incident that needs no write, or gets none.
    fn settled(
        &self,
        number: &str,
        facts: &[PlannedFact],
        before: Option<&Known>,
        decision: Decision,
    ) -> Answer {
        let rows = facts.len() as u64;
        let answer = Answer { rows, written: 0, decision, created: false, problems: Vec::new() };
        match decision {
            Decision::Skip => answer,
            Decision::Write(from) => Answer {
                written: rows - from as u64,
                created: before.is_none(),
                problems: facts[from..].iter().flat_map(|f| f.unmapped.clone()).collect(),
                ..answer
            },
            Decision::Conflict(reason) => {
                let problem = Unmapped {
                    row: facts.first().map_or(0, |f| f.row),
                    column: self.options.mapping.row.number.clone(),
                    value: number.to_owned(),
                    reason: reason.to_owned(),
                };
                Answer { problems: vec![problem], ..answer }
            }
        }
    }

    fn take(&mut self, answers: Vec<Result<Answer>>) -> Result<()> {
        for answer in answers {
            let answer = answer?;
            let summary = &mut self.summary;
            summary.written += answer.written;
            match answer.decision {
                Decision::Conflict(_) => summary.conflicts += 1,
                Decision::Skip => summary.known += answer.rows,
                Decision::Write(from) => {
                    summary.known += from as u64;
                    summary.created += u64::from(answer.created);
                    summary.changed += u64::from(!answer.created);
                    summary.unmapped += answer.problems.len() as u64;
                }
            }
            for problem in &answer.problems {
                self.report.add(problem)?;
            }
            self.progress.add(answer.rows);
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Summary> {
        while let Some(answer) = self.pump.next().await? {
            self.take(vec![answer])?;
        }
        self.progress.finish();
        self.summary.made = self.directory.made();
        self.summary.report = self.report.finish()?;
        Ok(self.summary)
    }
}

type Work = (Box<str>, Vec<PlannedFact>, Option<Known>, Decision);

fn custom_fields(mapping: &Mapping) -> impl Iterator<Item = (&str, &str, Transform)> {
    let custom = mapping.fields.iter();
    custom.filter_map(|(name, f)| Some((name.as_str(), f.custom.as_deref()?, f.transform)))
}
