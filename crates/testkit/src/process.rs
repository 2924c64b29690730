//! A gateway in a process of its own: one that can be killed, frozen, told to end, or given other settings.

use crate::site::all_scopes;
use crate::{Api, Site, until_within};
use outdial_model::Secret;
use outdial_server::Rehearsal;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary `outdial`, a configuration, and the process while there is one. Dropping it kills the process.
#[derive(Debug)]
pub struct Process {
    binary: PathBuf,
    config: PathBuf,
    url: String,
    /// Which log lines it writes.
    tells: &'static str,
    child: Option<Child>,
}

impl Process {
    /// A gateway at `site` that reaches the vendors at `vendors_url`; not running yet.
    pub fn at(site: &Site, vendors_url: &str, binary: &str) -> Self {
        let rehearsal: Rehearsal = site.configuration(vendors_url);
        let port = rehearsal.listen.port();
        let config = site.place().folder().join(format!("outdial-{port}.toml"));
        std::fs::write(&config, rehearsal.toml()).expect("there is room for a file");
        let url = format!("http://{}", rehearsal.listen);
        Self { binary: binary.into(), config, url, tells: "info", child: None }
    }

    /// The same, telling everything our own crates have to tell.
    pub fn talkative(mut self) -> Self {
        self.tells = "info,outdial=trace,outdial_api=trace,outdial_engine=trace,outdial_outward=trace,\
                     outdial_provider=trace,outdial_providers=trace,outdial_server=trace,outdial_store=trace";
        self
    }

    /// Makes a key, as people do.
    pub fn make_key(&self) -> Secret {
        let made = self
            .command(&[
                "keys",
                "create",
                "--tenant",
                "test",
                "--scopes",
                &all_scopes().to_string().replace(' ', ","),
            ])
            .output()
            .expect("the binary runs");
        assert!(made.status.success(), "no key: {}", String::from_utf8_lossy(&made.stderr));
        Secret::from(String::from_utf8(made.stdout).expect("a key is text").trim().to_owned())
    }

    /// Whoever has `key`, talking to this process.
    pub fn client(&self, key: &Secret) -> Api {
        Api::new(self.url.clone(), key.clone())
    }

    /// Starts it; when this returns, it answers.
    pub async fn start(&mut self) {
        let log = File::options().append(true).create(true).open(self.config.with_extension("log"));
        let log = log.expect("there is room for a log");
        self.child = Some(self.command(&["serve"]).stdout(log).spawn().expect("the binary runs"));
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client can be built");
        let since = Instant::now();
        while http.get(format!("{}/livez", self.url)).send().await.is_err() {
            assert!(since.elapsed() < PATIENCE, "the gateway does not start:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Kills it: SIGKILL, and it is gone when this returns.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it is gone");
        }
    }

    /// Freezes it where it stands (SIGSTOP).
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on (SIGCONT).
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Changes its configuration file, which it reads when it starts and when it is told to.
    pub fn configure(&self, change: impl FnOnce(&mut toml::Table)) {
        let text = std::fs::read_to_string(&self.config).expect("it has a configuration");
        let mut table = text.parse().expect("its configuration can be read");
        change(&mut table);
        self.write_config(&table.to_string());
    }

    /// Writes its configuration file, whatever is in it.
    pub fn write_config(&self, text: &str) {
        std::fs::write(&self.config, text).expect("there is room for a file");
    }

    /// Has it read its configuration again (SIGHUP).
    pub fn hang_up(&self) {
        self.signal("HUP");
    }

    /// Asks it to end, as a service manager would (SIGTERM).
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Waits until it has ended; answers its exit code.
    pub async fn ended(&mut self) -> Option<i32> {
        let mut child = self.child.take().expect("it runs");
        let look = async || child.try_wait().expect("a child can be waited for");
        until_within(PATIENCE, "the gateway has ended", look, Option::is_some).await?.code()
    }

    /// Where it listens, `http://host:port`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has told so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.config.with_extension("log")).unwrap_or_default()
    }

    fn signal(&self, signal: &str) {
        let child = self.child.as_ref().expect("it runs");
        let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(sent.expect("there is a command to send signals with").success());
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .env("RUST_LOG", self.tells)
            .args(arguments)
            .arg("--config")
            .arg(&self.config)
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
