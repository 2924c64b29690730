//! The vendor in memory, as the engine's tests use it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
use outdial_model::{
    Clock, ContactId, DispatchOutcome, Disposition, ManualClock, SegmentId, SegmentStatus, TaskSpec,
};
use outdial_provider::{
    AddContacts, ContactProgress, ContactReport, Control, DialContact, Effect, ErrorKind, Find, Found,
    Inbound, MemoryOptions, MemoryProvider, MemoryVendor, NextAnswer, OpenSegment, Operation, Provider,
    ProviderError, ReadProgress, RetryAdvice, SegmentRef, SegmentReport, SegmentState, Staging, Verb,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

struct Story {
    clock: Arc<ManualClock>,
    provider: MemoryProvider,
    vendor: MemoryVendor,
    segment: SegmentRef,
    people: Vec<DialContact>,
}

impl Story {
    fn new(staging: Staging) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-02T01:00:00Z".parse().unwrap()));
        let provider = MemoryProvider::new(MemoryOptions::staged(staging, clock.clone()));
        let now = clock.now();
        let person = |number: u32| DialContact {
            key: ContactId::generate(now),
            phone: format!("+8613800000{number:03}").parse().unwrap(),
            name: None,
            variables: BTreeMap::new(),
        };
        Self {
            vendor: provider.vendor(),
            segment: SegmentRef { key: SegmentId::generate(now), vendor_ref: None, opened_at: now },
            people: (1..=3).map(person).collect(),
            clock,
            provider,
        }
    }

    async fn open(&self, contacts: &[DialContact], fuse: Option<Duration>) -> Result<(), ProviderError> {
        let spec = TaskSpec::new("Reminders", "script-1");
        let not_before = fuse.map(|fuse| self.clock.now() + fuse);
        let request = OpenSegment { key: &self.segment.key, spec: &spec, contacts, not_before };
        self.provider.open_segment(&request).await.map(drop)
    }

    async fn add(&self) -> Result<outdial_provider::Added, ProviderError> {
        let request = AddContacts { segment: &self.segment, contacts: &self.people };
        self.provider.add_contacts(&request).await
    }

    async fn control(&self, verb: Verb) {
        self.provider.control(&Control { segment: &self.segment, verb }).await.unwrap();
    }

    async fn find(&self) -> Vec<ContactReport> {
        let look_up = Find::Contacts { segment: &self.segment, contacts: &self.people };
        match self.provider.find(&look_up).await.unwrap() {
            Found::Contacts(reports) => reports,
            other => panic!("{other:?}"),
        }
    }

    /// What the look-up by our key shows; of the one the vendor calls `vendor_ref`, if given.
    async fn look_up(&self, vendor_ref: Option<&str>) -> SegmentReport {
        let segment = SegmentRef { vendor_ref: vendor_ref.map(str::to_owned), ..self.segment.clone() };
        match self.provider.find(&Find::Segment(&segment)).await.unwrap() {
            Found::Segment(report) => report,
            other => panic!("{other:?}"),
        }
    }

    fn rung(&self) -> Vec<ContactId> {
        self.vendor.rings().into_iter().map(|ring| ring.contact).collect()
    }

    fn keys(&self) -> Vec<ContactId> {
        self.people.iter().map(|person| person.key.clone()).collect()
    }
}

#[tokio::test]
async fn a_staged_segment_rings_when_it_is_started() {
    let story = Story::new(Staging::EmptyThenStart);
    story.open(&[], None).await.unwrap();
    story.add().await.unwrap();
    assert_eq!((story.vendor.taken(), story.rung()), (story.keys(), vec![]));
    story.control(Verb::Start).await;
    assert_eq!(story.rung(), story.keys());
}

#[tokio::test]
async fn a_live_segment_rings_at_once() {
    let story = Story::new(Staging::EmptyLive);
    story.open(&[], None).await.unwrap();
    story.add().await.unwrap();
    assert_eq!(story.rung(), story.keys());
}

#[tokio::test]
async fn a_fuse_burns_down_by_the_clock_and_a_paused_segment_stays_still() {
    let story = Story::new(Staging::WholeWithFuse);
    story.open(&story.people, Some(Duration::from_secs(90))).await.unwrap();
    story.clock.advance(Duration::from_secs(89));
    assert!(story.rung().is_empty());
    story.control(Verb::Pause).await;
    story.clock.advance(Duration::from_secs(60));
    assert!(story.rung().is_empty());
    story.control(Verb::Resume).await;
    assert_eq!(story.rung(), story.keys());
    assert_eq!(story.add().await.unwrap_err().kind, ErrorKind::Unsupported);
}

#[tokio::test]
async fn whoever_is_sent_twice_is_rung_twice() {
    let story = Story::new(Staging::EmptyLive);
    story.open(&[], None).await.unwrap();
    story.add().await.unwrap();
    story.add().await.unwrap();
    assert_eq!(story.rung().len(), 6, "the vendor does not think for us");
}

#[tokio::test]
async fn a_timeout_may_hide_that_it_was_done() {
    let story = Story::new(Staging::EmptyThenStart);
    story.vendor.script(Operation::OpenSegment, NextAnswer::TimeoutAfterCommit);
    let error = story.open(&[], None).await.unwrap_err();
    assert_eq!((error.effect, error.retry()), (Effect::Possible, RetryAdvice::ReconcileFirst));
    let found = story.provider.find(&Find::Segment(&story.segment)).await.unwrap();
    assert!(matches!(found, Found::Segment(_)));

    story.vendor.script(Operation::AddContacts, NextAnswer::Timeout);
    assert_eq!(story.add().await.unwrap_err().effect, Effect::Possible);
    assert!(story.find().await.is_empty(), "the same error, and nothing was done");
}

#[tokio::test]
async fn answers_come_as_scripted_and_then_honestly_again() {
    let story = Story::new(Staging::EmptyThenStart);
    let pause = Duration::from_secs(7);
    let script = [
        (NextAnswer::NotSent, ErrorKind::Unreachable, Effect::NotSent),
        (NextAnswer::Throttle(Some(pause)), ErrorKind::RateLimited, Effect::None),
        (NextAnswer::Refuse(ErrorKind::QuotaExhausted), ErrorKind::QuotaExhausted, Effect::None),
    ];
    for (answer, ..) in &script {
        story.vendor.script(Operation::OpenSegment, answer.clone());
    }
    for (answer, kind, effect) in script {
        let error = story.open(&[], None).await.unwrap_err();
        assert_eq!((error.kind, error.effect), (kind, effect), "{answer:?}");
    }
    assert!(story.vendor.segments().is_empty());
    story.open(&[], None).await.unwrap();
    assert_eq!(story.vendor.segments(), vec![story.segment.key.clone()]);
    assert_eq!(story.vendor.requests(Operation::OpenSegment), 3, "one of the four never left");
}

#[tokio::test]
async fn every_scripted_ending_has_its_class() {
    let endings = [
        (NextAnswer::NotSent, DispatchOutcome::NotSent),
        (NextAnswer::Throttle(None), DispatchOutcome::Refused),
        (NextAnswer::Refuse(ErrorKind::InvalidRequest), DispatchOutcome::Refused),
        (NextAnswer::Timeout, DispatchOutcome::Unknown),
        (NextAnswer::TimeoutAfterCommit, DispatchOutcome::Unknown),
        (NextAnswer::TwiceThenTimeout, DispatchOutcome::Unknown),
    ];
    for (answer, class) in endings {
        let story = Story::new(Staging::EmptyThenStart);
        story.vendor.script(Operation::OpenSegment, answer.clone());
        assert_eq!(story.open(&[], None).await.unwrap_err().outcome(), class, "{answer:?}");
        story.open(&[], None).await.unwrap();
        story.vendor.script(Operation::AddContacts, answer.clone());
        assert_eq!(story.add().await.unwrap_err().outcome(), class, "{answer:?}");
    }
}

#[tokio::test]
async fn people_are_refused_by_name_or_lost_without_a_word() {
    let story = Story::new(Staging::EmptyThenStart);
    story.open(&[], None).await.unwrap();
    let keys = story.keys();
    story.vendor.script(Operation::AddContacts, NextAnswer::RefuseContacts(vec![keys[0].clone()]));
    let added = story.add().await.unwrap();
    assert_eq!((added.refused[0].key.clone(), added.ambiguous), (keys[0].clone(), false));
    assert_eq!(story.vendor.taken(), keys[1..].to_vec());

    let story = Story::new(Staging::EmptyThenStart);
    story.open(&[], None).await.unwrap();
    let keys = story.keys();
    story.vendor.script(Operation::AddContacts, NextAnswer::LoseContacts(vec![keys[2].clone()]));
    let added = story.add().await.unwrap();
    assert!(added.refused.is_empty() && added.ambiguous);
    assert_eq!(story.vendor.taken(), keys[..2].to_vec());
}

#[tokio::test]
async fn somebody_swallowed_is_missing_although_the_answer_says_everybody_was_taken() {
    let story = Story::new(Staging::EmptyThenStart);
    story.open(&[], None).await.unwrap();
    let keys = story.keys();
    story.vendor.script(Operation::AddContacts, NextAnswer::SwallowContacts(vec![keys[1].clone()]));
    let added = story.add().await.unwrap();
    assert!(added.refused.is_empty() && !added.ambiguous);
    assert_eq!(story.vendor.taken(), [keys[0].clone(), keys[2].clone()]);
    assert_eq!(story.look_up(None).await.contacts, Some(2), "the count gives it away");
}

#[tokio::test]
async fn a_request_carried_out_twice_leaves_a_twin_that_can_be_stopped_alone() {
    for answer in [NextAnswer::Twice, NextAnswer::TwiceThenTimeout] {
        let story = Story::new(Staging::WholeWithFuse);
        story.vendor.script(Operation::OpenSegment, answer.clone());
        let opened = story.open(&story.people, Some(Duration::from_secs(90))).await;
        assert_eq!(opened.is_ok(), answer == NextAnswer::Twice);
        let key = &story.segment.key;
        assert_eq!(story.vendor.segments(), [key.clone(), key.clone()]);

        let found = story.look_up(None).await;
        let first = found.vendor_ref.unwrap();
        let [twin] = found.twins.as_slice() else { panic!("{:?}", found.twins) };
        assert_ne!(first, *twin);
        assert_eq!(story.look_up(Some(twin)).await.twins, [first], "nobody is its own twin");

        let twin = SegmentRef { vendor_ref: Some(twin.clone()), ..story.segment.clone() };
        story.provider.control(&Control { segment: &twin, verb: Verb::Stop }).await.unwrap();
        assert!(story.look_up(None).await.twins.is_empty(), "a twin that is over does no harm");
        story.clock.advance(Duration::from_secs(90));
        assert_eq!(story.rung(), story.keys(), "everybody once");
        let states: Vec<_> = story.vendor.copies(key).into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, [SegmentStatus::Running, SegmentStatus::Stopped].map(SegmentState::Known));
    }
}

#[tokio::test]
async fn a_twin_nobody_stops_rings_everybody_again() {
    let story = Story::new(Staging::WholeWithFuse);
    story.vendor.script(Operation::OpenSegment, NextAnswer::Twice);
    story.open(&story.people, None).await.unwrap();
    assert_eq!(story.rung().len(), 6);
}

#[tokio::test]
async fn what_is_young_is_missing_from_look_ups_and_appears_later() {
    let story = Story::new(Staging::EmptyThenStart);
    story.vendor.hide_the_young(Duration::from_secs(5));
    story.open(&[], None).await.unwrap();
    let look_up = Find::Segment(&story.segment);
    assert_eq!(story.provider.find(&look_up).await.unwrap(), Found::NoSegment);
    story.clock.advance(Duration::from_secs(5));
    assert!(matches!(story.provider.find(&look_up).await.unwrap(), Found::Segment(_)));
}

#[tokio::test]
async fn calls_end_when_the_test_says_so_and_the_push_tells_the_same() {
    let story = Story::new(Staging::EmptyLive);
    story.open(&[], None).await.unwrap();
    story.add().await.unwrap();
    let somebody = &story.people[0].key;
    assert!(story.vendor.finish(somebody, Disposition::Busy));
    assert!(!story.vendor.finish(somebody, Disposition::Busy), "it is over");
    let request = ReadProgress { segment: &story.segment, contacts: &story.people };
    let reports = story.provider.progress(&request).await.unwrap().contacts;
    assert_eq!(reports[0].progress, ContactProgress::Done(Disposition::Busy));
    assert_eq!(reports[1].progress, ContactProgress::Dialing);

    let push = story.vendor.push(somebody).unwrap();
    let received = story.provider.receive(&Inbound {
        kind: push.kind,
        query: "",
        headers: &push.headers,
        body: &push.body,
        received_at: story.clock.now(),
    });
    let news = received.unwrap().contact.unwrap();
    assert_eq!(news.report(somebody.clone()), reports[0]);
}

#[tokio::test]
async fn a_state_set_in_the_console_is_shown_and_a_strange_one_is_no_error() {
    let story = Story::new(Staging::EmptyThenStart);
    story.open(&[], None).await.unwrap();
    let key = &story.segment.key;
    for state in [SegmentState::Known(SegmentStatus::Failed), SegmentState::Unrecognized] {
        story.vendor.set_state(key, state);
        assert_eq!(story.provider.segment_status(&story.segment).await.unwrap().state, state);
    }
}
