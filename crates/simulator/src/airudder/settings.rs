//! What AI Rudder's papers leave open; section numbers are the dossier's.

use serde::{Deserialize, Serialize};

use crate::outcome::PerOutcome;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// HTTP status beside `code` 401: 200 or 401 (1.2).
    pub(super) bad_credential_status: u16,
    /// HTTP status beside any other `code` than 200 (8, 3).
    pub(super) refusal_status: u16,
    /// Take `Authorization: Bearer …` too (1.3).
    pub(super) accept_bearer: bool,
    /// Real seconds a token lives (1.2).
    pub(super) token_lifetime_seconds: u64,
    /// Rows of one instance in all (3.1).
    pub(super) row_limit: usize,
    /// Leave bad rows of an upload out instead of refusing the upload (3.2).
    pub(super) skip_bad_rows: bool,
    /// Attempts per row, and simulated seconds between them (not documented).
    pub(super) tries: usize,
    pub(super) retry_interval_seconds: u64,
    /// Concurrent calls of one instance (not documented).
    pub(super) concurrency: usize,
    /// The instance is over when its last row is finished, instead of at `end_time` (5.5).
    pub(super) finish_with_last_row: bool,
    /// `hangupReason` per outcome (5.2).
    pub(super) hangup_reason: PerOutcome<i64>,
    /// The words of W7 for a workflow's status (5.3).
    pub(super) workflow_status: Statuses,
    /// Where webhooks go; `{kind}` becomes `pds` or `workflow_status`. `null`: nowhere.
    pub(super) push_url: Option<String>,
    /// Deliveries of one webhook in all (4.1).
    pub(super) push_tries: u32,
    /// Simulated seconds between two deliveries (4.1).
    pub(super) push_retry_seconds: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statuses {
    pub(super) running: String,
    pub(super) stopped: String,
    pub(super) finished: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            bad_credential_status: 401,
            refusal_status: 200,
            accept_bearer: false,
            token_lifetime_seconds: 24 * 3600,
            row_limit: 10_000,
            skip_bad_rows: false,
            tries: 1,
            retry_interval_seconds: 600,
            concurrency: 20,
            finish_with_last_row: false,
            hangup_reason: PerOutcome {
                answered: 12,
                no_answer: 2,
                busy: 3,
                declined: 14,
                invalid_number: 8,
                voicemail: 16,
            },
            workflow_status: Statuses {
                running: "Running".to_owned(),
                stopped: "Stopped".to_owned(),
                finished: "Finished".to_owned(),
            },
            push_url: None,
            push_tries: 5,
            push_retry_seconds: 60,
        }
    }
}
