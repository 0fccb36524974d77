//! Creating incidents over HTTP, each acknowledged durable.

use std::net::SocketAddr;

use crate::data::Data;
use crate::load::{self, Load, Outcome, request};
use crate::options::Options;
use crate::record::{connect, last_row};
use crate::server::Server;
use crate::stats::{Series, count, millis};
use crate::table::{Line, Table};
use crate::words::{Chance, long, short};
use crate::{Result, probe};

/// Clients at a time.
pub const CLIENTS: usize = 32;
/// Incidents that the bare program knows the rows of.
const RECORDED: usize = 2000;

/// Measures the line.
pub fn measure(options: &Options, table: &mut Table, real: &Data) -> Result<()> {
    let bodies = bodies(real, RECORDED)?;
    let recorded = real.copy("create-recorded")?;
    let after = last_row(&recorded.database())?;
    let server = Server::product(&recorded.path)?;
    let example = load::once(creating(server.address, &recorded.token, &bodies))?;
    server.stop()?;
    let (mut product, mut bare, mut sync) =
        (Series::default(), Series::default(), Series::default());
    for _ in 0..options.runs() {
        sync.push(probe::fdatasync(&crate::data::place(""))?);
        product.push(of_product(options, real, &bodies)?.rate());
        bare.push(of_bare(options, real, &recorded, after, &bodies, example.body.len())?.rate());
        sync.push(probe::fdatasync(&crate::data::place(""))?);
    }
    let ratio = product.median() / bare.median();
    table.add(Line {
        name: "create",
        what: "incidents created over HTTP in a second, 32 clients, each acknowledged durable",
        product: product.shown(count),
        raw: bare.shown(count),
        figure: format!("{ratio:.2} of the bare program"),
        bound: ">= 0.5",
        sync: sync.shown(millis),
        good: ratio >= 0.5,
    });
    Ok(())
}

fn of_product(options: &Options, real: &Data, bodies: &[String]) -> Result<Outcome> {
    let data = real.copy("create-product")?;
    let server = Server::product(&data.path)?;
    let load = creating(server.address, &data.token, bodies);
    let outcome = load::run(load, options.warm_up(), options.length());
    server.stop()?;
    outcome
}

fn of_bare(
    options: &Options,
    real: &Data,
    recorded: &Data,
    after: i64,
    bodies: &[String],
    length: usize,
) -> Result<Outcome> {
    let data = real.copy("create-bare")?;
    let (database, rows) = (data.database(), recorded.database());
    let (after, length) = (after.to_string(), length.to_string());
    let words = ["create", &database.to_string_lossy(), &rows.to_string_lossy(), &after, &length]
        .map(str::to_owned);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let server = Server::bare(&words, &data.path.join("bare.log"))?;
    let requests = bodies.iter().map(|body| request("POST", "/incidents", &data.token, body));
    let load = Load {
        address: server.address,
        clients: CLIENTS,
        requests: requests.collect(),
        status: 201,
    };
    let outcome = load::run(load, options.warm_up(), options.length());
    server.stop()?;
    outcome
}

/// Creations by this token.
pub fn creating(address: SocketAddr, token: &str, bodies: &[String]) -> Load {
    let requests = bodies.iter().map(|body| request("POST", "/api/v1/incidents", token, body));
    Load { address, clients: CLIENTS, requests: requests.collect(), status: 201 }
}

/// Incidents as an agent's form or a script sends them: texts, levels, a
/// category, a caller and a group.
pub fn bodies(data: &Data, count: usize) -> Result<Vec<String>> {
    let conn = connect(&data.database())?;
    let texts = |sql: &str| -> Result<Vec<String>> {
        let mut statement = conn.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    let ids =
        |kind: &str| texts(&format!("select lower(hex(id)) from record where kind = '{kind}'"));
    let (callers, groups) = (ids("person")?, ids("team")?);
    let categories =
        texts("select code from choice where kind = 'incident' and field = 'category'")?;
    let mut chance = Chance::new(3);
    let body = |_| {
        let body = serde_json::json!({
            "short_description": short(&mut chance),
            "description": long(&mut chance),
            "impact": 1 + chance.below(3),
            "urgency": 1 + chance.below(3),
            "category": chance.pick(&categories),
            "caller": chance.pick(&callers),
            "assignment_group": chance.pick(&groups),
        });
        body.to_string()
    };
    Ok((0..count).map(body).collect())
}
