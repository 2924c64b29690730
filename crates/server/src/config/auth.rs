//! Whose tokens are believed: `[[auth.jwt]]`.

use super::reader::{Book, Section};
use outdial_engine::{Algorithm, KeySet, KeySource, TokenIssuer};
use outdial_model::{ExposeSecret, TenantId};
use serde::Deserialize;

/// Bytes of a shared secret, at least: as many as its signatures have (RFC 7518 section 3.2).
const SHORTEST_SECRET: usize = 32;

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Several(several) => several,
        }
    }
}

/// Reads all of them; what is wrong is in the book.
pub(super) fn issuers(root: &mut Section, book: &mut Book) -> Vec<TokenIssuer> {
    let mut auth = root.section(book, "auth");
    let tables = auth.sections(book, "jwt");
    auth.finish(book);
    let mut issuers: Vec<TokenIssuer> = Vec::new();
    for mut table in tables {
        let named = table.peek::<String>("issuer");
        if named.is_some_and(|named| issuers.iter().any(|known| known.issuer == named)) {
            table.complain(book, "issuer", "another table is for this issuer already");
        }
        issuers.extend(issuer(table, book));
    }
    issuers
}

fn issuer(mut table: Section, book: &mut Book) -> Option<TokenIssuer> {
    let issuer = table.checked(book, "issuer", "the `iss` of the tokens", |text: &String| !text.is_empty());
    let audience =
        table.optional::<Audience>(book, "audience", "text or a list of texts").map(Audience::list);
    if !table.was_set("issuer") {
        table.complain(book, "issuer", "must be set: the `iss` of the tokens");
    }
    if !table.was_set("audience") {
        table.complain(book, "audience", "must be set: what `aud` of the tokens names this server as");
    }
    let algorithms = table.optional::<Vec<Algorithm>>(
        book,
        "algorithms",
        "a list of RS256, PS256, ES256, EdDSA and the like",
    );
    let are_names = |names: &Vec<String>| names.iter().all(|name| TenantId::named(name).is_ok());
    let tenants = table.checked(book, "tenants", "a list of tenants such as [\"acme\"]", are_names);
    let tenants = tenants.unwrap_or_default().iter().filter_map(|name| TenantId::named(name).ok()).collect();
    let keys = keys(&mut table, book, algorithms.as_deref());
    table.finish(book);
    let (keys, algorithms) = keys?;
    Some(TokenIssuer { issuer: issuer?, audience: audience?, algorithms, keys, tenants })
}

/// Where the keys are, and the algorithms that go with them.
fn keys(
    table: &mut Section,
    book: &mut Book,
    algorithms: Option<&[Algorithm]>,
) -> Option<(KeySource, Vec<Algorithm>)> {
    let url = table.optional::<String>(book, "jwks_url", "a URL");
    let set = table.file(book, "jwks_file");
    let pem = table.file(book, "public_key_file");
    let secret = table.secret(book, "secret");
    let sources = ["jwks_url", "jwks_file", "public_key_file", "secret", "secret_file"];
    let set_ones: Vec<_> = sources.into_iter().filter(|key| table.was_set(key)).collect();
    if set_ones.len() != 1 {
        let detail = "set exactly one of jwks_url, jwks_file, public_key_file and secret (or secret_file)";
        table.complain(book, set_ones.get(1).copied().unwrap_or("jwks_url"), detail);
        return None;
    }
    let is_symmetric = |algorithm: &Algorithm| format!("{algorithm:?}").starts_with("HS");
    let usual = if secret.is_some() { Algorithm::HS256 } else { Algorithm::RS256 };
    let algorithms = algorithms.map_or_else(|| vec![usual], <[_]>::to_vec);
    if algorithms.is_empty() || algorithms.iter().any(|one| is_symmetric(one) != secret.is_some()) {
        let detail = "at least one; HS256 and its like only with a `secret`, the others only without";
        table.complain(book, "algorithms", detail);
        return None;
    }
    let source = if let Some(url) = url {
        KeySource::published_at(&url).map_err(|error| ("jwks_url", error.to_string()))
    } else if let Some(text) = set {
        KeySet::from_jwks(text.as_bytes())
            .map(KeySource::Fixed)
            .map_err(|error| ("jwks_file", error.to_string()))
    } else if let Some(text) = pem {
        let keys = KeySet::from_pem(text.as_bytes(), &algorithms);
        keys.map(KeySource::Fixed).map_err(|error| ("public_key_file", error.to_string()))
    } else {
        let secret = secret?;
        if secret.expose_secret().len() < SHORTEST_SECRET {
            Err(("secret", format!("at least {SHORTEST_SECRET} bytes")))
        } else {
            Ok(KeySource::Fixed(KeySet::from_secret(&secret)))
        }
    };
    match source {
        Ok(source) => Some((source, algorithms)),
        Err((key, detail)) => {
            table.complain(book, key, detail);
            None
        }
    }
}
