//! Asking a vendor whether a push that proves nothing by itself is its own.

use super::look::ended;
use super::{TERM, Understood};
use crate::Engine;
use outdial_provider::Confirmation;
use outdial_store::{PushEnd, SettledPush};
use tokio::time::timeout;

impl Engine {
    /// Asks the vendor what there is to ask, and settles the push.
    pub(super) async fn ask_about(&self, understood: Understood) {
        let settled = if understood.received.can_be_asked_about {
            self.confirm(understood).await
        } else {
            self.look_and_read(&understood).await
        };
        if let Err(error) = self.settle(settled.into_iter().collect()).await {
            tracing::error!(%error, "a push could not be settled; it is looked at again");
        }
    }

    /// Asks whether the push is the vendor's own. A vendor that cannot be asked is asked again for a while; then the
    /// push is worth what one is that nothing proves.
    async fn confirm(&self, understood: Understood) -> Option<SettledPush> {
        let Understood { push, account, text, .. } = &understood;
        let inbound = text.inbound(&push.kind);
        // Nobody asks for longer than the push stays in hand.
        let answer = timeout(TERM / 2, account.provider.confirm_push(&inbound)).await;
        if let Ok(answer) = &answer {
            self.observe(account, answer);
        }
        match answer {
            Ok(Ok(Confirmation::Genuine)) => {
                self.look_and_read(&Understood { proven: true, ..understood }).await
            }
            Ok(Ok(Confirmation::NotGenuine)) => {
                Some(ended(push, PushEnd::Refused("the vendor, asked, does not know it".to_owned())))
            }
            Ok(Err(_)) | Err(_) if self.is_patient_with(push) => {
                Some(ended(push, PushEnd::Later(self.pause(push))))
            }
            Ok(Ok(Confirmation::CannotTell) | Err(_)) | Err(_) => self.look_and_read(&understood).await,
        }
    }
}
