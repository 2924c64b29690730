//! `outdial encryption rotate`: another key seals the store's, and what is still plain is encrypted.

use super::CommandError;
use crate::cli::EncryptionCommand;
use crate::terminal::Terminal;
use crate::{Config, gateway};
use outdial_store::{SealProgress, Step, Store, StoreError};
use std::process::ExitCode;

/// Rows in one transaction; gateways beside it wait for no more than these.
const AT_ONCE: u32 = 500;
/// Rows between two words about how far it is.
const TELLS: u64 = 50_000;

pub(super) async fn run(command: EncryptionCommand) -> Result<ExitCode, CommandError> {
    let EncryptionCommand::Rotate(configured) = command;
    let config = Config::load(configured.config.as_deref())?;
    if config.encryption.is_none() {
        let why = "no key is configured: set encryption.active and a table encryption.keys.NAME";
        return Err(CommandError::Other(why.into()));
    }
    let store = gateway::open_store(&config, "encryption").await?;
    let rotated = rotate(&*store).await;
    store.close().await;
    rotated.map_err(|error| {
        CommandError::Other(format!("it stopped, and goes on where it is when it is run again: {error}"))
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn rotate(store: &dyn Store) -> Result<(), StoreError> {
    let keys = store.rewrap_data_key().await?;
    Terminal::Out.line(if keys.before == keys.after {
        format!("The store's key is sealed with `{}`, as before.", keys.after)
    } else {
        format!(
            "The store's key is sealed with `{}` now; `{}` is not needed any more.",
            keys.after, keys.before
        )
    });
    let (mut next, mut all, mut of_kind) = (Some(Step::first(AT_ONCE)), 0, Tally::default());
    while let Some(step) = next {
        let progress = store.seal_step(&step).await?;
        of_kind.add(&progress);
        all += progress.sealed;
        next = progress.next;
    }
    of_kind.tell();
    Terminal::Out
        .line(format_args!("{all} rows were plain and are encrypted now; nothing is plain any more."));
    Ok(())
}

/// How far it is with rows of one kind.
#[derive(Default)]
struct Tally {
    what: &'static str,
    seen: u64,
    sealed: u64,
    told: u64,
}

impl Tally {
    fn add(&mut self, progress: &SealProgress) {
        if self.what != progress.what {
            self.tell();
            *self = Self { what: progress.what, ..Self::default() };
        }
        self.seen += progress.seen;
        self.sealed += progress.sealed;
        if self.seen >= self.told + TELLS {
            self.told = self.seen;
            self.tell();
        }
    }

    fn tell(&self) {
        if !self.what.is_empty() {
            let Self { what, seen, sealed, .. } = self;
            Terminal::Out.line(format_args!("{what}: {seen} looked at, {sealed} encrypted"));
        }
    }
}
