//! A backup that was made while people were dialed, put back after everything was lost. The ledger in it ends with
//! it: whoever was handed over later waits there as if nobody had rung them. As `docs/operations.md` says,
//! nothing is dialed until that is settled: the tasks of that time are stopped before the accounts are back, and the
//! people they end with are looked up at the vendor before anybody dials them again.

use crate::world::{BINARY, PATIENCE, people, ready};
use outdial_testkit::{Api, Process, Setup, Site, StoreKind, until, until_within};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const PEOPLE: usize = 60;
/// People of a task a vendor holds at a time.
const WINDOW: i64 = 6;

pub async fn after_a_restore_nobody_is_rung_twice_and_nobody_is_forgotten(store: StoreKind) {
    let site = Site::set(Setup::on(store).account_key("window", WINDOW)).await;
    let mut gateway = Process::at(&site, &site.vendors_url(), BINARY);
    let api = gateway.client(&gateway.make_key());
    gateway.start().await;
    let task = ready(&api, site.task("nxtele", &[]), &people(&site, "nxtele", 0..PEOPLE)).await;
    api.start(&task).await;
    let rung = async || site.vendors().rings().await.numbers;
    until("some are rung", rung, |rung| *rung >= 10).await;
    let backup = back_up(&site);
    let before = rung().await;
    until("more are rung than the backup knows", rung, |rung| *rung >= before + 10).await;
    gateway.kill();

    restore(&site, &backup);
    let mut accounts = toml::Table::new();
    gateway.configure(|config| accounts = config.remove("accounts").unwrap().as_table().unwrap().clone());
    gateway.start().await;
    let restored = api.task(&task).await;
    let waiting = restored["counts"]["queued"].as_u64().unwrap();
    assert!(waiting > PEOPLE as u64 - rung().await, "the backup does not know whom it lost: {restored:#}");
    api.stop(&task).await;
    gateway.configure(|config| {
        config.insert("accounts".into(), accounts.into());
    });
    gateway.hang_up();
    let look = async || api.task(&task).await;
    let is_over = |task: &Value| task["status"] == "stopped";
    until_within(PATIENCE, "the task of that time is over", look, is_over).await;

    // Who was not dialed, as far as the backup knows; of them, whom the vendor has not dialed either.
    let cancelled: Vec<_> =
        api.contacts(&task).await.into_iter().filter(|contact| contact["status"] == "cancelled").collect();
    let dialed = dialed_by_the_vendor(&site).await;
    let left: Vec<_> =
        cancelled.iter().filter(|contact| !dialed.contains(&number(contact))).map(anew).collect();
    assert!(!left.is_empty() && left.len() < cancelled.len(), "{} of {}", left.len(), cancelled.len());
    let again = ready(&api, site.task("nxtele", &[]), &left).await;
    api.start(&again).await;
    finished(&api, &again).await;
    let rings = site.vendors().rings().await;
    println!(
        "backup: {}: {PEOPLE} people, {before} rung before the backup, {} of {} who waited in it were rung after it; \
         in the end rung {}, at most {} times",
        store.name(),
        cancelled.len() - left.len(),
        cancelled.len(),
        rings.numbers,
        rings.max_per_number,
    );
    assert_eq!((rings.numbers, rings.max_per_number), (PEOPLE as u64, 1), "{rings:?}");
    site.clear().await;
}

async fn finished(api: &Api, task: &str) {
    let look = async || api.task(task).await;
    until_within(PATIENCE, "the rest is done", look, |task| task["status"] == "completed").await;
}

/// A copy of everything, made while the gateway goes on.
fn back_up(site: &Site) -> PathBuf {
    let copy = site.place().folder().join("backup");
    let url = url(site);
    match url.strip_prefix("sqlite://") {
        Some(file) => run("sqlite3", &[file, &format!("VACUUM INTO '{}'", copy.display())]),
        None => run("pg_dump", &["--format=custom", "--file", &copy.display().to_string(), url]),
    }
    copy
}

/// Puts a copy back, in place of whatever there is.
fn restore(site: &Site, copy: &Path) {
    let url = url(site);
    match url.strip_prefix("sqlite://") {
        Some(file) => {
            for left in ["", "-wal", "-shm"] {
                // There is no log when it was closed in order.
                let _ = std::fs::remove_file(format!("{file}{left}"));
            }
            std::fs::copy(copy, file).unwrap();
        }
        None => {
            let copy = copy.display().to_string();
            run("pg_restore", &["--clean", "--if-exists", "--exit-on-error", "--dbname", url, &copy]);
        }
    }
}

/// The database, without what only our driver understands.
fn url(site: &Site) -> &str {
    site.place().url().split('?').next().unwrap()
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What is missing to make copies with.
pub fn missing(store: StoreKind) -> Option<&'static str> {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    match store {
        StoreKind::Sqlite => (!has("sqlite3")).then_some("the program sqlite3"),
        StoreKind::Postgres => {
            (!has("pg_dump") || !has("pg_restore")).then_some("PostgreSQL's programs pg_dump and pg_restore")
        }
    }
}

/// The numbers in the vendor's list of calls.
async fn dialed_by_the_vendor(site: &Site) -> BTreeSet<String> {
    let rings = site.vendors().every_ring().await;
    rings.iter().map(|ring| digits(ring["number"].as_str().unwrap())).collect()
}

fn number(contact: &Value) -> String {
    digits(contact["phone"].as_str().unwrap())
}

fn digits(number: &str) -> String {
    number.trim_start_matches('+').to_owned()
}

fn anew(contact: &Value) -> Value {
    json!({"external_id": contact["external_id"], "phone": contact["phone"]})
}
