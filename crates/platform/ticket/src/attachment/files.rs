//! The bytes: an object store, the local file system by default.

use std::io::ErrorKind;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::Db;

use super::rules::{Limits, check_file, check_file_name, clean_content_type};
use super::store;

/// Where uploads stand while they come in.
const INCOMING: &str = "incoming";
/// Where contents stand, named by their digest.
const CONTENTS: &str = "sha256";
/// An object without a row is an upload under way for this long.
const GRACE_HOURS: i64 = 24;
/// Bytes that go to the store at a time.
const PART: usize = 5 * 1024 * 1024;

/// The files of an installation.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    limits: Limits,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Files({}, {:?})", self.store, self.limits)
    }
}

/// A file that has come in and waits for its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The id the attachment will have.
    pub id: Uuid,
    /// Its name, checked.
    pub file_name: String,
    /// Its type, cleaned.
    pub content_type: String,
    /// Its bytes.
    pub size: i64,
    /// SHA-256 over them.
    pub sha256: Vec<u8>,
    /// The object that holds them.
    pub object: String,
}

/// What a sweep took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Contents that no attachment refers to any more.
    pub unreferenced: u64,
    /// Objects of uploads that never came to a row.
    pub abandoned: u64,
}

impl Files {
    /// Files in any object store.
    pub fn new(store: Arc<dyn ObjectStore>, limits: Limits) -> Files {
        Files { store, limits }
    }

    /// Files in a directory, which is made where it is missing. Every file is
    /// on disk before its upload is acknowledged.
    ///
    /// # Errors
    /// `DiskFull` or `Unavailable` when the directory cannot be made.
    pub fn local(directory: &FilePath, limits: Limits) -> Result<Files> {
        std::fs::create_dir_all(directory).map_err(|e| io_error(&e))?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(directory);
        let store = store.map_err(|e| error(&e))?.with_fsync(true);
        Ok(Files::new(Arc::new(store), limits))
    }

    /// What is allowed.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes a file in: streams it into an object of its own while hashing it.
    /// `id` is new and becomes the attachment's. Nothing refers to the object
    /// before [`store::attach`]; call [`Files::settle`] in any case.
    ///
    /// # Errors
    /// `Invalid` for its name, `Unsupported` for a program, `TooLarge` over the
    /// limit, `DiskFull` or `Unavailable` from the store, and those of `bytes`.
    pub async fn receive(
        &self,
        id: Uuid,
        file_name: &str,
        content_type: Option<&str>,
        bytes: impl Stream<Item = Result<Bytes>>,
    ) -> Result<Upload> {
        let file_name = check_file_name(file_name)?;
        let incoming = Path::from(format!("{INCOMING}/{id}"));
        let upload = self.store.put_multipart(&incoming).await.map_err(|e| error(&e))?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        let (sha256, size) = match self.stream(&mut writer, bytes).await {
            Ok(done) => done,
            Err(failure) => {
                // What was the matter counts, not how tidying up went.
                let _ = writer.abort().await;
                return Err(failure);
            }
        };
        writer.finish().await.map_err(|e| error(&e))?;
        let digest: String = sha256.iter().map(|b| format!("{b:02x}")).collect();
        let object = format!("{CONTENTS}/{}/{digest}.{id}", &digest[..2]);
        let place = Path::from(object.as_str());
        self.store.rename(&incoming, &place).await.map_err(|e| error(&e))?;
        let content_type = clean_content_type(content_type);
        Ok(Upload { id, file_name, content_type, size, sha256, object })
    }

    async fn stream(
        &self,
        writer: &mut WriteMultipart,
        bytes: impl Stream<Item = Result<Bytes>>,
    ) -> Result<(Vec<u8>, i64)> {
        let (mut hash, mut size, mut beginning) = (Sha256::new(), 0_u64, Vec::new());
        let mut bytes = std::pin::pin!(bytes);
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk?;
            size += chunk.len() as u64;
            if size > self.limits.max_bytes {
                let most = self.limits.max_bytes;
                return Err(Error::TooLarge(format!("a file has at most {most} bytes")));
            }
            if beginning.len() < 8 {
                beginning.extend(chunk.iter().take(8 - beginning.len()));
                check_file(&beginning)?;
            }
            hash.update(&chunk);
            writer.wait_for_capacity(2).await.map_err(|e| error(&e))?;
            writer.put(chunk);
        }
        if size == 0 {
            return Err(Error::invalid("file", "empty", "the file is empty"));
        }
        Ok((hash.finalize().to_vec(), i64::try_from(size).map_err(Error::internal)?))
    }

    /// Throws the upload's object away unless a row refers to it: the same
    /// content was there already, or the write did not come to be. What fails
    /// here is left to [`Files::sweep`].
    pub async fn settle(&self, db: &Db, upload: &Upload) {
        let sha256 = upload.sha256.clone();
        let kept = db.read(move |tx| store::object_of(tx, &sha256)).await;
        let elsewhere = kept.is_ok_and(|object| object.as_ref() != Some(&upload.object));
        if elsewhere {
            let _ = self.store.delete(&Path::from(upload.object.as_str())).await;
        }
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable` from the store.
    pub async fn open(&self, object: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let found = self.store.get(&Path::from(object)).await.map_err(|e| error(&e))?;
        Ok(found.into_stream().map_err(|e| error(&e)).boxed())
    }

    /// Writes an object under a name that it had before (import, restore); an
    /// unfinished one leaves nothing.
    ///
    /// # Errors
    /// `DiskFull` or `Unavailable` from the store, and those of `bytes`.
    pub async fn put(&self, object: &str, bytes: impl Stream<Item = Result<Bytes>>) -> Result<()> {
        let place = Path::from(object);
        let upload = self.store.put_multipart(&place).await.map_err(|e| error(&e))?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut bytes = std::pin::pin!(bytes);
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) => {
                    writer.wait_for_capacity(2).await.map_err(|e| error(&e))?;
                    writer.put(chunk);
                }
                Err(failure) => {
                    let _ = writer.abort().await;
                    return Err(failure);
                }
            }
        }
        writer.finish().await.map(drop).map_err(|e| error(&e))
    }

    /// Takes away contents whose last attachment was removed, and objects of
    /// uploads that were given up. Safe beside uploads and other sweeps.
    ///
    /// # Errors
    /// Those of the database and of the store.
    pub async fn sweep(&self, db: &Db, now: Timestamp) -> Result<Swept> {
        let mut swept = Swept::default();
        // The row goes first: from then on the same content makes a new object.
        for object in db.write(store::forget_unreferenced).await? {
            self.delete(&object).await?;
            swept.unreferenced += 1;
        }
        let grace = jiff::SignedDuration::from_hours(GRACE_HOURS);
        let limit = (now - grace).as_second();
        for folder in [INCOMING, CONTENTS] {
            let mut found = self.store.list(Some(&Path::from(folder)));
            while let Some(object) = found.next().await {
                let object = object.map_err(|e| error(&e))?;
                if object.last_modified.timestamp() >= limit {
                    continue;
                }
                let name = object.location.to_string();
                let asked = name.clone();
                if !db.read(move |tx| store::is_object(tx, &asked)).await? {
                    self.delete(&name).await?;
                    swept.abandoned += 1;
                }
            }
        }
        Ok(swept)
    }

    async fn delete(&self, object: &str) -> Result<()> {
        match self.store.delete(&Path::from(object)).await {
            // Another sweep was faster.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(failure) => Err(error(&failure)),
        }
    }
}

fn error(failure: &object_store::Error) -> Error {
    if matches!(failure, object_store::Error::NotFound { .. }) {
        return Error::NotFound;
    }
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(failure);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return io_error(io);
        }
        source = inner.source();
    }
    Error::Unavailable(format!("the files cannot be reached: {failure}"))
}

fn io_error(failure: &std::io::Error) -> Error {
    match failure.kind() {
        ErrorKind::StorageFull | ErrorKind::ReadOnlyFilesystem | ErrorKind::QuotaExceeded => {
            Error::DiskFull(failure.to_string())
        }
        _ => Error::Unavailable(format!("the files cannot be reached: {failure}")),
    }
}
