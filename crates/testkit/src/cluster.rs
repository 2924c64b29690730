//! A PostgreSQL server of a test's own, which can be away for a while.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The server refuses to be run by root; root runs it as nobody.
const ROOT: u32 = 0;
const NOBODY: u32 = 65_534;

/// A server; ended when dropped.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    is_nobodys: bool,
}

impl Cluster {
    /// What is missing to have one here.
    pub fn missing() -> Option<&'static str> {
        programs()
            .is_none()
            .then_some("PostgreSQL's programs: initdb and pg_ctl, where pg_config says they are")
    }

    /// Makes one, and starts it.
    pub async fn make() -> Self {
        let programs = programs().expect("PostgreSQL's programs are installed");
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let is_nobodys = std::fs::metadata(folder.path()).expect("a folder has an owner").uid() == ROOT;
        if is_nobodys {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root can give a folder away");
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let port = free.local_addr().expect("a listener has an address").port();
        drop(free);
        let cluster = Self { programs, folder, port, is_nobodys };
        let trusting = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"];
        run(cluster.program("initdb").args(trusting)).await;
        cluster.start().await;
        cluster
    }

    /// The URL of a database on it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it; when this returns, it answers.
    pub async fn start(&self) {
        let options = format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories=", self.port);
        let log = self.folder.path().join("log");
        run(self.program("pg_ctl").args(["start", "-w", "-o", &options, "-l"]).arg(log)).await;
    }

    /// Ends it where it stands, as when its machine dies: what was not committed is gone.
    pub async fn crash(&self) {
        run(self.program("pg_ctl").args(["stop", "-w", "-m", "immediate"])).await;
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.env("PGDATA", self.folder.path().join("data")).current_dir(self.folder.path());
        if self.is_nobodys {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be down already.
        let _ = self.program("pg_ctl").args(["stop", "-m", "immediate"]).status();
    }
}

/// Where the server's programs are: beside its tool that tells, which is on everybody's path.
fn programs() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(told.stdout).ok()?.trim());
    ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file()).then_some(folder)
}

/// Runs it beside the runtime, to its good end.
async fn run(command: &mut Command) {
    let name = command.get_program().to_owned();
    let mut child = command.spawn().expect("PostgreSQL's programs can be run");
    let ended = tokio::task::spawn_blocking(move || child.wait()).await;
    let status = ended.expect("waiting does not panic").expect("a child can be waited for");
    assert!(status.success(), "{} did not succeed: {status}", OsStr::to_string_lossy(&name));
}
