//! The vendor's tasks as segments: made, found again, looked at, steered.

use super::look_up::Sighting;
use super::plan::Plan;
use super::wire::{Created, Page, Task, TaskById, TaskPage};
use super::{TencentCcc, map, single_call};
use outdial_model::{SegmentId, SegmentStatus};
use outdial_provider::{
    Added, Control, Effect, ErrorKind, Found, OpenSegment, Opened, ProviderError, SegmentRef, SegmentReport,
    SegmentState, Verb,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The result of looking for one of our tasks.
pub(super) enum Search<T> {
    There(T),
    /// The whole list was read, and it is not in it.
    Absent,
    /// The list was too long, or changed while it was read.
    Undecided,
}

/// A task with all its people.
pub(super) struct Described {
    id: u64,
    pub(super) task: Task,
}

impl Described {
    pub(super) fn report(&self) -> SegmentReport {
        map::segment_report(&self.task, self.id.to_string())
    }

    /// It waits for its `NotBefore`.
    fn is_to_begin(&self) -> bool {
        map::segment_state(self.task.state) == SegmentState::Known(SegmentStatus::Ready)
    }
}

impl TencentCcc {
    /// Creates the task with all its people; it begins by itself at `NotBefore`.
    pub(super) async fn open(&self, request: &OpenSegment<'_>) -> Result<Opened, ProviderError> {
        let plan = Plan::of(request.spec, &self.config).map_err(|problems| {
            let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
            unsent(format!("the task cannot be expressed at this vendor: {}", pointers.join(", ")))
        })?;
        if request.contacts.is_empty() {
            return Err(unsent("the vendor's tasks are created with their people, and there are none"));
        }
        let body = plan.create(request, self.clock.now());
        let created: Created = self.client.create("CreateAutoCalloutTask", &body).await?;
        let vendor_ref =
            created.task_id.ok_or_else(|| ProviderError::unexpected("the vendor's answer has no TaskId"))?;
        Ok(Opened { vendor_ref: Some(vendor_ref), added: Added::default() })
    }

    /// Whether the task was made, by its id or by our key in its `Name`, and whether it was made more than
    /// once. Of several the known one is ours, else the one with the smallest id.
    pub(super) async fn find_segment(&self, segment: &SegmentRef) -> Result<Found, ProviderError> {
        let known = self.known(segment).await?;
        let id = known.as_ref().map(|described| described.id);
        let Sighting { mut ours, complete } = self.look_through(&segment.key, id).await?;
        if !complete {
            return Ok(Found::CannotTell);
        }
        let report = match known {
            // A list that does not show the task yet may not show its twins either, and will do so soon.
            Some(known) if ours.remove(&known.id).is_none() && known.is_to_begin() => {
                return Err(not_listed_yet());
            }
            Some(known) => known.report(),
            None => match ours.pop_first() {
                Some((id, task)) => map::segment_report(&task, id.to_string()),
                None => return Ok(Found::NoSegment),
            },
        };
        let twins =
            ours.into_iter().filter(|(_, twin)| !map::is_over(twin.state)).map(|(id, _)| id.to_string());
        Ok(Found::Segment(SegmentReport { twins: twins.collect(), ..report }))
    }

    /// The task's state alone.
    pub(super) async fn status(&self, segment: &SegmentRef) -> Result<SegmentReport, ProviderError> {
        if let Some(session) = single_call::session(segment) {
            return self.call_status(session, segment).await;
        }
        self.status_of(self.task_id(segment).await?).await
    }

    /// Brings a task into a state. The vendor starts by itself, so starting only looks; a task that
    /// is over answers every verb with the state it ended in.
    pub(super) async fn steer(&self, request: &Control<'_>) -> Result<SegmentReport, ProviderError> {
        let id = self.task_id(request.segment).await?;
        match request.verb {
            Verb::Start => self.status_of(id).await,
            Verb::Pause => self.bring(id, "PauseAutoCalloutTask", is_quiet).await,
            Verb::Resume => self.bring(id, "ResumeAutoCalloutTask", is_unpaused).await,
            Verb::Stop => self.bring(id, "StopAutoCalloutTask", is_ended).await,
            Verb::Complete => {
                let report = self.status_of(id).await?;
                match report.state {
                    SegmentState::Known(status) if is_ended(status) => Ok(report),
                    _ => self.bring(id, "StopAutoCalloutTask", is_ended).await,
                }
            }
        }
    }

    /// Sends a control and confirms it by a look. A refusal for the task's state is success when
    /// the task `is_so` already, for instance because an earlier attempt worked.
    async fn bring(
        &self,
        id: u64,
        action: &'static str,
        is_so: fn(SegmentStatus) -> bool,
    ) -> Result<SegmentReport, ProviderError> {
        match self.client.control(action, &self.by_id(id)).await {
            Ok(_) => self.status_of(id).await,
            Err(refusal) if refusal.kind == ErrorKind::Conflict => {
                let report = self.status_of(id).await?;
                match report.state {
                    SegmentState::Known(status) if is_so(status) => Ok(report),
                    _ => Err(refusal),
                }
            }
            Err(error) => Err(unknown_task(error)),
        }
    }

    async fn status_of(&self, id: u64) -> Result<SegmentReport, ProviderError> {
        self.described(id).await.map(|described| described.report())
    }

    async fn described(&self, id: u64) -> Result<Described, ProviderError> {
        Ok(Described { id, task: self.describe(id).await? })
    }

    /// One task with all its people; as the vendor's JSON or as what we read of it.
    pub(super) async fn describe<T: DeserializeOwned>(&self, id: u64) -> Result<T, ProviderError> {
        self.client.read("DescribeAutoCalloutTask", &self.by_id(id)).await.map_err(unknown_task)
    }

    /// A page of the application's tasks, counted from 0.
    pub(super) async fn task_page(
        &self,
        page_size: u32,
        page_number: u32,
    ) -> Result<TaskPage, ProviderError> {
        let page = Page { sdk_app_id: self.config.sdk_app_id, page_size, page_number };
        self.client.read("DescribeAutoCalloutTasks", &page).await
    }

    /// The vendor's id of a segment: remembered, or looked up.
    async fn task_id(&self, segment: &SegmentRef) -> Result<u64, ProviderError> {
        if let Some(vendor_ref) = &segment.vendor_ref {
            return parse_ref(vendor_ref);
        }
        match self.look_for(&segment.key).await? {
            Search::There(id) => Ok(id),
            Search::Absent => Err(no_such_task()),
            Search::Undecided => Err(undecided()),
        }
    }

    /// The task with its people: by its id, else by our key. An id the vendor does not know proves
    /// nothing, so the list has the last word.
    pub(super) async fn locate(&self, segment: &SegmentRef) -> Result<Search<Described>, ProviderError> {
        if let Some(described) = self.known(segment).await? {
            return Ok(Search::There(described));
        }
        Ok(match self.look_for(&segment.key).await? {
            Search::There(id) => Search::There(self.described(id).await?),
            Search::Absent => Search::Absent,
            Search::Undecided => Search::Undecided,
        })
    }

    /// The task by its id, when it has one and the vendor knows it.
    async fn known(&self, segment: &SegmentRef) -> Result<Option<Described>, ProviderError> {
        let Some(vendor_ref) = &segment.vendor_ref else { return Ok(None) };
        match self.described(parse_ref(vendor_ref)?).await {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            described => described.map(Some),
        }
    }

    /// The task with our key in its name, the one with the smallest id.
    async fn look_for(&self, key: &SegmentId) -> Result<Search<u64>, ProviderError> {
        let Sighting { ours, complete } = self.look_through(key, None).await?;
        Ok(match ours.into_keys().next() {
            Some(id) => Search::There(id),
            None if complete => Search::Absent,
            None => Search::Undecided,
        })
    }

    fn by_id(&self, task_id: u64) -> TaskById {
        TaskById { sdk_app_id: self.config.sdk_app_id, task_id }
    }
}

/// A member of the list.
pub(super) fn read_task(task: &Value) -> Result<Task, ProviderError> {
    Task::deserialize(task)
        .map_err(|_| ProviderError::unexpected("the vendor's list has something that is no task"))
}

/// The vendor's id of a task, which is a whole number.
pub(super) fn parse_ref(vendor_ref: &str) -> Result<u64, ProviderError> {
    vendor_ref.parse().map_err(|_| {
        let detail = "not a task of this vendor's: its references are whole numbers";
        ProviderError::new(ErrorKind::NotFound, Effect::NotSent, detail)
    })
}

/// An action whose only parameter is a task's id has no other bad value (dossier section 19, 6).
fn unknown_task(error: ProviderError) -> ProviderError {
    if error.code.as_deref() == Some("InvalidParameterValue") {
        let detail = "the vendor does not know this task".to_owned();
        return ProviderError { kind: ErrorKind::NotFound, detail, ..error };
    }
    error
}

/// Our key leads nowhere.
pub(super) fn no_such_task() -> ProviderError {
    let detail = "the vendor shows no task under this key; look it up before anything is decided";
    ProviderError::new(ErrorKind::NotFound, Effect::None, detail)
}

/// It is there, and what was made with it cannot be seen.
fn not_listed_yet() -> ProviderError {
    let detail = "the vendor's list does not show this task yet; look again before it begins";
    ProviderError::new(ErrorKind::NotFound, Effect::None, detail)
}

/// Our key may lead somewhere.
pub(super) fn undecided() -> ProviderError {
    let detail = "the vendor's list of tasks could not be read to its end; try again";
    ProviderError::new(ErrorKind::Unavailable, Effect::None, detail)
}

fn unsent(detail: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorKind::InvalidRequest, Effect::NotSent, detail)
}

fn is_quiet(status: SegmentStatus) -> bool {
    status == SegmentStatus::Paused || is_ended(status)
}

fn is_unpaused(status: SegmentStatus) -> bool {
    status != SegmentStatus::Paused
}

fn is_ended(status: SegmentStatus) -> bool {
    status == SegmentStatus::Ending || status.is_final()
}
