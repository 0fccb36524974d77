//! Attachments: files of a ticket or of one of its entries. The bytes stand in
//! an object store, each content once; the row and its fact in the database.
//!
//! The way of an upload: [`Files::receive`] streams the bytes into an object
//! and hashes them; [`attach`] writes row and fact in one transaction;
//! [`Files::settle`] throws the object away where the content was there already
//! or the transaction did not come to be.
//!
//! Invariant: an object is named after its upload and its content and never
//! written again, so a sweep can never take what a later upload counts on.
//! Invariant: an internal attachment, and one of a retracted comment, does not
//! exist for whoever may not read work notes.

mod files;
mod rules;
mod store;

pub use files::{Files, Swept, Upload};
pub use rules::{
    Limits, check_file, check_file_name, clean_content_type, disposition, download_headers,
};
pub use store::{
    Attachment, Audience, NewAttachment, attach, attachment, attachments, count_attachments,
    forget_file_names, object_of, objects, remove, remove_all_of,
};
