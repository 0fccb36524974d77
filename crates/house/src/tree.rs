//! What stands in the repository: its files, its crates and their floors.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors from bottom to top. A crate may use floors below its own.
pub const FLOORS: [&str; 5] = ["foundation", "platform", "practices", "doors", "steward"];

/// One of our crates.
#[derive(Debug)]
pub struct Crate {
    /// The package's name, "steward-incident".
    pub name: String,
    /// Its folder, from the root: "crates/practices/incident".
    pub folder: String,
    /// Its floor's place in [`FLOORS`].
    pub floor: usize,
    /// Our crates that it uses, also for building.
    pub uses: BTreeSet<String>,
    /// Our crates that only its tests use.
    pub tests_use: BTreeSet<String>,
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root exists")
}

/// A file's text by its path from the root; `None` when it is absent or not text.
pub fn text(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// All files below a folder, as sorted paths from the root. Leaves out what is
/// made (`target`, `node_modules`, `dist`) and what is hidden, but for `.ci`.
pub fn files(folder: &str) -> Vec<String> {
    let root = root();
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(dir) = open.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let made = ["target", "node_modules", "dist", "steward-data"].contains(&name.as_str());
            if made || (name.starts_with('.') && name != ".ci") {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(relative(&root, &entry.path())),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The Rust files of the product: not the house's own and not the benchmark's.
pub fn product_sources() -> Vec<String> {
    let mut sources = files("crates");
    sources.retain(|path| path.ends_with(".rs") && !path.starts_with("crates/house/"));
    sources
}

/// Whether a file holds only tests or what tests are made of.
pub fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path.contains("/testing/")
        || path.ends_with("/tests.rs")
        || path.ends_with("/testing.rs")
        || path.ends_with("_tests.rs")
}

/// All crates of the product, with what they use.
pub fn crates() -> Vec<Crate> {
    let manifests = files("crates");
    let manifests = manifests.iter().filter(|path| path.ends_with("/Cargo.toml"));
    manifests.filter_map(|path| read_crate(path)).collect()
}

fn read_crate(path: &str) -> Option<Crate> {
    let folder = path.strip_suffix("/Cargo.toml")?.to_owned();
    let floor_name = folder.split('/').nth(1)?;
    let floor = FLOORS.iter().position(|floor| *floor == floor_name)?;
    let manifest: toml::Table = text(path)?.parse().expect("a manifest parses");
    let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
    let mut uses = ours(&manifest, "dependencies");
    uses.extend(ours(&manifest, "build-dependencies"));
    let tests_use = ours(&manifest, "dev-dependencies");
    Some(Crate { name, folder, floor, uses, tests_use })
}

fn ours(manifest: &toml::Table, section: &str) -> BTreeSet<String> {
    let table = manifest.get(section).and_then(toml::Value::as_table);
    let names = table.into_iter().flat_map(|table| table.keys());
    names.filter(|name| *name == "steward" || name.starts_with("steward-")).cloned().collect()
}
