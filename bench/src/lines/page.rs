//! A page of a large list, and what a large database costs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bare;
use crate::data::{Data, place};
use crate::lines::create::{CLIENTS, bodies, creating};
use crate::lines::{read, size};
use crate::load::{self, Load, request};
use crate::options::Options;
use crate::record::connect;
use crate::server::Server;
use crate::stats::{Series, millis};
use crate::table::{Line, Table};
use crate::{Result, generate};

const SMALL: u64 = 10_000;
const PAGE: &str = "/api/v1/incidents?q=state:open&sort=priority,opened_at&limit=50";

/// Measures the lines that need the generator.
pub fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let large = generated(options, table, options.incidents)?;
    if options.wants("page") {
        let small = generated(options, table, SMALL)?;
        pages(options, table, &large, &small)?;
    }
    if options.wants("serving") {
        size::serving(table, &memory(options, &large)?);
    }
    Ok(())
}

fn generated(options: &Options, table: &mut Table, count: u64) -> Result<Data> {
    let name = format!("generated-{count}");
    let (mark, token) = (place(&name).join("done"), place(&name).join("token"));
    if options.reuse && mark.exists() {
        return Ok(Data { path: place(&name), token: std::fs::read_to_string(token)? });
    }
    let begun = Instant::now();
    let data = Data::empty(&name)?;
    generate::fill(&data, count)?;
    let seconds = begun.elapsed().as_secs_f64();
    std::fs::write(token, &data.token)?;
    std::fs::write(mark, "")?;
    if count > SMALL && options.wants("generate") {
        table.add(Line {
            name: "generate",
            what: "the generator: incidents with history, versions and full text",
            product: format!("{} in {seconds:.0} s", crate::stats::count(count as f64)),
            figure: format!("{seconds:.0} s"),
            bound: "1,000,000 in < 600 s",
            good: seconds / count as f64 * 1e6 < 600.0,
            ..Line::default()
        });
    }
    // The subscribers read what was written before anything is measured.
    data.let_subscribers_read()?;
    Ok(data)
}

fn pages(options: &Options, table: &mut Table, large: &Data, small: &Data) -> Result<()> {
    let mut series: [Series; 4] = Default::default();
    for _ in 0..options.runs() {
        let of_large = of_product(options, large)?;
        series[0].push(of_large.0);
        series[1].push(of_bare(options, large, of_large.1)?);
        series[2].push(of_product(options, small)?.0);
        series[3].push(statement(large)?);
    }
    let [large, bare, small, alone] = series;
    let ratio = large.median() / bare.median();
    table.add(Line {
        name: "page",
        what: "a page of 50 open incidents by priority and age over HTTP, large database, one client",
        product: large.shown(millis),
        raw: format!("{}; in process {}", bare.shown(millis), millis(alone.median())),
        figure: format!("{ratio:.2} x the bare statement"),
        bound: "<= 2 x",
        good: ratio <= 2.0,
        ..Line::default()
    });
    let growth = large.median() / small.median();
    table.add(Line {
        name: "page growth",
        what: "the same page, large database beside 10,000 incidents, the same 5,000 open",
        product: large.shown(millis),
        raw: small.shown(millis),
        figure: format!("{growth:.2} x"),
        bound: "<= 1.5 x",
        good: growth <= 1.5,
        ..Line::default()
    });
    Ok(())
}

/// Seconds of a page, and the bytes of its body.
fn of_product(options: &Options, data: &Data) -> Result<(f64, usize)> {
    let server = Server::product(&data.path)?;
    let load = Load {
        address: server.address,
        clients: 1,
        requests: vec![request("GET", PAGE, &data.token, "")],
        status: 200,
    };
    let outcome = load::run(load, options.warm_up(), options.length())?;
    server.stop()?;
    let answer: serde_json::Value = serde_json::from_slice(&outcome.body)?;
    let rows = answer["items"].as_array().map_or(0, Vec::len);
    if rows != 50 || answer["next"].is_null() {
        return Err(format!("a page of {rows} is no page of 50").into());
    }
    Ok((1.0 / outcome.rate(), outcome.body.len()))
}

fn of_bare(options: &Options, data: &Data, length: usize) -> Result<f64> {
    let words =
        ["page", &data.database().to_string_lossy(), &length.to_string()].map(str::to_owned);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let server = Server::bare(&words, &data.path.join("bare.log"))?;
    let load = Load {
        address: server.address,
        clients: 1,
        requests: vec![request("GET", "/incidents", &data.token, "")],
        status: 200,
    };
    let outcome = load::run(load, options.warm_up(), options.length())?;
    server.stop()?;
    Ok(1.0 / outcome.rate())
}

/// The statement without any HTTP, for the record.
fn statement(data: &Data) -> Result<f64> {
    let conn = connect(&data.database())?;
    let sql = bare::statement();
    let mut times = Series::default();
    for _ in 0..500 {
        let begun = Instant::now();
        bare::read_page(&conn, &sql)?;
        times.push(begun.elapsed().as_secs_f64());
    }
    Ok(times.median())
}

/// The most memory of each run while 32 clients read, list and create.
fn memory(options: &Options, large: &Data) -> Result<Series> {
    let (paths, bodies) = (read::paths(large)?, bodies(large, 1000)?);
    let mut peaks = Series::default();
    for _ in 0..options.runs() {
        let server = Server::product(&large.path)?;
        let mut load = creating(server.address, &large.token, &bodies);
        load.requests.truncate(100);
        let creations = std::mem::take(&mut load.requests);
        let page = request("GET", PAGE, &large.token, "");
        let reads: Vec<_> =
            paths.iter().map(|path| request("GET", path, &large.token, "")).collect();
        let stop = AtomicBool::new(false);
        let peak = std::thread::scope(|scope| -> Result<f64> {
            let watch = scope.spawn(|| {
                let mut most: f64 = 0.0;
                while !stop.load(Ordering::Relaxed) {
                    most = most.max(server.memory().unwrap_or(0.0));
                    std::thread::sleep(Duration::from_millis(50));
                }
                most
            });
            // By turns: each kind of answer has a status of its own.
            let turn = options.length() / 2;
            let mut asked = reads.clone();
            asked.extend(std::iter::repeat_n(page.clone(), 200));
            let reading =
                Load { address: server.address, clients: CLIENTS, requests: asked, status: 200 };
            let read = load::run(reading, Duration::from_millis(100), turn);
            let making = Load {
                address: server.address,
                clients: CLIENTS,
                requests: creations.clone(),
                status: 201,
            };
            let made = load::run(making, Duration::from_millis(100), turn);
            stop.store(true, Ordering::Relaxed);
            let most = watch.join().map_err(|_| "the watch ended")?;
            read?;
            made?;
            Ok(most)
        });
        peaks.push(peak?);
        server.stop()?;
    }
    Ok(peaks)
}
