//! What a person who writes a configuration is told by `outdial config check` and `print`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod desk;
mod rules;

use desk::{ACCOUNT, Desk, complaints, pair};
use outdial_server::Config;
use std::fs;
use std::path::Path;

#[test]
fn nothing_at_all_is_a_configuration() {
    let desk = Desk::with("");
    assert_eq!(desk.check().code, 0);
    let said = desk.print();
    assert_eq!(said.shown("server.listen"), pair("127.0.0.1:8080", "default"));
    assert_eq!(said.shown("store.url"), pair("sqlite://outdial.db", "default"));
    assert_eq!(said.shown("server.public_url"), pair("unset", "default"));
}

#[test]
fn an_account_needs_only_what_its_provider_needs() {
    let said = Desk::with(ACCOUNT).print();
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.shown("accounts.nx-id.timeout_seconds"), pair("15", "default"));
    assert_eq!(said.shown("accounts.nx-id.fuse_seconds"), pair("90", "default"));
    assert_eq!(said.shown("accounts.nx-id.staging"), pair("on", "default"));
    assert_eq!(said.shown("accounts.nx-id.uuid"), pair("u-1", "outdial.toml"));
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let said = Desk::with(&format!(
        "{ACCOUNT}\n[server]\nlisten = \"127.0.0.1:1\"\n[store]\nurl = \"sqlite://here.db\""
    ))
    .and("OUTDIAL__SERVER__LISTEN", "127.0.0.1:2")
    .and("OUTDIAL__WEBHOOKS__ALLOW_HTTP", "true")
    .and("OUTDIAL__WEBHOOKS__ALLOWED_NETWORKS", "[\"10.0.0.0/8\"]")
    .and("OUTDIAL__ACCOUNTS__NX_ID__TIMEOUT_SECONDS", "3")
    .and("OUTDIAL__ACCOUNTS__NX_ID__BATCH_SIZE", "20")
    .and("OUTDIAL__ACCOUNTS__NX_ID__STAGING", "off")
    .print();
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.shown("server.listen"), pair("127.0.0.1:2", "environment"));
    assert_eq!(said.shown("store.url"), pair("sqlite://here.db", "outdial.toml"));
    assert_eq!(said.shown("webhooks.allow_http"), pair("true", "environment"));
    assert_eq!(said.shown("accounts.nx-id.timeout_seconds"), pair("3", "environment"));
    assert_eq!(said.shown("accounts.nx-id.batch_size"), pair("20", "environment"));
    assert_eq!(said.shown("accounts.nx-id.staging"), pair("off", "environment"));
}

#[test]
fn every_problem_is_told_at_once() {
    let told = complaints(
        "
        [servr]
        [server]
        lisen = \"127.0.0.1:1\"
        [store]
        url = \"mysql://db\"
        [accounts.one]
        provider = \"nxtel\"
        [accounts.two]
        provider = \"nxtele\"
        algorithm = \"HMAC\"
        uuid = \"u-1\"
        secret_kye = \"hush\"
        timeout_seconds = 0
        staging = \"sometimes\"
        fuse_second = 5
        [accounts.three]
        uuid = \"u-3\"
        [accounts.four]
        provider = \"nxtele\"
        uuid = \"u-4\"
        secret_key = \"hush\"
        algorithm = \"HMAC\"
        ",
    );
    for expected in [
        "servr (outdial.toml): no such key; did you mean `server`?",
        "server.lisen (outdial.toml): no such key; did you mean `listen`?",
        "store.url (outdial.toml): expected sqlite://",
        "accounts.one.provider (outdial.toml): no such provider; did you mean `nxtele`?",
        "accounts.two.secret_kye (outdial.toml): no such key; did you mean `secret_key`?",
        "accounts.two.secret_key: must be set (or `secret_key_file`)",
        "accounts.two.timeout_seconds (outdial.toml): expected a whole number of seconds",
        "accounts.two.staging (outdial.toml): expected `on` or `off`",
        "accounts.two.fuse_second (outdial.toml): no such key; did you mean `fuse_seconds`?",
        "accounts.three.provider: must be set to one of ",
        "accounts.four.algorithm: ",
    ] {
        assert!(told.contains(expected), "{expected} is missing in:\n{told}");
    }
}

#[test]
fn an_unknown_key_of_the_environment_is_told_too() {
    let said = Desk::with("").and("OUTDIAL__SERVER__LISEN", "x").check();
    assert_eq!(said.code, 2);
    assert!(said.err.contains("server.lisen (environment): no such key"), "{}", said.err);
}

#[test]
fn unreadable_toml_is_told_by_its_line_without_its_text() {
    let told = complaints("[store]\nurl = \"sqlite://x\"\n[accounts.a]\nsecret_key = hush\n");
    assert!(told.contains("line 4"), "{told}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let desk = Desk::with("");
    fs::remove_file(desk.folder.path().join("outdial.toml")).unwrap();
    let said = desk.check();
    assert_eq!(said.code, 2);
    assert!(said.err.contains("outdial.toml: cannot be read"), "{}", said.err);
}

#[test]
fn a_secret_can_come_from_a_file() {
    let desk = Desk::with("");
    let secret = desk.file("secret", "hush\n");
    let with = |path: &Path| ACCOUNT.replace("secret_key = \"hush\"", &format!("secret_key_file = {path:?}"));
    assert_eq!(Desk::with(&with(&secret)).check().code, 0);
    let told = complaints(&with(Path::new("/nowhere/secret")));
    assert!(
        told.contains("accounts.nx-id.secret_key_file (outdial.toml): the file /nowhere/secret"),
        "{told}"
    );
}

#[test]
fn a_secret_given_twice_is_refused_unless_the_environment_overrides_the_file() {
    let twice = format!("{ACCOUNT}\nsecret_key_file = \"/nowhere/secret\"");
    assert!(complaints(&twice).contains("not both"));
    let file = ACCOUNT.replace("secret_key = \"hush\"", "secret_key_file = \"/nowhere/secret\"");
    let desk = Desk::with(&file).and("OUTDIAL__ACCOUNTS__NX_ID__SECRET_KEY", "12345");
    assert_eq!(desk.check().code, 0);
}

#[test]
fn secrets_are_masked() {
    let said = Desk::with(&format!("{ACCOUNT}\ningress_secret = \"hush-hush\"")).print();
    assert_eq!(said.shown("accounts.nx-id.secret_key"), pair("***", "outdial.toml"));
    assert_eq!(said.shown("accounts.nx-id.ingress_secret"), pair("***", "outdial.toml"));
    assert!(!said.out.contains("hush"), "{}", said.out);
}

#[test]
fn an_issuer_needs_a_name_an_audience_and_one_place_for_its_keys() {
    let issuer = |more: &str| format!("[[auth.jwt]]\nissuer = \"https://login.example.com/\"\n{more}");
    let jwks = "jwks_url = \"https://login.example.com/jwks\"";
    let secret = "secret = \"0123456789abcdef0123456789abcdef\"";
    let whole = issuer(&format!("audience = \"outdial\"\n{jwks}"));
    assert_eq!(Desk::with(&whole).check().code, 0);
    let said = Desk::with(&issuer(&format!("audience = [\"outdial\"]\n{secret}"))).print();
    assert_eq!(said.shown("auth.jwt.0.secret"), pair("***", "outdial.toml"));
    for (more, told) in [
        (jwks.to_owned(), "auth.jwt.0.audience: must be set"),
        ("audience = \"outdial\"".to_owned(), "set exactly one of jwks_url"),
        (format!("audience = \"outdial\"\n{jwks}\n{secret}"), "set exactly one of jwks_url"),
        (format!("audience = \"outdial\"\n{jwks}\nalgorithms = [\"HS256\"]"), "only with a `secret`"),
        (format!("audience = \"outdial\"\n{jwks}\nalgorithms = [\"none\"]"), "expected a list of RS256"),
        (format!("audience = \"outdial\"\n{secret}\nalgorithms = [\"RS256\"]"), "only with a `secret`"),
        ("audience = \"outdial\"\nsecret = \"short\"".to_owned(), "at least 32 bytes"),
        ("audience = \"outdial\"\njwks_file = \"/nowhere\"".to_owned(), "cannot be read"),
        (format!("audience = \"outdial\"\n{jwks}\nleeway = 5"), "no such key"),
        (format!("audience = \"outdial\"\n{jwks}\ntenants = [\"a b\"]"), "a list of tenants such as"),
    ] {
        let complaint = complaints(&issuer(&more));
        assert!(complaint.contains(told), "{more}: {complaint}");
    }
    let twice = complaints(&format!("{whole}\n{whole}"));
    assert!(twice.contains("another table is for this issuer already"), "{twice}");
}

#[test]
fn an_account_can_be_some_tenants_alone_and_at_the_simulator() {
    let with = |more: &str| format!("{ACCOUNT}{more}\n");
    let simulator = "base_url = \"http://127.0.0.1:9700\"";
    assert_eq!(
        Desk::with(&with(&format!("tenants = [\"acme\"]\nsimulated = true\n{simulator}"))).check().code,
        0
    );
    let told = complaints(&with("simulated = true"));
    assert!(told.contains("accounts.nx-id.simulated"), "a test key would reach the vendor itself: {told}");
    let told = complaints(&with("tenants = [\"acme+test\"]"));
    assert!(told.contains("accounts.nx-id.tenants"), "{told}");
}

#[test]
fn networks_that_push_are_networks() {
    let with = |networks: &str| format!("{ACCOUNT}ingress_networks = {networks}\n");
    assert_eq!(Desk::with(&with("[\"203.0.113.0/24\", \"2001:db8::/32\"]")).check().code, 0);
    assert!(complaints(&with("[\"203.0.113.0/99\"]")).contains("accounts.nx-id.ingress_networks"));
}

#[test]
fn hosts_of_recordings_are_hosts() {
    let with = |hosts: &str| format!("{ACCOUNT}recording_hosts = {hosts}\n");
    let fine = "[\"media.example.com\", \"*.cdn.example.com\", \"10.1.2.3:8443\"]";
    assert_eq!(Desk::with(&with(fine)).check().code, 0);
    for wrong in
        ["[\"https://media.example.com/\"]", "[\"*.com\"]", "[\"media.example.com\", \"\"]", "\"a.com\""]
    {
        let said = complaints(&with(wrong));
        assert!(said.contains("accounts.nx-id.recording_hosts") && said.contains("*.example.com"), "{said}");
    }
    let said = complaints(&format!("{ACCOUNT}[recordings]\nmax_bytes = 0\nidle_secs = 3\n"));
    assert!(said.contains("recordings.max_bytes") && said.contains("did you mean `idle_seconds`?"), "{said}");
}

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn keys_of_encryption_are_whole_and_one_of_them_is_active() {
    let with = |active: &str, keys: &str| format!("[encryption]\n{active}\n{keys}");
    let one = format!("[encryption.keys.k1]\nkey = \"{KEY}\"");
    let said = Desk::with(&with("active = \"k1\"", &one)).print();
    assert_eq!(said.shown("encryption.keys.k1.key"), pair("***", "outdial.toml"));
    assert!(!said.out.contains("AAEC"), "{}", said.out);
    for (text, told) in [
        (with("", &one), "encryption.active: must be set to one of k1"),
        (with("active = \"k2\"", &one), "there is no table encryption.keys.k2; there are: k1"),
        (with("active = \"k2\"", ""), "there are: none"),
        (
            with("active = \"k1\"", "[encryption.keys.k1]\nkey = \"AAEC\""),
            "expected 32 random bytes in base64",
        ),
        (
            with("active = \"k1\"", "[encryption.keys.k1]\n"),
            "encryption.keys.k1.key: must be set (or `key_file`)",
        ),
        (with("active = \"k1\"", &format!("{one}\nkye = \"x\"")), "no such key; there are key, key_file"),
    ] {
        let said = complaints(&text);
        assert!(said.contains(told) && !said.contains("AAEC"), "{said}");
    }
}

#[test]
fn people_are_known_for_a_number_of_days() {
    let text = "[retention]\npeople_days = 90\n[retention.tenants.acme]\npeople_days = 0";
    let said = Desk::with(text).print();
    assert_eq!(said.shown("retention.people_days"), pair("90", "outdial.toml"));
    assert_eq!(said.shown("retention.tenants.acme.people_days"), pair("0", "outdial.toml"));
    for (text, told) in [
        ("[retention]\npeople_days = 40000", "expected a number of days, at most 36500"),
        ("[retention.tenants.acme]\n", "retention.tenants.acme.people_days: must be set"),
        ("[retention.tenants.\"A b\"]\npeople_days = 1", "is no name of a tenant"),
        ("[retention]\npeople_dais = 1", "did you mean `people_days`?"),
    ] {
        let said = complaints(text);
        assert!(said.contains(told), "{said}");
    }
}

#[test]
#[cfg(not(feature = "otlp"))]
fn a_build_that_sends_no_traces_says_so() {
    let said = complaints("[telemetry]\notlp_endpoint = \"http://127.0.0.1:4318/v1/traces\"\n");
    assert!(said.contains("telemetry.otlp_endpoint") && said.contains("--features otlp"), "{said}");
}

#[test]
fn an_account_is_where_its_provider_says_unless_the_operator_does() {
    let tencent =
        "[accounts.t]\nprovider = \"tencent_ccc\"\nsecret_id = \"i\"\nsecret_key = \"k\"\nsdk_app_id = 1\n";
    let place = |more: &str| {
        let config = Config::from_toml(&format!("{tencent}{more}")).unwrap();
        (config.accounts[0].base_url().to_owned(), config.accounts[0].base_url_is_set())
    };
    assert_eq!(place(""), ("https://ccc.tencentcloudapi.com".to_owned(), false));
    let abroad = "site = \"international\"\n";
    assert_eq!(place(abroad), ("https://ccc.intl.tencentcloudapi.com".to_owned(), false));
    let chosen = format!("{abroad}base_url = \"https://proxy.example.com\"\n");
    assert_eq!(place(&chosen), ("https://proxy.example.com".to_owned(), true));
}
