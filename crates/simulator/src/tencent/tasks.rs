//! The actions on auto-callout tasks.

use serde::Deserialize;
use serde_json::{Value, json};

use super::create::Create;
use super::task::{Callee, Task};
use super::{Platform, Refusal, own_application};
use crate::campaign::{Campaign, End, Phase};
use crate::exchange::Exchange;
use crate::number::e164;
use crate::vendors::Provider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneTask {
    sdk_app_id: u64,
    task_id: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) sdk_app_id: u64,
    pub(super) page_size: usize,
    /// From 0.
    pub(super) page_number: usize,
}

impl Page {
    pub(super) fn check(&self, limit: usize) -> Result<(), Refusal> {
        if (1..=limit).contains(&self.page_size) {
            Ok(())
        } else {
            Err(Refusal::value(format!("PageSize: 1 to {limit}")))
        }
    }

    pub(super) fn of<T>(&self, items: impl Iterator<Item = T>) -> Vec<T> {
        items.skip(self.page_number.saturating_mul(self.page_size)).take(self.page_size).collect()
    }
}

impl Platform {
    pub(super) fn create(&mut self, asked: Create, exchange: &mut Exchange<'_>) -> Result<Value, Refusal> {
        own_application(asked.sdk_app_id, "InvalidParameterValue")?;
        asked.check(exchange)?;
        let mut campaign = Campaign::new(asked.rules(exchange)?, exchange.now);
        let uui_of = asked.user_data();
        for written in &asked.callees {
            if let Some(number) = e164(written) {
                campaign.add(number, Callee { written: written.clone(), uui: uui_of(written) });
            }
        }
        drop(uui_of);
        let lag = exchange.lag(Provider::TencentCcc, "CreateAutoCalloutTask");
        let listed = exchange.listed(lag);
        let id = self.tasks.len() + 1;
        self.tasks.push(Task { id, asked, campaign, listed });
        Ok(json!({"TaskId": id}))
    }

    pub(super) fn describe(
        &mut self,
        wanted: &OneTask,
        exchange: &mut Exchange<'_>,
    ) -> Result<Value, Refusal> {
        let lag = exchange.lag(Provider::TencentCcc, "DescribeAutoCalloutTask");
        let task = self.task(wanted)?;
        if task.listed.is_shown(lag) { Ok(task.detail()) } else { Err(no_such_task()) }
    }

    pub(super) fn list(&mut self, page: &Page, exchange: &mut Exchange<'_>) -> Result<Value, Refusal> {
        own_application(page.sdk_app_id, "InvalidParameterValue")?;
        page.check(exchange.settings.tencent.page_size_limit)?;
        let lag = exchange.lag(Provider::TencentCcc, "DescribeAutoCalloutTasks");
        let mut shown: Vec<_> = self.tasks.iter().filter(|task| task.listed.is_shown(lag)).collect();
        if !exchange.settings.tencent.list_oldest_first {
            shown.reverse();
        }
        Ok(json!({"TotalCount": shown.len(), "Tasks": page.of(shown.iter().map(|task| task.summary()))}))
    }

    pub(super) fn stop(&mut self, wanted: &OneTask) -> Result<Value, Refusal> {
        let campaign = &mut self.task(wanted)?.campaign;
        match campaign.phase() {
            Phase::Pending | Phase::Running | Phase::Paused => campaign.close(End::Stopped),
            Phase::Closing(_) | Phase::Over(_) => return Err(wrong_state()),
        }
        Ok(json!({}))
    }

    pub(super) fn pause(&mut self, wanted: &OneTask) -> Result<Value, Refusal> {
        let campaign = &mut self.task(wanted)?.campaign;
        if campaign.phase() != Phase::Running {
            return Err(wrong_state());
        }
        campaign.pause();
        Ok(json!({}))
    }

    pub(super) fn resume(&mut self, wanted: &OneTask) -> Result<Value, Refusal> {
        let campaign = &mut self.task(wanted)?.campaign;
        if campaign.phase() != Phase::Paused {
            return Err(wrong_state());
        }
        campaign.run();
        Ok(json!({}))
    }

    fn task(&mut self, wanted: &OneTask) -> Result<&mut Task, Refusal> {
        own_application(wanted.sdk_app_id, "InvalidParameterValue")?;
        wanted.task_id.checked_sub(1).and_then(|index| self.tasks.get_mut(index)).ok_or_else(no_such_task)
    }
}

fn no_such_task() -> Refusal {
    Refusal::value("TaskId: there is no such task")
}

fn wrong_state() -> Refusal {
    Refusal::new("UnsupportedOperation", "not possible in the task's present state")
}
