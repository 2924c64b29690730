//! The commands as people run them: processes, ports, signals, exit codes.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use tempfile::TempDir;

fn outdial(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outdial"));
    command.args(arguments).current_dir(folder).env_remove("RUST_LOG");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    outdial(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Free ports, and nobody who has to look elsewhere first.
const CONFIG: &str = "
[server]
listen = \"127.0.0.1:0\"
drain_seconds = 0
[metrics]
listen = \"127.0.0.1:0\"
";

/// A folder with a configuration that listens on free ports.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("outdial.toml"), CONFIG).unwrap();
    folder
}

/// A gateway in a process of its own.
struct Serving {
    process: Child,
    url: String,
    /// Where metrics ask for no key.
    metrics: String,
    _log: Lines<BufReader<ChildStdout>>,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        let mut process =
            outdial(folder, &["serve", "--config", "outdial.toml"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = log
            .by_ref()
            .map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap())
            .find(|line| line["message"] == "ready")
            .unwrap();
        let told = |key: &str| ready[key].as_str().unwrap().to_owned();
        Self { process, url: told("url"), metrics: told("metrics"), _log: log }
    }

    /// The status of a GET with `key`.
    async fn get(&self, path: &str, key: &str) -> u16 {
        get(&format!("{}{path}", self.url), key).await.0
    }

    /// Asks it to end as a service manager would; answers its exit code.
    fn terminate(mut self) -> i32 {
        let kill = format!("kill -TERM {}", self.process.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        self.process.wait().unwrap().code().unwrap()
    }
}

/// The status and the text of a GET with `key`.
async fn get(url: &str, key: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url).bearer_auth(key).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

#[tokio::test]
async fn a_gateway_serves_takes_its_keys_and_ends_when_told() {
    let folder = folder();
    let made = run(
        folder.path(),
        &["keys", "create", "--config", "outdial.toml", "--tenant", "acme", "--scopes", "tasks:read"],
    );
    let key = text(&made.stdout).trim().to_owned();
    assert!(key.starts_with("odk_live_"), "{key}");

    let gateway = Serving::start(folder.path());
    assert_eq!(gateway.get("/readyz", "").await, 200);
    let probe = format!("{}/readyz", gateway.url);
    assert_eq!(run(folder.path(), &["probe", &probe]).status.code(), Some(0));
    assert_eq!(gateway.get("/v1/tasks", &key).await, 200);
    assert_eq!(gateway.get("/v1/tasks", "odk_live_not-a-key").await, 401);
    assert_eq!(gateway.terminate(), 0);
    assert_eq!(run(folder.path(), &["probe", &probe]).status.code(), Some(1));

    let again = Serving::start(folder.path());
    assert_eq!(again.get("/v1/tasks", &key).await, 200);
    assert_eq!(again.terminate(), 0);
}

#[tokio::test]
async fn a_key_takes_over_from_none_and_from_another() {
    let folder = folder();
    let write = |encryption: &str| {
        let inside = "[metrics]\nlisten = \"127.0.0.1:0\"\n";
        let text = format!("[server]\nlisten = \"127.0.0.1:0\"\n{inside}{encryption}");
        fs::write(folder.path().join("outdial.toml"), text).unwrap();
    };
    let table = |name: &str, sign: &str| format!("[encryption.keys.{name}]\nkey = \"{}\"\n", sign.repeat(43));
    let (one, two) = (table("k1", "A"), table("k2", "E"));
    let active = |name: &str| format!("[encryption]\nactive = \"{name}\"\n");
    let rotate = || run(folder.path(), &["encryption", "rotate", "--config", "outdial.toml"]);
    let keys = ["keys", "create", "--config", "outdial.toml", "--tenant", "acme", "--scopes", "tasks:read"];

    let key = text(&run(folder.path(), &keys).stdout).trim().to_owned();
    assert!(text(&rotate().stderr).contains("no key is configured"));
    write(&format!("{}{one}", active("k1")));
    let gateway = Serving::start(folder.path());
    assert_eq!(gateway.get("/v1/tasks", &key).await, 200, "a key of before is one still");
    let beside = text(&rotate().stdout);
    assert!(
        beside.contains("sealed with `k1`, as before") && beside.contains("contacts: 0 looked at"),
        "{beside}"
    );
    assert_eq!(gateway.terminate(), 0);

    write(&format!("{}{one}{two}", active("k2")));
    assert!(text(&rotate().stdout).contains("`k1` is not needed any more"));
    write(&format!("{}{two}", active("k2")));
    let gateway = Serving::start(folder.path());
    assert_eq!(gateway.get("/v1/tasks", &key).await, 200);
    assert_eq!(gateway.terminate(), 0);

    for (without, told) in [
        ("", "encrypted with the key `k2`"),
        (&*format!("{}{}", active("k2"), table("k2", "I")), "with another key"),
    ] {
        write(without);
        let said = run(folder.path(), &["serve", "--config", "outdial.toml"]);
        assert_eq!(said.status.code(), Some(1));
        assert!(text(&said.stderr).contains(told), "{}", text(&said.stderr));
    }
}

#[tokio::test]
async fn an_address_of_the_inside_tells_metrics_without_a_key_and_nothing_else() {
    let folder = folder();
    let gateway = Serving::start(folder.path());
    gateway.get("/v1/tasks", "").await;
    assert_eq!(gateway.get("/metrics", "").await, 401);
    let (status, page) = get(&gateway.metrics, "").await;
    assert_eq!(status, 200);
    assert!(
        page.contains("outdial_http_requests_total{route=\"/v1/tasks\",method=\"GET\",status=\"401\"} 1"),
        "{page}"
    );
    let base = gateway.metrics.strip_suffix("/metrics").unwrap();
    assert_eq!(get(&format!("{base}/readyz"), "").await.0, 200);
    assert_eq!(get(&format!("{base}/v1/tasks"), "").await.0, 404);
    assert_eq!(gateway.terminate(), 0);
}

#[test]
fn a_gateway_that_cannot_listen_names_the_address_and_ends() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = folder();
    fs::write(folder.path().join("outdial.toml"), format!("[server]\nlisten = \"{address}\"\n")).unwrap();
    let said = run(folder.path(), &["serve", "--config", "outdial.toml"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(text(&said.stderr).contains(&format!("server.listen: {address}")), "{}", text(&said.stderr));
}

#[test]
fn a_gateway_with_a_wrong_configuration_does_not_start() {
    let folder = folder();
    fs::write(folder.path().join("outdial.toml"), "[server]\nlisen = \"127.0.0.1:0\"\n").unwrap();
    let said = run(folder.path(), &["serve", "--config", "outdial.toml"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stderr).contains("did you mean `listen`?"), "{}", text(&said.stderr));
    assert!(!folder.path().join("outdial.db").exists());
}

#[test]
fn the_demo_reaches_everyone_once_even_where_its_port_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let said =
        run(folder.path(), &["demo", "--exit", "--data", "data", "--speed", "200", "--listen", &address]);
    let told = text(&said.stdout);
    assert_eq!(said.status.code(), Some(0), "{told}\n{}", text(&said.stderr));
    assert!(told.contains("a free port serves instead"), "{told}");
    assert!(told.contains("rings 180   numbers 180   most rings for one number 1"), "{told}");
    assert!(folder.path().join("data/outdial.db").exists());
}

#[test]
fn the_openapi_document_can_be_printed() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), &["openapi"]);
    let document: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert!(document["paths"]["/v1/tasks"].is_object());
}
