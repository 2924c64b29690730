//! An API key as clients ask for it and as they see it.

use super::{instant, words};
use crate::form::{Fields, Read};
use outdial_engine::{ApiKey, KeyTerms};
use outdial_model::{ExposeSecret, Scope, Secret, Timestamp};
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// Which data a key sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Live,
    Test,
}

impl Mode {
    pub(crate) const ALL: &[Self] = &[Self::Live, Self::Test];

    fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// The shape of the form, for the document; what is read is the engine's.
/// A key to be made.
#[derive(ToSchema)]
#[schema(as = CreateApiKey)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct KeyForm {
    /// For people: who has it, or what for.
    #[schema(min_length = 1, max_length = 100, example = "CRM, production")]
    name: String,
    #[schema(schema_with = words::scopes)]
    scopes: Vec<Scope>,
    #[schema(schema_with = words::key_mode, required = false)]
    mode: Mode,
    /// When it stops working; never when absent.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Whether every POST with it must name an `Idempotency-Key`.
    #[schema(default = false)]
    requires_idempotency_key: Option<bool>,
}

impl KeyForm {
    /// Its name and terms; `usual` is the mode of a key that names none.
    pub(crate) fn read(form: &mut Fields<'_>, usual: Mode) -> Read<(String, KeyTerms)> {
        let name = form.required("name", |at| at.text(1..=100));
        let scopes = form.required("scopes", |at| at.list(Scope::ALL.len(), |at| at.word(Scope::ALL)));
        let mode = form.optional("mode", |at| at.word(Mode::ALL));
        let expires_at = form.optional("expires_at", |at| at.timestamp());
        let requires_idempotency_key = form.optional("requires_idempotency_key", |at| at.boolean());
        let terms = KeyTerms {
            scopes: scopes?.into_iter().collect(),
            expires_at: expires_at?,
            requires_idempotency_key: requires_idempotency_key?.unwrap_or(false),
            is_for_tests: mode?.unwrap_or(usual) == Mode::Test,
        };
        Ok((name?, terms))
    }
}

/// An API key, without its text: that is shown once, when it is made.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct KeyView {
    /// Its id.
    id: String,
    /// For people.
    name: String,
    #[schema(schema_with = words::key_mode)]
    mode: &'static str,
    #[schema(schema_with = words::scopes)]
    scopes: Vec<&'static str>,
    /// Whether every POST with it must name an `Idempotency-Key`.
    requires_idempotency_key: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it stops working; `null` for never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// When it was last used, a minute more or less; `null` when it was not.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When it was revoked; `null` when it was not.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

impl From<&ApiKey> for KeyView {
    fn from(key: &ApiKey) -> Self {
        let at = |at: Option<Timestamp>| at.map(instant);
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            mode: if key.tenant.is_for_tests() { Mode::Test } else { Mode::Live }.as_str(),
            scopes: key.scopes.iter().map(Scope::as_str).collect(),
            requires_idempotency_key: key.requires_idempotency_key,
            created_at: instant(key.created_at),
            expires_at: at(key.expires_at),
            last_used_at: at(key.last_used_at),
            revoked_at: at(key.revoked_at),
        }
    }
}

/// An API key with its text, for the only time.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedApiKey)]
pub(crate) struct IssuedKeyView {
    #[serde(flatten)]
    view: KeyView,
    /// What to send as `Authorization: Bearer …`. `null` in the answer to a repeated request: the text is not kept.
    /// If it was lost, revoke the key and make another.
    #[schema(example = "odk_live_…")]
    key: Option<String>,
}

impl IssuedKeyView {
    pub(crate) fn new(key: &ApiKey, token: Option<&Secret>) -> Self {
        Self { view: key.into(), key: token.map(|token| token.expose_secret().to_owned()) }
    }
}
