//! `[retention]`: how long people are known after their task has ended.

use super::reader::{Book, Section};
use outdial_engine::Retention;
use outdial_model::TenantId;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A hundred years: the calendar goes further back than that.
const MOST_DAYS: u32 = 36_500;

/// How long, by tenant.
pub(super) fn read(root: &mut Section, book: &mut Book) -> Retention {
    let mut section = root.section(book, "retention");
    let mut retention = Retention { usual: days(&mut section, book), ..Retention::default() };
    let mut tables = section.section(book, "tenants");
    for name in tables.names() {
        let mut tenant = tables.section(book, &name);
        let known = days(&mut tenant, book);
        if !tenant.was_set("people_days") {
            tenant.complain(book, "people_days", "must be set: a number of days, 0 for ever");
        }
        tenant.finish(book);
        match TenantId::named(&name) {
            Ok(name) => _ = retention.tenants.insert(name, known),
            Err(error) => tables.complain(book, &name, format!("is no name of a tenant: {error}")),
        }
    }
    tables.finish(book);
    section.finish(book);
    retention
}

fn days(section: &mut Section, book: &mut Book) -> Option<Duration> {
    let expected = "a number of days, at most 36500, 0 for ever";
    let days: u32 = section.checked(book, "people_days", expected, |days| *days <= MOST_DAYS)?;
    (days > 0).then(|| DAY * days)
}
