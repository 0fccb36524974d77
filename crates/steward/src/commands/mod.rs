//! Commands beside `serve`, one file each.

pub(crate) mod backup;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod openapi;
pub(crate) mod rebuild;
pub(crate) mod seal;
pub(crate) mod token;
pub(crate) mod verify;
