//! The vendor the benchmark's account is at; the only place that says which.

mod nxtele;

pub(crate) use nxtele::{ACCOUNT, Bare, ENDINGS, REFERENCE, account, answer, push, task, told};
