//! Creating: one route, one writer thread, one commit for all that wait.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use axum::http::StatusCode;
use axum::routing::post;
use rusqlite::types::Value;
use steward_schema::Kind;
use tokio::sync::oneshot;

use super::rows::Inserts;
use crate::Result;
use crate::record::{Recording, Unit, connect, last_row, read};
use crate::words::Chance;

/// Commands of one commit, as in the product.
const GROUP: usize = 256;

type Job = oneshot::Sender<bool>;

/// Serves creations until it is killed.
pub fn serve(
    database: &Path,
    recorded: &Path,
    after: i64,
    length: usize,
    address: &str,
) -> Result<()> {
    let recording = read(recorded, after)?;
    let (jobs, queue) = sync_channel::<Job>(4096);
    let path = database.to_owned();
    std::thread::spawn(move || {
        if let Err(error) = write_all(&path, &recording, &queue) {
            eprintln!("the writer ended: {error}");
        }
    });
    let answer = super::body(length);
    let create = move |_: axum::body::Bytes| create(jobs.clone(), answer.clone());
    super::serve(axum::Router::new().route("/incidents", post(create)), address)
}

async fn create(
    jobs: SyncSender<Job>,
    answer: axum::body::Bytes,
) -> (StatusCode, axum::body::Bytes) {
    let (sender, receiver) = oneshot::channel();
    let sent = jobs.try_send(sender).is_ok();
    match sent && receiver.await.unwrap_or(false) {
        true => (StatusCode::CREATED, answer),
        false => (StatusCode::SERVICE_UNAVAILABLE, axum::body::Bytes::new()),
    }
}

fn write_all(path: &Path, recording: &Recording, queue: &Receiver<Job>) -> Result<()> {
    let conn = connect(path)?;
    let mut inserts = Inserts::new(&conn, &recording.tables)?;
    let mut begin = conn.prepare("begin immediate")?;
    let mut commit = conn.prepare("commit")?;
    let mut count = conn.prepare("update number_counter set last = ?")?;
    let templates: Vec<Template> =
        recording.units.iter().map(|unit| Template::new(unit, recording)).collect();
    let mut next = last_row(path)?;
    let mut chance = Chance::new(7);
    let mut turn = 0;
    while let Ok(first) = queue.recv() {
        begin.execute([])?;
        let (mut done, mut job) = (Vec::new(), Some(first));
        while let Some(answer) = job {
            next += 1;
            inserts.unit(&templates[turn % templates.len()].fill(next, &mut chance))?;
            turn += 1;
            done.push(answer);
            job = if done.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        count.execute([10_000_000 + next])?;
        commit.execute([])?;
        for answer in done {
            let _ = answer.send(true);
        }
    }
    Ok(())
}

/// A recorded incident and the places that must be new in each copy.
struct Template {
    unit: Unit,
    places: Vec<(usize, usize, Fill)>,
}

#[derive(Clone, Copy)]
enum Fill {
    Record,
    Fresh,
    RowNo,
    Number,
    Serial,
}

impl Template {
    fn new(unit: &Unit, recording: &Recording) -> Template {
        let mut places = Vec::new();
        for (r, row) in unit.rows.iter().enumerate() {
            let table = &recording.tables[row.table];
            for (c, column) in table.columns.iter().enumerate() {
                let fill = match (&row.values[c], column.name.as_str(), column.kind) {
                    (_, "row_no", _) => Fill::RowNo,
                    (_, _, Kind::Serial) => Fill::Serial,
                    (Value::Blob(id), _, _) if *id == unit.id => Fill::Record,
                    (Value::Blob(_), "id", _) => Fill::Fresh,
                    (Value::Text(text), _, _) if Some(text) == unit.number.as_ref() => Fill::Number,
                    _ => continue,
                };
                places.push((r, c, fill));
            }
        }
        Template { unit: unit.clone(), places }
    }

    fn fill(&self, row_no: i64, chance: &mut Chance) -> Unit {
        let mut unit = self.unit.clone();
        let number = format!("INC{:07}", 10_000_000 + row_no);
        let id = fresh(row_no, chance);
        for (r, c, fill) in &self.places {
            unit.rows[*r].values[*c] = match fill {
                Fill::Record => Value::Blob(id.clone()),
                Fill::Fresh => Value::Blob(fresh(row_no, chance)),
                Fill::RowNo => Value::Integer(row_no),
                Fill::Number => Value::Text(number.clone()),
                Fill::Serial => Value::Null,
            };
        }
        unit.row_no = row_no;
        if let Some([.., other]) = &mut unit.public {
            *other = number.to_lowercase();
        }
        unit
    }
}

/// An id that grows, as version 7 does.
fn fresh(row_no: i64, chance: &mut Chance) -> Vec<u8> {
    let mut id = row_no.to_be_bytes().to_vec();
    // Behind every id the product has made.
    id[0] = 0x7f;
    id.extend(chance.next().to_be_bytes());
    id
}
