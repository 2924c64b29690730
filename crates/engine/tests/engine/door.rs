//! The way to the vendor in memory as a transport has it: the fence is asked when a request is about to
//! leave, and a request can take a very long time, on the way there or on the way back.

use async_trait::async_trait;
use outdial_model::{FieldProblem, Insight, Phone, TaskSpec};
use outdial_provider::{
    Ack, AddContacts, Added, CancelContacts, Capabilities, Catalog, Checked, Confirmation, Control, Effect,
    ErrorKind, Find, Found, Inbound, MemoryProvider, OpenSegment, Opened, PageRequest, PlaceCall, Placed,
    Progress, Provider, ProviderError, PushKind, ReadProgress, ReceiveError, Received, Refusal, SegmentRef,
    SegmentReport, UpdateSegment, VendorTask, VendorTaskPage, fence,
};
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What happens while a request takes its time.
pub type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a process is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frozen {
    /// After the ledger's row, before a byte has left.
    BeforeItLeaves,
    /// After the vendor did it, before the answer is read.
    BeforeTheAnswer,
    /// Before the vendor is told to start, pause, resume or stop.
    BeforeASteer,
    /// After the vendor told how far its task or people are, before that is written.
    AfterARead,
}

/// What a request is for, as far as somebody may be frozen in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    HandsOver,
    Reads,
    Steers,
    Other,
}

impl Frozen {
    fn is_in(self, request: Request) -> bool {
        match self {
            Self::BeforeItLeaves | Self::BeforeTheAnswer => request == Request::HandsOver,
            Self::AfterARead => request == Request::Reads,
            Self::BeforeASteer => request == Request::Steers,
        }
    }
}

/// One engine's way to the vendor.
pub struct Door {
    vendor: Arc<MemoryProvider>,
    freeze: Mutex<Option<(Frozen, Meanwhile)>>,
    asks: AtomicBool,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl Door {
    pub fn to(vendor: &Arc<MemoryProvider>) -> Arc<Self> {
        Arc::new(Self { vendor: Arc::clone(vendor), freeze: Mutex::new(None), asks: AtomicBool::new(false) })
    }

    /// The next request in which one can be frozen so stands still there until `meanwhile` has happened.
    pub fn freeze(&self, frozen: Frozen, meanwhile: Meanwhile) {
        *self.freeze.lock().unwrap() = Some((frozen, meanwhile));
    }

    /// From now on the vendor is to be asked about every push.
    pub fn ask_about_pushes(&self) {
        self.asks.store(true, Ordering::SeqCst);
    }

    async fn pass<T>(
        &self,
        kind: Request,
        request: impl Future<Output = Result<T, ProviderError>> + Send,
    ) -> Result<T, ProviderError> {
        let freeze = self.freeze.lock().unwrap().take_if(|(frozen, _)| frozen.is_in(kind));
        match freeze {
            None => leave(request).await,
            Some((Frozen::BeforeItLeaves | Frozen::BeforeASteer, meanwhile)) => {
                meanwhile.await;
                leave(request).await
            }
            Some((Frozen::BeforeTheAnswer | Frozen::AfterARead, meanwhile)) => {
                let answer = leave(request).await;
                meanwhile.await;
                answer
            }
        }
    }
}

async fn leave<T>(request: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
    if fence::current().is_some_and(|fence| !fence.stands()) {
        let detail = "the claim ran out before the request left";
        return Err(ProviderError::new(ErrorKind::Unreachable, Effect::NotSent, detail));
    }
    request.await
}

#[async_trait]
impl Provider for Door {
    fn capabilities(&self) -> &Capabilities {
        self.vendor.capabilities()
    }

    fn refuse_task(&self, spec: &TaskSpec) -> Vec<FieldProblem> {
        self.vendor.refuse_task(spec)
    }

    fn refuse_phone(&self, phone: &Phone) -> Option<FieldProblem> {
        self.vendor.refuse_phone(phone)
    }

    async fn check(&self) -> Result<Checked, ProviderError> {
        self.pass(Request::Other, self.vendor.check()).await
    }

    async fn open_segment(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        self.pass(Request::HandsOver, self.vendor.open_segment(request)).await
    }

    async fn add_contacts(&self, request: &AddContacts<'_>) -> Result<Added, ProviderError> {
        self.pass(Request::HandsOver, self.vendor.add_contacts(request)).await
    }

    async fn place_call(&self, request: &PlaceCall<'_>) -> Result<Placed, ProviderError> {
        self.pass(Request::HandsOver, self.vendor.place_call(request)).await
    }

    async fn control(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        self.pass(Request::Steers, self.vendor.control(request)).await
    }

    async fn update_segment(&self, request: &UpdateSegment<'_>) -> Result<(), ProviderError> {
        self.pass(Request::Other, self.vendor.update_segment(request)).await
    }

    async fn cancel_contacts(&self, request: &CancelContacts<'_>) -> Result<Vec<Refusal>, ProviderError> {
        self.pass(Request::Other, self.vendor.cancel_contacts(request)).await
    }

    async fn find(&self, request: &Find<'_>) -> Result<Found, ProviderError> {
        self.pass(Request::Other, self.vendor.find(request)).await
    }

    async fn segment_status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        self.pass(Request::Reads, self.vendor.segment_status(segment)).await
    }

    async fn progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        self.pass(Request::Reads, self.vendor.progress(request)).await
    }

    async fn transcript(&self, vendor_call_id: &str) -> Result<Vec<Insight>, ProviderError> {
        self.vendor.transcript(vendor_call_id).await
    }

    async fn vendor_tasks(&self, page: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        self.pass(Request::Other, self.vendor.vendor_tasks(page)).await
    }

    async fn vendor_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        self.pass(Request::Other, self.vendor.vendor_task(vendor_ref)).await
    }

    async fn catalog(&self) -> Result<Catalog, ProviderError> {
        self.pass(Request::Other, self.vendor.catalog()).await
    }

    fn receive(&self, inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
        let received = self.vendor.receive(inbound)?;
        Ok(Received { can_be_asked_about: self.asks.load(Ordering::SeqCst), ..received })
    }

    fn push_kinds(&self) -> &'static [PushKind] {
        self.vendor.push_kinds()
    }

    fn push_client(&self) -> Option<&outdial_provider::PushClient> {
        self.vendor.push_client()
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        self.vendor.proof_headers()
    }

    async fn confirm_push(&self, inbound: &Inbound<'_>) -> Result<Confirmation, ProviderError> {
        self.pass(Request::Other, self.vendor.confirm_push(inbound)).await
    }

    fn acknowledge(&self, kind: &str) -> Ack {
        self.vendor.acknowledge(kind)
    }
}
