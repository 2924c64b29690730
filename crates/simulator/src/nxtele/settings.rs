//! What NXTele's papers leave open; numbers refer to the dossier's section 10.

use serde::{Deserialize, Serialize};

use super::sign::Algorithm;
use crate::outcome::PerOutcome;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// How far `createTs` may be from the real time (10).
    pub(super) timestamp_tolerance_seconds: u64,
    /// Take a lower-case `sign` too (13).
    pub(super) accept_lowercase_sign: bool,
    /// Answer a repeated `userTaskID` with the existing task instead of `retCode` 4 (18).
    pub(super) duplicate_task_succeeds: bool,
    /// `retCode` when only some orders of a batch were taken (20).
    pub(super) partial_success_code: i64,
    /// Orders per batch; more is 4001 (43).
    pub(super) batch_limit: usize,
    /// Largest `size` of a list page (42).
    pub(super) page_size_limit: usize,
    /// Requests per second before `retCode` 7; 0 means no limit (44).
    pub(super) rate_limit_per_second: usize,
    /// Every request is answered with 6003.
    pub(super) forbidden: bool,
    /// Every request is answered with 5.
    pub(super) maintenance: bool,
    /// Every request is answered with 7.
    pub(super) busy: bool,
    /// Dial only within a task's weekday and half-hour lists. Off, so that a demo dials at any hour.
    pub(super) honour_windows: bool,
    /// Serve `listCall` and `listOrder`, whose answers the papers do not show: the shape is invented (17).
    pub(super) serve_invented_lists: bool,
    /// Orders that are taken out before they were called produce an order webhook (36).
    pub(super) stop_sends_order_webhook: bool,
    /// Simulated seconds until `updateTask` takes effect (published: 5 minutes).
    pub(super) update_delay_seconds: u64,
    /// Simulated seconds before the one automatic redial of `roundRedial`.
    pub(super) redial_seconds: u64,
    /// Concurrent calls of a task without `maxCall`.
    pub(super) default_max_call: usize,
    /// `callStatus` per outcome: the vendor's numbers are not known, these are arbitrary (1).
    pub(super) call_status: PerOutcome<i64>,
    /// `MD5` or `SHA256`; `null` signs webhooks with whatever the account's last request used (12).
    pub(super) webhook_algorithm: Option<Algorithm>,
    /// Deliveries of one webhook in all (5).
    pub(super) webhook_tries: u32,
    /// Simulated seconds between two deliveries (5).
    pub(super) webhook_retry_seconds: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            timestamp_tolerance_seconds: 300,
            accept_lowercase_sign: false,
            duplicate_task_succeeds: false,
            partial_success_code: 0,
            batch_limit: 1000,
            page_size_limit: 1000,
            rate_limit_per_second: 0,
            forbidden: false,
            maintenance: false,
            busy: false,
            honour_windows: false,
            serve_invented_lists: false,
            stop_sends_order_webhook: true,
            update_delay_seconds: 300,
            redial_seconds: 30,
            default_max_call: 20,
            call_status: PerOutcome {
                answered: 1,
                no_answer: 2,
                busy: 3,
                declined: 4,
                invalid_number: 5,
                voicemail: 6,
            },
            webhook_algorithm: None,
            webhook_tries: 3,
            webhook_retry_seconds: 10,
        }
    }
}
