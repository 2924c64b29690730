//! Taking over the people a redial calls again.

use super::{After, Interrupted, Job};

/// People in one transaction; whoever asks for something of either task waits for it.
const AT_ONCE: u32 = 1_000;

impl Job<'_> {
    /// Takes over the next of them.
    pub(super) async fn fill(&self) -> Result<After, Interrupted> {
        self.engine.store().fill_task(self.lease(), AT_ONCE, self.engine.now()).await?;
        Ok(After::Again)
    }
}
