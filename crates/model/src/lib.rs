//! Outdial's nouns: ids, numbers, tasks, contacts, calls, schedules; no input or output.
