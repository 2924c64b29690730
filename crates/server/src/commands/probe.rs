//! `outdial probe`: whether a gateway says that it can take requests; for containers that have nothing else to ask with.

use super::CommandError;
use std::process::ExitCode;
use std::time::Duration;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn run(url: &str) -> Result<ExitCode, CommandError> {
    let failed = |error: reqwest::Error| CommandError::Other(format!("{url} does not answer: {error}"));
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().map_err(failed)?;
    let status = http.get(url).send().await.map_err(failed)?.status();
    if status.is_success() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(CommandError::Other(format!("{url} answers {status}")))
}
