//! Sealing rows that were written before anything was: a few when they are about to be used, all of them by and by.

use super::{Connection, suppression};
use crate::row::{json, to_json, word};
use crate::sealing::{Kind, SealProgress, Step};
use crate::vault::{Person, Vault};
use crate::{SealError, StoreError};
use outdial_model::{ContactId, PersonName, Phone, TenantId};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that are sealed with one statement.
const AT_ONCE: i64 = 500;

/// A contact as it was written without a vault.
#[derive(sqlx::FromRow)]
struct PlainContact {
    id: String,
    tenant: String,
    task: String,
    phone: String,
    name: Option<String>,
    variables: String,
    person: Option<String>,
    erased_at: Option<i64>,
}

/// A sealed contact by the names the statement reads.
#[derive(serde::Serialize)]
struct SealedContact {
    id: String,
    /// The number as it was; whoever has another by now is left alone.
    was: String,
    phone: String,
    person: Option<String>,
}

/// Seals those of the contacts that are not; tells how many. Their task is locked.
pub(super) async fn contacts(
    conn: &mut Connection,
    vault: &Vault,
    ids: &[ContactId],
) -> Result<u64, StoreError> {
    if vault.is_open() || ids.is_empty() {
        return Ok(0);
    }
    let rows = sqlx::query_as(concat!(
        "SELECT id, tenant, task, phone, name, variables, person, erased_at FROM contacts WHERE id IN ",
        words!("$1"),
    ));
    let rows: Vec<PlainContact> = rows.bind(to_json(ids)?).fetch_all(&mut *conn).await?;
    seal(conn, vault, rows).await
}

/// Seals everybody who is out and is not sealed.
pub(super) async fn whoever_is_out(conn: &mut Connection, vault: &Vault) -> Result<(), StoreError> {
    let (mut tenant, mut phone) = (String::new(), String::new());
    loop {
        let rows: Vec<PlainContact> = sqlx::query_as(
            "SELECT id, tenant, task, phone, name, variables, person, erased_at FROM contacts
             WHERE status IN ('submitting', 'submitted', 'dialing', 'unknown') AND (tenant, phone) > ($1, $2)
             ORDER BY tenant, phone LIMIT $3",
        )
        .bind(&tenant)
        .bind(&phone)
        .bind(AT_ONCE)
        .fetch_all(&mut *conn)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        (tenant, phone) = (last.tenant.clone(), last.phone.clone());
        seal(conn, vault, rows).await?;
    }
}

/// Takes sealing a step further.
pub(super) async fn step(
    conn: &mut Connection,
    vault: &Vault,
    from: &Step,
) -> Result<SealProgress, StoreError> {
    if vault.is_open() {
        return Err(SealError::NotEncrypted.into());
    }
    match from.kind {
        Kind::Contacts => some_contacts(conn, vault, from).await,
        Kind::Calls => some_calls(conn, vault, from).await,
        Kind::Answers => some_answers(conn, vault, from).await,
        Kind::Suppressions => suppression::seal_some(conn, vault, from).await,
    }
}

async fn some_contacts(
    conn: &mut Connection,
    vault: &Vault,
    from: &Step,
) -> Result<SealProgress, StoreError> {
    let rows: Vec<PlainContact> = sqlx::query_as(
        "SELECT id, tenant, task, phone, name, variables, person, erased_at FROM contacts WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(&from.after)
    .bind(i64::from(from.limit))
    .fetch_all(&mut *conn)
    .await?;
    let last = rows.last().map(|row| row.id.clone());
    let (seen, mut plain) = (rows.len(), rows);
    plain.retain(PlainContact::is_plain);
    // Whoever writes contacts holds their task, and takes tasks in this order.
    let tasks: BTreeSet<_> = plain.iter().map(|row| row.task.as_str()).collect();
    if !tasks.is_empty() {
        let lock = concat!("SELECT id FROM tasks WHERE id IN ", words!("$1"), " ORDER BY id", locked!());
        sqlx::query(lock).bind(to_json(&tasks)?).execute(&mut *conn).await?;
    }
    let sealed = seal(conn, vault, plain).await?;
    Ok(from.came_to(seen, sealed, last))
}

async fn seal(conn: &mut Connection, vault: &Vault, rows: Vec<PlainContact>) -> Result<u64, StoreError> {
    let rows = rows.into_iter().filter(PlainContact::is_plain);
    let rows = rows.map(|row| row.sealed(vault)).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(0);
    }
    sqlx::query(concat!(
        "UPDATE attempts SET number = given.phone FROM ",
        given!("$1"; id: text, was: text, phone: text, person: text),
        " WHERE attempts.contact = given.id AND attempts.number = given.was",
    ))
    .bind(to_json(&rows)?)
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query(concat!(
        "UPDATE contacts SET phone = given.phone, name = NULL, variables = '{}', person = given.person FROM ",
        given!("$1"; id: text, was: text, phone: text, person: text),
        " WHERE contacts.id = given.id AND contacts.phone = given.was AND contacts.person IS NULL",
    ))
    .bind(to_json(&rows)?)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

impl PlainContact {
    fn is_plain(&self) -> bool {
        self.person.is_none() && self.erased_at.is_none()
    }

    fn sealed(self, vault: &Vault) -> Result<SealedContact, StoreError> {
        let phone: Phone = word(&self.phone, "contacts.phone")?;
        let name = self.name.as_deref().and_then(PersonName::new);
        let variables: BTreeMap<String, String> = json(&self.variables, "contacts.variables")?;
        let tenant: TenantId = word(&self.tenant, "contacts.tenant")?;
        let person = Person { phone: &phone, name: name.as_ref(), variables: &variables };
        let columns = vault.person(&tenant, &self.id, person)?;
        Ok(SealedContact { id: self.id, was: self.phone, phone: columns.phone, person: columns.person })
    }
}

/// What of a call was written without a vault.
#[derive(sqlx::FromRow)]
struct PlainCall {
    id: String,
    recording: Option<String>,
    insights: String,
    sealed: Option<String>,
}

async fn some_calls(conn: &mut Connection, vault: &Vault, from: &Step) -> Result<SealProgress, StoreError> {
    #[derive(serde::Serialize)]
    struct SealedCall {
        id: String,
        /// What is sealed; whatever else is there by now is left alone.
        recording: Option<String>,
        insights: String,
        sealed: String,
    }
    let rows: Vec<PlainCall> = sqlx::query_as(
        "SELECT id, recording, insights, sealed FROM calls WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(&from.after)
    .bind(i64::from(from.limit))
    .fetch_all(&mut *conn)
    .await?;
    let (seen, last) = (rows.len(), rows.last().map(|row| row.id.clone()));
    let mut calls = Vec::new();
    for PlainCall { id, recording, insights, sealed } in rows {
        if sealed.is_none() {
            let sealed = vault.seal_private(&id, recording.clone(), insights.clone())?;
            calls.extend(sealed.map(|sealed| SealedCall { id, recording, insights, sealed }));
        }
    }
    if calls.is_empty() {
        return Ok(from.came_to(seen, 0, last));
    }
    let done = sqlx::query(concat!(
        "UPDATE calls SET sealed = given.sealed, recording = NULL, insights = '[]' FROM ",
        given!("$1"; id: text, recording: text, insights: text, sealed: text),
        // A call that was emptied since it was read stays empty.
        " WHERE calls.id = given.id AND calls.sealed IS NULL AND calls.insights = given.insights
            AND calls.recording IS NOT DISTINCT FROM given.recording",
    ))
    .bind(to_json(&calls)?)
    .execute(conn)
    .await?;
    Ok(from.came_to(seen, done.rows_affected(), last))
}

/// An answer as it was kept without a vault, and what becomes of it.
#[derive(sqlx::FromRow, serde::Serialize)]
struct PlainAnswer {
    tenant: String,
    scope: String,
    key: String,
    fingerprint: String,
    body: String,
    #[serde(skip)]
    sealed: bool,
    #[serde(skip)]
    status: Option<i64>,
}

async fn some_answers(conn: &mut Connection, vault: &Vault, from: &Step) -> Result<SealProgress, StoreError> {
    let after: [String; 3] = match from.after.as_str() {
        "" => Default::default(),
        after => json(after, "once_keys.key")?,
    };
    let rows: Vec<PlainAnswer> = sqlx::query_as(
        "SELECT tenant, scope, key, fingerprint, body, sealed, status FROM once_keys
         WHERE (tenant, scope, key) > ($1, $2, $3) ORDER BY tenant, scope, key LIMIT $4",
    )
    .bind(&after[0])
    .bind(&after[1])
    .bind(&after[2])
    .bind(i64::from(from.limit))
    .fetch_all(&mut *conn)
    .await?;
    let last = rows.last().map(|row| to_json(&[&row.tenant, &row.scope, &row.key])).transpose()?;
    let seen = rows.len();
    let mut answers = Vec::new();
    for row in rows.into_iter().filter(|row| !row.sealed && row.status.is_some()) {
        let place = [row.tenant.as_str(), &row.scope, &row.key];
        let columns = vault.answer(place, &row.fingerprint, &row.body)?;
        let (fingerprint, body) = (columns.fingerprint.into_owned(), columns.body.into_owned());
        answers.push(PlainAnswer { fingerprint, body, ..row });
    }
    if answers.is_empty() {
        return Ok(from.came_to(seen, 0, last));
    }
    let done = sqlx::query(concat!(
        "UPDATE once_keys SET fingerprint = given.fingerprint, body = given.body, sealed = TRUE FROM ",
        given!("$1"; tenant: text, scope: text, key: text, fingerprint: text, body: text),
        " WHERE once_keys.tenant = given.tenant AND once_keys.scope = given.scope AND once_keys.key = given.key
            AND once_keys.sealed = FALSE",
    ))
    .bind(to_json(&answers)?)
    .execute(conn)
    .await?;
    Ok(from.came_to(seen, done.rows_affected(), last))
}
