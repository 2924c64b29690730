//! Tasks and their kept counts.

use super::{json, number, time, time_if, word};
use crate::StoreError;
use outdial_model::{Counts, DesiredStatus, Redial, Task, TaskStatus};
use std::collections::HashMap;

#[derive(sqlx::FromRow)]
pub(crate) struct TaskRow {
    pub(crate) id: String,
    pub(crate) tenant: String,
    external_id: Option<String>,
    pub(crate) account: String,
    pub(crate) client: Option<String>,
    route: Option<String>,
    pub(crate) spec: String,
    pub(crate) spec_revision: i64,
    pub(crate) status: String,
    pub(crate) desired: String,
    pub(crate) trouble: Option<String>,
    pub(crate) revision: i64,
    pub(crate) created_at: i64,
    updated_at: i64,
    pub(crate) started_at: Option<i64>,
    ended_at: Option<i64>,
    pub(crate) cancels_pending: i64,
    pub(crate) lease_token: i64,
    pub(crate) lease_until: Option<i64>,
    /// The task whose people it calls again.
    pub(crate) redial_of: Option<String>,
    redial_dispositions: String,
    redial_people: i64,
    pub(crate) redial_taken: i64,
    /// The last contact of that task that was looked at; `None` when all were.
    pub(crate) redial_through: Option<String>,
}

impl TaskRow {
    /// Whom it calls again, and how far it has taken them over. It takes nobody once it is over or shall be.
    pub(crate) fn redial(&self) -> Result<Option<Redial>, StoreError> {
        let Some(of) = &self.redial_of else { return Ok(None) };
        let (status, desired): (TaskStatus, DesiredStatus) =
            (word(&self.status, "tasks.status")?, word(&self.desired, "tasks.desired")?);
        Ok(Some(Redial {
            of: word(of, "tasks.redial_of")?,
            dispositions: json(&self.redial_dispositions, "tasks.redial_dispositions")?,
            people: number(self.redial_people, "tasks.redial_people")?,
            taken: number(self.redial_taken, "tasks.redial_taken")?,
            is_filling: self.redial_through.is_some()
                && !status.is_final()
                && desired != DesiredStatus::Stopped,
        }))
    }

    /// The task with its counts, which have tables of their own.
    pub(crate) fn with(self, counts: Counts) -> Result<Task, StoreError> {
        let redial = self.redial()?;
        Ok(Task {
            id: word(&self.id, "tasks.id")?,
            tenant: word(&self.tenant, "tasks.tenant")?,
            external_id: self.external_id,
            account: word(&self.account, "tasks.account")?,
            route: self.route.map(|route| json(&route, "tasks.route")).transpose()?,
            spec: json(&self.spec, "tasks.spec")?,
            spec_revision: self.spec_revision,
            status: word(&self.status, "tasks.status")?,
            desired: word(&self.desired, "tasks.desired")?,
            trouble: self.trouble,
            counts,
            client: self.client,
            redial,
            revision: self.revision,
            created_at: time(self.created_at, "tasks.created_at")?,
            updated_at: time(self.updated_at, "tasks.updated_at")?,
            started_at: time_if(self.started_at, "tasks.started_at")?,
            ended_at: time_if(self.ended_at, "tasks.ended_at")?,
        })
    }
}

/// One kept counter: contacts of a task per status, or per disposition.
#[derive(sqlx::FromRow)]
pub(crate) struct CountRow {
    task: String,
    status: Option<String>,
    disposition: Option<String>,
    contacts: i64,
}

/// The counts of every task that has any, by its id.
pub(crate) fn counts(rows: Vec<CountRow>) -> Result<HashMap<String, Counts>, StoreError> {
    let mut all: HashMap<String, Counts> = HashMap::new();
    for row in rows.into_iter().filter(|row| row.contacts != 0) {
        let counts = all.entry(row.task).or_default();
        let contacts = number(row.contacts, "task_counts.contacts")?;
        if let Some(status) = row.status {
            let status = word(&status, "task_counts.status")?;
            counts.statuses.insert(status, contacts);
        }
        if let Some(disposition) = row.disposition {
            let disposition = word(&disposition, "task_dispositions.disposition")?;
            counts.dispositions.insert(disposition, contacts);
        }
    }
    Ok(all)
}
