//! Which names are of a network and not of the internet.

/// Endings that are never, or should never be, delegated in the public DNS: RFC 6761, 6762, 7686, 8375, 9476,
/// ICANN's list of collisions, and what clusters and home routers use.
const LOCAL: &[&str] = &[
    "alt",
    "arpa",
    "corp",
    "domain",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "svc",
    "test",
    "workgroup",
];

/// Whether the name means something only within some network: it has one label, or such an ending.
pub(crate) fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    match name.rsplit_once('.') {
        None => true,
        Some((_, ending)) => LOCAL.iter().any(|local| ending.eq_ignore_ascii_case(local)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_networks_are_known_by_their_ending() {
        for name in
            ["localhost", "localhost.", "a.LOCALHOST", "db", "printer.local", "metadata.google.internal"]
        {
            assert!(is_local(name), "{name}");
        }
        for name in ["example.com", "local.example.com", "localhost.example.org.", "mylocal.net"] {
            assert!(!is_local(name), "{name}");
        }
    }
}
