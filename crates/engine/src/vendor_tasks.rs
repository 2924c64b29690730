//! The vendor's own tasks: looking at them live, and taking one over.

use crate::accounts::supported;
use crate::once::{Once, Worded};
use crate::{Engine, EngineError};
use outdial_model::{
    AccountId, DesiredStatus, Segment, SegmentId, SegmentStatus, Task, TaskId, TaskSpec, TaskStatus, TenantId,
};
use outdial_provider::{ErrorKind, Operation, PageRequest, SegmentState, VendorTask, VendorTaskPage};
use outdial_store::NewTask;

/// A task of ours that manages a vendor's task.
#[derive(Debug, Clone)]
pub struct Adopted {
    /// Our task.
    pub task: Task,
    /// The vendor's task, its one segment.
    pub segment: Segment,
}

impl Engine {
    /// A page of the vendor's tasks, live and read-only.
    pub async fn vendor_tasks(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        page: &PageRequest,
    ) -> Result<VendorTaskPage, EngineError> {
        let account = self.account_for(tenant, id)?;
        supported(&account, Operation::ListVendorTasks)?;
        let result = account.provider.vendor_tasks(page).await;
        self.noted(&account, result)
    }

    /// One of the vendor's tasks, live and read-only.
    pub async fn vendor_task(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        vendor_ref: &str,
    ) -> Result<VendorTask, EngineError> {
        let account = self.account_for(tenant, id)?;
        supported(&account, Operation::GetVendorTask)?;
        let result = account.provider.vendor_task(vendor_ref).await;
        if matches!(&result, Err(error) if error.kind == ErrorKind::NotFound) {
            return Err(EngineError::NotFound("vendor task"));
        }
        self.noted(&account, result)
    }

    /// Makes a task of ours that manages a vendor's task made in the vendor's console: it can be
    /// followed and steered, and (where the vendor can) people can be added to it. `client` is who asks, as budgets know them.
    pub async fn adopt(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        vendor_ref: &str,
        client: Option<String>,
        once: Option<&Once<'_, Adopted>>,
    ) -> Result<Adopted, EngineError> {
        let found = self.vendor_task(tenant, id, vendor_ref).await?;
        let now = self.now();
        let SegmentState::Known(status) = found.state else {
            let detail =
                "the vendor's task is in a state this version does not know; it was not taken over".into();
            return Err(EngineError::Conflict { code: "unknown_vendor_state", detail });
        };
        let (shown, desired) = match status {
            _ if status.is_final() => {
                let detail =
                    format!("the vendor's task is {status}; only one that is not over can be taken over");
                return Err(EngineError::Conflict { code: "wrong_state", detail });
            }
            SegmentStatus::Running | SegmentStatus::Ending => (TaskStatus::Running, DesiredStatus::Running),
            SegmentStatus::Paused => (TaskStatus::Paused, DesiredStatus::Paused),
            _ => (TaskStatus::Draft, DesiredStatus::Draft),
        };
        let task = TaskId::generate(now);
        let segment = Segment {
            id: SegmentId::generate(now),
            tenant: tenant.clone(),
            task: task.clone(),
            account: id.clone(),
            sequence: 1,
            vendor_ref: Some(found.vendor_ref),
            status,
            raw_status: found.raw_state,
            spec_revision: 1,
            adopted: true,
            hours: None,
            contacts: 0,
            open_contacts: 0,
            opened_at: found.created_at.unwrap_or(now),
            not_before: None,
            polled_at: Some(now),
            verified_at: Some(now),
            ended_at: None,
        };
        let name = found.name.unwrap_or_else(|| vendor_ref.to_owned());
        let new = NewTask {
            id: task,
            external_id: None,
            account: id.clone(),
            route: None,
            spec: adopted_spec(name),
            status: shown,
            desired,
            adopted: Some(segment.clone()),
            redial: None,
            client,
        };
        let worded = Worded::adopted(once, &segment);
        let task = self.store().create_task(tenant, new, Vec::new(), worded.stored().as_ref(), now).await?;
        drop(worded);
        self.ring();
        Ok(Adopted { task, segment })
    }
}

/// The vendor's task keeps its own script, schedule and retries; ours only follows and steers.
fn adopted_spec(name: String) -> TaskSpec {
    TaskSpec::new(name, String::new())
}
