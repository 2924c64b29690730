//! The configuration reference: `config/default.toml` and the keys providers declare, as a page for people.

use super::{Config, DEFAULTS, Origin};
use outdial_provider::Factory;
use outdial_providers::registry;
use std::fmt::Write;
use toml::{Table, Value};

/// The table that stands for every account.
const EVERY_ACCOUNT: &str = "accounts.NAME";
/// A default that is another one at each provider.
const BY_PROVIDER: &[&str] = &["provider", "rate"];

/// A key as the file of defaults has it.
struct Key<'a> {
    section: &'a str,
    /// What is said of the section as a whole.
    said: String,
    name: &'a str,
    value: &'a str,
    is_set: bool,
    about: String,
}

/// The page, in Markdown.
pub(crate) fn reference() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         One TOML file under the environment, over the defaults built into the binary. Every key is \
         also an environment variable: `server.listen` is `OUTDIAL__SERVER__LISTEN`, a key of the account `nx-id` is \
         `OUTDIAL__ACCOUNTS__NX_ID__BASE_URL`. Lists and tables there are written as in TOML; what is \
         written `[[…]]` is given in the file alone. Every secret `x` can be given as \
         `x_file`, a file that holds it. An unknown key is refused, with the nearest valid name.\n\n\
         `outdial config check --config FILE` tells every problem, `outdial config print` every value and where it came from. \
         Keys of accounts, routes and the policy take effect on SIGHUP, all others at the next start (`docs/operations.md`). This page is written by \
         `cargo xtask config`.\n",
    );
    let defaults = defaults_of_accounts();
    let mut section = "";
    for key in keys().filter(|key| is_ours(key.section)) {
        if key.section != section {
            section = key.section;
            let title = if section == EVERY_ACCOUNT { "accounts.NAME" } else { section };
            let said = if key.said.is_empty() { String::new() } else { format!("{}\n\n", key.said) };
            let _ =
                write!(page, "\n## `[{title}]`\n\n{said}| key | default | meaning |\n| --- | --- | --- |\n");
        }
        let known = defaults.iter().find(|(name, _)| section == EVERY_ACCOUNT && name == key.name);
        let default = match known {
            Some((_, value)) => format!("`{value}`"),
            None if key.is_set => format!("`{}`", key.value),
            None => format!("– (for example `{}`)", key.value),
        };
        let _ = writeln!(page, "| `{}` | {} | {} |", key.name, cell(&default), cell(&key.about));
    }
    registry::FACTORIES.iter().for_each(|factory| provider(&mut page, factory));
    page
}

fn provider(page: &mut String, factory: &Factory) {
    let Factory { kind, title, default_base_url, default_rate, setting_keys, .. } = factory;
    let default_base_url = default_base_url(&serde_json::Map::new());
    let _ = write!(
        page,
        "\n## Accounts with `provider = \"{kind}\"`\n\n{title}. The keys of `[accounts.NAME]`, with `base_url` {default_base_url} and \
         `rate` {default_rate} by default, and these:\n\n| key | must be set | meaning |\n| --- | --- | --- |\n"
    );
    for key in *setting_keys {
        let must = if key.required { "yes" } else { "" };
        let file = if key.secret { format!(" Or `{}_file`.", key.name) } else { String::new() };
        let _ = writeln!(page, "| `{}` | {must} | {}{file} |", key.name, cell(key.about));
    }
}

/// Whether a section is not an example of one provider's accounts.
fn is_ours(section: &str) -> bool {
    !section.starts_with("accounts.") || section == EVERY_ACCOUNT
}

/// The keys in the order of the file; what is commented out there has an example as its value.
fn keys() -> impl Iterator<Item = Key<'static>> {
    let (mut section, mut said, mut about) = ("", String::new(), String::new());
    DEFAULTS.lines().filter_map(move |line| {
        let bare = line.strip_prefix('#').unwrap_or(line);
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            said = std::mem::take(&mut about);
            return None;
        }
        let is_key = bare.starts_with(|first: char| first.is_ascii_lowercase());
        let pair = bare.split_once(" = ").filter(|_| is_key);
        if let Some((name, value)) = pair {
            let about = std::mem::take(&mut about);
            let (said, is_set) = (said.clone(), !line.starts_with('#'));
            return Some(Key { section, said, name, value, is_set, about });
        }
        match bare.strip_prefix(' ') {
            // A comment may take several lines.
            Some(more) if about.is_empty() => more.clone_into(&mut about),
            Some(more) => about = format!("{about} {more}"),
            None => about.clear(),
        }
        None
    })
}

/// What keys of accounts are when nobody sets them, as an account that sets none has them.
fn defaults_of_accounts() -> Vec<(String, String)> {
    let Some(factory) = registry::FACTORIES.first() else { return Vec::new() };
    let own = Value::try_from((factory.simulated)()).ok().and_then(|own| own.as_table().cloned());
    let mut account = own.unwrap_or_default();
    account.insert("provider".into(), factory.kind.into());
    let accounts = Table::from_iter([("any".to_owned(), Value::Table(account))]);
    let whole = Table::from_iter([("accounts".to_owned(), Value::Table(accounts))]);
    let values = Config::from_toml(&whole.to_string()).map(|config| config.values).unwrap_or_default();
    let untouched =
        values.into_iter().filter(|shown| shown.origin == Origin::Default && shown.value != "unset");
    untouched
        .filter_map(|shown| Some((shown.key.strip_prefix("accounts.any.")?.to_owned(), shown.value)))
        .filter(|(name, _)| !BY_PROVIDER.contains(&name.as_str()))
        .collect()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_on_the_page_with_what_it_is_by_default() {
        let page = reference();
        for line in [
            "| `drain_seconds` | `2` |",
            "| `timeout_seconds` | `15` |",
            "| `staging` | `on` |",
            "| `url` | `\"sqlite://outdial.db\"` | Where everything is kept: a SQLite file,",
            "| `window` | – (for example `50`) |",
            "## `[policy]`\n\nWhat you allow, whatever a task asks for;",
            "| `time_zone` | – (for example `\"contact\"`) | Whose clock the next three are told by",
            "## `[policy.countries.ID]`\n\nHours and caps for numbers of one country, here Indonesia,",
        ] {
            assert!(page.contains(line), "{line} is not in:\n{page}");
        }
        for key in registry::FACTORIES.iter().flat_map(|factory| factory.setting_keys) {
            assert!(page.contains(&format!("| `{}` |", key.name)), "{} is missing", key.name);
        }
        assert!(keys().all(|key| !key.about.is_empty()), "a key has no comment");
    }
}
