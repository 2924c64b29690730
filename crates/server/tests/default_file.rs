//! `config/default.toml` keeps its word: every key, its default, one comment.
#![expect(clippy::unwrap_used, reason = "tests")]

use outdial_providers::registry;
use outdial_server::{Config, DEFAULTS};
use toml::{Table, Value};

/// The file with every key it mentions switched on.
fn mentioned() -> Table {
    let lines = DEFAULTS.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|first: char| first.is_ascii_lowercase() || first == '[') => key,
        _ => line,
    });
    toml::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap()
}

/// The accounts it shows, one for each provider, without the one that stands for all.
fn examples() -> Table {
    let mut accounts = mentioned()["accounts"].as_table().unwrap().clone();
    accounts.remove("NAME").unwrap();
    accounts
}

fn only_accounts(accounts: Table) -> String {
    Table::from_iter([("accounts".to_owned(), Value::Table(accounts))]).to_string()
}

#[test]
fn it_mentions_every_key_of_ours_with_its_default() {
    let mentioned = mentioned();
    let (name, example) = examples().into_iter().next().unwrap();
    let provider = registry::find(example["provider"].as_str().unwrap()).unwrap();
    let config = Config::from_toml(&only_accounts(Table::from_iter([(name.clone(), example)]))).unwrap();
    for shown in &config.values {
        let (section, key) = shown.key.rsplit_once('.').unwrap();
        if section != format!("accounts.{name}") {
            assert!(mentioned[section].get(key).is_some(), "{} is missing", shown.key);
        } else if provider.setting_keys.iter().all(|own| own.name != key) {
            let common = mentioned["accounts"]["NAME"].get(key);
            let value = common.unwrap_or_else(|| panic!("accounts.NAME.{key} is missing"));
            let has_a_default = key.ends_with("_seconds") && shown.value != "unset";
            assert!(
                !has_a_default || shown.value == value.to_string(),
                "accounts.NAME.{key} is not the default"
            );
        }
    }
}

#[test]
fn it_mentions_every_key_of_the_providers_it_shows() {
    assert!(!examples().is_empty());
    for (name, account) in examples() {
        let provider = registry::find(account["provider"].as_str().unwrap()).unwrap();
        for key in provider.setting_keys {
            assert!(account.get(key.name).is_some(), "accounts.{name}.{} is missing", key.name);
        }
    }
}

#[test]
fn the_accounts_it_shows_can_be_used() {
    Config::from_toml(&only_accounts(examples())).unwrap().check().unwrap();
}

#[test]
fn every_key_has_a_comment() {
    let lines: Vec<_> = DEFAULTS.lines().collect();
    for pair in lines.windows(2) {
        let is_key = pair[1].trim_start_matches('#').starts_with(|first: char| first.is_ascii_lowercase());
        assert!(!is_key || pair[0].starts_with("# "), "{} has no comment", pair[1]);
    }
}

#[test]
fn what_a_deployment_begins_with_can_be_used() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/config/outdial.toml");
    Config::from_toml(&std::fs::read_to_string(file).unwrap()).unwrap().check().unwrap();
}
