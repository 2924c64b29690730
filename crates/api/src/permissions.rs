//! What each operation needs, as its own annotation in the OpenAPI document says it.
//!
//! There is no second list: what the document shows is what is asked for. An operation that names no scope anybody
//! knows can be used by `admin` alone.

use actix_web::http::Method;
use outdial_model::Scope;
use serde_json::Value;
use std::collections::HashMap;

/// An operation of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// Its name.
    pub id: String,
    /// What it needs.
    pub scope: Scope,
}

/// Operations by path and method.
#[derive(Debug)]
pub(crate) struct Permissions(HashMap<String, Vec<(Method, Operation)>>);

impl Permissions {
    pub(crate) fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        Self(paths.map(|(path, item)| (path.clone(), operations(item))).collect())
    }

    /// The operation of a path's pattern.
    pub(crate) fn operation(&self, pattern: &str, method: &Method) -> Option<&Operation> {
        self.0.get(pattern)?.iter().find_map(|(its, operation)| (its == method).then_some(operation))
    }
}

fn operations(item: &Value) -> Vec<(Method, Operation)> {
    let methods = item.as_object().into_iter().flatten();
    let operation = |(method, operation): (&String, &Value)| {
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?;
        let id = operation["operationId"].as_str()?.to_owned();
        let scope = operation["security"][0]["bearer"][0].as_str().and_then(|scope| scope.parse().ok());
        Some((method, Operation { id, scope: scope.unwrap_or(Scope::Admin) }))
    };
    methods.filter_map(operation).collect()
}
