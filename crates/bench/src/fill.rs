//! Filling a store, by its own contract and nothing else.
//!
//! What is filled in for lists is due far in the future: a gateway that starts on it finds nothing to do.

use crate::Failure;
use crate::people;
use outdial_model::{
    CallId, ContactId, DesiredStatus, DispatchId, DispatchKind, DispatchOutcome, Disposition, RawOutcome,
    Segment, SegmentId, SegmentStatus, TaskId, TaskSpec, TaskStatus, TenantId, Timestamp,
};
use outdial_store::{
    AddedContact, CallChange, Changes, ChosenBatch, DispatchChange, DispatchPlan, Lease, NewTask,
    SegmentChange, SegmentTarget, Store, TaskChange,
};
use std::time::Duration;

/// Whose everything is.
pub(crate) const TENANT: &str = "bench";

const TERM: Duration = Duration::from_secs(3_600);

/// An instant no worker will live to see.
pub(crate) fn far_ahead() -> Result<Timestamp, Failure> {
    Ok("2120-01-01T00:00:00Z".parse()?)
}

/// Makes a task that is to run.
pub(crate) async fn task(store: &dyn Store, at: Timestamp) -> Result<TaskId, Failure> {
    let tenant: TenantId = TENANT.parse()?;
    let task = NewTask {
        id: TaskId::generate(at),
        external_id: None,
        account: crate::vendor::ACCOUNT.parse()?,
        route: None,
        spec: spec(),
        status: TaskStatus::Scheduled,
        desired: DesiredStatus::Running,
        adopted: None,
        redial: None,
        client: None,
    };
    Ok(store.create_task(&tenant, task, Vec::new(), None, at).await?.id)
}

fn spec() -> TaskSpec {
    TaskSpec { default_country: Some("CN".into()), ..TaskSpec::new("March reminders", "scene-1") }
}

/// Adds people to a task; answers their ids.
pub(crate) async fn contacts(
    store: &dyn Store,
    task: &TaskId,
    count: usize,
    at: Timestamp,
) -> Result<Vec<ContactId>, Failure> {
    contacts_from(store, task, 0..count, at).await
}

/// Adds these people to a task; answers their ids.
pub(crate) async fn contacts_from(
    store: &dyn Store,
    task: &TaskId,
    numbers: std::ops::Range<usize>,
    at: Timestamp,
) -> Result<Vec<ContactId>, Failure> {
    let tenant = TENANT.parse()?;
    let mut ids = Vec::with_capacity(numbers.len());
    let first = numbers.start;
    for batch in people::batches(numbers.len()) {
        let batch = first + batch.start..first + batch.end;
        let batch = batch.filter_map(|n| people::contact(n, at)).collect();
        let added = store.add_contacts(&tenant, task, batch, None, at).await?;
        ids.extend(added.contacts.into_iter().map(|added| match added {
            AddedContact::Added(id) | AddedContact::Existing(id) => id,
        }));
    }
    Ok(ids)
}

/// Claims a task.
pub(crate) async fn claim(store: &dyn Store, task: &TaskId, at: Timestamp) -> Result<Lease, Failure> {
    let leases = store.lease_due_tasks(at, TERM, u32::MAX).await?;
    leases.into_iter().find(|lease| lease.task == *task).ok_or_else(|| "the task is not due".into())
}

/// Opens an empty segment.
pub(crate) async fn segment(store: &dyn Store, lease: &Lease, at: Timestamp) -> Result<SegmentId, Failure> {
    let id = SegmentId::generate(at);
    let segment = Segment {
        id: id.clone(),
        tenant: lease.tenant.clone(),
        task: lease.task.clone(),
        account: crate::vendor::ACCOUNT.parse()?,
        sequence: 1,
        vendor_ref: None,
        status: SegmentStatus::Opening,
        raw_status: None,
        spec_revision: 1,
        adopted: false,
        hours: None,
        contacts: 0,
        open_contacts: 0,
        opened_at: at,
        not_before: None,
        polled_at: None,
        verified_at: None,
        ended_at: None,
    };
    let plan = DispatchPlan {
        lease: lease.clone(),
        id: DispatchId::generate(at),
        kind: DispatchKind::OpenSegment,
        segment: SegmentTarget::New(Box::new(segment)),
        spec_revision: 1,
        max_contacts: 0,
        window: u64::MAX >> 1,
        attempts: 1,
        past: None,
        concurrent_calls: None,
        budgets: None,
        lines: None,
    };
    store.plan_dispatch(plan, &|_| ChosenBatch::default(), at).await?.map_err(|_| "no segment")?;
    Ok(id)
}

/// The vendor has the segment and dials.
pub(crate) async fn runs(
    store: &dyn Store,
    lease: &Lease,
    segment: &SegmentId,
    at: Timestamp,
) -> Result<(), Failure> {
    let mut changes = Changes::under(lease);
    changes.segments.push(SegmentChange {
        status: Some(SegmentStatus::Running),
        vendor_ref: Some(segment.to_string()),
        verified: true,
        polled: true,
        ..SegmentChange::of(segment)
    });
    let opened = store.work(lease, at).await?.dispatches.into_iter();
    changes.dispatches.extend(opened.map(|dispatch| {
        let outcome = DispatchOutcome::Accepted;
        DispatchChange { id: dispatch.id, outcome }
    }));
    let status = TaskStatus::Scheduled;
    changes.task = Some(TaskChange { from: status, to: TaskStatus::Running, trouble: None });
    store.apply(changes, at).await?;
    Ok(())
}

/// Writes one ended call for each contact.
pub(crate) async fn calls(
    store: &dyn Store,
    lease: &Lease,
    segment: &SegmentId,
    contacts: &[ContactId],
    at: Timestamp,
) -> Result<(), Failure> {
    for batch in contacts.chunks(people::BATCH) {
        let mut changes = Changes::under(lease);
        changes.calls.extend(batch.iter().map(|contact| CallChange {
            id: CallId::generate(at),
            contact: contact.clone(),
            segment: segment.clone(),
            vendor_call_id: format!("v-{contact}"),
            started_at: Some(at),
            answered_at: Some(at),
            ended_at: Some(at),
            talk_seconds: 12,
            disposition: Some(Disposition::AnsweredHuman),
            raw: RawOutcome::default(),
            insights: Vec::new(),
            recording: None,
        }));
        store.apply(changes, at).await?;
    }
    Ok(())
}
