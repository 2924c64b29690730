//! Pages of lists: `limit`, `cursor` and `{"data": […], "next_cursor": …}`.

use crate::cursor::Seal;
use crate::problem::Problem;
use outdial_engine::Page;
use serde::Serialize;
use std::str::FromStr;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: u32 = 50;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T: ToSchema> {
    /// The items.
    pub data: Vec<T>,
    /// Send it as `cursor` for the next page; `null` at the end.
    pub next_cursor: Option<String>,
}

impl<T: ToSchema> List<T> {
    /// A list that is always one page.
    pub(crate) fn whole(data: Vec<T>) -> Self {
        let next_cursor = None;
        Self { data, next_cursor }
    }
}

/// Characters of a cursor.
pub(crate) const CURSOR_LENGTH: std::ops::RangeInclusive<usize> = 1..=2000;

/// Which page is asked for.
#[derive(Debug)]
pub(crate) struct Paging {
    seal: Seal,
    limit: u32,
    after: Option<String>,
}

impl IntoParams for Paging {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let query = |name, about| {
            ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).description(Some(about))
        };
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(200));
        let limit = query("limit", "Items of the page, 1 to 200; 50 when absent.").schema(Some(number));
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(*CURSOR_LENGTH.start()))
            .max_length(Some(*CURSOR_LENGTH.end()));
        let cursor = query("cursor", "`next_cursor` of the page before.").schema(Some(text));
        vec![limit.build(), cursor.build()]
    }
}

impl Paging {
    pub(crate) fn new(seal: Seal, limit: Option<u32>, cursor: Option<&str>) -> Result<Self, Problem> {
        let after = cursor.map(|cursor| seal.open(cursor)).transpose()?;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        Ok(Self { seal, limit, after })
    }

    /// How many items the page has at most.
    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    /// The key the page begins after.
    pub(crate) fn after<Id: FromStr>(&self) -> Option<Id> {
        self.after.as_deref().and_then(|key| key.parse().ok())
    }

    /// The cursor of what comes after the item with `key`.
    pub(crate) fn cursor(&self, key: &str) -> String {
        self.seal.close(key)
    }

    /// The page of the same list that begins at another cursor.
    pub(crate) fn from(self, cursor: &str) -> Result<Self, Problem> {
        Ok(Self { after: Some(self.seal.open(cursor)?), ..self })
    }

    /// The page for the engine: one item more than is shown, to know whether there is another page.
    pub(crate) fn page<Id: FromStr>(&self) -> Page<Id> {
        Page { after: self.after(), limit: self.limit + 1 }
    }

    /// The answer, from one item more than is shown.
    pub(crate) fn list<Row, View: ToSchema>(
        &self,
        mut rows: Vec<Row>,
        key: impl Fn(&Row) -> &str,
        view: impl FnMut(Row) -> View,
    ) -> List<View> {
        let shown = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > shown;
        rows.truncate(shown);
        let last = rows.last().filter(|_| has_more);
        let next_cursor = last.map(|row| self.seal.close(key(row)));
        List { data: rows.into_iter().map(view).collect(), next_cursor }
    }

    /// The answer for a list whose cursors somebody else makes.
    pub(crate) fn relayed<View: ToSchema>(&self, data: Vec<View>, next: Option<&str>) -> List<View> {
        let next_cursor = next.map(|next| self.seal.close(next));
        List { data, next_cursor }
    }
}
