//! Size, memory and start.

use std::time::Duration;

use crate::Result;
use crate::data::Data;
use crate::options::Options;
use crate::server::Server;
use crate::stats::{Series, megabytes, millis};
use crate::table::{Line, Table};

const MB: f64 = 1_048_576.0;

/// Bytes of the binary.
pub fn binary(table: &mut Table) -> Result<()> {
    let bytes = std::fs::metadata(crate::server::binary())?.len() as f64;
    table.add(Line {
        name: "binary",
        what: "size of the binary",
        product: megabytes(bytes),
        figure: megabytes(bytes),
        bound: "< 60 MB",
        good: bytes < 60.0 * MB,
        ..Line::default()
    });
    Ok(())
}

/// Readiness and idle memory on the real log.
pub fn start(options: &Options, table: &mut Table, real: &Data) -> Result<()> {
    if !options.wants("ready") && !options.wants("idle") {
        return Ok(());
    }
    let (mut ready, mut idle) = (Series::default(), Series::default());
    let rest = Duration::from_secs(if options.quick { 2 } else { 10 });
    for _ in 0..options.runs() {
        let server = Server::product(&real.path)?;
        ready.push(server.ready_after);
        if options.wants("idle") {
            std::thread::sleep(rest);
            idle.push(server.memory()?);
        }
        server.stop()?;
    }
    if options.wants("ready") {
        table.add(Line {
            name: "ready",
            what: "from the start of the process to `/readyz` 200, on the real log",
            product: ready.shown(millis),
            figure: millis(ready.median()),
            bound: "< 1 s",
            good: ready.median() < 1.0,
            ..Line::default()
        });
    }
    if options.wants("idle") {
        table.add(Line {
            name: "idle",
            what: "anonymous memory, idle with the real log",
            product: idle.shown(megabytes),
            figure: megabytes(idle.median()),
            bound: "< 120 MB",
            good: idle.median() < 120.0 * MB,
            ..Line::default()
        });
    }
    Ok(())
}

/// Memory while serving a large database.
pub fn serving(table: &mut Table, peaks: &Series) {
    table.add(Line {
        name: "serving",
        what: "most anonymous memory, serving the large database to 32 clients (read, page, create)",
        product: peaks.shown(megabytes),
        figure: megabytes(peaks.median()),
        bound: "< 400 MB",
        good: peaks.median() < 400.0 * MB,
        ..Line::default()
    });
}
