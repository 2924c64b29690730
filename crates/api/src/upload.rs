//! Streams of contacts, in bounded memory.
//!
//! Bytes become records (`records.rs`), a record becomes a contact or a reason why not (`ndjson.rs`,
//! `csv.rs`), and every thousand, or some MiB of them, go to the engine in one transaction. Nothing is held but
//! those that are written, those that are read meanwhile, and the results that are listed; and there are so many
//! streams at a time. A bad line costs nobody else. A stream with a key that breaks off may be sent again: whom it has
//! added, it adds no more.

mod csv;
mod ndjson;
pub(crate) mod records;

pub(crate) use csv::Csv;
pub(crate) use ndjson::Ndjson;

use crate::auth::unauthenticated;
use crate::body::Pieces;
use crate::idempotency::{Idempotency, StreamKey, Taken, json, respond};
use crate::places::{Places, Turn};
use crate::problem::{Problem, table};
use crate::wire::batch::BatchView;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use futures_util::try_join;
use outdial_engine::{ContactDraft, ContactResult, Engine, EngineError, Principal};
use outdial_model::{FieldProblem, TaskId, TenantId};
use records::{Record, Records};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Contacts of one transaction, and bytes of the lines they are read from.
const CHUNK: usize = 1000;
const CHUNK_BYTES: usize = 4 << 20;
/// How long a stream lasts at most.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Streams of one server at a time, and those of one tenant among them.
const AT_ONCE: usize = 32;
const SHARE: usize = 16;

/// The streams of a server.
#[derive(Debug, Clone)]
pub(crate) struct Uploads(Places);

impl Uploads {
    pub(crate) fn until(closing: CancellationToken) -> Self {
        Self(Places::new(AT_ONCE, SHARE, &table::TOO_MANY_UPLOADS, closing))
    }

    /// A place for a stream, if there is one for the tenant.
    pub(crate) fn enter(&self, tenant: &TenantId) -> Result<Turn, Problem> {
        self.0.enter(tenant)
    }
}

/// Where contacts go.
pub(crate) struct Target<'a> {
    pub engine: &'a Engine,
    pub caller: &'a Principal,
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

/// A contact, or why it is none, and the line it begins on.
type Line = (u64, Result<ContactDraft, FieldProblem>);
/// A line of which the contact, by its external id, is with the engine.
type Read = (u64, Result<Option<String>, FieldProblem>);

/// Adds every contact of the stream.
pub(crate) async fn stream<F: Format>(
    target: &Target<'_>,
    once: &Idempotency,
    mut pieces: Pieces,
    format: F,
) -> Result<HttpResponse, Problem> {
    // Refuses early what would be refused late.
    target.engine.task(&target.caller.tenant, target.task).await?;
    let key = match once.hold(&mut pieces).await? {
        Taken::Free(key) => key,
        Taken::Before(response) => return Ok(response),
    };
    let records = Records::new(F::QUOTES);
    let mut reader = Reader { pieces, records, key, format, lines: Vec::new(), bytes: 0, is_over: false };
    let mut upload = Upload { target, batch: BatchView::default(), is_begun: false };
    match upload.run(&mut reader).await {
        Ok(()) => reader.key.finish(json(StatusCode::ACCEPTED, &upload.batch)).await,
        Err(Stop { line, problem }) => {
            reader.key.let_go().await;
            if !upload.is_begun {
                return Err(problem);
            }
            upload.batch.stop(line, &problem);
            Ok(respond(json(StatusCode::ACCEPTED, &upload.batch)))
        }
    }
}

/// The first line that was not taken, and why.
struct Stop {
    line: u64,
    problem: Problem,
}

/// Reads a stream by the thousand contacts.
struct Reader<F> {
    pieces: Pieces,
    records: Records,
    key: StreamKey,
    format: F,
    /// Read, and not handed on; and how many bytes these were.
    lines: Vec<Line>,
    bytes: usize,
    is_over: bool,
}

impl<F: Format> Reader<F> {
    /// The next lines; none at the end.
    async fn next(&mut self) -> Result<Vec<Line>, Stop> {
        self.bytes = 0;
        match self.fill().await {
            Ok(()) => Ok(std::mem::take(&mut self.lines)),
            Err(problem) => {
                let line = self.lines.first().map_or(self.records.line(), |(line, _)| *line);
                Err(Stop { line, problem })
            }
        }
    }

    async fn fill(&mut self) -> Result<(), Problem> {
        while self.lines.len() < CHUNK && self.bytes < CHUNK_BYTES {
            if let Some(record) = self.records.next() {
                self.take(record)?;
            } else if self.is_over {
                break;
            } else if let Some(piece) = self.pieces.next().await? {
                self.key.note(&piece).await?;
                self.records.push(&piece);
            } else {
                self.is_over = true;
                if let Some(record) = self.records.last() {
                    self.take(record)?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, record: Record) -> Result<(), Problem> {
        self.bytes += record.bytes.as_ref().map_or(0, Vec::len);
        let contact = contact(&mut self.format, &record)?;
        let id = record.bytes.and_then(|bytes| self.key.contact(record.line, &bytes));
        let contact = contact.map(|contact| contact.map(|draft| ContactDraft { id, ..draft }));
        self.lines.extend(contact.map(|contact| (record.line, contact)));
        Ok(())
    }
}

/// The contact in a record, as its format reads it. A record that was too long holds none that can be read.
pub(crate) fn contact(
    format: &mut impl Format,
    record: &Record,
) -> Result<Option<Result<ContactDraft, FieldProblem>>, Problem> {
    if let Some(bytes) = &record.bytes {
        return format.contact(bytes);
    }
    let detail = format!("longer than {} KiB", records::MOST_BYTES / 1024);
    Ok(Some(Err(FieldProblem::new("", "line_too_long", detail))))
}

struct Upload<'a> {
    target: &'a Target<'a>,
    batch: BatchView,
    /// Something was handed to the engine: from here on a failure is told within the answer.
    is_begun: bool,
}

impl Upload<'_> {
    /// While the engine takes some in, the next are read. When it cannot, that is told without waiting for them.
    async fn run<F: Format>(&mut self, reader: &mut Reader<F>) -> Result<(), Stop> {
        let ends = Instant::now() + LIFETIME;
        let mut lines = reader.next().await?;
        while let Some((line, _)) = lines.first() {
            let line = *line;
            self.may_go_on(ends).await.map_err(|problem| Stop { line, problem })?;
            let (read, drafts) = parted(lines);
            let (added, next) = try_join!(self.add(&drafts), async { Ok(reader.next().await) })
                .map_err(|error| Stop { line, problem: error.into() })?;
            self.note(read, added).map_err(|problem| Stop { line, problem })?;
            lines = next?;
        }
        Ok(())
    }

    /// A stream is not for ever, and only for as long as its key or token is good.
    async fn may_go_on(&self, ends: Instant) -> Result<(), Problem> {
        let Target { engine, caller, .. } = self.target;
        if !engine.still_admits(caller).await? {
            return Err(unauthenticated("the key or token was revoked or has expired meanwhile"));
        }
        if Instant::now() >= ends {
            let detail = format!(
                "a stream lasts {} minutes at most; send the rest as another",
                LIFETIME.as_secs() / 60
            );
            return Err(Problem::new(&table::REQUEST_TIMEOUT, &detail));
        }
        Ok(())
    }

    async fn add(&self, drafts: &[ContactDraft]) -> Result<Vec<ContactResult>, EngineError> {
        let Target { engine, caller, task } = self.target;
        engine.add_contacts(&caller.tenant, task, drafts, None).await
    }

    /// Notes what became of each, in order.
    fn note(&mut self, read: Vec<Read>, added: Vec<ContactResult>) -> Result<(), Problem> {
        let mut results = added.into_iter();
        self.is_begun = true;
        for (line, external_id) in read {
            let (external_id, result) = match external_id {
                Err(problem) => (None, ContactResult::Refused(problem)),
                Ok(external_id) => {
                    let result = results.next().ok_or_else(|| {
                        Problem::new(&table::INTERNAL_ERROR, "the request could not be completed")
                    })?;
                    (external_id, result)
                }
            };
            self.batch.note(line, external_id, result);
        }
        Ok(())
    }
}

/// What is told of each line, and the contacts among them.
fn parted(lines: Vec<Line>) -> (Vec<Read>, Vec<ContactDraft>) {
    let mut drafts = Vec::new();
    let read = lines.into_iter().map(|(line, contact)| {
        let external_id = contact.map(|draft| {
            let external_id = draft.external_id.clone();
            drafts.push(draft);
            external_id
        });
        (line, external_id)
    });
    (read.collect(), drafts)
}
