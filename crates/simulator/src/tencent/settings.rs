//! What Tencent's papers leave open; numbers refer to the dossier's section 19.

use serde::{Deserialize, Serialize};

use crate::grant::Grant;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Requests per second, key and action; 0 means no limit (33).
    pub(super) requests_per_second: usize,
    /// How far `X-TC-Timestamp` may be from the real time (25).
    pub(super) timestamp_tolerance_seconds: u64,
    /// Take `X-TC-Content-SHA256: UNSIGNED-PAYLOAD` (27).
    pub(super) accept_unsigned_payload: bool,
    /// Most callees of one task (9).
    pub(super) callee_limit: usize,
    /// `Tries` and `RetryInterval` of a task that gives none (7).
    pub(super) default_tries: usize,
    pub(super) default_retry_interval_seconds: u64,
    /// Concurrent calls of a task without `ConcurrencyLimit`.
    pub(super) default_concurrency: usize,
    /// Largest `PageSize` of a task list (15).
    pub(super) page_size_limit: usize,
    /// The task list begins with the oldest task instead of the newest (15).
    pub(super) list_oldest_first: bool,
    /// Dial only within a task's `AvailableTime`. Off, so that a demo dials at any hour.
    pub(super) honour_windows: bool,
    /// Simulated seconds between the end of a call and its record (30).
    pub(super) cdr_delay_seconds: u64,
    /// Call records that are read name the recording; off, as before it is there.
    pub(super) cdr_names_recording: bool,
    /// Simulated seconds between the end of a call somebody talked in and its transcript; `null`: there is none (30).
    pub(super) asr_delay_seconds: Option<u64>,
    /// Where call records and recordings are pushed; `{kind}` becomes `cdr` or `record`. `null`: nowhere.
    pub(super) push_url: Option<String>,
    /// The `Authorization` header of pushes, e.g. `Basic …`; `null`: none.
    pub(super) push_authorization: Option<String>,
    /// Where tokens for pushes are granted (OAuth 2.0 client credentials), each presented as `Authorization: Bearer …`;
    /// `null`: nowhere.
    pub(super) push_token_url: Option<String>,
    /// As whom.
    pub(super) push_client_id: String,
    pub(super) push_client_secret: String,
    /// Deliveries of one push in all: the first and at most three more.
    pub(super) push_tries: u32,
    /// Simulated seconds between two deliveries (28).
    pub(super) push_retry_seconds: u64,
}

impl Settings {
    /// Where pushes get their tokens, if they have any.
    pub(super) fn grant(&self) -> Option<Grant> {
        let url = self.push_token_url.clone()?;
        let (client_id, client_secret) = (self.push_client_id.clone(), self.push_client_secret.clone());
        Some(Grant { url, client_id, client_secret })
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            requests_per_second: 20,
            timestamp_tolerance_seconds: 300,
            accept_unsigned_payload: true,
            callee_limit: 10_000,
            default_tries: 1,
            default_retry_interval_seconds: 600,
            default_concurrency: 20,
            page_size_limit: 100,
            list_oldest_first: false,
            honour_windows: false,
            cdr_delay_seconds: 0,
            cdr_names_recording: true,
            asr_delay_seconds: None,
            push_url: None,
            push_authorization: None,
            push_token_url: None,
            push_client_id: String::new(),
            push_client_secret: String::new(),
            push_tries: 4,
            push_retry_seconds: 10,
        }
    }
}
