//! Where Outdial keeps tasks, contacts, calls and the dispatch ledger.
