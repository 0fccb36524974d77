//! What a plain sync costs on this disk right now: this kind of disk has moods.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Result;
use crate::stats::Series;

/// The median time, in seconds, of overwriting 4 KiB and `fdatasync` in this
/// directory, measured for half a second.
pub fn fdatasync(directory: &Path) -> Result<f64> {
    let path = directory.join("probe");
    let file = File::create(&path)?;
    file.set_len(1 << 20)?;
    file.sync_all()?;
    let (page, begun) = ([7_u8; 4096], Instant::now());
    let mut times = Series::default();
    let mut at = 0;
    while begun.elapsed() < Duration::from_millis(500) {
        let started = Instant::now();
        file.write_all_at(&page, at)?;
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64());
        at = (at + 4096) % (1 << 20);
    }
    std::fs::remove_file(&path)?;
    Ok(times.median())
}
