//! What is true of a history at every moment.

use super::{DAY, LATEST, Model};
use crate::histories::circumstances::with_gaps;
use crate::world::tenant;
use jiff::tz::TimeZone;
use outdial_model::{BudgetDay, Clock, Contact, ContactStatus, OnUnknown, TaskId, TaskStatus, Timestamp};
use outdial_store::Store;
use std::collections::{BTreeMap, BTreeSet};

impl Model {
    /// What is true at every moment.
    pub(super) async fn holds(&mut self) {
        let everybody = self.everybody().await;
        self.one_dial_for_a_number(&everybody);
        self.one_ring_for_a_contact();
        self.nobody_is_rung_more_often_than_the_cap();
        self.no_more_are_rung_than_a_day_has_dials();
        self.nobody_is_sent_whose_number_is_suppressed(&everybody);
        self.everybody_who_is_out_is_read(&everybody).await;
        for (task, given) in self.tasks.clone().into_iter().zip(self.given.clone()) {
            self.counters_add_up(&task, given, &everybody).await;
            if self.is_certain() {
                self.nothing_after_a_stop(&task, &everybody).await;
            }
        }
    }

    fn one_dial_for_a_number(&self, everybody: &[Contact]) {
        let mut out = BTreeSet::new();
        for contact in everybody.iter().filter(|contact| contact.status.is_out()) {
            assert!(
                out.insert(contact.phone.clone().map(|phone| phone.e164().to_owned())),
                "a number is out twice"
            );
        }
        let mut ringing = BTreeSet::new();
        for ring in self.world.vendor.rings().split_off(self.finished) {
            assert!(
                ringing.insert(ring.phone.e164().to_owned()) || !self.is_certain(),
                "a number rings twice at the same time"
            );
        }
    }

    fn nobody_is_sent_whose_number_is_suppressed(&self, everybody: &[Contact]) {
        for contact in everybody {
            let number = contact.phone.as_ref().map_or("", |phone| phone.e164());
            let Some(sent) = self.suppressed.get(number) else { continue };
            let is_new = contact.segment.is_some() && !sent.contains(&contact.id);
            assert!(!is_new, "{contact:?} was sent after their number was suppressed");
        }
    }

    async fn everybody_who_is_out_is_read(&self, everybody: &[Contact]) {
        let mut over = BTreeSet::new();
        for task in &self.tasks {
            let segments = self.world.store.segments(&tenant(), task).await.unwrap();
            over.extend(segments.into_iter().filter(|it| it.status.is_final()).map(|it| it.id));
        }
        for contact in everybody.iter().filter(|contact| contact.status.is_out()) {
            let segment = contact.segment.as_ref().unwrap();
            assert!(!over.contains(segment), "{contact:?} is out in a segment nobody reads any more");
        }
    }

    fn one_ring_for_a_contact(&self) {
        let mut rung = BTreeSet::new();
        for ring in self.world.vendor.rings() {
            let again = !rung.insert(ring.contact.clone());
            let allowed = self.circumstances.on_unknown == OnUnknown::RedialAfter
                || self.redialed.contains(&ring.contact);
            assert!(!again || allowed, "somebody was rung twice");
        }
    }

    /// The vendor's word, whatever we have counted.
    fn nobody_is_rung_more_often_than_the_cap(&self) {
        let Some((_, cap)) = self.circumstances.cap else { return };
        let mut rings: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        for ring in self.world.vendor.rings() {
            rings.entry(ring.phone.e164().to_owned()).or_default().push(ring.at);
        }
        for (number, times) in rings {
            let apart = times.windows(cap as usize + 1).all(|some| some[0] + DAY <= some[cap as usize]);
            assert!(apart, "{number} was rung more often than {cap} times a day: {times:?}");
        }
    }

    /// The vendor's word: nobody is with it when a day ends.
    fn no_more_are_rung_than_a_day_has_dials(&self) {
        let Some(budget) = self.circumstances.budget else { return };
        let mut days: BTreeMap<Timestamp, u32> = BTreeMap::new();
        for ring in self.world.vendor.rings() {
            *days.entry(BudgetDay::default().of(ring.at).0).or_default() += 1;
        }
        assert!(days.values().all(|rung| *rung <= budget), "{days:?}");
    }

    async fn counters_add_up(&self, task: &TaskId, given: usize, everybody: &[Contact]) {
        let counts = self.world.task(task).await.counts;
        assert_eq!(counts.total(), u64::try_from(given).unwrap(), "nobody is forgotten");
        for &status in ContactStatus::ALL {
            let is = |contact: &&Contact| contact.task == *task && contact.status == status;
            let counted = u64::try_from(everybody.iter().filter(is).count()).unwrap();
            assert_eq!(counts.of(status), counted, "counters of {status} are kept");
        }
        let completed: u64 = counts.dispositions.values().sum();
        assert_eq!(completed, counts.of(ContactStatus::Completed), "dispositions add up");
    }

    async fn nothing_after_a_stop(&mut self, task: &TaskId, everybody: &[Contact]) {
        if self.world.task(task).await.status != TaskStatus::Stopped {
            return;
        }
        let people: BTreeSet<_> =
            everybody.iter().filter(|contact| contact.task == *task).map(|contact| &contact.id).collect();
        let rung = self.world.vendor.rings().iter().filter(|ring| people.contains(&ring.contact)).count();
        let before = *self.rung_when_stopped.entry(task.clone()).or_insert(rung);
        assert_eq!(before, rung, "nobody is rung after a confirmed stop");
    }

    /// Nobody is rung while the hours are closed, but by a request that was on its way when they closed.
    pub(super) fn keeps_hours(&mut self) {
        let now = self.world.clock.now();
        if self.circumstances.gaps.is_none() || with_gaps().are_open(&TimeZone::UTC, now) {
            self.closed_since = None;
            return;
        }
        let since = *self.closed_since.get_or_insert(now);
        let rung = self.world.vendor.rings().len();
        if since + LATEST >= now {
            self.rung_when_closed = rung;
        } else {
            assert_eq!(self.rung_when_closed, rung, "nobody is rung outside the hours");
        }
    }
}
