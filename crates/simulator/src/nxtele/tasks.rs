//! Operations on tasks: create, control, change, list.

use std::time::Duration;

use serde_json::{Value, json};

use super::fields::Fields;
use super::task::{Setup, Task};
use super::{Answer, Platform, Refusal, wire};
use crate::campaign::{End, Phase};
use crate::exchange::Exchange;
use crate::vendors::Provider;

impl Platform {
    pub(super) fn create_task(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let index = self.open_task("createTask", body, exchange)?;
        Ok(Answer::ok(wire::task_state(&self.tasks[index])))
    }

    pub(super) fn create_and_call(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let batch = super::orders::Batch::read(body.object("callInfoList")?, exchange)?;
        let index = self.open_task("createAndCall", body, exchange)?;
        let mut answer = self.add_orders("createAndCall", index, batch, exchange);
        if let (Value::Object(members), Value::Object(state)) =
            (&mut answer.members, wire::task_state(&self.tasks[index]))
        {
            members.extend(state);
        }
        Ok(answer)
    }

    /// The task's place; an existing one only where repeated ids are set to succeed.
    fn open_task(
        &mut self,
        operation: &str,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<usize, Refusal> {
        let user_id = body.id("userTaskID")?;
        let scene = body.id("sceneID")?;
        let setup = Setup::read(body, exchange)?;
        let top_level = body.text_if_any("taskCallbackUrl")?.unwrap_or_default();
        let order_url = body.text_if_any("orderCallbackUrl")?.unwrap_or_default().to_owned();
        if let Some(index) = self.by_user_id.get(user_id) {
            return match exchange.settings.nxtele.duplicate_task_succeeds {
                true => Ok(*index),
                false => Err(Refusal::value("userTaskID: a task has this id already")),
            };
        }
        // Nested wins (22).
        let task_url = Some(setup.text("taskCallbackUrl")).filter(|url| !url.is_empty()).unwrap_or(top_level);
        let urls = (task_url.to_owned(), order_url);
        let lag = exchange.lag(Provider::Nxtele, operation);
        let listed = exchange.listed(lag);
        self.tasks.push(Task::new(user_id, scene, setup, urls, listed, exchange));
        self.by_user_id.insert(user_id.to_owned(), self.tasks.len() - 1);
        Ok(self.tasks.len() - 1)
    }

    /// Start from 1 and 5, pause from 2, complete from 1, 2 and 5; anything else is 4 and changes nothing
    /// (31).
    pub(super) fn mgr_task_status(&mut self, body: Fields<'_>) -> Result<Answer, Refusal> {
        let user_id = body.id("userTaskID")?;
        let operate = body.integer("taskOperate")?;
        let delete = delete_waiting(body)?;
        let index = self.task_index(user_id)?;
        let task = &mut self.tasks[index];
        let campaign = &mut task.campaign;
        match (operate, campaign.phase()) {
            (1, Phase::Pending | Phase::Paused) => campaign.run(),
            (2, Phase::Running) => campaign.pause(),
            (3, Phase::Pending | Phase::Running | Phase::Paused) => campaign.close(End::Completed),
            (1..=3, _) => {
                return Err(Refusal::value("taskOperate: not possible in the task's present status"));
            }
            _ => return Err(Refusal::value("taskOperate: 1, 2 or 3")),
        }
        if delete || operate == 3 {
            campaign.cancel_waiting();
        }
        Ok(Answer::ok(wire::task_state(task)))
    }

    /// Replaces both objects, five minutes from now (30).
    pub(super) fn update_task(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let user_id = body.id("userTaskID")?;
        body.id("sceneID")?;
        let setup = Setup::read(body, exchange)?;
        let index = self.task_index(user_id)?;
        let task = &mut self.tasks[index];
        if !matches!(task.campaign.phase(), Phase::Pending | Phase::Paused) {
            return Err(Refusal::value("only a task that is paused or not started can be changed"));
        }
        let delay = Duration::from_secs(exchange.settings.nxtele.update_delay_seconds);
        task.update_at(exchange.now + delay, setup);
        Ok(Answer::ok(wire::task_state(task)))
    }

    pub(super) fn list_task(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let page = Page::read(body, exchange)?;
        let wanted = body.object("queryConditions")?;
        let statuses = wanted.integers_if_any("taskStatus")?;
        let names = wanted.texts_if_any("taskName")?;
        let scene = wanted.text_if_any("sceneID")?;
        let ids = wanted.texts_if_any("userTaskID")?;
        let since = wanted.integer_if_any("startTs")?.filter(|at| *at > 0);
        let until = wanted.integer_if_any("endTs")?.filter(|at| *at > 0);
        let lag = exchange.lag(Provider::Nxtele, "listTask");
        let matches = |task: &&Task| {
            let name = task.setup.text("taskName");
            task.listed.is_shown(lag)
                && any(&statuses, |status| *status == task.status())
                && any(&names, |part| name.contains(part))
                && any(&ids, |id| *id == task.user_id)
                && scene.is_none_or(|scene| scene.is_empty() || scene == task.scene)
                && since.is_none_or(|since| task.created.seconds() >= since)
                && until.is_none_or(|until| task.created.seconds() <= until)
        };
        let found: Vec<&Task> = self.tasks.iter().rev().filter(matches).collect();
        let data: Vec<Value> = page.of(&found).iter().map(|task| wire::task_data(task)).collect();
        Ok(Answer::ok(json!({"taskData": data, "totalCount": found.len()})))
    }
}

/// Absent or empty lists filter nothing.
fn any<T>(list: &Option<Vec<T>>, fits: impl Fn(&T) -> bool) -> bool {
    list.as_ref().is_none_or(|list| list.is_empty() || list.iter().any(fits))
}

/// `delCall`: whether numbers not dialed yet go, too.
pub(super) fn delete_waiting(body: Fields<'_>) -> Result<bool, Refusal> {
    match body.integer_if_any("delCall")? {
        None | Some(0) => Ok(false),
        Some(1) => Ok(true),
        Some(_) => Err(Refusal::value("delCall: 0 or 1")),
    }
}

/// `page` (from 1) and `size`.
pub(super) struct Page {
    skip: usize,
    size: usize,
}

impl Page {
    pub(super) fn read(body: Fields<'_>, exchange: &Exchange<'_>) -> Result<Page, Refusal> {
        let limit = exchange.settings.nxtele.page_size_limit;
        let page = usize::try_from(body.integer("page")?).unwrap_or(0);
        let size = usize::try_from(body.integer("size")?).unwrap_or(0);
        if page == 0 || !(1..=limit).contains(&size) {
            return Err(Refusal::value(format!("page: from 1; size: 1 to {limit}")));
        }
        Ok(Page { skip: (page - 1).saturating_mul(size), size })
    }

    pub(super) fn of<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let from = self.skip.min(items.len());
        &items[from..items.len().min(from.saturating_add(self.size))]
    }
}
