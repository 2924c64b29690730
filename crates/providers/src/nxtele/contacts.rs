//! NXTele's orders: people added to a task, read, taken back.

use super::Nxtele;
use super::map;
use super::segments::user_task_id;
use super::wire::{AddBatchCall, ListOrderDetail, PRODUCT, StopAnswer, StopOrder};
use outdial_model::ContactId;
use outdial_provider::{
    AddContacts, Added, CancelContacts, ContactReport, DialContact, ErrorKind, Progress, ProviderError,
    ReadProgress, Refusal, SegmentRef, SegmentReport, SegmentState,
};

impl Nxtele {
    pub(super) async fn add(&self, request: &AddContacts<'_>) -> Result<Added, ProviderError> {
        let batch = AddBatchCall {
            product_id: PRODUCT,
            user_task_id: user_task_id(request.segment),
            call_info_list: map::call_info_list(request.contacts, &self.callbacks),
        };
        let reply = self.client.add_batch_call(&batch).await?;
        let refusal = reply.refusal();
        match map::added(&reply.read()?, refusal, request.contacts) {
            Err(refusal) if map::may_be_over(&refusal) => Err(self.unless_over(request, refusal).await),
            result => result,
        }
    }

    /// A task that is over takes nobody, which is no fault of the people.
    async fn unless_over(&self, request: &AddContacts<'_>, refusal: ProviderError) -> ProviderError {
        match self.status(request.segment).await {
            Ok(SegmentReport { state: SegmentState::Known(state), .. }) if state.is_final() => {
                ProviderError {
                    kind: ErrorKind::Conflict,
                    detail: "the NXTele task is over and takes nobody any more; another one can be opened"
                        .to_owned(),
                    ..refusal
                }
            }
            _ => refusal,
        }
    }

    pub(super) async fn cancel(&self, request: &CancelContacts<'_>) -> Result<Vec<Refusal>, ProviderError> {
        let mut refused = Vec::new();
        for contacts in request.contacts.chunks(self.config.batch_size) {
            let stop = StopOrder {
                product_id: PRODUCT,
                user_task_id: user_task_id(request.segment),
                order_ids: keys(contacts),
                del_call: u8::from(self.config.stop_order_delete),
            };
            let reply = self.client.stop_order(&stop).await?;
            let refusal = reply.refusal();
            refused.extend(map::not_cancelled(&reply.read::<StopAnswer>()?, refusal, contacts)?);
        }
        Ok(refused)
    }

    /// A task that is not listed yet has orders all the same; then nothing is told of the segment.
    pub(super) async fn read_progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        let user_task_id = user_task_id(request.segment);
        let report = self.listed_segment(user_task_id).await?;
        let state = report.as_ref().map(|report| report.state);
        let contacts = self.read_orders(request.segment, request.contacts, state).await?;
        Ok(Progress { segment: report, contacts })
    }

    /// Those of `contacts` that NXTele has; `state` is the task's, when it was read before.
    pub(super) async fn read_orders(
        &self,
        segment: &SegmentRef,
        contacts: &[DialContact],
        state: Option<SegmentState>,
    ) -> Result<Vec<ContactReport>, ProviderError> {
        if contacts.is_empty() {
            return Ok(Vec::new());
        }
        let orders = ListOrderDetail {
            product_id: PRODUCT,
            user_task_id: user_task_id(segment),
            order_list: keys(contacts),
        };
        let details = self.client.list_order_detail(&orders).await?;
        map::contact_reports(&details, contacts, state, &self.config.call_status)
    }
}

fn keys(contacts: &[DialContact]) -> Vec<&str> {
    contacts.iter().map(|contact| &contact.key).map(ContactId::as_str).collect()
}
