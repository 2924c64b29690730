//! What an account needs: its keys of the configuration file, parsed into what the adapter works with.

use super::endpoint::Endpoint;
use super::number;
use super::sign::Credentials;
use crate::settings::Settings;
use outdial_model::{AccountId, Phone, Secret};
use outdial_provider::{AccountSettings, ConfigProblem, PushClient, SettingKey, Table};
use serde::Deserialize;
use std::time::Duration;

/// The mainland site, where an account lives unless it says otherwise.
const MAINLAND: &str = "https://ccc.tencentcloudapi.com";
const INTERNATIONAL: &str = "https://ccc.intl.tencentcloudapi.com";

/// People in one vendor task, unless the account says otherwise: the vendor documents no limit.
pub const CONTACTS_PER_TASK: usize = 1000;
/// Characters of a client secret, at least.
const SHORTEST_SECRET: usize = 16;
/// How long call records are waited for, unless the account says otherwise.
const CDR_GRACE: Duration = Duration::from_secs(120);

/// One API, two sites with separate accounts (dossier section 13).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    #[default]
    Mainland,
    International,
}

impl Site {
    fn host(self) -> &'static str {
        match self {
            Self::Mainland => MAINLAND,
            Self::International => INTERNATIONAL,
        }
    }
}

/// The host of the site the account is at. One that is none is complained of by [`Config::read`].
pub fn production(table: &Table) -> &'static str {
    let site = table.get("site").and_then(|site| Site::deserialize(site).ok());
    site.unwrap_or_default().host()
}

/// How single calls take numbers, which is not documented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberForm {
    /// `+8613800000000`, as a published example has it.
    #[default]
    Plus,
    /// `008613800000000`, as tasks take them.
    Zeros,
}

/// How the vendor proves that a push is its own, as set in its console.
#[derive(Debug, Clone)]
pub enum PushProof {
    /// Not at all.
    Nothing,
    /// HTTP Basic: `user:password`.
    Basic(Secret),
    /// A bearer token that never changes.
    Bearer(Secret),
    /// A bearer token it was granted (OAuth 2.0 client credentials).
    Granted(PushClient),
}

impl PushProof {
    /// Who is granted tokens.
    pub fn client(&self) -> Option<&PushClient> {
        match self {
            Self::Granted(client) => Some(client),
            Self::Nothing | Self::Basic(_) | Self::Bearer(_) => None,
        }
    }
}

/// A usable account.
#[derive(Debug, Clone)]
pub struct Config {
    pub credentials: Credentials,
    pub token: Option<Secret>,
    pub sdk_app_id: u64,
    pub site: Site,
    pub endpoint: Endpoint,
    pub region: Option<String>,
    pub language: String,
    pub callers: Vec<Phone>,
    pub contacts_per_task: usize,
    pub cdr_grace: Duration,
    /// How long after a single call was asked for its record may come; `None` while nobody knows.
    pub call_record: Option<Duration>,
    pub call_numbers: NumberForm,
    pub push_proof: PushProof,
}

const fn key(name: &'static str, required: bool, secret: bool, about: &'static str) -> SettingKey {
    SettingKey { name, required, secret, about }
}

/// Keys of an account.
pub const KEYS: &[SettingKey] = &[
    key("secret_id", true, false, "SecretId of the API key."),
    key("secret_key", true, true, "SecretKey of the API key."),
    key(
        "sdk_app_id",
        true,
        false,
        "Application id (SdkAppId) shown in the CCC console, for example 1400000000.",
    ),
    key(
        "site",
        false,
        false,
        "`mainland` (default) or `international`: decides the host and the default language.",
    ),
    key("region", false, false, "X-TC-Region, for example ap-guangzhou; CCC does not need it."),
    key("token", false, true, "Token of temporary credentials, sent as X-TC-Token."),
    key(
        "language",
        false,
        false,
        "`zh-CN` or `en-US`: language of the vendor's messages; by default the site's.",
    ),
    key("callers", false, false, "Own numbers to call from when a task names none."),
    key(
        "contacts_per_task",
        false,
        false,
        "Most people in one vendor task, 1 to 10000 (1000 by default; the vendor documents no limit).",
    ),
    key(
        "cdr_grace_seconds",
        false,
        false,
        "How long after the end of a vendor task a missing call record is waited for (120 by default).",
    ),
    key(
        "call_record_seconds",
        false,
        false,
        "How long after a single call was asked for its record may come at the latest; unset, a missing record proves nothing.",
    ),
    key(
        "call_numbers",
        false,
        false,
        "How single calls take numbers: `plus` (+86…, default) or `zeros` (0086…).",
    ),
    key(
        "push_auth",
        false,
        false,
        "How pushes are authenticated in the console: `none` (default), `basic`, `oauth2`, or `bearer` for a token that never changes.",
    ),
    key("push_user", false, false, "User name of pushes, with push_auth = \"basic\"."),
    key("push_password", false, true, "Password of pushes, with push_auth = \"basic\"."),
    key("push_token", false, true, "Token of pushes, with push_auth = \"bearer\"."),
    key(
        "push_client_id",
        false,
        false,
        "Client id the vendor asks for tokens with, with push_auth = \"oauth2\"; the account shows the token URL for the console.",
    ),
    key(
        "push_client_secret",
        false,
        true,
        "Client secret, with push_auth = \"oauth2\"; 16 letters, digits, `-`, `.`, `_` or `~`, or more.",
    ),
];

impl Config {
    /// Reads the settings of the account `id`, or says which one is wrong.
    pub fn read(account: AccountSettings, id: &AccountId) -> Result<Self, ConfigProblem> {
        let mut settings = Settings::new(account.table, KEYS)?;
        let site: Site = settings.optional("site", "`mainland` or `international`")?.unwrap_or_default();
        let language = match site {
            Site::Mainland => "zh-CN",
            Site::International => "en-US",
        };
        Ok(Self {
            credentials: Credentials {
                secret_id: header_text("secret_id", settings.required("secret_id", "the key's SecretId")?)?,
                secret_key: secret(settings.required("secret_key", "the key's SecretKey")?),
            },
            token: settings
                .optional("token", "text")?
                .map(|token| header_text("token", token).map(secret))
                .transpose()?,
            sdk_app_id: settings.required("sdk_app_id", "the application's id, a whole number")?,
            site,
            endpoint: Endpoint::parse(account.base_url.as_deref().unwrap_or(site.host()))?,
            region: settings
                .optional("region", "text")?
                .map(|region| header_text("region", region))
                .transpose()?,
            language: language_of(settings.optional("language", "text")?, language)?,
            callers: callers(settings.optional("callers", "a list of numbers")?.unwrap_or_default())?,
            contacts_per_task: contacts_per_task(settings.optional("contacts_per_task", "a whole number")?)?,
            cdr_grace: settings
                .optional("cdr_grace_seconds", "whole seconds")?
                .map_or(CDR_GRACE, |seconds: u32| Duration::from_secs(seconds.into())),
            call_record: settings
                .optional("call_record_seconds", "whole seconds")?
                .map(|seconds: u32| Duration::from_secs(seconds.into())),
            call_numbers: settings.optional("call_numbers", "`plus` or `zeros`")?.unwrap_or_default(),
            push_proof: push_proof(&mut settings, id)?,
        })
    }
}

fn secret(text: String) -> Secret {
    text.into()
}

/// A value that travels in a header: visible ASCII, no blanks (a stray one makes a key unknown).
fn header_text(key: &str, text: String) -> Result<String, ConfigProblem> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err(ConfigProblem::new(key, "expected visible ASCII characters without blanks"))
    }
}

/// What is written in a form as it is (RFC 3986 section 2.3): not every client of OAuth 2.0 encodes anything else as RFC 6749
/// (section 2.3.1) has it, so the same secret would be read in two ways.
fn form_text(key: &str, text: String) -> Result<String, ConfigProblem> {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_unreserved) {
        Ok(text)
    } else {
        Err(ConfigProblem::new(key, "expected letters, digits, `-`, `.`, `_` and `~` only"))
    }
}

fn language_of(chosen: Option<String>, default: &str) -> Result<String, ConfigProblem> {
    match chosen {
        None => Ok(default.to_owned()),
        Some(language) if ["zh-CN", "en-US"].contains(&language.as_str()) => Ok(language),
        Some(_) => Err(ConfigProblem::new("language", "expected `zh-CN` or `en-US`")),
    }
}

fn callers(texts: Vec<String>) -> Result<Vec<Phone>, ConfigProblem> {
    let read = |(i, text): (usize, &String)| {
        number::read(text).ok_or_else(|| {
            let detail = format!("number {} of the list is none: write it as +8675586013388", i + 1);
            ConfigProblem::new("callers", detail)
        })
    };
    texts.iter().enumerate().map(read).collect()
}

fn contacts_per_task(chosen: Option<usize>) -> Result<usize, ConfigProblem> {
    let number = chosen.unwrap_or(CONTACTS_PER_TASK);
    if (1..=10_000).contains(&number) {
        Ok(number)
    } else {
        Err(ConfigProblem::new("contacts_per_task", "expected 1 to 10000"))
    }
}

fn push_proof(settings: &mut Settings, account: &AccountId) -> Result<PushProof, ConfigProblem> {
    const WAYS: &str = "`none`, `basic`, `oauth2` or `bearer`";
    match settings.optional::<String>("push_auth", WAYS)?.as_deref() {
        None | Some("none") => Ok(PushProof::Nothing),
        Some("basic") => {
            let user: String = settings.required("push_user", "the user name set in the console")?;
            let password: String = settings.required("push_password", "the password set in the console")?;
            Ok(PushProof::Basic(secret(format!("{user}:{password}"))))
        }
        Some("bearer") => {
            let token = settings.required("push_token", "the token the vendor presents")?;
            Ok(PushProof::Bearer(secret(token)))
        }
        Some("oauth2") => {
            let id = form_text(
                "push_client_id",
                settings.required("push_client_id", "the client id set in the console")?,
            )?;
            let text = form_text(
                "push_client_secret",
                settings.required("push_client_secret", "the client secret set in the console")?,
            )?;
            if text.len() < SHORTEST_SECRET {
                let about = format!(
                    "expected {SHORTEST_SECRET} characters or more: whoever has a token could try shorter ones"
                );
                return Err(ConfigProblem::new("push_client_secret", about));
            }
            Ok(PushProof::Granted(PushClient::new(account.clone(), id, secret(text))))
        }
        Some(_) => Err(ConfigProblem::new("push_auth", format!("expected {WAYS}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::account;
    use super::production;
    use serde_json::json;

    #[test]
    fn the_site_picks_host_and_language() {
        let config = account(json!({"site": "international"})).unwrap();
        assert_eq!(config.endpoint.host, "ccc.intl.tencentcloudapi.com");
        assert_eq!(config.language, "en-US");
        assert_eq!(account(json!({})).unwrap().endpoint.host, "ccc.tencentcloudapi.com");
    }

    #[test]
    fn the_host_that_is_told_is_the_one_that_is_asked() {
        for more in [json!({}), json!({"site": "mainland"}), json!({"site": "international"})] {
            let host = account(more.clone()).unwrap().endpoint.host;
            assert_eq!(production(more.as_object().unwrap()), format!("https://{host}"), "{more}");
        }
    }

    #[test]
    fn each_wrong_setting_is_named_and_no_secret_shown() {
        for (more, key) in [
            (json!({"base_url": "ccc.tencentcloudapi.com"}), "base_url"),
            (json!({"base_url": "https://proxy/ccc"}), "base_url"),
            (json!({"secret_id": "AKID example"}), "secret_id"),
            (json!({"secret_key": null}), "secret_key"),
            (json!({"sdk_app_id": 1.5}), "sdk_app_id"),
            (json!({"site": "moon"}), "site"),
            (json!({"language": "fr-FR"}), "language"),
            (json!({"callers": ["+8675586013388", "nobody"]}), "callers"),
            (json!({"contacts_per_task": 0}), "contacts_per_task"),
            (json!({"call_record_seconds": "soon"}), "call_record_seconds"),
            (json!({"call_numbers": "national"}), "call_numbers"),
            (json!({"push_auth": "digest"}), "push_auth"),
            (json!({"push_auth": "basic", "push_user": "tencent"}), "push_password"),
            (json!({"push_auth": "bearer"}), "push_token"),
            (json!({"push_auth": "oauth2", "push_client_secret": "hush"}), "push_client_id"),
            (json!({"push_auth": "oauth2", "push_client_id": "a:b"}), "push_client_id"),
            (
                json!({"push_auth": "oauth2", "push_client_id": "outdial", "push_client_secret": "hush hush hush hush"}),
                "push_client_secret",
            ),
            (json!({"push_auth": "oauth2", "push_client_id": "outdial"}), "push_client_secret"),
            (
                json!({"push_auth": "oauth2", "push_client_id": "outdial", "push_client_secret": "hush"}),
                "push_client_secret",
            ),
            (json!({"secretkey": "hush"}), "secretkey"),
        ] {
            let problem = account(more).unwrap_err();
            assert_eq!(problem.key, key);
            assert!(!problem.to_string().contains("hush"));
        }
    }

    #[test]
    fn an_account_prints_without_its_secrets() {
        let config = account(json!({"token": "hush", "push_auth": "bearer", "push_token": "hush"})).unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hush") && !shown.contains("sesame"), "{shown}");
    }
}
