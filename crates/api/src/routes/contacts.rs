//! Contacts: list, read, take back, decide about, and what happened to each.

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::form::{self, Query};
use crate::idempotency::{Idempotency, json};
use crate::openapi::{examples, responses};
use crate::paging::{List, Paging};
use crate::path::Id;
use crate::problem::Problem;
use crate::wire::contact::ContactView;
use crate::wire::event::EventView;
use crate::wire::safety::ResolveForm;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use outdial_engine::{ContactFilter, Engine};
use outdial_model::{Contact, ContactId, ContactStatus, Disposition, TaskId};

/// List a task's contacts
///
/// Newest first.
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["contacts:read"])),
    params(
        ("id" = String, Path, description = "The task's id."),
        ("status" = Option<String>, Query, description = "Only contacts in one of these statuses, separated by commas: `queued,held`."),
        ("disposition" = Option<String>, Query, description = "Only contacts that ended like one of these, separated by commas: `busy,no_answer`."),
        ("external_id" = Option<String>, Query, description = "Only the contact with this key of yours."),
        ("cancel_requested" = Option<String>, Query, description = "`true`: only contacts somebody asked to cancel whose vendor has not told of it yet."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of contacts.",
            body = List<ContactView>, example = json!(examples::list(examples::contact()))),
        responses::ListingOfOne
    )
)]
#[get("/tasks/{id}/contacts")]
pub(crate) async fn list_contacts(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<TaskId>,
    query: Query,
) -> Result<Json<List<ContactView>>, Problem> {
    let (filter, paging) = query.list(1..=200, |query| {
        let statuses = query.optional("status", |at| at.words(ContactStatus::ALL));
        let dispositions = query.optional("disposition", |at| at.words(Disposition::ALL));
        let external_id = query.optional("external_id", |at| at.text(1..=128));
        let cancel_requested = query.optional("cancel_requested", |at| at.word(&["true"]));
        Ok(ContactFilter {
            statuses: statuses?.unwrap_or_default(),
            dispositions: dispositions?.unwrap_or_default(),
            external_id: external_id?,
            cancel_requested: cancel_requested?.is_some(),
        })
    })?;
    let contacts = engine.contacts(&caller.tenant, &id.0, &filter, &paging.page()).await?;
    Ok(Json(paging.list(contacts, |contact| contact.id.as_str(), Into::into)))
}

/// Read a contact
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["contacts:read"])),
    params(("id" = String, Path, description = "The contact's id.")),
    responses(
        (status = 200, description = "The contact as it is.",
            body = ContactView, example = json!(examples::contact())),
        responses::OneById
    )
)]
#[get("/contacts/{id}")]
pub(crate) async fn get_contact(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<ContactId>,
) -> Result<Json<ContactView>, Problem> {
    let contact = engine.contact(&caller.tenant, &id.0).await?;
    Ok(Json(contact.into()))
}

/// Cancel a contact
///
/// At once while it is still with us. Once the vendor has it, the vendor is asked to take it back where it
/// can; until it confirms, `cancel_requested` is true and the phone may still ring.
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["contacts:write"])),
    params(("id" = String, Path, description = "The contact's id.")),
    responses(
        (status = 202, description = "Asked for.", body = ContactView, example = json!(examples::contact())),
        responses::Steering
    )
)]
#[post("/contacts/{id}/cancel")]
pub(crate) async fn cancel_contact(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<ContactId>,
    once: Idempotency,
) -> Result<HttpResponse, Problem> {
    let words = |contact: &Contact| json(StatusCode::ACCEPTED, &ContactView::from(contact.clone()));
    once.answer(None, words, async |once| Ok(engine.cancel_contact(&caller.tenant, &id.0, once).await?)).await
}

/// Decide about a contact
///
/// For operators. A contact stays `unknown` when a request to the vendor broke off, no look-up can tell
/// whether the vendor took it, and the task's `on_unknown` is `hold` (the default) or its horizon has not
/// come. Look the number up in the vendor's console, then say what is so; it is done when this answers, and
/// the timeline keeps it. Only a contact that is `unknown` can be decided about: any other is 409
/// `wrong_state` and needs no decision.
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["contacts:write"])),
    params(("id" = String, Path, description = "The contact's id.")),
    request_body(content = ResolveForm, description = "The decision.",
        example = json!({"decision": "assume_dialed"})),
    responses(
        (status = 200, description = "The contact as decided.",
            body = ContactView, example = json!(examples::resolved_contact())),
        responses::Deciding
    )
)]
#[post("/contacts/{id}/resolve")]
pub(crate) async fn resolve_contact(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<ContactId>,
    once: Idempotency,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    let words = |contact: &Contact| json(StatusCode::OK, &ContactView::from(contact.clone()));
    once.answer(Some(&body.0), words, async |once| {
        let form = form::read(&body.0, ResolveForm::read).map_err(Problem::invalid_fields)?;
        Ok(engine.resolve_contact(&caller.tenant, &id.0, form.decision, once).await?)
    })
    .await
}

/// Read a contact's timeline
///
/// Everything that happened to it and its calls, oldest first: each step of the contact with its `cause`.
#[utoipa::path(
    tag = "Contacts",
    security(("bearer" = ["contacts:read"])),
    params(
        ("id" = String, Path, description = "The contact's id."),
        Paging
    ),
    responses(
        (status = 200, description = "A page of events.",
            body = List<EventView>, example = json!(examples::list(examples::event()))),
        responses::ListingOfOne
    )
)]
#[get("/contacts/{id}/timeline")]
pub(crate) async fn get_timeline(
    engine: Data<Engine>,
    caller: Caller,
    id: Id<ContactId>,
    query: Query,
) -> Result<Json<List<EventView>>, Problem> {
    let ((), paging) = query.list(1..=200, |_| Ok(()))?;
    let page = paging.page();
    let events = engine.timeline(&caller.tenant, &id.0, page.after.as_ref(), page.limit).await?;
    Ok(Json(paging.list(events, |event| event.id.as_str(), Into::into)))
}
