//! The real binary as a child process, on a store that outlives it.

use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::http::Client;
use crate::ledger::BELL;

/// Where the data of one scenario lies.
pub struct Store {
    home: PathBuf,
    database: Option<String>,
    token: String,
    /// Of whoever has the bell.
    bell: String,
}

/// A running server. Dropped, it is killed.
pub struct Server {
    child: Child,
    /// Its address.
    pub address: String,
}

impl Store {
    /// The server that tests may make databases on.
    pub fn postgres_url() -> Option<String> {
        std::env::var("STEWARD_TEST_PG").ok().filter(|url| !url.is_empty())
    }

    /// A fresh store for one engine.
    pub fn fresh(engine: &str) -> Result<Store, String> {
        let name = format!("steward_faults_{}_{engine}", std::process::id());
        let home = std::env::temp_dir().join(&name);
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(home.join("data")).map_err(|e| e.to_string())?;
        let database = match engine {
            "postgres" => {
                let server = Store::postgres_url().ok_or("STEWARD_TEST_PG is not set")?;
                // One of an earlier scenario of this run may be there.
                steward_database::drop_database(&server, &name).map_err(|e| e.to_string())?;
                steward_database::create_database(&server, &name).map_err(|e| e.to_string())?;
                let root = server.rsplit_once('/').map_or(server.as_str(), |(root, _)| root);
                Some(format!("{root}/{name}"))
            }
            _ => None,
        };
        Ok(Store { home, database, token: String::new(), bell: String::new() })
    }

    /// The directory under which a disk may be made to fail.
    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// The file whose content says how the disk fails.
    pub fn switch(&self) -> PathBuf {
        self.home.join("switch")
    }

    /// What the server printed.
    pub fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(words).arg("--data").arg(self.data());
        if let Some(url) = &self.database {
            command.arg("--database").arg(url);
        }
        command.env("STEWARD_ADMIN_PASSWORD", "faults-only-0000").stdin(Stdio::null());
        command
    }

    /// Starts the server, through the failing disk's library where `failing` says so, and waits until it is
    /// ready. The first start makes the token that all clients use.
    pub fn start(&mut self, failing: bool) -> Result<Server, String> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .map_err(|e| e.to_string())?;
        let address = port.to_string();
        let mut command = self.command(&["serve", "--listen", &address, "--sign-in-limit", "0"]);
        if failing {
            let library =
                std::env::var("STEWARD_LIBFAULT").map_err(|_| "STEWARD_LIBFAULT is not set")?;
            command.env("LD_PRELOAD", library);
            command.env("STEWARD_FAULT_DIR", self.data()).env("STEWARD_FAULT_FILE", self.switch());
        }
        let log = File::options()
            .append(true)
            .create(true)
            .open(self.log())
            .map_err(|e| e.to_string())?;
        command.stdout(log.try_clone().map_err(|e| e.to_string())?).stderr(log);
        let child = command.spawn().map_err(|e| format!("{}: {e}", binary().display()))?;
        let mut server = Server { child, address };
        server.wait_ready(Duration::from_secs(60))?;
        if self.token.is_empty() {
            self.token = self.make_token("admin")?;
            let body = json!({ "login": BELL, "name": "Bell", "roles": ["agent"] });
            match self.client(&server).post("/api/v1/people", &body, Some("bell")) {
                Ok(answer) if answer.status == 201 => self.bell = self.make_token(BELL)?,
                other => return Err(format!("a person could not be made: {other:?}")),
            }
        }
        Ok(server)
    }

    fn make_token(&self, login: &str) -> Result<String, String> {
        let words = ["token", "create", "--person", login, "--name", "faults"];
        let made = self.command(&words).output().map_err(|e| e.to_string())?;
        let token = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        if !made.status.success() || token.is_empty() {
            return Err(format!("token create: {}", String::from_utf8_lossy(&made.stderr)));
        }
        Ok(token)
    }

    /// The URL of its database on PostgreSQL.
    pub fn url(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// A client with the token of whoever has the bell.
    pub fn bell(&self, server: &Server) -> Client {
        Client::new(&server.address, &self.bell)
    }

    /// A client of a server on this store.
    pub fn client(&self, server: &Server) -> Client {
        Client::new(&server.address, &self.token)
    }

    /// `steward verify`: an error is what it said.
    pub fn verify(&self) -> Result<(), String> {
        let done = self.command(&["verify"]).output().map_err(|e| e.to_string())?;
        if done.status.success() {
            return Ok(());
        }
        let said = [done.stdout, done.stderr].concat();
        Err(format!("steward verify: {}", String::from_utf8_lossy(&said).trim()))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The log stays readable when something failed: then the folder is kept.
        if !std::thread::panicking() && std::env::var_os("STEWARD_KEEP").is_none() {
            let _ = std::fs::remove_dir_all(&self.home);
        }
    }
}

impl Server {
    /// Waits until `/readyz` answers 200.
    fn wait_ready(&mut self, most: Duration) -> Result<(), String> {
        let begin = Instant::now();
        let mut last = String::new();
        while begin.elapsed() < most {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("the server ended at its start: {status}"));
            }
            match Client::new(&self.address, "").get("/readyz") {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(answer) => last = format!("{} {}", answer.status, answer.body),
                Err(error) => last = error.to_string(),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("not ready after {} s: {last}", most.as_secs()))
    }

    /// SIGKILL, as a power cut for the process.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary() -> PathBuf {
    let beside = || std::env::current_exe().ok().map(|exe| exe.with_file_name("steward"));
    std::env::var_os("STEWARD_BIN")
        .map(PathBuf::from)
        .or_else(beside)
        .unwrap_or_else(|| "steward".into())
}
