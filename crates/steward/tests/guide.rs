//! The guide to the API is run from top to bottom against the real binary, so
//! that nobody reads a command that does not work.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const STEWARD: &str = env!("CARGO_BIN_EXE_steward");
/// What the guide says where a refusal is the point.
const REFUSED: &str = "refused, as it should be";

/// A running server and its directory; both end with the test, whatever it says.
struct Server {
    process: Child,
    dir: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn the_first_hour_with_the_api_goes_as_written() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let dir = place.join(format!("guide-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    let (_server, address) = serve(&dir);
    let guide = include_str!("../../../docs/guide-integrator.md");
    let script = blocks(guide)
        .replace("127.0.0.1:8080", &address)
        .replace("target/debug/steward", "\"$STEWARD\"");
    let answer = Command::new("sh")
        .args(["-eu", "-c", &script])
        .current_dir(&dir)
        .env("STEWARD", STEWARD)
        .env("STEWARD_DATA", dir.join("data"))
        .env_remove("STEWARD_DATABASE")
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&answer.stdout);
    let errors = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{}\n{said}\n{errors}", answer.status);
    for words in ["HTTP/1.1 201", "idempotent-replayed: true", "event: record", "\"closed\""] {
        assert!(said.contains(words), "no {words}:\n{said}");
    }
    // Each refusal happened, and none besides.
    assert_eq!(said.matches(REFUSED).count(), guide.matches(REFUSED).count(), "{said}");
    assert_eq!(errors.matches("curl: (22)").count(), guide.matches(REFUSED).count(), "{errors}");
}

/// Starts the server on a free port and waits until it says where it is.
fn serve(dir: &Path) -> (Server, String) {
    let mut child = Command::new(STEWARD)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir.join("data"))
        .current_dir(dir)
        .env("STEWARD_ADMIN_PASSWORD", "correct horse battery")
        .env_remove("STEWARD_DATABASE")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let log = BufReader::new(child.stderr.take().expect("its log"));
    let server = Server { process: child, dir: dir.to_owned() };
    let mut lines = log.lines().map_while(Result::ok);
    let address = lines
        .by_ref()
        .find_map(|line| Some(line.split_once("serving on http://")?.1.to_owned()))
        .expect("the server says where it serves");
    // Its log must be read on, or the server would wait for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    let address = address.split_whitespace().next().unwrap_or_default().to_owned();
    (server, address)
}

/// The commands of a page, in order.
fn blocks(page: &str) -> String {
    let parts = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    parts.collect()
}
