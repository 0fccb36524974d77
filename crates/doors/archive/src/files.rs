//! The files of attachments on their way out of and into the store.

use std::io::{self, Read};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use steward_base::{Error, Result};
use steward_ticket::attachment::Files;
use tokio::runtime::Runtime;

use crate::pack::{Hashing, io_error};

/// Bytes taken from an archive at a time.
const CHUNK: usize = 1 << 20;

/// The store, for threads without a runtime.
pub(crate) struct Store {
    files: Files,
    runtime: Runtime,
}

impl Store {
    pub fn new(files: Files) -> Result<Store> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Store { files, runtime: runtime.map_err(Error::internal)? })
    }

    /// Digest in hexadecimal and size of an object, read to its end; `None`
    /// when it is not there.
    pub fn look(&self, object: &str) -> Result<Option<(String, u64)>> {
        let mut hashing = match self.read(object) {
            Err(Error::NotFound) => return Ok(None),
            reader => Hashing::new(reader?),
        };
        io::copy(&mut hashing, &mut io::sink()).map_err(io_error)?;
        Ok(Some(hashing.end()))
    }

    /// The bytes of an object.
    pub fn read(&self, object: &str) -> Result<impl Read + '_> {
        let stream = self.runtime.block_on(self.files.open(object))?;
        Ok(Reader { runtime: &self.runtime, stream, rest: Bytes::new() })
    }

    /// Writes an object.
    pub fn write(&self, object: &str, mut bytes: impl Read) -> Result<()> {
        let chunks = std::iter::from_fn(move || {
            let mut chunk = Vec::with_capacity(CHUNK);
            match bytes.by_ref().take(CHUNK as u64).read_to_end(&mut chunk) {
                Ok(0) => None,
                Ok(_) => Some(Ok(Bytes::from(chunk))),
                Err(failure) => Some(Err(io_error(failure))),
            }
        });
        self.runtime.block_on(self.files.put(object, stream::iter(chunks)))
    }
}

struct Reader<'r> {
    runtime: &'r Runtime,
    stream: BoxStream<'static, Result<Bytes>>,
    rest: Bytes,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                None => return Ok(0),
                Some(chunk) => self.rest = chunk.map_err(io::Error::other)?,
            }
        }
        let n = self.rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.rest.split_to(n));
        Ok(n)
    }
}
