//! What goes with deliveries that were taken: their endpoints, events and people.

use super::delivery::UNJUDGED;
use super::taking::{Ready, TakenRow};
use super::{Connection, contact, event};
use crate::row::{EndpointRow, EventRow, number, to_json, word};
use crate::vault::Vault;
use crate::{DeliveryResult, Person, StoreError, TakenDelivery, Verdict, WebhookEndpoint};
use outdial_model::{ContactId, Event, PersonalData};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The deliveries, whole; and how those end whose endpoint or event this version cannot read. One of them must not
/// keep the others of every tenant from being taken.
pub(super) async fn of(
    conn: &mut Connection,
    vault: &Vault,
    taken: &[(&Ready, Vec<TakenRow>)],
) -> Result<(Vec<TakenDelivery>, Vec<DeliveryResult>), StoreError> {
    let endpoints = endpoints(conn, taken).await?;
    let events = events(conn, taken).await?;
    let (mut deliveries, mut unreadable) = (Vec::new(), Vec::new());
    for (ready, rows) in taken {
        for row in rows {
            let event = events.get(&(ready.tenant.clone(), row.position));
            let (Some(endpoint), Some(event)) = (endpoints.get(&ready.id), event) else {
                unreadable.push(given_up(ready, row)?);
                continue;
            };
            deliveries.push(TakenDelivery {
                endpoint: Arc::clone(endpoint),
                event: event.clone(),
                person: None,
                attempt: number(row.attempts, "webhook_deliveries.attempts")?,
                token: row.token,
            });
        }
    }
    add_people(conn, vault, &mut deliveries).await?;
    Ok((deliveries, unreadable))
}

fn given_up(ready: &Ready, row: &TakenRow) -> Result<DeliveryResult, StoreError> {
    Ok(DeliveryResult {
        endpoint: word(&ready.id, "webhook_endpoints.id")?,
        position: number(row.position, "webhook_deliveries.position")?,
        token: row.token,
        revision: UNJUDGED,
        verdict: Verdict::GivenUp,
        status: None,
        error: Some("the event cannot be read".to_owned()),
    })
}

/// Those that can be read.
async fn endpoints(
    conn: &mut Connection,
    taken: &[(&Ready, Vec<TakenRow>)],
) -> Result<HashMap<String, Arc<WebhookEndpoint>>, StoreError> {
    let ids: Vec<_> = taken.iter().map(|(endpoint, _)| &endpoint.id).collect();
    let rows: Vec<EndpointRow> =
        sqlx::query_as(concat!("SELECT * FROM webhook_endpoints WHERE id IN ", words!("$1")))
            .bind(to_json(&ids)?)
            .fetch_all(conn)
            .await?;
    let readable = rows.into_iter().filter_map(|row| WebhookEndpoint::try_from(row).ok());
    Ok(readable.map(|endpoint| (endpoint.id.to_string(), Arc::new(endpoint))).collect())
}

/// The events that can be read, by tenant and position, each read once.
async fn events(
    conn: &mut Connection,
    taken: &[(&Ready, Vec<TakenRow>)],
) -> Result<HashMap<(String, i64), Event>, StoreError> {
    #[derive(serde::Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Place<'a> {
        tenant: &'a str,
        position: i64,
    }
    let places: BTreeSet<_> = taken
        .iter()
        .flat_map(|(endpoint, rows)| rows.iter().map(|row| (endpoint.tenant.as_str(), row.position)))
        .map(|(tenant, position)| Place { tenant, position })
        .collect();
    let rows: Vec<EventRow> = sqlx::query_as(concat!(
        "SELECT events.* FROM ",
        given!("$1"; tenant: text, position: bigint),
        " CROSS JOIN events WHERE events.tenant = given.tenant AND events.position = given.position",
    ))
    .bind(to_json(&places)?)
    .fetch_all(&mut *conn)
    .await?;
    let events = event::each_with_metadata(conn, rows).await?.into_iter().flatten();
    let place = |event: &Event| (event.tenant.to_string(), i64::try_from(event.position).unwrap_or(0));
    Ok(events.map(|event| (place(&event), event)).collect())
}

/// Adds the people, where endpoints want to know who it is.
async fn add_people(
    conn: &mut Connection,
    vault: &Vault,
    deliveries: &mut [TakenDelivery],
) -> Result<(), StoreError> {
    let whose = |delivery: &TakenDelivery| -> Option<ContactId> {
        let wanted = delivery.endpoint.settings.personal_data != PersonalData::None;
        delivery.event.contact.clone().filter(|_| wanted)
    };
    let ids: BTreeSet<_> = deliveries.iter().filter_map(whose).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let contacts = contact::by_id(conn, vault, &ids.into_iter().collect::<Vec<_>>()).await?;
    let people: HashMap<_, _> = contacts
        .into_iter()
        .filter_map(|contact| Some((contact.id, Person { phone: contact.phone?, name: contact.name })))
        .collect();
    for delivery in deliveries {
        delivery.person = whose(delivery).and_then(|id| people.get(&id).cloned());
    }
    Ok(())
}
