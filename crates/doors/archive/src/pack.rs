//! The tar file while it is written, compressed where its name says so.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result};

use crate::manifest::{Part, hex};

/// Where the bytes of an archive go.
pub(crate) enum Sink {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Plain(file) => file.write(bytes),
            Sink::Gzip(file) => file.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Plain(file) => file.flush(),
            Sink::Gzip(file) => file.flush(),
        }
    }
}

/// Whether the name asks for gzip.
///
/// # Errors
/// `Refused` for a compression we do not write.
pub(crate) fn is_gzip(path: &Path) -> Result<bool> {
    match path.extension().and_then(|end| end.to_str()) {
        Some("gz" | "tgz") => Ok(true),
        Some(other @ ("zst" | "xz" | "bz2" | "zip")) => Err(Error::Refused(format!(
            "archives are plain or .gz; pipe a plain one through a tool for .{other}"
        ))),
        _ => Ok(false),
    }
}

/// An archive that is being written.
pub(crate) struct Pack {
    tar: tar::Builder<Sink>,
    /// Seconds since 1970 that every entry carries.
    made_at: u64,
    /// What stands in it so far.
    pub parts: Vec<Part>,
}

impl Pack {
    pub fn new(file: File, gzip: bool, made_at: u64) -> Pack {
        let file = BufWriter::with_capacity(1 << 20, file);
        let sink = match gzip {
            false => Sink::Plain(file),
            true => Sink::Gzip(GzEncoder::new(file, flate2::Compression::fast())),
        };
        Pack { tar: tar::Builder::new(sink), made_at, parts: Vec::new() }
    }

    /// Adds an entry of exactly `size` bytes.
    pub fn add(&mut self, name: &str, size: u64, bytes: impl Read) -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.made_at);
        header.set_entry_type(tar::EntryType::Regular);
        let mut hashing = Hashing::new(bytes);
        self.tar.append_data(&mut header, name, &mut hashing).map_err(io_error)?;
        let (sha256, read) = hashing.end();
        if read != size {
            return Err(Error::internal(format!("{name} changed while it was written")));
        }
        self.parts.push(Part { name: name.into(), bytes: size, sha256 });
        Ok(())
    }

    /// Ends the archive; `Ok` means it is on disk.
    pub fn end(self) -> Result<()> {
        let file = match self.tar.into_inner().map_err(io_error)? {
            Sink::Plain(file) => file,
            Sink::Gzip(gzip) => gzip.finish().map_err(io_error)?,
        };
        let file = file.into_inner().map_err(|e| io_error(e.into_error()))?;
        file.sync_all().map_err(io_error)
    }
}

/// Counts and hashes what is read through it.
pub(crate) struct Hashing<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Hashing<R> {
    pub fn new(inner: R) -> Hashing<R> {
        Hashing { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// The digest in hexadecimal, and the count.
    pub fn end(self) -> (String, u64) {
        (hex(&self.hash.finalize()), self.bytes)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hash.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}

/// A failure of the archive's own file.
pub(crate) fn io_error(failure: io::Error) -> Error {
    use io::ErrorKind::{InvalidData, InvalidInput, StorageFull, UnexpectedEof};
    match failure.kind() {
        StorageFull => Error::DiskFull(failure.to_string()),
        InvalidData | InvalidInput | UnexpectedEof | io::ErrorKind::Other => {
            Error::Refused(format!("the archive cannot be read: {failure}"))
        }
        _ => Error::DiskFull(failure.to_string()),
    }
}
