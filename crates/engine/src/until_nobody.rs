//! Work on many people, some of them in one transaction, until nobody is left.

use crate::EngineError;
use tokio_util::sync::CancellationToken;

/// Transactions of one round, so that whatever else has to be swept away has its turn.
pub(crate) const A_ROUND: u32 = 2_000;

/// Takes `step` after `step`, each telling how many people it looked at, until one has found nobody. It ends before
/// when no transactions are `left`, and at `shutdown`.
pub(crate) async fn until_nobody<F: Future<Output = Result<u64, EngineError>>>(
    left: &mut u32,
    shutdown: &CancellationToken,
    step: impl Fn() -> F,
) -> Result<(), EngineError> {
    while *left > 0 && !shutdown.is_cancelled() {
        *left -= 1;
        if step().await? == 0 {
            break;
        }
    }
    Ok(())
}
