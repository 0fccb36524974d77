//! The lines of the table, one idea each.

mod create;
mod import;
mod page;
mod read;
mod size;

use crate::data::{self, Data};
use crate::options::Options;
use crate::server::binary;
use crate::table::Table;
use crate::{Result, machine};

/// Measures what was asked for; true when every bound holds.
pub fn run(options: &Options) -> Result<bool> {
    std::fs::create_dir_all(data::place(""))?;
    if !binary().is_file() {
        return Err(format!("{} is not there: cargo build --release", binary().display()).into());
    }
    if !options.reuse {
        let _ = std::fs::remove_dir_all(data::place("real-log"));
    }
    let machine = machine::described(&data::place(""));
    println!("{machine}");
    let mut table = Table::new(machine, options);
    let measured = measure(options, &mut table);
    table.print();
    if options.write && measured.is_ok() {
        table.write()?;
    }
    measured?;
    Ok(table.good())
}

fn measure(options: &Options, table: &mut Table) -> Result<()> {
    if options.wants("binary") {
        size::binary(table)?;
    }
    if options.wants("import") {
        import::measure(options, table)?;
    }
    if ["ready", "idle", "create", "read"].iter().any(|line| options.wants(line)) {
        let real = Data::real_log()?;
        size::start(options, table, &real)?;
        if options.wants("create") {
            create::measure(options, table, &real)?;
        }
        if options.wants("read") {
            read::measure(options, table, &real)?;
        }
    }
    if ["generate", "page", "serving"].iter().any(|line| options.wants(line)) {
        page::measure(options, table)?;
    }
    Ok(())
}
