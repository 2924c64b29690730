//! One attempt to reach a contact.

use crate::clock::{Moment, Wall};
use crate::outcome::Plan;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Dialed,
    Ringing,
    Answered,
    /// `last`: the contact gets no further attempt.
    HungUp {
        last: bool,
    },
}

pub(crate) struct Call {
    /// 32 hex digits; vendors that want dashes format it themselves.
    pub(crate) id: String,
    /// Counted from 1.
    pub(crate) attempt: usize,
    pub(crate) began: Moment,
    started: Wall,
    pub(crate) plan: Plan,
    pub(crate) ended: bool,
}

impl Call {
    pub(crate) fn begin(attempt: usize, began: Moment, started: Wall, plan: Plan) -> Call {
        Call { id: uuid::Uuid::new_v4().simple().to_string(), attempt, began, started, plan, ended: false }
    }

    pub(crate) fn started_at(&self) -> Wall {
        self.started
    }

    pub(crate) fn rang_at(&self) -> Option<Wall> {
        self.plan.ring.map(|offset| self.started + offset)
    }

    pub(crate) fn answered_at(&self) -> Option<Wall> {
        self.plan.answer.map(|offset| self.started + offset)
    }

    pub(crate) fn ended_at(&self) -> Wall {
        self.started + self.plan.end
    }

    /// Where the call stands now.
    pub(crate) fn stage(&self, now: Moment) -> Stage {
        let passed =
            |offset: Option<std::time::Duration>| offset.is_some_and(|offset| self.began + offset <= now);
        if self.ended {
            Stage::HungUp { last: false }
        } else if passed(self.plan.answer) {
            Stage::Answered
        } else if passed(self.plan.ring) {
            Stage::Ringing
        } else {
            Stage::Dialed
        }
    }
}
