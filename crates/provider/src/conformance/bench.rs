//! What a check has at hand: a vendor's stand-in, people to ring, and the moves every campaign makes.

use super::{Harness, Line, Outcome, Pace, Vendor, Violation, Wire, connect, ensure};
use crate::{
    AddContacts, CancelContacts, ContactProgress, ContactReport, Control, DialContact, Find, OpenSegment,
    Opened, Operation, PageRequest, PlaceCall, Placed, Provider, ProviderError, ReadProgress, SegmentRef,
    Staging, Support, UpdateSegment, Verb,
};
use outdial_model::{ContactId, PersonName, SegmentId, TaskSpec, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Long after every trial is over.
pub(super) const LONG_FUSE: Duration = Duration::from_secs(3600);
/// Over before anybody waits for it.
pub(super) const SHORT_FUSE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// What a check has at hand. Fresh for every trial.
pub struct Bench {
    pub(super) harness: Arc<dyn Harness>,
    pub(super) vendor: Box<dyn Vendor>,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) task: TaskSpec,
    /// Who is to be rung.
    pub(super) people: Vec<DialContact>,
    /// Somebody the vendor never hears of.
    pub(super) stranger: DialContact,
}

impl Bench {
    pub(super) async fn set_up(harness: Arc<dyn Harness>, pace: Pace) -> Outcome<Self> {
        let vendor = harness.start(pace).await?;
        let (provider, now) = (vendor.provider(), vendor.clock().now());
        let mut people = Vec::new();
        for (number, phone) in harness.phones().into_iter().enumerate() {
            people.push(DialContact {
                key: ContactId::generate(now),
                phone: phone.parse()?,
                name: PersonName::new(&format!("Zoë Nobody-{number}")),
                variables: BTreeMap::from([("due".to_owned(), format!("{number} März"))]),
            });
        }
        let stranger = people.pop().ok_or_else(|| Violation::new("the harness has no numbers"))?;
        let task = harness.task();
        Ok(Self { harness, vendor, provider, task, people, stranger })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.vendor.clock().now()
    }

    pub(super) fn staging(&self) -> Staging {
        self.provider.capabilities().staging
    }

    /// Whether the provider does `operation`. Adding people to a segment that takes all of them when it
    /// is opened may be called emulated: Outdial does it with the next segment, the provider does not.
    pub(super) fn offers(&self, operation: Operation) -> bool {
        let is_outdials = operation == Operation::AddContacts && self.staging() == Staging::WholeWithFuse;
        !is_outdials && !matches!(self.provider.capabilities().support(operation), Support::Unsupported(_))
    }

    /// The wire and the line, for checks that are only made where there are some.
    pub(super) fn wire(&self) -> Outcome<(Arc<dyn Wire>, &Line)> {
        self.harness.wire().zip(self.vendor.line()).ok_or_else(|| Violation::new("the vendor has no line"))
    }

    /// The values of the account's settings that are secret.
    pub(super) fn secrets(&self) -> Vec<String> {
        let Some(wire) = self.harness.wire() else {
            return Vec::new();
        };
        let settings = wire.settings();
        let keys = wire.factory().setting_keys.iter().filter(|key| key.secret);
        keys.filter_map(|key| settings.get(key.name)?.as_str().map(str::to_owned)).collect()
    }

    /// Another provider of the same account, at `base_url` and with another deadline.
    pub(super) fn reconnect(&self, base_url: &str, timeout: Duration) -> Outcome<Arc<dyn Provider>> {
        let (wire, _) = self.wire()?;
        Ok(connect(&*wire, wire.settings(), base_url, timeout, self.vendor.clock())?)
    }

    /// A segment nobody has heard of.
    pub(super) fn new_segment(&self) -> SegmentRef {
        let now = self.now();
        SegmentRef { key: SegmentId::generate(now), vendor_ref: None, opened_at: now }
    }

    /// Opens `segment` the way the staging wants it: empty, or with everybody in it and a fuse.
    pub(super) async fn open(
        &self,
        provider: &dyn Provider,
        segment: &SegmentRef,
        fuse: Duration,
    ) -> Result<Opened, ProviderError> {
        let is_whole = self.staging() == Staging::WholeWithFuse;
        let request = OpenSegment {
            key: &segment.key,
            spec: &self.task,
            contacts: if is_whole { &self.people } else { &[] },
            not_before: is_whole.then(|| self.now() + fuse),
        };
        provider.open_segment(&request).await
    }

    /// Brings the vendor as far as the staging goes without ringing anybody (until the fuse is burnt).
    pub(super) async fn stage(&self, fuse: Duration) -> Outcome<SegmentRef> {
        let segment = self.new_segment();
        let opened = self.open(&*self.provider, &segment, fuse).await?;
        ensure(opened.added.refused.is_empty(), "people were refused on opening")?;
        let segment = SegmentRef { vendor_ref: opened.vendor_ref, ..segment };
        if self.staging() == Staging::EmptyThenStart {
            self.add(&segment).await?;
        }
        Ok(segment)
    }

    async fn add(&self, segment: &SegmentRef) -> Outcome {
        let added = self.provider.add_contacts(&AddContacts { segment, contacts: &self.people }).await?;
        ensure(added.refused.is_empty() && !added.ambiguous, format!("not everybody was added: {added:?}"))
    }

    /// Calls the first person, and nobody else.
    pub(super) async fn call(
        &self,
        provider: &dyn Provider,
        segment: &SegmentRef,
    ) -> Result<Placed, ProviderError> {
        let spec = TaskSpec { single_call: true, ..self.task.clone() };
        let contact = self.people.first().unwrap_or(&self.stranger);
        provider.place_call(&PlaceCall { key: &segment.key, spec: &spec, contact }).await
    }

    /// Lets a staged segment ring.
    pub(super) async fn ignite(&self, segment: &SegmentRef) -> Outcome {
        match self.staging() {
            Staging::EmptyThenStart => self.control(segment, Verb::Start).await,
            Staging::EmptyLive => self.add(segment).await,
            Staging::WholeWithFuse => Ok(()),
        }
    }

    pub(super) async fn control(&self, segment: &SegmentRef, verb: Verb) -> Outcome {
        self.provider.control(&Control { segment, verb }).await?;
        Ok(())
    }

    /// What the vendor tells of everybody who was sent.
    pub(super) async fn everybody(&self, segment: &SegmentRef) -> Result<Vec<ContactReport>, ProviderError> {
        let request = ReadProgress { segment, contacts: &self.people };
        Ok(self.provider.progress(&request).await?.contacts)
    }

    pub(super) async fn everybody_is_done(&self, segment: &SegmentRef) -> Outcome<bool> {
        let reports = self.everybody(segment).await?;
        let done = reports.iter().filter(|report| matches!(report.progress, ContactProgress::Done(_)));
        Ok(done.count() == self.people.len())
    }

    /// Asks until `is_so`; between two questions the vendor's time goes on.
    pub(super) async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> Outcome<bool>) -> Outcome {
        let asking = async {
            while !is_so().await? {
                self.vendor.move_on().await;
                tokio::time::sleep(GLANCE).await;
            }
            Ok(())
        };
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Violation::new(format!("waited in vain: {what}"))),
        }
    }

    /// Performs any operation, for checks that only care how it ends.
    pub(super) async fn perform(
        &self,
        provider: &dyn Provider,
        operation: Operation,
        segment: &SegmentRef,
    ) -> Result<(), ProviderError> {
        let contacts = &self.people;
        let control = |verb| Control { segment, verb };
        match operation {
            Operation::Check => provider.check().await.map(drop),
            Operation::OpenSegment => self.open(provider, segment, LONG_FUSE).await.map(drop),
            Operation::AddContacts => {
                provider.add_contacts(&AddContacts { segment, contacts }).await.map(drop)
            }
            Operation::PlaceCall => self.call(provider, segment).await.map(drop),
            Operation::Start => provider.control(&control(Verb::Start)).await.map(drop),
            Operation::Pause => provider.control(&control(Verb::Pause)).await.map(drop),
            Operation::Resume => provider.control(&control(Verb::Resume)).await.map(drop),
            Operation::Stop => provider.control(&control(Verb::Stop)).await.map(drop),
            Operation::UpdateSegment => {
                provider.update_segment(&UpdateSegment { segment, spec: &self.task }).await
            }
            Operation::CancelContact => {
                provider.cancel_contacts(&CancelContacts { segment, contacts }).await.map(drop)
            }
            Operation::FindSegment => provider.find(&Find::Segment(segment)).await.map(drop),
            Operation::FindContacts => provider.find(&Find::Contacts { segment, contacts }).await.map(drop),
            Operation::Progress => provider.progress(&ReadProgress { segment, contacts }).await.map(drop),
            Operation::ListVendorTasks => provider.vendor_tasks(&FIRST_PAGE).await.map(drop),
            Operation::GetVendorTask => {
                let vendor_ref = segment.vendor_ref.as_deref().unwrap_or("1");
                provider.vendor_task(vendor_ref).await.map(drop)
            }
            Operation::Catalog => provider.catalog().await.map(drop),
            Operation::Transcript => provider.transcript("1").await.map(drop),
            Operation::Recording | Operation::Receive => Ok(()),
        }
    }
}

pub(super) const FIRST_PAGE: PageRequest = PageRequest { cursor: None, limit: 100 };
