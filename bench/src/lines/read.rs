//! Reading one incident over HTTP.

use crate::Result;
use crate::data::Data;
use crate::lines::create::CLIENTS;
use crate::load::{self, Load, request};
use crate::options::Options;
use crate::record::connect;
use crate::server::Server;
use crate::stats::{Series, count};
use crate::table::{Line, Table};

/// Measures the line.
pub fn measure(options: &Options, table: &mut Table, real: &Data) -> Result<()> {
    let data = real.copy("read")?;
    let paths = paths(&data)?;
    let requests: Vec<Vec<u8>> =
        paths.iter().map(|path| request("GET", path, &data.token, "")).collect();
    let body = data.path.join("body");
    let (mut product, mut bare) = (Series::default(), Series::default());
    for _ in 0..options.runs() {
        let load =
            |address| Load { address, clients: CLIENTS, requests: requests.clone(), status: 200 };
        let server = Server::product(&data.path)?;
        let outcome = load::run(load(server.address), options.warm_up(), options.length())?;
        server.stop()?;
        product.push(outcome.rate());
        std::fs::write(&body, &outcome.body)?;
        let words =
            ["read", &data.path.to_string_lossy(), &body.to_string_lossy()].map(str::to_owned);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let server = Server::bare(&words, &data.path.join("bare.log"))?;
        let outcome = load::run(load(server.address), options.warm_up(), options.length())?;
        server.stop()?;
        bare.push(outcome.rate());
    }
    let ratio = product.median() / bare.median();
    table.add(Line {
        name: "read",
        what: "one incident read over HTTP, answers in a second, 32 clients",
        product: product.shown(count),
        raw: bare.shown(count),
        figure: format!("{ratio:.2} of the same layers returning a constant"),
        bound: ">= 0.4",
        good: ratio >= 0.4,
        ..Line::default()
    });
    Ok(())
}

/// Paths of a thousand incidents, spread over the whole table.
pub fn paths(data: &Data) -> Result<Vec<String>> {
    let conn = connect(&data.database())?;
    let mut statement = conn.prepare(
        "select number from record where kind = 'incident'
         and row_no % max(1, (select count(*) from ticket) / 1000) = 0 limit 1000",
    )?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|number| Ok(format!("/api/v1/incidents/{}", number?))).collect()
}
