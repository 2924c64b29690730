//! Lists as a whole: lines of JSON, or CSV, page after page while they are handed over.
//!
//! A cell that a spreadsheet would take for a formula is written with an apostrophe before it, a number with its `+` among them:
//! as a formula it would lose its `+` and its last digits. Whoever reads such a file for us [takes it back](taken_back).
//!
//! Not for: lists that are read page by page ([`paging`](crate::paging)).

use crate::download::{self, BrokenOff};
use crate::places::Turn;
use crate::wire::suppression::{EXPORTED, SuppressionView};
use actix_web::http::header::{
    Accept, CACHE_CONTROL, CONTENT_DISPOSITION, Header, Quality, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use csv::WriterBuilder;
use futures_util::{Stream, stream};
use outdial_engine::{Engine, EngineError, Page, Principal, SuppressionFilter};
use outdial_model::{Suppression, SuppressionId};
use std::time::Duration;

/// Items that are read at a time.
const PAGE: u32 = 1000;
/// How long an export lasts at most.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// What a spreadsheet takes for the beginning of a formula; and the apostrophe itself, so that what is taken back is what was there.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\''];

/// How a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A page of it.
    Json,
    /// All of it, one object per line.
    Ndjson,
    /// All of it, one row each.
    Csv,
}

impl Shape {
    /// The first of what the client accepts that there is; a page when it names none.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let mut accepted = Accept::parse(request).unwrap_or_else(|_| Accept(Vec::new()));
        accepted.retain(|range| range.quality > Quality::ZERO);
        let known = |kind: &str| match kind {
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            "application/x-ndjson" => Some(Self::Ndjson),
            "text/csv" => Some(Self::Csv),
            _ => None,
        };
        accepted.ranked().iter().find_map(|kind| known(kind.essence_str())).unwrap_or(Self::Json)
    }

    const fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application/json", "json"),
            Self::Ndjson => ("application/x-ndjson", "ndjson"),
            Self::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        }
    }
}

/// All suppressions that fit.
pub(crate) fn suppressions(
    engine: Data<Engine>,
    caller: Principal,
    filter: SuppressionFilter,
    shape: Shape,
    turn: Turn,
) -> HttpResponse {
    let export = Export { engine, caller, filter, shape, after: None, is_begun: false, is_over: false };
    let (kind, ending) = shape.media_type();
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"suppressions.{ending}\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .streaming(Box::pin(export.body(turn)))
}

/// How far an export is.
struct Export {
    engine: Data<Engine>,
    caller: Principal,
    filter: SuppressionFilter,
    shape: Shape,
    after: Option<SuppressionId>,
    is_begun: bool,
    is_over: bool,
}

impl Export {
    fn body(self, turn: Turn) -> impl Stream<Item = Result<Bytes, BrokenOff>> + 'static {
        let pieces = stream::try_unfold(self, |mut export| async move {
            let piece = export.next().await?;
            Ok::<_, EngineError>(piece.map(|piece| (piece, export)))
        });
        download::handed_over(pieces, LIFETIME, turn)
    }

    /// The next page as text; `None` after the last. It is only for somebody who may still see it.
    async fn next(&mut self) -> Result<Option<Bytes>, EngineError> {
        if self.is_over {
            return Ok(None);
        }
        if !self.engine.still_admits(&self.caller).await? {
            return Err(EngineError::NotFound("key"));
        }
        let page = Page { after: self.after.take(), limit: PAGE };
        let found = self.engine.suppressions(&self.caller.tenant, &self.filter, &page).await?;
        self.is_over = found.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        self.after = found.last().map(|kept| kept.id.clone());
        let header = !std::mem::replace(&mut self.is_begun, true);
        let text = match self.shape {
            Shape::Csv => rows(&found, header).map_err(|_| EngineError::Internal("no row of it".into()))?,
            Shape::Json | Shape::Ndjson => lines(&found),
        };
        Ok(Some(Bytes::from(text)))
    }
}

fn lines(found: &[Suppression]) -> Vec<u8> {
    let mut text = Vec::new();
    for kept in found {
        // Our own shapes always have a JSON form, of one line.
        text.extend(serde_json::to_vec(&SuppressionView::from(kept)).unwrap_or_default());
        text.push(b'\n');
    }
    text
}

pub(crate) fn rows(found: &[Suppression], header: bool) -> Result<Vec<u8>, csv::Error> {
    let mut rows = WriterBuilder::new().from_writer(Vec::new());
    if header {
        rows.write_record(EXPORTED)?;
    }
    for kept in found {
        rows.write_record(SuppressionView::from(kept).cells().map(escaped))?;
    }
    rows.into_inner().map_err(|error| error.into_error().into())
}

/// A cell no spreadsheet takes for a formula.
fn escaped(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

/// The cell as it was before it was escaped.
pub(crate) fn taken_back(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::ACCEPT;
    use actix_web::test::TestRequest;

    #[test]
    fn whoever_accepts_nothing_of_a_kind_does_not_get_it() {
        for (accept, shape) in [
            ("text/csv", Shape::Csv),
            ("text/csv;q=0", Shape::Json),
            ("text/csv;q=0, application/x-ndjson;q=0.1", Shape::Ndjson),
            ("text/csv;q=0.2, application/x-ndjson;q=0.1", Shape::Csv),
            ("text/html, text/csv;q=0.0, */*;q=0.1", Shape::Json),
            ("", Shape::Json),
        ] {
            let request = TestRequest::default().insert_header((ACCEPT, accept)).to_http_request();
            assert_eq!(Shape::of(&request), shape, "{accept}");
        }
        assert_eq!(Shape::of(&TestRequest::default().to_http_request()), Shape::Json);
    }

    #[test]
    fn no_cell_begins_a_formula_and_every_cell_is_taken_back() {
        for cell in
            ["+8613800000000", "=1+1", "-1", "@a", "\tx", "\rx", "'=1", "''", "'", "plain", "", "a'=b"]
        {
            let written = escaped(cell);
            assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r']), "{written}");
            assert_eq!(taken_back(&written), cell);
        }
        assert_eq!(taken_back("'tis written by hand"), "'tis written by hand");
    }
}
