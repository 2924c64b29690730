//! The trait every vendor implements.

use crate::{
    AddContacts, Added, CancelContacts, Capabilities, Catalog, Checked, Confirmation, Control, Find, Found,
    Inbound, OpenSegment, Opened, PageRequest, PlaceCall, Placed, Progress, ProviderError, ReadProgress,
    ReceiveError, Received, SegmentRef, SegmentReport, UpdateSegment, VendorTask, VendorTaskPage,
};
use async_trait::async_trait;
use outdial_model::{FieldProblem, Insight, Phone, TaskSpec};
use std::fmt::Debug;

/// One account at one vendor.
///
/// Only [`open_segment`](Self::open_segment), [`add_contacts`](Self::add_contacts) and [`place_call`](Self::place_call) (and
/// starting or resuming through [`control`](Self::control)) may cause a phone to ring. An operation the
/// capabilities call unsupported answers [`ErrorKind::Unsupported`](crate::ErrorKind) and sends nothing.
/// One they call emulated is Outdial's own business and the engine never asks for it; an adapter that
/// is asked all the same takes a harmless look or answers `Unsupported`, and changes nothing at the vendor.
#[async_trait]
pub trait Provider: Debug + Send + Sync + 'static {
    /// What this account can do, natively, by emulation or not at all, and its limits.
    fn capabilities(&self) -> &Capabilities;

    /// Everything in `spec` this vendor cannot do or express, each with a pointer into the task
    /// (`#/script/template_id`, `#/retry/max_attempts`, `#/provider_options/<kind>/…`).
    /// Pure; called before a task is accepted and sends nothing. Empty means it can be dialed.
    fn refuse_task(&self, spec: &TaskSpec) -> Vec<FieldProblem>;

    /// Why this vendor cannot dial `phone`, with pointer `#/phone`; `None` when it can. Pure.
    fn refuse_phone(&self, phone: &Phone) -> Option<FieldProblem>;

    /// A signed, harmless call that shows whether credentials and network work.
    async fn check(&self) -> Result<Checked, ProviderError>;

    /// Creates the vendor's task under our key, with the given people in it (possibly none).
    /// Creating: never repeated by the transport.
    async fn open_segment(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError>;

    /// Adds people to the vendor's task. Creating: never repeated by the transport.
    async fn add_contacts(&self, request: &AddContacts<'_>) -> Result<Added, ProviderError>;

    /// Calls one person at once, without a task of the vendor's. From then on the call is a segment that is past its end
    /// ([`Ending`](outdial_model::SegmentStatus::Ending)): it is read until it is over, and never steered.
    /// Creating: never repeated by the transport.
    async fn place_call(&self, request: &PlaceCall<'_>) -> Result<Placed, ProviderError>;

    /// Asks for an absolute state; repeating it is harmless. A vendor's "already so" is success.
    async fn control(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError>;

    /// Changes schedule, pacing and options of a segment that is not dialing.
    async fn update_segment(&self, request: &UpdateSegment<'_>) -> Result<(), ProviderError>;

    /// Asks the vendor never to dial these people (again). Returns those it could not cancel.
    async fn cancel_contacts(
        &self,
        request: &CancelContacts<'_>,
    ) -> Result<Vec<crate::Refusal>, ProviderError>;

    /// Looks for a segment or for people by our own keys: what is there, what is not.
    async fn find(&self, request: &Find<'_>) -> Result<Found, ProviderError>;

    /// The segment's state, without its people.
    async fn segment_status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError>;

    /// What became of the given people, and of the segment.
    async fn progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError>;

    /// What was said in a call whose report [has a transcript](crate::CallReport::has_transcript), in order; nothing while the
    /// vendor has not written it down yet. Nobody waits for it.
    async fn transcript(&self, vendor_call_id: &str) -> Result<Vec<Insight>, ProviderError>;

    /// The vendor's own tasks as it shows them, a page at a time. Read-only.
    async fn vendor_tasks(&self, page: &PageRequest) -> Result<VendorTaskPage, ProviderError>;

    /// One of the vendor's own tasks by the `ref` of the list. Read-only.
    async fn vendor_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError>;

    /// Scripts, templates, agents and caller numbers, where the vendor lists them.
    async fn catalog(&self) -> Result<Catalog, ProviderError>;

    /// Verifies and parses what the vendor pushed, in one pure step; an unverified body has no way in.
    fn receive(&self, inbound: &Inbound<'_>) -> Result<Received, ReceiveError>;

    /// Every push [`receive`](Self::receive) reads.
    fn push_kinds(&self) -> &'static [crate::PushKind];

    /// Who is granted the tokens that prove this account's pushes, where that is how the vendor proves them.
    fn push_client(&self) -> Option<&crate::PushClient>;

    /// Names of the headers [`receive`](Self::receive) looks at, in any case. Of a push that is kept, no other
    /// header is.
    fn proof_headers(&self) -> &'static [&'static str];

    /// Asks the vendor whether a push that proves nothing by itself is genuine. Read-only.
    ///
    /// Signatures are not looked at again: what they prove, [`receive`](Self::receive) has said. Where the
    /// vendor offers no way to ask, the answer is [`Confirmation::CannotTell`] and nothing is sent. An
    /// answer of the vendor that cannot be understood is an error and no verdict.
    async fn confirm_push(&self, inbound: &Inbound<'_>) -> Result<Confirmation, ProviderError>;

    /// The body and type of the vendor's own acknowledgement for a push of `kind`.
    fn acknowledge(&self, kind: &str) -> crate::Ack;
}
