//! Streams of contacts, in bounded memory.
//!
//! Bytes become records (`records.rs`), a record becomes a contact or a reason why not (`ndjson.rs`,
//! `csv.rs`), and every thousand go to the engine in one transaction. Nothing is held but the
//! thousand at hand and the results that are listed. A bad line costs nobody else. A stream with a key that
//! breaks off may be sent again: whom it has added, it adds no more.

mod csv;
mod ndjson;
mod records;

pub(crate) use csv::Csv;
pub(crate) use ndjson::Ndjson;

use crate::body::Pieces;
use crate::idempotency::{Idempotency, StreamKey, Taken, json, respond};
use crate::problem::{Problem, table};
use crate::wire::batch::BatchView;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use outdial_engine::{ContactDraft, ContactResult, Engine};
use outdial_model::{FieldProblem, TaskId, TenantId};
use records::{Record, Records};

/// Contacts of one transaction.
const CHUNK: usize = 1000;

/// Where contacts go.
pub(crate) struct Target<'a> {
    pub engine: &'a Engine,
    pub tenant: &'a TenantId,
    pub task: &'a TaskId,
}

/// How a record is read.
pub(crate) trait Format {
    /// Whether line breaks within double quotes belong to a record.
    const QUOTES: bool;

    /// The contact in a record; `None` for one that holds none (a blank line, a header). The outer
    /// error refuses the whole stream.
    fn contact(&mut self, record: &[u8]) -> Result<Option<Result<ContactDraft, FieldProblem>>, Problem>;
}

/// Adds every contact of the stream.
pub(crate) async fn stream<F: Format>(
    target: &Target<'_>,
    once: &Idempotency,
    mut pieces: Pieces,
    format: F,
) -> Result<HttpResponse, Problem> {
    // Refuses early what would be refused late.
    target.engine.task(target.tenant, target.task).await?;
    let key = match once.hold(&mut pieces).await? {
        Taken::Free(key) => key,
        Taken::Before(response) => return Ok(response),
    };
    let mut upload = Upload {
        target,
        key,
        format,
        chunk: Vec::with_capacity(CHUNK),
        batch: BatchView::default(),
        is_begun: false,
    };
    let mut records = Records::new(F::QUOTES);
    match upload.run(&mut pieces, &mut records).await {
        Ok(()) => upload.key.finish(json(StatusCode::ACCEPTED, &upload.batch)).await,
        Err(problem) => {
            upload.key.let_go().await;
            if !upload.is_begun {
                return Err(problem);
            }
            let line = upload.chunk.first().map_or(records.line(), |(line, _)| *line);
            upload.batch.stop(line, &problem);
            Ok(respond(json(StatusCode::ACCEPTED, &upload.batch)))
        }
    }
}

struct Upload<'a, F> {
    target: &'a Target<'a>,
    key: StreamKey,
    format: F,
    chunk: Vec<(u64, Result<ContactDraft, FieldProblem>)>,
    batch: BatchView,
    /// Something was handed to the engine: from here on a failure is told within the answer.
    is_begun: bool,
}

impl<F: Format> Upload<'_, F> {
    async fn run(&mut self, pieces: &mut Pieces, records: &mut Records) -> Result<(), Problem> {
        while let Some(piece) = pieces.next().await? {
            self.key.note(&piece).await?;
            records.push(&piece);
            while let Some(record) = records.next() {
                self.take(record).await?;
            }
        }
        if let Some(record) = records.last() {
            self.take(record).await?;
        }
        self.flush().await
    }

    async fn take(&mut self, record: Record) -> Result<(), Problem> {
        let contact = match record.bytes {
            Some(bytes) => {
                let contact = self.format.contact(&bytes)?;
                let id = self.key.contact(record.line, &bytes);
                contact.map(|contact| contact.map(|draft| ContactDraft { id, ..draft }))
            }
            None => {
                let detail = format!("longer than {} KiB", records::MOST_BYTES / 1024);
                Some(Err(FieldProblem::new("", "line_too_long", detail)))
            }
        };
        self.chunk.extend(contact.map(|contact| (record.line, contact)));
        if self.chunk.len() >= CHUNK { self.flush().await } else { Ok(()) }
    }

    /// Hands the contacts at hand to the engine and notes what became of each, in order.
    async fn flush(&mut self) -> Result<(), Problem> {
        let drafts: Vec<_> =
            self.chunk.iter().filter_map(|(_, contact)| contact.as_ref().ok()).cloned().collect();
        let Target { engine, tenant, task } = self.target;
        let results = engine.add_contacts(tenant, task, &drafts, None).await?;
        self.is_begun = true;
        let mut results = results.into_iter();
        for (line, contact) in self.chunk.drain(..) {
            let (external_id, result) = match contact {
                Err(problem) => (None, ContactResult::Refused(problem)),
                Ok(draft) => {
                    let result = results.next().ok_or_else(|| {
                        Problem::new(&table::INTERNAL_ERROR, "the request could not be completed")
                    })?;
                    (draft.external_id, result)
                }
            };
            self.batch.note(line, external_id, result);
        }
        Ok(())
    }
}
