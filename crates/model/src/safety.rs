//! How careful a task is: how much the vendor is handed at a time, whether what was created is looked
//! at before it rings, and what becomes of people nobody can tell anything about.

use crate::status::words;

/// How many contacts the vendor is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Delivery {
    /// A shallow window; the rest waits with us, where pause, cancel and stop act at once.
    #[default]
    Windowed,
    /// Everybody as soon as possible; what the vendor holds only the vendor can give back.
    Direct,
}

words!(Delivery, "delivery", { Windowed => "windowed", Direct => "direct" });

/// Whether what a vendor created is looked at before it may ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Staged {
    /// Created harmlessly (still, or with a fuse), verified, then let go.
    On,
    /// Created to dial at once: sooner, and a request that was carried out twice rings twice.
    Off,
}

words!(Staged, "staging", { On => "on", Off => "off" });

/// What becomes of contacts that are still unknown at the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnUnknown {
    /// They stay `unknown` until a look-up or an operator decides.
    #[default]
    Hold,
    /// They count as dialed, with disposition `unknown`.
    AssumeDialed,
    /// They are dialed (again).
    RedialAfter,
}

words!(OnUnknown, "on_unknown", {
    Hold => "hold", AssumeDialed => "assume_dialed", RedialAfter => "redial_after",
});

/// What an operator decides about one contact whose outcome nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It was dialed: completed, with disposition `unknown`.
    AssumeDialed,
    /// It was not dialed: back to the queue, to be dialed.
    Redial,
    /// Whatever happened, it is not dialed again by this task.
    Cancel,
}

words!(Decision, "decision", { AssumeDialed => "assume_dialed", Redial => "redial", Cancel => "cancel" });

/// How careful a task is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Safety {
    /// How many contacts the vendor is handed.
    pub delivery: Delivery,
    /// Whether creation is staged; the account's word when absent.
    pub staging: Option<Staged>,
    /// Seconds between the creation of a vendor's task that begins by itself and its begin; the
    /// account's when absent.
    pub fuse_seconds: Option<u32>,
    /// What becomes of contacts that are unknown at the horizon.
    pub on_unknown: OnUnknown,
    /// Seconds from a dispatch whose outcome is unknown to the horizon.
    pub unknown_horizon_seconds: u32,
}

impl Default for Safety {
    fn default() -> Self {
        Self {
            delivery: Delivery::default(),
            staging: None,
            fuse_seconds: None,
            on_unknown: OnUnknown::default(),
            unknown_horizon_seconds: 3_600,
        }
    }
}
