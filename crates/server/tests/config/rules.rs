//! Routes, and what the operator allows.

use crate::desk::{ACCOUNT, Desk, complaints, pair};
use outdial_server::Config;

const ROUTE: &str = "
[[routes.asia.rules]]
countries = [\"ID\"]
tags = { team = \"billing\" }
windows = [{ days = [\"mon\"], from = \"09:00\", to = \"18:00\" }]
time_zone = \"Asia/Jakarta\"
accounts = [{ name = \"nx-id\", share = 70 }]
";

#[test]
fn a_route_names_accounts_there_are() {
    let desk = Desk::with(&format!("{ACCOUNT}{ROUTE}"));
    assert_eq!(desk.check().code, 0, "{}", desk.check().err);
    let shown = desk.print();
    assert_eq!(shown.shown("routes.asia.failover_seconds"), pair("60", "default"));
    let route = &Config::from_toml(&format!("{ACCOUNT}{ROUTE}")).unwrap().routes[0];
    assert_eq!((route.rules[0].accounts[0].share, route.rules[0].hours.windows.len()), (70, 1));
}

#[test]
fn what_is_wrong_with_a_route_is_named_with_what_was_meant() {
    for (from, to, key, hint) in [
        ("\"nx-id\"", "\"nx-di\"", "routes.asia.rules.0.accounts.0.name", "did you mean `nx-id`?"),
        ("countries", "country", "routes.asia.rules.0.country", "did you mean `countries`?"),
        ("\"ID\"", "\"Indonesia\"", "routes.asia.rules.0.countries", "a list of countries"),
        ("Asia/Jakarta", "Asia/Atlantis", "routes.asia.rules.0.time_zone", "an IANA name"),
        ("09:00", "19:00", "routes.asia.rules.0.windows", "windows such as"),
        ("share = 70", "share = 0", "routes.asia.rules.0.accounts.0.share", "at least 1"),
        ("routes.asia", "routes.nx-id", "routes.nx-id", "there is an account of that name"),
    ] {
        let route = ROUTE.replace(from, to);
        assert_ne!(route, ROUTE, "{from}");
        let said = complaints(&format!("{ACCOUNT}{route}"));
        assert!(said.contains(key) && said.contains(hint), "{from}: {said}");
    }
    let nobody = complaints(&format!("{ACCOUNT}[routes.asia]\nrules = []\n"));
    assert!(nobody.contains("routes.asia.rules"), "{nobody}");
    let said = Desk::with(&format!("{ACCOUNT}{ROUTE}")).and("OUTDIAL__ROUTES__ASIA__RULES", "[{}]").check();
    let told =
        "routes.asia.rules (environment): expected tables, each written `[[routes.asia.rules]]` in the file;";
    assert!(said.code == 2 && said.err.contains(told), "{}", said.err);
}

const POLICY: &str = "
[policy]
time_zone = \"Asia/Shanghai\"
windows = [{ days = [\"mon\"], from = \"09:00\", to = \"24:00\" }]
holidays = [\"2026-12-25\"]
closed = [{ from = \"2026-12-24T12:00\", to = \"2026-12-27T00:00\" }]
caps = [{ attempts = 3, days = 1 }]
concurrent_calls = 200
[policy.tenants.acme]
concurrent_calls = 50
[policy.countries.ID]
holidays = [\"2026-08-17\"]
";

#[test]
fn what_the_operator_allows_is_for_everybody_for_a_tenant_or_for_a_country() {
    let policy = Config::from_toml(POLICY).unwrap().policy;
    let hours = policy.everybody.hours.unwrap();
    assert_eq!((hours.time_zone.as_str(), hours.windows.len(), hours.closed.len()), ("Asia/Shanghai", 1, 1));
    assert_eq!((policy.everybody.caps.len(), policy.everybody.concurrent_calls), (1, Some(200)));
    let tenant = &policy.tenants[&"acme".parse().unwrap()];
    assert_eq!((tenant.hours.is_some(), tenant.concurrent_calls), (false, Some(50)));
    let indonesia = policy.countries[&"ID".parse().unwrap()].hours.as_ref().unwrap();
    assert_eq!(
        (indonesia.time_zone.as_str(), indonesia.holidays.len()),
        ("contact", 1),
        "by their own clocks"
    );
    let said = Desk::with(POLICY).and("OUTDIAL__POLICY__COUNTRIES__ID__HOLIDAYS", "[\"2026-01-01\"]").print();
    assert_eq!(said.shown("policy.countries.ID.holidays"), pair("[\"2026-01-01\"]", "environment"));
    assert_eq!(said.shown("policy.tenants.acme.concurrent_calls"), pair("50", "outdial.toml"));
}

#[test]
fn what_is_wrong_with_a_rule_is_told_where_it_is() {
    for (from, to, told) in [
        ("Asia/Shanghai", "Asia/Atlantis", "policy.time_zone (outdial.toml): expected an IANA name"),
        ("[\"mon\"]", "[\"monday\"]", "policy.windows (outdial.toml): expected windows"),
        ("[\"mon\"]", "[]", "policy.windows (outdial.toml): expected windows"),
        ("\"24:00\"", "\"09:00\"", "policy.windows (outdial.toml): expected windows"),
        ("\"24:00\"", "\"06:00\"", "policy.windows (outdial.toml): expected windows"),
        ("2026-12-25", "2026-12-25T10:00", "policy.holidays (outdial.toml): expected days"),
        ("2026-12-25", "2026-02-30", "policy.holidays (outdial.toml): expected days"),
        ("2026-12-24T12:00", "2026-12-24", "policy.closed (outdial.toml): expected periods"),
        ("2026-12-24T12:00", "2026-12-24T12:00Z", "policy.closed (outdial.toml): expected periods"),
        ("2026-12-27T00:00", "2026-12-24T12:00", "policy.closed (outdial.toml): expected periods"),
        ("attempts = 3", "attempts = 0", "policy.caps (outdial.toml): expected caps"),
        ("days = 1 ", "days = 91 ", "policy.caps (outdial.toml): expected caps"),
        ("= 200", "= 0", "policy.concurrent_calls (outdial.toml): expected a number of people"),
        ("= 50", "= 0", "policy.tenants.acme.concurrent_calls (outdial.toml): expected a number of people"),
        ("tenants.acme", "tenants.\"A b\"", "policy.tenants.A b: `A b` is not a usable name"),
        ("countries.ID", "countries.Indonesia", "policy.countries.Indonesia: "),
        ("concurrent_calls = 50", "concurent_calls = 50", "did you mean `concurrent_calls`?"),
        ("holidays = [\"2026-08-17\"]", "concurrent_calls = 5", "policy.countries.ID.concurrent_calls"),
        ("[policy.countries.ID]", "[policy.countries.id]\n[policy.countries.ID]", "is there twice"),
    ] {
        let policy = POLICY.replacen(from, to, 1);
        assert_ne!(policy, POLICY, "{from}");
        let said = complaints(&policy);
        assert!(said.contains(told), "{from} as {to}: {said}");
    }
}
