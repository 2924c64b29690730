//! What a person who writes a configuration is told.

use super::*;
use std::io::Write;

const ACCOUNT: &str = "
[accounts.nx-id]
provider = \"nxtele\"
uuid = \"u-1\"
secret_key = \"hush\"
";

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigProblems> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::parse(Some((Path::new("outdial.toml"), text)), environment, registry::FACTORIES)
}

/// The complaints about `text`, each as one line.
fn complaints(text: &str) -> Vec<String> {
    load(text, &[]).unwrap_err().iter().map(Problem::to_string).collect()
}

fn shown<'a>(config: &'a Config, key: &str) -> &'a ShownValue {
    config.values.iter().find(|shown| shown.key == key).unwrap()
}

#[test]
fn nothing_at_all_is_a_configuration() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.store_url, "sqlite://outdial.db");
    assert!(config.public_url.is_none() && config.accounts.is_empty());
    assert_eq!(shown(&config, "server.listen").origin, Origin::Default);
}

#[test]
fn an_account_needs_only_what_its_provider_needs() {
    let config = load(ACCOUNT, &[]).unwrap();
    config.check().unwrap();
    let account = &config.accounts[0];
    assert_eq!(account.timeout.as_secs(), 15);
    assert_eq!(account.policy.fuse.as_secs(), 90);
    assert!(account.base_url().starts_with("https://"));
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let text = format!("{ACCOUNT}\n[server]\nlisten = \"127.0.0.1:1\"\n[store]\nurl = \"sqlite://here.db\"");
    let config = load(
        &text,
        &[
            ("OUTDIAL__SERVER__LISTEN", "127.0.0.1:2"),
            ("OUTDIAL__WEBHOOKS__ALLOW_HTTP", "true"),
            ("OUTDIAL__WEBHOOKS__ALLOWED_NETWORKS", "[\"10.0.0.0/8\"]"),
            ("OUTDIAL__ACCOUNTS__NX_ID__TIMEOUT_SECONDS", "3"),
            ("OUTDIAL__ACCOUNTS__NX_ID__BATCH_SIZE", "20"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    config.check().unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.accounts[0].timeout.as_secs(), 3);
    assert!(config.webhooks.allow_http);
    assert_eq!(config.webhooks.allowed_networks.len(), 1);
    assert_eq!(shown(&config, "server.listen").origin, Origin::Environment);
    assert_eq!(shown(&config, "store.url").origin, Origin::File("outdial.toml".into()));
    assert_eq!(shown(&config, "accounts.nx-id.batch_size").origin, Origin::Environment);
}

#[test]
fn every_problem_is_told_at_once() {
    let told = complaints(
        "
        [servr]
        [server]
        lisen = \"127.0.0.1:1\"
        [store]
        url = \"postgres://db\"
        [accounts.one]
        provider = \"nxtel\"
        [accounts.two]
        provider = \"nxtele\"
        algorithm = \"HMAC\"
        uuid = \"u-1\"
        secret_kye = \"hush\"
        timeout_seconds = 0
        [accounts.three]
        uuid = \"u-3\"
        ",
    )
    .join("\n");
    for expected in [
        "servr (outdial.toml): no such key; did you mean `server`?",
        "server.lisen (outdial.toml): no such key; did you mean `listen`?",
        "store.url (outdial.toml): expected sqlite://",
        "accounts.one.provider (outdial.toml): no such provider; did you mean `nxtele`?",
        "accounts.two.secret_kye (outdial.toml): no such key; did you mean `secret_key`?",
        "accounts.two.secret_key: must be set (or `secret_key_file`)",
        "accounts.two.timeout_seconds (outdial.toml): expected a whole number of seconds",
        "accounts.three.provider: must be set to one of ",
    ] {
        assert!(told.contains(expected), "{expected} is missing in:\n{told}");
    }
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn what_only_the_provider_knows_is_told_with_the_rest() {
    let told = complaints(&format!("{ACCOUNT}\nalgorithm = \"HMAC\"\nrate = 0")).join("\n");
    assert!(told.contains("accounts.nx-id.algorithm"), "{told}");
    assert!(told.contains("accounts.nx-id.rate"), "{told}");
}

#[test]
fn an_unknown_key_of_the_environment_is_told_too() {
    let problems = load("", &[("OUTDIAL__SERVER__LISEN", "x")]).unwrap_err();
    assert!(problems.to_string().contains("server.lisen (environment)"), "{problems}");
}

#[test]
fn unreadable_toml_is_told_by_its_line_without_its_text() {
    let told = complaints("[store]\nurl = \"sqlite://x\"\n[accounts.a]\nsecret_key = hush\n").join("\n");
    assert!(told.contains("line 4"), "{told}");
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn a_secret_can_come_from_a_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "hush").unwrap();
    let with = |path: &str| ACCOUNT.replace("secret_key = \"hush\"", &format!("secret_key_file = {path:?}"));
    let config = load(&with(file.path().to_str().unwrap()), &[]).unwrap();
    config.check().unwrap();
    let told = load(&with("/nowhere/secret"), &[]).unwrap_err().to_string();
    assert!(
        told.contains("accounts.nx-id.secret_key_file (outdial.toml): the file /nowhere/secret"),
        "{told}"
    );
}

#[test]
fn a_secret_given_twice_is_refused_unless_the_environment_overrides_the_file() {
    let twice = format!("{ACCOUNT}\nsecret_key_file = \"/nowhere/secret\"");
    assert!(complaints(&twice)[0].contains("not both"));
    let file = ACCOUNT.replace("secret_key = \"hush\"", "secret_key_file = \"/nowhere/secret\"");
    assert!(load(&file, &[("OUTDIAL__ACCOUNTS__NX_ID__SECRET_KEY", "12345")]).is_ok());
}

#[test]
fn secrets_are_masked_wherever_they_are_shown() {
    let text = format!("{ACCOUNT}\ningress_secret = \"hidden-path\"");
    let config = load(&text, &[]).unwrap();
    assert_eq!(shown(&config, "accounts.nx-id.secret_key").value, "***");
    let everything = format!("{config:?}");
    assert!(!everything.contains("hush") && !everything.contains("hidden-path"), "{everything}");
}

#[test]
fn access_by_jwt_is_refused_rather_than_ignored() {
    let told = complaints("[[auth.jwt]]\nissuer = \"https://issuer.example.com\"");
    assert!(told[0].starts_with("auth"), "{told:?}");
}

/// `config/default.toml` with every key it mentions switched on.
fn mentioned() -> toml::Table {
    let lines = DEFAULTS.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|first: char| first.is_ascii_lowercase() || first == '[') => key,
        _ => line,
    });
    toml::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap()
}

#[test]
fn the_default_file_mentions_every_key_of_ours_with_its_default() {
    let mentioned = mentioned();
    let common = mentioned["accounts"]["NAME"].as_table().unwrap();
    let config = load(ACCOUNT, &[]).unwrap();
    let own: Vec<_> = registry::find("nxtele").unwrap().setting_keys.iter().map(|key| key.name).collect();
    for shown in &config.values {
        let (section, key) = shown.key.rsplit_once('.').unwrap();
        if section != "accounts.nx-id" {
            assert!(mentioned[section].get(key).is_some(), "{} is missing", shown.key);
        } else if !own.contains(&key) {
            let value = common.get(key).unwrap_or_else(|| panic!("{key} is missing"));
            let has_default_of_its_own = key.ends_with("_seconds") && shown.value != "unset";
            assert!(!has_default_of_its_own || shown.value == value.to_string(), "{key}");
        }
    }
}

#[test]
fn the_default_file_mentions_every_key_of_the_providers_it_shows() {
    let accounts = example_accounts();
    assert!(!accounts.is_empty());
    for (name, account) in &accounts {
        let kind = account["provider"].as_str().unwrap();
        for key in registry::find(kind).unwrap().setting_keys {
            assert!(account.get(key.name).is_some(), "accounts.{name}.{} is missing", key.name);
        }
    }
}

#[test]
fn the_example_accounts_of_the_default_file_can_be_used() {
    let whole = toml::Table::from_iter([("accounts".to_owned(), example_accounts().into())]);
    load(&whole.to_string(), &[]).unwrap().check().unwrap();
}

fn example_accounts() -> toml::Table {
    let mut accounts = mentioned()["accounts"].as_table().unwrap().clone();
    accounts.remove("NAME");
    accounts
}

#[test]
fn every_key_of_the_default_file_has_a_comment() {
    let lines: Vec<_> = DEFAULTS.lines().collect();
    for pair in lines.windows(2) {
        let is_key = pair[1].trim_start_matches('#').starts_with(|first: char| first.is_ascii_lowercase());
        assert!(!is_key || pair[0].starts_with("# "), "{} has no comment", pair[1]);
    }
}
