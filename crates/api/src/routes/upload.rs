//! Adding contacts: a JSON batch, or a stream of any length.

use super::tasks::refuse_too_many;
use crate::auth::Caller;
use crate::body::{self, Pieces};
use crate::form::{self, Fields, Read};
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::path::Id;
use crate::problem::Problem;
use crate::upload::{self, ContactColumns, Contacts, Csv, Ndjson, Target, Uploads};
use crate::wire::batch::BatchView;
use crate::wire::contact::ContactForm;
use crate::wire::task_form::MOST_CONTACTS;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, post};
use outdial_engine::{ContactDraft, ContactResult, Engine};
use outdial_model::TaskId;
use serde_json::Value;
use utoipa::ToSchema;

// No `Debug`: it holds people.
/// Contacts to be added.
#[derive(ToSchema)]
#[schema(as = AddContacts)]
pub(crate) struct BatchForm {
    /// At most 1000; more go as a stream.
    #[schema(max_items = 1000)]
    pub contacts: Vec<ContactForm>,
}

impl BatchForm {
    fn read(form: &mut Fields<'_>) -> Read<Self> {
        let contacts =
            form.required("contacts", |at| at.list(MOST_CONTACTS, |at| at.object(ContactForm::read)))?;
        Ok(Self { contacts })
    }
}

/// Add contacts to a task
///
/// At any time until the task is stopped or completed, at every vendor. Each contact is judged by itself:
/// one that cannot be dialed is rejected in `results`, the others are kept. The same `external_id` again
/// adds nothing, so an upload can safely be repeated.
///
/// - `application/json`: `{"contacts": […]}`, at most 1000. Here the *shape* counts for the whole request:
///   an unknown field or a wrong type anywhere refuses all of it.
/// - `application/x-ndjson`: one contact per line, any number.
/// - `text/csv`: the first row names the columns: `phone`, and optionally `external_id`, `name`, `time_zone`,
///   `expires_at` and `person_id`; every other column is a variable (`var.` before its name is taken off, so that a variable may be
///   called `name`). Cells are quoted as in RFC 4180.
///
/// Streams are taken in as they come. If one breaks off or the task ends meanwhile, what came before is
/// kept and `stopped` tells the first line that was not taken. With an `Idempotency-Key` such a stream can be
/// sent again from its first line: lines that were taken are `existing` then, also those without `external_id`.
/// A task that is dialing takes nobody while the dials of the day, or those for the key that asked for it, are used up: 429
/// `budget_exhausted`, or `stopped` with that code.
/// A server takes in 32 streams at a time, 16 of one tenant; others are answered `too_many_uploads`. A stream lasts an
/// hour at most, and no longer than its key or token is good.
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["contacts:write"])),
    params(("id" = String, Path, description = "The task's id.")),
    request_body(
        description = "Contacts, in one of three types.",
        content(
            (BatchForm = "application/json", example = json!({"contacts": [examples::new_contact()]})),
            (String = "application/x-ndjson", example = json!(examples::NDJSON)),
            (String = "text/csv", example = json!(examples::CSV))
        )
    ),
    responses(
        (status = 202, description = "What became of each.",
            body = BatchView, example = json!(examples::batch())),
        responses::Adding
    )
)]
#[post("/tasks/{id}/contacts")]
pub(crate) async fn add_contacts(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    once: Idempotency,
    uploads: Data<Uploads>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let target = Target { engine: &engine, caller: &caller };
    let contacts = Contacts::of(&id.0);
    let payload = payload.into_inner();
    let place = || uploads.enter(&caller.tenant);
    match request.content_type() {
        "application/json" => batch(target, &id.0, &once, &body::json(&request, payload).await?).await,
        "application/x-ndjson" => {
            let _place = place()?;
            let pieces = Pieces::of(&request, payload);
            upload::stream(target, &once, pieces, Ndjson::of_contacts(), contacts).await
        }
        "text/csv" => {
            let _place = place()?;
            let pieces = Pieces::of(&request, payload);
            upload::stream(target, &once, pieces, Csv::<ContactColumns>::default(), contacts).await
        }
        _ => Err(body::unsupported_type(&["application/json", "application/x-ndjson", "text/csv"])),
    }
}

async fn batch(
    Target { engine, caller }: Target<'_>,
    task: &TaskId,
    once: &Idempotency,
    body: &Value,
) -> Result<HttpResponse, Problem> {
    refuse_too_many(body)?;
    let form = form::read(body, |at| at.object(BatchForm::read)).map_err(Problem::invalid_fields)?;
    let drafts: Vec<ContactDraft> = form.contacts.into_iter().map(Into::into).collect();
    let words = |results: &Vec<ContactResult>| {
        let mut batch = BatchView::default();
        for ((index, draft), result) in (0..).zip(&drafts).zip(results) {
            batch.note(index, draft.external_id.clone(), result.clone());
        }
        json(StatusCode::ACCEPTED, &batch)
    };
    let tenant = &caller.tenant;
    once.answer(Some(body), words, async |once| Ok(engine.add_contacts(tenant, task, &drafts, once).await?))
        .await
}
