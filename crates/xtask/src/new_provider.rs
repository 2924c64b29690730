//! The folder of a new provider: compiles as it is, can do nothing yet, and says where to go on.

use crate::Failure;
use std::fs;
use std::path::Path;

const FILES: &[(&str, &str)] = &[
    ("mod.rs", include_str!("../templates/provider/mod.rs.txt")),
    ("config.rs", include_str!("../templates/provider/config.rs.txt")),
    ("map.rs", include_str!("../templates/provider/map.rs.txt")),
    ("README.md", include_str!("../templates/provider/README.md.txt")),
];

/// Writes the folder and tells the two lines that are left to do.
#[expect(clippy::print_stdout, reason = "a command-line tool tells what to do next")]
pub fn run(root: &Path, kind: &str) -> Result<(), Failure> {
    let usable = kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !usable {
        return Err(format!(
            "`{kind}`: a kind has lower-case letters, digits and `_`, and begins with a letter"
        )
        .into());
    }
    let folder = root.join("crates/providers/src").join(kind);
    if folder.exists() {
        return Err(format!("crates/providers/src/{kind} is there already").into());
    }
    fs::create_dir_all(&folder)?;
    for (name, text) in FILES {
        fs::write(folder.join(name), text.replace("{{kind}}", kind))?;
    }
    println!("crates/providers/src/{kind} is made. Two lines are left:");
    println!("  crates/providers/src/lib.rs        mod {kind};");
    println!("  crates/providers/src/registry.rs   &crate::{kind}::FACTORY,");
    println!("Then follow docs/adding-a-provider.md.");
    Ok(())
}
