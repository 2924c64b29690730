//! The contract in front of the vendor in memory.

use super::options::MemoryOptions;
use super::push;
use super::script::{Except, NextAnswer};
use super::vendor::MemoryVendor;
use super::world::{Segment, World, conflict};
use crate::{
    Ack, AddContacts, Added, CancelContacts, Capabilities, Catalog, CatalogItem, Checked, Confirmation,
    ContactProgress, Control, Effect, ErrorKind, Find, Found, Inbound, OpenSegment, Opened, Operation,
    PageRequest, PlaceCall, Placed, Progress, Provider, ProviderError, PushKind, ReadProgress, ReceiveError,
    Received, Refusal, SegmentRef, SegmentReport, Support, UpdateSegment, VendorTask, VendorTaskPage, Verb,
};
use async_trait::async_trait;
use outdial_model::{Clock, FieldProblem, Insight, Phone, SegmentStatus, TaskSpec, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

const KIND: &str = "memory";

/// A provider whose vendor lives in memory; clones talk to the same vendor.
#[derive(Debug, Clone)]
pub struct MemoryProvider {
    capabilities: Capabilities,
    clock: Arc<dyn Clock>,
    vendor: MemoryVendor,
}

impl MemoryProvider {
    /// A provider with a vendor of its own, empty.
    pub fn new(options: MemoryOptions) -> Self {
        let MemoryOptions { capabilities, clock } = options;
        let world = World::new(capabilities.staging, capabilities.limits);
        let vendor = MemoryVendor::new(world, Arc::clone(&clock));
        Self { capabilities, clock, vendor }
    }

    /// The vendor's end.
    pub fn vendor(&self) -> MemoryVendor {
        self.vendor.clone()
    }

    /// One request: counted, answered as scripted, else done.
    fn ask<T>(
        &self,
        operation: Operation,
        act: impl Fn(&mut World, &Except, Timestamp) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        if let Support::Unsupported(why) = self.capabilities.support(operation) {
            return Err(ProviderError::unsupported(why));
        }
        let now = self.clock.now();
        let mut world = self.vendor.now();
        let scripted = world.script.get_mut(&operation).and_then(|answers| answers.pop_front());
        if scripted != Some(NextAnswer::NotSent) {
            *world.requests.entry(operation).or_default() += 1;
        }
        let error = scripted.as_ref().and_then(NextAnswer::error);
        let times = scripted.as_ref().map_or(1, NextAnswer::times);
        let except = Except::from(scripted);
        // Each time in full before the first answer is taken: whatever is carried out is carried out.
        let results: Vec<_> = (0..times).map(|_| act(&mut world, &except, now)).collect();
        match (error, results.into_iter().next()) {
            (None, Some(result)) => result,
            (Some(error), _) => Err(error),
            (None, None) => Err(ProviderError::unexpected("the scripted answer is none")),
        }
    }

    fn within_limit(&self, people: usize) -> Result<(), ProviderError> {
        if people <= self.capabilities.limits.contacts_per_request {
            return Ok(());
        }
        Err(ProviderError::new(ErrorKind::TooLarge, Effect::None, "too many people in one request"))
    }
}

#[async_trait]
impl Provider for MemoryProvider {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn refuse_task(&self, spec: &TaskSpec) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if spec.script.template_id.trim().is_empty() {
            let detail = "give any text that is not blank";
            problems.push(FieldProblem::new("/script/template_id", "invalid_template_id", detail));
        }
        for (provider, options) in &spec.provider_options {
            let pointer = format!("/provider_options/{provider}");
            if provider != KIND {
                let detail = "the account is not at this provider";
                problems.push(FieldProblem::new(&pointer, "wrong_provider_options", detail));
            }
            for field in options.as_object().into_iter().flat_map(|options| options.keys()) {
                let pointer = format!("{pointer}/{field}");
                problems.push(FieldProblem::new(&pointer, "unknown_field", "there are no options"));
            }
        }
        problems
    }

    fn refuse_phone(&self, _: &Phone) -> Option<FieldProblem> {
        None
    }

    async fn check(&self) -> Result<Checked, ProviderError> {
        self.ask(Operation::Check, |_, _, _| {
            Ok(Checked { detail: "the vendor in memory is there".to_owned() })
        })
    }

    async fn open_segment(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        self.ask(Operation::OpenSegment, |world, except, now| {
            self.within_limit(request.contacts.len())?;
            let (vendor_ref, added) = world.open(request, except, now);
            Ok(Opened { vendor_ref: Some(vendor_ref), added })
        })
    }

    async fn add_contacts(&self, request: &AddContacts<'_>) -> Result<Added, ProviderError> {
        self.ask(Operation::AddContacts, |world, except, now| {
            self.within_limit(request.contacts.len())?;
            world.add(request.segment, request.contacts, except, now)
        })
    }

    async fn place_call(&self, request: &PlaceCall<'_>) -> Result<Placed, ProviderError> {
        if let Support::Emulated(how) = self.capabilities.support(Operation::PlaceCall) {
            return Err(ProviderError::unsupported(how));
        }
        self.ask(Operation::PlaceCall, |world, _, now| Ok(Placed { vendor_ref: world.call(request, now) }))
    }

    async fn control(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        let operation = match request.verb {
            Verb::Start => Operation::Start,
            Verb::Pause => Operation::Pause,
            Verb::Resume => Operation::Resume,
            Verb::Stop | Verb::Complete => Operation::Stop,
        };
        self.ask(operation, |world, _, _| {
            let segment = world.known(request.segment)?;
            // An emulated verb is Outdial's own business; the vendor is only looked at.
            if self.capabilities.is_native(operation) {
                segment.obey(request.verb)?;
            }
            Ok(segment.report())
        })
    }

    async fn update_segment(&self, request: &UpdateSegment<'_>) -> Result<(), ProviderError> {
        self.ask(Operation::UpdateSegment, |world, _, _| {
            let segment = world.known(request.segment)?;
            if !matches!(segment.status, SegmentStatus::Ready | SegmentStatus::Paused) {
                return Err(conflict("the segment dials or has ended; pause it first"));
            }
            segment.spec = request.spec.clone();
            Ok(())
        })
    }

    async fn cancel_contacts(&self, request: &CancelContacts<'_>) -> Result<Vec<Refusal>, ProviderError> {
        self.ask(Operation::CancelContact, |world, _, _| {
            let segment = world.known(request.segment)?;
            let refused = request.contacts.iter().filter_map(|contact| {
                let reason = segment.cancel(&contact.key).err()?;
                Some(Refusal { key: contact.key.clone(), reason: reason.to_owned() })
            });
            Ok(refused.collect())
        })
    }

    async fn find(&self, request: &Find<'_>) -> Result<Found, ProviderError> {
        match request {
            Find::Segment(wanted) => self.ask(Operation::FindSegment, |world, _, now| {
                let horizon = world.horizon(now);
                Ok(world.look_up(wanted, horizon).map_or(Found::NoSegment, Found::Segment))
            }),
            Find::Call { segment, .. } => self.ask(Operation::FindSegment, |world, _, now| {
                let horizon = world.horizon(now);
                Ok(world.look_up(segment, horizon).map_or(Found::NoSegment, Found::Segment))
            }),
            Find::Contacts { segment, contacts } => self.ask(Operation::FindContacts, |world, _, now| {
                let horizon = world.horizon(now);
                let reports = world.find(segment).map(|segment| segment.reports(contacts, horizon));
                Ok(Found::Contacts(reports.unwrap_or_default()))
            }),
        }
    }

    async fn segment_status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        self.ask(Operation::Progress, |world, _, _| world.known(segment).map(|segment| segment.report()))
    }

    async fn progress(&self, request: &ReadProgress<'_>) -> Result<Progress, ProviderError> {
        self.ask(Operation::Progress, |world, _, _| {
            let segment = world.known(request.segment)?;
            let contacts = segment.reports(request.contacts, Timestamp::MAX);
            Ok(Progress { segment: Some(segment.report()), contacts })
        })
    }

    async fn transcript(&self, _: &str) -> Result<Vec<Insight>, ProviderError> {
        self.ask(Operation::Transcript, |_, _, _| Ok(Vec::new()))
    }

    async fn vendor_tasks(&self, page: &PageRequest) -> Result<VendorTaskPage, ProviderError> {
        self.ask(Operation::ListVendorTasks, |world, _, _| {
            let first: usize = page.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
            let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
            let (total, end) = (world.segments.len(), first.saturating_add(limit));
            let tasks = world.segments.iter().rev().skip(first).take(limit).map(shown).collect();
            let next = (end < total).then(|| end.to_string());
            Ok(VendorTaskPage { tasks, next, total: u64::try_from(total).ok() })
        })
    }

    async fn vendor_task(&self, vendor_ref: &str) -> Result<VendorTask, ProviderError> {
        self.ask(Operation::GetVendorTask, |world, _, _| {
            let segment = world.segments.iter().find(|segment| segment.vendor_ref == vendor_ref);
            segment.map(shown).ok_or_else(|| {
                ProviderError::new(ErrorKind::NotFound, Effect::None, "the vendor does not know this task")
            })
        })
    }

    async fn catalog(&self) -> Result<Catalog, ProviderError> {
        self.ask(Operation::Catalog, |_, _, _| {
            let script = CatalogItem { id: "script-1".to_owned(), name: None, variables: Vec::new() };
            Ok(Catalog { templates: Some(vec![script]), callers: None })
        })
    }

    fn receive(&self, inbound: &Inbound<'_>) -> Result<Received, ReceiveError> {
        push::receive(inbound)
    }

    fn push_kinds(&self) -> &'static [PushKind] {
        push::KINDS
    }

    fn push_client(&self) -> Option<&crate::PushClient> {
        None
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        push::PROOF_HEADERS
    }

    /// Its pushes carry a proof; there is nothing more to ask.
    async fn confirm_push(&self, _: &Inbound<'_>) -> Result<Confirmation, ProviderError> {
        Ok(Confirmation::CannotTell)
    }

    fn acknowledge(&self, _: &str) -> Ack {
        Ack { body: "{}" }
    }
}

fn shown(segment: &Segment) -> VendorTask {
    let report = segment.report();
    let people = segment.people.len();
    let done =
        segment.people.iter().filter(|person| matches!(person.progress, ContactProgress::Done(_))).count();
    let raw: Value = json!({"name": segment.key.as_str(), "status": report.raw, "people": people});
    VendorTask {
        vendor_ref: segment.vendor_ref.clone(),
        name: Some(segment.key.to_string()),
        state: report.state,
        raw_state: report.raw,
        contacts: u64::try_from(people).ok(),
        finished: u64::try_from(done).ok(),
        created_at: Some(segment.opened_at),
        raw,
    }
}
