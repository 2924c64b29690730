//! The application's auto-callout tasks as the vendor shows them, whoever made them. Read-only.

use super::segments::{parse_ref, read_task};
use super::wire::Task;
use super::{TencentCcc, map};
use crate::redact;
use outdial_provider::{Checked, Effect, ErrorKind, PageRequest, ProviderError, VendorTask, VendorTaskPage};
use serde_json::Value;

impl TencentCcc {
    /// Lists one task.
    pub(super) async fn ping(&self) -> Result<Checked, ProviderError> {
        let page = self.task_page(1, 0).await?;
        let tasks = page.total_count.unwrap_or(0);
        let detail = format!(
            "DescribeAutoCalloutTasks answered for application {}, which has {tasks} tasks",
            self.config.sdk_app_id
        );
        Ok(Checked { detail })
    }

    /// A page of tasks, in the vendor's order.
    pub(super) async fn list_tasks(&self, request: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        let Place { size, number } = Place::of(request)?;
        let page = self.task_page(size, number).await?;
        let total = page.total_count.and_then(|total| u64::try_from(total).ok());
        let read_so_far = (u64::from(number) + 1) * u64::from(size);
        let more = !page.tasks.is_empty() && total.is_some_and(|total| read_so_far < total);
        let listed = page.tasks.into_iter().map(|raw| {
            let task = read_task(&raw)?;
            let id = task.task_id.clone().unwrap_or_default();
            Ok(shown(id, task, raw))
        });
        Ok(VendorTaskPage {
            tasks: listed.collect::<Result<_, ProviderError>>()?,
            next: more.then(|| Place { size, number: number + 1 }.cursor()),
            total,
        })
    }

    /// One task, with its people counted.
    pub(super) async fn show_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        let id = parse_ref(vendor_ref)?;
        let raw: Value = self.describe(id).await?;
        let task = read_task(&raw)?;
        let (people, done) =
            (task.callees.len(), task.callees.iter().filter(|callee| is_done(callee.state)).count());
        let mut shown = shown(id.to_string(), task, raw);
        shown.contacts = u64::try_from(people).ok();
        shown.finished = u64::try_from(done).ok();
        Ok(shown)
    }
}

/// Answered or not: nothing more happens to such a callee.
fn is_done(state: Option<i64>) -> bool {
    matches!(state, Some(1 | 2))
}

fn shown(vendor_ref: String, task: Task, raw: Value) -> VendorTask {
    VendorTask {
        vendor_ref,
        state: map::segment_state(task.state),
        raw_state: task.state.map(|state| state.to_string()),
        contacts: task.callee_count.and_then(|count| u64::try_from(count).ok()),
        finished: None,
        created_at: map::instant(task.not_before),
        name: task.name.as_deref().map(redact::text),
        raw: redact::record(raw),
    }
}

/// A place in the list: pages of a size, counted from 0. The cursor keeps the size, so that a reader
/// who changes the limit half-way neither skips nor repeats.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    size: u32,
    number: u32,
}

impl Place {
    fn of(request: &PageRequest) -> Result<Self, ProviderError> {
        let Some(cursor) = &request.cursor else {
            return Ok(Self { size: request.limit.clamp(1, 100), number: 0 });
        };
        let read = |(size, number): (&str, &str)| {
            let size = size.parse().ok().filter(|size| (1..=100).contains(size))?;
            Some(Self { size, number: number.parse().ok()? })
        };
        cursor.split_once('x').and_then(read).ok_or_else(|| {
            let detail = "not a cursor of this list; begin again without one";
            ProviderError::new(ErrorKind::InvalidRequest, Effect::NotSent, detail)
        })
    }

    fn cursor(&self) -> String {
        format!("{}x{}", self.size, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_keeps_its_place_whatever_the_limit_becomes() {
        let cursor = Place { size: 20, number: 3 }.cursor();
        let request = PageRequest { cursor: Some(cursor), limit: 50 };
        assert_eq!(Place::of(&request).unwrap(), Place { size: 20, number: 3 });
    }

    #[test]
    fn a_foreign_cursor_is_refused_before_anything_is_sent() {
        for cursor in ["", "3", "0x1", "101x0", "20x-1"] {
            let error = Place::of(&PageRequest { cursor: Some(cursor.into()), limit: 50 }).unwrap_err();
            assert_eq!((error.kind, error.effect), (ErrorKind::InvalidRequest, Effect::NotSent), "{cursor}");
        }
    }
}
