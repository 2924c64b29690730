//! Nothing, a user with a password, or a token, as set in the console.

use super::{Headers, Way, header, none, text};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use outdial_provider::Table;
use serde_json::{Value, json};

pub(super) fn ways() -> Vec<Way> {
    let basic = json!({"push_auth": "basic", "push_user": "ccc", "push_password": "hush"});
    let bearer = json!({"push_auth": "bearer", "push_token": "a-token"});
    vec![none(), way(basic), way(bearer)]
}

fn way(settings: Value) -> Way {
    Way {
        settings: settings.as_object().cloned().unwrap_or_default(),
        demands_proof: true,
        headers: |settings, _, _| Headers::from([("Authorization".to_owned(), authorization(settings))]),
        is_right: |settings, push| header(push, "authorization") == Some(authorization(settings).as_str()),
    }
}

fn authorization(settings: &Table) -> String {
    match text(settings, "push_auth") {
        "bearer" => format!("Bearer {}", text(settings, "push_token")),
        _ => {
            let pair = format!("{}:{}", text(settings, "push_user"), text(settings, "push_password"));
            format!("Basic {}", BASE64_STANDARD.encode(pair))
        }
    }
}
