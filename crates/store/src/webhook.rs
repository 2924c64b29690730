//! Webhook endpoints and deliveries: what the store keeps of them and what couriers take and bring back.

use outdial_model::{
    ContactId, DeliveryStatus, DisabledReason, EndpointId, EndpointStatus, Event, EventId, EventType,
    PersonName, PersonalData, Phone, TaskId, TenantId, Timestamp,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A signing secret, encrypted by whoever uses the store. Never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(pub Vec<u8>);

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSecret(***)")
    }
}

/// What the owner of an endpoint decides. Printing it shows no URL: its query may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointSettings {
    /// Where events are sent.
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// Only these types; empty for all.
    pub event_types: Vec<EventType>,
    /// Only events of this task.
    pub task: Option<TaskId>,
    /// What of the person goes along.
    pub personal_data: PersonalData,
}

impl fmt::Debug for EndpointSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointSettings")
            .field("event_types", &self.event_types)
            .field("task", &self.task)
            .field("personal_data", &self.personal_data)
            .finish_non_exhaustive()
    }
}

/// An endpoint to be stored, enabled from the start: it gets what happens from then on.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// What its owner decides.
    pub settings: EndpointSettings,
    /// What its deliveries are signed with.
    pub secret: SealedSecret,
}

/// A webhook endpoint as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What its owner decides.
    pub settings: EndpointSettings,
    /// What its deliveries are signed with.
    pub secret: SealedSecret,
    /// The secret before a rotation, which signs, too, until that instant.
    pub previous_secret: Option<(SealedSecret, Timestamp)>,
    /// Whether it gets events.
    pub status: EndpointStatus,
    /// Why it does not.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when every attempt has failed; `None` while the last one succeeded.
    pub failing_since: Option<Timestamp>,
    /// Deliveries that wait or are under way. What the log holds beyond them is planned when they get fewer.
    pub pending: u64,
    /// Ascends with every change its owner can see.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its owner changed it last, or it was disabled.
    pub updated_at: Timestamp,
}

/// What changes an endpoint.
#[derive(Debug, Clone)]
pub struct EndpointPatch {
    /// The settings from now on.
    pub settings: EndpointSettings,
    /// Whether it gets events from now on; `None` leaves it as it is. What happened while it was disabled is
    /// only brought by a replay.
    pub status: Option<EndpointStatus>,
}

/// Which events of the past an endpoint gets again; of those only what its settings let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Those of a task, its contacts and calls.
    Task(TaskId),
    /// Those of a contact and its calls.
    Contact(ContactId),
    /// Those of a type.
    Kind(EventType),
    /// Those that happened then or later.
    Since(Timestamp),
}

/// The person an event is about. Printing it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The number.
    pub phone: Phone,
    /// The name, if it is known.
    pub name: Option<PersonName>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(***)")
    }
}

/// A delivery a courier has taken: its own to attempt until the term is over.
#[derive(Debug, Clone)]
pub struct TakenDelivery {
    /// Where it goes.
    pub endpoint: Arc<WebhookEndpoint>,
    /// What is told.
    pub event: Event,
    /// Of whom; only where the endpoint asks for personal data and the event is of a contact.
    pub person: Option<Person>,
    /// The how manieth attempt this is, from 1.
    pub attempt: u32,
    /// Ascends with every taking of the delivery; an older one settles nothing.
    pub token: i64,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct DeliveryResult {
    /// Which endpoint.
    pub endpoint: EndpointId,
    /// Which event, by its position.
    pub position: u64,
    /// The token it was taken with.
    pub token: i64,
    /// The endpoint's revision then. What was attempted before its owner changed it tells nothing of how it is now.
    pub revision: i64,
    /// What follows.
    pub verdict: Verdict,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong, in a few words without personal data or secrets.
    pub error: Option<String>,
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The endpoint took it.
    Delivered,
    /// Once more; the others of its lane wait for it.
    Again {
        /// When.
        at: Timestamp,
        /// What the endpoint asked for: no earlier than this, whatever happens meanwhile.
        not_before: Option<Timestamp>,
    },
    /// It failed for good; the others of its lane go on.
    GivenUp,
    /// It failed for good, for there is no such endpoint any more: it is disabled.
    Gone,
    /// It was not tried: the attempt does not count, and it is due as before.
    Untried,
}

/// How endpoints are judged by the way their attempts end.
#[derive(Debug, Clone, Copy)]
pub struct Judgement {
    /// Whoever takes something after nothing but failures for so long is well again.
    pub illness: Duration,
    /// What waits for an endpoint that is well again, after no more attempts than this, is due at once.
    pub few_attempts: u32,
    /// Whoever does nothing but fail for so long is disabled.
    pub patience: Duration,
}

/// What the way attempts ended meant for endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Those that are well again.
    pub recovered: Vec<Recovered>,
    /// Those that were disabled.
    pub disabled: Vec<(EndpointId, DisabledReason)>,
}

/// An endpoint that took something after nothing but failures for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Which endpoint.
    pub endpoint: EndpointId,
    /// Since when it had failed.
    pub failed_since: Timestamp,
}

/// One line of an endpoint's delivery log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which endpoint.
    pub endpoint: EndpointId,
    /// Which event.
    pub event: EventId,
    /// The event's position, by which the log is paged.
    pub position: u64,
    /// The event's type.
    pub kind: EventType,
    /// How far it is.
    pub status: DeliveryStatus,
    /// Attempts so far, one under way included; from 0 again after a replay, and at another URL.
    pub attempts: u32,
    /// When it is tried next; `None` when it is not, or when it waits for another one of its lane.
    pub next_at: Option<Timestamp>,
    /// When the last attempt ended.
    pub last_attempt_at: Option<Timestamp>,
    /// The HTTP status of the last attempt, if there was an answer.
    pub last_status: Option<u16>,
    /// What went wrong in the last attempt.
    pub last_error: Option<String>,
    /// When it was planned.
    pub created_at: Timestamp,
}

/// What planning did for one tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlannedDeliveries {
    /// Deliveries that were added.
    pub added: u64,
    /// Whether there is more to plan at once.
    pub more: bool,
}

/// How much waits to be delivered, in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries that wait or are under way.
    pub pending: u64,
    /// Events that are not planned yet for those who may want them.
    pub unplanned: u64,
}
