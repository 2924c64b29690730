//! Query strings, read with the same readers as bodies: unknown parameters are refused by name.

use super::{Fields, Read};
use crate::auth::Caller;
use crate::cursor::CursorKey;
use crate::paging::Paging;
use crate::problem::{Problem, table};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde_json::{Map, Value};
use std::future::{Ready, ready};

/// The parameters of a request, and whose list they ask for.
pub(crate) struct Query {
    parameters: Map<String, Value>,
    cursors: CursorKey,
    /// What a cursor of this list is bound to: tenant, path and filters.
    list: String,
}

impl Query {
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
                let cursor = query.optional("cursor", |at| at.text(1..=2000));
                Ok((filter?, limit?, cursor?))
            })
        })
        .map_err(Problem::invalid_parameters)?;
        let seal = self.cursors.seal(self.list);
        Ok((filter, Paging::new(seal, limit, cursor.as_deref())?))
    }

    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
            .map_err(|_| Problem::new(&table::VALIDATION_FAILED, "the query string cannot be read"))?;
        let mut parameters = Map::new();
        for (name, value) in pairs.into_inner() {
            parameters.insert(name, Value::String(value));
        }
        let mut filters: Vec<_> = parameters
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "limit" | "cursor"))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        filters.sort_unstable();
        let extensions = request.extensions();
        let tenant = extensions.get::<Caller>().map_or("", |caller| caller.tenant.as_str());
        let cursors = request.app_data::<web::Data<CursorKey>>();
        Ok(Self {
            parameters,
            cursors: cursors.map(|key| key.get_ref().clone()).unwrap_or_default(),
            list: format!("{tenant} {} {}", request.path(), filters.join("&")),
        })
    }
}

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
