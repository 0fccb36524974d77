//! Search: what a person looks for, the likeliest first. The engine gives the
//! newest matches that the actor may see, a pure function ranks them. A list
//! (`q=`) has neither ranking nor limit; forgiving typing errors would stand
//! here too, never in a list or a count.

mod rank;
mod snippet;
mod store;
mod streams;

pub use rank::{Candidate, rank};
pub use snippet::snippet;
pub use store::{After, Hit, MOST_RANKED, count, search};
