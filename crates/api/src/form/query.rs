//! Query strings, read with the same readers as bodies: unknown parameters are refused by name.

use super::{Fields, Read};
use crate::auth::Caller;
use crate::cursor::CursorKey;
use crate::paging::{CURSOR_LENGTH, Paging};
use crate::problem::{Problem, table};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use outdial_model::FieldProblem;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::future::{Ready, ready};

/// The parameters of a request, and whose list they ask for.
pub(crate) struct Query {
    parameters: Map<String, Value>,
    cursors: CursorKey,
    /// What a cursor of this list is bound to.
    list: List,
}

/// A list, as its cursors know it.
struct List {
    tenant: String,
    path: String,
    filters: Value,
}

impl Query {
    /// The same for a list that has its cursors in common with that of `path`.
    pub(crate) fn of(mut self, path: &str) -> Self {
        path.clone_into(&mut self.list.path);
        self
    }

    /// Reads the filters of a list, then `limit` and `cursor`.
    pub(crate) fn list<F>(
        self,
        limits: std::ops::RangeInclusive<u32>,
        filter: impl FnOnce(&mut Fields<'_>) -> Read<F>,
    ) -> Result<(F, Paging), Problem> {
        let parameters = Value::Object(self.parameters);
        let (filter, limit, cursor) = super::read(&parameters, |at| {
            at.object(|query| {
                let filter = filter(query);
                let limit = query.optional("limit", |at| at.digits(limits));
                let cursor = query.optional("cursor", |at| at.text(CURSOR_LENGTH));
                Ok((filter?, limit?, cursor?))
            })
        })
        .map_err(Problem::invalid_parameters)?;
        let List { tenant, path, filters } = self.list;
        let seal = self.cursors.seal(json!([tenant, path, filters]).to_string());
        Ok((filter, Paging::new(seal, limit, cursor.as_deref())?))
    }

    /// Reads the filters of a list that has no pages.
    pub(crate) fn whole<F>(self, filter: impl FnOnce(&mut Fields<'_>) -> Read<F>) -> Result<F, Problem> {
        let parameters = Value::Object(self.parameters);
        super::read(&parameters, |at| at.object(filter)).map_err(Problem::invalid_parameters)
    }

    fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
            .map_err(|_| Problem::new(&table::VALIDATION_FAILED, "the query string cannot be read"))?;
        let mut parameters = Map::new();
        for (name, value) in pairs.into_inner() {
            if parameters.contains_key(&name) {
                let twice = FieldProblem::new(&format!("/{name}"), "duplicate_parameter", "give it once");
                return Err(Problem::invalid_parameters(vec![twice]));
            }
            parameters.insert(name, Value::String(value));
        }
        let extensions = request.extensions();
        let (Some(caller), Some(cursors)) =
            (extensions.get::<Caller>(), request.app_data::<web::Data<CursorKey>>())
        else {
            return Err(Problem::new(&table::INTERNAL_ERROR, "the request could not be completed"));
        };
        let is_filter = |(name, _): &(&String, &Value)| !matches!(name.as_str(), "limit" | "cursor");
        let filters: BTreeMap<_, _> = parameters.iter().filter(is_filter).collect();
        let list = List {
            tenant: caller.tenant.to_string(),
            path: request.path().to_owned(),
            filters: json!(filters),
        };
        Ok(Self { parameters, cursors: cursors.get_ref().clone(), list })
    }
}

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}
