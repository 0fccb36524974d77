//! The product and the bare program as child processes.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;

/// The product's binary.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("STEWARD_BIN").map(PathBuf::from);
    named.unwrap_or_else(|| beside("steward"))
}

fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.with_file_name(name)
}

/// The product, to be given words.
pub fn steward(data: &Path) -> Command {
    let mut command = Command::new(binary());
    command.env("STEWARD_DATA", data).env("STEWARD_ADMIN_PASSWORD", "bench-only-0000");
    command.current_dir(data).stdin(Stdio::null());
    command
}

/// Runs a command to its end; what it printed.
///
/// # Errors
/// What it said on standard error.
pub fn done(command: &mut Command) -> Result<String> {
    let out = command.output()?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&out.stderr)).into())
}

/// A running server; dropped, it is stopped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Time from its start to its readiness, in seconds.
    pub ready_after: f64,
}

impl Server {
    /// Starts the product on this data and waits until it is ready.
    pub fn product(data: &Path) -> Result<Server> {
        let address = free_address()?;
        let mut command = steward(data);
        let listen = address.to_string();
        command.args(["serve", "--listen", &listen, "--sign-in-limit", "0"]);
        start(command, address, &data.join("bench.log"))
    }

    /// Starts the bare program with these words and waits until it answers.
    pub fn bare(words: &[&str], log: &Path) -> Result<Server> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").args(words).arg(address.to_string()).stdin(Stdio::null());
        start(command, address, log)
    }

    /// Anonymous memory now, in bytes.
    pub fn memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("RssAnon:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        let kilobytes: f64 = number.ok_or("no RssAnon")?.parse()?;
        Ok(kilobytes * 1024.0)
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        self.end();
        Ok(())
    }

    fn end(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if begun.elapsed() > Duration::from_secs(60) {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn start(mut command: Command, address: SocketAddr, log: &Path) -> Result<Server> {
    let out = File::create(log)?;
    command.stdout(out.try_clone()?).stderr(out);
    let begun = Instant::now();
    let child = command.spawn()?;
    let mut server = Server { child, address, ready_after: 0.0 };
    while !ready(address) {
        if begun.elapsed() > Duration::from_secs(120) {
            return Err(format!("not ready after 120 s: {}", log.display()).into());
        }
        if server.child.try_wait()?.is_some() {
            return Err(format!("ended: {}", std::fs::read_to_string(log)?).into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    server.ready_after = begun.elapsed().as_secs_f64();
    Ok(server)
}

fn ready(address: SocketAddr) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let asked = b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
    let mut text = [0; 12];
    stream.write_all(asked).is_ok()
        && stream.read_exact(&mut text).is_ok()
        && text.ends_with(b"200")
}
