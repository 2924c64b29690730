//! The data key: reading it when the store is opened, making it when there is none, sealing it with another key.

use super::super::connect::Connections;
use super::{Connection, key, sealing};
use crate::vault::{DataKey, Vault, WrappedKey};
use crate::{Keyring, Rewrapped, SealError, StoreError};

/// The vault of a store that is being opened. Where there are keys and nothing is sealed yet, sealing begins.
pub(in super::super) async fn vault(
    connections: &Connections,
    keyring: Option<&Keyring>,
) -> Result<Vault, StoreError> {
    let mut tx = connections.read().await?;
    let wrapped = kept(&mut tx).await?;
    tx.commit().await?;
    match (wrapped, keyring) {
        (Some(wrapped), _) => Ok(Vault::with(&wrapped.unwrap_with(keyring)?)?),
        (None, None) => Ok(Vault::open()),
        (None, Some(keyring)) => {
            let mut tx = connections.write().await?;
            let vault = begin(&mut tx, keyring).await?;
            tx.commit().await?;
            connections.forget_what_was().await?;
            Ok(vault)
        }
    }
}

/// Makes the data key, unless another process was faster, and seals with it what cannot wait: the installation's
/// secrets, and whoever is out, so that everybody who may ring is found by one form of the number.
async fn begin(conn: &mut Connection, keyring: &Keyring) -> Result<Vault, StoreError> {
    let fresh = DataKey::fresh()?.wrap(keyring)?;
    sqlx::query(
        "INSERT INTO data_keys (id, wrapped_by, wrapped) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING",
    )
    .bind(&fresh.wrapped_by)
    .bind(&fresh.wrapped)
    .execute(&mut *conn)
    .await?;
    let wrapped = kept(conn).await?.ok_or(SealError::NotEncrypted)?;
    let vault = Vault::with(&wrapped.unwrap_with(Some(keyring))?)?;
    key::seal_all(conn, &vault).await?;
    sealing::whoever_is_out(conn, &vault).await?;
    Ok(vault)
}

async fn kept(conn: &mut Connection) -> Result<Option<WrappedKey>, StoreError> {
    let row = sqlx::query_as("SELECT wrapped_by, wrapped FROM data_keys WHERE id = 1");
    Ok(row.fetch_optional(conn).await?)
}

/// Refuses to write anything as it is when another process has turned encryption on.
pub(super) async fn still(conn: &mut Connection, vault: &Vault) -> Result<(), StoreError> {
    if vault.is_open() && kept(conn).await?.is_some() {
        return Err(SealError::Outdated.into());
    }
    Ok(())
}

/// The same for a transaction that writes people or sends them, and so that none turns it on before the transaction's end:
/// whoever does writes this secret, and waits. To be asked before a contact is locked, for that is what is written next.
pub(super) async fn still_until_the_end(conn: &mut Connection, vault: &Vault) -> Result<(), StoreError> {
    if vault.is_open() {
        sqlx::query(concat!("SELECT sealed FROM installation_secrets WHERE name = 'pepper'", shared!()))
            .execute(&mut *conn)
            .await?;
    }
    still(conn, vault).await
}

/// Seals the data key with the active key of the configuration.
pub(super) async fn rewrap(
    conn: &mut Connection,
    keyring: Option<&Keyring>,
) -> Result<Rewrapped, StoreError> {
    let keyring = keyring.ok_or(SealError::NotEncrypted)?;
    let before = kept(conn).await?.ok_or(SealError::NotEncrypted)?;
    let key = before.unwrap_with(Some(keyring))?;
    let after = key.wrap(keyring)?;
    sqlx::query("UPDATE data_keys SET wrapped_by = $1, wrapped = $2 WHERE id = 1")
        .bind(&after.wrapped_by)
        .bind(&after.wrapped)
        .execute(&mut *conn)
        .await?;
    // One that a process without the key has made meanwhile.
    key::seal_all(conn, &Vault::with(&key)?).await?;
    Ok(Rewrapped { before: before.wrapped_by, after: after.wrapped_by })
}
