//! Somebody who writes a configuration and asks the command about it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

pub const ACCOUNT: &str = "
[accounts.nx-id]
provider = \"nxtele\"
uuid = \"u-1\"
secret_key = \"hush\"
";

/// A folder with an `outdial.toml`, and an environment.
pub struct Desk {
    pub folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

/// What the command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("outdial.toml"), text).unwrap();
        Self { folder, environment: Vec::new() }
    }

    pub fn and(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn check(&self) -> Said {
        self.run("check")
    }

    pub fn print(&self) -> Said {
        self.run("print")
    }

    fn run(&self, verb: &str) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_outdial"))
            .args(["config", verb, "--config", "outdial.toml"])
            .current_dir(self.folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// The value and the origin of a key that was printed.
    pub fn shown(&self, key: &str) -> (String, String) {
        let line = self.out.lines().find(|line| line.split_whitespace().next() == Some(key)).unwrap();
        let mut words = line.split_whitespace().skip(1);
        (words.next().unwrap().to_owned(), words.next().unwrap().to_owned())
    }
}

pub fn complaints(text: &str) -> String {
    let said = Desk::with(text).check();
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(!said.err.contains("hush") && said.out.is_empty(), "{}", said.err);
    said.err
}

pub fn pair(value: &str, origin: &str) -> (String, String) {
    (value.to_owned(), origin.to_owned())
}
