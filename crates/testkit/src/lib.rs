//! A real server, a real simulator and helpers named after verbs, for tests.
