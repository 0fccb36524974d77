//! Databases to measure on, under `target/bench`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::Result;
use crate::load::{self, Load, request};
use crate::server::{Server, done, steward};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The real incident log.
pub fn log() -> PathBuf {
    root().join("testdata/uci-incident-log/incident_event_log.csv.gz")
}

/// A place for data; it is on the disk that is measured.
pub fn place(name: &str) -> PathBuf {
    root().join("target/bench").join(name)
}

/// An empty directory of this name.
pub fn fresh(name: &str) -> Result<PathBuf> {
    let path = place(name);
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

/// A data directory with its administrator's token.
#[derive(Debug, Clone)]
pub struct Data {
    /// The directory.
    pub path: PathBuf,
    /// The token.
    pub token: String,
}

impl Data {
    /// The database in it.
    pub fn database(&self) -> PathBuf {
        self.path.join("steward.db")
    }

    /// An empty database.
    pub fn empty(name: &str) -> Result<Data> {
        let path = fresh(name)?;
        let words = ["token", "create", "--person", "admin", "--name", "bench"];
        let token = done(steward(&path).args(words))?;
        Ok(Data { path, token })
    }

    /// The real log, imported.
    pub fn real_log() -> Result<Data> {
        let path = place("real-log");
        let (token, done_mark) = (path.join("token"), path.join("done"));
        if done_mark.exists() {
            return Ok(Data { path, token: std::fs::read_to_string(token)? });
        }
        let data = Data::empty("real-log")?;
        done(steward(&path).args(["import", "incident-log"]).arg(log()))?;
        data.let_subscribers_read()?;
        std::fs::write(token, &data.token)?;
        std::fs::write(done_mark, "")?;
        Ok(data)
    }

    /// Serves until no subscriber is behind, so that nothing else goes on while
    /// something is measured.
    pub fn let_subscribers_read(&self) -> Result<()> {
        let server = Server::product(&self.path)?;
        wait_for_subscribers(&server)?;
        server.stop()
    }

    /// A copy to write into.
    pub fn copy(&self, name: &str) -> Result<Data> {
        let path = fresh(name)?;
        let mut command = Command::new("cp");
        done(command.arg("-R").arg(format!("{}/.", self.path.display())).arg(&path))?;
        // So that the copy's pages are not on their way to the disk meanwhile.
        done(Command::new("sync").arg("-f").arg(&path))?;
        Ok(Data { path, token: self.token.clone() })
    }
}

/// Until no subscriber is behind, as `/readyz` says.
fn wait_for_subscribers(server: &Server) -> Result<()> {
    let begun = Instant::now();
    loop {
        let load = Load {
            address: server.address,
            clients: 1,
            requests: vec![request("GET", "/readyz", "none", "")],
            status: 200,
        };
        let answer: serde_json::Value = serde_json::from_slice(&load::once(load)?.body)?;
        let all = answer["subscribers"].as_array().cloned().unwrap_or_default();
        if all.iter().all(|one| one["behind"] == 0) {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(900) {
            return Err(format!("subscribers are behind: {answer}").into());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}
