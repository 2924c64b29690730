//! Things that go wrong on demand.
//!
//! | mode | what the client sees |
//! | --- | --- |
//! | `refuse_connection` | nothing is done, the connection is closed without an answer |
//! | `status` | HTTP `code` (default 503) with a text body, nothing is done |
//! | `commit_then_silence` | the request takes effect, no answer comes, the connection closes after `seconds` (default 120) |
//! | `silence` | nothing is done, no answer comes, the connection closes after `seconds` (default 120) |
//! | `reset_mid_body` | the request takes effect, the connection breaks half way through the answer |
//! | `slow_body` | the request takes effect, the answer trickles over `seconds` (default 5) |
//! | `garbage` | the request takes effect, the answer is HTTP 200 with text that is no JSON |
//! | `wrong_signature` | the answer or webhook carries a wrong signature (where the vendor signs) |
//! | `duplicate_webhook` | the webhook is delivered twice |
//! | `lose_webhook` | the webhook is never delivered |
//! | `reorder_webhooks` | the webhook is held back for `seconds` (default 0.5) so that later ones overtake it |
//! | `hide_from_lists` | what is younger than `seconds` (default 5) is missing from lists and look-ups, although it exists and dials |
//! | `duplicate_create` | a request that creates is carried out twice at one moment, the answer tells of the first; strikes together with any other fault |
//!
//! `refuse_connection` is the nearest there is: the port serves three vendors, so none of them can refuse alone
//! when a connection opens. The client has sent its request by then.
//!
//! All `seconds` here are real ones: they are about the wire, not about the phone network. `[from, to]` instead
//! of a number draws them anew each time, for `hide_from_lists` for each item. Every mode strikes with
//! `probability` (default 1: `status` with 0.6 is a storm of 5xx) and until it has struck `times` (absent or
//! null: until it is deleted). `operation` is the vendor's own name of the request or webhook, `*` for every
//! one. `hide_from_lists` may name the operation that creates (what it makes stays hidden) or the one that
//! reads (what it reads is filtered).
//!
//! Carried out twice, `CreateAutoCalloutTask` and `createinstance` leave two tasks of one name; `createTask`
//! and `addBatchCall` only one, because the vendor refuses an id it knows; rows that `uploaddetails` brings
//! twice are dialed twice.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::draw::Draw;
use crate::listed::Lag;
use crate::vendors::Provider;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    RefuseConnection,
    Status,
    CommitThenSilence,
    Silence,
    ResetMidBody,
    SlowBody,
    Garbage,
    WrongSignature,
    DuplicateWebhook,
    LoseWebhook,
    ReorderWebhooks,
    HideFromLists,
    DuplicateCreate,
}

impl Mode {
    pub(crate) const ALL: [Mode; 13] = [
        Mode::RefuseConnection,
        Mode::Status,
        Mode::CommitThenSilence,
        Mode::Silence,
        Mode::ResetMidBody,
        Mode::SlowBody,
        Mode::Garbage,
        Mode::WrongSignature,
        Mode::DuplicateWebhook,
        Mode::LoseWebhook,
        Mode::ReorderWebhooks,
        Mode::HideFromLists,
        Mode::DuplicateCreate,
    ];

    /// Changes how a request is received or answered.
    pub(crate) fn is_about_answers(self) -> bool {
        let elsewhere = self.is_about_webhooks() || self.is_about_deeds();
        !elsewhere || self == Mode::WrongSignature
    }

    /// Changes what a request does or reads, not how it is answered.
    fn is_about_deeds(self) -> bool {
        matches!(self, Mode::HideFromLists | Mode::DuplicateCreate)
    }

    pub(crate) fn is_about_webhooks(self) -> bool {
        matches!(
            self,
            Mode::DuplicateWebhook | Mode::LoseWebhook | Mode::ReorderWebhooks | Mode::WrongSignature
        )
    }

    fn default_seconds(self) -> f64 {
        match self {
            Mode::ReorderWebhooks => 0.5,
            Mode::SlowBody | Mode::HideFromLists => 5.0,
            _ => 120.0,
        }
    }
}

/// A number of seconds, or any between two.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Seconds {
    Exactly(f64),
    Between([f64; 2]),
}

impl Seconds {
    fn bounds(self) -> [f64; 2] {
        match self {
            Seconds::Exactly(seconds) => [seconds; 2],
            Seconds::Between(bounds) => bounds,
        }
    }

    fn are_possible(self) -> bool {
        let [least, most] = self.bounds();
        0.0 <= least && least <= most && most <= 86_400.0
    }
}

/// A fault as it is asked for and listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) provider: Provider,
    pub(crate) operation: String,
    pub(crate) mode: Mode,
    #[serde(default = "always")]
    pub(crate) probability: f64,
    /// How often it strikes before it is gone; absent: until it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<Seconds>,
}

fn always() -> f64 {
    1.0
}

impl Fault {
    /// What is wrong with it, in words for the person who sent it.
    pub(crate) fn objection(&self) -> Option<&'static str> {
        if !(0.0..=1.0).contains(&self.probability) {
            Some("probability: a number from 0 to 1")
        } else if self.times == Some(0) {
            Some("times: at least 1, or absent")
        } else if self.seconds.is_some_and(|seconds| !seconds.are_possible()) {
            Some("seconds: 0 to 86400, or two such numbers, the smaller first")
        } else if self.code.is_some_and(|code| !(200..=599).contains(&code)) {
            Some("code: an HTTP status from 200 to 599")
        } else {
            self.provider.immunity(self.mode, &self.operation)
        }
    }

    /// How long it takes; a fault that has struck was drawn a number.
    pub(crate) fn span(&self) -> Duration {
        self.lag().least
    }

    pub(crate) fn lag(&self) -> Lag {
        let seconds = self.seconds.unwrap_or(Seconds::Exactly(self.mode.default_seconds()));
        let [least, most] = seconds.bounds().map(Duration::from_secs_f64);
        Lag { least, most }
    }
}

pub(crate) struct Faults {
    active: Vec<Fault>,
    draw: Draw,
}

impl Faults {
    pub(crate) fn none(seed: u64) -> Faults {
        Faults { active: Vec::new(), draw: Draw::about(seed, "faults") }
    }

    pub(crate) fn list(&self) -> &[Fault] {
        &self.active
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.active.push(fault);
    }

    /// A number from 0 to 1 for something new.
    pub(crate) fn luck(&mut self) -> f64 {
        self.draw.share()
    }

    pub(crate) fn clear(&mut self) {
        self.active.clear();
    }

    /// The first fault of a wanted mode that strikes this operation; it is used up by one.
    pub(crate) fn strike(
        &mut self,
        provider: Provider,
        operation: &str,
        wanted: impl Fn(Mode) -> bool,
    ) -> Option<Fault> {
        for index in 0..self.active.len() {
            let fault = &self.active[index];
            let fits = fault.provider == provider
                && wanted(fault.mode)
                && (fault.operation == "*" || fault.operation == operation);
            if !fits || !self.draw.chance(fault.probability) {
                continue;
            }
            let mut struck = fault.clone();
            if let Some(Seconds::Between([least, most])) = struck.seconds
                && struck.mode != Mode::HideFromLists
            {
                struck.seconds = Some(Seconds::Exactly(least + (most - least) * self.draw.share()));
            }
            self.use_up(index);
            return Some(struck);
        }
        None
    }

    fn use_up(&mut self, index: usize) {
        if let Some(times) = &mut self.active[index].times {
            *times -= 1;
            if *times == 0 {
                self.active.remove(index);
            }
        }
    }
}
