//! `outdial config check|print|reference`.

use super::CommandError;
use crate::cli::ConfigCommand;
use crate::terminal::Terminal;
use crate::{Config, ShownValue, config};
use std::process::ExitCode;

pub(super) fn run(command: &ConfigCommand) -> Result<ExitCode, CommandError> {
    let (ConfigCommand::Check(configured) | ConfigCommand::Print(configured)) = command else {
        Terminal::Out.line(config::reference().trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let config = Config::load(configured.config.as_deref())?;
    config.check()?;
    match command {
        ConfigCommand::Check(_) => Terminal::Out.line(summary(&config)),
        _ => table(&config.values).iter().for_each(|line| Terminal::Out.line(line)),
    }
    Ok(ExitCode::SUCCESS)
}

fn summary(config: &Config) -> String {
    match config.accounts.as_slice() {
        [] => "The configuration can be used. It has no account, so no task can be made yet.".into(),
        accounts => {
            let names: Vec<_> = accounts.iter().map(|account| account.id.as_str()).collect();
            format!("The configuration can be used. Accounts: {}.", names.join(", "))
        }
    }
}

fn table(values: &[ShownValue]) -> Vec<String> {
    let width =
        |of: fn(&ShownValue) -> &str| values.iter().map(|shown| of(shown).chars().count()).max().unwrap_or(0);
    let (keys, texts) = (width(|shown| &shown.key), width(|shown| &shown.value));
    let line = |shown: &ShownValue| format!("{:keys$}  {:texts$}  {}", shown.key, shown.value, shown.origin);
    values.iter().map(line).collect()
}
