//! Three vendors' wire protocols, simulated: life cycles, faults and a ledger of every ring.
//!
//! One port speaks NXTele Callbot (`/callcentre/api/v3/*`), Tencent Cloud CCC (`POST /` with `X-TC-Action`)
//! and AI Rudder Workflow (`/service/cloud/*`) as their papers describe them: paths, envelopes, signatures
//! over the raw bytes, webhooks. The phone network behind them is a script: how a call ends is decided by
//! the number's last two digits (the table is in `outcome.rs`), and time runs `speed` times as fast as the
//! wall.
//!
//! It is demo, test bed and support tool in one, and an independent witness: it shares no code with the
//! adapters it is called by, and its ring ledger is on disk before anybody can learn of a call. `/_sim/*`
//! is its own surface: `rings`, `rings/summary`, `faults`, `settings`, `requests`, `requests/summary`, `pushes`, `reset`.
//!
//! It is not a load generator and keeps nothing but the ledger across restarts.

mod airudder;
mod call;
mod campaign;
mod clock;
mod control;
mod draw;
mod exchange;
mod faults;
mod grant;
mod journal;
mod ledger;
mod limiter;
mod listed;
mod media;
mod misbehave;
mod number;
mod nxtele;
mod outcome;
mod push;
mod server;
mod settings;
mod tencent;
mod vendors;
mod windows;
mod wire;
mod world;

pub use airudder::{APP_KEY as AIRUDDER_APP_KEY, APP_SECRET as AIRUDDER_APP_SECRET};
pub use nxtele::{SECRET_KEY as NXTELE_SECRET_KEY, UUID as NXTELE_UUID};
pub use server::{Options, Simulator};
pub use tencent::{
    SDK_APP_ID as TENCENT_SDK_APP_ID, SECRET_ID as TENCENT_SECRET_ID, SECRET_KEY as TENCENT_SECRET_KEY,
};
