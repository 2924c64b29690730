//! What an NXTele account needs: identity, key, and the answers to what NXTele's papers leave open.

use super::map::CallStatusWords;
use super::sign::Signer;
use crate::settings::Settings;
use outdial_model::Secret;
use outdial_provider::{ConfigProblem, SettingKey};
use std::num::NonZeroUsize;
use std::time::Duration;

/// The only batch size NXTele publishes (for another operation); 4001 tells when it is too much.
pub(super) const BATCH_SIZE: usize = 500;
const WEBHOOK_TOLERANCE: Duration = Duration::from_secs(300);
/// The one name of the default strategy that NXTele prints.
const STRATEGY_NAME: &str = "默认策略";

/// What is done with the signature of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResponseSignature {
    /// It is not looked at.
    Off,
    /// A wrong one is logged, and the answer is believed.
    #[default]
    Warn,
    /// An answer without a right one is not believed: what was asked may have happened.
    Enforce,
}

/// An account's settings, read and checked.
#[derive(Debug, Clone)]
pub(super) struct Config {
    pub(super) signer: Signer,
    pub(super) response_signature: ResponseSignature,
    /// How far a webhook's `createTs` may be from our clock.
    pub(super) webhook_tolerance: Duration,
    /// For tasks that name no strategy.
    pub(super) strategy_name: String,
    /// Most orders in one request.
    pub(super) batch_size: usize,
    /// Stopped orders are deleted where they were not dialed yet.
    pub(super) stop_order_delete: bool,
    /// Show `listCall`'s first page with a vendor task.
    pub(super) list_call: bool,
    /// Show `listOrder`'s first page with a vendor task.
    pub(super) list_order: bool,
    pub(super) call_status: CallStatusWords,
}

impl Config {
    pub(super) const KEYS: &'static [SettingKey] = &[
        key("uuid", true, "The account's uuid, from the back office, section Developer."),
        SettingKey {
            secret: true,
            ..key("secret_key", true, "The account's secretKey, from the same place.")
        },
        key("algorithm", false, "`MD5` (default) or `SHA256`, as set in the back office."),
        key(
            "response_signature",
            false,
            "`off`, `warn` (default) or `enforce`: whether an answer without a right signature is believed.",
        ),
        key("webhook_tolerance_seconds", false, "How far a webhook's time may be from ours; default 300."),
        key(
            "strategy_name",
            false,
            "Dialing strategy of tasks that name none; default `默认策略`, NXTele's default strategy.",
        ),
        key("batch_size", false, "Most contacts in one request; default 500."),
        key(
            "stop_order_delete",
            false,
            "Whether cancelling contacts also deletes them at NXTele where they were not dialed yet; default false.",
        ),
        key(
            "list_call",
            false,
            "Show listCall's answer with a vendor task; default false, its form is unpublished.",
        ),
        key(
            "list_order",
            false,
            "Show listOrder's answer with a vendor task; default false, its form is unpublished.",
        ),
        key(
            "call_status",
            false,
            "Table from NXTele's callStatus numbers to dispositions; default empty, the numbers are unpublished.",
        ),
    ];

    /// Reads the account's own settings.
    pub(super) fn read(table: serde_json::Map<String, serde_json::Value>) -> Result<Self, ConfigProblem> {
        let mut settings = Settings::new(table, Self::KEYS)?;
        let seconds: Option<u64> =
            settings.optional("webhook_tolerance_seconds", "a whole number of seconds")?;
        let batch_size: Option<NonZeroUsize> =
            settings.optional("batch_size", "a whole number, at least 1")?;
        Ok(Self {
            signer: Signer {
                uuid: header_text(&mut settings, "uuid")?,
                secret_key: Secret::from(header_text(&mut settings, "secret_key")?),
                algorithm: settings.optional("algorithm", "MD5 or SHA256")?.unwrap_or_default(),
            },
            response_signature: settings
                .optional("response_signature", "off, warn or enforce")?
                .unwrap_or_default(),
            webhook_tolerance: seconds.map_or(WEBHOOK_TOLERANCE, Duration::from_secs),
            strategy_name: settings
                .optional("strategy_name", "text")?
                .unwrap_or_else(|| STRATEGY_NAME.to_owned()),
            batch_size: batch_size.map_or(BATCH_SIZE, NonZeroUsize::get),
            stop_order_delete: settings.optional("stop_order_delete", "true or false")?.unwrap_or(false),
            list_call: settings.optional("list_call", "true or false")?.unwrap_or(false),
            list_order: settings.optional("list_order", "true or false")?.unwrap_or(false),
            call_status: settings
                .optional(
                    "call_status",
                    "a table such as { 6 = \"answered_machine\" }, its words being dispositions",
                )?
                .unwrap_or_default(),
        })
    }
}

const fn key(name: &'static str, required: bool, about: &'static str) -> SettingKey {
    SettingKey { name, required, secret: false, about }
}

/// Text as it can travel in a header: printable, no blanks around it, not empty.
fn header_text(settings: &mut Settings, key: &str) -> Result<String, ConfigProblem> {
    const EXPECTED: &str = "text as the back office shows it";
    let text: String = settings.required(key, EXPECTED)?;
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigProblem::new(key, format!("expected {EXPECTED}, without blanks")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nxtele::sign::Algorithm;
    use outdial_model::Disposition;
    use serde_json::{Value, json};

    fn read(table: Value) -> Result<Config, ConfigProblem> {
        Config::read(table.as_object().unwrap().clone())
    }

    #[test]
    fn identity_and_key_are_enough() {
        let config = read(json!({"uuid": "u-1", "secret_key": "hush"})).unwrap();
        assert_eq!(config.signer.algorithm, Algorithm::Md5);
        assert_eq!(config.response_signature, ResponseSignature::Warn);
        assert_eq!(config.batch_size, 500);
        assert!(!config.stop_order_delete);
        assert!(!format!("{config:?}").contains("hush"));
    }

    #[test]
    fn what_the_papers_leave_open_can_be_set() {
        let config = read(json!({
            "uuid": "u-1", "secret_key": "hush", "algorithm": "SHA256", "response_signature": "enforce",
            "webhook_tolerance_seconds": 60, "batch_size": 50, "stop_order_delete": true, "call_status": {"6": "answered_machine"},
        }))
        .unwrap();
        assert_eq!(config.signer.algorithm, Algorithm::Sha256);
        assert_eq!(config.webhook_tolerance, Duration::from_secs(60));
        assert!(config.stop_order_delete);
        assert_eq!(config.call_status.disposition(6), Some(Disposition::AnsweredMachine));
    }

    #[test]
    fn a_wrong_setting_is_named_without_its_value() {
        let wrong = [
            ("algorithm", json!("HMAC")),
            ("batch_size", json!(0)),
            ("call_status", json!({"6": "voicemail"})),
            ("secret_key", json!("hush hush")),
        ];
        for (key, value) in wrong {
            let mut table = json!({"uuid": "u-1", "secret_key": "hush"});
            table[key] = value;
            let problem = read(table).unwrap_err();
            assert_eq!(problem.key, key);
            assert!(!problem.to_string().contains("hush"), "{problem}");
        }
        assert_eq!(read(json!({"uuid": "u-1"})).unwrap_err().key, "secret_key");
        let misspelled = read(json!({"uuid": "u-1", "secret_key": "hush", "algoritm": "MD5"})).unwrap_err();
        assert!(misspelled.detail.contains("algorithm"), "{misspelled}");
    }
}
