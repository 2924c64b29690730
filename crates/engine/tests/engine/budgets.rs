//! Budgets: no more dials in a day than there may be, whoever asks for them.

use crate::world::{World, draft, tenant};
use outdial_engine::{
    AccountPolicy, CallRequest, ContactDraft, ContactResult, CreateRedial, CreateTask, EngineError, Route,
    Rule, Share, TaskVerb,
};
use outdial_model::{
    Clock, ContactStatus, Disposition, Hours, Obstacle, Policy, Rules, Schedule, StartMode, Task, TaskSpec,
    TaskStatus, Timestamp,
};
use outdial_provider::{MemoryOptions, NextAnswer, Operation, Staging};
use std::time::Duration;

const STAGINGS: [Staging; 3] = [Staging::EmptyThenStart, Staging::EmptyLive, Staging::WholeWithFuse];
const LONG: Duration = Duration::from_secs(40);

fn spec(start: StartMode) -> TaskSpec {
    let schedule = Schedule { start, ..Schedule::default() };
    TaskSpec { schedule, ..TaskSpec::new("Reminders", "script-1") }
}

fn a_day(dials: u32) -> Rules {
    Rules { dials_per_day: Some(dials), ..Rules::default() }
}

fn a_day_for_a_client(dials: u32) -> Rules {
    Rules { client_dials_per_day: Some(dials), ..Rules::default() }
}

/// The setting there is too little by, if that is why it was refused, and after how long there is more.
fn refusal<T: std::fmt::Debug>(result: Result<T, EngineError>) -> (&'static str, Duration) {
    match result {
        Err(EngineError::BudgetExhausted { policy, after, .. }) => (policy, after),
        other => panic!("{other:?}"),
    }
}

impl World {
    fn rule(&self, everybody: Rules) {
        self.govern(&Policy { everybody, ..Policy::default() });
    }

    /// Lets everybody be rung who may be, and their calls end.
    async fn ring(&self) {
        self.pass(LONG).await;
        self.vendor.finish_all(Disposition::NoAnswer);
        self.pass(LONG).await;
    }

    fn request(&self, client: &str, people: std::ops::Range<usize>) -> CreateTask {
        let (account, client) = ("memory-1".parse().unwrap(), Some(client.to_owned()));
        let contacts = people.map(draft).collect();
        CreateTask { external_id: None, account, spec: spec(StartMode::Immediate), contacts, client }
    }

    async fn ask(&self, client: &str, people: std::ops::Range<usize>) -> Result<Task, EngineError> {
        self.engine.create_task(&tenant(), self.request(client, people), None).await
    }

    async fn add_named(
        &self,
        task: &Task,
        batch: &[ContactDraft],
    ) -> Result<Vec<ContactResult>, EngineError> {
        self.engine.add_contacts(&tenant(), &task.id, batch, None).await
    }

    async fn call_for(
        &self,
        client: &str,
        number: usize,
    ) -> Result<outdial_engine::AcceptedCall, EngineError> {
        let request = CallRequest {
            external_id: None,
            account: "memory-1".parse().unwrap(),
            spec: spec(StartMode::Immediate),
            contact: draft(number),
            expires_after: Duration::from_secs(120),
            client: Some(client.to_owned()),
        };
        self.engine.place_call(&tenant(), request, None).await
    }

    fn until_midnight(&self) -> (Timestamp, Duration) {
        let midnight: Timestamp = "2026-03-03T00:00:00Z".parse().unwrap();
        (midnight, Duration::try_from(midnight.duration_since(self.clock.now())).unwrap())
    }
}

#[tokio::test]
async fn whom_a_day_has_no_dials_for_is_rung_on_the_next() {
    for staging in STAGINGS {
        let world = World::new(staging).await;
        world.rule(a_day(3));
        let task = world.create(5).await;
        world.ring().await;
        assert_eq!(world.rung().len(), 3, "{staging:?}");
        assert_eq!(world.in_status(&task.id, ContactStatus::Queued).await, 2, "{staging:?}");
        let (midnight, left) = world.until_midnight();
        let seen = world.engine.blockers(&tenant(), &task.id).await.unwrap();
        let why: Vec<_> = seen.blockers.iter().map(|one| (one.obstacle, one.contacts, one.until)).collect();
        assert_eq!(why, [(Obstacle::BudgetExhausted, 2, Some(midnight))], "{staging:?}");

        world.clock.advance(left - LONG);
        world.pass(Duration::from_secs(30)).await;
        assert_eq!(world.rung().len(), 3, "{staging:?}: not before midnight");
        world.ring().await;
        assert_eq!(world.rung().len(), 5, "{staging:?}");
        assert_eq!(world.task(&task.id).await.status, TaskStatus::Completed, "{staging:?}");
    }
}

#[tokio::test]
async fn who_asks_for_calls_when_there_are_none_left_is_told_at_once() {
    let world = World::new(Staging::EmptyLive).await;
    let started = world.ask("key_1", 0..3).await.unwrap();
    world.ring().await;
    world.rule(a_day_for_a_client(3));
    let (_, left) = world.until_midnight();
    let none = ("client_dials_per_day", left);
    assert_eq!(refusal(world.ask("key_1", 3..4).await), none);
    assert_eq!(refusal(world.call_for("key_1", 3).await), none);
    let dispositions = [Disposition::NoAnswer].into();
    let client = Some("key_1".to_owned());
    let redial = CreateRedial { external_id: None, dispositions, spec: spec(StartMode::Immediate), client };
    let source = world.task(&started.id).await;
    assert_eq!(refusal(world.engine.redial(&tenant(), &source, redial, None).await), none);

    let manual = CreateTask { spec: spec(StartMode::Manual), ..world.request("key_1", 3..4) };
    let draft_task = world.engine.create_task(&tenant(), manual, None).await.unwrap();
    world.add(&draft_task.id, 4..5).await;
    let start = world.engine.steer(&tenant(), &draft_task.id, TaskVerb::Start, None).await;
    assert_eq!(refusal(start), none, "it takes people at any time, and dials nobody today");

    world.ask("key_2", 10..11).await.unwrap();
    world.ring().await;
    assert_eq!(world.rung().len(), 4, "whoever else asks has dials of their own");
    world.rule(Rules::default());
    world.steer(&draft_task.id, TaskVerb::Start).await;
    world.ring().await;
    world.rule(a_day(6));
    assert_eq!(refusal(world.call_for("key_2", 11).await), ("dials_per_day", world.until_midnight().1));
}

#[tokio::test]
async fn a_task_that_dials_takes_nobody_it_has_no_dials_for() {
    let world = World::new(Staging::EmptyLive).await;
    world.rule(a_day(2));
    let task = world.create(4).await;
    world.ring().await;
    let added = world.engine.add_contacts(&tenant(), &task.id, &[draft(9)], None).await;
    assert_eq!(refusal(added).0, "dials_per_day");
    world.steer(&task.id, TaskVerb::Pause).await;
    world.pass(LONG).await;
    world.add(&task.id, 9..10).await;
    assert_eq!(world.contacts(&task.id).await.len(), 5);
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_before_whatever_is_left() {
    let world = World::new(Staging::EmptyLive).await;
    world.rule(a_day(2));
    let task = world.create(0).await;
    let named = |number: usize| ContactDraft { external_id: Some(format!("crm-{number}")), ..draft(number) };
    let batch = [named(0), named(1)];
    let first = world.add_named(&task, &batch).await.unwrap();
    world.pass(LONG).await;
    assert_eq!(world.rung().len(), 2);
    let again = world.add_named(&task, &batch).await.unwrap();
    let ids = |results: &[ContactResult]| {
        let id = |result: &ContactResult| match result {
            ContactResult::Added(id) | ContactResult::Existing(id) => id.clone(),
            ContactResult::Refused(problem) => panic!("{problem:?}"),
        };
        results.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ids(&again));
    let named_task = CreateTask { external_id: Some("crm".into()), ..world.request("key_1", 7..8) };
    world.rule(Rules::default());
    world.engine.create_task(&tenant(), named_task.clone(), None).await.unwrap();
    world.rule(a_day(2));
    let twin = world.engine.create_task(&tenant(), named_task, None).await;
    assert!(matches!(twin, Err(EngineError::Conflict { code: "external_id_taken", .. })), "{twin:?}");
    assert_eq!(refusal(world.add_named(&task, &[named(0), named(2)]).await).0, "dials_per_day");
}

#[tokio::test]
async fn a_budget_that_nobody_of_a_task_would_fit_into_refuses_it() {
    let world = World::new(Staging::EmptyLive).await;
    world.rule(a_day(2));
    let mut request = world.request("key_1", 0..1);
    request.spec.retry.max_attempts = 3;
    let refused = world.engine.create_task(&tenant(), request, None).await;
    let Err(EngineError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    let said: Vec<_> = problems.iter().map(|problem| (problem.pointer.as_str(), problem.code)).collect();
    assert_eq!(said, [("#/retry/max_attempts", "budget_too_small")]);
}

#[tokio::test]
async fn whoever_may_not_be_dialed_is_looked_at_although_nobody_could_be() {
    let world = World::new(Staging::EmptyLive).await;
    world.rule(a_day(2));
    let by_their_clock = |spec: &mut TaskSpec| {
        let windows = serde_json::json!([{"days": ["tue"], "from": "09:00", "to": "18:00"}]);
        let hours = serde_json::json!({"time_zone": "contact", "windows": windows});
        spec.schedule.hours = serde_json::from_value(hours).unwrap();
    };
    let task = world.create_with(5, by_their_clock).await;
    world.create(2).await;
    world.ring().await;
    assert_eq!(world.in_status(&task.id, ContactStatus::Held).await, 5, "all of them wait for Tuesday");
    assert_eq!(world.task(&task.id).await.trouble, None);
}

#[tokio::test]
async fn somebody_who_was_certainly_not_rung_costs_nothing() {
    let world = World::new(Staging::EmptyLive).await;
    world.rule(a_day(2));
    world.vendor.script(Operation::AddContacts, NextAnswer::NotSent);
    world.create(2).await;
    world.ring().await;
    assert_eq!(world.rung().len(), 2);
    world.nobody_was_rung_twice();
}

#[tokio::test]
async fn a_call_that_finds_all_calls_in_progress_is_refused_and_not_left_waiting() {
    let world = World::new(Staging::WholeWithFuse).await;
    world.rule(Rules { concurrent_calls: Some(1), ..Rules::default() });
    world.call_for("key_1", 0).await.unwrap();
    world.work().await;
    assert_eq!(refusal(world.call_for("key_1", 1).await).0, "concurrent_calls");
    world.vendor.finish_all(Disposition::Answered);
    world.pass(LONG).await;
    world.call_for("key_1", 1).await.unwrap();
}

#[tokio::test]
async fn a_route_passes_over_an_account_whose_dials_are_used_up() {
    let mut world = World::of(|clock| MemoryOptions::staged(Staging::EmptyLive, clock), Some(8)).await;
    let few = |policy: &mut AccountPolicy| policy.dials_per_day = Some(2);
    let second = world.second_account_beside(Staging::EmptyLive, few);
    let share = |account: &str, share| Share { account: account.parse().unwrap(), share };
    let accounts = vec![share("memory-1", u32::MAX), share("memory-2", 1)];
    world.engine.replace_routes(vec![Route {
        id: "both".parse().unwrap(),
        tenants: Vec::new(),
        rules: vec![Rule { countries: Vec::new(), tags: [].into(), hours: Hours::default(), accounts }],
        fails_over_after: Duration::from_secs(30),
    }]);
    let first = world.create_by("both", 2).await;
    assert_eq!(first.account.as_str(), "memory-1");
    world.ring().await;
    assert_eq!(world.rung().len(), 2);
    let other = world.create_by("both", 1).await;
    assert_eq!(other.account.as_str(), "memory-2");
    let considered = other.route.unwrap().considered;
    assert_eq!(considered[0].why, "its dials of the day are used up");
    world.pass(LONG).await;
    assert_eq!(second.rings().len(), 1);

    let named = world.request("key_1", 5..6);
    let refused = world.engine.create_task(&tenant(), named, None).await;
    assert_eq!(refusal(refused).0, "accounts.NAME.dials_per_day", "whoever names it has it");
}
