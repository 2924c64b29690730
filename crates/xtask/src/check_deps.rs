//! Who may import whom. The table is the architecture: `server → api → engine → {provider, store} →
//! model`, `engine → outward`, `server → providers → provider`; actix, sqlx and reqwest each have their rooms.

use crate::Failure;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A crate of ours and the crates of ours it may depend on.
const MAY_USE: &[(&str, &[&str])] = &[
    ("outdial-model", &[]),
    ("outdial-outward", &[]),
    ("outdial-provider", &["outdial-model"]),
    ("outdial-providers", &["outdial-model", "outdial-provider"]),
    ("outdial-store", &["outdial-model"]),
    ("outdial-engine", &["outdial-model", "outdial-outward", "outdial-provider", "outdial-store"]),
    ("outdial-api", &["outdial-engine", "outdial-model", "outdial-outward"]),
    ("outdial-simulator", &[]),
    (
        "outdial-server",
        &[
            "outdial-api",
            "outdial-engine",
            "outdial-model",
            "outdial-outward",
            "outdial-provider",
            "outdial-providers",
            "outdial-simulator",
            "outdial-store",
        ],
    ),
    ("outdial-testkit", &["outdial-model", "outdial-server", "outdial-simulator", "outdial-store"]),
    // Measures the store by its contract and everything else as a process; does the same things bare.
    ("outdial-bench", &["outdial-api", "outdial-engine", "outdial-model", "outdial-store"]),
    // Its binary is the server's, so that tests have one to kill.
    ("outdial-e2e", &["outdial-server"]),
    ("xtask", &[]),
];

/// A library and the crates of ours that may depend on it.
const ROOMS: &[(&str, &[&str])] = &[
    ("actix-web", &["outdial-api", "outdial-server", "outdial-simulator", "outdial-bench"]),
    ("sqlx", &["outdial-store", "outdial-bench"]),
    (
        "reqwest",
        &[
            "outdial-outward",
            "outdial-provider",
            "outdial-providers",
            "outdial-simulator",
            "outdial-server",
            "outdial-testkit",
            "outdial-bench",
        ],
    ),
    ("rlibphonenumber", &["outdial-model"]),
];

/// Checks every crate's dependencies (tests' own apart) against the two tables.
pub fn run(root: &Path) -> Result<(), Failure> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let complaints: Vec<_> = packages.iter().flat_map(complaints).collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
}

fn complaints(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
        return vec![format!(
            "{name}: not in the table of crates/xtask/src/check_deps.rs; say there what it may use"
        )];
    };
    let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
    normal
        .filter_map(|dependency| dependency["name"].as_str())
        .filter_map(|used| {
            let ours = MAY_USE.iter().any(|(known, _)| *known == used);
            let room = ROOMS.iter().find(|(library, _)| *library == used);
            if ours && !allowed.contains(&used) {
                Some(format!("{name} must not use {used}: see ARCHITECTURE.md, \"Who may use whom\""))
            } else if room.is_some_and(|(_, rooms)| !rooms.contains(&name)) {
                Some(format!("{name} must not use {used}: it has its rooms, see ARCHITECTURE.md"))
            } else {
                None
            }
        })
        .collect()
}
