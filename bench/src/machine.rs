//! The machine the figures are from.

use std::path::Path;
use std::process::Command;

/// One sentence: processor, cores, memory, kernel, disk.
pub fn described(directory: &Path) -> String {
    let memory = field("/proc/meminfo", "MemTotal").and_then(|text| {
        let kilobytes: f64 = text.split_whitespace().next()?.parse().ok()?;
        Some(format!("{:.0} GB of memory", kilobytes / f64::from(1 << 20)))
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{}, {cores} cores used, {}, Linux {}, {}",
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into()),
        memory.unwrap_or_else(|| "unknown memory".into()),
        kernel.trim(),
        disk(directory),
    )
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The device and file system under the directory, as `df` names them.
fn disk(directory: &Path) -> String {
    let asked = Command::new("df").args(["--output=source,fstype"]).arg(directory).output();
    let text = asked.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    let text = text.unwrap_or_default();
    let mut words = text.lines().nth(1).unwrap_or("").split_whitespace();
    let (device, system) = (words.next().unwrap_or("?"), words.next().unwrap_or("?"));
    let name = device.rsplit('/').next().unwrap_or(device);
    let spins = std::fs::read_to_string(format!("/sys/block/{name}/queue/rotational"));
    let kind = match spins.as_deref().map(str::trim) {
        Ok("1") => "a disk that says it rotates",
        Ok(_) => "a disk without rotation",
        Err(_) => "a disk",
    };
    format!("{kind} ({device}, {system})")
}
