//! A directory with data, commands on it, and a server that ends with it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub const STEWARD: &str = env!("CARGO_BIN_EXE_steward");
pub const PASSWORD: &str = "correct horse battery";
/// The committed log of a real company.
const LOG: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../testdata/uci-incident-log/incident_event_log.csv.gz"
);

pub struct House {
    pub dir: PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl House {
    pub fn new() -> House {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let dir = place.join(format!("real-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        House { dir }
    }

    pub fn path(&self, name: &str) -> String {
        self.dir.join(name).to_string_lossy().into_owned()
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.dir.join(name), text).expect("a file");
        self.path(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.join(name)).expect(name)
    }

    /// The binary in this directory, without a variable of the caller.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(STEWARD);
        command.args(args).current_dir(&self.dir).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("STEWARD_ADMIN_PASSWORD", PASSWORD);
        command
    }

    /// Runs a command to its end: status and what it said on both outputs.
    pub fn ends(&self, args: &[&str]) -> (i32, String) {
        said(self.command(args).output().expect("runs"))
    }

    /// [`House::ends`] of one that must succeed.
    pub fn run(&self, args: &[&str]) -> String {
        let (status, words) = self.ends(args);
        assert_eq!(status, 0, "{args:?}: {words}");
        words
    }

    /// The first lines of the real log, header included.
    pub fn log(&self, name: &str, lines: usize) -> String {
        let mut text = Vec::new();
        let unzip = Command::new("gzip").args(["-dc", LOG]).stdout(Stdio::piped()).spawn();
        let mut unzip = unzip.expect("gzip runs");
        let out = BufReader::new(unzip.stdout.take().expect("its output"));
        text.extend(out.lines().take(lines).map_while(Result::ok));
        let _ = unzip.kill();
        let _ = unzip.wait();
        self.write(name, &(text.join("\n") + "\n"))
    }

    pub fn serve(&self, args: &[&str]) -> Server {
        let all = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
        Server::start(self.command(&all))
    }

    pub fn token(&self, args: &[&str]) -> String {
        let make = ["token", "create", "--person", "admin", "--name", "test"];
        let (status, words) = self.ends(&[&make, args].concat());
        assert_eq!(status, 0, "{words}");
        words.trim().to_owned()
    }
}

pub fn said(output: Output) -> (i32, String) {
    let words = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&words).into_owned())
}

pub struct Server {
    pub process: Child,
    pub address: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts it and waits until it says where it serves.
    pub fn start(mut command: Command) -> Server {
        let mut process = command.stderr(Stdio::piped()).spawn().expect("the server starts");
        let lines = BufReader::new(process.stderr.take().expect("its log")).lines();
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, (tell, told)) = (log.clone(), std::sync::mpsc::channel());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
                if line.contains("serving on ") {
                    let _ = tell.send(line);
                }
            }
        });
        let line = told.recv_timeout(Duration::from_secs(30)).unwrap_or_default();
        let address = line.rsplit_once("127.0.0.1:").map(|(_, rest)| rest).unwrap_or_default();
        let port: String = address.chars().take_while(char::is_ascii_digit).collect();
        assert!(!port.is_empty(), "it says where it serves: {line} {log:?}");
        Server { process, address: format!("127.0.0.1:{port}"), log }
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn terminate(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
    }

    /// Waits until it has ended.
    pub fn ended(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("asks") {
                // What it said last is read by then.
                std::thread::sleep(Duration::from_millis(100));
                let log = self.log();
                assert!(!log.iter().any(|line| line.contains("panicked")), "{log:?}");
                return status;
            }
            assert!(begin.elapsed() < Duration::from_secs(40), "it does not end: {:?}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Calls it with curl: status and body, headers included.
    pub fn call(&self, token: &str, path: &str, args: &[&str]) -> String {
        let bearer = format!("Authorization: Bearer {token}");
        let mut command = Command::new("curl");
        command.args(["-sSi", "-H", "Content-Type: application/json"]);
        if !token.is_empty() {
            command.args(["-H", &bearer]);
        }
        command.args(args).arg(format!("http://{}{path}", self.address));
        said(command.output().expect("curl runs")).1
    }
}

/// Waits until it holds; the words say what was wanted.
pub fn until(most: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < most, "not within {most:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
