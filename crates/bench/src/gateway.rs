//! Processes to measure: the real gateway, and the bare handler.

use crate::engine::Place;
use crate::http::{self, Line};
use crate::{Failure, vendor};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SCOPES: &str = "tasks:read,tasks:write,tasks:control,contacts:read,contacts:write,calls:read";
/// 2100.
const FAR: u64 = 4_102_444_800;
const QUOTA: i64 = 1_000_000_000;
const ISSUER: &str = "https://login.example.com/";
const SECRET: &str = "a secret of a benchmark, shared with nobody";
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that listens; ended when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that ended by itself cannot be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Runs a command that is to listen at `address`, until it does.
    pub(crate) async fn listening(mut command: Command, address: SocketAddr) -> Result<Self, Failure> {
        let child = command.stdout(Stdio::null()).spawn()?;
        let mut process = Self { child, address };
        let began = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            if process.child.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                return Err("a process to measure did not start".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(process)
    }

    /// What it has used of the processors so far, where the system tells.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // After the name, which may hold blanks: state is field 3, user and system time are 14 and 15.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        Some(Duration::from_millis((ticks()? + ticks()?) * 10))
    }

    /// Memory it holds now and the most it ever held, in MiB, where the system tells.
    pub(crate) fn memory(&self) -> Option<(f64, f64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let mebibytes = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kibibytes / 1024.0)
        };
        Some((mebibytes("VmRSS:")?, mebibytes("VmHWM:")?))
    }
}

/// The real gateway on a database, with one account and one client.
#[derive(Debug)]
pub(crate) struct Gateway {
    /// The process.
    pub(crate) process: Process,
    /// The client's key.
    pub(crate) key: String,
}

impl Gateway {
    /// Starts it; its account is at `vendor`.
    pub(crate) async fn at(place: &Place, vendor: &str) -> Result<Self, Failure> {
        let address = free_address()?;
        let config = place.folder().join("outdial.toml");
        let table = toml::toml! {
            [server]
            listen = (address.to_string())
            [store]
            url = (place.url().to_owned())
            // Kept, and never used up.
            [limits]
            requests_per_minute = (QUOTA)
            tenant_requests_per_minute = (QUOTA)
            [[auth.jwt]]
            issuer = (ISSUER)
            audience = ["outdial"]
            algorithms = ["HS256"]
            secret = (SECRET)
        };
        let account = vendor::account(vendor);
        fs::write(&config, format!("{table}\n[accounts.{}]\n{account}", vendor::ACCOUNT))?;
        let outdial = || -> Result<Command, Failure> { Ok(Command::new(binary()?)) };
        let made = outdial()?
            .args(["keys", "create", "--tenant", crate::fill::TENANT, "--scopes", SCOPES, "--config"])
            .arg(&config)
            .stderr(Stdio::inherit())
            .output()?;
        let key = String::from_utf8(made.stdout)?.trim().to_owned();
        let mut serve = outdial()?;
        serve.args(["serve", "--config"]).arg(&config);
        let process = Process::listening(serve, address).await?;
        Ok(Self { process, key })
    }

    /// A token that is as good as the key.
    pub(crate) fn token(&self) -> Result<String, Failure> {
        let claims = json!({
            "iss": ISSUER, "aud": "outdial", "exp": FAR, "sub": "bench",
            "tenant": crate::fill::TENANT, "scope": SCOPES.replace(',', " "),
        });
        Ok(encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes()))?)
    }

    /// A request for `path`.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        http::get(self.process.address, path, &self.key)
    }

    /// Makes a task that waits for its start; answers its id.
    pub(crate) async fn make_task(&self) -> Result<String, Failure> {
        let body = vendor::task().to_string();
        let request = http::post(self.process.address, "/v1/tasks", &self.key, &body);
        let mut line = Line::to(self.process.address).await?;
        let made: Value = serde_json::from_slice(line.exchange(&request).await?)?;
        Ok(made["id"].as_str().ok_or("the task has no id")?.to_owned())
    }
}

/// An address nobody listens at.
pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// `outdial`, built beside this.
fn binary() -> Result<PathBuf, Failure> {
    let beside = std::env::current_exe()?.with_file_name("outdial");
    let told = std::env::var_os("OUTDIAL_BENCH_GATEWAY").map(PathBuf::from);
    let path = told.unwrap_or(beside);
    path.exists().then_some(path).ok_or_else(|| "`outdial` is not built: run `cargo xtask bench`".into())
}
