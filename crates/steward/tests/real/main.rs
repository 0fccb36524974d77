//! The real binary from outside: starting and stopping, options, checking, importing, moving.

mod house;
mod importing;
mod moving;
mod options;
mod printing;
mod stopping;
mod verifying;
