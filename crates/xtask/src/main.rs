//! Chores of this repository: OpenAPI, dependency check, new provider.
fn main() {}
