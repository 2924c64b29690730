//! Lists by key, newest first.
//!
//! A filter of several words is a union of one short, ordered look-up per word, each as long as
//! the page at most: no list reads further than its page, whatever the size of the table.

use super::{Connection, Database, contact, task};
use crate::row::{CallRow, ContactRow, TaskRow};
use crate::vault::Vault;
use crate::{CallFilter, ContactFilter, Page, StoreError, TaskFilter};
use outdial_model::{
    Call, CallId, Contact, ContactId, ContactStatus, Disposition, SegmentId, Task, TaskId, TenantId,
};
use sqlx::QueryBuilder;
use std::collections::BTreeSet;

type Query = QueryBuilder<Database>;

/// Writes `SELECT id FROM (…) AS found UNION ALL SELECT id FROM (…) AS found`, one for each of `words`.
fn union<T: Copy>(query: &mut Query, words: &[T], one: impl Fn(&mut Query, T)) {
    for (place, word) in words.iter().enumerate() {
        query.push(if place == 0 { "SELECT id FROM (" } else { " UNION ALL SELECT id FROM (" });
        one(query, *word);
        query.push(") AS found");
    }
}

/// Each of the words, or none at all: no filter.
fn each<T: Copy>(words: &[T]) -> Vec<Option<T>> {
    if words.is_empty() { vec![None] } else { words.iter().copied().map(Some).collect() }
}

fn and(query: &mut Query, condition: &str, value: Option<&str>) {
    if let Some(value) = value {
        query.push(condition).push_bind(value.to_owned());
    }
}

pub(super) async fn tasks(
    conn: &mut Connection,
    tenant: &TenantId,
    filter: &TaskFilter,
    page: &Page<TaskId>,
) -> Result<Vec<Task>, StoreError> {
    // The page begins at the older of two ends: the last row shown, and `created_before`.
    let mut before = (filter.created_before.map_or(i64::MAX, |at| at.as_millisecond()), String::new());
    if let Some(after) = &page.after {
        let Some(created_at) =
            sqlx::query_scalar("SELECT created_at FROM tasks WHERE id = $1 AND tenant = $2")
                .bind(after.as_str())
                .bind(tenant.as_str())
                .fetch_optional(&mut *conn)
                .await?
        else {
            return Ok(Vec::new());
        };
        before = before.min((created_at, after.as_str().to_owned()));
    }
    let mut query = Query::new("SELECT * FROM tasks WHERE id IN (");
    union(&mut query, &each(&filter.statuses), |query, status| {
        query.push("SELECT id FROM tasks WHERE tenant = ").push_bind(tenant.as_str().to_owned());
        and(query, " AND status = ", status.map(|status| status.as_str()));
        and(query, " AND account = ", filter.account.as_ref().map(|account| account.as_str()));
        and(query, " AND external_id = ", filter.external_id.as_deref());
        and(query, " AND redial_of = ", filter.redial_of.as_ref().map(TaskId::as_str));
        if let Some(from) = filter.created_after {
            query.push(" AND created_at >= ").push_bind(from.as_millisecond());
        }
        query.push(" AND (created_at, id) < (").push_bind(before.0);
        query.push(", ").push_bind(before.1.clone());
        query.push(") ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(page.limit));
    });
    query.push(") ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(page.limit));
    let rows: Vec<TaskRow> = query.build_query_as().fetch_all(&mut *conn).await?;
    task::with_counts(conn, rows).await
}

pub(super) async fn contacts(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    task: &TaskId,
    filter: &ContactFilter,
    page: &Page<ContactId>,
) -> Result<Vec<Contact>, StoreError> {
    task::row(conn, tenant, task).await?;
    let completed = filter.statuses.is_empty() || filter.statuses.contains(&ContactStatus::Completed);
    if !filter.dispositions.is_empty() && (!completed || filter.cancel_requested) {
        return Ok(Vec::new());
    }
    let words: Vec<(&str, &str)> = if !filter.dispositions.is_empty() {
        // Only completed contacts have one.
        let words = filter.dispositions.iter();
        words.map(|word| (" AND disposition = ", word.as_str())).collect()
    } else if filter.cancel_requested {
        // There is an index of them, and it is to be used.
        let all = if filter.statuses.is_empty() { ContactStatus::ALL } else { &filter.statuses };
        let out = all.iter().filter(|word| word.is_out());
        out.map(|word| (" AND cancel_requested = TRUE AND coalesce(status, '') = ", word.as_str())).collect()
    } else {
        let all = if filter.statuses.is_empty() { ContactStatus::ALL } else { &filter.statuses };
        all.iter().map(|word| (" AND status = ", word.as_str())).collect()
    };
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::new("SELECT * FROM contacts WHERE id IN (");
    union(&mut query, &words, |query, (condition, word)| {
        query.push("SELECT id FROM contacts WHERE task = ").push_bind(task.as_str().to_owned());
        query.push(condition).push_bind(word);
        and(query, " AND external_id = ", filter.external_id.as_deref());
        and(query, " AND id < ", page.after.as_ref().map(ContactId::as_str));
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(page.limit));
    });
    query.push(") ORDER BY id DESC LIMIT ").push_bind(i64::from(page.limit));
    let rows: Vec<ContactRow> = query.build_query_as().fetch_all(conn).await?;
    contact::nouns(rows, vault)
}

/// Contacts of a task that ended in one of these ways, oldest first: whoever calls them again goes through all of them.
pub(super) async fn ended(
    conn: &mut Connection,
    task: &TaskId,
    dispositions: &BTreeSet<Disposition>,
    after: &str,
    limit: u32,
) -> Result<Vec<ContactRow>, StoreError> {
    let words: Vec<_> = dispositions.iter().copied().collect();
    let mut query = Query::new("SELECT * FROM contacts WHERE id IN (");
    union(&mut query, &words, |query, disposition| {
        query.push("SELECT id FROM contacts WHERE task = ").push_bind(task.as_str().to_owned());
        query.push(" AND disposition = ").push_bind(disposition.as_str());
        query.push(" AND id > ").push_bind(after.to_owned());
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    });
    query.push(") ORDER BY id LIMIT ").push_bind(i64::from(limit));
    Ok(query.build_query_as().fetch_all(conn).await?)
}

/// Contacts of a segment, oldest first: workers go through all of them.
pub(super) async fn of_segment(
    conn: &mut Connection,
    vault: &Vault,
    segment: &SegmentId,
    statuses: &[ContactStatus],
    after: Option<&ContactId>,
    limit: u32,
) -> Result<Vec<Contact>, StoreError> {
    if statuses.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::new("SELECT * FROM contacts WHERE id IN (");
    union(&mut query, statuses, |query, status| {
        query.push("SELECT id FROM contacts WHERE segment = ").push_bind(segment.as_str().to_owned());
        query.push(" AND status = ").push_bind(status.as_str());
        and(query, " AND id > ", after.map(ContactId::as_str));
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    });
    query.push(") ORDER BY id LIMIT ").push_bind(i64::from(limit));
    let rows: Vec<ContactRow> = query.build_query_as().fetch_all(conn).await?;
    contact::nouns(rows, vault)
}

pub(super) async fn calls(
    conn: &mut Connection,
    vault: &Vault,
    tenant: &TenantId,
    filter: &CallFilter,
    page: &Page<CallId>,
) -> Result<Vec<Call>, StoreError> {
    // A contact or a handful of ids has few calls: their index is to be used, not the disposition's.
    let few = filter.contact.is_some() || !filter.ids.is_empty();
    let disposition_is = if few { " AND coalesce(disposition, '') = " } else { " AND disposition = " };
    let mut query = Query::new("SELECT * FROM calls WHERE id IN (");
    union(&mut query, &each(&filter.dispositions), |query, disposition| {
        query.push("SELECT id FROM calls WHERE tenant = ").push_bind(tenant.as_str().to_owned());
        and(query, " AND task = ", filter.task.as_ref().map(TaskId::as_str));
        and(query, " AND contact = ", filter.contact.as_ref().map(ContactId::as_str));
        and(query, disposition_is, disposition.map(|word: Disposition| word.as_str()));
        if !filter.ids.is_empty() {
            query.push(" AND id IN (");
            let mut ids = query.separated(", ");
            for id in &filter.ids {
                ids.push_bind(id.as_str().to_owned());
            }
            query.push(")");
        }
        and(query, " AND id < ", page.after.as_ref().map(CallId::as_str));
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(page.limit));
    });
    query.push(") ORDER BY id DESC LIMIT ").push_bind(i64::from(page.limit));
    let rows: Vec<CallRow> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(|row| row.open(vault)).collect()
}
