//! Adding contacts: a JSON batch, or a stream of any length.

use super::tasks::refuse_too_many;
use crate::auth::Caller;
use crate::body;
use crate::form::{self, Fields, Read};
use crate::openapi::{examples, responses};
use crate::path::Id;
use crate::problem::Problem;
use crate::upload::{self, Csv, Ndjson};
use crate::wire::batch::BatchView;
use crate::wire::contact::ContactForm;
use crate::wire::task_form::MOST_CONTACTS;
use actix_web::web::{Data, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, post};
use outdial_engine::{ContactDraft, Engine};
use outdial_model::TaskId;
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
/// - `text/csv`: the first row names the columns: `phone`, and optionally `external_id` and `name`; every
///   other column is a variable (`var.` before its name is taken off). Cells are quoted as in RFC 4180.
///
/// Streams are taken in as they come. If one breaks off or the task ends meanwhile, what came before is
/// kept and `stopped` tells the first line that was not taken.
#[utoipa::path(
    tag = "Contacts",
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
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (tenant, task) = (&caller.tenant, &id.0);
    let into = upload::Into { engine: &engine, tenant, task };
    let batch = match request.content_type() {
        "application/json" => {
            let body = body::json(&request, payload.into_inner()).await?;
            refuse_too_many(&body)?;
            let form = form::read(&body, |at| at.object(BatchForm::read)).map_err(Problem::invalid_fields)?;
            batch(&into, form).await?
        }
        "application/x-ndjson" => upload::stream(&into, &request, payload, Ndjson).await?,
        "text/csv" => upload::stream(&into, &request, payload, Csv::default()).await?,
        _ => {
            let known = ["application/json", "application/x-ndjson", "text/csv"];
            return Err(body::unsupported_type(&known));
        }
    };
    Ok(HttpResponse::Accepted().json(batch))
}

async fn batch(into: &upload::Into<'_>, form: BatchForm) -> Result<BatchView, Problem> {
    let drafts: Vec<ContactDraft> = form.contacts.into_iter().map(Into::into).collect();
    let results = into.engine.add_contacts(into.tenant, into.task, &drafts, None).await?;
    let mut batch = BatchView::default();
    for ((index, draft), result) in (0..).zip(drafts).zip(results) {
        batch.note(index, draft.external_id, result);
    }
    Ok(batch)
}
