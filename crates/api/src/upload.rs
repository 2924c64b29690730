//! Streams of contacts and of numbers, in bounded memory.
//!
//! Bytes become records (`records.rs`), a record becomes an item or a reason why not (`ndjson.rs`, `csv.rs`), and every
//! thousand, or some MiB of them, go where such items go (`contacts.rs`, `suppressions.rs`) in one transaction. Nothing is held but
//! those that are written, those that are read meanwhile, and the results that are listed; and there are so many
//! streams at a time. A bad line costs nobody else. A stream with a key that breaks off may be sent again: whom it has
//! added, it adds no more.

mod contacts;
mod csv;
mod ndjson;
pub(crate) mod records;
mod suppressions;

pub(crate) use contacts::{ContactColumns, Contacts};
pub(crate) use csv::Csv;
pub(crate) use ndjson::Ndjson;
pub(crate) use suppressions::{SuppressionColumns, Suppressions};

use crate::auth::unauthenticated;
use crate::body::Pieces;
use crate::idempotency::{Idempotency, StreamKey, Taken, respond};
use crate::places::{Places, Turn};
use crate::problem::{Problem, table};
use actix_web::HttpResponse;
use futures_util::try_join;
use outdial_engine::{Answer, Engine, EngineError, Principal};
use outdial_model::{ContactId, FieldProblem, TenantId};
use records::{Record, Records};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Items of one transaction, and bytes of the lines they are read from.
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

/// Whose stream it is, and what takes it in.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub engine: &'a Engine,
    pub caller: &'a Principal,
}

/// How a record is read.
pub(crate) trait Format {
    /// What is in a record.
    type Item;
    /// Whether line breaks within double quotes belong to a record.
    const QUOTES: bool;

    /// The item in a record; `None` for one that holds none (a blank line, a header). The outer
    /// error refuses the whole stream.
    fn item(&mut self, record: &[u8]) -> Result<Option<Result<Self::Item, FieldProblem>>, Problem>;
}

/// An item, or why it is none, and the line it begins on.
pub(crate) type Line<T> = (u64, Result<T, FieldProblem>);

/// What a stream brings, where it goes, and what is told of it.
pub(crate) trait Load {
    /// What is in a line.
    type Item;
    /// What became of some.
    type Told;

    /// Refuses early what would be refused late.
    async fn begin(&self, target: Target<'_>) -> Result<(), EngineError>;
    /// The item under the id that follows from the stream's key and its line, if such items have one.
    fn known_as(item: Self::Item, id: Option<ContactId>) -> Self::Item;
    /// Takes in those that could be read, in one transaction.
    async fn take(&self, target: Target<'_>, lines: Vec<Line<Self::Item>>)
    -> Result<Self::Told, EngineError>;
    /// Notes what became of each, in order.
    fn note(&mut self, told: Self::Told);
    /// Notes the first line that was not taken, and why.
    fn stop(&mut self, line: u64, problem: &Problem);
    /// What the stream is answered.
    fn answer(&self) -> Answer;
}

/// Takes in everything of the stream.
pub(crate) async fn stream<L: Load, F: Format<Item = L::Item>>(
    target: Target<'_>,
    once: &Idempotency,
    mut pieces: Pieces,
    format: F,
    load: L,
) -> Result<HttpResponse, Problem> {
    load.begin(target).await?;
    let key = match once.hold(&mut pieces).await? {
        Taken::Free(key) => key,
        Taken::Before(response) => return Ok(response),
    };
    let records = Records::new(F::QUOTES);
    let known_as = L::known_as;
    let mut reader =
        Reader { pieces, records, key, format, known_as, lines: Vec::new(), bytes: 0, is_over: false };
    let mut upload = Upload { target, load, is_begun: false };
    match upload.run(&mut reader).await {
        Ok(()) => reader.key.finish(upload.load.answer()).await,
        Err(Stop { line, problem }) => {
            reader.key.let_go().await;
            if !upload.is_begun {
                return Err(problem);
            }
            upload.load.stop(line, &problem);
            Ok(respond(upload.load.answer()))
        }
    }
}

/// The first line that was not taken, and why.
struct Stop {
    line: u64,
    problem: Problem,
}

/// Reads a stream by the thousand items.
struct Reader<F: Format> {
    pieces: Pieces,
    records: Records,
    key: StreamKey,
    format: F,
    known_as: fn(F::Item, Option<ContactId>) -> F::Item,
    /// Read, and not handed on; and how many bytes these were.
    lines: Vec<Line<F::Item>>,
    bytes: usize,
    is_over: bool,
}

impl<F: Format> Reader<F> {
    /// The next lines; none at the end.
    async fn next(&mut self) -> Result<Vec<Line<F::Item>>, Stop> {
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
        let item = item(&mut self.format, &record)?;
        let id = record.bytes.and_then(|bytes| self.key.contact(record.line, &bytes));
        let item = item.map(|item| item.map(|item| (self.known_as)(item, id)));
        self.lines.extend(item.map(|item| (record.line, item)));
        Ok(())
    }
}

/// The item in a record, as its format reads it. A record that was too long holds none that can be read.
pub(crate) fn item<F: Format>(
    format: &mut F,
    record: &Record,
) -> Result<Option<Result<F::Item, FieldProblem>>, Problem> {
    if let Some(bytes) = &record.bytes {
        return format.item(bytes);
    }
    let detail = format!("longer than {} KiB", records::MOST_BYTES / 1024);
    Ok(Some(Err(FieldProblem::new("", "line_too_long", detail))))
}

struct Upload<'a, L> {
    target: Target<'a>,
    load: L,
    /// Something was handed to the engine: from here on a failure is told within the answer.
    is_begun: bool,
}

impl<L: Load> Upload<'_, L> {
    /// While the engine takes some in, the next are read. When it cannot, that is told without waiting for them.
    async fn run<F: Format<Item = L::Item>>(&mut self, reader: &mut Reader<F>) -> Result<(), Stop> {
        let ends = Instant::now() + LIFETIME;
        let mut lines = reader.next().await?;
        while let Some((line, _)) = lines.first() {
            let line = *line;
            self.may_go_on(ends).await.map_err(|problem| Stop { line, problem })?;
            let taken = self.load.take(self.target, lines);
            let (told, next) = try_join!(taken, async { Ok(reader.next().await) })
                .map_err(|error| Stop { line, problem: error.into() })?;
            self.is_begun = true;
            self.load.note(told);
            lines = next?;
        }
        Ok(())
    }

    /// A stream is not for ever, and only for as long as its key or token is good.
    async fn may_go_on(&self, ends: Instant) -> Result<(), Problem> {
        let Target { engine, caller } = self.target;
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
}
