//! What is told when a process panics with people and secrets in its hands.
//!
//! There is no asking the product to panic, so the process is this binary once more ([`CHILD`]): a gateway as `outdial serve`
//! runs it, and beside it threads that panic.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests, whose panics are the story"
)]

use libtest_mimic::{Arguments, Trial};
use outdial_engine::{ContactDraft, CreateTask};
use outdial_model::{ContactId, Insight, InsightKind, PersonName, Phone, Secret, TaskSpec, Timestamp};
use outdial_provider::{DialContact, Inbound};
use outdial_server::Config;
use outdial_store::{Answer, NewContact};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{BufRead, BufReader, Read, Write, stdin};
use std::process::{Child, Command, ExitCode, Stdio};
use std::{env, fs, thread};

/// In the environment of the process that panics: whether `outdial` tells of it (`told`), or Rust does (`plain`).
const CHILD: &str = "PANICKING_PROCESS";
/// The last line of the process: every panic is over.
const OVER: &str = "it has panicked enough";

const NUMBER: &str = "+8613812345678";
const NAME: &str = "Žuckerkandl";
const VALUE: &str = "geheim-4711-xyz";
const SECRET: &str = "vendors-own-secret";
/// What must be found nowhere, as far as any spelling of it has in common.
const CANARIES: [&str; 5] = ["13812345678", "uckerkandl", VALUE, SECRET, "MDEyMzQ1Njc4OTAx"];

const CONFIG: &str = "
[server]
listen = \"127.0.0.1:0\"
drain_seconds = 0
";

/// What a gateway may be doing as it meets a defect.
const DEFECTS: [fn(); 6] = [
    || panic!("{NUMBER} is no number of {NAME}"),
    || {
        // Within its first letter; the panic shows the text.
        println!("{}", &NAME[..NAME.len().min(1)]);
    },
    || refused().unwrap(),
    || assert_eq!(VALUE.len(), 0, "{VALUE}"),
    || std::panic::panic_any(format!("{SECRET} of {NAME}")),
    || panic!("what stands in the code is told"),
];

fn refused() -> Result<(), String> {
    Err(format!("{SECRET} is refused"))
}

fn main() -> ExitCode {
    match env::var(CHILD) {
        Ok(told) => process(told == "told"),
        Err(_) => libtest_mimic::run(&Arguments::from_args(), trials()).exit_code(),
    }
}

fn trials() -> Vec<Trial> {
    let story = |name: &str, tell: fn()| {
        Trial::test(name, move || {
            tell();
            Ok(())
        })
    };
    vec![
        story("a_panic_tells_where_it_was_and_of_nobody", a_panic_tells_where_it_was_and_of_nobody),
        story("without_the_rule_everybody_would_be_told_of", without_the_rule_everybody_would_be_told_of),
        story("whatever_is_in_hand_prints_nothing_of_anybody", whatever_is_in_hand_prints_nothing_of_anybody),
    ]
}

/// The process that panics, once it is told to by a line of its input.
fn process(told: bool) -> ExitCode {
    let panicking = thread::spawn(|| {
        stdin().read_line(&mut String::new()).unwrap();
        for defect in DEFECTS {
            thread::spawn(defect).join().unwrap_err();
        }
        println!("{OVER}");
    });
    if told {
        return outdial_server::run(["outdial", "serve", "--config", "outdial.toml"].map(Into::into));
    }
    panicking.join().unwrap();
    ExitCode::SUCCESS
}

fn start(told: &str, folder: &tempfile::TempDir) -> Child {
    fs::write(folder.path().join("outdial.toml"), CONFIG).unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(CHILD, told).env("RUST_BACKTRACE", "1").env_remove("RUST_LOG").current_dir(folder.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn found(text: &str) -> Vec<&'static str> {
    CANARIES.into_iter().filter(|canary| text.contains(canary)).collect()
}

fn a_panic_tells_where_it_was_and_of_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut gateway = start("told", &folder);
    let mut lines = BufReader::new(gateway.stdout.take().unwrap()).lines().map(Result::unwrap);
    lines.by_ref().find(|line| line.contains("\"ready\"")).unwrap();
    gateway.stdin.take().unwrap().write_all(b"\n").unwrap();
    let log: Vec<_> = lines.by_ref().take_while(|line| line != OVER).collect();
    // It goes on, and ends in order.
    let id = gateway.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let rest: Vec<_> = lines.collect();
    let mut complaints = String::new();
    gateway.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    assert_eq!(gateway.wait().unwrap().code(), Some(0));

    let all = format!("{}\n{}\n{complaints}", log.join("\n"), rest.join("\n"));
    assert_eq!(found(&all), [""; 0], "{all}");
    let told: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = told.iter().filter(|line| line["message"] == "panicked; this is a defect").collect();
    assert_eq!(told.len(), DEFECTS.len(), "{log:#?}");
    assert_eq!(all.matches("\"ERROR\"").count(), DEFECTS.len(), "an end in order is no error: {rest:#?}");
    for line in &told {
        assert_eq!(line["level"], "ERROR");
        assert!(line["place"].as_str().unwrap().contains("tests/panics.rs:"), "{line:#}");
        assert!(line["backtrace"].as_str().unwrap().contains("panics"), "{line:#}");
    }
    let plain = |line: &Value| line["said"] == "what stands in the code is told";
    assert_eq!(told.iter().filter(|line| plain(line)).count(), 1);
}

/// What makes the story above worth anything: the same panics tell of everybody where nothing keeps them from it.
fn without_the_rule_everybody_would_be_told_of() {
    let mut process = start("plain", &tempfile::tempdir().unwrap());
    process.stdin.take().unwrap().write_all(b"\n").unwrap();
    let told = process.wait_with_output().unwrap();
    let printed = String::from_utf8(told.stderr).unwrap();
    assert_eq!(found(&printed), CANARIES[..4], "{printed}");
}

/// Values in the message of a panic, or in any other.
fn whatever_is_in_hand_prints_nothing_of_anybody() {
    let phone = Phone::parse(NUMBER, None).unwrap();
    let name = PersonName::new(NAME);
    let variables = BTreeMap::from([("due".to_owned(), VALUE.to_owned())]);
    let (id, at) = (ContactId::generate(Timestamp::UNIX_EPOCH), Timestamp::UNIX_EPOCH);
    let draft = ContactDraft {
        phone: NUMBER.into(),
        name: Some(NAME.into()),
        variables: variables.clone(),
        ..ContactDraft::default()
    };
    let contacts = vec![draft];
    let spec = TaskSpec { callers: vec![phone.clone()], ..TaskSpec::new("March", "scene-1") };
    shows_nothing(&CreateTask {
        external_id: None,
        account: "main".parse().unwrap(),
        spec,
        contacts,
        client: None,
    });
    let new =
        NewContact { name: name.clone(), variables: variables.clone(), ..NewContact::new(id, phone.clone()) };
    let DialContact { phone, name, .. } = shown(DialContact { key: new.id.clone(), phone, name, variables });
    shows_nothing(&(new, phone, name, Secret::from(SECRET.to_owned())));
    shows_nothing(&Insight::new(InsightKind::Transcript, Some("customer"), VALUE));

    let said = format!("{{\"phone\": \"{NUMBER}\", \"name\": \"{NAME}\"}}");
    let headers = [("authorization".to_owned(), SECRET.to_owned())];
    let query = format!("phone={NUMBER}");
    shows_nothing(&Inbound {
        kind: "cdr",
        query: &query,
        headers: &headers,
        body: said.as_bytes(),
        received_at: at,
    });
    shows_nothing(&Answer { status: 201, headers: headers.to_vec(), body: said });

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("outdial.toml");
    fs::write(&file, SECRETS).unwrap();
    let config = Config::load(Some(&file)).unwrap();
    config.check().unwrap();
    shows_nothing(&config);
    fs::write(&file, SECRETS.replace("base_url", "bass_url")).unwrap();
    shows_nothing(&Config::load(Some(&file)).and_then(|config| config.check()).unwrap_err());
}

/// A configuration with every kind of secret in it.
const SECRETS: &str = "
[store]
url = \"postgres://outdial:vendors-own-secret@127.0.0.1/outdial\"
[encryption]
active = \"one\"
[encryption.keys.one]
key = \"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"
[accounts.nxtele-main]
provider = \"nxtele\"
base_url = \"https://nxtele.example\"
uuid = \"u-1\"
secret_key = \"vendors-own-secret\"
ingress_secret = \"vendors-own-secret\"
";

fn shown<T: Debug>(value: T) -> T {
    shows_nothing(&value);
    value
}

fn shows_nothing(value: &impl Debug) {
    let printed = format!("{value:?} {value:#?}");
    assert_eq!(found(&printed), [""; 0], "{printed}");
}
