//! The account's tasks as NXTele shows them, whoever made them. For people to look at.

use super::Nxtele;
use super::map::{self, Cursor};
use super::segments::unlisted;
use super::wire::{ListOptions, ListTask, PRODUCT, QueryConditions};
use outdial_provider::{PageRequest, ProviderError, VendorTask, VendorTaskPage};
use serde_json::Map;

/// Elements of the lists shown with a task.
const SHOWN: u32 = 100;

impl Nxtele {
    pub(super) async fn list(&self, request: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        let cursor = Cursor::of(request)?;
        let page = ListTask {
            product_id: PRODUCT,
            page: cursor.page,
            size: cursor.size,
            query_conditions: QueryConditions::default(),
        };
        let listed = self.client.list_task(&page).await?;
        let total = listed.total_count;
        let rows = map::tasks(listed, cursor.before())?;
        let received = rows.len();
        let tasks: Vec<_> = rows.into_iter().filter_map(map::vendor_task).collect();
        let left_out = received - tasks.len();
        if left_out > 0 {
            tracing::info!(left_out, "NXTele lists tasks without a userTaskID; they cannot be shown");
        }
        Ok(VendorTaskPage {
            next: cursor.after(received, total),
            total: total.and_then(|count| u64::try_from(count).ok()),
            tasks,
        })
    }

    /// Where the account is set to it, the first calls and orders are shown too, in the form NXTele
    /// gives them: it is unpublished, so nothing in it is relied upon and only what cannot be
    /// personal is shown.
    pub(super) async fn show(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        let (raw, _) = self.listed(vendor_ref).await?.into_iter().next().ok_or_else(unlisted)?;
        let mut task = map::vendor_task(raw).ok_or_else(unlisted)?;
        let options = ListOptions {
            product_id: PRODUCT,
            user_task_id: vendor_ref,
            options: Map::new(),
            page: 1,
            size: SHOWN,
        };
        if self.config.list_call {
            task.raw["listCall"] = map::impersonal(self.client.list_call(&options).await?);
        }
        if self.config.list_order {
            task.raw["listOrder"] = map::impersonal(self.client.list_order(&options).await?);
        }
        Ok(task)
    }
}
