//! One transaction for each method of the contract, begun again where another one was in the way.

/// Does the work in a transaction that may write, and commits when it succeeded.
macro_rules! writing {
    ($store:ident, |$tx:ident| $work:expr) => {{
        let mut tries = super::contention::Tries::default();
        loop {
            let done = async {
                let mut $tx = $store.connections.write().await?;
                let done = $work.await;
                match done {
                    Ok(_) => $tx.commit().await?,
                    // What it had locked is free before whoever asked goes on. Where even that fails, so does the
                    // connection, and the error is the first one's.
                    Err(_) => drop($tx.rollback().await),
                }
                done
            };
            match done.await {
                Err(error) if tries.again(&error).await => {}
                done => break done,
            }
        }
    }};
}

/// Does the work in a transaction that sees one state of the store.
macro_rules! reading {
    ($store:ident, |$tx:ident| $work:expr) => {{
        let mut $tx = $store.connections.read().await?;
        let found = $work.await?;
        $tx.commit().await?;
        Ok(found)
    }};
}
