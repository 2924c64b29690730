//! Routes: rules that choose an account, written `[routes.NAME]`.

use super::AccountConfig;
use super::account::SECONDS;
use super::reader::{Book, Section};
use outdial_engine::{Route, Rule, Share};
use outdial_model::{AccountId, Country, Hours, RouteId, TenantId, Window, Zone};
use outdial_providers::nearest;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an account's vendor may not answer before tasks leave it.
pub(super) const FAILS_OVER_AFTER_SECONDS: u64 = 60;

/// Reads all of them; their accounts are known by then.
pub(super) fn read(root: &mut Section, book: &mut Book, accounts: &[AccountConfig]) -> Vec<Route> {
    let mut routes = root.section(book, "routes");
    let names = routes.names();
    names.iter().filter_map(|name| route(&mut routes, book, name, accounts)).collect()
}

fn route(routes: &mut Section, book: &mut Book, name: &str, accounts: &[AccountConfig]) -> Option<Route> {
    let id = match name.parse::<RouteId>() {
        Ok(id) if accounts.iter().any(|account| account.id.as_str() == id.as_str()) => {
            routes.complain(book, name, "there is an account of that name; tasks could not tell them apart");
            return None;
        }
        Ok(id) => id,
        Err(error) => {
            routes.complain(book, name, error.to_string());
            return None;
        }
    };
    let mut section = routes.section(book, name);
    let are_names = |names: &Vec<String>| names.iter().all(|name| TenantId::named(name).is_ok());
    let tenants = section.checked(book, "tenants", "a list of tenants such as [\"acme\"]", are_names);
    let fallback = FAILS_OVER_AFTER_SECONDS;
    let patience = section.or(book, "failover_seconds", SECONDS, fallback, |seconds| *seconds > 0);
    let mut parts = section.sections(book, "rules");
    if parts.is_empty() {
        section.complain(book, "rules", "needs at least one rule, each with its accounts");
    }
    let rules = parts.iter_mut().map(|part| rule(part, book, accounts)).collect();
    parts.into_iter().for_each(|part| part.finish(book));
    section.finish(book);
    let tenants = tenants.unwrap_or_default();
    let tenants = tenants.iter().filter_map(|name| TenantId::named(name).ok()).collect();
    Some(Route { id, tenants, rules, fails_over_after: Duration::from_secs(patience) })
}

fn rule(section: &mut Section, book: &mut Book, accounts: &[AccountConfig]) -> Rule {
    const COUNTRIES: &str = "a list of countries such as [\"ID\", \"PH\"]";
    let read =
        |codes: &Vec<String>| codes.iter().map(|code| code.parse()).collect::<Result<Vec<Country>, _>>();
    let countries = section.checked(book, "countries", COUNTRIES, |codes| read(codes).is_ok());
    let tags: Option<BTreeMap<String, String>> =
        section.optional(book, "tags", "a table of text such as { team = \"billing\" }");
    Rule {
        countries: countries.and_then(|codes| read(&codes).ok()).unwrap_or_default(),
        tags: tags.unwrap_or_default(),
        hours: hours(section, book),
        accounts: shares(section, book, accounts),
    }
}

/// When a rule is for: in these windows of that zone, at any time when there are none.
fn hours(section: &mut Section, book: &mut Book) -> Hours {
    const WINDOWS: &str = "windows such as [{ days = [\"mon\", \"fri\"], from = \"09:00\", to = \"18:00\" }]";
    let windows =
        section.checked(book, "windows", WINDOWS, |all: &Vec<Window>| all.iter().all(Window::opens));
    let is_zone = |name: &String| matches!(name.parse(), Ok(Zone::Named(_)));
    let zone: Option<String> =
        section.checked(book, "time_zone", "an IANA name such as \"Asia/Jakarta\"", is_zone);
    let zone = zone.and_then(|name| name.parse().ok());
    let usual = Hours::default();
    let windows = windows.unwrap_or_default();
    Hours { time_zone: zone.unwrap_or_else(|| usual.time_zone.clone()), windows, ..usual }
}

fn shares(section: &mut Section, book: &mut Book, accounts: &[AccountConfig]) -> Vec<Share> {
    let mut parts = section.sections(book, "accounts");
    if parts.is_empty() {
        section.complain(
            book,
            "accounts",
            "needs at least one account, such as { name = \"main\", share = 1 }",
        );
    }
    let known: Vec<_> = accounts.iter().map(|account| account.id.as_str()).collect();
    let shares = parts.iter_mut().filter_map(|part| {
        let name: Option<String> = part.peek("name");
        let share = part.or(book, "share", "a whole number, at least 1", 1, |share: &u32| *share > 0);
        let Some(name) = name.filter(|name| !known.contains(&name.as_str())) else {
            let id: Option<AccountId> = part.optional(book, "name", "the name of an account");
            if id.is_none() {
                part.complain(book, "name", "must be set to the name of an account");
            }
            return Some(Share { account: id?, share });
        };
        let hint = nearest(&name, known.iter().copied()).map(|meant| format!("; did you mean `{meant}`?"));
        part.complain(book, "name", format!("no such account{}", hint.unwrap_or_default()));
        None
    });
    let shares: Vec<_> = shares.collect();
    parts.into_iter().for_each(|part| part.finish(book));
    let is_twice =
        |(place, one): (usize, &Share)| shares.iter().take(place).any(|other| other.account == one.account);
    if shares.iter().enumerate().any(is_twice) {
        section.complain(book, "accounts", "has an account twice; give it one share");
    }
    shares
}
