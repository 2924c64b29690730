//! Lists by key.

use super::Harness;
use super::world::{World, all, change};
use crate::{Changes, ContactFilter, Page, TaskFilter};
use outdial_model::{ContactStatus, DesiredStatus, Disposition, TaskStatus};

pub(super) async fn contacts_are_paged_while_people_are_added(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let task = world.task_of(10).await;
    let before: Vec<_> = world.contacts(&task).await.into_iter().rev().map(|contact| contact.id).collect();
    let filter = ContactFilter::default();
    let (mut seen, mut page) = (Vec::new(), all(3));
    loop {
        let found = world.store.contacts(&world.tenant, &task, &filter, &page).await.unwrap();
        let Some(last) = found.last() else { break };
        page.after = Some(last.id.clone());
        seen.extend(found.into_iter().map(|contact| contact.id));
        world.add(&task, world.people(seen.len() * 100..seen.len() * 100 + 2)).await;
    }
    assert_eq!(seen, before);
}

pub(super) async fn tasks_are_paged_while_tasks_are_added(harness: &dyn Harness) {
    let world = World::of(harness).await;
    let mut before = Vec::new();
    for _ in 0..3 {
        // Two in one instant: the id decides between them.
        before.push(world.task_of(0).await);
        before.push(world.task_of(0).await);
        world.pass(1);
    }
    before.reverse();
    let filter = TaskFilter::default();
    let (mut seen, mut page) = (Vec::new(), all(4));
    loop {
        let found = world.store.tasks(&world.tenant, &filter, &page).await.unwrap();
        let Some(last) = found.last() else { break };
        page.after = Some(last.id.clone());
        seen.extend(found.into_iter().map(|task| task.id));
        world.task_of(0).await;
    }
    assert_eq!(seen, before);
}

pub(super) async fn filters_find_what_they_name(harness: &dyn Harness) {
    use ContactStatus::{Completed, Queued, Rejected, Submitting};
    use Disposition::{AnsweredHuman, Busy};
    let world = World::of(harness).await;
    let task = world.task_of(4).await;
    let lease = world.lease(&task).await;
    let sent = world.send(&lease, 3).await.dispatch.contacts;
    let mut changes = Changes::under(&lease);
    let ends = [Completed, Completed, Rejected];
    changes.contacts.extend(sent.iter().zip(ends).map(|(id, end)| change(id, Submitting, end)));
    changes.contacts[1].disposition = Some(Busy);
    world.apply(changes).await;
    let found = async |statuses: &[ContactStatus], dispositions: &[Disposition], key: Option<&str>| {
        let filter = ContactFilter {
            statuses: statuses.to_vec(),
            dispositions: dispositions.to_vec(),
            external_id: key.map(str::to_owned),
            cancel_requested: false,
        };
        let page = all(10);
        let rows = world.store.contacts(&world.tenant, &task, &filter, &page).await.unwrap();
        rows.into_iter().filter_map(|row| row.external_id).collect::<Vec<_>>()
    };
    assert_eq!(found(&[Queued, Rejected], &[], None).await, ["person-3", "person-2"]);
    assert_eq!(found(&[], &[Busy, AnsweredHuman], None).await, ["person-1", "person-0"]);
    assert_eq!(found(&[Completed], &[Busy], None).await, ["person-1"]);
    assert!(found(&[Queued], &[Busy], None).await.is_empty());
    assert_eq!(found(&[], &[], Some("person-2")).await, ["person-2"]);
    assert!(found(&[Queued], &[], Some("person-2")).await.is_empty());

    let unsent = world.contacts(&task).await.into_iter().find(|contact| contact.status == Queued).unwrap();
    let sent =
        world.plan(world.fill(&lease, &world.contacts(&task).await[0].segment.clone().unwrap(), 1)).await;
    assert_eq!(sent.unwrap().dispatch.contacts, std::slice::from_ref(&unsent.id));
    world.store.cancel_contact(&world.tenant, &unsent.id, None, world.now()).await.unwrap();
    let asked = async |statuses: &[ContactStatus], dispositions: &[Disposition]| {
        let (statuses, dispositions) = (statuses.to_vec(), dispositions.to_vec());
        let filter =
            ContactFilter { statuses, dispositions, cancel_requested: true, ..ContactFilter::default() };
        let rows = world.store.contacts(&world.tenant, &task, &filter, &all(10)).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(asked(&[], &[]).await, std::slice::from_ref(&unsent.id));
    assert_eq!(asked(&[Submitting, Completed], &[]).await, std::slice::from_ref(&unsent.id));
    assert_eq!(asked(&[Completed], &[]).await, []);
    assert_eq!(asked(&[], &[Busy]).await, []);

    world.pass(60);
    let draft = crate::NewTask {
        status: TaskStatus::Draft,
        desired: DesiredStatus::Draft,
        account: "elsewhere".parse().unwrap(),
        ..world.new_task()
    };
    let later = draft.id.clone();
    let created = world.store.create_task(&world.tenant, draft, Vec::new(), None, world.now()).await;
    created.unwrap();
    let listed = async |filter: TaskFilter| {
        let page = Page { after: None, limit: 10 };
        let rows = world.store.tasks(&world.tenant, &filter, &page).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let any = TaskFilter::default;
    let statuses = vec![TaskStatus::Draft, TaskStatus::Scheduled];
    assert_eq!(listed(TaskFilter { statuses, ..any() }).await, [later.clone(), task.clone()]);
    let account = Some("elsewhere".parse().unwrap());
    let elsewhere = TaskFilter { account, ..any() };
    assert_eq!(listed(elsewhere).await, std::slice::from_ref(&later));
    let since = Some(world.now());
    assert_eq!(listed(TaskFilter { created_after: since, ..any() }).await, [later]);
    assert_eq!(listed(TaskFilter { created_before: since, ..any() }).await, [task]);
}
