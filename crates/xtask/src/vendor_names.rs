//! A vendor's name stands in its own folder, its simulator module and the registry, nowhere else.

use crate::Failure;
use std::fs;
use std::path::{Path, PathBuf};

/// Source files that name vendors because naming them is what they are for.
const REGISTERS: &[&str] = &[
    "crates/bench/src/vendor.rs",
    "crates/fuzz/src/proof.rs",
    "crates/providers/src/lib.rs",
    "crates/providers/src/registry.rs",
    "crates/simulator/src/lib.rs",
    "crates/simulator/src/vendors.rs",
];

/// Searches every crate's `src`.
pub fn run(root: &Path) -> Result<(), Failure> {
    let names = vendor_names(&root.join("crates/providers/src"))?;
    let mut complaints = Vec::new();
    for path in rust_files(&root.join("crates"))? {
        let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if REGISTERS.contains(&shown.as_str())
            || !shown.contains("/src/")
            || shown.starts_with("crates/xtask/")
        {
            continue;
        }
        let text = fs::read_to_string(&path)?.to_lowercase();
        for name in &names {
            let own_room =
                shown.split('/').any(|part| part.trim_end_matches(".rs").starts_with(name.as_str()));
            if own_room {
                continue;
            }
            for (number, _) in text.lines().enumerate().filter(|(_, line)| line.contains(name.as_str())) {
                complaints
                    .push(format!("{shown}:{}: names the vendor `{name}` outside its rooms", number + 1));
            }
        }
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
}

/// The first word of each vendor's folder: `some_vendor` is found as `some`.
fn vendor_names(providers: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in fs::read_dir(providers)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let folder = entry.file_name().to_string_lossy().into_owned();
            names.push(folder.split('_').next().unwrap_or(&folder).to_owned());
        }
    }
    if names.is_empty() {
        Err("no vendor's folder was found: the check checks nothing".into())
    } else {
        Ok(names)
    }
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}
