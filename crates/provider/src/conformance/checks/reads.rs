//! What people look at: the account, the vendor's own tasks, the catalog.

use super::unsupported::refuses;
use crate::conformance::bench::{FIRST_PAGE, LONG_FUSE};
use crate::conformance::{Bench, Outcome, ensure};
use crate::{ErrorKind, Operation};

pub(super) async fn the_account(bench: &Bench) -> Outcome {
    let checked = bench.provider.check().await?;
    ensure(!checked.detail.trim().is_empty(), "the check does not say what it did")?;
    ensure(bench.vendor.requests() > 0, "the check asked nobody")
}

pub(super) async fn vendor_tasks(bench: &Bench) -> Outcome {
    if !bench.offers(Operation::ListVendorTasks) {
        return refuses(bench, Operation::ListVendorTasks).await;
    }
    let segment = bench.stage(LONG_FUSE).await?;
    let mut listed = None;
    bench
        .until("the list of the vendor's tasks shows ours", async || {
            let page = bench.provider.vendor_tasks(&FIRST_PAGE).await?;
            let ours = page.tasks.into_iter().find(|task| {
                Some(&task.vendor_ref) == segment.vendor_ref.as_ref()
                    || task.vendor_ref == segment.key.as_str()
                    || task.name.as_deref().is_some_and(|name| name.contains(segment.key.as_str()))
            });
            listed = ours.map(|task| task.vendor_ref);
            Ok(listed.is_some())
        })
        .await?;
    if !bench.offers(Operation::GetVendorTask) {
        return refuses(bench, Operation::GetVendorTask).await;
    }
    let vendor_ref = listed.unwrap_or_default();
    let task = bench.provider.vendor_task(&vendor_ref).await?;
    ensure(
        task.vendor_ref == vendor_ref,
        "one of the vendor's tasks changes its `ref` when it is read alone",
    )?;
    let unknown = bench.provider.vendor_task("999999999").await;
    let is_unknown = unknown
        .as_ref()
        .is_err_and(|error| matches!(error.kind, ErrorKind::NotFound | ErrorKind::InvalidRequest));
    ensure(is_unknown, format!("a task that is not there is read as {unknown:?}"))
}

pub(super) async fn catalog(bench: &Bench) -> Outcome {
    if !bench.offers(Operation::Catalog) {
        return refuses(bench, Operation::Catalog).await;
    }
    let catalog = bench.provider.catalog().await?;
    ensure(catalog.templates.is_some() || catalog.callers.is_some(), "the catalog lists nothing at all")?;
    for item in catalog.templates.iter().chain(&catalog.callers).flatten() {
        ensure(!item.id.trim().is_empty(), "an item of the catalog has no id")?;
    }
    Ok(())
}
