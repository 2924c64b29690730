//! Three vendors' wire protocols, simulated: life cycles, faults and a ledger of every ring.
