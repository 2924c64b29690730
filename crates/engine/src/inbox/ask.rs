//! Asking a vendor whether a push that proves nothing by itself is its own.

use super::look::ended;
use super::{TERM, Understood};
use crate::Engine;
use outdial_provider::Confirmation;
use outdial_store::PushEnd;
use tokio::time::timeout;

impl Engine {
    /// Asks, and settles the push. A vendor that cannot be asked is asked again for a while; then the push is
    /// worth what one is that nothing proves.
    pub(super) async fn ask_about(&self, understood: Understood) {
        let Understood { push, account, text, .. } = &understood;
        let inbound = text.inbound(&push.kind);
        // Nobody asks for longer than the push stays in hand.
        let answer = timeout(TERM / 2, account.provider.confirm_push(&inbound)).await;
        if let Ok(answer) = &answer {
            self.observe(account, answer);
        }
        let settled = match answer {
            Ok(Ok(Confirmation::Genuine)) => self.look(&Understood { proven: true, ..understood }).await,
            Ok(Ok(Confirmation::NotGenuine)) => {
                Some(ended(push, PushEnd::Refused("the vendor, asked, does not know it".to_owned())))
            }
            Ok(Err(_)) | Err(_) if self.is_patient_with(push) => {
                Some(ended(push, PushEnd::Later(self.pause(push))))
            }
            Ok(Ok(Confirmation::CannotTell) | Err(_)) | Err(_) => self.look(&understood).await,
        };
        if let Err(error) = self.settle(settled.into_iter().collect()).await {
            tracing::error!(%error, "a push could not be settled; it is looked at again");
        }
    }
}
