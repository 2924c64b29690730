//! Work: what a worker does with a task it has leased.
