//! A provider that breaks one promise of the contract and keeps the others.

use async_trait::async_trait;
use outdial_model::{Disposition, FieldProblem, Insight, Phone, TaskSpec};
use outdial_provider::{
    Ack, AddContacts, Added, CancelContacts, Capabilities, Catalog, Checked, Confirmation, ContactProgress,
    ContactReport, Control, Effect, ErrorKind, Find, Found, Inbound, MemoryPush, OpenSegment, Opened,
    Operation, PageRequest, PlaceCall, Placed, Progress, Provider, ProviderError, PushClient, PushKind,
    ReadProgress, ReceiveError, Received, Refusal, SegmentRef, SegmentReport, SegmentState, Support,
    UpdateSegment, VendorTask, VendorTaskPage, Verb,
};
use std::fmt;
use std::sync::{Arc, Mutex};

/// Which promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sin {
    AddsTwice,
    CallsTwice,
    StartsAtOnce,
    FindsNobody,
    FindsEverybody,
    IsItsOwnTwin,
    CountsTwice,
    PausesOnce,
    CancelsNobody,
    SendsAnyway,
    DeclaresLess,
    AcceptsAnyTask,
    BelievesAnybody,
    ConfirmsAnything,
    ForgetsProofHeaders,
    EndsOnStrangeWords,
    LogsNumbers,
    ShowsNames,
}

pub struct SlyProvider {
    honest: Arc<dyn Provider>,
    capabilities: Capabilities,
    sin: Option<Sin>,
    names: Mutex<Vec<String>>,
}

impl SlyProvider {
    pub fn new(honest: Arc<dyn Provider>, sin: Option<Sin>) -> Self {
        let mut capabilities = honest.capabilities().clone();
        let nobody_can = Support::Unsupported("the vendor has no catalog");
        match sin {
            Some(Sin::DeclaresLess) => capabilities.operations.remove(&Operation::Catalog),
            Some(Sin::SendsAnyway) => capabilities.operations.insert(Operation::Catalog, nobody_can),
            _ => None,
        };
        Self { honest, capabilities, sin, names: Mutex::default() }
    }

    fn is(&self, sin: Sin) -> bool {
        self.sin == Some(sin)
    }
}

impl fmt::Debug for SlyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.names.lock() {
            Ok(names) if self.is(Sin::ShowsNames) => write!(f, "Sly({names:?})"),
            _ => f.write_str("Sly"),
        }
    }
}

#[async_trait]
impl Provider for SlyProvider {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn refuse_task(&self, spec: &TaskSpec) -> Vec<FieldProblem> {
        if self.is(Sin::AcceptsAnyTask) { Vec::new() } else { self.honest.refuse_task(spec) }
    }

    fn refuse_phone(&self, phone: &Phone) -> Option<FieldProblem> {
        self.honest.refuse_phone(phone)
    }

    async fn check(&self) -> Result<Checked, ProviderError> {
        self.honest.check().await
    }

    async fn open_segment(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        self.honest.open_segment(request).await
    }

    async fn add_contacts(&self, request: &AddContacts<'_>) -> Result<Added, ProviderError> {
        for contact in request.contacts {
            if self.is(Sin::LogsNumbers) {
                tracing::trace!(target: "outdial_sly", number = contact.phone.digits(), "adding somebody");
            }
            let names = contact.name.iter().map(|name| name.expose().to_owned());
            self.names.lock().map(|mut known| known.extend(names)).ok();
        }
        if self.is(Sin::AddsTwice) {
            self.honest.add_contacts(request).await?;
        }
        let added = self.honest.add_contacts(request).await;
        if self.is(Sin::StartsAtOnce) {
            self.honest.control(&Control { segment: request.segment, verb: Verb::Start }).await?;
        }
        added
    }

    async fn place_call(&self, request: &PlaceCall<'_>) -> Result<Placed, ProviderError> {
        if self.is(Sin::CallsTwice) {
            self.honest.place_call(request).await?;
        }
        self.honest.place_call(request).await
    }

    async fn control(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        let is_so = self.honest.segment_status(request.segment).await?.raw.as_deref() == Some("paused");
        if self.is(Sin::PausesOnce) && request.verb == Verb::Pause && is_so {
            return Err(ProviderError::new(ErrorKind::Conflict, Effect::None, "it is paused"));
        }
        self.honest.control(request).await
    }

    async fn update_segment(&self, request: &UpdateSegment<'_>) -> Result<(), ProviderError> {
        self.honest.update_segment(request).await
    }

    async fn cancel_contacts(&self, request: &CancelContacts<'_>) -> Result<Vec<Refusal>, ProviderError> {
        if self.is(Sin::CancelsNobody) { Ok(Vec::new()) } else { self.honest.cancel_contacts(request).await }
    }

    async fn find(&self, request: &Find<'_>) -> Result<Found, ProviderError> {
        let found = self.honest.find(request).await?;
        Ok(match (request, self.sin) {
            (Find::Segment(_), Some(Sin::FindsNobody)) => Found::NoSegment,
            (Find::Contacts { .. }, Some(Sin::FindsNobody)) => Found::Contacts(Vec::new()),
            (Find::Segment(_), Some(Sin::FindsEverybody)) => {
                Found::Segment(SegmentReport::of(SegmentState::Unrecognized))
            }
            (Find::Contacts { contacts, .. }, Some(Sin::FindsEverybody)) => {
                let report =
                    |key| ContactReport { key, progress: ContactProgress::Waiting, calls: Vec::new() };
                Found::Contacts(contacts.iter().map(|contact| report(contact.key.clone())).collect())
            }
            (Find::Segment(_), Some(Sin::IsItsOwnTwin)) => in_segment(found, |report| {
                report.twins.extend(report.vendor_ref.clone());
            }),
            (Find::Segment(_), Some(Sin::CountsTwice)) => in_segment(found, |report| {
                report.contacts = report.contacts.map(|count| 2 * count);
            }),
            _ => found,
        })
    }

    async fn segment_status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        self.honest.segment_status(segment).await
    }

    async fn progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        self.honest.progress(request).await
    }

    async fn transcript(&self, vendor_call_id: &str) -> Result<Vec<Insight>, ProviderError> {
        self.honest.transcript(vendor_call_id).await
    }

    async fn vendor_tasks(&self, page: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        self.honest.vendor_tasks(page).await
    }

    async fn vendor_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        self.honest.vendor_task(vendor_ref).await
    }

    async fn catalog(&self) -> Result<Catalog, ProviderError> {
        self.honest.catalog().await
    }

    fn receive(&self, inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
        if self.is(Sin::EndsOnStrangeWords) {
            let mut received = self.honest.receive(inbound)?;
            let progress = received.contact.as_mut().and_then(|contact| contact.progress.as_mut());
            if let Some(strange) = progress.filter(|progress| **progress == ContactProgress::Unrecognized) {
                *strange = ContactProgress::Done(Disposition::Unknown);
            }
            return Ok(received);
        }
        if !self.is(Sin::BelievesAnybody) {
            return self.honest.receive(inbound);
        }
        let headers = MemoryPush::proven(Vec::new(), inbound.received_at).headers;
        self.honest.receive(&Inbound { headers: &headers, ..*inbound })
    }

    fn push_kinds(&self) -> &'static [PushKind] {
        self.honest.push_kinds()
    }

    fn push_client(&self) -> Option<&PushClient> {
        None
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        if self.is(Sin::ForgetsProofHeaders) { &[] } else { self.honest.proof_headers() }
    }

    async fn confirm_push(&self, inbound: &Inbound<'_>) -> Result<Confirmation, ProviderError> {
        let is_sworn = self.is(Sin::ConfirmsAnything);
        if is_sworn { Ok(Confirmation::Genuine) } else { self.honest.confirm_push(inbound).await }
    }

    fn acknowledge(&self, kind: &str) -> Ack {
        self.honest.acknowledge(kind)
    }
}

fn in_segment(mut found: Found, change: impl FnOnce(&mut SegmentReport)) -> Found {
    if let Found::Segment(report) = &mut found {
        change(report);
    }
    found
}
