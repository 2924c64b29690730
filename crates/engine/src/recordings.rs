//! Recordings of calls, handed on from wherever the vendor keeps them: piece by piece, as fast as the client takes
//! them, and nothing of them is kept here.
//!
//! A vendor names the URL, so it is asked with care: only below the `base_url` the operator has chosen for the account,
//! wherever that is; at the vendor's production host, if none was chosen; or at hosts the account lists. At the latter two by the
//! guarded way, wherever their names lead. Nobody is redirected, nothing of ours is sent along, time and size are
//! bounded, and the URL is told to nobody.
//!
//! `range.rs` a part of it · `answer.rs` what the host says of it · `error.rs` why it cannot be had.

mod answer;
mod error;
mod range;

pub use error::RecordingError;
pub use range::{ByteRange, Part};

use crate::{Account, Engine, EngineError};
use answer::{Failure, Head};
use outdial_model::{AccountId, CallId, ExposeSecret, ProviderKind, SegmentId, TenantId};
use outdial_outward::{
    Bytes, Download, Limits, Outward, OutwardError, Policy, Resolver, SystemResolver, Target,
};
use outdial_store::StoreError;
use std::sync::Arc;
use std::time::Duration;

/// Longest link to a recording, in bytes: one that is signed holds many words.
const LONGEST_LINK: usize = 16 * 1024;

/// How recordings are fetched.
#[derive(Debug, Clone)]
pub struct Recordings {
    /// The way to vendors' own hosts and those that accounts list.
    listed: Outward,
    /// The way to where the operator reaches vendors, which may be anywhere.
    own: Outward,
    limits: Limits,
}

impl Recordings {
    /// Within `limits`; from hosts the operator did not choose himself, under `policy`.
    pub fn new(policy: Policy, limits: Limits) -> Self {
        Self::resolving_by(policy, limits, Arc::new(SystemResolver))
    }

    /// As [`Self::new`], the names of hosts that are listed resolved by `resolver`.
    pub fn resolving_by(policy: Policy, limits: Limits, resolver: Arc<dyn Resolver>) -> Self {
        let listed = Outward::resolving_by(policy, resolver).for_urls_of(LONGEST_LINK);
        Self { listed, own: Outward::new(Policy::everywhere()).for_urls_of(LONGEST_LINK), limits }
    }

    /// The way to the URL, if the account's recordings may be there.
    fn way(&self, account: &Account, url: &str) -> Result<(&Outward, Target), RecordingError> {
        let target = link(&account.id, url).map_err(RecordingError::NoUrl)?;
        let base = Target::read(&account.base_url, LONGEST_LINK).ok();
        if account.base_is_chosen() && base.as_ref().is_some_and(|base| target.is_below(base)) {
            return Ok((&self.own, target));
        }
        let is_vendors = !account.base_is_chosen() && base.is_some_and(|base| target.shares_origin(&base));
        if !is_vendors && !account.policy.recording_hosts.iter().any(|rule| rule.admits(&target)) {
            let (account, host) = (account.id.clone(), target.authority());
            tracing::warn!(%account, host, "a recording is on a host the account does not list");
            return Err(RecordingError::HostNotListed { account, host });
        }
        let refused = |why: OutwardError| RecordingError::refused(&target, &why);
        self.listed.target(url).map(|target| (&self.listed, target)).map_err(refused)
    }
}

/// What a vendor gave as a recording's URL, if it is one; and if not, why.
fn link(account: &AccountId, url: &str) -> Result<Target, String> {
    Target::read(url, LONGEST_LINK).map_err(|why| {
        let why = why.to_string();
        tracing::warn!(%account, reason = why, "what the vendor gave as a recording's URL cannot be used as one");
        why
    })
}

/// Whether what the vendor gave as the URL of a recording in that segment is one. Of one that is none nothing is kept: it
/// would stand in the place of one that is.
pub(crate) fn is_link(segment: &SegmentId, url: &str) -> bool {
    let read = Target::read(url, LONGEST_LINK);
    if let Err(reason) = &read {
        tracing::warn!(%segment, %reason, "what the vendor gave as a recording's URL cannot be used as one");
    }
    read.is_ok()
}

/// A recording, or a part of it, that is still to come. Dropped, the rest is not fetched.
#[derive(Debug)]
pub struct Recording {
    /// `audio/…`, or `application/octet-stream` for whatever else the host calls it.
    pub media_type: String,
    /// Bytes that come, if the host told.
    pub length: Option<u64>,
    /// Which part it is; `None` for the whole.
    pub part: Option<Part>,
    /// Whether the host gives parts, as far as it says.
    pub takes_ranges: bool,
    /// Bytes of it that did not come yet, if it is known how many come.
    to_come: Option<u64>,
    first: Option<Bytes>,
    /// Where they come from, until the last of them.
    rest: Option<Download>,
}

impl Recording {
    /// How long it may still take; all of it in hand, as long as anybody likes.
    pub fn left(&self) -> Duration {
        self.rest.as_ref().map_or(Duration::MAX, Download::time_left)
    }

    /// The next piece; `None` at the end. An error is the end, too: what came is not all of it.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, OutwardError> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.next().await,
        }
    }

    /// As many bytes as are to come, and no more: a host that goes on after them is not listened to.
    async fn next(&mut self) -> Result<Option<Bytes>, OutwardError> {
        let Some(rest) = &mut self.rest else { return Ok(None) };
        let piece = rest.piece().await?;
        let bytes = piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if let Some(to_come) = &mut self.to_come {
            *to_come = to_come.checked_sub(bytes).ok_or(OutwardError::Broken)?;
            if piece.is_none() && *to_come > 0 {
                return Err(OutwardError::Broken);
            }
        }
        if piece.is_none() || self.to_come == Some(0) {
            self.rest = None;
        }
        Ok(piece)
    }
}

impl Engine {
    /// Opens the recording of a call, or the part of it that is asked for, as far as its first piece. A host that
    /// knows no parts gives the whole.
    ///
    /// [`EngineError::Recording`] when there is none to be had; [`EngineError::Vendor`] when its host fails.
    pub async fn recording(
        &self,
        tenant: &TenantId,
        call: &CallId,
        range: Option<ByteRange>,
    ) -> Result<Recording, EngineError> {
        let kept = self.store().recording(tenant, call).await.map_err(|error| match error {
            StoreError::NotFound => EngineError::NotFound("call"),
            other => other.into(),
        })?;
        let url = kept.url.ok_or(RecordingError::Untold).map_err(|why| cannot_be_had(None, why))?;
        let account = self.account(&kept.account);
        let account = account.map_err(|_| cannot_be_had(None, RecordingError::NoAccount(kept.account)))?;
        let opened = self.open(&account, url.expose_secret(), range).await;
        opened.map_err(|failure| match failure {
            Failure::Recording(why) => cannot_be_had(Some(account.kind.clone()), why),
            Failure::Host(error) => EngineError::Vendor { provider: account.kind.clone(), error },
        })
    }

    async fn open(
        &self,
        account: &Account,
        url: &str,
        range: Option<ByteRange>,
    ) -> Result<Recording, Failure> {
        let Recordings { limits, .. } = self.0.recordings;
        let (way, target) = self.0.recordings.way(account, url)?;
        // Parts are parts of what is kept, so it must not come packed.
        let mut headers = vec![("accept-encoding", "identity".to_owned())];
        headers.extend(range.map(|range| ("range", range.to_string())));
        let failed = |why: OutwardError| Failure::of(&target, &why);
        let rest = way.get(&target, &headers, limits).await.map_err(failed)?;
        let head = Head::read(rest.status(), |name| rest.header(name), range)?;
        if head.length.is_some_and(|length| length > limits.bytes) {
            return Err(RecordingError::TooLarge { most: limits.bytes }.into());
        }
        let Head { media_type, length, part, takes_ranges } = head;
        let (to_come, first, rest) = (length, None, Some(rest));
        let mut recording = Recording { media_type, length, part, takes_ranges, to_come, first, rest };
        // With the first piece in hand, a host that says nothing more is told as one that did not answer.
        recording.first = recording.next().await.map_err(failed)?;
        Ok(recording)
    }
}

fn cannot_be_had(provider: Option<ProviderKind>, why: RecordingError) -> EngineError {
    EngineError::Recording { provider, why }
}
