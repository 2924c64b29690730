//! What several targets need.
//!
//! - `accounts` an account of every vendor, in every way it may be configured to prove its pushes
//! - `proof` how a push is proven, written once more from the vendors' papers, so that adapters are not
//!   judged by themselves
//! - `push` a push as a file of the corpus
//! - `stream` streams of bytes in pieces
//!
//! The targets fail on a panic and on a broken promise; each says at its top which promises it holds.

#![forbid(unsafe_code)]

pub mod accounts;
pub mod proof;
pub mod push;
pub mod stream;
