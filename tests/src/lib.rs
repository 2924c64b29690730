//! Stories told end to end against the real server.
