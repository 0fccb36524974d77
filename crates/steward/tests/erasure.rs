//! The real binary: a person is erased, and neither the files, nor a backup
//! restored afterwards, nor a move to the other engine bring the words back.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const STEWARD: &str = env!("CARGO_BIN_EXE_steward");
/// Stands nowhere but in what rita wrote.
const WORD: &str = "quetzalcoatl";

struct House {
    dir: PathBuf,
    server: Option<Child>,
    address: String,
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl House {
    fn serve() -> House {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let dir = place.join(format!("erasure-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        let mut house = House { dir, server: None, address: String::new() };
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"], "data");
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the server starts");
        let mut lines =
            BufReader::new(child.stderr.take().expect("a log")).lines().map_while(Result::ok);
        house.server = Some(child);
        let line = lines.find_map(|line| Some(line.split_once("serving on http://")?.1.to_owned()));
        let line = line.expect("the server says where it serves");
        house.address = line.split_whitespace().next().unwrap_or_default().to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        house
    }

    fn path(&self, name: &str) -> String {
        self.dir.join(name).to_string_lossy().into_owned()
    }

    fn command(&self, args: &[&str], data: &str) -> Command {
        let mut command = Command::new(STEWARD);
        command
            .args(args)
            .current_dir(&self.dir)
            .env("STEWARD_ADMIN_PASSWORD", "correct horse battery")
            .env("STEWARD_DATA", self.dir.join(data))
            .env_remove("STEWARD_DATABASE");
        command
    }

    /// Runs a command to its end; it must succeed.
    fn run(&self, args: &[&str], data: &str) -> String {
        succeeded(args, self.command(args, data).output().expect("runs"))
    }

    fn token(&self, login: &str) -> String {
        let args = ["token", "create", "--person", login, "--name", "test"];
        self.run(&args, "data").trim().to_owned()
    }

    /// Calls the API with curl; anything but a success fails.
    fn call(&self, token: &str, path: &str, args: &[&str]) -> String {
        let bearer = format!("Authorization: Bearer {token}");
        let url = format!("http://{}/api/v1{path}", self.address);
        let mut command = Command::new("curl");
        command.args(["-sS", "--fail-with-body", "-H", &bearer]).args(args).arg(&url);
        succeeded(&[path], command.output().expect("curl runs"))
    }

    fn post(&self, token: &str, path: &str, body: &str) -> String {
        let json = ["-H", "Content-Type: application/json", "-H", "Idempotency-Key: once"];
        self.call(token, path, &[&json[..], &["-d", body]].concat())
    }

    /// Whether any file of a data directory holds the word.
    fn holds(&self, data: &str, word: &str) -> bool {
        let mut folders = vec![self.dir.join(data)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                // A log that ends between the list and the look is no finding.
                let bytes = std::fs::read(&path).unwrap_or_default().to_ascii_lowercase();
                if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                    return true;
                }
            }
        }
        false
    }
}

fn succeeded(what: &[&str], output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what:?}: {said}\n{errors}");
    said
}

#[test]
fn erased_words_come_back_from_nowhere() {
    let house = House::serve();
    let admin = house.token("admin");
    let person = r#"{"login":"rita","name":"Rita Xochipilli","roles":["requester"]}"#;
    house.post(&admin, "/people", person);
    let rita = house.token("rita");
    let body = format!(r#"{{"short_description":"{WORD} one","description":"{WORD} two"}}"#);
    house.post(&rita, "/incidents", &body);
    let text = format!(r#"{{"text":"{WORD} three"}}"#);
    house.post(&rita, "/incidents/INC0000001/comments", &text);
    std::fs::write(house.dir.join("notes.txt"), format!("{WORD} four")).expect("a file");
    let place = "/incidents/INC0000001/attachments";
    let form = format!("file=@{}", house.path("notes.txt"));
    house.call(&rita, place, &["-F", &form]);
    assert!(house.holds("data", WORD) && house.holds("data", "xochipilli"));

    house.run(&["backup", &house.path("old.backup")], "data");
    house.run(&["export", &house.path("all.tar.gz")], "data");
    for name in ["versions", "text", "notifications"] {
        assert!(house.run(&["rebuild", name], "data").contains("made anew"), "{name}");
    }

    house.post(&admin, "/people/rita/erase", r#"{"reason":"asked for it"}"#);
    assert!(!house.holds("data", WORD), "the words are still there");
    assert!(!house.holds("data", "xochipilli"), "the name is still there");
    assert!(house.call(&admin, "/incidents/INC0000001", &[]).contains("\"Erased\""));
    assert!(house.run(&["verify"], "data").contains("all chains and seals hold"));

    let list = house.path("data/erasures.jsonl");
    let since = Instant::now();
    while !std::fs::read_to_string(&list).is_ok_and(|text| text.contains("person")) {
        assert!(since.elapsed() < Duration::from_secs(20), "the list of erasures is not written");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(house.run(&["erasures"], "data"), std::fs::read_to_string(&list).expect("reads"));

    house.run(&["restore", &house.path("old.backup")], "careless");
    assert!(house.holds("careless", WORD), "without the list the backup is what it was");
    let old = house.path("old.backup");
    let said = house.run(&["restore", &old, "--erasures", &list], "restored");
    assert!(said.contains("1 persons erased since"), "{said}");
    assert!(!house.holds("restored", WORD), "restoring brought the words back");
    assert!(!house.holds("restored", "xochipilli"), "restoring brought the name back");
    assert!(house.run(&["verify"], "restored").contains("all chains and seals hold"));

    let archive = house.path("all.tar.gz");
    house.run(&["import", "archive", &archive, "--erasures", &list], "moved");
    assert!(!house.holds("moved", WORD), "importing brought the words back");
    assert!(house.run(&["verify"], "moved").contains("all chains and seals hold"));
}
