//! The bare program: the same SQLite, settings, schema, indexes and prepared
//! statements, one writer thread with grouped commits, and nothing else. It
//! knows no permission, rule, fact or condition; it writes the rows and runs the
//! statement that the product would.

mod page;
mod read;
mod replay;
mod rows;
mod writer;

pub use page::{read as read_page, statement};

use std::path::Path;

use crate::Result;

/// `bare create DATABASE RECORDED AFTER BODY ADDRESS`, `bare read DIRECTORY BODY ADDRESS`,
/// `bare page DATABASE BODY ADDRESS`, `bare import DATABASE RECORDED GROUPS`.
pub fn run(words: &[String]) -> Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["create", database, recorded, after, body, address] => writer::serve(
            Path::new(database),
            Path::new(recorded),
            after.parse()?,
            body.parse()?,
            address,
        ),
        ["read", directory, body, address] => {
            read::serve(Path::new(directory), std::fs::read(body)?, address)
        }
        ["page", database, body, address] => {
            page::serve(Path::new(database), body.parse()?, address)
        }
        ["import", database, recorded, groups] => {
            replay::run(Path::new(database), Path::new(recorded), Path::new(groups))
        }
        _ => Err("bare create|read|page|import: the benchmark knows the rest".into()),
    }
}

/// Serves one route as plainly as axum can, until it is killed.
fn serve(router: axum::Router, address: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let router = router.route("/readyz", axum::routing::get(|| async { "ready" }));
    runtime.block_on(async {
        use axum::serve::ListenerExt as _;
        let listener = tokio::net::TcpListener::bind(address).await?;
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// A body of this many bytes.
fn body(length: usize) -> axum::body::Bytes {
    vec![b'x'; length].into()
}
