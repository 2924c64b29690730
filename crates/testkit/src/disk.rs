//! A small disk of a test's own, which can be full.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Memory mounted as a file system; gone when dropped.
#[derive(Debug)]
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// What is missing to have one here.
    pub fn missing() -> Option<&'static str> {
        Self::mount(1).is_none().then_some("the right to mount a file system of type tmpfs")
    }

    /// One of so many MiB.
    pub fn of(mebibytes: u32) -> Self {
        Self::mount(mebibytes).expect("a disk can be mounted")
    }

    fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let size = format!("size={mebibytes}m");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()))
            .then_some(Self { folder })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file needs no room");
        // Small pieces, for the last of them has to fail because there is no room at all.
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Gives that room back.
    pub fn clear(&self) {
        std::fs::remove_file(self.ballast()).expect("what takes the room can be removed");
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever still has a file open there keeps the memory, not the name.
        run(Command::new("umount").arg("--lazy").arg(self.folder.path()));
    }
}

/// Whether there is such a command and it did what it was asked.
fn run(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
