//! What an account at AI Rudder needs.

use super::schedule;
use super::unlisted::Paths;
use crate::lenient;
use crate::settings::Settings;
use jiff::tz::Offset;
use outdial_model::{Disposition, Secret, SegmentStatus};
use outdial_provider::{AccountSettings, ConfigProblem, SettingKey};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The only environment the vendor lists.
pub(super) const PRODUCTION: &str = "https://api.airudder.com";

/// Rows per upload when the account says nothing.
pub(super) const BATCH_SIZE: usize = 100;

/// Rows of one instance over its life: what a live client keeps to (dossier 3.1).
pub(super) const ROWS_PER_INSTANCE: usize = 10_000;

const INSTANCE_DAYS: i64 = 7;

/// The only offset the vendor's times were seen with (dossier 3.1).
const UTC_OFFSET: Offset = jiff::tz::offset(8);

/// The account's own keys.
pub(super) const KEYS: &[SettingKey] = &[
    SettingKey { name: "app_key", required: true, secret: false, about: "APPKey issued by AI Rudder." },
    SettingKey { name: "app_secret", required: true, secret: true, about: "APPSecret issued by AI Rudder." },
    SettingKey {
        name: "auth_scheme",
        required: false,
        secret: false,
        about: "Word before the token in the Authorization header: Token (default) or Bearer.",
    },
    SettingKey {
        name: "batch_size",
        required: false,
        secret: false,
        about: "People per upload, 1 to 10000; 100 by default.",
    },
    SettingKey {
        name: "instance_days",
        required: false,
        secret: false,
        about: "Days until an instance ends, unless its task's not_after is earlier, 1 to 365; 7 by default.",
    },
    SettingKey {
        name: "utc_offset",
        required: false,
        secret: false,
        about: "UTC offset all times are written with; +08:00 by default.",
    },
    SettingKey {
        name: "hangup_reasons",
        required: false,
        secret: false,
        about: "Table from the dialer's hangupReason numbers to dispositions, over those that are built in.",
    },
    SettingKey {
        name: "statuses",
        required: false,
        secret: false,
        about: "The vendor's words for an instance's status, which it does not publish, each as one of \
                ready, running, paused, ending, completed, stopped, failed.",
    },
    SettingKey {
        name: "operations",
        required: false,
        secret: false,
        about: "Paths of operations the vendor does not publish, by name: list_templates, cancel_row, stop, \
                list_instances, list_node_tasks, list_call_tasks, calls_by_person, call_by_id, recordings.",
    },
];

/// A usable account.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) base_url: String,
    pub(super) app_key: String,
    pub(super) app_secret: Secret,
    pub(super) auth_scheme: String,
    pub(super) batch_size: usize,
    pub(super) instance_days: i64,
    pub(super) utc_offset: Offset,
    pub(super) hangup_reasons: HangupReasons,
    pub(super) statuses: Statuses,
    pub(super) paths: Paths,
}

/// What the vendor's words for an instance's status mean; empty unless configured (dossier 5.3).
#[derive(Debug, Clone, Default)]
pub(super) struct Statuses(BTreeMap<String, SegmentStatus>);

impl Statuses {
    /// Reads the table `statuses`.
    pub(super) fn read(table: &Map<String, Value>) -> Result<Self, ConfigProblem> {
        table
            .iter()
            .map(|(word, meaning)| {
                let status: Option<SegmentStatus> = meaning.as_str().and_then(|text| text.parse().ok());
                // The other two are ours alone: no vendor tells them.
                let status = status
                    .filter(|status| !matches!(status, SegmentStatus::Opening | SegmentStatus::Unknown));
                let detail = "expected ready, running, paused, ending, completed, stopped or failed";
                status
                    .map(|status| (word.clone(), status))
                    .ok_or_else(|| ConfigProblem::new(format!("statuses.{word}"), detail))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The meaning of a word.
    pub(super) fn get(&self, word: &str) -> Option<SegmentStatus> {
        self.0.get(word).copied()
    }
}

/// What hang-up reasons mean where the account knows better; empty unless configured (dossier 5.2).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct HangupReasons(BTreeMap<i64, Disposition>);

impl HangupReasons {
    /// What the account says this number means.
    pub(super) fn get(&self, reason: i64) -> Option<Disposition> {
        self.0.get(&reason).copied()
    }
}

/// Text that a configuration format may have read as a number.
#[derive(Deserialize)]
struct Text(#[serde(deserialize_with = "lenient::text")] Option<String>);

impl Config {
    /// Reads and checks an account's settings.
    pub(super) fn read(account: AccountSettings) -> Result<Self, ConfigProblem> {
        let mut settings = Settings::new(account.table, KEYS)?;
        let operations: Option<Map<String, Value>> =
            settings.optional("operations", "a table of names and paths")?;
        let statuses: Option<Map<String, Value>> =
            settings.optional("statuses", "a table of the vendor's words and their meanings")?;
        Ok(Self {
            base_url: base_url(account.base_url.as_deref().unwrap_or(PRODUCTION))?,
            app_key: text(&mut settings, "app_key", "the APPKey issued by AI Rudder")?,
            app_secret: text(&mut settings, "app_secret", "the APPSecret issued by AI Rudder")?.into(),
            auth_scheme: settings
                .optional("auth_scheme", "Token or Bearer")?
                .unwrap_or_else(|| "Token".to_owned()),
            batch_size: within(&mut settings, "batch_size", BATCH_SIZE, 1, ROWS_PER_INSTANCE)?,
            instance_days: within(&mut settings, "instance_days", INSTANCE_DAYS, 1, 365)?,
            utc_offset: utc_offset(&mut settings)?,
            hangup_reasons: settings
                .optional(
                    "hangup_reasons",
                    "a table such as { 2 = \"no_answer\" }, its words being dispositions",
                )?
                .unwrap_or_default(),
            statuses: Statuses::read(&statuses.unwrap_or_default())?,
            paths: Paths::read(&operations.unwrap_or_default())?,
        })
    }
}

fn base_url(text: &str) -> Result<String, ConfigProblem> {
    let url = reqwest::Url::parse(text).ok();
    url.filter(|url| matches!(url.scheme(), "https" | "http"))
        .map(|_| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| ConfigProblem::new("base_url", format!("expected a URL such as {PRODUCTION}")))
}

fn utc_offset(settings: &mut Settings) -> Result<Offset, ConfigProblem> {
    const KEY: &str = "utc_offset";
    const EXPECTED: &str = "an offset such as \"+08:00\"";
    let text: Option<String> = settings.optional(KEY, EXPECTED)?;
    text.map_or(Some(UTC_OFFSET), |text| schedule::offset(&text))
        .ok_or_else(|| ConfigProblem::new(KEY, format!("expected {EXPECTED}")))
}

fn text(settings: &mut Settings, key: &str, expected: &str) -> Result<String, ConfigProblem> {
    let Text(text) = settings.required(key, expected)?;
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ConfigProblem::new(key, format!("must be set: {expected}")))
}

fn within<T>(settings: &mut Settings, key: &str, default: T, least: T, most: T) -> Result<T, ConfigProblem>
where
    T: serde::de::DeserializeOwned + PartialOrd + std::fmt::Display,
{
    let expected = format!("a whole number from {least} to {most}");
    match settings.optional(key, &expected)? {
        None => Ok(default),
        Some(number) if (&least..=&most).contains(&&number) => Ok(number),
        Some(_) => Err(ConfigProblem::new(key, format!("expected {expected}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(table: Value) -> Result<Config, ConfigProblem> {
        let table = table.as_object().unwrap().clone();
        Config::read(AccountSettings { base_url: None, table })
    }

    #[test]
    fn key_and_secret_are_enough() {
        let config = read(json!({"app_key": 12345, "app_secret": "hush"})).unwrap();
        assert_eq!((config.app_key.as_str(), config.auth_scheme.as_str()), ("12345", "Token"));
        assert_eq!((config.batch_size, config.instance_days), (100, 7));
        assert_eq!((config.base_url.as_str(), config.utc_offset), (PRODUCTION, UTC_OFFSET));
        assert!(!format!("{config:?}").contains("hush"));
    }

    #[test]
    fn every_problem_names_its_key_and_no_secret() {
        let good = json!({"app_key": "k", "app_secret": "hush"});
        for (key, value) in [
            ("app_secret", json!("")),
            ("app_secret", json!(["hush"])),
            ("batch_size", json!(0)),
            ("batch_size", json!(10_001)),
            ("instance_days", json!("many")),
            ("auth_scheme", json!(1)),
            ("utc_offset", json!("Asia/Manila")),
            ("hangup_reasons", json!({"2": "rang out"})),
            ("operations", json!("/x")),
            ("base_uri", json!("x")),
        ] {
            let mut table = good.clone();
            table[key] = value;
            let problem = read(table).unwrap_err();
            assert_eq!(problem.key, key);
            assert!(!problem.to_string().contains("hush"), "{problem}");
        }
        assert_eq!(read(json!({"app_secret": "hush"})).unwrap_err().key, "app_key");
    }
}
